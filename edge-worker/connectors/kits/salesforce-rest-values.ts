// How this API spells values: record ids with their checksum, SOQL literals, amounts as JSON numbers.

import { instantText, parseInstant } from '../../../shared/dates.ts';
import { formatMoney, type Money } from '../../../shared/money.ts';
import { type Codec, codec, moneyBeside, orNull, refuse } from '../codecs.ts';

const checksumLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
/** A binary float holds every decimal of this many digits, and their servers keep amounts as floats. */
const floatDigitsMax = 15;

/** The 18-character form of a record id; null for a text that is no id. A wrong checksum would fail a whole query. */
export function id18(text: unknown): string | null {
  if (typeof text !== 'string' || !/^[A-Za-z0-9]{15}([A-Z0-5]{3})?$/.test(text)) return null;
  let checksum = '';
  for (let start = 0; start < 15; start += 5) {
    let bits = 0;
    for (let index = 0; index < 5; index++) {
      if (isCapital(text.charCodeAt(start + index))) bits |= 1 << index;
    }
    checksum += checksumLetters[bits];
  }
  const full = text.slice(0, 15) + checksum;
  return text.length === 15 || text === full ? full : null;
}

const isCapital = (code: number) => code >= 65 && code <= 90;

/** The last three of 18 characters only repeat what the first 15 say. */
export function isSameId(a: string, b: string): boolean {
  return a.length >= 15 && a.slice(0, 15) === b.slice(0, 15);
}

/** A text literal. Quotes, backslashes and control characters cannot end it early. */
export function soqlText(value: string): string {
  const escaped = value
    .replace(/[\\']/g, (letter) => `\\${letter}`)
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t');
  return `'${escaped}'`;
}

export function soqlList(values: readonly string[]): string {
  return `(${values.map(soqlText).join(',')})`;
}

/** Their answers write `+0000`, their queries want `Z`. */
export function soqlInstant(stamp: string): string {
  return instantText(parseInstant(stamp));
}

export function shiftInstant(stamp: string, byMs: number): string {
  return instantText(parseInstant(stamp) + byMs);
}

/** Values in lots that fit into one address: at most `countMax`, their escaped literals no longer than `lengthMax`. */
export function inLots(values: readonly string[], countMax: number, lengthMax: number): string[][] {
  const lots: string[][] = [];
  let length = 0;
  for (const value of values) {
    const size = encodeURIComponent(soqlText(value)).length + 3;
    const lot = lots.at(-1);
    if (lot === undefined || lot.length >= countMax || length + size > lengthMax) {
      lots.push([value]);
      length = size;
    } else {
      lot.push(value);
      length += size;
    }
  }
  return lots;
}

/** A record id, 18 characters in our books whatever they send. */
export const recordId: Codec<string> = codec(
  'record-id-18',
  (wire) => id18(wire) ?? refuse('record-id-18', wire),
  (value) => value,
);
export const recordIdOrNull: Codec<string | null> = orNull(recordId);

/** An amount as a JSON number beside its currency. More digits than a float holds are refused, never rounded. */
export function amountBeside(currencyAt: string): Codec<Money> {
  const beside = moneyBeside(currencyAt);
  return codec<Money>(
    `amount@${currencyAt}`,
    (wire, record) => beside.decode(wire, record),
    (value) => {
      const text = formatMoney(value);
      const digits = text.replace(/[-.]/g, '').replace(/^0+/, '');
      return digits.length <= floatDigitsMax ? Number(text) : refuse('amount', text);
    },
  );
}
