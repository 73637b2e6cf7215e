// A purchase order is a ceiling: what has been granted under it, with this entry on top, may reach it and not pass it.
import type { Canonical } from '../../shared/entities/_registry.ts';
import { addMoney, compareMoney, formatMoney, type Money, moneyOf, priceOf } from '../../shared/money.ts';
import { contractOf, exampleContract, underContract } from './kits/contract.ts';
import { defineRule, type RuleView } from './rule.ts';

interface Charge {
  readonly contract: string;
  readonly terms: Canonical<'contract'>;
  readonly limit: Money;
  /** Null where the hours are in another currency than the order: the hub makes no exchange rate. */
  readonly amount: Money | null;
}

/** What the entry takes from a purchase order; null when there is none, or nothing to take. */
function chargeOf(view: RuleView<'time'>): Charge | null {
  const { isBillable, rate, hours, currency, project } = view.record;
  if (!isBillable || rate == null || hours == null) return null;
  const found = contractOf(view, project);
  const limit = found?.contract.purchaseOrderLimit;
  if (!found || !limit || found.contract.pricingModel !== 'time-and-materials') return null;
  const amount = currency === limit.currency ? priceOf(rate, hours, currency, 'half-up') : null;
  return { contract: found.id, terms: found.contract, limit, amount };
}

export const exhaustedPurchaseOrder = defineRule({
  name: 'exhausted-purchase-order',
  title: 'Purchase order is used up',
  kinds: ['time'],
  towards: ['erp'],
  owner: 'finance',
  dueMinutes: 480,
  actions: ['retry', 'approve', 'reject'],
  consumes: (view) => {
    const charge = chargeOf(view);
    return charge?.amount ? { contract: charge.contract, amount: charge.amount } : null;
  },
  check: (view) => {
    const charge = chargeOf(view);
    if (!charge) return null;
    const { contract, terms, limit, amount } = charge;
    const used = view.consumed(contract) ?? moneyOf(0n, limit.currency);
    const params = { purchaseOrder: terms.purchaseOrder ?? '', contract: terms.name, currency: limit.currency };
    if (amount === null || !isSameUnit(used, limit) || !isSameUnit(amount, limit)) {
      return { code: 'purchase-order-currency', params: { ...params, other: view.record.currency } };
    }
    // A correction downwards frees the order; it must not be stopped because the order is used up.
    if (amount.amountMinor.startsWith('-') || compareMoney(addMoney(used, amount), limit) <= 0) return null;
    const figures = { limit: formatMoney(limit), used: formatMoney(used), amount: formatMoney(amount) };
    return { code: 'exhausted-purchase-order', params: { ...params, ...figures } };
  },
  examples: [
    { title: 'The first hours under a purchase order pass', record: {}, around: underContract({}), holds: null },
    {
      title: 'Hours that use the order up to the last cent pass',
      record: {},
      around: underContract({}),
      consumed: { [exampleContract]: moneyOf(4_861_250n, 'EUR') },
      holds: null,
    },
    {
      title: 'Hours that pass the limit by one cent are held',
      record: {},
      around: underContract({}),
      consumed: { [exampleContract]: moneyOf(4_861_251n, 'EUR') },
      holds: 'exhausted-purchase-order',
    },
    {
      title: 'One entry that is more than the whole order is held',
      record: { hours: '1000' },
      around: underContract({}),
      holds: 'exhausted-purchase-order',
    },
    {
      title: 'A correction downwards passes although the order is used up',
      record: { hours: '-1' },
      around: underContract({}),
      consumed: { [exampleContract]: moneyOf(6_000_000n, 'EUR') },
      holds: null,
    },
    {
      title: 'Hours that are not billed use nothing',
      record: { isBillable: false },
      around: underContract({}),
      consumed: { [exampleContract]: moneyOf(5_000_000n, 'EUR') },
      holds: null,
    },
    {
      title: 'A purchase order without a limit is never used up',
      record: { hours: '1000' },
      around: underContract({ purchaseOrderLimit: null }),
      holds: null,
    },
    {
      title: 'Hours in another currency cannot be counted against the order',
      record: { currency: 'USD' },
      around: underContract({}),
      holds: 'purchase-order-currency',
    },
  ],
});

function isSameUnit(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.exponent === b.exponent;
}
