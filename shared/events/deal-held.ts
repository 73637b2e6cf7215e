// deal.held: something that a deal gives rise to is held for a person: its project, its contract, the deal itself.
import { z } from 'zod';
import { deal } from '../entities/deal.ts';
import { canonicalOf, defineEvent, exceptionExample, exceptionFrom, exceptionShape, opened, shown } from './event.ts';

export const dealHeld = defineEvent({
  name: 'deal.held',
  version: 1,
  title: 'Deal held',
  description:
    'A control holds a deal, or the project or contract that comes of it, and somebody has to act. Once per hold.',
  about: ['deal', 'project', 'contract'],
  codes: ['held'],
  payload: z.object({ deal: canonicalOf(deal), exception: exceptionShape }),
  make: (moment) => {
    const held = moment.sibling('deal');
    if (!held) return [];
    const exceptions = opened(moment).filter(({ isOfCommand }) => isOfCommand);
    return exceptions.map((one) => ({
      key: one.id,
      payload: { deal: shown(held), exception: exceptionFrom(one) },
    }));
  },
  example: {
    deal: { id: 'dea_01J00000000000000000000000', version: 2, ...deal.example },
    exception: exceptionExample,
  },
});
