// Money that somebody spent for a project. Entered and approved in the PSA; posted to the ERP only once approved.
import { z } from 'zod';
import { money } from '../money.ts';
import { defineEntity, owned, reference } from './entity.ts';

const optionalText = z.string().nullable();

export const expense = defineEntity({
  name: 'expense',
  prefix: 'exp',
  title: 'Expense',
  version: 1,
  schema: z.object({
    project: reference('psa', 'Project', 'project'),
    resource: reference('psa', 'Resource', 'resource'),
    spentOn: owned('psa', 'Date', z.iso.date()),
    category: owned('psa', 'Category', optionalText),
    amount: owned('psa', 'Amount', money),
    currency: owned('psa', 'Currency', z.string().length(3)),
    isBillable: owned('psa', 'Billable', z.boolean()),
    isReimbursable: owned('psa', 'Reimbursable', z.boolean()),
    isTaxable: owned('psa', 'Taxable', z.boolean()),
    note: owned('psa', 'Note', optionalText),
    /** What the PSA calls the report it was handed in with; expenses of one report stay together. */
    report: owned('psa', 'Report', optionalText),
    approval: owned('psa', 'Approval', z.enum(['open', 'submitted', 'approved', 'rejected'])),
    isInvoiced: owned('erp', 'Invoiced', z.boolean()),
  }),
  upcast: {},
  bornIn: ['psa'],
  deletion: { means: 'withdraw', owner: 'delivery' },
  defaults: {
    isBillable: true,
    isReimbursable: true,
    isTaxable: false,
    approval: 'open',
    isInvoiced: false,
    currency: 'USD',
  },
  matchKeys: [['project', 'resource', 'spentOn', 'amount', 'category', 'note']],
  isReady: (record) => record.approval === 'submitted' || record.approval === 'approved',
  worth: ({ isBillable, amount }) => (isBillable ? amount : null),
  counts: ({ approval, isBillable, isInvoiced, amount }) =>
    approval === 'approved' && isBillable ? { delivered: amount, unbilled: isInvoiced ? null : amount } : {},
  costs: ({ approval, amount }) => (approval === 'approved' ? { spent: amount } : null),
  dayOf: 'spentOn',
  // The ledger pays it back, whoever bills it.
  billing: { dayOf: ({ spentOn }) => spentOn, unlessBilledBy: { erp: { isBillable: false }, billing: 'nothing' } },
  example: {
    project: 'prj_01J00000000000000000000000',
    resource: 'res_01J00000000000000000000000',
    spentOn: '2026-11-04',
    category: 'Travel',
    amount: { amountMinor: '21840', currency: 'EUR', exponent: 2 },
    currency: 'EUR',
    isBillable: true,
    isReimbursable: true,
    isTaxable: true,
    note: 'Train to Hamburg and back',
    report: 'November travel',
    approval: 'approved',
    isInvoiced: false,
  },
});
