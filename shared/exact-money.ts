// Arithmetic of amounts: minor units, a currency and its exponent. Without a schema, see exact-decimal.ts.
import {
  type Decimal,
  decimalFromInteger,
  divideDecimal,
  integerFromDecimal,
  multiplyDecimal,
  parseDecimal,
  type Rounding,
} from './exact-decimal.ts';

export interface Money {
  /** An integer in minor units, as text so that no JSON reader can round it. */
  readonly amountMinor: string;
  readonly currency: string;
  /** Decimal places of the currency: 0 for JPY, 2 for EUR, 3 for BHD. */
  readonly exponent: number;
}

/** ISO 4217 currencies that do not have two decimal places, by how many they have. */
const currenciesByExponent: readonly (readonly [number, string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];
const exponents: ReadonlyMap<string, number> = new Map(
  currenciesByExponent.flatMap(([exponent, codes]) => codes.split(' ').map((code) => [code, exponent] as const)),
);

/** Two amounts that may not be added or compared. The hub never makes an exchange rate, so there is no way round it. */
export class CurrencyMismatch extends Error {
  override readonly name = 'CurrencyMismatch';

  constructor(left: Money, right: Money) {
    super(`${left.currency} (${left.exponent} places) and ${right.currency} (${right.exponent} places) do not mix`);
  }
}

export function exponentOf(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) throw new RangeError('a currency is a code of three capital letters');
  return exponents.get(currency) ?? 2;
}

export function moneyOf(amountMinor: bigint | string | number, currency: string): Money {
  return { amountMinor: minorUnitsOf(amountMinor).toString(), currency, exponent: exponentOf(currency) };
}

/** Without a rounding, an amount with more places than the currency has is refused rather than cut. */
export function moneyFromDecimal(amount: Decimal | string | number, currency: string, rounding?: Rounding): Money {
  const exponent = exponentOf(currency);
  const amountMinor = integerFromDecimal(parseDecimal(amount), exponent, rounding).toString();
  return { amountMinor, currency, exponent };
}

export function decimalFromMoney(amount: Money): Decimal {
  return decimalFromInteger(BigInt(amount.amountMinor), amount.exponent);
}

/** Fixed places and no grouping, as forms and files want it: `1850.00`, in yen `1850`. */
export function formatMoney(amount: Money): string {
  const isNegative = amount.amountMinor.startsWith('-');
  const digits = (isNegative ? amount.amountMinor.slice(1) : amount.amountMinor).padStart(amount.exponent + 1, '0');
  const point = digits.length - amount.exponent;
  const sign = isNegative ? '-' : '';
  return amount.exponent === 0 ? sign + digits : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

export function addMoney(a: Money, b: Money): Money {
  checkSameCurrency(a, b);
  return { ...a, amountMinor: (BigInt(a.amountMinor) + BigInt(b.amountMinor)).toString() };
}

export function subtractMoney(a: Money, b: Money): Money {
  checkSameCurrency(a, b);
  return { ...a, amountMinor: (BigInt(a.amountMinor) - BigInt(b.amountMinor)).toString() };
}

export function negateMoney(amount: Money): Money {
  return { ...amount, amountMinor: (-BigInt(amount.amountMinor)).toString() };
}

export function compareMoney(a: Money, b: Money): -1 | 0 | 1 {
  checkSameCurrency(a, b);
  const [left, right] = [BigInt(a.amountMinor), BigInt(b.amountMinor)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The currency is named because an empty list has a sum too. */
export function sumMoney(list: readonly Money[], currency: string): Money {
  const zero = moneyOf(0n, currency);
  let total = 0n;
  for (const amount of list) {
    checkSameCurrency(zero, amount);
    total += BigInt(amount.amountMinor);
  }
  return { ...zero, amountMinor: total.toString() };
}

/** What hours cost at somebody who counts minutes: rounded once, from the minutes. */
export function priceOfMinutes(rate: Decimal, minutes: Decimal, currency: string): Money {
  const price = divideDecimal(multiplyDecimal(rate, minutes), '60', exponentOf(currency), 'half-up');
  return moneyFromDecimal(price, currency);
}

/** Rounded once, at the end: a line is rate × quantity, never rounded rate × quantity. */
export function priceOf(rate: Decimal, quantity: Decimal, currency: string, rounding: Rounding): Money {
  const exponent = exponentOf(currency);
  const amountMinor = integerFromDecimal(multiplyDecimal(rate, quantity), exponent, rounding).toString();
  return { amountMinor, currency, exponent };
}

function minorUnitsOf(amountMinor: bigint | string | number): bigint {
  if (typeof amountMinor === 'bigint') return amountMinor;
  if (typeof amountMinor === 'number') {
    if (!Number.isSafeInteger(amountMinor)) throw new RangeError(`${amountMinor} is not a whole number of minor units`);
    return BigInt(amountMinor);
  }
  if (!/^-?\d{1,100}$/.test(amountMinor)) throw new RangeError('minor units are a whole number of at most 100 digits');
  return BigInt(amountMinor);
}

/** The exponent counts too: 1850 yen and 18.50 "yen" written by a system that thinks in cents are not the same unit. */
function checkSameCurrency(a: Money, b: Money): void {
  if (a.currency !== b.currency || a.exponent !== b.exponent) throw new CurrencyMismatch(a, b);
}
