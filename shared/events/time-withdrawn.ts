// time.withdrawn: posted time counts no more in the ERP.
import { z } from 'zod';
import { time } from '../entities/time.ts';
import { canonicalOf, defineEvent, formerPlace, mention, mentionOf, shown, withdrawals } from './event.ts';

export const timeWithdrawn = defineEvent({
  name: 'time.withdrawn',
  version: 1,
  title: 'Time withdrawn',
  description: 'Posted time was taken back in an ERP, because it does not count any more.',
  about: ['time'],
  codes: ['command-withdrawn'],
  payload: z.object({
    time: canonicalOf(time),
    project: mention.nullable(),
    resource: mention.nullable(),
    record: formerPlace,
  }),
  make: (moment) => {
    const { entity, look } = moment;
    if (!entity) return [];
    const project = mentionOf(look(entity.record['project']));
    const resource = mentionOf(look(entity.record['resource']));
    return withdrawals(moment).map(({ key, record }) => ({
      key,
      payload: { time: shown(entity), project, resource, record },
    }));
  },
  example: {
    time: { id: 'tim_01J00000000000000000000000', version: 2, ...time.example },
    project: { id: 'prj_01J00000000000000000000000', name: 'Harbour & Pine ERP rollout' },
    resource: { id: 'res_01J00000000000000000000000', name: 'Ines Carvalho' },
    record: { connection: 'erp', recordType: 'hours', recordId: '9001' },
  },
});
