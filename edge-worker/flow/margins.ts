// The margin of each project: what was billed and is still to be billed, less what the work has cost. Made of sums that
// are kept with every change; what an hour costs is looked up when it is asked for, so that a new rate books nothing.
import type { Decimal } from '../../shared/decimal.ts';
import type { Role } from '../../shared/entities/entity.ts';
import type { NotKnown } from '../../shared/indicators.ts';
import { type Money, moneyOf, priceOf } from '../../shared/money.ts';
import type { LaneSql } from '../store/rows.ts';
import { hoursFrom, hoursPrefix, projectsKept } from './figures.ts';
import type { Behind } from './stocks.ts';

/** One figure that a margin is made of, and the roles whose systems tell it. */
interface Part {
  readonly figure: 'billed' | 'unbilled' | 'hours' | 'spent';
  readonly amount: Money;
  readonly sources: readonly Role[];
}

/** Hours are told by the PSA, and what each costs by the ledger. */
const sources: Readonly<Record<Part['figure'], readonly Role[]>> = {
  billed: ['erp', 'psa', 'billing'],
  unbilled: ['psa'],
  hours: ['psa', 'erp'],
  spent: ['psa'],
};

export interface Margin {
  readonly project: string;
  /** Null where it is not known, and `why` says the reason. */
  readonly margin: Money | null;
  /** Of what was earned; null where nothing was, too. */
  readonly share: number | null;
  readonly why: NotKnown | null;
  readonly parts: readonly Part[];
}

interface Row {
  readonly project: string;
  readonly figure: string;
  readonly currency: string;
  readonly minor: string;
  readonly rate: Decimal | null;
  readonly costCurrency: string | null;
}

/** Of every project that has earned or cost something, by id. */
export function marginsOf(sql: LaneSql): Margin[] {
  const rows = sql
    .exec(
      `SELECT f.project AS project, f.figure AS figure, f.currency AS currency, f.minor AS minor,
         r.canonical ->> 'costRate' AS rate, r.canonical ->> 'costCurrency' AS costCurrency
       FROM project_figures f LEFT JOIN entities r ON r.id = substr(f.figure, ?1)
       WHERE f.project IN (${projectsKept}) AND f.minor != '0'
         AND (f.figure IN ('billed', 'unbilled', 'spent') OR f.figure LIKE ?2) ORDER BY f.project`,
      hoursPrefix.length + 1,
      `${hoursPrefix}%`,
    )
    .toArray() as unknown as Row[];
  const byProject = new Map<string, Row[]>();
  for (const row of rows) byProject.set(row.project, [...(byProject.get(row.project) ?? []), row]);
  return [...byProject].map(([project, own]) => marginOf(project, own));
}

function marginOf(project: string, rows: readonly Row[]): Margin {
  const unknown = (why: NotKnown, parts: readonly Part[]) => ({ project, margin: null, share: null, why, parts });
  const amounts = new Map<string, { readonly figure: Part['figure']; readonly currency: string; minor: bigint }>();
  let isCosted = true;
  for (const row of rows) {
    const [figure, amount] = amountOf(row);
    if (amount === null) isCosted = false;
    else {
      const { currency, amountMinor } = amount;
      const sum = amounts.get(`${figure} ${currency}`) ?? { figure, currency, minor: 0n };
      amounts.set(`${figure} ${currency}`, sum);
      sum.minor += BigInt(amountMinor);
    }
  }
  const parts = [...amounts.values()].map(
    ({ figure, currency, minor }): Part => ({ figure, amount: moneyOf(minor, currency), sources: sources[figure] }),
  );
  if (!isCosted) return unknown('no-cost', parts);
  const [currency = '', ...others] = new Set(parts.map(({ amount }) => amount.currency));
  if (others.length > 0) return unknown('mixed-currencies', parts);
  const sumOf = (isCost: boolean) =>
    parts.reduce((sum, { figure, amount }) => {
      const isOfCost = figure === 'hours' || figure === 'spent';
      return isOfCost === isCost ? sum + BigInt(amount.amountMinor) : sum;
    }, 0n);
  const [earned, left] = [sumOf(false), sumOf(false) - sumOf(true)];
  const share = earned > 0n ? Number((left * 1_000_000n) / earned) / 1_000_000 : null;
  return { project, margin: moneyOf(left, currency), share, why: null, parts };
}

/** Hours of one person on a project are rounded once, as a line of an invoice is; null where their cost is unknown. */
function amountOf({ figure, currency, minor, rate, costCurrency }: Row): readonly [Part['figure'], Money | null] {
  if (!figure.startsWith(hoursPrefix)) return [figure as Part['figure'], moneyOf(minor, currency)];
  if (rate === null || costCurrency === null) return ['hours', null];
  return ['hours', priceOf(rate, hoursFrom(minor), costCurrency, 'half-up')];
}

/** The lowest share first, then those that have earned nothing, then those that are not known. */
export function behindMargins(sql: LaneSql): Behind[] {
  const place = ({ share, why }: Margin) => (why !== null ? 3 : (share ?? 2));
  return marginsOf(sql)
    .sort((a, b) => place(a) - place(b))
    .map(({ project, margin, why, parts }) => ({
      ...{ entity: project, sinceMs: null, tookMs: null, isLate: false, owner: null, why },
      amounts: margin ? [margin] : [],
      made: parts,
    }));
}

/** Half of the projects keep more of what they earn. */
export function medianOf(shares: readonly number[]): number | null {
  const sorted = [...shares].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
