// Records decided again: everything since a moment, or everything that exists. A look writes nothing; a run writes what
// the look said.
import { describe, expect, it } from 'vitest';
import { Fault } from '../../edge-worker/faults.ts';
import { type AgainAsked, placeOf } from '../../edge-worker/flow/again-job.ts';
import { jobOf } from '../../edge-worker/flow/job-book.ts';
import { changeJob } from '../../edge-worker/flow/job-requests.ts';
import { mappingContent } from '../../edge-worker/flow/mapping.ts';
import { acceptMatches, publish } from '../../edge-worker/flow/steward.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

const everything: AgainAsked = { connection: null, kinds: ['customer'], sinceMs: null, withDifferences: false };

async function firm(...names: readonly string[]) {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  for (const name of names) {
    crm.put('client', name, client(name));
    await rig.notice('crm', 'client', name);
    await rig.pass(60_000);
  }
  const job = () => jobOf(rig.lane.core, 'job_1');
  const start = async (step: 'replay' | 'apply' | 'run' | 'pause' | 'cancel', asked = everything) => {
    const change = step === 'replay' || step === 'apply' ? { step, job: 'job_1', asked } : { step, job: 'job_1' };
    changeJob(rig.lane.core, change, 'ines');
    rig.lane.wake();
    await rig.settle();
  };
  const found = () => {
    const row = job();
    return row ? placeOf(row).found : null;
  };
  const phones = () => [...erp.rows.values()].map(({ wire }) => [wire['name'], wire['phone']]);
  return { crm, erp, rig, job, start, found, phones };
}

describe('A replay', () => {
  it('says what was missed, with no request but reads, and writes it once it is let run', async () => {
    const { crm, erp, start, job, found, phones } = await firm('Acme', 'Bolt', 'Cask');
    crm.put('client', 'Bolt', client('Bolt', '77'));
    await start('replay');
    expect(job()).toMatchObject({ state: 'ready', total: 3, done: 3 });
    expect(found()).toMatchObject({ written: 1, held: 0, groups: [{ connection: 'erp', field: 'phone', count: 1 }] });
    expect(found()?.groups[0]?.rows).toMatchObject([{ before: '1', after: '77' }]);
    const writes = erp.count('write');
    expect(writes).toBe(3);
    await start('run');
    expect(job()).toMatchObject({ state: 'done', done: 3 });
    expect(erp.count('write')).toBe(writes + 1);
    expect(phones()).toEqual([
      ['Acme', '1'],
      ['Bolt', '77'],
      ['Cask', '1'],
    ]);
  });

  it('takes what has changed since its moment, and nothing before', async () => {
    const { crm, rig, start, job } = await firm('Acme', 'Bolt', 'Cask');
    await start('replay', { ...everything, sinceMs: rig.nowMs - 90_000 });
    expect(job()).toMatchObject({ total: 1, done: 1 });
    expect(crm.calls.at(-1)).toBe('read Cask');
  });

  it('takes one record alone where one is named', async () => {
    const { crm, start, job, found, phones } = await firm('Acme', 'Bolt');
    for (const name of ['Acme', 'Bolt']) crm.put('client', name, client(name, '77'));
    await start('replay', { ...everything, entity: 'cus_01J00000000000000000000000' });
    expect(job()).toMatchObject({ state: 'ready', total: 0 });
    expect(found()).toMatchObject({ written: 0 });
    await start('cancel');
    expect(phones()).toEqual([
      ['Acme', '1'],
      ['Bolt', '1'],
    ]);
  });

  it('writes the owner’s word over what somebody has changed in another system unseen', async () => {
    const { erp, start, found, phones } = await firm('Acme');
    const [row] = [...erp.rows.values()];
    erp.put('client', String(row?.recordId), { ...row?.wire, phone: 'wrong' });
    await start('replay');
    expect(found()).toMatchObject({ written: 1 });
    await start('run');
    expect(phones()).toEqual([['Acme', '1']]);
  });

  it('that is cancelled after its look has changed nothing', async () => {
    const { crm, rig, start, phones } = await firm('Acme');
    const before = rig.rows('SELECT * FROM entities');
    crm.put('client', 'Acme', client('Acme', '77'));
    await start('replay');
    await start('cancel');
    expect([rig.rows('SELECT * FROM entities'), rig.rows('SELECT * FROM commands')]).toEqual([before, []]);
    expect(phones()).toEqual([['Acme', '1']]);
  });

  it('waits while a system does not answer, and leaves none of its records out', async () => {
    const { crm, rig, start, job } = await firm('Acme', 'Bolt');
    crm.onRead = () => {
      throw new Fault('unreachable', 'nobody there');
    };
    await start('replay');
    expect(job()).toMatchObject({ state: 'running', done: 0 });
    crm.onRead = null;
    for (let turn = 0; turn < 5; turn++) await rig.pass(60_000);
    expect(job()).toMatchObject({ state: 'ready', done: 2 });
  });

  it('finds out as ever that a record is gone', async () => {
    const { crm, rig, start } = await firm('Acme');
    crm.remove('client', 'Acme');
    await start('replay');
    await start('run');
    expect(rig.rows('SELECT record_id FROM deletions')).not.toEqual([]);
  });
});

describe('Applying a mapping to existing records', () => {
  const noted = mappingContent.parse({
    maps: { erp: { customer: { extra: [{ at: 'note', constant: 'v2', codec: 'text' }] } } },
  });

  it('lists what differs, writes it page by page, and is in step afterwards', async () => {
    const { rig, erp, start, job, found } = await firm('Acme', 'Bolt');
    publish(rig.lane.core, noted, 'ines');
    await rig.pass(60_000);
    expect([...erp.rows.values()].map(({ wire }) => wire['note'])).toEqual([undefined, undefined]);
    await start('apply');
    expect(found()).toMatchObject({ written: 2, groups: [{ field: '=note', count: 2 }] });
    await start('run');
    expect([...erp.rows.values()].map(({ wire }) => wire['note'])).toEqual(['v2', 'v2']);
    expect(job()).toMatchObject({ state: 'done' });
    const writes = erp.count('write');
    await rig.pass(60_000);
    expect(erp.count('write')).toBe(writes);
  });

  it('writes what the first day found different, where that is asked for', async () => {
    const [crm, erp] = [new RigSystem(), new RigSystem()];
    const seat = { system: erp, roles: ['erp'], flow: 'matching' } as const;
    const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: seat });
    erp.put('client', 'e', client('Acme', '9'));
    crm.put('client', 'a', client('Acme', '1'));
    await rig.notice('erp', 'client', 'e');
    await rig.notice('crm', 'client', 'a');
    expect(acceptMatches(rig.lane.core, 'erp', 'customer', null, 'ines')).toMatchObject({ linked: 1 });
    await rig.pass(1_000);
    const phone = () => erp.rows.get('client|e')?.wire['phone'];
    const steps = async (job: string, withDifferences: boolean) => {
      changeJob(rig.lane.core, { step: 'apply', job, asked: { ...everything, withDifferences } }, 'ines');
      await rig.pass(1);
      changeJob(rig.lane.core, { step: 'run', job }, 'ines');
      await rig.pass(1);
    };
    await steps('job_1', false);
    expect(phone()).toBe('9');
    await steps('job_2', true);
    expect(phone()).toBe('1');
  });

  it('leaves what an invoice has billed as it is, and lists it', async () => {
    const { rig, erp, start, found } = await firm('Acme', 'Bolt');
    const id = rig.rows("SELECT id FROM entities WHERE canonical ->> 'name' = 'Acme'")[0]?.['id'];
    rig.storage.sql.exec('INSERT INTO billed_lines VALUES (?, ?, ?, 1)', id, 'inv_1', '1');
    publish(rig.lane.core, noted, 'ines');
    await start('apply');
    expect(found()).toMatchObject({ written: 1, billed: 1 });
    await start('run');
    expect([...erp.rows.values()].map(({ wire }) => [wire['name'], wire['note']])).toEqual([
      ['Acme', undefined],
      ['Bolt', 'v2'],
    ]);
  });
});
