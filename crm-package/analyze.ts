// `npm run analyze:crm-package`: what the marketplace reviews first, Salesforce Code Analyzer with its rules for
// AppExchange and security, over the package. Needs Java; fetched once, because no test needs its 250 MB.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';

const packageRoot = import.meta.dirname;
const fetched = join(packageRoot, '../.state/code-analyzer');
const selectors = ['AppExchange', 'Security', 'Recommended'];
const core = '@salesforce/code-analyzer-core';
const engines = ['pmd', 'regex', 'eslint', 'retirejs'].map((name) => `@salesforce/code-analyzer-${name}-engine`);
const versions: Readonly<Record<string, string>> = {
  [core]: '0.52.0',
  '@salesforce/code-analyzer-pmd-engine': '0.46.0',
  '@salesforce/code-analyzer-regex-engine': '0.33.0',
  '@salesforce/code-analyzer-eslint-engine': '0.40.2',
  '@salesforce/code-analyzer-retirejs-engine': '0.32.0',
};

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

function fetchOnce(): void {
  const wanted = JSON.stringify({ private: true, dependencies: versions });
  const manifest = join(fetched, 'package.json');
  if (existsSync(join(fetched, 'node_modules')) && existsSync(manifest) && readFileSync(manifest, 'utf8') === wanted)
    return;
  console.log('Fetching Code Analyzer, about 250 MB, once …');
  mkdirSync(fetched, { recursive: true });
  writeFileSync(manifest, wanted);
  const call = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock'];
  const { status } = spawnSync('npm', call, { cwd: fetched, stdio: 'inherit' });
  if (status !== 0) throw new Error('npm could not fetch Code Analyzer; it needs the npm registry.');
}

/** CommonJS, found from where it was fetched to. */
const load = createRequire(join(fetched, 'package.json'));

async function analyze(): Promise<number> {
  const { CodeAnalyzer, CodeAnalyzerConfig } = load(core) as Core;
  const analyzer = new CodeAnalyzer(CodeAnalyzerConfig.withDefaults());
  for (const name of engines) {
    const engine = load(name) as { createEnginePlugin(): unknown };
    await analyzer.addEnginePlugin(engine.createEnginePlugin());
  }
  const workspace = await analyzer.createWorkspace([packageRoot]);
  const rules = await analyzer.selectRules(selectors, { workspace });
  if (!rules.getEngineNames().includes('pmd')) {
    throw new Error('The rules for AppExchange metadata were not there: install Java 11 or later and run this again.');
  }
  const found = (await analyzer.run(rules, { workspace })).getViolations().map((violation) => {
    const place = violation.getPrimaryLocation();
    const file = relative(packageRoot, place.getFile() ?? '');
    const text = `${file}:${place.getStartLine() ?? 0} ${violation.getMessage()}`;
    return { key: `${violation.getRule().getName()} ${file}`, text };
  });
  const unknown = found.filter(({ key }) => !known.has(key));
  for (const { key, text } of found) console.log(`${known.has(key) ? 'known' : 'NEW  '} ${key.split(' ')[0]}: ${text}`);
  console.log(`${rules.getCount()} rules, ${found.length} findings, ${unknown.length} that README.md does not explain`);
  return unknown.length;
}

fetchOnce();
process.exit((await analyze()) === 0 ? 0 : 1);
