// How one value is written by vendors, both ways and exact: what a codec cannot carry it refuses, never cuts.

import { isDay } from '../../shared/dates.ts';
import { compareDecimal, type Decimal, divideDecimal, parseDecimal, wholeMinutesOf } from '../../shared/decimal.ts';
import { exponentOf, formatMoney, type Money, moneyFromDecimal, moneyOf } from '../../shared/money.ts';

/** One value between their spelling and ours. Both directions throw `CodecError` on a value they cannot carry. */
export interface Codec<Value> {
  /** Stored in mapping versions, so it never changes. */
  readonly name: string;
  /** `record` is the whole wire record, for values whose meaning depends on a neighbour (a currency). */
  decode(wire: unknown, record: Readonly<Record<string, unknown>>): Value;
  encode(value: Value): unknown;
}

/** A value that a codec cannot carry. Becomes a hold with the field's name, never a silent cut. */
export class CodecError extends Error {
  override readonly name: string = 'CodecError';
}

export function refuse(codec: string, wire: unknown): never {
  throw new CodecError(`${codec} cannot carry ${JSON.stringify(wire)?.slice(0, 80) ?? 'undefined'}`);
}

export function codec<Value>(
  name: string,
  decode: (wire: unknown, record: Readonly<Record<string, unknown>>) => Value,
  encode: (value: Value) => unknown,
): Codec<Value> {
  return { name, decode, encode };
}

/** The same codec where an absent, null or empty value means null. */
export function orNull<Value>(inner: Codec<Value>): Codec<Value | null> {
  return codec<Value | null>(
    `${inner.name}?`,
    (wire, record) => (wire === undefined || wire === null || wire === '' ? null : inner.decode(wire, record)),
    (value) => (value === null ? null : inner.encode(value)),
  );
}

export const text: Codec<string> = codec(
  'text',
  (wire) => (typeof wire === 'string' ? wire.trim() : typeof wire === 'number' ? String(wire) : refuse('text', wire)),
  (value) => value,
);
export const textOrNull = orNull(text);

/** Text that the target cuts at a length: we cut it ourselves, visibly, at a word where possible. */
export function textUpTo(lengthMax: number): Codec<string | null> {
  return codec<string | null>(
    `text<=${lengthMax}`,
    (wire, record) => textOrNull.decode(wire, record),
    (value) => (value !== null && value.length > lengthMax ? cut(value, lengthMax) : value),
  );
}

function cut(value: string, lengthMax: number): string {
  // Never through the middle of a character that takes two places.
  const room = value.slice(0, lengthMax - 1).replace(/[\ud800-\udbff]$/, '');
  const word = value.lastIndexOf(' ', room.length);
  return `${(word > room.length / 2 ? room.slice(0, word) : room).trimEnd()}…`;
}

export const flag: Codec<boolean> = codec(
  'flag',
  (wire) => {
    if (typeof wire === 'boolean') return wire;
    if (wire === 'true' || wire === 'T') return true;
    if (wire === 'false' || wire === 'F' || wire === null || wire === undefined) return false;
    return refuse('flag', wire);
  },
  (value) => value,
);

export const inverseFlag: Codec<boolean> = codec(
  'inverse-flag',
  (wire, record) => !flag.decode(wire, record),
  (value) => !value,
);

/** A calendar day as `YYYY-MM-DD`. A date-time is refused rather than cut. */
export const day: Codec<string> = codec(
  'day',
  (wire) => (typeof wire === 'string' && isDay(wire) ? wire : refuse('day', wire)),
  (value) => value,
);
export const dayOrNull = orNull(day);

export const exact: Codec<Decimal> = codec(
  'decimal',
  (wire) => {
    if (typeof wire !== 'string' && typeof wire !== 'number') return refuse('decimal', wire);
    try {
      return parseDecimal(wire);
    } catch {
      return refuse('decimal', wire);
    }
  },
  (value) => value,
);
export const exactOrNull = orNull(exact);

/** The same number written as a JSON number. Only for values of at most 15 significant digits; others are refused. */
export const exactAsNumber: Codec<Decimal> = codec(
  'decimal-number',
  (wire, record) => exact.decode(wire, record),
  (value) => (value.replace(/[-.]/g, '').length <= 15 ? Number(value) : refuse('decimal-number', value)),
);

const minutesMax: Decimal = '1000000000';

/** Hours kept as whole minutes on their side. Minutes that are no whole number are refused, both ways. */
export const minutesAsHours: Codec<Decimal> = codec(
  'minutes',
  (wire, record) => {
    const minutes = exact.decode(wire, record);
    return isWholeMinutes(minutes) ? divideDecimal(minutes, '60', 6, 'half-up') : refuse('minutes', wire);
  },
  (value) => {
    const minutes = wholeMinutesOf(value);
    return minutes !== null && isWholeMinutes(minutes) ? Number(minutes) : refuse('minutes', value);
  },
);

function isWholeMinutes(minutes: Decimal): boolean {
  return /^-?\d+$/.test(minutes) && compareDecimal(minutes.replace('-', ''), minutesMax) <= 0;
}

/** Their choice values against ours, both ways. Values of theirs beyond the table are refused. */
export function choice<const Ours extends string>(name: string, table: Readonly<Record<Ours, unknown>>): Codec<Ours> {
  const byTheirs = new Map<unknown, Ours>(Object.entries(table).map(([ours, theirs]) => [theirs, ours as Ours]));
  return codec<Ours>(
    name,
    (wire) => byTheirs.get(wire) ?? refuse(name, wire),
    (value) => table[value],
  );
}

/** A decimal amount whose currency stands at `currencyAt` of the same record (a dotted path). */
export function moneyBeside(currencyAt: string): Codec<Money> {
  return codec<Money>(
    `money@${currencyAt}`,
    (wire, record) => {
      const currency = readPath(record, currencyAt);
      if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return refuse('money', currency);
      if (typeof wire !== 'string' && typeof wire !== 'number') return refuse('money', wire);
      try {
        return moneyFromDecimal(wire, currency);
      } catch {
        return refuse('money', wire);
      }
    },
    (value) => formatMoney(value),
  );
}

/** Integer minor units whose currency stands at `currencyAt` of the same record. */
export function minorBeside(currencyAt: string): Codec<Money> {
  return codec<Money>(
    `minor@${currencyAt}`,
    (wire, record) => {
      const currency = readPath(record, currencyAt);
      if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return refuse('minor', currency);
      if (typeof wire === 'number' ? !Number.isSafeInteger(wire) : typeof wire !== 'string')
        return refuse('minor', wire);
      return /^-?\d{1,100}$/.test(String(wire)) ? moneyOf(String(wire), currency) : refuse('minor', wire);
    },
    (value) => {
      const minor = Number(value.amountMinor);
      // A unit of their own making would be read as another amount on the other side.
      const isTheirUnit = value.exponent === exponentOf(value.currency);
      return isTheirUnit && Number.isSafeInteger(minor) ? minor : refuse('minor', value.amountMinor);
    },
  );
}

/** Paths are those of the maps, asked for with every record. */
const stepsKnown = new Map<string, readonly string[]>();
const stepsKnownMax = 5_000;

function stepsOf(path: string): readonly string[] {
  let steps = stepsKnown.get(path);
  if (!steps) {
    steps = path.split('.');
    if (stepsKnown.size >= stepsKnownMax) stepsKnown.clear();
    stepsKnown.set(path, steps);
  }
  return steps;
}

/** The value at a dotted path of a wire record; undefined when any step is missing. */
export function readPath(record: unknown, path: string): unknown {
  let value = record;
  for (const key of stepsOf(path)) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** Sets the value at a dotted path, making the steps in between. */
export function writePath(record: Record<string, unknown>, path: string, value: unknown): void {
  const steps = stepsOf(path);
  const last = steps.length - 1;
  let target = record;
  for (let at = 0; at < last; at++) {
    const key = steps[at] as string;
    const next = target[key];
    if (next !== null && typeof next === 'object') target = next as Record<string, unknown>;
    else target = target[key] = {} as Record<string, unknown>;
  }
  target[steps[last] as string] = value;
}
