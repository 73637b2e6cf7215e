// `npm run analyze:crm-package`: what the marketplace reviews first, Salesforce Code Analyzer with its rules for
// AppExchange and security, over the package or a copy of it. `setup.mjs --analyzer` brings it, and the Java it needs.
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import wanted from './code-analyzer/package.json' with { type: 'json' };

const root = resolve(process.argv[2] ?? import.meta.dirname);
const fetched = join(import.meta.dirname, '../.state/code-analyzer');
const selectors = ['AppExchange', 'Security', 'Recommended'];
const core = '@salesforce/code-analyzer-core';

/** What it finds and a reviewer is told: README.md says why each is so. */
const known = new Set([
  'ProtectSensitiveData force-app/main/default/objects/Session__c/fields/Nonce_Hash__c.field-meta.xml',
  '@lwc/lwc-platform/no-inline-disable force-app/main/default/lwc/tieoutSetUp/tieoutSetUp.js',
  '@lwc/lwc-platform/no-inline-disable force-app/main/default/lwc/tieoutStatus/tieoutStatus.js',
]);

interface Violation {
  getRule(): { getName(): string; getEngineName(): string };
  getPrimaryLocation(): { getFile(): string | undefined; getStartLine(): number | undefined };
  getMessage(): string;
}

interface Selection {
  getCount(): number;
  getEngineNames(): readonly string[];
}

interface Analyzer {
  addEnginePlugin(plugin: unknown): Promise<void>;
  createWorkspace(files: readonly string[]): Promise<unknown>;
  selectRules(selectors: readonly string[], options: { workspace: unknown }): Promise<Selection>;
  run(rules: Selection, options: { workspace: unknown }): Promise<{ getViolations(): readonly Violation[] }>;
}

interface Core {
  readonly CodeAnalyzer: new (config: unknown) => Analyzer;
  readonly CodeAnalyzerConfig: { withDefaults(): unknown };
}

/** CommonJS, found from where it was fetched to. */
const load = createRequire(join(fetched, 'package.json'));

async function analyze(): Promise<number> {
  const { CodeAnalyzer, CodeAnalyzerConfig } = load(core) as Core;
  const analyzer = new CodeAnalyzer(CodeAnalyzerConfig.withDefaults());
  for (const name of Object.keys(wanted.dependencies).filter((one) => one !== core)) {
    const engine = load(name) as { createEnginePlugin(): unknown };
    await analyzer.addEnginePlugin(engine.createEnginePlugin());
  }
  const workspace = await analyzer.createWorkspace([root]);
  const rules = await analyzer.selectRules(selectors, { workspace });
  if (!rules.getEngineNames().includes('pmd')) {
    throw new Error('The rules for AppExchange metadata were not there: install Java 11 or later and run this again.');
  }
  const found = (await analyzer.run(rules, { workspace })).getViolations().map((violation) => {
    const place = violation.getPrimaryLocation();
    const file = relative(root, place.getFile() ?? '');
    const text = `${file}:${place.getStartLine() ?? 0} ${violation.getMessage()}`;
    return { key: `${violation.getRule().getName()} ${file}`, text };
  });
  const unknown = found.filter(({ key }) => !known.has(key));
  for (const { key, text } of found) console.log(`${known.has(key) ? 'known' : 'NEW  '} ${key.split(' ')[0]}: ${text}`);
  const gone = [...known].filter((key) => !found.some((one) => one.key === key));
  for (const key of gone) console.log(`GONE  ${key}: it is explained, and no longer there`);
  console.log(`${rules.getCount()} rules, ${found.length} findings, ${unknown.length} that README.md does not explain`);
  return unknown.length + gone.length;
}

process.exit((await analyze()) === 0 ? 0 : 1);
