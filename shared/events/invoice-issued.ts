// invoice.issued: an invoice is no draft any more: the customer owes it.
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

export const invoiceIssued = defineEvent({
  name: 'invoice.issued',
  version: 1,
  title: 'Invoice issued',
  description: 'An invoice was issued in the ERP: it is open, or paid at once. Once per invoice.',
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
    if (!entity || !becomes(moment, 'status', 'open', 'paid')) return [];
    const customer = mentionOf(look(entity.record['customer']));
    const project = mentionOf(look(entity.record['project']));
    const payload = { invoice: shown(entity), customer, project, records: placesOf(records) };
    return [{ key: entity.id, payload }];
  },
  example: {
    invoice: { id: 'inv_01J00000000000000000000000', version: 1, ...invoice.example },
    customer: { id: 'cus_01J00000000000000000000000', name: 'Harbour & Pine Architects' },
    project: { id: 'prj_01J00000000000000000000000', name: 'Harbour & Pine ERP rollout' },
    records: [
      { connection: 'erp', system: 'example', roles: ['erp'], recordType: 'bill', recordId: '5001', url: null },
    ],
  },
});
