// Rows for the record: whoever waits for their own is not kept waiting by everybody else's.
import { describe, expect, it } from 'vitest';
import { answer } from '../../edge-worker/flow/answer.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

function firm() {
  const crm = new RigSystem();
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] } });
  return { crm, rig };
}

describe('Waiting for rows to be in the record', () => {
  it('ends with one’s own rows, although a busy lane always has more', async () => {
    const { crm, rig } = firm();
    await rig.settle();
    let serial = 0;
    let isBusy = true;
    // Each batch that D1 takes meets a new row.
    rig.d1.wait = async () => {
      if (!isBusy) return;
      crm.put('client', `a${++serial}`, client(`A${serial}`));
      rig.lane.core.store.transaction((tx) => tx.tell(`cus_${serial}`, 'held', {}));
    };
    rig.lane.core.store.transaction((tx) => tx.tell('cus_own', 'held', {}));
    expect(await rig.lane.flushed(2_000)).toBe(true);
    expect(rig.rows('SELECT seq FROM flush_log').length).toBeGreaterThan(0);
    isBusy = false;
    await rig.settle(400);
  });

  it('gives up after its time while the record is away', async () => {
    const { rig } = firm();
    await rig.settle();
    rig.d1.failure = { when: 'before', message: 'D1 is overloaded', times: null };
    rig.lane.core.store.transaction((tx) => tx.tell('cus_own', 'held', {}));
    const answered = rig.lane.flushed(2_000);
    await rig.settle(20);
    rig.nowMs += 2_001;
    expect(await answered).toBe(false);
    rig.d1.failure = null;
    await rig.settle(400);
  });
});

describe('Rows for the record', () => {
  it('reach it although the numbers of rows that were kept are given again', async () => {
    const { rig } = firm();
    const tell = (entity: string) => rig.lane.core.store.transaction((tx) => tx.tell(entity, 'held', {}));
    for (const entity of ['cus_1', 'cus_2']) tell(entity);
    await rig.pass(1_000);
    // After a minute the archive has them, and the log is empty.
    await rig.pass(61_000);
    expect(rig.rows('SELECT seq FROM flush_log')).toEqual([]);
    tell('cus_3');
    await rig.pass(1_000);
    const told = rig.d1.sqlite.db
      .prepare("SELECT entity FROM timeline WHERE entity LIKE 'cus_%' ORDER BY entity")
      .all();
    expect(told.map((row) => row['entity'])).toEqual(['cus_1', 'cus_2', 'cus_3']);
  });
});

describe('The inbox', () => {
  it('forgets deliveries decided long ago, but never the newest', async () => {
    const { crm, rig } = firm();
    for (const id of ['a', 'b', 'c']) {
      crm.put('client', id, client(id));
      await rig.notice('crm', 'client', id);
    }
    expect(rig.rows('SELECT seq FROM deliveries')).toHaveLength(3);
    await rig.pass(2 * 3_600_000);
    expect(rig.rows('SELECT seq FROM deliveries')).toEqual([{ seq: 3 }]);
    crm.put('client', 'd', client('d'));
    await rig.notice('crm', 'client', 'd');
    expect(rig.lane.waitingCount()).toBe(0);
    expect(rig.rows("SELECT id FROM entities WHERE kind = 'customer'")).toHaveLength(4);
  });
});

describe('The record', () => {
  it('tells of every refusal, not only of the first', async () => {
    const crm = new RigSystem();
    const erp = new RigSystem();
    const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
    erp.onWrite = async (writes) =>
      writes.map(() => ({ outcome: 'refused', code: 'rejected', message: 'No', fields: [], vendorCode: null }));
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    answer(rig.lane.core, String(rig.rows('SELECT id FROM holds')[0]?.['id']), 'retry', 'ada', '');
    for (let turn = 0; turn < 5; turn++) await rig.pass(1_000);
    const told = rig.d1.sqlite.db.prepare("SELECT outcome, code FROM receipts WHERE outcome = 'refused'").all();
    expect(told).toHaveLength(2);
  });
});
