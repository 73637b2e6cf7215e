// What one source costs the customer: hours at their rate, an expense, a milestone that is complete.
import { type Canonical, entities } from '../../../shared/entities/_registry.ts';
import type { Money } from '../../../shared/money.ts';
import type { ViewOf } from '../rule.ts';
import { type Agreed, agreedIn, contractOf } from './contract.ts';

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

/** What one record takes of what its contract agrees. */
export interface Charge {
  readonly contract: string;
  readonly terms: Canonical<'contract'>;
  readonly agreed: Agreed;
  /** Null where it is in another currency than the contract is counted in: the hub makes no exchange rate. */
  readonly amount: Money | null;
  readonly currency: string;
  /** The currency that charges of the contract are counted in. */
  readonly counted: string;
}

/** Null where there is no contract, nothing to take, or nothing agreed to take it from. */
export function chargeUnder(view: ViewOf<'time' | 'expense' | 'milestone'>): Charge | null {
  const worth = chargeOf(view);
  const found = worth && contractOf(view, view.record.project);
  if (!worth || !found) return null;
  const agreed = agreedIn(found.contract);
  const counted = (agreed.purchaseOrderLimit ?? agreed.total)?.currency;
  if (counted === undefined) return null;
  // A fixed price is taken by its instalments, whatever the hours are worth.
  if (view.kind === 'time' && found.contract.pricingModel !== 'time-and-materials') return null;
  const amount = worth.currency === counted ? worth.amount : null;
  return { contract: found.id, terms: found.contract, agreed, amount, currency: worth.currency, counted };
}
