// What must not count any more is taken back where it was written: once, by looking when in doubt, never when it is
// billed; and it comes back as the same record.
import { describe, expect, it } from 'vitest';
import { choice, flag, textOrNull } from '../../edge-worker/connectors/codecs.ts';
import { at } from '../../edge-worker/connectors/connector.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { acceptMatches } from '../../edge-worker/flow/steward.ts';
import { LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

const { time } = rigMaps;
if (!time) throw new Error('the rig keeps hours');
const approval = choice('stage', { open: 'open', submitted: 'submitted', approved: 'approved', rejected: 'rejected' });
const maps = {
  ...rigMaps,
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

/** Four approved hours that the ledger holds. */
async function posted({ isByHand = false, deletes = false, isFirstDay = false } = {}) {
  const [psa, erp] = [new RigSystem(), new RigSystem()];
  erp.deletes = deletes;
  const { withdrawal: _way, ...byHand } = maps.time;
  const rig = new LaneRig({
    psa: { system: psa, roles: ['psa'], maps },
    erp: {
      system: erp,
      roles: ['erp'],
      maps: isByHand ? { ...maps, time: byHand } : maps,
      flow: isFirstDay ? 'matching' : 'open',
    },
  });
  psa.put('person', 'r', { name: 'Ines', mail: 'i@x' });
  erp.put('person', 'e', { name: 'Ines', mail: 'i@x' });
  await rig.notice('erp', 'person', 'e');
  await rig.notice('psa', 'person', 'r');
  psa.put('job', 'p', { name: 'Rollout' });
  const log = async (stage: string, hours = '4') => {
    const worked = {
      job: 'p',
      person: 'r',
      day: '2026-11-03',
      hours,
      rate: null,
      role: 'Dev',
      note: 'Plan',
      currency: 'EUR',
    };
    psa.put('hours', 't', { ...worked, stage });
    await rig.notice('psa', 'hours', 't');
  };
  if (isFirstDay) await matchOldHours(rig, erp, () => log('submitted'));
  else await log('approved');
  const entries = () => [...erp.rows.values()].filter((row) => row.recordType === 'hours');
  const entry = () => {
    const [only] = entries();
    if (!only) throw new Error('the ledger holds no entry');
    return only;
  };
  const first = entry().recordId;
  const holdId = () => String(rig.rows('SELECT id FROM holds')[0]?.['id']);
  const bill = async (isBilled: boolean) => {
    erp.put('hours', first, { ...entry().wire, billed: isBilled }, entry().externalId ?? null);
    await rig.notice('erp', 'hours', first);
  };
  return { rig, psa, erp, log, entries, entry, first, holdId, bill };
}

/** The ledger held the job and the hours before the hub came; there they are approved, where they are kept not yet. */
async function matchOldHours(rig: LaneRig, erp: RigSystem, log: () => Promise<void>): Promise<void> {
  await rig.notice('psa', 'job', 'p');
  const project = String(rig.rows("SELECT id FROM entities WHERE kind = 'project'")[0]?.['id']);
  erp.put('job', 'j', { name: 'Rollout' }, project);
  const old = {
    job: 'j',
    person: 'e',
    day: '2026-11-03',
    hours: '4',
    rate: null,
    role: 'Dev',
    note: 'Plan',
    currency: 'EUR',
  };
  erp.put('hours', 'old', { ...old, stage: 'approved' });
  await rig.notice('erp', 'job', 'j');
  await log();
  for (const kind of ['resource', 'project', 'time'] as const) {
    await rig.notice('erp', 'hours', 'old');
    acceptMatches(rig.lane.core, 'erp', kind, null, 'admin');
    await rig.pass(1_000);
  }
}

const told = (rig: LaneRig, code: string) =>
  rig.rows(`SELECT rows FROM flush_log`).some((row) => String(row['rows']).includes(code)) ||
  rig.d1.sqlite.db
    .prepare('SELECT entries FROM timeline')
    .all()
    .some((row) => String(row['entries']).includes(code));

describe('An approval that is taken back', () => {
  it('takes the entry back in the ledger, once', async () => {
    const { rig, erp, log, entry } = await posted();
    await log('rejected');
    expect(entry().isWithdrawn).toBe(true);
    await log('open');
    await rig.pass(600_000);
    expect(erp.count('withdraw')).toBe(1);
    expect(rig.held()).toEqual([]);
    expect(told(rig, 'command-withdrawn')).toBe(true);
  });

  it('and given again revives the same record, never a second', async () => {
    const { rig, log, entries, first } = await posted();
    await log('open');
    await log('approved', '5');
    expect(entries().map((row) => [row.recordId, row.isWithdrawn, row.wire['hours']])).toEqual([[first, false, '5']]);
    expect(told(rig, 'command-revived')).toBe(true);
  });

  it('and given again is sent once more where the call was cut before it took effect', async () => {
    const { rig, erp, log, entry } = await posted();
    await log('open');
    erp.onWrite = async () => {
      throw new Fault('uncertain', 'cut');
    };
    await log('approved');
    erp.onWrite = null;
    // What is withdrawn keeps its hours there, which look like those that were sent.
    await rig.pass(10_000);
    await rig.pass(600_000);
    expect([entry().isWithdrawn, rig.rows('SELECT id FROM commands')]).toEqual([false, []]);
  });

  it('leaves submitted hours withdrawn, and asks delivery for the approval', async () => {
    const { rig, log, entry } = await posted();
    await log('submitted');
    expect(entry().isWithdrawn).toBe(true);
    expect(rig.rows('SELECT control, owner FROM holds')).toEqual([{ control: 'unapproved-time', owner: 'delivery' }]);
    await log('approved');
    expect([entry().isWithdrawn, rig.held()]).toEqual([false, []]);
  });

  it('where the ledger deletes what is withdrawn leaves a former link, and one entry after the next', async () => {
    const { rig, log, entries, first } = await posted({ deletes: true });
    await log('open');
    expect(entries()).toEqual([]);
    await log('approved');
    expect(entries()).toHaveLength(1);
    expect(entries()[0]?.recordId).not.toBe(first);
    await rig.pass(1_000);
    const former = rig.d1.sqlite.db.prepare('SELECT record_id FROM links WHERE ended_ms IS NOT NULL').all();
    expect(former.map((row) => row['record_id'])).toEqual([first]);
  });

  it('is looked for when the call was cut, and not sent again if it took effect', async () => {
    const { rig, erp, log, entry } = await posted();
    erp.onWithdraw = async (_, carryOut) => {
      carryOut();
      throw new Fault('uncertain', 'Cut off');
    };
    await log('open');
    await rig.pass(3_000);
    expect(entry().isWithdrawn).toBe(true);
    expect(erp.count('withdraw')).toBe(1);
    expect(rig.rows("SELECT given FROM links WHERE kind = 'time' AND connection = 'erp'")).toEqual([
      { given: 'withdrawn' },
    ]);
  });

  it('is sent again after the settling time when the cut call did nothing', async () => {
    const { rig, erp, log, entry } = await posted();
    erp.onWithdraw = async () => {
      erp.onWithdraw = null;
      throw new Fault('uncertain', 'Cut off');
    };
    await log('open');
    await rig.pass(3_000);
    expect(erp.count('withdraw')).toBe(1);
    await rig.pass(6_000);
    await rig.pass(1_000);
    expect([erp.count('withdraw'), entry().isWithdrawn]).toEqual([2, true]);
  });

  it('is done again when somebody in the ledger approves the entry there', async () => {
    const { rig, erp, log, entry, first } = await posted();
    await log('open');
    erp.put('hours', first, { ...entry().wire, stage: 'approved' }, entry().externalId ?? null);
    await rig.notice('erp', 'hours', first);
    expect([erp.count('withdraw'), entry().isWithdrawn]).toEqual([2, true]);
  });

  it('is somebody’s work where the system offers no way, and is done once they say so', async () => {
    const { rig, erp, log, holdId } = await posted({ isByHand: true });
    await log('open');
    expect(rig.rows('SELECT control, owner FROM holds')).toEqual([{ control: 'withdraw-by-hand', owner: 'finance' }]);
    answer(rig.lane.core, holdId(), 'done', 'finance', '');
    await rig.pass(1_000);
    expect([rig.held(), erp.count('withdraw')]).toEqual([[], 0]);
    await log('approved');
    expect(erp.count('write')).toBe(3);
  });
});

describe('The first day', () => {
  it('takes nothing back that the ledger had before; a later approval that is taken back does', async () => {
    const { psa, erp, rig, log } = await posted({ isFirstDay: true });
    expect([erp.count('write {"job"'), erp.count('withdraw')]).toEqual([0, 0]);
    await rig.notice('erp', 'hours', 'old');
    expect(erp.count('withdraw')).toBe(0);
    await log('approved');
    await log('open');
    expect(erp.rows.get('hours|old')?.isWithdrawn).toBe(true);
    expect(psa.count('write')).toBe(0);
  });
});

describe('An approval that is taken back after invoicing', () => {
  async function billed() {
    const world = await posted();
    await world.bill(true);
    await world.log('rejected');
    return world;
  }

  it('leaves the entry as it is and asks finance, with three choices', async () => {
    const { rig, erp, holdId } = await billed();
    expect(rig.rows('SELECT control, owner FROM holds')).toEqual([
      { control: 'withdrawn-after-invoice', owner: 'finance' },
    ]);
    expect(erp.count('withdraw')).toBe(0);
    for (const given of ['approve', 'reject', 'retry'] as const)
      expect(() => answer(rig.lane.core, holdId(), given, 'finance', 'No')).toThrow('cannot be answered');
    expect(() => answer(rig.lane.core, holdId(), 'keep', 'finance', ' ')).toThrow('needs a reason');
  });

  it('and kept stays, whatever is edited, until it is approved again', async () => {
    const { rig, erp, log, holdId } = await billed();
    answer(rig.lane.core, holdId(), 'keep', 'finance', 'Agreed with the customer');
    await log('open');
    await rig.pass(600_000);
    expect([rig.held(), erp.count('withdraw')]).toEqual([[], 0]);
    await log('approved');
    await log('rejected');
    expect(rig.held()).toEqual(['withdrawn-after-invoice']);
  });

  it('and to be credited is tracked until the ledger has done so; then it is withdrawn by itself', async () => {
    const { rig, erp, log, holdId, bill, entry } = await billed();
    answer(rig.lane.core, holdId(), 'credit', 'finance', '');
    expect(rig.rows('SELECT code, owner FROM holds')).toEqual([{ code: 'awaiting-credit', owner: 'finance' }]);
    await log('open');
    expect(rig.rows('SELECT code, owner FROM holds')).toEqual([{ code: 'awaiting-credit', owner: 'finance' }]);
    await bill(false);
    expect([rig.held(), erp.count('withdraw'), entry().isWithdrawn]).toEqual([[], 1, true]);
  });

  it('and asked for again is delivery’s turn, and over once it is approved', async () => {
    const { rig, erp, log, holdId } = await billed();
    answer(rig.lane.core, holdId(), 'reapprove', 'finance', '');
    await log('submitted');
    expect(rig.rows('SELECT code, owner FROM holds')).toEqual([{ code: 'awaiting-reapproval', owner: 'delivery' }]);
    await log('approved');
    expect([rig.held(), erp.count('withdraw')]).toEqual([[], 0]);
    expect(rig.rows('SELECT * FROM approvals')).toEqual([]);
  });

  it('is told by the ledger itself when the hub has not heard of the invoice', async () => {
    const { rig, erp, log, entry, first } = await posted();
    erp.rows.set(`hours|${first}`, { ...entry(), wire: { ...entry().wire, billed: true } });
    await log('open');
    await rig.pass(1_000);
    expect(rig.held()).toEqual(['withdrawn-after-invoice']);
    expect(entry().isWithdrawn).toBe(false);
    expect(erp.count('withdraw')).toBe(1);
  });
});
