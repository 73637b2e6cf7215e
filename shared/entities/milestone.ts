// A piece of work that is billed by itself once it is done. Planned and completed in the PSA; the ERP bills it.
import { z } from 'zod';
import { decimal } from '../decimal.ts';
import { money } from '../money.ts';
import { defineEntity, owned, reference } from './entity.ts';

export const milestone = defineEntity({
  name: 'milestone',
  prefix: 'mil',
  title: 'Milestone',
  version: 1,
  schema: z.object({
    name: owned('psa', 'Name', z.string().min(1)),
    project: reference('psa', 'Project', 'project'),
    dueOn: owned('psa', 'Due', z.iso.date().nullable()),
    amount: owned('psa', 'Amount', money.nullable()),
    currency: owned('psa', 'Currency', z.string().length(3)),
    percentComplete: owned('psa', 'Percent complete', decimal.nullable()),
    isComplete: owned('psa', 'Complete', z.boolean()),
    completedOn: owned('psa', 'Completed on', z.iso.date().nullable()),
    note: owned('psa', 'Note', z.string().nullable()),
    isInvoiced: owned('erp', 'Invoiced', z.boolean()),
  }),
  upcast: {},
  bornIn: ['psa'],
  deletion: { means: 'withdraw', owner: 'delivery' },
  defaults: { currency: 'USD', isComplete: false, isInvoiced: false },
  matchKeys: [['name', 'project']],
  worth: ({ isComplete, amount }) => (isComplete ? amount : null),
  counts: ({ isComplete, isInvoiced, amount }) =>
    isComplete ? { delivered: amount, unbilled: isInvoiced ? null : amount } : {},
  dayOf: 'completedOn',
  // The ledger recognises revenue by what is complete; without an amount there is nothing to bill.
  billing: {
    dayOf: ({ completedOn, dueOn }) => completedOn ?? dueOn,
    unlessBilledBy: { erp: { amount: null }, billing: 'nothing' },
  },
  example: {
    name: 'Design signed off',
    project: 'prj_01J00000000000000000000000',
    dueOn: '2026-11-20',
    amount: { amountMinor: '1200000', currency: 'EUR', exponent: 2 },
    currency: 'EUR',
    percentComplete: '100',
    isComplete: true,
    completedOn: '2026-11-18',
    note: null,
    isInvoiced: false,
  },
});
