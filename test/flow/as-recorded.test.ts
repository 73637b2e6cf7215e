// A replay as recorded: records as they are now, under the mapping version that each was decided under last.
import { describe, expect, it } from 'vitest';
import { type AgainAsked, placeOf } from '../../edge-worker/flow/again-job.ts';
import { jobOf } from '../../edge-worker/flow/job-book.ts';
import { changeJob } from '../../edge-worker/flow/job-requests.ts';
import { publish } from '../../edge-worker/flow/steward.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';
import { spelled } from '../support/spelled-mapping.ts';

/** Decided under version 2, whose spelling is theirs; version 3 is in force by now. */
async function firm(...names: readonly string[]) {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  publish(rig.lane.core, spelled('Germany', 'second'), 'ines');
  for (const name of names) crm.put('client', name, client(name));
  await rig.notice('crm', 'client', ...names);
  await rig.pass(60_000);
  publish(rig.lane.core, spelled('Deutschland', 'third'), 'ines');
  await rig.pass(60_000);
  const start = async (job: string, more: Partial<AgainAsked> = {}, step: 'replay' | 'apply' = 'replay') => {
    const all = { connection: null, kinds: ['customer'], sinceMs: null, withDifferences: false } as const;
    changeJob(rig.lane.core, { step, job, asked: { ...all, ...more } }, 'ines');
    await rig.pass(1_000);
  };
  const run = async (job: string) => {
    changeJob(rig.lane.core, { step: 'run', job }, 'ines');
    await rig.pass(1_000);
  };
  const found = (job: string) => {
    const row = jobOf(rig.lane.core, job);
    return row ? placeOf(row).found : null;
  };
  const held = () =>
    [...erp.rows.values()].map(({ wire }) => [wire['name'], wire['phone'], wire['country'], wire['note']]);
  return { crm, erp, rig, start, run, found, held };
}

describe('A replay as recorded', () => {
  it('brings what was missed under the version of the time, and leaves the spelling of the time alone', async () => {
    const { crm, erp, rig, start, run, found, held } = await firm('Acme', 'Bolt');
    crm.put('client', 'Bolt', client('Bolt', '77'));
    await start('job_1', { isAsRecorded: true });
    expect(jobOf(rig.lane.core, 'job_1')).toMatchObject({ state: 'ready', done: 2 });
    expect(found('job_1')).toMatchObject({ written: 1, groups: [{ field: 'phone', count: 1 }] });
    expect(held().map(([, phone]) => phone)).toEqual(['1', '1']);
    await run('job_1');
    const now = [
      ['Acme', '1', 'Germany', 'second'],
      ['Bolt', '77', 'Germany', 'second'],
    ];
    expect(held()).toEqual(now);
    const writes = erp.count('write');
    for (let turn = 0; turn < 5; turn++) await rig.pass(60_000);
    expect([held(), erp.count('write'), rig.held()]).toEqual([now, writes, []]);
  });

  it('takes back what a newer version has written since; what nobody replays so is decided as ever', async () => {
    const { rig, start, run, held } = await firm('Acme');
    await start('job_1', {}, 'apply');
    await run('job_1');
    expect(held()).toEqual([['Acme', '1', 'Deutschland', 'third']]);
    await start('job_2', { isAsRecorded: true });
    await run('job_2');
    expect([held(), rig.held()]).toEqual([[['Acme', '1', 'Germany', 'second']], []]);
    // Until a mapping is applied again.
    await start('job_3', {}, 'apply');
    await run('job_3');
    expect(held()).toEqual([['Acme', '1', 'Deutschland', 'third']]);
  });

  it('is not what a replay does where nobody asks for it', async () => {
    const { start, run, found, held } = await firm('Acme');
    await start('job_1');
    expect(found('job_1')).toMatchObject({ written: 1 });
    await run('job_1');
    expect(held()).toEqual([['Acme', '1', 'Deutschland', 'third']]);
  });

  it('waits while the record of what was decided is away', async () => {
    const { rig, start } = await firm('Acme');
    rig.d1.failure = { when: 'before', times: null };
    await start('job_1', { isAsRecorded: true });
    expect(jobOf(rig.lane.core, 'job_1')).toMatchObject({ state: 'running', done: 0 });
    rig.d1.failure = null;
    for (let turn = 0; turn < 3; turn++) await rig.pass(10_000);
    expect(jobOf(rig.lane.core, 'job_1')).toMatchObject({ state: 'ready', done: 1 });
  });
});
