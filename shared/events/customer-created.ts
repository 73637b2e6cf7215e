// customer.created: the hub has made a customer in an ERP, so that it can be billed there.
import { z } from 'zod';
import { customer } from '../entities/customer.ts';
import { canonicalOf, defineEvent, madeIn, placesOf, recordPlace, shown } from './event.ts';

export const customerCreated = defineEvent({
  name: 'customer.created',
  version: 1,
  title: 'Customer created',
  description: 'A customer of a won deal now exists in an ERP; once per customer and ERP. Matched ones are not told.',
  about: ['customer'],
  codes: ['command-created', 'command-found'],
  payload: z.object({
    customer: canonicalOf(customer),
    record: recordPlace,
  }),
  make: (moment) => {
    const { entity } = moment;
    if (!entity) return [];
    return placesOf(madeIn(moment, 'erp')).map((record) => ({
      key: `${entity.id} ${record.connection} ${record.recordId}`,
      payload: { customer: shown(entity), record },
    }));
  },
  example: {
    customer: { id: 'cus_01J00000000000000000000000', version: 2, ...customer.example },
    record: { connection: 'erp', system: 'example', roles: ['erp'], recordType: 'client', recordId: '77', url: null },
  },
});
