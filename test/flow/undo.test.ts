// An application of a mapping is undone: each value it wrote is what it was before, where nobody has changed it since.
import { describe, expect, it } from 'vitest';
import { Fault } from '../../edge-worker/faults.ts';
import type { Found } from '../../edge-worker/flow/found.ts';
import { jobOf } from '../../edge-worker/flow/job-book.ts';
import { changeJob, type JobChange } from '../../edge-worker/flow/job-requests.ts';
import { publish } from '../../edge-worker/flow/steward.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';
import { spelled } from '../support/spelled-mapping.ts';

const noted = (note: string) => spelled('Germany', note);

async function firm(...names: readonly string[]) {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  for (const name of names) crm.put('client', name, client(name));
  await rig.notice('crm', 'client', ...names);
  await rig.pass(60_000);
  const ask = async (change: JobChange) => {
    changeJob(rig.lane.core, change, 'ines');
    rig.lane.wake();
    await rig.settle();
  };
  const asked = { connection: null, kinds: ['customer'], sinceMs: null, withDifferences: false } as const;
  const apply = async (job = 'job_1') => {
    await ask({ step: 'apply', job, asked });
    await ask({ step: 'run', job });
    await rig.pass(1_000);
  };
  const undo = async (job = 'job_2', undoes = 'job_1') => {
    await ask({ step: 'undo', job, undoes, owners: null });
    await rig.pass(1_000);
  };
  const found = (job = 'job_2') => (JSON.parse(jobOf(rig.lane.core, job)?.place ?? '{}') as { found: Found }).found;
  const held = () => [...erp.rows.values()].map(({ wire }) => [wire['name'], wire['country'], wire['note'] ?? null]);
  const edit = (name: string, values: Readonly<Record<string, unknown>>) => {
    const row = [...erp.rows.values()].find(({ wire }) => wire['name'] === name);
    if (row) erp.put('client', row.recordId, { ...row.wire, ...values }, row.externalId);
  };
  return { crm, erp, rig, ask, apply, undo, found, held, edit };
}

describe('An application that is undone', () => {
  it('leaves every record as it was before, and so it stays', async () => {
    const { crm, erp, rig, apply, undo, found, held, edit } = await firm('Acme', 'Bolt');
    edit('Bolt', { note: 'theirs' });
    publish(rig.lane.core, noted('v2'), 'ines');
    await apply();
    expect(held()).toEqual([
      ['Acme', 'Germany', 'v2'],
      ['Bolt', 'Germany', 'v2'],
    ]);
    await undo();
    const before = [
      ['Acme', 'DE', null],
      ['Bolt', 'DE', 'theirs'],
    ];
    expect(held()).toEqual(before);
    expect(jobOf(rig.lane.core, 'job_2')).toMatchObject({ kind: 'undo', state: 'done', total: 2, done: 2 });
    expect(found()).toMatchObject({ written: 2, billed: 0, left: 0 });
    const writes = erp.count('write');
    for (let turn = 0; turn < 5; turn++) await rig.pass(60_000);
    expect([erp.count('write'), rig.held()]).toEqual([writes, []]);
    // Other news of the same record travels, and brings none of it back.
    crm.put('client', 'Acme', client('Acme', '77'));
    await rig.notice('crm', 'client', 'Acme');
    await rig.pass(60_000);
    expect([held(), [...erp.rows.values()].map(({ wire }) => wire['phone'])]).toEqual([before, ['77', '1']]);
  });

  it('is no obstacle to the next mapping, nor to the same one applied again', async () => {
    const { rig, apply, undo, held } = await firm('Acme');
    publish(rig.lane.core, noted('v2'), 'ines');
    await apply();
    await undo();
    await apply('job_3');
    expect(held()).toEqual([['Acme', 'Germany', 'v2']]);
    await undo('job_4', 'job_3');
    publish(rig.lane.core, noted('v3'), 'ines');
    await apply('job_5');
    expect(held()).toEqual([['Acme', 'Germany', 'v3']]);
    await undo('job_6', 'job_5');
    expect(held()).toEqual([['Acme', 'DE', null]]);
  });

  it('leaves alone what somebody has changed since, here or there, and shows it', async () => {
    const { crm, rig, apply, undo, found, held, edit } = await firm('Acme', 'Bolt');
    publish(rig.lane.core, noted('v2'), 'ines');
    await apply();
    edit('Acme', { note: 'mine' });
    crm.put('client', 'Bolt', { ...client('Bolt'), country: null });
    await rig.notice('crm', 'client', 'Bolt');
    await rig.pass(60_000);
    await undo();
    expect(held()).toEqual([
      ['Acme', 'DE', 'mine'],
      ['Bolt', null, null],
    ]);
    const left = found().groups.filter(({ action }) => action === 'left');
    expect(left.map(({ field, rows }) => [field, rows.map(({ before, after }) => [before, after])])).toEqual([
      ['=note', [['mine', null]]],
      ['country', [[null, 'DE']]],
    ]);
    expect(found()).toMatchObject({ written: 2, left: 2 });
  });

  it('puts back what was written before it was cancelled, and writes nothing of the rest', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `c${100 + index}`);
    const { erp, rig, ask, undo, found, held } = await firm(...names);
    publish(rig.lane.core, noted('v2'), 'ines');
    const asked = { connection: null, kinds: ['customer'], sinceMs: null, withDifferences: false } as const;
    await ask({ step: 'apply', job: 'job_1', asked });
    erp.onWrite = async (_writes, carryOut) => {
      erp.onWrite = null;
      changeJob(rig.lane.core, { step: 'cancel', job: 'job_1' }, 'ines');
      return carryOut();
    };
    await ask({ step: 'run', job: 'job_1' });
    await rig.pass(1_000);
    const written = held().filter(([, , note]) => note === 'v2').length;
    expect(written).toBe(50);
    await undo();
    expect(held().filter(([, country, note]) => country !== 'DE' || note !== null)).toEqual([]);
    expect(found()).toMatchObject({ written: 50, left: 0 });
  });

  it('leaves what it has created and what an invoice has billed meanwhile, and lists both', async () => {
    const { erp, rig, apply, undo, found, held } = await firm('Acme', 'Bolt');
    const idOf = (name: string) =>
      rig.rows(`SELECT id FROM entities WHERE canonical ->> 'name' = '${name}'`)[0]?.['id'];
    publish(rig.lane.core, noted('v2'), 'ines');
    rig.storage.sql.exec('DELETE FROM links WHERE connection = ? AND entity = ?', 'erp', idOf('Acme'));
    erp.rows.clear();
    erp.put('client', 'n2', client('Bolt'), String(idOf('Bolt')));
    rig.storage.sql.exec("UPDATE links SET record_id = 'n2' WHERE connection = 'erp'");
    await apply();
    rig.storage.sql.exec('INSERT INTO billed_lines VALUES (?, ?, ?, 1)', idOf('Bolt'), 'inv_1', '1');
    const before = held();
    expect(before).toHaveLength(2);
    await undo();
    expect(held()).toEqual(before);
    expect(found()).toMatchObject({ written: 0, billed: 1, left: 1 });
    expect(found().groups.find(({ action }) => action === 'left')).toMatchObject({ field: null, count: 1 });
  });

  it('is undone as well where a write was cut off and the hub has stopped in between', async () => {
    const { erp, rig, apply, ask, held } = await firm('Acme', 'Bolt');
    publish(rig.lane.core, noted('v2'), 'ines');
    erp.onWrite = async (_writes, carryOut) => {
      carryOut();
      throw new Fault('uncertain', 'cut');
    };
    await apply();
    erp.onWrite = null;
    expect(held().map(([, , note]) => note)).toEqual(['v2', 'v2']);
    await ask({ step: 'undo', job: 'job_2', undoes: 'job_1', owners: null });
    await rig.restart();
    for (let turn = 0; turn < 6; turn++) await rig.pass(60_000);
    expect(held()).toEqual([
      ['Acme', 'DE', null],
      ['Bolt', 'DE', null],
    ]);
    expect(jobOf(rig.lane.core, 'job_2')).toMatchObject({ state: 'done' });
  });
});

describe('What cannot be undone', () => {
  it('is said: a job that runs, one that is no application, one that was undone', async () => {
    const { rig, ask, apply, undo } = await firm('Acme');
    const asked = { connection: null, kinds: ['customer'], sinceMs: 0, withDifferences: false } as const;
    const codeOf = (undoes: string) => {
      try {
        changeJob(rig.lane.core, { step: 'undo', job: 'job_9', undoes, owners: null }, 'ines');
      } catch (error) {
        return (error as { code: string }).code;
      }
      return null;
    };
    await ask({ step: 'replay', job: 'job_0', asked });
    expect([codeOf('job_0'), codeOf('job_8')]).toEqual(['not-undoable', 'unknown-job']);
    await ask({ step: 'apply', job: 'job_7', asked });
    expect(codeOf('job_7')).toBe('job-not-ended');
    await apply();
    await undo();
    expect(codeOf('job_1')).toBe('undone-already');
  });
});
