// D1 was put back to an earlier time: the lane sends again what D1 had taken since, and every row is there as it was.
import { describe, expect, it } from 'vitest';
import type { ChangeResult } from '../../edge-worker/flow/requests.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';
import { type Copy, copyOf, putBack as putRowsBack } from '../support/put-back.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

function firm() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  const { db } = rig.d1.sqlite;
  const copy = () => copyOf(db);
  const putBack = (rows: Copy) => putRowsBack(db, rows);
  const tell = async (id: string, name: string, phone: string) => {
    crm.put('client', id, client(name, phone));
    await rig.notice('crm', 'client', id);
    await rig.pass(minuteMs);
  };
  const sendAgain = (sinceMs: number): Promise<ChangeResult> =>
    change(rig.lane, { verb: 'send-again', sinceMs, by: 'operator' }, async (plain) => plain);
  return { rig, copy, putBack, tell, sendAgain };
}

/** All but the audit row that says it was done, and how far the lane has come since. */
const withoutAudit = (rows: Copy) =>
  [...rows].filter(([table]) => table !== 'audit' && table !== 'lane_heads').map(([table, list]) => [table, list]);

describe('Rows that D1 had taken', () => {
  it('are sent again after D1 was put back, and it holds row by row what it held before', async () => {
    const { rig, copy, putBack, tell, sendAgain } = firm();
    await tell('a', 'Aldermann', '+49 1');
    const sinceMs = rig.nowMs;
    const earlier = copy();
    await rig.pass(20 * minuteMs);
    for (const phone of ['+49 2', '+49 3', '+49 4']) await tell('a', 'Aldermann', phone);
    await tell('b', 'Berger', '+49 9');
    await rig.pass(2 * minuteMs);
    const before = copy();
    // The lane has let go of all of it: only the archive has it.
    expect(rig.rows('SELECT seq FROM flush_log')).toEqual([]);
    putBack(earlier);
    expect(withoutAudit(copy())).not.toEqual(withoutAudit(before));
    expect(await sendAgain(sinceMs)).toMatchObject({ ok: true });
    await rig.pass(minuteMs);
    await rig.pass(minuteMs);
    expect(withoutAudit(copy())).toEqual(withoutAudit(before));
    const [told] = rig.d1.sqlite.db.prepare("SELECT by, detail FROM audit WHERE action = 'record-sent-again'").all();
    expect(told).toMatchObject({ by: 'operator', detail: expect.stringContaining('"refused":"0"') });
  });

  it('do not go over what came after D1 was put back', async () => {
    const { rig, copy, putBack, tell, sendAgain } = firm();
    await tell('a', 'Aldermann', '+49 1');
    const [sinceMs, earlier] = [rig.nowMs, copy()];
    await tell('a', 'Aldermann', '+49 2');
    putBack(earlier);
    await tell('a', 'Aldermann', '+49 3');
    await sendAgain(sinceMs);
    await rig.pass(minuteMs);
    const versions = copy().get('entity_versions') ?? [];
    expect(versions.map(({ version, canonical }) => [version, JSON.parse(String(canonical)).phone])).toEqual([
      [1, '+49 1'],
      [2, '+49 2'],
      [3, '+49 3'],
    ]);
    expect(copy().get('statuses')).toMatchObject([{ state: 'in-step' }]);
  });

  it('go on being sent where D1, the archive or the lane stopped it', async () => {
    const { rig, copy, putBack, tell, sendAgain } = firm();
    const [sinceMs, earlier] = [rig.nowMs, copy()];
    for (const id of ['a', 'b', 'c', 'd']) await tell(id, `Client ${id}`, '+49 1');
    await rig.pass(2 * minuteMs);
    const before = copy();
    putBack(earlier);
    let gets = 0;
    rig.r2.before = (verb) => {
      if (verb === 'get' && ++gets === 2) rig.r2.failure = 'network connection lost';
    };
    await sendAgain(sinceMs);
    await rig.pass(1_000);
    rig.r2.failure = null;
    rig.d1.failure = { when: 'before', times: 1 };
    await rig.pass(10_000);
    await rig.restart();
    await rig.pass(minuteMs);
    await rig.pass(minuteMs);
    expect(withoutAudit(copy())).toEqual(withoutAudit(before));
    expect(rig.logs.filter(([event]) => event === 'loop-failed')).toEqual([]);
  });

  it('are kept as long as D1 can be put back: a request from before says since when', async () => {
    const { rig, tell, sendAgain } = firm();
    await tell('a', 'Aldermann', '+49 1');
    await rig.pass(2 * minuteMs);
    const kept = () => [...rig.r2.texts.keys()].filter((key) => key.startsWith('ins_1/flushed/'));
    const first = kept();
    expect(first.length).toBeGreaterThan(0);
    await rig.pass(32 * dayMs);
    await rig.pass(2 * minuteMs);
    expect(kept().filter((key) => first.includes(key))).toEqual([]);
    expect(await sendAgain(rig.nowMs - 40 * dayMs)).toMatchObject({ ok: false, code: 'not-kept-so-long' });
  });

  it('are flushed once more by a lane that starts anew before they were kept, and nothing is there twice', async () => {
    const { rig, copy, tell } = firm();
    await tell('a', 'Aldermann', '+49 1');
    const before = copy();
    rig.r2.failure = 'network connection lost';
    await tell('a', 'Aldermann', '+49 2');
    const after = copy();
    expect(rig.rows('SELECT seq FROM flush_log').length).toBeGreaterThan(0);
    await rig.restart();
    expect(withoutAudit(copy())).toEqual(withoutAudit(after));
    expect(withoutAudit(after)).not.toEqual(withoutAudit(before));
    rig.r2.failure = null;
    await rig.pass(2 * minuteMs);
    expect(rig.rows('SELECT seq FROM flush_log')).toEqual([]);
  });
});
