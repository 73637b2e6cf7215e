// The indicators: kept with every transaction, and the same as whoever adds them up afterwards from the record.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choice, textOrNull } from '../../edge-worker/connectors/codecs.ts';
import { at } from '../../edge-worker/connectors/connector.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { recordsBehind } from '../../edge-worker/flow/behind.ts';
import { type Indicator, indicatorsOf } from '../../edge-worker/flow/indicators.ts';
import { mappingContent } from '../../edge-worker/flow/mapping.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import { publish } from '../../edge-worker/flow/steward.ts';
import { atStake } from '../../edge-worker/flow/stocks.ts';
import type { IndicatorName } from '../../shared/indicators.ts';
import { LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

const { time, project } = rigMaps;
if (!time || !project) throw new Error('the rig keeps hours and jobs');
const stages = { open: 'open', submitted: 'submitted', approved: 'approved', rejected: 'rejected' } as const;
const maps = {
  ...rigMaps,
  project: { ...project, fields: { ...project.fields, deliveryRegion: at('region', textOrNull) } },
  time: {
    ...time,
    withdrawal: 'unapproved',
    fields: { ...time.fields, approval: at('stage', choice('stage', stages)) },
  },
} as const;
const minute = 60_000;

/** Two projects in two regions; hours are logged in the PSA and held or posted to the ledger. */
async function firm() {
  const [psa, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    psa: { system: psa, roles: ['psa'], maps },
    erp: { system: erp, roles: ['erp'], maps },
  });
  psa.put('person', 'r', { name: 'Ines', mail: 'i@x' });
  erp.put('person', 'e', { name: 'Ines', mail: 'i@x' });
  await rig.notice('erp', 'person', 'e');
  await rig.notice('psa', 'person', 'r');
  psa.put('job', 'p', { name: 'Rollout', region: 'DACH' });
  psa.put('job', 'q', { name: 'Support', region: 'Nordics' });
  await rig.notice('psa', 'job', 'p', 'q');
  const log = async (id: string, stage: string, hours = '4', job = 'p') => {
    const worked = { job, person: 'r', day: '2026-11-03', hours, rate: '100', role: 'Dev', currency: 'EUR' };
    psa.put('hours', id, { ...worked, stage });
    await rig.notice('psa', 'hours', id);
  };
  const reply = async (given: 'approve' | 'reject' | 'retry') => {
    const [hold] = rig.rows("SELECT id FROM holds WHERE kind = 'time' ORDER BY id");
    if (!hold) return;
    const asked = { verb: 'answer', hold: String(hold['id']), answer: given, by: 'mara', reason: 'Agreed' } as const;
    await change(rig.lane, asked, async () => '');
    await rig.settle();
  };
  const named = (name: IndicatorName): Indicator => {
    const found = indicatorsOf(rig.lane.core, 30).find((one) => one.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  };
  return { rig, psa, erp, log, reply, named };
}
type Firm = Awaited<ReturnType<typeof firm>>;

type Row = Readonly<Record<string, string | number | null>>;
const read = ({ rig }: Firm, query: string) => rig.d1.sqlite.db.prepare(query).all() as Row[];
const meanOf = (lengths: readonly number[]) =>
  lengths.length === 0 ? null : Math.round(lengths.reduce((sum, one) => sum + one, 0) / lengths.length);

/** From the exceptions as the record keeps them: a complaint in the place of the same one is no new exception. */
function exceptionsOf(firm: Firm) {
  const rows = read(firm, 'SELECT * FROM exceptions');
  const closed = rows.filter((row) => row['state'] === 'closed' && row['closed_by'] !== 'replaced');
  return {
    raised: rows.filter((row) => row['closed_by'] !== 'replaced').length,
    recovered: closed.map((row) => Number(row['closed_ms']) - Number(row['made_ms'])),
  };
}

/** From versions and receipts: how long each approval took to stand in the ledger. */
function postedOf(firm: Firm): number[] {
  const versions = read(firm, "SELECT entity, run, at_ms, canonical FROM entity_versions WHERE kind = 'time'");
  const receipts = read(firm, "SELECT entity, run, at_ms, outcome FROM receipts WHERE connection = 'erp'");
  const story = [...versions, ...receipts].sort(
    (a, b) => Number(a['run']) - Number(b['run']) || Number('outcome' in b) - Number('outcome' in a),
  );
  const approvedMs = new Map<unknown, number>();
  const standing = new Set<unknown>();
  const took: number[] = [];
  for (const { entity, at_ms, canonical, outcome } of story) {
    if (outcome === 'withdrawn') standing.delete(entity);
    else if (outcome === 'created' || outcome === 'updated' || outcome === 'found') {
      const sinceMs = approvedMs.get(entity);
      if (!standing.has(entity) && sinceMs !== undefined) took.push(Number(at_ms) - sinceMs);
      standing.add(entity);
    } else if (canonical !== undefined) {
      const isApproved = (JSON.parse(String(canonical)) as Row)['approval'] === 'approved';
      if (!isApproved) approvedMs.delete(entity);
      else if (!approvedMs.has(entity)) approvedMs.set(entity, Number(at_ms));
    }
  }
  return took;
}

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('log' as const),
      id: fc.constantFrom('a', 'b', 'c'),
      stage: fc.constantFrom(...Object.keys(stages)),
      hours: fc.constantFrom('4', '7.5'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 400 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('reply' as const),
      given: fc.constantFrom('approve' as const, 'reject' as const, 'retry' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('away' as const), isAway: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

async function live(firm: Firm, history: readonly (typeof step extends fc.Arbitrary<infer One> ? One : never)[]) {
  const { rig, erp, log, reply } = firm;
  for (const one of history) {
    if (one.do === 'log') await log(one.id, one.stage, one.hours, one.id === 'c' ? 'q' : 'p');
    else if (one.do === 'pass') await rig.pass(one.minutes * minute);
    else if (one.do === 'restart') await rig.restart();
    else if (one.do === 'away')
      erp.onWrite = one.isAway ? () => Promise.reject(new Fault('unreachable', 'asleep')) : null;
    else await reply(one.given);
  }
  erp.onWrite = null;
  for (let wake = 0; wake < 4; wake++) await rig.pass(2 * minute);
}

describe('Indicators', () => {
  it('are, after any history, what the record adds up to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (history) => {
        const firm_ = await firm();
        await live(firm_, history);
        const { raised, recovered } = exceptionsOf(firm_);
        const versions = Number(read(firm_, 'SELECT count(*) AS n FROM entity_versions')[0]?.['n']);
        const rate = firm_.named('exception-rate');
        expect([rate.n, rate.value]).toEqual([versions, raised / versions]);
        const recovery = firm_.named('recovery-time');
        expect([recovery.n, recovery.meanMs]).toEqual([recovered.length, meanOf(recovered)]);
        const took = postedOf(firm_);
        const posted = firm_.named('approved-to-posted');
        expect([posted.n, posted.meanMs]).toEqual([took.length, meanOf(took)]);
        expect(posted.late).toBe(took.filter((tookMs) => tookMs >= 240 * minute).length);
        expect(posted.trend.reduce((sum, { n }) => sum + n, 0)).toBe(took.length);
        const applied = "SELECT count(*) AS n FROM receipts WHERE outcome IN ('created', 'updated', 'found')";
        expect(firm_.named('sync-lag').n).toBe(Number(read(firm_, applied)[0]?.['n']));
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it('say what is open, since when, whose it is and what it is worth, with the records behind', async () => {
    const { rig, log, named } = await firm();
    await log('a', 'submitted');
    await log('b', 'submitted', '7.5', 'q');
    await rig.pass(17 * 60 * minute);
    const atRisk = named('money-at-risk');
    expect(atRisk.amounts).toEqual([{ amountMinor: '115000', currency: 'EUR', exponent: 2 }]);
    expect(atRisk.parts).toMatchObject([{ of: { owner: 'delivery' }, n: 2 }]);
    // The same two hold for one cause, which is shown with what is at stake.
    const cause = 'unapproved-time.unapproved-time.erp';
    expect(atStake(rig.lane.core.store.sql, { owner: null, cause: null, of: [cause] })).toEqual({
      stakes: [{ cause, owner: 'delivery', open: 2, amounts: atRisk.amounts }],
      total: { causes: 1, open: 2 },
    });
    const behind = recordsBehind(rig.lane.core, 'money-at-risk', 30, 10);
    expect(behind.map(({ why, isLate }) => [why, isLate])).toEqual([
      ['unapproved-time', true],
      ['unapproved-time', true],
    ]);
    // What is not approved yet is not late to be posted.
    expect(named('approved-not-posted')).toMatchObject({ value: 0, late: 0 });
    expect(named('agreement')).toMatchObject({ value: 1 });
  });

  it('call approved hours late once their target has passed, and remember them by the day', async () => {
    const { rig, erp, log, named } = await firm();
    erp.onWrite = () => Promise.reject(new Fault('unreachable', 'asleep'));
    await log('a', 'approved');
    expect(named('approved-not-posted')).toMatchObject({ value: 1, late: 0, isMissed: false });
    await rig.pass(241 * minute);
    expect(named('approved-not-posted')).toMatchObject({
      value: 1,
      late: 1,
      isMissed: true,
      parts: [{ of: { kind: 'time' } }],
    });
    await rig.pass(20 * 60 * minute);
    erp.onWrite = null;
    for (let wake = 0; wake < 3; wake++) await rig.pass(2 * minute);
    const after = named('approved-not-posted');
    expect(after).toMatchObject({ value: 0, late: 0, isMissed: false });
    expect(after.trend.slice(-2).map(({ n }) => n)).toEqual([1, 0]);
    const posted = named('approved-to-posted');
    expect(posted).toMatchObject({
      n: 1,
      late: 1,
      isMissed: true,
      parts: [{ of: { kind: 'time', region: 'DACH' }, n: 1 }],
    });
    const [longest] = recordsBehind(rig.lane.core, 'approved-to-posted', 30, 10);
    expect(longest?.tookMs).toBe(posted.meanMs);
  });

  it('say why there is no figure rather than make one up', async () => {
    const { named } = await firm();
    expect([named('utilisation'), named('manual-minutes')].map(({ value, notKnown }) => [value, notKnown])).toEqual([
      [null, 'no-capacity'],
      [null, 'not-timed'],
    ]);
    expect(named('invoice-cycle')).toMatchObject({ value: null, notKnown: 'none-yet' });
  });

  it('count what people do by hand, an answer to a whole cause as one', async () => {
    const { rig, log, named } = await firm();
    await log('a', 'submitted');
    await log('b', 'submitted');
    const cause = String(rig.rows('SELECT cause FROM holds')[0]?.['cause']);
    const job = { id: 'job_1', cause, answer: 'retry', reason: 'Agreed', owners: null } as const;
    await change(rig.lane, { verb: 'start-job', job, by: 'mara' }, async () => '');
    await rig.settle();
    const touches = named('manual-touches');
    expect(touches.parts).toMatchObject([{ of: { action: 'start-job' }, n: 1 }]);
    expect(touches.value).toBe(1000 / touches.n);
  });

  it('measure against the targets that were published, in the working time of their calendar', async () => {
    const { rig, erp, log, named } = await firm();
    const office = {
      zone: 'Europe/Berlin',
      hours: { mon: { from: '09:00', to: '17:00' }, tue: { from: '09:00', to: '17:00' } },
      holidays: [],
    };
    const passages = { 'time-to-ledger': { minutes: 60, calendar: 'office', owner: 'finance' } };
    const targets = { calendars: { office }, passages, indicators: { 'approved-not-posted': 1 } };
    publish(rig.lane.core, mappingContent.parse({ targets }), 'ada');
    erp.onWrite = () => Promise.reject(new Fault('unreachable', 'asleep'));
    // Sunday: nobody works, and nothing is late.
    await log('a', 'approved');
    await rig.pass(12 * 60 * minute);
    expect(named('approved-not-posted')).toMatchObject({ value: 1, late: 0 });
    await log('b', 'approved');
    // Monday at ten in Berlin an hour has passed for both, and one late is one that the target allows.
    rig.nowMs = Date.parse('2026-11-23T08:59:59Z');
    expect(named('approved-not-posted')).toMatchObject({ value: 2, late: 0 });
    rig.nowMs = Date.parse('2026-11-23T09:00:00Z');
    expect(named('approved-not-posted')).toMatchObject({ value: 2, late: 2, target: 1, isMissed: true });
    const nowhere = { ...targets, calendars: {} };
    expect(() => mappingContent.parse({ targets: nowhere })).toThrow('there is no calendar office');
  });
});
