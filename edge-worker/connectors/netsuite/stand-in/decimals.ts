// Exact decimal figures as texts: no figure of the books ever passes through a floating-point sum.

const shape = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** Without leading or trailing zeros; null when it is no decimal. */
export function canonical(raw: string | number): string | null {
  const plain = typeof raw === 'string' ? raw.trim() : String(raw).includes('e') ? raw.toFixed(12) : String(raw);
  const match = shape.exec(plain);
  if (!match) return null;
  const whole = (match[2] ?? '').replace(/^0+(?=\d)/, '');
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  const body = fraction === '' ? whole : `${whole}.${fraction}`;
  return body !== '0' && match[1] === '-' ? `-${body}` : body;
}

function parse(figure: string): { units: bigint; digits: number } {
  const match = shape.exec(figure);
  if (!match) throw new Error(`Not a decimal: ${figure}`);
  const fraction = match[3] ?? '';
  const units = BigInt(`${match[2]}${fraction}`);
  return { units: match[1] === '-' ? -units : units, digits: fraction.length };
}

/** Half away from zero, as the vendor rounds amounts. */
function rescale(units: bigint, digits: number, scale: number): bigint {
  if (digits <= scale) return units * 10n ** BigInt(scale - digits);
  const divisor = 10n ** BigInt(digits - scale);
  const size = units < 0n ? -units : units;
  const rounded = (size * 2n + divisor) / (divisor * 2n);
  return units < 0n ? -rounded : rounded;
}

/** The figure in minor units of a currency with `scale` decimals. */
export function toMinor(figure: string, scale: number): bigint {
  const { units, digits } = parse(figure);
  return rescale(units, digits, scale);
}

export function fromMinor(minor: bigint, scale: number): string {
  if (scale === 0) return String(minor);
  const digits = String(minor < 0n ? -minor : minor).padStart(scale + 1, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The product in minor units, rounded once. */
export function timesMinor(left: string, right: string, scale: number): bigint {
  const a = parse(left);
  const b = parse(right);
  return rescale(a.units * b.units, a.digits + b.digits, scale);
}

const hourDigits = 8;

/** `7:30` as hours; a third of an hour keeps eight decimals. */
export function hoursOfDuration(duration: string): string | null {
  const match = /^(-?)(\d+):([0-5]\d)$/.exec(duration.trim());
  if (!match) return null;
  const minutes = BigInt(match[2] ?? '0') * 60n + BigInt(match[3] ?? '0');
  const units = (minutes * 10n ** BigInt(hourDigits) * 2n + 60n) / 120n;
  return canonical(fromMinor(match[1] === '-' ? -units : units, hourDigits));
}

/** Hours as the REST API shows them, to the whole minute. */
export function durationOfHours(figure: string): string {
  const minutes = timesMinor(figure, '60', 0);
  const size = minutes < 0n ? -minutes : minutes;
  return `${minutes < 0n ? '-' : ''}${size / 60n}:${String(size % 60n).padStart(2, '0')}`;
}
