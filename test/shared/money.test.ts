// Money is exact in every currency, and currencies never mix.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundings } from '../../shared/decimal.ts';
import {
  addMoney,
  CurrencyMismatch,
  compareMoney,
  decimalFromMoney,
  exponentOf,
  formatMoney,
  type Money,
  money,
  moneyFromDecimal,
  moneyOf,
  negateMoney,
  priceOf,
  subtractMoney,
  sumMoney,
} from '../../shared/money.ts';

const currency = fc.constantFrom('EUR', 'JPY', 'BHD', 'CLF', 'XYZ');
const minor = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });

describe('a currency has its decimal places', () => {
  it.each([
    ['EUR', 2],
    ['USD', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['ISK', 0],
    ['UGX', 0],
    ['BHD', 3],
    ['KWD', 3],
    ['TND', 3],
    ['CLF', 4],
    ['UYW', 4],
    ['MGA', 2],
    ['ZZZ', 2],
  ])('%s has %i', (code, exponent) => {
    expect(exponentOf(code)).toBe(exponent);
  });

  it.each(['eur', 'EURO', '', 'E1R'])('"%s" is no currency', (code) => {
    expect(() => exponentOf(code)).toThrow(RangeError);
  });
});

describe('money from amounts', () => {
  it.each<[string | number, string, string]>([
    ['1850', 'EUR', '185000'],
    ['18.5', 'EUR', '1850'],
    [18.5, 'EUR', '1850'],
    ['-0.01', 'EUR', '-1'],
    ['-0.00', 'EUR', '0'],
    ['1850.00', 'JPY', '1850'],
    ['1.234', 'BHD', '1234'],
    ['0.0001', 'CLF', '1'],
  ])('%s %s is %s minor units', (amount, code, amountMinor) => {
    expect(moneyFromDecimal(amount, code)).toEqual({ amountMinor, currency: code, exponent: exponentOf(code) });
  });

  it('refuses more places than the currency has, unless a rounding is named', () => {
    expect(() => moneyFromDecimal('18.505', 'EUR')).toThrow('more than 2 decimal places');
    expect(() => moneyFromDecimal('18.5', 'JPY')).toThrow(RangeError);
    const rounded = roundings.map((rounding) => moneyFromDecimal('18.505', 'EUR', rounding).amountMinor);
    expect(rounded).toEqual(['1851', '1850', '1851', '1850']);
  });

  it.each([[1.5], [2 ** 53], ['1.5'], ['1e3'], [''], ['9'.repeat(101)], [Number.NaN]])(
    '%j minor units are refused',
    (given) => {
      expect(() => moneyOf(given, 'EUR')).toThrow(RangeError);
    },
  );

  it('takes minor units as text, number or bigint and stores one spelling', () => {
    for (const given of ['0185000', 185000, 185000n]) expect(moneyOf(given, 'EUR').amountMinor).toBe('185000');
    expect(moneyOf('-0', 'EUR').amountMinor).toBe('0');
  });

  it('is written with fixed places', () => {
    expect(formatMoney(moneyOf(185000, 'EUR'))).toBe('1850.00');
    expect(formatMoney(moneyOf(1850, 'JPY'))).toBe('1850');
    expect(formatMoney(moneyOf(-5, 'EUR'))).toBe('-0.05');
    expect(formatMoney(moneyOf(0, 'BHD'))).toBe('0.000');
    expect(formatMoney(moneyOf(-12, 'CLF'))).toBe('-0.0012');
  });

  it('comes back the same from its decimal and from its written form', () => {
    fc.assert(
      fc.property(minor, currency, (amountMinor, code) => {
        const amount = moneyOf(amountMinor, code);
        expect(money.parse(amount)).toEqual(amount);
        expect(moneyFromDecimal(decimalFromMoney(amount), code)).toEqual(amount);
        expect(moneyFromDecimal(formatMoney(amount), code)).toEqual(amount);
      }),
    );
  });
});

describe('sums of money', () => {
  it('are exact over 10,000 lines', () => {
    fc.assert(
      fc.property(fc.array(minor, { minLength: 10_000, maxLength: 10_000, size: 'max' }), (lines) => {
        const expected = lines.reduce((sum, line) => sum + line, 0n);
        const amounts = lines.map((line) => moneyOf(line, 'EUR'));
        expect(sumMoney(amounts, 'EUR').amountMinor).toBe(expected.toString());
        expect(amounts.reduce(addMoney).amountMinor).toBe(expected.toString());
      }),
      { numRuns: 5 },
    );
  });

  it('of nothing are zero in the named currency', () => {
    expect(sumMoney([], 'JPY')).toEqual({ amountMinor: '0', currency: 'JPY', exponent: 0 });
  });

  it('undo each other: what is added can be subtracted, and an amount and its opposite are nothing', () => {
    fc.assert(
      fc.property(minor, minor, currency, (left, right, code) => {
        const [a, b] = [moneyOf(left, code), moneyOf(right, code)];
        expect(subtractMoney(addMoney(a, b), b)).toEqual(a);
        expect(addMoney(a, negateMoney(a))).toEqual(moneyOf(0n, code));
        expect(compareMoney(a, b)).toBe(left === right ? 0 : left < right ? -1 : 1);
      }),
    );
  });

  it('never mix currencies, nor two ideas of the same currency', () => {
    const euro = moneyOf(1, 'EUR');
    const dollar = moneyOf(1, 'USD');
    const yen = moneyOf(1850, 'JPY');
    const yenInCents: Money = { amountMinor: '185000', currency: 'JPY', exponent: 2 };
    for (const mix of [
      () => addMoney(euro, dollar),
      () => subtractMoney(euro, dollar),
      () => compareMoney(euro, dollar),
      () => sumMoney([euro, dollar], 'EUR'),
      () => sumMoney([euro], 'USD'),
      () => addMoney(yen, yenInCents),
    ]) {
      expect(mix).toThrow(CurrencyMismatch);
    }
  });
});

describe('a price', () => {
  it('is the rate times the quantity, rounded once', () => {
    expect(formatMoney(priceOf('185', '7.5', 'EUR', 'half-up'))).toBe('1387.50');
    expect(formatMoney(priceOf('142.535', '0.333333', 'EUR', 'half-up'))).toBe('47.51');
    expect(formatMoney(priceOf('0.005', '1', 'EUR', 'half-even'))).toBe('0.00');
    expect(formatMoney(priceOf('0.005', '-1', 'EUR', 'half-up'))).toBe('-0.01');
    expect(formatMoney(priceOf('18500.5', '1', 'JPY', 'half-up'))).toBe('18501');
  });
});
