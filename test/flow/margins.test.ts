// The margin of a project: kept with every change, and what whoever adds it up from the record would find.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choice, exactOrNull, flag, moneyBeside, text, textOrNull } from '../../edge-worker/connectors/codecs.ts';
import { at } from '../../edge-worker/connectors/connector.ts';
import { recordsBehind } from '../../edge-worker/flow/behind.ts';
import { indicatorsOf } from '../../edge-worker/flow/indicators.ts';
import { marginsOf } from '../../edge-worker/flow/margins.ts';
import { LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

const { resource, time } = rigMaps;
if (!resource || !time) throw new Error('the rig keeps people and hours');
const stages = choice('stage', { open: 'open', submitted: 'submitted', approved: 'approved', rejected: 'rejected' });
const maps = {
  ...rigMaps,
  resource: {
    ...resource,
    fields: { ...resource.fields, costRate: at('cost', exactOrNull, 'in'), costCurrency: at('in', textOrNull, 'in') },
  },
  time: { ...time, fields: { ...time.fields, approval: at('stage', stages), isBillable: at('billable', flag) } },
  expense: {
    ...{ recordType: 'cost', canCreate: true, canWrite: true, required: ['project'] },
    fields: {
      project: at('job', textOrNull),
      amount: at('amount', moneyBeside('currency')),
      currency: at('currency', text),
      isBillable: at('billable', flag),
      approval: at('stage', stages),
    },
  },
} as typeof rigMaps;

const people = { i: '85.5', j: '60' } as const;

/** Two projects, and two people whose hours cost what the ledger says. */
async function firm() {
  const [psa, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    psa: { system: psa, roles: ['psa'], maps },
    erp: { system: erp, roles: ['erp'], maps },
  });
  const pay = async (id: string, cost: string | null, currency = 'EUR') => {
    erp.put('person', `e${id}`, { name: id, mail: `${id}@x`, cost, in: cost === null ? null : currency });
    await rig.notice('erp', 'person', `e${id}`);
  };
  for (const [id, cost] of Object.entries(people)) {
    await pay(id, cost);
    psa.put('person', id, { name: id, mail: `${id}@x` });
    await rig.notice('psa', 'person', id);
  }
  for (const job of ['p', 'q']) psa.put('job', job, { name: job });
  await rig.notice('psa', 'job', 'p', 'q');
  const log = async (id: string, more: Readonly<Record<string, unknown>> = {}) => {
    const worked = { job: 'p', person: 'i', day: '2026-11-03', hours: '4', rate: '150', role: 'Dev', currency: 'EUR' };
    psa.put('hours', id, { ...worked, stage: 'approved', billable: true, ...more });
    await rig.notice('psa', 'hours', id);
  };
  const spend = async (id: string, more: Readonly<Record<string, unknown>> = {}) => {
    const spent = { job: 'p', amount: '120', currency: 'EUR', billable: false, stage: 'approved' };
    psa.put('cost', id, { ...spent, ...more });
    await rig.notice('psa', 'cost', id);
  };
  const named = () => indicatorsOf(rig.lane.core, 30).find(({ name }) => name === 'project-margin');
  return { rig, pay, log, spend, named };
}
type Firm = Awaited<ReturnType<typeof firm>>;
type Fields = Readonly<Record<string, string | boolean | null | undefined>>;

/** From the newest versions in the record: whole numbers alone, in another way than the hub's. Cents by project. */
function recomputed({ rig }: Firm): Record<string, number | null> {
  const query = 'SELECT entity, kind, canonical, max(version) FROM entity_versions GROUP BY entity';
  const rows = rig.d1.sqlite.db.prepare(query).all() as { entity: string; kind: string; canonical: string }[];
  const records = rows.map(({ entity, kind, canonical }) => ({
    entity,
    kind,
    fields: JSON.parse(canonical) as Fields,
  }));
  const left: Record<string, number | null> = {};
  const quarters = new Map<string, number>();
  for (const { kind, fields } of records) {
    const project = String(fields['project']);
    if (fields['approval'] !== 'approved' || (kind !== 'time' && kind !== 'expense')) continue;
    const cents = kind === 'time' ? Number(fields['hours']) * Number(fields['rate']) * 100 : minorOf(fields['amount']);
    left[project] = (left[project] ?? 0) + (fields['isBillable'] ? cents : 0) - (kind === 'expense' ? cents : 0);
    const worked = `${project} ${fields['resource']}`;
    if (kind === 'time') quarters.set(worked, (quarters.get(worked) ?? 0) + Number(fields['hours']) * 4);
  }
  for (const [worked, count] of quarters) {
    const [project = '', person] = worked.split(' ');
    const rate = records.find(({ entity }) => entity === person)?.fields['costRate'];
    const before = left[project] ?? null;
    left[project] = rate == null || before === null ? null : before - Math.round(count * Number(rate) * 25);
  }
  return left;
}

const minorOf = (amount: unknown) => Number((amount as { readonly amountMinor: string }).amountMinor);

const step = fc.record({
  do: fc.constantFrom('hours', 'hours', 'hours', 'cost', 'pay', 'restart'),
  id: fc.constantFrom('a', 'b', 'c'),
  job: fc.constantFrom('p', 'q'),
  person: fc.constantFrom(...Object.keys(people)),
  hours: fc.constantFrom('4', '7.5', '0.25'),
  cost: fc.constantFrom('85.5', '60', '61.33', null),
  stage: fc.constantFrom('approved', 'approved', 'rejected'),
  billable: fc.boolean(),
});

describe('The margin of a project', () => {
  it('is, after any history, what the record adds up to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (history) => {
        const firm_ = await firm();
        for (const { do: what, id, job, person, hours, cost, stage, billable } of history) {
          if (what === 'hours') await firm_.log(id, { job, person, hours, stage, billable });
          else if (what === 'cost') await firm_.spend(id, { job, stage, billable, amount: `${hours}0`.slice(0, 4) });
          else if (what === 'pay') await firm_.pay(person, cost);
          else await firm_.rig.restart();
        }
        for (let wake = 0; wake < 2; wake++) await firm_.rig.pass(120_000);
        const kept = marginsOf(firm_.rig.lane.core.store.sql).map(({ project, margin }) => [
          project,
          margin && Number(margin.amountMinor),
        ]);
        const expected = Object.entries(recomputed(firm_));
        const isNothing = ([, cents]: readonly unknown[]) => cents === 0;
        const sorted = (rows: readonly (readonly unknown[])[]) => rows.filter((row) => !isNothing(row)).sort();
        expect(sorted(kept)).toEqual(sorted(expected));
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it('names each figure behind it with the systems that tell it, the lowest first', async () => {
    const { rig, log, spend, named } = await firm();
    await log('a');
    await spend('x');
    await log('b', { job: 'q', person: 'j' });
    const behind = recordsBehind(rig.lane.core, 'project-margin', 30, 10);
    const labels = behind.map(({ amounts, made }) => [
      amounts[0]?.amountMinor,
      made?.map(({ figure, amount, sources }) => `${figure} ${amount.amountMinor} ${sources.join('+')}`).sort(),
    ]);
    expect(labels).toEqual([
      ['13800', ['hours 34200 psa+erp', 'spent 12000 psa', 'unbilled 60000 psa']],
      ['36000', ['hours 24000 psa+erp', 'unbilled 60000 psa']],
    ]);
    // Half of the projects keep more than what lies in the middle of 23 and 60 out of a hundred.
    expect(named()).toMatchObject({ n: 2, value: 0.415, amounts: [{ amountMinor: '49800', currency: 'EUR' }] });
    expect(named()?.parts).toMatchObject([{ of: { currency: 'EUR' }, n: 2, value: 0.415 }]);
  });

  it('follows what an hour costs at once, for all hours', async () => {
    const { rig, log, pay } = await firm();
    await log('a');
    await pay('i', '100');
    expect(marginsOf(rig.lane.core.store.sql)).toMatchObject([{ margin: { amountMinor: '20000' }, share: 0.333333 }]);
  });

  it('is not known where the cost of somebody is not, or where currencies differ, and says which', async () => {
    const { rig, log, pay, named } = await firm();
    expect(named()).toMatchObject({ value: null, notKnown: 'none-yet' });
    await log('a');
    await pay('i', null);
    expect(named()).toMatchObject({ value: null, notKnown: 'no-cost' });
    await pay('i', '85.5', 'USD');
    expect(named()).toMatchObject({ value: null, notKnown: 'mixed-currencies' });
    await log('b', { job: 'q', person: 'j' });
    expect(named()).toMatchObject({ n: 1, value: 0.6, notKnown: null });
    expect(recordsBehind(rig.lane.core, 'project-margin', 30, 10).map(({ why }) => why)).toEqual([
      null,
      'mixed-currencies',
    ]);
  });
});
