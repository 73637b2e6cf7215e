// Cash that came in for one invoice. A transfer that settles three invoices is three payments with one number.
import { z } from 'zod';
import { money } from '../money.ts';
import { defineEntity, owned, reference } from './entity.ts';

const optionalText = z.string().nullable();

export const payment = defineEntity({
  name: 'payment',
  prefix: 'pay',
  title: 'Payment',
  version: 1,
  schema: z.object({
    number: owned('erp', 'Number', optionalText),
    invoice: reference('erp', 'Invoice', 'invoice'),
    customer: reference('erp', 'Customer', 'customer'),
    project: reference('erp', 'Project', 'project'),
    receivedOn: owned('erp', 'Received on', z.iso.date()),
    amount: owned('erp', 'Amount', money),
    currency: owned('erp', 'Currency', z.string().length(3)),
    /** Whether it covers the invoice by itself: some systems record only such payments against an invoice. */
    isFull: owned('erp', 'In full', z.boolean()),
    method: owned('erp', 'Method', optionalText),
    checkNumber: owned('erp', 'Check number', optionalText),
    memo: owned('erp', 'Memo', optionalText),
  }),
  upcast: {},
  bornIn: ['erp'],
  deletion: { means: 'withdraw', owner: 'finance' },
  defaults: { isFull: false, currency: 'USD' },
  matchKeys: [['number', 'invoice']],
  dayOf: 'receivedOn',
  example: {
    number: 'PYMT88',
    invoice: 'inv_01J00000000000000000000000',
    customer: 'cus_01J00000000000000000000000',
    project: 'prj_01J00000000000000000000000',
    receivedOn: '2026-12-14',
    amount: { amountMinor: '165113', currency: 'EUR', exponent: 2 },
    currency: 'EUR',
    isFull: true,
    method: 'Bank transfer',
    checkNumber: null,
    memo: null,
  },
});
