// payment.received: cash has come in for an invoice.
import { z } from 'zod';
import { payment } from '../entities/payment.ts';
import { canonicalOf, defineEvent, mention, mentionOf, shown } from './event.ts';

export const paymentReceived = defineEvent({
  name: 'payment.received',
  version: 1,
  title: 'Payment received',
  description: 'A payment was recorded in the ERP for one invoice. A transfer that settles three invoices is three.',
  about: ['payment'],
  codes: ['entity-new'],
  payload: z.object({
    payment: canonicalOf(payment),
    invoice: mention.nullable(),
    customer: mention.nullable(),
  }),
  make: ({ entity, look }) => {
    if (!entity) return [];
    const invoice = mentionOf(look(entity.record['invoice']));
    const customer = mentionOf(look(entity.record['customer']));
    return [{ key: entity.id, payload: { payment: shown(entity), invoice, customer } }];
  },
  example: {
    payment: { id: 'pay_01J00000000000000000000000', version: 1, ...payment.example },
    invoice: { id: 'inv_01J00000000000000000000000', name: 'INV1042' },
    customer: { id: 'cus_01J00000000000000000000000', name: 'Harbour & Pine Architects' },
  },
});
