// time.posted: approved time has become a record of the ERP.
import { z } from 'zod';
import { time } from '../entities/time.ts';
import { canonicalOf, defineEvent, mention, mentionOf, postings, recordPlace, shown } from './event.ts';

export const timePosted = defineEvent({
  name: 'time.posted',
  version: 1,
  title: 'Time posted',
  description:
    'Approved time was posted to an ERP. Once per entry and record there, and once more each time it counts again.',
  about: ['time'],
  codes: ['command-created', 'command-found', 'command-revived'],
  payload: z.object({
    time: canonicalOf(time),
    project: mention.nullable(),
    resource: mention.nullable(),
    record: recordPlace,
  }),
  make: (moment) => {
    const { entity, look } = moment;
    if (!entity) return [];
    const project = mentionOf(look(entity.record['project']));
    const resource = mentionOf(look(entity.record['resource']));
    return postings(moment).map(({ key, record }) => ({
      key,
      payload: { time: shown(entity), project, resource, record },
    }));
  },
  example: {
    time: { id: 'tim_01J00000000000000000000000', version: 2, ...time.example },
    project: { id: 'prj_01J00000000000000000000000', name: 'Harbour & Pine ERP rollout' },
    resource: { id: 'res_01J00000000000000000000000', name: 'Ines Carvalho' },
    record: { connection: 'erp', system: 'example', roles: ['erp'], recordType: 'hours', recordId: '9001', url: null },
  },
});
