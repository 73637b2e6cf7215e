// invoice.paid: an invoice is paid in full.
import { z } from 'zod';
import { invoice } from '../entities/invoice.ts';
import {
  becomes,
  canonicalOf,
  changedCodes,
  defineEvent,
  mention,
  mentionOf,
  placesOf,
  recordPlace,
  shown,
} from './event.ts';

export const invoicePaid = defineEvent({
  name: 'invoice.paid',
  version: 1,
  title: 'Invoice paid',
  description: 'An invoice is paid in full. Told again only if it was opened again in between.',
  about: ['invoice'],
  codes: changedCodes,
  payload: z.object({
    invoice: canonicalOf(invoice),
    customer: mention.nullable(),
    project: mention.nullable(),
    records: z.array(recordPlace).meta({ title: 'Where the invoice lies now' }),
  }),
  make: (moment) => {
    const { entity, look, records } = moment;
    if (!entity || !becomes(moment, 'status', 'paid')) return [];
    const customer = mentionOf(look(entity.record['customer']));
    const project = mentionOf(look(entity.record['project']));
    const payload = { invoice: shown(entity), customer, project, records: placesOf(records) };
    return [{ key: `${entity.id} ${entity.version}`, payload }];
  },
  example: {
    invoice: {
      id: 'inv_01J00000000000000000000000',
      version: 3,
      ...invoice.example,
      status: 'paid',
      paid: invoice.example.total,
      balance: { ...invoice.example.total, amountMinor: '0' },
    },
    customer: { id: 'cus_01J00000000000000000000000', name: 'Harbour & Pine Architects' },
    project: { id: 'prj_01J00000000000000000000000', name: 'Harbour & Pine ERP rollout' },
    records: [
      { connection: 'erp', system: 'example', roles: ['erp'], recordType: 'bill', recordId: '5001', url: null },
    ],
  },
});
