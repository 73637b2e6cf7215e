// The vendor's and the community's own checks over the Salesforce package: what its reviewers run, run with every test.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import flowScanner from '@flow-scanner/lightning-flow-scanner-core';
import sourceDeploy from '@salesforce/source-deploy-retrieve';
import { lint } from '@salesforce-ux/slds-linter/executor';
import { ESLint, type Linter } from 'eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capture } from '../../crm-package/capture.ts';
import { PackageSource, packageRoot } from './crm-package-source.ts';

/** Their rule sets come without types. */
const rulesOf = (name: string) =>
  createRequire(import.meta.url)(`@salesforce/eslint-config-lwc/${name}.js`) as Linter.Config[];
const source = new PackageSource();
let scratch = '';

beforeAll(() => {
  // Beside what is checked, because one of the checkers looks neither elsewhere nor into what git ignores.
  scratch = mkdtempSync('checks-');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('Lightning components', () => {
  const eslint = new ESLint({
    overrideConfigFile: true,
    overrideConfig: [...rulesOf('recommended'), ...rulesOf('i18n')],
  });
  const told = async (results: Promise<readonly ESLint.LintResult[]>) =>
    (await results).flatMap(({ filePath, messages }) =>
      messages.map(({ line, ruleId, message }) => `${filePath}:${line} ${ruleId} ${message}`),
    );

  it('keep the rules that the vendor recommends for them', async () => {
    expect(await told(eslint.lintFiles(`${packageRoot}/lwc/**/*.js`))).toEqual([]);
  }, 60_000);

  it('would be caught with markup of their own making', async () => {
    const planted =
      'import { LightningElement } from "lwc";\nexport default class A extends LightningElement { ' +
      'renderedCallback() { this.template.querySelector("p").innerHTML = "<b>x</b>"; } }\n';
    const found = await told(eslint.lintText(planted, { filePath: `${packageRoot}/lwc/planted/planted.js` }));
    expect(found.join()).toContain('no-inner-html');
  });
});

describe('The look of the components', () => {
  const problemsIn = async (directory: string) => {
    const results = await lint({ directory });
    return results.flatMap(({ filePath, errors, warnings }) =>
      [...errors, ...warnings].map((one) => `${filePath}: ${one.message}`),
    );
  };

  it('follows the design system in both of its generations', async () => {
    expect(await problemsIn(`${packageRoot}/lwc`)).toEqual([]);
  }, 60_000);

  it('would be caught with a colour of its own', async () => {
    writeFileSync(join(scratch, 'planted.css'), '.slds-button { color: #ff0000; margin: 12px; }\n');
    expect((await problemsIn(scratch)).length).toBeGreaterThan(0);
  }, 60_000);
});

describe('Flows', () => {
  const occurring = async (paths: readonly string[]) => {
    const parsed = await flowScanner.parse([...paths]);
    const results = flowScanner.scan(parsed, {});
    return results.flatMap(({ flow, ruleResults }) =>
      ruleResults.flatMap(({ occurs, ruleName }) => (occurs ? [`${flow.name}: ${ruleName}`] : [])),
    );
  };
  const flowPath = (name: string) => `${packageRoot}/flows/${name}.flow-meta.xml`;

  it('break no rule of the flow scanner, but that some are shipped switched off', async () => {
    const paths = source.of('Flow').map(({ path }) => path);
    const off = capture.filter(({ isUsed }) => !isUsed);
    const expected = off.flatMap(({ object }) =>
      ['Deleted', 'Saved'].map((moment) => `Tieout_${object}_${moment}: InactiveFlow`),
    );
    expect((await occurring(paths)).sort()).toEqual(expected.sort());
  });

  it('would be caught without a fault path', async () => {
    const text = readFileSync(flowPath('Tieout_Account_Saved'), 'utf8');
    const planted = join(scratch, 'Tieout_Planted.flow-meta.xml');
    writeFileSync(planted, text.replace(/\s*<faultConnector>[\s\S]*?<\/faultConnector>/, ''));
    expect(await occurring([planted])).toContain('Tieout_Planted: MissingFaultPath');
  });
});

describe('The source', () => {
  const { ComponentSet, MetadataConverter } = sourceDeploy;
  const convert = async (outputDirectory: string) => {
    const components = ComponentSet.fromSource(packageRoot);
    await new MetadataConverter().convert(components, 'metadata', {
      type: 'directory',
      outputDirectory,
      genUniqueDir: false,
    });
    return readFileSync(join(outputDirectory, 'package.xml'), 'utf8');
  };

  it('converts to the form that is deployed, and every component is in its manifest', async () => {
    const out = join(scratch, 'converted');
    const manifest = await convert(out);
    const members = new Set([...manifest.matchAll(/<members>(.+?)<\/members>/g)].map(([, name]) => name));
    const inParents = new Set(['CustomField', 'ListView', 'ValidationRule']);
    const labels = 'CustomLabels';
    const wanted = source.files
      .filter(({ root }) => root !== labels && root !== 'Workflow')
      .map(({ path, root, name }) => (inParents.has(root) ? `${/objects\/([^/]+)\//.exec(path)?.[1]}.${name}` : name));
    expect(wanted.filter((name) => !members.has(name))).toEqual([]);
    expect(members).toContain('Outbox__c.Tieout_Outbox');
    expect(readdirSync(out)).toEqual(expect.arrayContaining(['flows', 'labels', 'lwc', 'objects', 'workflows']));
  }, 60_000);
});
