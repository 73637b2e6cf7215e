// A purchase order is a ceiling: what has been granted under it, with this record on top, may reach it and not pass it.
import { addMoney, compareMoney, formatMoney, moneyOf } from '../../shared/money.ts';
import { chargeUnder } from './kits/charge.ts';
import { exampleContract, isSameUnit, underContract } from './kits/contract.ts';
import { defineRule } from './rule.ts';

const raise = {
  changeOrder: 'cho_01J00000000000000000000000',
  amount: null,
  purchaseOrderRaise: moneyOf(100_000n, 'EUR'),
  endOn: null,
  rateCard: [],
};

export const exhaustedPurchaseOrder = defineRule({
  name: 'exhausted-purchase-order',
  title: 'Purchase order is used up',
  kinds: ['time', 'expense', 'milestone'],
  towards: ['erp'],
  owner: 'finance',
  dueMinutes: 480,
  actions: ['retry', 'approve', 'reject'],
  consumes: (view) => {
    const charge = chargeUnder(view);
    return charge?.amount ? { contract: charge.contract, amount: charge.amount } : null;
  },
  check: (view) => {
    const charge = chargeUnder(view);
    const limit = charge?.agreed.purchaseOrderLimit;
    if (!charge || !limit) return null;
    const { contract, terms, amount, currency: other } = charge;
    const used = view.consumed(contract) ?? moneyOf(0n, limit.currency);
    const params = { purchaseOrder: terms.purchaseOrder ?? '', contract: terms.name, currency: limit.currency };
    if (amount === null || !isSameUnit(used, limit) || !isSameUnit(amount, limit)) {
      return { code: 'purchase-order-currency', params: { ...params, other } };
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
      title: 'An approved change order that raises the order lets more pass',
      record: {},
      around: underContract({ amendments: [raise] }),
      consumed: { [exampleContract]: moneyOf(4_861_251n, 'EUR') },
      holds: null,
    },
    {
      title: 'An expense counts with what it cost',
      kind: 'expense',
      record: {},
      around: underContract({}),
      consumed: { [exampleContract]: moneyOf(4_978_161n, 'EUR') },
      holds: 'exhausted-purchase-order',
    },
    {
      title: 'A milestone counts once it is complete',
      kind: 'milestone',
      record: { isComplete: false },
      around: underContract({ pricingModel: 'milestone' }),
      consumed: { [exampleContract]: moneyOf(5_000_000n, 'EUR') },
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
