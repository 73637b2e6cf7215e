// milestone.completed: a piece of work that is billed by itself is done.
import { z } from 'zod';
import { milestone } from '../entities/milestone.ts';
import { becomes, canonicalOf, changedCodes, defineEvent, mention, mentionOf, shown } from './event.ts';

export const milestoneCompleted = defineEvent({
  name: 'milestone.completed',
  version: 1,
  title: 'Milestone completed',
  description: 'A milestone was completed in the PSA, and can be billed.',
  about: ['milestone'],
  codes: changedCodes,
  payload: z.object({ milestone: canonicalOf(milestone), project: mention.nullable() }),
  make: (moment) => {
    const { entity, look } = moment;
    if (!entity || !becomes(moment, 'isComplete', true)) return [];
    const payload = { milestone: shown(entity), project: mentionOf(look(entity.record['project'])) };
    return [{ key: `${entity.id} ${entity.version}`, payload }];
  },
  example: {
    milestone: { id: 'mil_01J00000000000000000000000', version: 3, ...milestone.example },
    project: { id: 'prj_01J00000000000000000000000', name: 'Harbour & Pine ERP rollout' },
  },
});
