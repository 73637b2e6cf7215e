// project.created: a project exists in the PSA and in the ERP, and people may book and bill on it.
import { z } from 'zod';
import { contract } from '../entities/contract.ts';
import { customer } from '../entities/customer.ts';
import { project } from '../entities/project.ts';
import {
  canonicalOf,
  defineEvent,
  linkedCodes,
  type Moment,
  placesOf,
  recordPlace,
  shown,
  shownOrNull,
} from './event.ts';

export const projectCreated = defineEvent({
  name: 'project.created',
  version: 1,
  title: 'Project created',
  description:
    'The project of a won deal exists in every PSA and ERP that should hold it. Told once per project. Projects that ' +
    'existed everywhere beforehand and were only matched are not told.',
  about: ['project'],
  codes: linkedCodes,
  payload: z.object({
    project: canonicalOf(project),
    customer: canonicalOf(customer).nullable(),
    contract: canonicalOf(contract).nullable(),
    records: z.array(recordPlace).meta({ title: 'Where the project lies now' }),
  }),
  make: (moment) => {
    const { entity, records, look } = moment;
    if (!entity || !isComplete(moment)) return [];
    const payload = {
      project: shown(entity),
      customer: shownOrNull(look(entity.record['customer'])),
      contract: shownOrNull(look(entity.record['contract'])),
      records: placesOf(records),
    };
    return [{ key: entity.id, payload }];
  },
  example: {
    project: { id: 'prj_01J00000000000000000000000', version: 3, ...project.example },
    customer: { id: 'cus_01J00000000000000000000000', version: 2, ...customer.example },
    contract: { id: 'con_01J00000000000000000000000', version: 2, ...contract.example },
    records: [
      {
        connection: 'psa',
        system: 'example',
        roles: ['psa'],
        recordType: 'engagement',
        recordId: '4711',
        url: 'https://psa.example/pages/engagement/4711',
      },
      { connection: 'erp', system: 'example', roles: ['erp'], recordType: 'engagement', recordId: '102', url: null },
    ],
  },
});

/** In every PSA and ERP that should hold it, and at least one of these records is the hub's work. */
function isComplete({ records, targets }: Moment): boolean {
  const seats = targets.filter(({ roles }) => roles.includes('psa') || roles.includes('erp'));
  const isHeld = (connection: string) => records.some((record) => record.connection === connection);
  return seats.length > 0 && seats.every((seat) => isHeld(seat.connection)) && records.some((one) => one.isWritten);
}
