// What was deleted: proved twice before anything follows, taken back or asked about as its kind says, held when it is
// too many at once, and undone when it is there again. What merely cannot be seen undoes nothing.
import { describe, expect, it } from 'vitest';
import { choice, flag, textOrNull } from '../../edge-worker/connectors/codecs.ts';
import { at } from '../../edge-worker/connectors/connector.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { client, LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

const { time, customer } = rigMaps;
if (!time || !customer) throw new Error('the rig keeps hours and customers');
const approval = choice('stage', { open: 'open', submitted: 'submitted', approved: 'approved', rejected: 'rejected' });
const maps = {
  ...rigMaps,
  customer: { ...customer, withdrawal: 'closed' },
  time: {
    ...time,
    withdrawal: 'unapproved',
    fields: {
      ...time.fields,
      note: at('note', textOrNull),
      approval: at('stage', approval),
      isInvoiced: at('billed', flag, 'in'),
    },
  },
} as const;
/** Twice the grace, so that what was proved once has been proved again. */
const graceMs = 125_000;

const feed = { name: 'gone', everyMs: 60_000, activeMs: 60_000, startAt: () => 'start' };

async function firm(entries: number) {
  const [crm, psa, erp] = [new RigSystem(), new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'], maps: { customer: maps.customer } },
    psa: { system: psa, roles: ['psa'], maps, feeds: [feed] },
    erp: { system: erp, roles: ['erp'], maps },
  });
  psa.put('person', 'r', { name: 'Ines', mail: 'i@x' });
  erp.put('person', 'e', { name: 'Ines', mail: 'i@x' });
  await rig.notice('erp', 'person', 'e');
  await rig.notice('psa', 'person', 'r');
  psa.put('job', 'p', { name: 'Rollout' });
  const names = Array.from({ length: entries }, (_, index) => `t${index}`);
  const worked = { job: 'p', person: 'r', day: '2026-11-03', hours: '4', rate: null, role: null, currency: 'EUR' };
  for (const name of names) psa.put('hours', name, { ...worked, note: name, stage: 'approved' });
  if (names.length > 0) await rig.notice('psa', 'hours', ...names);
  await rig.settle();
  const posted = () => [...erp.rows.values()].filter((row) => row.recordType === 'hours');
  const withdrawn = () => posted().filter((row) => row.isWithdrawn).length;
  const remove = async (...ids: string[]) => {
    for (const id of ids) psa.remove('hours', id);
    await rig.notice('psa', 'hours', ...ids);
  };
  /** The system tells nobody; its feed finds them when it is asked next. */
  const vanish = (...ids: string[]) => {
    for (const id of ids) psa.remove('hours', id);
    psa.onChanges = (_feed, cursor) => {
      psa.onChanges = null;
      const notice = { recordType: 'hours', kind: 'deleted', occurredAtMs: 0 } as const;
      return { notices: ids.map((recordId) => ({ ...notice, recordId })), cursor: `${cursor}+`, hasMore: false };
    };
  };
  const restore = async (...ids: string[]) => {
    for (const id of ids) psa.put('hours', id, { ...worked, note: id, stage: 'approved' });
    await rig.notice('psa', 'hours', ...ids);
  };
  const holdId = () => String(rig.rows('SELECT id FROM holds')[0]?.['id']);
  return { rig, crm, psa, erp, names, posted, withdrawn, remove, vanish, restore, holdId };
}

describe('A deleted entry', () => {
  it('is taken back in the ledger once its deletion was proved twice', async () => {
    const { rig, withdrawn, remove } = await firm(3);
    await remove('t0');
    expect(withdrawn()).toBe(0);
    await rig.pass(graceMs);
    await rig.pass(1_000);
    expect([withdrawn(), rig.held()]).toEqual([1, []]);
  });

  it('is taken back though it was told once more, and read too early because that read failed at first', async () => {
    const { rig, psa, withdrawn, remove } = await firm(3);
    await remove('t0');
    await rig.pass(5_000);
    psa.onRead = () => {
      psa.onRead = null;
      throw new Fault('unreachable', 'Timed out');
    };
    await rig.notice('psa', 'hours', 't0');
    await rig.pass(10_000);
    expect(psa.onRead).toBe(null);
    await rig.pass(graceMs);
    await rig.pass(1_000);
    expect(withdrawn()).toBe(1);
  });

  it('that is restored comes back as the same record; restored in time, nothing has happened', async () => {
    const { rig, erp, withdrawn, remove, restore, posted } = await firm(3);
    const before = posted().map((row) => row.recordId);
    await remove('t0');
    await restore('t0');
    await rig.pass(graceMs);
    expect(erp.count('withdraw')).toBe(0);
    await remove('t1');
    await rig.pass(graceMs);
    await rig.pass(1_000);
    expect(withdrawn()).toBe(1);
    await restore('t1');
    expect([withdrawn(), posted().map((row) => row.recordId)]).toEqual([0, before]);
    expect(rig.rows('SELECT * FROM deletions')).toEqual([]);
  });

  it('that an invoice has is finance’s to decide', async () => {
    const { rig, erp, posted, withdrawn, remove } = await firm(3);
    const [entry] = posted();
    if (!entry) throw new Error('nothing was posted');
    erp.put('hours', entry.recordId, { ...entry.wire, billed: true }, entry.externalId);
    await rig.notice('erp', 'hours', entry.recordId);
    await remove(String(entry.wire['note']));
    await rig.pass(graceMs);
    await rig.pass(1_000);
    expect([withdrawn(), rig.held()]).toEqual([0, ['withdrawn-after-invoice']]);
  });

  it('is not believed when a notice says so and the record is there', async () => {
    const { rig, erp } = await firm(1);
    const notice = { recordType: 'hours', recordId: 't0', kind: 'deleted', occurredAtMs: 0 } as const;
    rig.lane.accept('psa', 'forged', [notice], []);
    await rig.settle();
    await rig.pass(graceMs);
    expect([erp.count('withdraw'), rig.rows('SELECT * FROM deletions')]).toEqual([0, []]);
  });

  it('that merely cannot be seen any more undoes nothing and has an owner', async () => {
    const { rig, psa, erp } = await firm(1);
    psa.rows.delete('hours|t0');
    await rig.notice('psa', 'hours', 't0');
    for (let tries = 0; tries < 8; tries++) await rig.pass(70_000);
    expect(erp.count('withdraw')).toBe(0);
    expect(rig.rows('SELECT control, owner FROM holds')).toEqual([{ control: 'record-hidden', owner: 'integration' }]);
  });
});

describe('A deleted customer', () => {
  async function deleted() {
    const world = await firm(0);
    const { rig, crm } = world;
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    crm.remove('client', 'a');
    await rig.notice('crm', 'client', 'a');
    await rig.pass(graceMs);
    const inErp = () => [...world.erp.rows.values()].filter((row) => row.recordType === 'client');
    return { ...world, inErp };
  }

  it('is asked about, and nothing happens before the answer', async () => {
    const { rig, inErp } = await deleted();
    expect(rig.rows('SELECT control, owner FROM holds')).toEqual([{ control: 'deleted-at-source', owner: 'sales' }]);
    expect(inErp().map((row) => row.isWithdrawn)).toEqual([false]);
  });

  it('is taken back elsewhere when its owner says so', async () => {
    const { rig, inErp, holdId } = await deleted();
    answer(rig.lane.core, holdId(), 'withdraw', 'sales', '');
    await rig.pass(1_000);
    expect([inErp().map((row) => row.isWithdrawn), rig.held()]).toEqual([[true], []]);
  });

  it('is kept elsewhere with a reason, and not asked about again', async () => {
    const { rig, inErp, holdId } = await deleted();
    answer(rig.lane.core, holdId(), 'keep', 'sales', 'Still pays');
    await rig.notice('crm', 'client', 'a');
    await rig.pass(graceMs);
    expect([inErp().map((row) => row.isWithdrawn), rig.held()]).toEqual([[false], []]);
  });

  it('is asked about again when it was said to be restored and is not', async () => {
    const { rig, holdId } = await deleted();
    const first = holdId();
    answer(rig.lane.core, first, 'retry', 'sales', '');
    await rig.pass(1_000);
    expect([rig.held(), holdId() === first]).toEqual([['deleted-at-source'], false]);
  });
});

describe('A record that vanishes from the ledger', () => {
  async function vanished() {
    const world = await firm(1);
    const { rig, erp, posted } = world;
    const id = posted()[0]?.recordId ?? '';
    erp.remove('hours', id);
    await rig.notice('erp', 'hours', id);
    await rig.pass(graceMs);
    expect(rig.rows('SELECT control, owner FROM holds')).toEqual([{ control: 'target-gone', owner: 'integration' }]);
    return world;
  }

  it('is created again when the admin says so', async () => {
    const { rig, posted, holdId } = await vanished();
    answer(rig.lane.core, holdId(), 'recreate', 'admin', '');
    await rig.pass(1_000);
    expect([posted().length, rig.held()]).toEqual([1, []]);
  });

  it('is left out for good when the admin says so, whatever changes', async () => {
    const { rig, posted, restore, holdId } = await vanished();
    answer(rig.lane.core, holdId(), 'leave', 'admin', '');
    await restore('t0');
    await rig.pass(1_000);
    expect([posted().length, rig.held()]).toEqual([0, []]);
  });
});

describe('The delete guard', () => {
  async function guarded() {
    const world = await firm(30);
    const { rig, names, remove } = world;
    // Half of them are told by one delivery, half by another.
    await remove(...names.slice(0, 12));
    await rig.pass(60_000);
    await remove(...names.slice(12, 24));
    await rig.pass(graceMs);
    await rig.pass(graceMs);
    return world;
  }

  it('holds more than twenty within an hour, all under one exception', async () => {
    const { rig, erp } = await guarded();
    const [hold, ...others] = rig.rows('SELECT control, owner, params FROM holds');
    expect([hold?.['control'], hold?.['owner'], others]).toEqual(['delete-guard', 'integration', []]);
    expect(JSON.parse(String(hold?.['params']))).toMatchObject({ count: '24', before: '0' });
    expect(erp.count('withdraw')).toBe(0);
  });

  it('lets them through when they are meant', async () => {
    const { rig, withdrawn, holdId } = await guarded();
    expect(() => answer(rig.lane.core, holdId(), 'let-through', 'admin', ' ')).toThrow('needs a reason');
    answer(rig.lane.core, holdId(), 'let-through', 'admin', 'The project was entered twice');
    await rig.pass(1_000);
    expect([withdrawn(), rig.held()]).toEqual([24, []]);
  });

  it('waits for what was a mistake until the last of it is restored; nothing was ever taken back', async () => {
    const { rig, erp, names, restore, holdId } = await guarded();
    const id = holdId();
    answer(rig.lane.core, id, 'mistake', 'admin', '');
    expect(rig.rows('SELECT code FROM holds')).toEqual([{ code: 'awaiting-restoration' }]);
    await restore(...names.slice(0, 23));
    expect(rig.held()).toEqual(['delete-guard']);
    expect(holdId()).toBe(id);
    await restore(...names.slice(23, 24));
    expect([rig.held(), erp.count('withdraw')]).toEqual([[], 0]);
  });

  it('counts what a notice told and what the feed found together: each alone would pass', async () => {
    for (const isToldFirst of [true, false]) {
      const { rig, erp, remove, vanish } = await firm(30);
      if (isToldFirst) await remove('t0');
      vanish('t1');
      await rig.pass(61_000);
      if (!isToldFirst) await remove('t0');
      // One after the other is proved a second time.
      for (let turn = 0; turn < 10; turn++) await rig.pass(30_000);
      expect([rig.held(), erp.count('withdraw')]).toEqual([['delete-guard'], 0]);
      expect(JSON.parse(String(rig.rows('SELECT params FROM holds')[0]?.['params']))).toMatchObject({ count: '2' });
    }
  });

  it('holds more than one in a hundred, and lets a single one pass', async () => {
    const { rig, withdrawn, remove } = await firm(10);
    await remove('t0');
    await rig.pass(graceMs);
    await rig.pass(1_000);
    expect([withdrawn(), rig.held()]).toEqual([1, []]);
    await remove('t1');
    await rig.pass(graceMs);
    await rig.pass(1_000);
    expect([withdrawn(), rig.held()]).toEqual([1, ['delete-guard']]);
  });
});
