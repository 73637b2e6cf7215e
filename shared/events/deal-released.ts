// deal.released: nothing that a deal gives rise to is held any more.
import { z } from 'zod';
import { deal } from '../entities/deal.ts';
import { canonicalOf, closed, defineEvent, shown } from './event.ts';

export const dealReleased = defineEvent({
  name: 'deal.released',
  version: 1,
  title: 'Deal released',
  description: 'The last hold on a deal, or on the project or contract that comes of it, was solved or released.',
  about: ['deal', 'project', 'contract'],
  codes: ['hold-closed'],
  payload: z.object({
    deal: canonicalOf(deal),
    exceptions: z.array(z.string()).meta({ title: 'Exceptions that were closed just now' }),
  }),
  make: (moment) => {
    const freed = moment.sibling('deal');
    const ids = closed(moment).map((params) => params['exception'] ?? '');
    if (!freed || ids.length === 0 || moment.exceptions.some(({ isOfCommand }) => isOfCommand)) return [];
    return [{ key: ids.join(' '), payload: { deal: shown(freed), exceptions: ids } }];
  },
  example: {
    deal: { id: 'dea_01J00000000000000000000000', version: 2, ...deal.example },
    exceptions: ['exc_01J00000000000000000000000'],
  },
});
