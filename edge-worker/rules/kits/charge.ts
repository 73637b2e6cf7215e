// What one source costs the customer: hours at their rate, an expense, a milestone that is complete.
import { entities } from '../../../shared/entities/_registry.ts';
import type { Money } from '../../../shared/money.ts';
import type { ViewOf } from '../rule.ts';

export interface Worth {
  /** Null where what stands for the currency is none. */
  readonly amount: Money | null;
  readonly currency: string;
}

/** Null for what is not charged. Rounded once, at the end, as a line of an invoice is. */
export function chargeOf(view: ViewOf<'time' | 'expense' | 'milestone'>): Worth | null {
  const { currency } = view.record;
  switch (view.kind) {
    case 'time': {
      const { isBillable, rate, hours } = view.record;
      if (!isBillable || rate == null || hours == null) return null;
      return { amount: entities.time.worth?.(view.record) ?? null, currency };
    }
    case 'expense':
      return view.record.isBillable && view.record.amount ? { amount: view.record.amount, currency } : null;
    case 'milestone':
      return view.record.isComplete && view.record.amount ? { amount: view.record.amount, currency } : null;
  }
}
