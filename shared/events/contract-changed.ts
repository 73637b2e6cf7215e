// contract.changed: what was agreed with a customer is new or has changed: terms, purchase order, rates, amendments.
import { z } from 'zod';
import { contract } from '../entities/contract.ts';
import { canonicalOf, changedCodes, changedFields, defineEvent, mention, mentionOf, shown } from './event.ts';

export const contractChanged = defineEvent({
  name: 'contract.changed',
  version: 1,
  title: 'Contract changed',
  description:
    'A contract was signed, or a signed one has changed: terms, purchase order, rate card, an approved order.',
  about: ['contract'],
  codes: changedCodes,
  payload: z.object({
    contract: canonicalOf(contract),
    customer: mention.nullable(),
    changed: z.array(z.string()).meta({ title: 'Fields that changed' }),
  }),
  make: (moment) => {
    const { entity, look } = moment;
    if (entity?.record['isSigned'] !== true) return [];
    const customer = mentionOf(look(entity.record['customer']));
    const payload = { contract: shown(entity), customer, changed: changedFields(moment) };
    return [{ key: `${entity.id} ${entity.version}`, payload }];
  },
  example: {
    contract: { id: 'con_01J00000000000000000000000', version: 3, ...contract.example },
    customer: { id: 'cus_01J00000000000000000000000', name: 'Harbour & Pine Architects' },
    changed: ['purchaseOrder'],
  },
});
