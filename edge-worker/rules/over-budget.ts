// More than was sold is nobody's yet: it waits for a change order, or for somebody who takes it on.
import { addMoney, compareMoney, formatMoney, type Money, moneyOf } from '../../shared/money.ts';
import { chargeUnder } from './kits/charge.ts';
import { exampleContract, isSameUnit, underContract } from './kits/contract.ts';
import { defineRule } from './rule.ts';

/** What is sold, with the change orders that somebody still has to approve. */
function withProposed(total: Money, proposed: readonly { readonly amount: Money | null }[]): Money {
  return proposed.reduce((sum, { amount }) => (amount && isSameUnit(amount, sum) ? addMoney(sum, amount) : sum), total);
}

const proposal = (amountMinor: bigint) => ({
  changeOrder: 'cho_01J00000000000000000000000',
  amount: moneyOf(amountMinor, 'EUR'),
  purchaseOrderRaise: null,
  endOn: null,
  rateCard: [],
});
const noOrder = { purchaseOrderLimit: null } as const;

export const overBudget = defineRule({
  name: 'over-budget',
  title: 'More than was sold',
  kinds: ['time', 'expense', 'milestone'],
  towards: ['erp', 'billing'],
  owner: 'delivery',
  dueMinutes: 960,
  actions: ['retry', 'approve', 'reject'],
  check: (view) => {
    const charge = chargeUnder(view);
    const total = charge?.agreed.total;
    // Where the customer has given a purchase order, that is the ceiling.
    if (!charge?.amount || !total || charge.agreed.purchaseOrderLimit) return null;
    const { contract, terms, amount } = charge;
    const used = view.consumed(contract) ?? moneyOf(0n, total.currency);
    // What cannot be compared is the matter of the controls for currencies.
    if (!isSameUnit(used, total) || !isSameUnit(amount, total) || amount.amountMinor.startsWith('-')) return null;
    const taken = addMoney(used, amount);
    if (compareMoney(taken, total) <= 0) return null;
    const figures = { total: formatMoney(total), used: formatMoney(used), amount: formatMoney(amount) };
    const params = { contract: terms.name ?? '', currency: total.currency, ...figures };
    const proposed = withProposed(total, terms.proposed ?? []);
    if (compareMoney(taken, proposed) > 0) return { code: 'over-budget', params };
    return { code: 'unapproved-change-order', params: { ...params, proposed: formatMoney(proposed) } };
  },
  examples: [
    { title: 'The first hours of a contract pass', record: {}, around: underContract(noOrder), holds: null },
    {
      title: 'Hours that use up what was sold to the last cent pass',
      record: {},
      around: underContract(noOrder),
      consumed: { [exampleContract]: moneyOf(4_661_250n, 'EUR') },
      holds: null,
    },
    {
      title: 'One cent more is held',
      record: {},
      around: underContract(noOrder),
      consumed: { [exampleContract]: moneyOf(4_661_251n, 'EUR') },
      holds: 'over-budget',
    },
    {
      title: 'Where a change order would cover it, its approval is what is missing',
      record: {},
      around: underContract({ ...noOrder, proposed: [proposal(900_000n)] }),
      consumed: { [exampleContract]: moneyOf(4_700_000n, 'EUR') },
      holds: 'unapproved-change-order',
    },
    {
      title: 'A change order that is too small covers nothing',
      record: {},
      around: underContract({ ...noOrder, proposed: [proposal(1n)] }),
      consumed: { [exampleContract]: moneyOf(4_700_000n, 'EUR') },
      holds: 'over-budget',
    },
    {
      title: 'An approved change order lets more pass',
      record: {},
      around: underContract({ ...noOrder, amendments: [proposal(900_000n)] }),
      consumed: { [exampleContract]: moneyOf(4_700_000n, 'EUR') },
      holds: null,
    },
    {
      title: 'A purchase order above the total is the customer’s word for more',
      record: {},
      around: underContract({}),
      consumed: { [exampleContract]: moneyOf(4_800_000n, 'EUR') },
      holds: null,
    },
    {
      title: 'A contract without a total has no budget',
      record: { hours: '1000' },
      around: underContract({ ...noOrder, total: null }),
      holds: null,
    },
    {
      title: 'A milestone counts with its amount',
      kind: 'milestone',
      record: {},
      around: underContract({ ...noOrder, pricingModel: 'milestone' }),
      consumed: { [exampleContract]: moneyOf(4_700_000n, 'EUR') },
      holds: 'over-budget',
    },
  ],
});
