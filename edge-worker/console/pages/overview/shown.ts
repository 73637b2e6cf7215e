// Values of indicators as people of this browser's language read them.
import type { Shape } from '../../client.ts';
import { amountText } from '../../parts/figures.tsx';

export type Indicator = Shape<'Indicator'>;
type Figure = Pick<Indicator, 'value' | 'amounts' | 'n'>;

const units = [
  ['day', 86_400_000, 36 * 3_600_000],
  ['hour', 3_600_000, 90 * 60_000],
  ['minute', 60_000, 90_000],
  ['second', 1_000, 0],
] as const;

/** In the largest unit in which it is more than one and a half. */
export function lengthText(ms: number): string {
  const [unit, unitMs] = units.find(([, , fromMs]) => ms >= fromMs) ?? units[3];
  const style = { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(undefined, style).format(ms / unitMs);
}

/** `2026-11` as a month of a year. */
export function monthText(month: string): string {
  const form = { month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(undefined, form).format(Date.parse(`${month}-01T00:00:00Z`));
}

/** Hours as they are, to a hundredth. */
export function hoursText(hours: string): string {
  return new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 }).format(hours as `${number}`);
}

const plain = (digits: number) => new Intl.NumberFormat(undefined, { maximumFractionDigits: digits });
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });

export function numberText(unit: Indicator['unit'], value: number): string {
  if (unit === 'ms') return lengthText(value);
  return unit === 'share' ? percent.format(value) : plain(unit === 'records' ? 0 : 1).format(value);
}

export function figureText(unit: Indicator['unit'], { value, amounts }: Figure): string {
  if (unit === 'money') return amounts.length === 0 ? 'None' : amounts.map(amountText).join(' + ');
  return value === null ? '—' : numberText(unit, value);
}

/** The target in words; null where there is none. */
export function targetText({ unit, better, target }: Indicator): string | null {
  if (target === null) return null;
  const most = better === 'less' ? 'at most' : 'at least';
  return unit === 'records' ? `at most ${numberText(unit, target)} late` : `${most} ${numberText(unit, target)}`;
}

/** How high each day of a trend is; money by its first currency, which the label names. */
export function heightsOf({ unit, trend }: Indicator): readonly (number | null)[] {
  return trend.map(({ value, amounts }) => {
    if (unit !== 'money') return value;
    const [first] = amounts;
    return first ? Number(first.amountMinor) : 0;
  });
}
