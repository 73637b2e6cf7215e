// Arithmetic of exact decimals, on integers. Without a schema, so that it also runs where a page counts its bytes.

/** Plain text, no exponent, no trailing zeros. */
export type Decimal = string;

/** half-up: away from zero at .5 · half-even: to the even one at .5 · up: away from zero · down: towards zero. */
export const roundings = ['half-up', 'half-even', 'up', 'down'] as const;
export type Rounding = (typeof roundings)[number];

/** Nothing in the ledgers is longer; reading a long number takes time that grows with the square of its length. */
const charactersMax = 100;
const placesMax = 100;
/** A binary float holds every decimal of this many digits, and not all of those with one more. */
const floatDigitsMax = 15;

interface Scaled {
  readonly units: bigint;
  readonly scale: number;
}

/** Reads outside values. `007.50` and `.5` are understood; exponents, grouping, blanks and a leading + are refused. */
export function parseDecimal(text: string | number): Decimal {
  const plain = typeof text === 'number' ? plainTextOf(text) : text;
  if (plain.length > charactersMax) throw new RangeError(`a decimal may have at most ${charactersMax} characters`);
  const { units, scale } = read(plain);
  return write(units, scale);
}

export function addDecimal(a: Decimal, b: Decimal): Decimal {
  const [left, right] = [read(a), read(b)];
  const scale = Math.max(left.scale, right.scale);
  return write(raise(left, scale) + raise(right, scale), scale);
}

export function subtractDecimal(a: Decimal, b: Decimal): Decimal {
  const [left, right] = [read(a), read(b)];
  const scale = Math.max(left.scale, right.scale);
  return write(raise(left, scale) - raise(right, scale), scale);
}

export function multiplyDecimal(a: Decimal, b: Decimal): Decimal {
  const [left, right] = [read(a), read(b)];
  return write(left.units * right.units, left.scale + right.scale);
}

/** The quotient to `scale` places. A quotient has no exact decimal in general, hence the named rounding. */
export function divideDecimal(a: Decimal, b: Decimal, scale: number, rounding: Rounding): Decimal {
  checkPlaces(scale);
  const [left, right] = [read(a), read(b)];
  if (right.units === 0n) throw new RangeError(`${clip(a)} cannot be divided by zero`);
  const shift = scale + right.scale - left.scale;
  const dividend = shift > 0 ? left.units * tenTo(shift) : left.units;
  const divisor = shift < 0 ? right.units * tenTo(-shift) : right.units;
  return write(divideRounded(dividend, divisor, rounding), scale);
}

export function compareDecimal(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const [left, right] = [read(a), read(b)];
  const scale = Math.max(left.scale, right.scale);
  const [leftUnits, rightUnits] = [raise(left, scale), raise(right, scale)];
  if (leftUnits === rightUnits) return 0;
  return leftUnits < rightUnits ? -1 : 1;
}

export function roundDecimal(a: Decimal, scale: number, rounding: Rounding): Decimal {
  return decimalFromInteger(integerFromDecimal(a, scale, rounding), scale);
}

/** 100 minutes have no exact decimal in hours: 1.666667 h is 100.00002 min. More than that is no rounding of ours. */
const minutesApartMax: Decimal = '0.001';

/** The whole minutes that these hours stand for; null where they are hours of another making. */
export function wholeMinutesOf(hours: Decimal): Decimal | null {
  const exactly = multiplyDecimal(hours, '60');
  const minutes = roundDecimal(exactly, 0, 'half-up');
  const apart = subtractDecimal(exactly, minutes);
  const isNear =
    compareDecimal(apart, minutesApartMax) <= 0 && compareDecimal(negateDecimal(apart), minutesApartMax) <= 0;
  return isNear ? minutes : null;
}

export function isZeroDecimal(a: Decimal): boolean {
  return read(a).units === 0n;
}

export function negateDecimal(a: Decimal): Decimal {
  const { units, scale } = read(a);
  return write(-units, scale);
}

/** The decimal counted in units of 10^-scale; without a rounding, more places than `scale` are refused. */
export function integerFromDecimal(a: Decimal, scale: number, rounding?: Rounding): bigint {
  checkPlaces(scale);
  const own = read(a);
  if (own.scale <= scale) return raise(own, scale);
  const divisor = tenTo(own.scale - scale);
  if (rounding !== undefined) return divideRounded(own.units, divisor, rounding);
  if (own.units % divisor !== 0n) throw new RangeError(`${clip(a)} has more than ${scale} decimal places`);
  return own.units / divisor;
}

/** The other way round: 18500 at scale 2 is `185`. */
export function decimalFromInteger(integer: bigint, scale: number): Decimal {
  checkPlaces(scale);
  return write(integer, scale);
}

function read(text: string): Scaled {
  if (!/^-?(\d+(\.\d+)?|\.\d+)$/.test(text)) throw new RangeError(`"${clip(text)}" is not a decimal number like -12.5`);
  const point = text.indexOf('.');
  if (point === -1) return { units: BigInt(text), scale: 0 };
  return { units: BigInt(text.slice(0, point) + text.slice(point + 1)), scale: text.length - point - 1 };
}

function write(units: bigint, scale: number): Decimal {
  if (scale === 0) return units.toString();
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  let end = digits.length;
  const point = end - scale;
  while (end > point && digits.charCodeAt(end - 1) === 48) end--;
  const sign = units < 0n ? '-' : '';
  return end === point ? sign + digits.slice(0, point) : `${sign}${digits.slice(0, point)}.${digits.slice(point, end)}`;
}

/** The shortest text that reads back as the same float is what the sender wrote, if it has few enough digits. */
function plainTextOf(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is not a decimal number`);
  const [mantissa = '', exponent] = Math.abs(value).toString().split('e');
  const digits = mantissa.replace('.', '').replace(/^0+/, '');
  if (digits.length > floatDigitsMax || Math.abs(value) >= 10 ** floatDigitsMax) {
    throw new RangeError(`${value} has more than ${floatDigitsMax} significant digits: read it from its text`);
  }
  const sign = value < 0 ? '-' : '';
  if (exponent === undefined) return sign + mantissa;
  const point = mantissa.indexOf('.');
  const places = (point === -1 ? 0 : mantissa.length - point - 1) - Number(exponent);
  return `${sign}0.${digits.padStart(places, '0')}`;
}

function raise(value: Scaled, scale: number): bigint {
  return scale === value.scale ? value.units : value.units * tenTo(scale - value.scale);
}

function tenTo(power: number): bigint {
  return 10n ** BigInt(power);
}

function divideRounded(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  if (rest === 0n || rounding === 'down') return quotient;
  const away = dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
  if (rounding === 'up') return away;
  const twice = magnitude(rest) * 2n;
  const whole = magnitude(divisor);
  if (twice !== whole) return twice > whole ? away : quotient;
  return rounding === 'half-up' || quotient % 2n !== 0n ? away : quotient;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function checkPlaces(scale: number): void {
  if (!Number.isInteger(scale) || scale < 0 || scale > placesMax) {
    throw new RangeError(`decimal places are a whole number from 0 to ${placesMax}, not ${scale}`);
  }
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
