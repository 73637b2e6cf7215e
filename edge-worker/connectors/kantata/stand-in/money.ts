// Amounts as this vendor keeps them: integer sub-units beside the number of sub-units that make one unit.
import type { Fields } from './rows.ts';

// Only USD = 100 was read in a source; the others follow ISO 4217. FACTS.md#unverified
const baseUnits: Readonly<Record<string, number>> = { JPY: 1, KRW: 1, VND: 1, CLP: 1, ISK: 1, BHD: 1000, KWD: 1000 };
const symbols: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', JPY: '¥', CAD: '$', AUD: '$' };

export function baseUnitOf(currency: string): number {
  return baseUnits[currency] ?? 100;
}

export function currencyFields(currency: string): Fields {
  return {
    currency,
    currency_symbol: symbols[currency] ?? currency,
    currency_base_unit: baseUnitOf(currency),
  };
}

/** Work of some minutes at an hourly rate, rounded half up to the sub-unit. */
export function feeInCents(minutes: number, rateInCents: number): number {
  return Math.floor((minutes * rateInCents * 2 + 60) / 120);
}

/** `$17,103` or `$17,103.50`; a display text, never to be computed with. */
export function display(cents: number, currency: string): string {
  const unit = baseUnitOf(currency);
  const digits = unit === 1 ? 0 : unit === 1000 ? 3 : 2;
  const whole = cents % unit === 0;
  const [before = '0', after] = (Math.abs(cents) / unit).toFixed(whole ? 0 : digits).split('.');
  const grouped = before.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${cents < 0 ? '-' : ''}${symbols[currency] ?? `${currency} `}${grouped}${after ? `.${after}` : ''}`;
}
