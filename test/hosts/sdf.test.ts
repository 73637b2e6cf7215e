// The SuiteApp as an SDF project: objects, references, features and headers hold, and breaking one is noticed.
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Schema } from '../../edge-worker/connectors/netsuite/stand-in/schema.ts';
import { bundleScripts } from '../../erp-suiteapp/build.ts';
import { loadScript } from './loader.ts';
import { Project, projectFolder } from './project.ts';
import { Checker, scriptTypes } from './sdf.ts';

const cabinet = 'FileCabinet/SuiteApps/com.tieout.hub/scripts';
const files = new Map<string, string>();
let code: ReadonlyMap<string, string>;

beforeAll(async () => {
  code = await bundleScripts();
  for (const [name, text] of code) files.set(`${cabinet}/${name}`, text);
  for (const folder of ['.', 'Objects', 'InstallationPreferences']) {
    for (const name of readdirSync(`${projectFolder}/${folder}`).filter((each) => each.endsWith('.xml'))) {
      const path = folder === '.' ? name : `${folder}/${name}`;
      files.set(path, readFileSync(`${projectFolder}/${path}`, 'utf8'));
    }
  }
}, 60_000);

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

  test('adds every field that connector and stand-in name', () => {
    const named = [...new Schema().types.values()].flatMap((type) => [
      ...type.fields.keys(),
      ...[...type.sublists.values()].flatMap((list) => [...list.fields.keys()]),
    ]);
    const ours = named.filter((id) => /^cust(entity|body|col|event)_tieout_/.test(id));
    expect(ours.length).toBeGreaterThan(20);
    expect([...new Set(ours)].filter((id) => !files.has(`Objects/${id}.xml`))).toEqual([]);
  });

  test('deploys its user event on every captured type, as its own role, in every context', () => {
    const deployed = new Project().deployments.filter(({ scriptType }) => scriptType === 'usereventscript');
    expect(deployed.map(({ recordType }) => recordType).sort()).toEqual(
      [...new Schema().types.values()]
        .filter(({ isWatched, id }) => isWatched && !['subsidiary', 'billingschedule'].includes(id))
        .map(({ id }) => id)
        .sort(),
    );
    for (const { runAsRole, contexts } of deployed) {
      expect(runAsRole).toBe('customrole_tieout_integration');
      for (const context of ['CSVIMPORT', 'MAPREDUCE', 'SCHEDULED', 'WORKFLOW', 'RESTLET', 'WEBSERVICES']) {
        expect(contexts).toContain(context);
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
    const named = [...files].filter(([file]) => file.endsWith('.xml')).map(([, text]) => text);
    for (const [name, text] of code) {
      expect(named.some((xml) => xml.includes(name))).toBe(true);
      const silent = new Proxy({}, { get: () => ({}), has: () => true });
      const any = new Proxy({}, { get: () => silent, has: () => true }) as Readonly<Record<string, never>>;
      const { header, exports } = loadScript(name, text, any, Date);
      expect([...Object.values(scriptTypes), 'ClientScript']).toContain(header['NScriptType']);
      expect(Object.keys(exports).length).toBeGreaterThan(0);
    }
  });

  test('bring no library with them and stay small enough to be read', () => {
    for (const text of code.values()) {
      expect(text).not.toMatch(/ZodError|node:/);
      expect(text.length).toBeLessThan(60_000);
    }
  });
});
