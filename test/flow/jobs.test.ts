// Long jobs: driven from outside page by page, each page once but for the one in whose midst the object stops.
import { describe, expect, it } from 'vitest';
import type { ChangePage, Notice } from '../../edge-worker/connectors/connector.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { jobOf, steerJob } from '../../edge-worker/flow/job-book.ts';
import { startLoad } from '../../edge-worker/flow/load-job.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

function firm(count: number, pageSize = 5) {
  const crm = new RigSystem();
  for (let number = 0; number < count; number++) crm.put('client', `c${1_000 + number}`, client(`Client ${number}`));
  const asked: (string | null)[] = [];
  crm.onChanges = (_feed, cursor) => {
    asked.push(cursor);
    return pageAfter(crm, cursor, pageSize);
  };
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] } });
  const begin = (job = 'job_1') => startLoad(rig.lane.core, job, 'crm', ['customer'], 'ines');
  const start = async () => {
    begin();
    rig.lane.wake();
    await rig.settle();
  };
  const state = () => jobOf(rig.lane.core, 'job_1')?.state;
  const known = () => rig.rows('SELECT count(*) AS n FROM entities')[0]?.['n'];
  return { crm, rig, asked, begin, start, state, known };
}

function pageAfter(crm: RigSystem, cursor: string | null, pageSize = 5): ChangePage {
  const ids = [...crm.rows.values()].map((row) => row.recordId).filter((id) => cursor === null || id > cursor);
  const notices = ids.slice(0, pageSize).map((recordId): Notice => {
    return { recordType: 'client', recordId, kind: 'changed', occurredAtMs: 0 };
  });
  return { notices, cursor: notices.at(-1)?.recordId ?? cursor ?? '', hasMore: ids.length > pageSize };
}

async function until(rig: LaneRig, isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !isSo(); turn++) await rig.pass(5_000);
  expect(isSo()).toBe(true);
}

describe('A long job', () => {
  it('is done once every record it told of is decided, and says how many they were', async () => {
    const { rig, start, state, known, asked } = firm(23);
    await start();
    await until(rig, () => state() === 'done');
    expect(known()).toBe(23);
    expect(jobOf(rig.lane.core, 'job_1')).toMatchObject({ total: 23, done: 23 });
    expect(asked).toEqual([null, 'c1004', 'c1009', 'c1014', 'c1019']);
  });

  it('asks for no more than is decided, however much there is', async () => {
    const { crm, rig, start, asked, state } = firm(600, 50);
    let release = () => {};
    crm.onRead = () => new Promise<void>((goOn) => (release = goOn));
    await start();
    await rig.settle();
    expect(asked.length).toBeLessThan(12);
    crm.onRead = null;
    release();
    await until(rig, () => state() === 'done');
    expect(asked).toHaveLength(12);
  });

  it('that is struck dead at any page goes on where it stood: at most that page is asked for twice', async () => {
    const { crm, rig, start, state, known, asked } = firm(50);
    const kills = [2, 5, 9];
    crm.onChanges = async (_feed, cursor) => {
      asked.push(cursor);
      const page = pageAfter(crm, cursor);
      // Never answered: the object stops before it hears.
      if (kills.includes(asked.length)) await new Promise(() => {});
      return page;
    };
    await start();
    for (const kill of kills) {
      await until(rig, () => asked.length >= kill);
      await rig.restart();
    }
    await until(rig, () => state() === 'done');
    expect(known()).toBe(50);
    expect(asked).toHaveLength(10 + kills.length);
    expect(new Set(asked).size).toBe(10);
  });

  it('is driven by one at a time: who was sent before has nothing more to do', async () => {
    const { rig, begin, asked } = firm(50);
    begin();
    rig.lane.wake();
    const [late, now] = await Promise.all([
      rig.lane.work({ job: 'job_1', drive: 0 }),
      rig.lane.work({ job: 'job_1', drive: 1 }),
    ]);
    expect([late.isOver, now.isOver]).toEqual([true, false]);
    expect(asked.filter((cursor) => cursor === null)).toHaveLength(1);
  });

  it('asked for twice is one job', async () => {
    const { begin, rig } = firm(5);
    expect([begin('job_1'), begin('job_2')]).toEqual([{ job: 'job_1' }, { job: 'job_1' }]);
    expect(rig.rows('SELECT id FROM jobs')).toEqual([{ id: 'job_1' }]);
  });

  it('stands still while it is paused, and goes on at the page where it stood', async () => {
    const { crm, rig, start, state, asked } = firm(50);
    crm.onChanges = (_feed, cursor) => {
      asked.push(cursor);
      if (asked.length === 3) steerJob(rig.lane.core, 'job_1', 'pause', 'ines');
      return pageAfter(crm, cursor);
    };
    await start();
    await rig.pass(600_000);
    expect([state(), asked.length]).toEqual(['paused', 3]);
    steerJob(rig.lane.core, 'job_1', 'resume', 'ines');
    await until(rig, () => state() === 'done');
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('that is cancelled writes nothing more, not even the page that was being read', async () => {
    const { crm, rig, start, state, known } = firm(50);
    crm.onChanges = (_feed, cursor) => {
      steerJob(rig.lane.core, 'job_1', 'cancel', 'ines');
      return pageAfter(crm, cursor);
    };
    await start();
    await rig.pass(600_000);
    expect([state(), known()]).toEqual(['cancelled', 0]);
    expect(() => steerJob(rig.lane.core, 'job_1', 'resume', 'ines')).toThrow('This job is cancelled.');
  });

  it('whose page is refused again and again waits for the integration admin, whose retry lets it go on', async () => {
    const { crm, rig, start, state, known } = firm(20);
    crm.onChanges = () => {
      throw new Fault('rejected', 'You may not list clients');
    };
    await start();
    await until(rig, () => state() === 'failed');
    const [hold] = rig.rows('SELECT id, control, owner, params FROM holds');
    expect(hold).toMatchObject({ control: 'job-failed', owner: 'integration' });
    expect(hold?.['params']).toContain('You may not list clients');
    crm.onChanges = (_feed, cursor) => pageAfter(crm, cursor);
    answer(rig.lane.core, String(hold?.['id']), 'retry', 'ines', '');
    await until(rig, () => state() === 'done');
    expect([known(), rig.held()]).toEqual([20, []]);
  });

  it('waits for a connection that does not answer, and fails for none of that', async () => {
    const { crm, rig, start, state } = firm(20);
    crm.onChanges = () => {
      throw new Fault('unreachable', 'nobody there');
    };
    await start();
    for (let turn = 0; turn < 20; turn++) await rig.pass(30_000);
    expect([state(), rig.held()]).toEqual(['running', []]);
    crm.onChanges = (_feed, cursor) => pageAfter(crm, cursor);
    await until(rig, () => state() === 'done');
  });
});
