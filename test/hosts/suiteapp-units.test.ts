// What the SuiteApp costs, run by run, in the units that the platform meters: measured, printed, and held to the table
// that erp-suiteapp/README.md shows to reviewers.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Office, projectPage, statusOf, suiteletPage } from './office.ts';
import { suiteApp, suiteAppId } from './suiteapp.ts';

/** Script and entry point -> the dearest run. */
const dearest = new Map<string, number>();
const readme = readFileSync('erp-suiteapp/README.md', 'utf8');

/** The last figure of a row is what the platform allows, the others what is promised. */
function promised(script: string): readonly number[] {
  const row = readme.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${script}\``)) ?? '';
  const cell = row.split('|').at(-2) ?? '';
  return [...cell.matchAll(/\d[\d,]*/g)].map(([figure]) => Number(figure.replaceAll(',', '')));
}

const costOf = (script: string, entry: string) =>
  dearest.get(`${script} ${entry}`) ?? expect.fail(`${script} ${entry}`);

beforeAll(async () => {
  const office = new Office();
  const collect = () => {
    for (const { script, entry, units } of office.runs()) {
      const name = `${script.replace('customscript_', '')} ${entry}`;
      dearest.set(name, Math.max(units, dearest.get(name) ?? 0));
    }
  };
  office.standIn.install?.(suiteApp);
  office.connect();
  office.save('job', office.job, { comments: 'by a person' });
  await office.page(suiteletPage('sl_sync'), undefined, { type: 'job', id: office.job });
  const statuses = ['psa', 'crm'].map((system) => ({ type: 'job', id: office.job, ...statusOf(system) }));
  await office.results({ verb: 'status', statuses });
  await office.page(projectPage(office.job));
  await office.page('/app/center/card.nl');
  await office.page(suiteletPage('sl_settings'));
  await office.page(suiteletPage('sl_settings', { connect: 'T' }));
  collect();
  const entries = Array.from({ length: 100 }, (_, at) => office.time(at, { statuses: [statusOf('psa')] }));
  await office.results({ verb: 'apply', records: entries });
  collect();
  office.edit(300);
  await office.flush();
  await office.sweep();
  await office.standIn.act('uninstall', { project: suiteAppId });
  collect();
  const rows = [...dearest].map(([name, units]) => ({ run: name, units }));
  console.table(rows.sort((a, b) => a.run.localeCompare(b.run)));
}, 60_000);

describe('A run of the SuiteApp costs no more units than its README says:', () => {
  test('a save, by an import and by a person, and a record page', () => {
    const [import_ = 0, person = 0, page = 0] = promised('tieout_ue_outbox');
    expect(costOf('tieout_ue_outbox', 'afterSubmit')).toBeLessThanOrEqual(person);
    expect(costOf('tieout_ue_outbox', 'beforeLoad')).toBeLessThanOrEqual(page);
    expect(import_).toBeLessThanOrEqual(10);
  });

  test('a batch of the flush, and a call of the RESTlet for a hundred time entries with their status', () => {
    const [rows = 0, batch = 0] = promised('tieout_mr_flush');
    expect([rows, costOf('tieout_mr_flush', 'map') <= batch]).toEqual([100, true]);
    const call = promised('tieout_rl_api').at(-1) ?? 0;
    expect(costOf('tieout_rl_api', 'post')).toBeLessThanOrEqual(call);
  });

  test.each([
    ['tieout_sl_settings', 'onRequest'],
    ['tieout_sl_sync', 'onRequest'],
    ['tieout_pl_health', 'render'],
  ])('%s', (script, entry) => {
    expect(costOf(script, entry)).toBeLessThanOrEqual(promised(script)[0] ?? 0);
  });

  test('installing and leaving', () => {
    const [install = 0, uninstall = 0] = promised('tieout_install');
    expect(costOf('tieout_install', 'run')).toBeLessThanOrEqual(install);
    expect(costOf('tieout_uninstall', 'run')).toBeLessThanOrEqual(uninstall);
  });
});
