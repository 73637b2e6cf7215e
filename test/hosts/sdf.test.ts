// The SuiteApp as an SDF project: objects, references, features and headers hold, and breaking one is noticed.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Schema } from '../../edge-worker/connectors/netsuite/stand-in/schema.ts';
import { loadFile } from '../../edge-worker/connectors/netsuite/stand-in/suitescript/loader.ts';
import { projectOf } from '../../edge-worker/connectors/netsuite/stand-in/suitescript/project.ts';
import { knownType } from '../../erp-suiteapp/scripts/record-types.ts';
import { Checker, scriptTypes } from './sdf.ts';
import { suiteApp as files, suiteAppWith } from './suiteapp.ts';

const cabinet = 'FileCabinet/SuiteApps/com.tieout.hub/scripts';
const code = [...files].filter(([path]) => path.startsWith(`${cabinet}/`));
const textOf = (file: string) => files.get(file) ?? '';

describe('The SDF project', () => {
  test('keeps the schema and every rule between its files', () => {
    expect(new Checker(files).check()).toEqual([]);
  });

  const userEvent = 'Objects/customscript_tieout_ue_outbox.xml';
  const flush = 'Objects/customscript_tieout_mr_flush.xml';
  const breaches: readonly (readonly [rule: string, file: string, from: string, to: string])[] = [
    ['required', userEvent, '<recordtype>CUSTOMER</recordtype>', ''],
    ['choice', userEvent, 'RECORDACTION', 'RECORDACTIONS'],
    ['choice', userEvent, '<recordtype>JOB<', '<recordtype>PROJECT<'],
    ['boolean', userEvent, '<allroles>T<', '<allroles>true<'],
    ['known-field', flush, '<concurrencylimit>', '<concurrency>1</concurrency><concurrencylimit>'],
    ['choice', flush, 'PT15M', 'PT5M'],
    ['reference', userEvent, 'customrole_tieout_integration', 'customrole_tieout_nobody'],
    ['reference', flush, 'tieout_mr_flush.js', 'tieout_mr_push.js'],
    ['prefix', flush, 'scriptid="customscript_tieout_mr_flush"', 'scriptid="script_tieout_mr_flush"'],
    ['id', flush, 'scriptid="customdeploy_tieout_mr_flush"', 'scriptid="customdeploy_tieout-MR"'],
    ['header', `${cabinet}/tieout_mr_flush.js`, 'MapReduceScript', 'ScheduledScript'],
    ['header', `${cabinet}/tieout_mr_flush.js`, '/**', '// first\n/**'],
    ['require', `${cabinet}/tieout_mr_flush.js`, 'define([', "require('N/log'); define(["],
    ['feature', 'manifest.xml', 'TIMETRACKING', 'TIMEOFF'],
    ['path', 'deploy.xml', 'customscript_tieout_install.xml', 'customscript_tieout_setup.xml'],
    ['reference', 'application.xml', 'customdeploy_tieout_uninstall', 'customdeploy_tieout_remove'],
    ['reference', 'InstallationPreferences/locking.xml', 'customrole_tieout_admin', 'customrole_tieout_boss'],
    [
      'unique-id',
      'Objects/customrole_tieout_admin.xml',
      'scriptid="customrole_tieout_admin"',
      'scriptid="customrole_tieout_integration"',
    ],
    ['length', 'Objects/custbody_tieout_rev.xml', 'custbody_tieout_rev', 'custbody_tieout_rev_of_the_record_as_it_was'],
  ];
  test.each(breaches)('broken by the rule "%s" in %s is named', (rule, file, from, to) => {
    expect(textOf(file)).toContain(from);
    const broken = new Map(files).set(file, textOf(file).replace(from, to));
    expect(new Checker(broken).check().map((finding) => finding.rule)).toContain(rule);
  });

  test('keeps every rule with its optional parts too, and breaking one is noticed', async () => {
    const whole = new Map(await suiteAppWith(['event-subscriber']));
    expect(new Checker(whole).check()).toEqual([]);
    const file = 'Objects/custevsub_tieout_record.xml';
    const text = whole.get(file) ?? '';
    const broken = [text.replace('UPDATED', 'SAVED'), text.replace('JOB<', 'PROJECT<'), text.replace(/_es_/, '_ev_')];
    const found = broken.map((each) => new Checker(new Map(whole).set(file, each)).check().map(({ rule }) => rule));
    expect(found).toEqual([['choice'], ['choice'], ['reference']]);
  });

  test('names the line of what it finds', () => {
    const text = textOf(flush).replace('PT15M', 'PT5M');
    const [found] = new Checker(new Map(files).set(flush, text)).check();
    expect(found).toEqual({
      file: flush,
      line: text.split('\n').findIndex((line) => line.includes('PT5M')) + 1,
      rule: 'choice',
      mend: 'repeat does not know PT5M',
    });
  });

  test('adds every field that the connector and the scripts name', () => {
    const sources = ['edge-worker/connectors/netsuite', 'erp-suiteapp/scripts'].flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.ts'))
        .map((name) => readFileSync(`${folder}/${name}`, 'utf8')),
    );
    const named = sources.join('\n').match(/\bcust(entity|body|col|event)_tieout_\w+/g) ?? [];
    expect(new Set(named).size).toBeGreaterThan(20);
    expect([...new Set(named)].filter((id) => !files.has(`Objects/${id}.xml`))).toEqual([]);
  });

  test('deploys its user event on every captured type, as its own role, in every context', () => {
    const deployed = projectOf(files).deployments.filter(({ scriptType }) => scriptType === 'usereventscript');
    const captured = [...new Schema().types.keys()].filter((id) => knownType(id)?.isCaptured === true);
    expect(deployed.flatMap(({ recordTypes }) => recordTypes).sort()).toEqual(captured.sort());
    for (const { runAsRole, contexts } of deployed) {
      expect(runAsRole).toBe('customrole_tieout_integration');
      for (const context of ['CSVIMPORT', 'MAPREDUCE', 'SCHEDULED', 'WORKFLOW', 'RESTLET', 'WEBSERVICES']) {
        expect(contexts?.has(context)).toBe(true);
      }
    }
  });

  test('says who it is within the rules of the vendor', () => {
    const manifest = textOf('manifest.xml');
    expect(manifest).toMatch(/<publisherid>com\.tieout<\/publisherid>\s*<projectid>hub<\/projectid>/);
    expect(manifest).not.toMatch(/<objects>|<projectname>[^<]*(SDF|SuiteApp)/);
  });
});

describe('The built scripts', () => {
  test('are all named by an object or by a page, and call nothing while they are defined', () => {
    const xml = [...files]
      .filter(([file]) => file.endsWith('.xml'))
      .map(([, text]) => text)
      .join('\n');
    for (const [path, text] of code) {
      expect(xml).toContain(path.split('/').at(-1));
      const silent = new Proxy({}, { get: () => ({}), has: () => true });
      const { type, wanted, factory } = loadFile(path, text);
      expect([...Object.values(scriptTypes), 'ClientScript']).toContain(type);
      const exported = {};
      const given = factory(...wanted.map((name) => (name === 'exports' ? exported : silent)));
      expect(Object.keys(given ?? exported).length).toBeGreaterThan(0);
    }
  });

  test('bring no library with them and stay small enough to be read', () => {
    for (const [, text] of code) {
      expect(text).not.toMatch(/ZodError|node:/);
      expect(text.length).toBeLessThan(60_000);
    }
  });
});
