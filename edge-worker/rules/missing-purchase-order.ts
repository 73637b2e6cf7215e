// What the ERP bills by the hour needs the customer's purchase order first: without it the invoice comes back unpaid.
import type { Canonical } from '../../shared/entities/_registry.ts';
import { contractOf, underContract } from './kits/contract.ts';
import { defineRule, type Finding } from './rule.ts';

/** A fixed fee is billed against the signed contract itself, and other billers ask for the order themselves. */
function check(contract: Canonical<'contract'>): Finding | null {
  const isNeeded = contract.billingMode === 'erp' && contract.pricingModel === 'time-and-materials';
  if (!isNeeded || contract.purchaseOrder) return null;
  return { code: 'missing-purchase-order', params: { contract: contract.name } };
}

export const missingPurchaseOrder = defineRule({
  name: 'missing-purchase-order',
  title: 'Purchase order is missing',
  kinds: ['time', 'contract'],
  towards: ['erp'],
  owner: 'finance',
  dueMinutes: 480,
  actions: ['retry', 'approve', 'reject'],
  check: (view) => {
    if (view.kind === 'contract') return check(view.record);
    const found = view.record.isBillable ? contractOf(view, view.record.project) : null;
    return found && check(found.contract);
  },
  examples: [
    {
      title: 'Billable hours are held while the contract has no purchase order',
      record: {},
      around: underContract({ purchaseOrder: null }),
      holds: 'missing-purchase-order',
    },
    { title: 'Hours pass once the purchase order is entered', record: {}, around: underContract({}), holds: null },
    {
      title: 'The contract itself is held as well, before anything is billed under it',
      kind: 'contract',
      record: { purchaseOrder: null },
      holds: 'missing-purchase-order',
    },
    { title: 'A contract with its purchase order passes', kind: 'contract', record: {}, holds: null },
    {
      title: 'An empty number is no purchase order',
      kind: 'contract',
      record: { purchaseOrder: '' },
      holds: 'missing-purchase-order',
    },
    {
      title: 'A fixed fee needs none',
      kind: 'contract',
      record: { purchaseOrder: null, pricingModel: 'fixed-fee' },
      holds: null,
    },
    {
      title: 'Where another system bills, its own control asks for it',
      kind: 'contract',
      record: { purchaseOrder: null, billingMode: 'psa' },
      holds: null,
    },
    {
      title: 'Hours that are not billed need none',
      record: { isBillable: false },
      around: underContract({ purchaseOrder: null }),
      holds: null,
    },
  ],
});
