// A demand for payment. Whoever bills the contract issues it, and says what is on it; the ERP has it in its books, and
// says what it comes to and what was paid.
import { z } from 'zod';
import { decimal } from '../decimal.ts';
import { money, moneyOf } from '../money.ts';
import { defineEntity, ofBearer, owned, reference } from './entity.ts';

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

/** Out of the books, or given up by its issuer before it was in them. What stands in the books bills what is on it. */
function isVoid(record: Readonly<{ status: string; standing: string; ledgerNumber: string | null }>): boolean {
  return record.status === 'void' || (record.standing === 'void' && record.ledgerNumber == null);
}

export const invoice = defineEntity({
  name: 'invoice',
  prefix: 'inv',
  title: 'Invoice',
  version: 1,
  schema: z.object({
    /** The role that issued it: where its record was made first. */
    issuedBy: ofBearer(owned('erp', 'Issued by', z.enum(['erp', 'psa', 'billing']))),
    number: ofBearer(owned('erp', 'Number', z.string().min(1))),
    customer: ofBearer(reference('erp', 'Customer', 'customer')),
    project: ofBearer(reference('erp', 'Project', 'project')),
    /** Its number in the books; null until the ERP has it. */
    ledgerNumber: owned('erp', 'Number in the ledger', optionalText),
    /** What its issuer says of it. What the books say is its status. */
    standing: ofBearer(owned('erp', 'As issued', z.enum(['draft', 'issued', 'void']))),
    status: owned('erp', 'Status', z.enum(['draft', 'open', 'paid', 'void'])),
    issuedOn: ofBearer(owned('erp', 'Issued on', z.iso.date())),
    dueOn: ofBearer(owned('erp', 'Due on', z.iso.date().nullable())),
    periodStartOn: ofBearer(owned('erp', 'Period from', z.iso.date().nullable())),
    periodEndOn: ofBearer(owned('erp', 'Period to', z.iso.date().nullable())),
    purchaseOrder: ofBearer(owned('erp', 'Purchase order', optionalText)),
    terms: owned('erp', 'Payment terms', optionalText),
    memo: ofBearer(owned('erp', 'Memo', optionalText)),
    legalEntity: owned('erp', 'Legal entity', optionalText),
    currency: ofBearer(owned('erp', 'Currency', z.string().length(3))),
    subtotal: ofBearer(owned('erp', 'Subtotal', money)),
    tax: owned('erp', 'Tax', money),
    total: owned('erp', 'Total', money),
    paid: owned('erp', 'Paid', money),
    balance: owned('erp', 'Outstanding', money),
    lines: ofBearer(owned('erp', 'Lines', z.array(invoiceLine))),
  }),
  upcast: {},
  bornIn: ['erp', 'psa', 'billing'],
  bornAs: 'issuedBy',
  isReady: ({ standing }) => standing !== 'draft' && standing !== 'void',
  deletion: { means: 'withdraw', owner: 'finance' },
  defaults: { issuedBy: 'erp', standing: 'issued', status: 'open', lines: [] },
  mayBeUntold: ['issuedBy', 'standing'],
  computes: (record) => {
    if (record.issuedBy === 'erp' || record.ledgerNumber != null || record.subtotal == null) return {};
    // Until the books say what it comes to with tax, and what was paid.
    const none = moneyOf(0n, record.currency);
    return { tax: none, total: record.subtotal, paid: none, balance: record.subtotal };
  },
  // Two ledgers of one firm may count alike.
  matchKeys: [['number', 'customer']],
  bills: (record) =>
    isVoid(record)
      ? []
      : record.lines.flatMap(({ time, expense, milestone, line }) => {
          const source = time ?? expense ?? milestone;
          return source == null ? [] : [{ source, line }];
        }),
  // Net of tax, like what was sold and delivered; what was paid and is owed are sums of money as they are.
  counts: (record) => {
    const { status, standing, subtotal, paid, balance } = record;
    const isIssued = (status === 'open' || status === 'paid') && standing !== 'draft' && !isVoid(record);
    return isIssued ? { billed: subtotal, paid, outstanding: balance } : {};
  },
  dayOf: 'issuedOn',
  example: {
    issuedBy: 'erp',
    ledgerNumber: 'INV1042',
    standing: 'issued',
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
