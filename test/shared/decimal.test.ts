// Decimals are exact: tables for what is understood and refused, and every operation against plain BigInt fractions.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDecimal,
  compareDecimal,
  decimal,
  decimalFromInteger,
  divideDecimal,
  integerFromDecimal,
  isZeroDecimal,
  multiplyDecimal,
  negateDecimal,
  parseDecimal,
  type Rounding,
  roundDecimal,
  roundings,
  subtractDecimal,
} from '../../shared/decimal.ts';

/** A value with its reference: units at a scale that the code under test does not choose. */
const scaled = fc
  .record({ units: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), scale: fc.integer({ min: 0, max: 20 }) })
  .map(({ units, scale }) => ({ units, scale, text: spell(units, scale) }));

describe('reading a decimal', () => {
  it.each<[string | number, string]>([
    ['7.50', '7.5'],
    ['-0', '0'],
    ['-0.00', '0'],
    ['0', '0'],
    ['007', '7'],
    ['.5', '0.5'],
    ['-.05', '-0.05'],
    ['100', '100'],
    ['100.00', '100'],
    ['12345678901234567890.123456789', '12345678901234567890.123456789'],
    [7.5, '7.5'],
    [-0, '0'],
    [0.1, '0.1'],
    [1e-7, '0.0000001'],
    [-1.25e-9, '-0.00000000125'],
    [123456789012345, '123456789012345'],
    [99.9999999999999, '99.9999999999999'],
  ])('%j is %s', (given, expected) => {
    expect(parseDecimal(given)).toBe(expected);
    expect(decimal.safeParse(parseDecimal(given)).success).toBe(true);
  });

  it.each<[string | number]>([
    ['1e3'],
    ['1E3'],
    [''],
    [' 1'],
    ['1\n'],
    ['+1'],
    ['1,5'],
    ['1.'],
    ['.'],
    ['-'],
    ['--1'],
    ['1.2.3'],
    ['0x10'],
    ['NaN'],
    ['١٢'],
    ['9'.repeat(101)],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [0.1 + 0.2],
    [1e15],
    [1e21],
    [1234567890123456],
    [5e-324],
  ])('%j is refused', (given) => {
    expect(() => parseDecimal(given)).toThrow(RangeError);
  });

  it('says what it could not read', () => {
    expect(() => parseDecimal('1,5')).toThrow('"1,5" is not a decimal number like -12.5');
  });

  it('reads every float of at most 15 digits as it was written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }),
        fc.nat({ max: 22 }),
        (units, scale) => {
          const text = spell(BigInt(units), scale);
          expect(parseDecimal(Number(text))).toBe(text);
        },
      ),
    );
  });
});

describe('arithmetic is exact', () => {
  it('adds and subtracts as whole numbers do', () => {
    fc.assert(
      fc.property(scaled, scaled, (a, b) => {
        const scale = a.scale + b.scale;
        const [left, right] = [a.units * 10n ** BigInt(b.scale), b.units * 10n ** BigInt(a.scale)];
        expect(addDecimal(a.text, b.text)).toBe(spell(left + right, scale));
        expect(subtractDecimal(a.text, b.text)).toBe(spell(left - right, scale));
      }),
    );
  });

  it('multiplies without losing a digit', () => {
    fc.assert(
      fc.property(scaled, scaled, (a, b) => {
        expect(multiplyDecimal(a.text, b.text)).toBe(spell(a.units * b.units, a.scale + b.scale));
      }),
    );
  });

  it('compares by value, not by spelling', () => {
    expect(compareDecimal('7.50', '7.5')).toBe(0);
    expect(compareDecimal('-0', '0')).toBe(0);
    expect(compareDecimal('10', '9.99')).toBe(1);
    fc.assert(
      fc.property(scaled, scaled, (a, b) => {
        const difference = a.units * 10n ** BigInt(b.scale) - b.units * 10n ** BigInt(a.scale);
        expect(compareDecimal(a.text, b.text)).toBe(difference === 0n ? 0 : difference < 0n ? -1 : 1);
      }),
    );
  });

  it('negates, and knows zero in any spelling', () => {
    expect(negateDecimal('0')).toBe('0');
    expect(negateDecimal('-1.50')).toBe('1.5');
    expect([isZeroDecimal('0.00'), isZeroDecimal('-0'), isZeroDecimal('0.01')]).toEqual([true, true, false]);
  });
});

describe('rounding', () => {
  it.each<[string, number, string, string, string, string]>([
    // amount, places, half-up, half-even, up, down
    ['2.5', 0, '3', '2', '3', '2'],
    ['3.5', 0, '4', '4', '4', '3'],
    ['-2.5', 0, '-3', '-2', '-3', '-2'],
    ['2.4', 0, '2', '2', '3', '2'],
    ['-2.6', 0, '-3', '-3', '-3', '-2'],
    ['0.005', 2, '0.01', '0', '0.01', '0'],
    ['-0.004', 2, '0', '0', '-0.01', '0'],
    ['1.005', 2, '1.01', '1', '1.01', '1'],
    ['99.995', 2, '100', '100', '100', '99.99'],
    ['7', 2, '7', '7', '7', '7'],
  ])('%s to %i places: half-up %s, half-even %s, up %s, down %s', (amount, scale, ...expected) => {
    expect(roundings.map((rounding) => roundDecimal(amount, scale, rounding))).toEqual(expected);
  });

  it('divides to the named places', () => {
    expect(divideDecimal('10', '4', 2, 'half-up')).toBe('2.5');
    expect(divideDecimal('100', '60', 6, 'half-up')).toBe('1.666667');
    expect(divideDecimal('-1', '3', 2, 'up')).toBe('-0.34');
    expect(divideDecimal('1', '-8', 2, 'half-even')).toBe('-0.12');
    expect(divideDecimal('0.0001', '200', 0, 'up')).toBe('1');
    expect(() => divideDecimal('1', '0.00', 2, 'half-up')).toThrow('1 cannot be divided by zero');
  });

  it('agrees with fractions of whole numbers for every rounding, sign and scale', () => {
    fc.assert(
      fc.property(scaled, scaled, fc.nat({ max: 12 }), fc.constantFrom(...roundings), (a, b, scale, rounding) => {
        expect(roundDecimal(a.text, scale, rounding)).toBe(
          roundFraction(a.units, 10n ** BigInt(a.scale), scale, rounding),
        );
        fc.pre(b.units !== 0n);
        const [top, bottom] = [a.units * 10n ** BigInt(b.scale), b.units * 10n ** BigInt(a.scale)];
        expect(divideDecimal(a.text, b.text, scale, rounding)).toBe(roundFraction(top, bottom, scale, rounding));
      }),
      { numRuns: 500 },
    );
  });

  it('goes to a whole number of units and back', () => {
    expect(integerFromDecimal('185', 2)).toBe(18500n);
    expect(() => integerFromDecimal('185.005', 2)).toThrow('185.005 has more than 2 decimal places');
    fc.assert(
      fc.property(scaled, (a) => {
        expect(integerFromDecimal(decimalFromInteger(a.units, a.scale), a.scale)).toBe(a.units);
      }),
    );
  });

  it('refuses places that are negative, broken or beyond all sense', () => {
    for (const scale of [-1, 0.5, 101, Number.NaN]) {
      expect(() => roundDecimal('1', scale, 'down')).toThrow(RangeError);
    }
  });
});

/** Canonical text by string surgery alone. */
function spell(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const places = digits.slice(digits.length - scale).replace(/0+$/, '');
  const text = places === '' || scale === 0 ? whole : `${whole}.${places}`;
  return units < 0n && text !== '0' ? `-${text}` : text;
}

/** The reference: compares the two neighbours of the fraction by how far they are from it. */
function roundFraction(top: bigint, bottom: bigint, scale: number, rounding: Rounding): string {
  const isNegative = top < 0n !== bottom < 0n;
  const [dividend, divisor] = [(top < 0n ? -top : top) * 10n ** BigInt(scale), bottom < 0n ? -bottom : bottom];
  const floor = dividend / divisor;
  const [toFloor, toCeiling] = [dividend - floor * divisor, (floor + 1n) * divisor - dividend];
  const nearest = toFloor < toCeiling ? floor : toFloor > toCeiling ? floor + 1n : null;
  const even = floor % 2n === 0n ? floor : floor + 1n;
  const chosen = {
    'half-up': nearest ?? floor + 1n,
    'half-even': nearest ?? even,
    up: toFloor === 0n ? floor : floor + 1n,
    down: floor,
  }[rounding];
  return spell(isNegative ? -chosen : chosen, scale);
}
