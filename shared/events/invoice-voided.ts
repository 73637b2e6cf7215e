// invoice.voided: an invoice counts no more; what it billed may be billed again.
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

export const invoiceVoided = defineEvent({
  name: 'invoice.voided',
  version: 1,
  title: 'Invoice voided',
  description: 'An invoice was voided. What it billed may be billed again.',
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
    if (!entity || !becomes(moment, 'status', 'void')) return [];
    const customer = mentionOf(look(entity.record['customer']));
    const project = mentionOf(look(entity.record['project']));
    const payload = { invoice: shown(entity), customer, project, records: placesOf(records) };
    return [{ key: `${entity.id} ${entity.version}`, payload }];
  },
  example: {
    invoice: { id: 'inv_01J00000000000000000000000', version: 1, ...invoice.example, status: 'void' },
    customer: { id: 'cus_01J00000000000000000000000', name: 'Harbour & Pine Architects' },
    project: { id: 'prj_01J00000000000000000000000', name: 'Harbour & Pine ERP rollout' },
    records: [
      { connection: 'erp', system: 'example', roles: ['erp'], recordType: 'bill', recordId: '5001', url: null },
    ],
  },
});
