// project.updated: something about a project that lies in some system has changed.
import { z } from 'zod';
import { project } from '../entities/project.ts';
import { canonicalOf, changedFields, defineEvent, placesOf, recordPlace, shown } from './event.ts';

export const projectUpdated = defineEvent({
  name: 'project.updated',
  version: 1,
  title: 'Project updated',
  description: 'A field of a project has changed, whichever system owns it.',
  about: ['project'],
  codes: ['entity-changed'],
  payload: z.object({
    project: canonicalOf(project),
    changed: z.array(z.string()).meta({ title: 'Fields that changed' }),
    records: z.array(recordPlace).meta({ title: 'Where the project lies now' }),
  }),
  make: (moment) => {
    const { entity, records } = moment;
    if (!entity || records.length === 0) return [];
    const payload = { project: shown(entity), changed: changedFields(moment), records: placesOf(records) };
    return [{ key: `${entity.id} ${entity.version}`, payload }];
  },
  example: {
    project: { id: 'prj_01J00000000000000000000000', version: 4, ...project.example, endOn: '2027-03-31' },
    changed: ['endOn'],
    records: [
      { connection: 'erp', system: 'example', roles: ['erp'], recordType: 'engagement', recordId: '102', url: null },
    ],
  },
});
