// expense.posted: approved expense has become a record of the ERP.
import { z } from 'zod';
import { expense } from '../entities/expense.ts';
import { canonicalOf, defineEvent, mention, mentionOf, postings, recordPlace, shown } from './event.ts';

export const expensePosted = defineEvent({
  name: 'expense.posted',
  version: 1,
  title: 'Expense posted',
  description:
    'Approved expense was posted to an ERP. Once per entry and record there, and once more each time it counts again.',
  about: ['expense'],
  codes: ['command-created', 'command-found', 'command-revived'],
  payload: z.object({
    expense: canonicalOf(expense),
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
      payload: { expense: shown(entity), project, resource, record },
    }));
  },
  example: {
    expense: { id: 'exp_01J00000000000000000000000', version: 2, ...expense.example },
    project: { id: 'prj_01J00000000000000000000000', name: 'Harbour & Pine ERP rollout' },
    resource: { id: 'res_01J00000000000000000000000', name: 'Ines Carvalho' },
    record: { connection: 'erp', system: 'example', roles: ['erp'], recordType: 'cost', recordId: '9001', url: null },
  },
});
