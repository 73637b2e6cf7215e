// Figures as people of this browser's language read them. Amounts are written from text, never through a number.
import { useMemo } from 'react';
import { formatMoney, type Money } from '../../../shared/exact-money.ts';

/** An exact amount with its currency. */
export function Amount({ value }: { readonly value: Money | null }) {
  const text = useMemo(() => (value === null ? '—' : amountText(value)), [value]);
  return <span className="figures">{text}</span>;
}

export function amountText(value: Money): string {
  const { currency, exponent } = value;
  const style = {
    style: 'currency',
    currency,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  } as const;
  // Decimal text is formatted exactly; a number would round what is longer than fifteen digits.
  return new Intl.NumberFormat(undefined, style).format(formatMoney(value) as `${number}`);
}

const instants = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const days = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });

export const instantText = (atMs: number): string => instants.format(atMs);

export function Instant({ atMs }: { readonly atMs: number | null }) {
  if (atMs === null) return <span className="quiet">—</span>;
  return (
    <time dateTime={new Date(atMs).toISOString()} className="figures">
      {instants.format(atMs)}
    </time>
  );
}

/** A calendar day stays the day it is, wherever it is read. */
export function Day({ day }: { readonly day: string }) {
  return (
    <time dateTime={day} className="figures">
      {days.format(Date.parse(`${day}T00:00:00Z`))}
    </time>
  );
}

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

/** How long ago, or how soon, in the largest unit that fits. The exact instant is its tooltip. */
export function Ago({ atMs, nowMs }: { readonly atMs: number; readonly nowMs: number }) {
  const [unit, lengthMs] = steps.find(([, lengthMs]) => Math.abs(atMs - nowMs) >= lengthMs) ?? ['second', 1_000];
  return (
    <time dateTime={new Date(atMs).toISOString()} title={instants.format(atMs)} className="figures">
      {relative.format(Math.round((atMs - nowMs) / lengthMs), unit)}
    </time>
  );
}
