// The indicators of an installation: each with its value, its parts, its trend per day and its target. Made of the
// day's sums and of what stands open, so that nothing is added up over all records.
import { type IndicatorName, indicatorNames, indicators, type NotKnown } from '../../shared/indicators.ts';
import { type Money, moneyOf } from '../../shared/money.ts';
import { tallies } from '../store/lane-schema.ts';
import { type LaneSql, readRows } from '../store/rows.ts';
import { type Closing, closingNow } from './closing.ts';
import type { LaneCore } from './core.ts';
import { dayOf, type Long, quantileMs, type Sum, type Sums, together } from './tallies.ts';
import { goalOf } from './targets.ts';

export interface IndicatorPart {
  /** What tells it from the others: a region, a cause, an owner, a pair of connections. */
  readonly of: Readonly<Record<string, string>>;
  readonly n: number;
  readonly value: number | null;
  readonly amounts: readonly Money[];
}

export interface TrendPoint extends Omit<IndicatorPart, 'of'> {
  readonly day: string;
}

export interface Indicator {
  readonly name: IndicatorName;
  /** In its unit; null where there is none, and `notKnown` says why. Money is in `amounts`. */
  readonly value: number | null;
  readonly amounts: readonly Money[];
  /** How many records, or for a rate how many it is a rate of. */
  readonly n: number;
  readonly late: number;
  readonly meanMs: number | null;
  readonly p95Ms: number | null;
  readonly oldestMs: number | null;
  readonly target: number | null;
  readonly isMissed: boolean;
  readonly notKnown: NotKnown | null;
  readonly parts: readonly IndicatorPart[];
  readonly trend: readonly TrendPoint[];
}

export function indicatorsOf(core: LaneCore, days: number): Indicator[] {
  const history = new History(core, days);
  return indicatorNames.map((name) => measured(name, history, goalOf(core.wiring.content, name)));
}

/** The longest of what was measured, for those behind an indicator of time. */
export function longestOf(core: LaneCore, name: IndicatorName, days: number): readonly Long[] {
  const kind = timed[name as keyof typeof timed];
  if (kind === undefined) return [];
  const history = new History(core, days);
  return together(kind.measures.flatMap((measure) => history.all(measure).map(([, sum]) => sum)))[4];
}

interface Timed {
  readonly measures: readonly string[];
  /** What the places of a part's name mean. */
  readonly parts: readonly string[];
}

const timed = {
  'quote-to-project': { measures: ['passed deal-to-project'], parts: ['region'] },
  'approved-to-posted': {
    measures: ['passed time-to-ledger', 'passed expense-to-ledger', 'passed milestone-to-ledger'],
    parts: ['region'],
  },
  'invoice-cycle': { measures: ['billed'], parts: ['region'] },
  'sync-lag': { measures: ['lag'], parts: ['from', 'to'] },
  'recovery-time': { measures: ['recovered'], parts: ['owner', 'control', 'region'] },
} as const satisfies Partial<Record<IndicatorName, Timed>>;

const never: Partial<Readonly<Record<IndicatorName, NotKnown>>> = {
  'manual-minutes': 'not-timed',
};

function measured(name: IndicatorName, history: History, target: number | null): Indicator {
  const unknown = never[name];
  if (unknown !== undefined) return { ...blank(name), notKnown: unknown };
  const times = timed[name as keyof typeof timed] as Timed | undefined;
  const made = times ? ofTimes(name, times, history) : (ofRates(name, history) ?? ofStocks(name, history));
  const isKnown = made.value !== null || made.amounts.length > 0 || indicators[name].unit === 'money';
  const judged = { ...made, target };
  return isKnown
    ? { ...judged, isMissed: isMissed(judged) }
    : { ...judged, notKnown: history.closing[name]?.why ?? 'none-yet' };
}

/** As it is answered to whoever may not see it. */
export function hiddenIndicator(name: IndicatorName): Indicator {
  return { ...blank(name), notKnown: 'confidential' };
}

function blank(name: IndicatorName): Indicator {
  return {
    ...{ name, value: null, amounts: [], n: 0, late: 0, meanMs: null, p95Ms: null, oldestMs: null },
    ...{ target: null, isMissed: false, notKnown: null, parts: [], trend: [] },
  };
}

/** Of records that stand open it is the late ones that a target forbids. */
function isMissed({ name, value, late, target }: Indicator): boolean {
  const { unit, better } = indicators[name];
  const judged = unit === 'records' ? late : value;
  if (judged === null || target === null) return false;
  return better === 'less' ? judged > target : judged < target;
}

function ofTimes(name: IndicatorName, { measures, parts }: Timed, history: History): Indicator {
  const all = measures.flatMap((measure) => history.all(measure).map(([part, sum]) => [measure, part, sum] as const));
  const whole = together(all.map(([, , sum]) => sum));
  const [n, totalMs, late] = whole;
  const groups = new Map<string, Sum[]>();
  for (const [measure, part, sum] of all) {
    const key = measures.length > 1 ? `${measure}|${part}` : part;
    groups.set(key, [...(groups.get(key) ?? []), sum]);
  }
  const names = measures.length > 1 ? ['kind', ...parts] : parts;
  return {
    ...blank(name),
    ...{ n, late, value: quantileMs(whole, 0.5), p95Ms: quantileMs(whole, 0.95) },
    meanMs: n === 0 ? null : Math.round(totalMs / n),
    parts: [...groups].map(([key, sums]) => {
      const sum = together(sums);
      return { of: partOf(key, names), n: sum[0], value: quantileMs(sum, 0.5), amounts: [] };
    }),
    trend: history.days.map((day) => {
      const sum = together(measures.flatMap((measure) => Object.values(history.on(measure, day))));
      return { day, n: sum[0], value: quantileMs(sum, 0.5), amounts: [] };
    }),
  };
}

function partOf(key: string, names: readonly string[]): Record<string, string> {
  const values = key.split('|');
  return Object.fromEntries(
    names.map((name, index) => [name, (values[index] ?? '').replace(/^passed (\w+)-to-ledger$/, '$1')]),
  );
}

interface Rate {
  readonly of: string;
  readonly parts: readonly string[];
  readonly per: number;
}

const rates: Partial<Readonly<Record<IndicatorName, Rate>>> = {
  'exception-rate': { of: 'raised', parts: ['region', 'control'], per: 1 },
  'manual-touches': { of: 'touched', parts: ['action'], per: 1000 },
};

const countOf = (sums: Sums, part: (name: string) => boolean = () => true) =>
  Object.entries(sums).reduce((total, [name, [n]]) => total + (part(name) ? n : 0), 0);

/** Of records that were new or changed in the same days, for a region those of that region. */
function ofRates(name: IndicatorName, history: History): Indicator | null {
  const rate = rates[name];
  if (!rate) return null;
  const share = (n: number, all: number) => (all === 0 ? null : (n * rate.per) / all);
  const handled = history.whole('handled');
  const counted = history.whole(rate.of);
  const isByRegion = rate.parts[0] === 'region';
  const n = countOf(handled);
  return {
    ...blank(name),
    ...{ n, late: 0, value: share(countOf(counted), n) },
    parts: Object.entries(counted).map(([key, [times]]) => {
      const among = isByRegion ? countOf(handled, (part) => part.split('|')[0] === key.split('|')[0]) : n;
      return { of: partOf(key, rate.parts), n: times, value: share(times, among), amounts: [] };
    }),
    trend: history.days.map((day) => {
      const all = countOf(history.on('handled', day));
      return { day, n: all, value: share(countOf(history.on(rate.of, day)), all), amounts: [] };
    }),
  };
}

function ofStocks(name: IndicatorName, history: History): Indicator {
  const now = history.closing[name];
  if (!now) return blank(name);
  const { unit } = indicators[name];
  const shownOf = ({ n, among = 0, share }: Pick<typeof now, 'n' | 'among' | 'share'>) => {
    if (share !== undefined) return share;
    if (unit === 'money') return null;
    return unit === 'share' ? (among === 0 ? null : (among - n) / among) : n;
  };
  return {
    ...blank(name),
    ...{ n: now.among ?? now.n, late: now.late ?? 0, oldestMs: now.oldestMs ?? null },
    value: shownOf(now),
    amounts: amountsOf(now.minor),
    parts: (now.parts ?? []).map((part) => ({
      ...{ of: part.of, n: part.among || part.n, value: shownOf(part), amounts: amountsOf(part.minor) },
    })),
    trend: history.days.flatMap((day) => {
      const then = history.closedOn(day)[name];
      if (!then) return [];
      return { day, n: then.n, value: shownOf(then), amounts: amountsOf(then.minor) };
    }),
  };
}

const amountsOf = (minor: Readonly<Record<string, string>> | undefined): Money[] =>
  Object.entries(minor ?? {}).map(([currency, amount]) => moneyOf(amount, currency));

/** The sums of the latest days, today's among them, read at once. */
class History {
  readonly days: readonly string[];
  readonly closing: Closing;
  readonly #sums = new Map<string, Sums>();

  constructor(core: LaneCore, days: number) {
    const nowMs = core.ports.nowMs();
    this.days = Array.from({ length: days }, (_, ago) => dayOf(nowMs - (days - 1 - ago) * 86_400_000));
    this.closing = closingNow(core);
    for (const { measure, day, sums } of rowsSince(core.store.sql, this.days[0] ?? ''))
      this.#sums.set(`${measure} ${day}`, JSON.parse(sums) as Sums);
  }

  on(measure: string, day: string): Sums {
    return this.#sums.get(`${measure} ${day}`) ?? {};
  }

  all(measure: string): [string, Sum][] {
    return this.days.flatMap((day) => Object.entries(this.on(measure, day)));
  }

  whole(measure: string): Sums {
    const parts = new Map<string, Sum[]>();
    for (const [part, sum] of this.all(measure)) parts.set(part, [...(parts.get(part) ?? []), sum]);
    return Object.fromEntries([...parts].map(([part, sums]) => [part, together(sums)]));
  }

  /** What stood open at the end of a day; of today, now. */
  closedOn(day: string): Closing {
    if (day === this.days.at(-1)) return this.closing;
    return this.on('closing', day) as unknown as Closing;
  }
}

const rowsSince = (sql: LaneSql, day: string) => readRows(sql, tallies, 'WHERE day >= ?', day);
