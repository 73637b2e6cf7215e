// What was agreed after the contract: more or less money, another end, other rates. Approved, it amends its contract;
// until then nothing may be billed on the strength of it.
import { z } from 'zod';
import { money } from '../money.ts';
import { type Amendment, rateLine } from './contract.ts';
import { defineEntity, owned, reference } from './entity.ts';

const optionalText = z.string().nullable();

interface Agreed extends Omit<Amendment, 'changeOrder'> {
  readonly status: string;
}

/** The contract's amendments of one kind with this order among them where it belongs, and without it where not. */
function listed(amendments: unknown, order: Agreed, own: string, isIn: boolean): readonly Amendment[] {
  const others = ((amendments ?? []) as readonly Amendment[]).filter((one) => one.changeOrder !== own);
  const { amount, purchaseOrderRaise, endOn, rateCard } = order;
  return isIn ? [...others, { changeOrder: own, amount, purchaseOrderRaise, endOn, rateCard }] : others;
}

export const changeOrder = defineEntity({
  name: 'change-order',
  prefix: 'cho',
  title: 'Change order',
  version: 1,
  schema: z.object({
    name: owned('crm', 'Name', z.string().min(1)),
    contract: reference('crm', 'Contract', 'contract'),
    customer: reference('crm', 'Customer', 'customer'),
    status: owned('crm', 'Status', z.enum(['draft', 'submitted', 'approved', 'rejected'])),
    /** What it adds to the contract's total; negative where something is taken out. */
    amount: owned('crm', 'Amount', money.nullable()),
    currency: owned('crm', 'Currency', z.string().length(3)),
    /** By how much it raises the limit of the contract's purchase order. */
    purchaseOrderRaise: owned('crm', 'Purchase order raised by', money.nullable()),
    approvedOn: owned('crm', 'Approved on', z.iso.date().nullable()),
    /** The contract's new end; null leaves it. */
    endOn: owned('crm', 'New end', z.iso.date().nullable()),
    /** Lines added to the rate card; a role that is there already has both rates. */
    rateCard: owned('crm', 'Rate card', z.array(rateLine)),
    reason: owned('crm', 'Reason', optionalText),
  }),
  upcast: {},
  bornIn: ['crm'],
  deletion: { means: 'ask', owner: 'sales' },
  defaults: { status: 'draft', currency: 'USD', rateCard: [] },
  matchKeys: [['name', 'contract']],
  promotes: [
    {
      reference: 'contract',
      when: () => true,
      set: (order, contract, own) => ({
        amendments: listed(contract['amendments'], order, own, order.status === 'approved'),
        proposed: listed(contract['proposed'], order, own, ['draft', 'submitted'].includes(order.status)),
      }),
    },
  ],
  example: {
    name: 'Second warehouse',
    contract: 'con_01J00000000000000000000000',
    customer: 'cus_01J00000000000000000000000',
    status: 'approved',
    amount: { amountMinor: '900000', currency: 'EUR', exponent: 2 },
    currency: 'EUR',
    purchaseOrderRaise: { amountMinor: '900000', currency: 'EUR', exponent: 2 },
    approvedOn: '2026-11-16',
    endOn: '2027-04-30',
    rateCard: [{ role: 'Architect', rate: '210', hours: '24', description: null }],
    reason: 'The second warehouse was not in scope.',
  },
});
