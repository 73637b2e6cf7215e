// `npm run figures -- --lines 1000000`: random hours, with rates of four decimals, are booked in a lane and corrected;
// then what the lane keeps is held against sums made without it, in whole numbers.
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bookFigures, type Moved } from '../../edge-worker/flow/figures.ts';
import { projectFigures } from '../../edge-worker/store/lane-schema.ts';
import { LaneStore } from '../../edge-worker/store/lane-store.ts';
import { readRows } from '../../edge-worker/store/rows.ts';
import { entities } from '../../shared/entities/_registry.ts';
import { migratedLane } from '../support/migrated.ts';
import { chanceOf } from '../support/options.ts';

/** With the places that each has. */
const currencies = [
  ['JPY', 0],
  ['EUR', 2],
  ['USD', 2],
  ['KWD', 3],
] as const;
const projects = ['prj_A', 'prj_B', 'prj_C'] as const;
const batchMax = 500;
/** Hundredths of an hour that come up again and again: 0.01, 1.33 and 7.5 among them. */
const usual = [1, 25, 133, 150, 750, 800];

interface Line {
  readonly project: string;
  readonly currency: string;
  readonly exponent: number;
  /** Ten-thousandths of the currency's unit. */
  readonly rate: number;
  /** Hundredths of an hour. */
  readonly hours: number;
}

export interface Summed {
  readonly lines: number;
  readonly corrected: number;
  /** By project and currency, in minor units. */
  readonly expected: Readonly<Record<string, string>>;
  readonly kept: Readonly<Record<string, string>>;
}

export function sumLines({ lines, seed }: { readonly lines: number; readonly seed: number }): Summed {
  const chance = chanceOf(seed);
  const store = new LaneStore(
    migratedLane().storage,
    () => 0,
    () => undefined,
  );
  const book = (moved: readonly Moved[]) => store.transaction((tx) => void bookFigures(tx, moved));
  book(projects.map((id) => ({ id, kind: 'project', isNew: true, before: null, record: {} })));
  const sums = new Map<string, bigint>();
  const count = (line: Line, sign: bigint) => {
    const key = `${line.project} ${line.currency}`;
    sums.set(key, (sums.get(key) ?? 0n) + sign * worthOf(line));
  };
  let corrected = 0;
  for (let start = 0; start < lines; start += batchMax) {
    const batch = Array.from({ length: Math.min(batchMax, lines - start) }, () => lineOf(chance));
    book(batch.map((line, index) => movedOf(`tim_${start + index}`, null, line)));
    for (const line of batch) count(line, 1n);
    const wrong = batch.filter(() => chance() < 0.1);
    const right = wrong.map((line) => ({ ...line, hours: line.hours + 1 }));
    book(wrong.map((line, index) => movedOf(`tim_${start + index}`, line, right[index] ?? line)));
    for (const line of wrong) count(line, -1n);
    for (const line of right) count(line, 1n);
    corrected += wrong.length;
  }
  const rows = readRows(store.sql, projectFigures, "WHERE figure = 'delivered'");
  const kept = rows.map(({ project, currency, minor }) => [`${project} ${currency}`, minor] as const);
  return { lines, corrected, expected: sorted([...sums].map(([key, sum]) => [key, String(sum)])), kept: sorted(kept) };
}

const sorted = (entries: readonly (readonly [string, string])[]) => Object.fromEntries(entries.toSorted());

function lineOf(chance: () => number): Line {
  const pick = <T>(list: readonly T[]) => list[Math.floor(chance() * list.length)] as T;
  const [currency, exponent] = pick(currencies);
  const hours = chance() < 0.5 ? pick(usual) : Math.floor(chance() * 2_400);
  return { project: pick(projects), currency, exponent, rate: Math.floor(chance() * 9_999_999), hours };
}

/** Half a minor unit counts as a whole one. Rate and hours bring six decimal places. */
function worthOf({ rate, hours, exponent }: Line): bigint {
  const exact = BigInt(rate) * BigInt(hours) * 10n ** BigInt(exponent);
  return (exact * 2n + 1_000_000n) / 2_000_000n;
}

function movedOf(id: string, before: Line | null, line: Line): Moved {
  return { id, kind: 'time', isNew: before === null, before: before && recordOf(before), record: recordOf(line) };
}

function recordOf({ project, currency, rate, hours }: Line): Readonly<Record<string, unknown>> {
  const said = { rate: plain(rate, 4), hours: plain(hours, 2) };
  return { ...entities.time.example, project, currency, isBillable: true, approval: 'approved', ...said };
}

/** A whole number of parts as a decimal text, without zeros at its end. */
function plain(parts: number, places: number): string {
  const digits = String(parts).padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
}

function main(): void {
  const { values } = parseArgs({
    options: { lines: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
  });
  const startMs = performance.now();
  const { lines, corrected, expected, kept } = sumLines({ lines: Number(values.lines), seed: Number(values.seed) });
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
  const wrong = Object.keys(expected).filter((key) => expected[key] !== kept[key]);
  for (const [key, sum] of Object.entries(expected))
    console.log(`${key} ${sum}${wrong.includes(key) ? ` ≠ ${kept[key]}` : ''}`);
  console.log(
    `${lines} lines, ${corrected} corrected, ${Object.keys(expected).length} sums, ${wrong.length} wrong, ${seconds} s`,
  );
  process.exitCode = wrong.length > 0 || Object.keys(kept).length !== Object.keys(expected).length ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
