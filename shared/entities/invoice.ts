// A demand for payment. The ERP decides it; everyone else only learns of it.
import { z } from 'zod';
import { decimal } from '../decimal.ts';
import { money } from '../money.ts';
import { defineEntity, owned, reference } from './entity.ts';

const optionalText = z.string().nullable();

/** One invoice line, and the one source it bills: hours, an expense, a milestone, or none that is known. */
export const invoiceLine = z.object({
  line: z.string(),
  time: z.string().nullable().meta({ refersTo: 'time' }),
  expense: z.string().nullable().meta({ refersTo: 'expense' }),
  milestone: z.string().nullable().meta({ refersTo: 'milestone' }),
  description: z.string().nullable(),
  quantity: decimal,
  rate: decimal.nullable(),
  amount: money,
});

export const invoice = defineEntity({
  name: 'invoice',
  prefix: 'inv',
  title: 'Invoice',
  version: 1,
  schema: z.object({
    number: owned('erp', 'Number', z.string().min(1)),
    customer: reference('erp', 'Customer', 'customer'),
    project: reference('erp', 'Project', 'project'),
    status: owned('erp', 'Status', z.enum(['draft', 'open', 'paid', 'void'])),
    issuedOn: owned('erp', 'Issued on', z.iso.date()),
    dueOn: owned('erp', 'Due on', z.iso.date().nullable()),
    periodStartOn: owned('erp', 'Period from', z.iso.date().nullable()),
    periodEndOn: owned('erp', 'Period to', z.iso.date().nullable()),
    purchaseOrder: owned('erp', 'Purchase order', optionalText),
    terms: owned('erp', 'Payment terms', optionalText),
    memo: owned('erp', 'Memo', optionalText),
    legalEntity: owned('erp', 'Legal entity', optionalText),
    currency: owned('erp', 'Currency', z.string().length(3)),
    subtotal: owned('erp', 'Subtotal', money),
    tax: owned('erp', 'Tax', money),
    total: owned('erp', 'Total', money),
    paid: owned('erp', 'Paid', money),
    balance: owned('erp', 'Outstanding', money),
    lines: owned('erp', 'Lines', z.array(invoiceLine)),
  }),
  upcast: {},
  bornIn: ['erp'],
  deletion: { means: 'withdraw', owner: 'finance' },
  defaults: { lines: [] },
  // Two ledgers of one firm may count alike.
  matchKeys: [['number', 'customer']],
  bills: (record) =>
    record.status === 'void'
      ? []
      : record.lines.flatMap(({ time, expense, milestone, line }) => {
          const source = time ?? expense ?? milestone;
          return source == null ? [] : [{ source, line }];
        }),
  // Net of tax, like what was sold and delivered; what was paid and is owed are sums of money as they are.
  counts: ({ status, subtotal, paid, balance }) =>
    status === 'open' || status === 'paid' ? { billed: subtotal, paid, outstanding: balance } : {},
  dayOf: 'issuedOn',
  example: {
    number: 'INV1042',
    customer: 'cus_01J00000000000000000000000',
    project: 'prj_01J00000000000000000000000',
    status: 'open',
    issuedOn: '2026-11-30',
    dueOn: '2026-12-30',
    periodStartOn: '2026-11-01',
    periodEndOn: '2026-11-30',
    purchaseOrder: 'PO-7731',
    terms: 'NET30',
    memo: 'November services',
    legalEntity: 'Northwind Consulting GmbH',
    currency: 'EUR',
    subtotal: { amountMinor: '138750', currency: 'EUR', exponent: 2 },
    tax: { amountMinor: '26363', currency: 'EUR', exponent: 2 },
    total: { amountMinor: '165113', currency: 'EUR', exponent: 2 },
    paid: { amountMinor: '0', currency: 'EUR', exponent: 2 },
    balance: { amountMinor: '165113', currency: 'EUR', exponent: 2 },
    lines: [
      {
        line: '1',
        time: 'tim_01J00000000000000000000000',
        expense: null,
        milestone: null,
        description: 'Chart of accounts workshop',
        quantity: '7.5',
        rate: '185',
        amount: { amountMinor: '138750', currency: 'EUR', exponent: 2 },
      },
    ],
  },
});
