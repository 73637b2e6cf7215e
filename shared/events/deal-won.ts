// deal.won: sales has closed a deal; whether it becomes a project at once is told by deal.held and project.created.
import { z } from 'zod';
import { deal } from '../entities/deal.ts';
import { becomes, canonicalOf, changedCodes, defineEvent, mention, mentionOf, shown } from './event.ts';

export const dealWon = defineEvent({
  name: 'deal.won',
  version: 1,
  title: 'Deal won',
  description: 'A deal was won in the CRM. Told again only if it was taken back and won once more.',
  about: ['deal'],
  codes: changedCodes,
  payload: z.object({ deal: canonicalOf(deal), customer: mention.nullable() }),
  make: (moment) => {
    const { entity, look } = moment;
    if (!entity || !becomes(moment, 'isWon', true)) return [];
    const payload = { deal: shown(entity), customer: mentionOf(look(entity.record['customer'])) };
    return [{ key: `${entity.id} ${entity.version}`, payload }];
  },
  example: {
    deal: { id: 'dea_01J00000000000000000000000', version: 2, ...deal.example },
    customer: { id: 'cus_01J00000000000000000000000', name: 'Harbour & Pine Architects' },
  },
});
