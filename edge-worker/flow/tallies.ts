// Sums per day and measure in the making: read once, added to in memory, written once at the end of a transaction.
import { tallies } from '../store/lane-schema.ts';
import { type LaneSql, readRows, writeRows } from '../store/rows.ts';

/** How many of something took how long: a histogram whose bounds grow by a fifth, and the longest by their records. */
export type Sum = readonly [
  n: number,
  totalMs: number,
  late: number,
  steps: Readonly<Record<string, number>>,
  longest: readonly Long[],
];
export type Long = readonly [tookMs: number, entity: string];
export type Sums = Readonly<Record<string, Sum>>;

/** Days begin and end as UTC counts them: an installation's people sit in many zones. */
export const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Of lengths from a second on; what is shorter is in the first step. */
const stepsPerDoubling = 4;
export const stepOf = (ms: number) =>
  ms <= 1_000 ? 0 : Math.ceil(Math.round(Math.log2(ms / 1_000) * stepsPerDoubling * 1e6) / 1e6);
export const stepEndMs = (step: number) => Math.round(1_000 * 2 ** (step / stepsPerDoubling));

const nothing: Sum = [0, 0, 0, {}, []];
const longestMax = 5;
const longestOf = (all: readonly Long[], max = longestMax) => [...all].sort(([a], [b]) => b - a).slice(0, max);

export class Tallies {
  readonly #sql: LaneSql;
  readonly #day: string;
  readonly #moved = new Map<string, Record<string, Sum>>();

  constructor(sql: LaneSql, atMs: number) {
    this.#sql = sql;
    this.#day = dayOf(atMs);
  }

  count(measure: string, part: string): void {
    const sums = this.#sumsOf(measure);
    const [n, ...rest] = sums[part] ?? nothing;
    sums[part] = [n + 1, ...rest];
  }

  /** One more that took so long. */
  add(measure: string, part: string, entity: string, tookMs: number, isLate = false): void {
    const sums = this.#sumsOf(measure);
    const [n, totalMs, late, steps, longest] = sums[part] ?? nothing;
    const step = String(stepOf(tookMs));
    const more = { ...steps, [step]: (steps[step] ?? 0) + 1 };
    sums[part] = [n + 1, totalMs + tookMs, late + (isLate ? 1 : 0), more, longestOf([...longest, [tookMs, entity]])];
  }

  write(): void {
    const rows = [...this.#moved].map(([measure, sums]) => ({ measure, day: this.#day, sums: JSON.stringify(sums) }));
    writeRows(this.#sql, tallies, rows, 'replace');
  }

  #sumsOf(measure: string): Record<string, Sum> {
    const known = this.#moved.get(measure);
    if (known) return known;
    const row = readRows(this.#sql, tallies, 'WHERE measure = ? AND day = ?', measure, this.#day)[0];
    const sums = row ? (JSON.parse(row.sums) as Record<string, Sum>) : {};
    this.#moved.set(measure, sums);
    return sums;
  }
}

export function together(sums: readonly Sum[]): Sum {
  const steps: Record<string, number> = {};
  for (const [, , , own] of sums) for (const [step, n] of Object.entries(own)) steps[step] = (steps[step] ?? 0) + n;
  const add = (place: 0 | 1 | 2) => sums.reduce((total, sum) => total + sum[place], 0);
  const longest = longestOf(
    sums.flatMap(([, , , , own]) => own),
    100,
  );
  return [add(0), add(1), add(2), steps, longest];
}

/** At most this long took the given share of them, to within a fifth; null when there were none. */
export function quantileMs([, , , steps]: Sum, share: number): number | null {
  const inOrder = Object.entries(steps)
    .map(([step, n]) => [Number(step), n] as const)
    .sort(([a], [b]) => a - b);
  const total = inOrder.reduce((sum, [, n]) => sum + n, 0);
  let below = 0;
  for (const [step, n] of inOrder) {
    below += n;
    if (below >= share * total) return stepEndMs(step);
  }
  return null;
}
