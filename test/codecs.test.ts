// How single values travel: what is carried arrives as it was, and what cannot be carried is refused, never cut.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Codec,
  CodecError,
  choice,
  day,
  dayOrNull,
  exact,
  exactAsNumber,
  exactOrNull,
  flag,
  inverseFlag,
  minorBeside,
  minutesAsHours,
  moneyBeside,
  orNull,
  readPath,
  text,
  textOrNull,
  textUpTo,
  writePath,
} from '../edge-worker/connectors/codecs.ts';
import { addDays } from '../shared/dates.ts';
import { decimalFromInteger } from '../shared/decimal.ts';
import { type Money, moneyOf } from '../shared/money.ts';

/** Their record as it is after our value was written to it: JSON, because that is how it travels. */
function thereAndBack<Value>(
  codec: Codec<Value>,
  value: Value,
  neighbours: Readonly<Record<string, unknown>> = {},
): Value {
  const record = JSON.parse(JSON.stringify({ ...neighbours, field: codec.encode(value) })) as Record<string, unknown>;
  return codec.decode(record['field'], record);
}

function carries<Value>(codec: Codec<Value>, values: fc.Arbitrary<Value>): void {
  fc.assert(
    fc.property(values, (value) => {
      expect(thereAndBack(codec, value)).toEqual(value);
    }),
  );
}

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: 0, max: 20 }))
  .map(([units, scale]) => decimalFromInteger(units, scale));
const days = fc.integer({ min: -700_000, max: 2_900_000 }).map((count) => addDays('1970-01-01', count));
const texts = fc.string({ unit: 'grapheme' }).map((value) => value.trim());
const shown = texts.filter((value) => value !== '');
const currencies = fc.constantFrom('EUR', 'USD', 'JPY', 'BHD', 'CLF');

describe('what is carried arrives as it was', () => {
  it('texts, without the blanks around them', () => {
    carries(text, texts);
    carries(textOrNull, fc.option(shown));
    carries(textUpTo(1000), fc.option(shown));
    expect(text.decode('  PO-7731 \n', {})).toBe('PO-7731');
    expect(text.decode(42, {})).toBe('42');
  });

  it('yes and no, however it is spelt', () => {
    carries(flag, fc.boolean());
    carries(inverseFlag, fc.boolean());
    for (const yes of [true, 'true', 'T'])
      expect([flag.decode(yes, {}), inverseFlag.decode(yes, {})]).toEqual([true, false]);
    for (const no of [false, 'false', 'F', null, undefined]) expect(flag.decode(no, {})).toBe(false);
  });

  it('calendar days', () => {
    carries(day, days);
    carries(dayOrNull, fc.option(days));
  });

  it('decimals of any length as text, and of fifteen digits as numbers', () => {
    carries(exact, decimals);
    carries(exactOrNull, fc.option(decimals));
    const short = fc.tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.integer({ min: 0, max: 2 }));
    carries(
      exactAsNumber,
      short.map(([units, scale]) => decimalFromInteger(units, scale)),
    );
  });

  it('a decimal as a number: exactly, or not at all', () => {
    fc.assert(
      fc.property(decimals, (value) => {
        try {
          expect(thereAndBack(exactAsNumber, value)).toBe(value);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      }),
    );
  });

  it('choices, in their words', () => {
    const status = choice('status', { open: 1, submitted: 'wait', approved: true });
    carries(status, fc.constantFrom('open', 'submitted', 'approved'));
    carries(orNull(status), fc.option(fc.constantFrom('open', 'submitted', 'approved')));
  });

  it('amounts beside their currency, as decimals and in minor units', () => {
    const minor = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    fc.assert(
      fc.property(currencies, minor, fc.maxSafeInteger(), (currency, large, small) => {
        const neighbours = { head: { currency } };
        const amount = moneyOf(large, currency);
        expect(thereAndBack(moneyBeside('head.currency'), amount, neighbours)).toEqual(amount);
        const exactly = moneyOf(BigInt(small), currency);
        expect(thereAndBack(minorBeside('head.currency'), exactly, neighbours)).toEqual(exactly);
      }),
    );
  });
});

describe('hours kept as minutes', () => {
  it.each<[number | string, string]>([
    [0, '0'],
    [1, '0.016667'],
    [15, '0.25'],
    [50, '0.833333'],
    [60, '1'],
    [90, '1.5'],
    [100, '1.666667'],
    [450, '7.5'],
    ['475', '7.916667'],
    [-20, '-0.333333'],
    [999_999_999, '16666666.65'],
  ])('%s minutes are %s hours, there and back', (minutes, hours) => {
    expect(minutesAsHours.decode(minutes, {})).toBe(hours);
    expect(minutesAsHours.encode(hours)).toBe(Number(minutes));
  });

  it.each<[string, number]>([
    ['1.66667', 100],
    ['1.66665', 99.999],
    ['0.016683', 1.00098],
    ['-1.666667', -100],
  ])('%s hours were meant as whole minutes: they are within a thousandth of %s', (hours, about) => {
    expect(minutesAsHours.encode(hours)).toBe(Math.round(about));
  });

  it.each(['0.01', '1.6666', '1.6667', '7.99', '0.008333', '-0.0084', '99999999999', '1e3', ''])(
    '"%s" hours are no whole minutes and are refused',
    (hours) => {
      expect(() => minutesAsHours.encode(hours)).toThrow();
    },
  );

  it('refuses parts of a minute from their side too', () => {
    for (const wire of [90.5, '90.5', 'ninety', null, {}, 1e15]) {
      expect(() => minutesAsHours.decode(wire, {})).toThrow(CodecError);
    }
  });

  it('gives back every whole number of minutes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), (minutes) => {
        expect(minutesAsHours.encode(minutesAsHours.decode(minutes, {}))).toBe(minutes);
      }),
    );
  });
});

describe('text that is too long', () => {
  it.each<[number, string, string]>([
    [20, 'Chart of accounts', 'Chart of accounts'],
    [17, 'Chart of accounts', 'Chart of accounts'],
    [16, 'Chart of accounts', 'Chart of…'],
    [10, 'Chart of accounts', 'Chart of…'],
    [9, 'Chart of accounts', 'Chart of…'],
    [8, 'Chart of accounts', 'Chart…'],
    [5, 'Hauptversammlung', 'Haup…'],
    [3, 'a😀b', 'a…'],
  ])('is cut visibly at %i characters: %s', (lengthMax, value, cut) => {
    expect(textUpTo(lengthMax).encode(value)).toBe(cut);
  });

  it('fits afterwards, shows that it was cut, and is whole in every character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (value, lengthMax) => {
          const encoded = String(textUpTo(lengthMax).encode(value));
          expect(encoded.length).toBeLessThanOrEqual(lengthMax);
          if (value.length <= lengthMax) expect(encoded).toBe(value);
          else expect(encoded.endsWith('…') && value.startsWith(encoded.slice(0, -1))).toBe(true);
          expect(() => encodeURIComponent(encoded)).not.toThrow();
        },
      ),
    );
  });
});

describe('what cannot be carried is refused', () => {
  const beside = { currency: 'EUR' };
  it.each<[string, () => unknown]>([
    ['a record as text', () => text.decode({ id: 1 }, {})],
    ['a word as yes or no', () => flag.decode('yes', {})],
    ['a date-time as a day', () => day.decode('2026-11-03T08:00:00Z', {})],
    ['a day that the calendar does not have', () => day.decode('2026-02-30', {})],
    ['a grouped number', () => exact.decode('1,850.00', {})],
    ['no number', () => exact.decode(Number.NaN, {})],
    ['a number that a float has already changed', () => exact.decode(0.1 + 0.2, {})],
    ['sixteen digits as a number', () => exactAsNumber.encode('1234567890.123456')],
    ['a choice of theirs that the table lacks', () => choice('status', { open: 1 }).decode('1', {})],
    ['an amount without a currency', () => moneyBeside('currency').decode('1.00', {})],
    ['an amount in a currency that is none', () => moneyBeside('currency').decode('1.00', { currency: 'euro' })],
    ['an amount with more places than the currency', () => moneyBeside('currency').decode('1.005', beside)],
    ['minor units with a point', () => minorBeside('currency').decode('100.5', beside)],
    ['minor units that a float has already changed', () => minorBeside('currency').decode(2 ** 53, beside)],
    ['minor units too large for their number', () => minorBeside('currency').encode(moneyOf(2n ** 53n, 'EUR'))],
    ['minor units of another size', () => minorBeside('currency').encode(thousandths)],
  ])('%s', (_, work) => {
    expect(work).toThrow(CodecError);
  });

  const thousandths: Money = { amountMinor: '1850', currency: 'EUR', exponent: 3 };
});

describe('paths into their records', () => {
  it('read what was written, and leave the neighbours alone', () => {
    const step = fc.constantFrom('a', 'b', 'c', 'd');
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), fc.jsonValue(), (steps, value) => {
        const path = ['own', ...steps].join('.');
        const record: Record<string, unknown> = { other: 1 };
        writePath(record, path, value);
        expect(readPath(record, path)).toEqual(value);
        expect(record['other']).toBe(1);
      }),
    );
    expect(readPath({ a: null }, 'a.b.c')).toBeUndefined();
  });
});
