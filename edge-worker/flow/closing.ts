// What stands open, kept once for each day: the trend of what is no sum over the day but a state at its end.
import { isZeroDecimal } from '../../shared/decimal.ts';
import { indicatorNames, type NotKnown } from '../../shared/indicators.ts';
import type { Money } from '../../shared/money.ts';
import { tallies } from '../store/lane-schema.ts';
import { type LaneSql, readRows, writeRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { countOlder } from './figures.ts';
import { type Margin, marginsOf, medianOf } from './margins.ts';
import { type PassageName, postings } from './passages.ts';
import { agreements, heldMoney, openPassages, Purse, unbilledWork } from './stocks.ts';
import { dayOf } from './tallies.ts';
import { monthsTo, utilisationOf } from './utilisation.ts';

interface Stock {
  readonly n: number;
  /** Of how many, where it is a share. */
  readonly among?: number;
  /** The share itself, where it is none of records. */
  readonly share?: number | null;
  /** Why nothing is known of it. */
  readonly why?: NotKnown;
  readonly late?: number;
  readonly oldestMs?: number;
  /** Minor units by currency. */
  readonly minor?: Readonly<Record<string, string>>;
  readonly parts?: readonly (Pick<Stock, 'n' | 'among' | 'share' | 'minor'> & {
    readonly of: Readonly<Record<string, string>>;
  })[];
}

export type Closing = Readonly<Partial<Record<string, Stock>>>;

/** Daily sums are looked back on for a year and a day. */
const keptDays = 400;
/** The state of today is written down this often, when it has changed. */
const everyMs = 600_000;
/** So many months before this one are told beside it. */
const monthsBefore = 2;

export function closingNow(core: LaneCore): Closing {
  const { sql } = core.store;
  const purse = (amounts: readonly (Parameters<Purse['add']>[0] | null)[]) => {
    const sum = new Purse();
    for (const amount of amounts) if (amount) sum.add(amount);
    return Object.fromEntries(sum.amounts.map(({ currency, amountMinor }) => [currency, amountMinor]));
  };
  const held = heldMoney(sql);
  const owners = [...new Set(held.map(({ owner }) => owner))].sort();
  const unbilled = unbilledWork(sql);
  const agreed = agreements(sql);
  const total = (of: 'records' | 'apart') => agreed.reduce((sum, one) => sum + one[of], 0);
  return {
    'deals-without-project': passing(core, ['deal-to-project']),
    'approved-not-posted': passing(core, postings),
    'unbilled-work': { n: unbilled.length, minor: purse(unbilled.map(({ amount }) => amount)) },
    'money-at-risk': {
      n: held.length,
      minor: purse(held.map(({ amount }) => amount)),
      parts: owners.map((owner) => {
        const own = held.filter((one) => one.owner === owner);
        return { of: { owner }, n: own.length, minor: purse(own.map(({ amount }) => amount)) };
      }),
    },
    'project-margin': marginStock(sql, purse),
    utilisation: utilisationStock(sql, dayOf(core.ports.nowMs())),
    agreement: {
      ...{ n: total('apart'), among: total('records') },
      parts: agreed.map(({ connection, records, apart }) => ({ of: { connection }, n: apart, among: records })),
    },
  };
}

/** By currency, since nothing of one can be added to another; a share can be compared with any other. */
function marginStock(
  sql: LaneSql,
  purse: (amounts: readonly (Money | null)[]) => Readonly<Record<string, string>>,
): Stock {
  const all = marginsOf(sql);
  const known = all.filter(({ margin }) => margin !== null);
  const stockOf = (some: readonly Margin[]) => ({
    ...{ n: some.length, share: medianOf(some.flatMap(({ share }) => share ?? [])) },
    minor: purse(some.map(({ margin }) => margin)),
  });
  const currencies = [...new Set(known.flatMap(({ margin }) => margin?.currency ?? []))].sort();
  const [why] = all.flatMap((one) => one.why ?? []);
  return {
    ...stockOf(known),
    ...(known.length === 0 && why && { why }),
    parts: currencies.map((currency) => ({
      of: { currency },
      ...stockOf(known.filter(({ margin }) => margin?.currency === currency)),
    })),
  };
}

function utilisationStock(sql: LaneSql, today: string): Stock {
  const months = monthsTo(today, monthsBefore).map((month) => utilisationOf(sql, month, today));
  const stockOf = ({ counted, share }: (typeof months)[number]) => ({ n: counted, share });
  const [now] = months;
  if (!now) return { n: 0 };
  return {
    ...stockOf(now),
    ...(now.why && { why: now.why }),
    // Before anything was charged that the hub knows of, there is nothing to compare.
    parts: months
      .filter((one) => one.share !== null && (one === now || !isZeroDecimal(one.charged)))
      .map((one) => ({ of: { month: one.month }, ...stockOf(one) })),
  };
}

function passing(core: LaneCore, names: readonly PassageName[]): Stock {
  const open = openPassages(core, names);
  const [oldest] = open;
  return {
    ...{ n: open.length, late: open.filter(({ isLate }) => isLate).length },
    ...(oldest && { oldestMs: oldest.sinceMs }),
    parts: names.flatMap((passage) => {
      const n = open.filter((row) => row.passage === passage).length;
      return n === 0 ? [] : [{ of: { kind: passage.split('-to-')[0] ?? '' }, n }];
    }),
  };
}

/** Called at every wake-up. The last time before midnight is what the day is remembered by. */
export function closeDay(core: LaneCore): void {
  const nowMs = core.ports.nowMs();
  if (core.store.installation === '' || nowMs - core.closedMs < everyMs) return;
  core.closedMs = nowMs;
  core.store.storage.transactionSync(() => countOlder(core.store.sql));
  const day = dayOf(nowMs);
  const sums = JSON.stringify(withoutParts(closingNow(core)));
  const there = readRows(core.store.sql, tallies, "WHERE measure = 'closing' AND day = ?", day)[0];
  if (there?.sums === sums) return;
  core.store.storage.transactionSync(() => {
    writeRows(core.store.sql, tallies, [{ measure: 'closing', day, sums }], 'replace');
    core.store.sql.exec('DELETE FROM tallies WHERE day < ?', dayOf(nowMs - keptDays * 86_400_000));
  });
}

/** Parts and ages are those of now alone. */
function withoutParts(closing: Closing): Closing {
  return Object.fromEntries(
    indicatorNames.flatMap((name) => {
      const stock = closing[name];
      if (!stock) return [];
      const { n, among, share, late, minor } = stock;
      const shares = { ...(among !== undefined && { among }), ...(share !== undefined && { share }) };
      return [[name, { n, ...shares, ...(late && { late }), ...(minor && { minor }) }]];
    }),
  );
}
