// expense.withdrawn: posted expense counts no more in the ERP.
import { z } from 'zod';
import { expense } from '../entities/expense.ts';
import { canonicalOf, defineEvent, formerPlace, mention, mentionOf, shown, withdrawals } from './event.ts';

export const expenseWithdrawn = defineEvent({
  name: 'expense.withdrawn',
  version: 1,
  title: 'Expense withdrawn',
  description: 'Posted expense was taken back in an ERP, because it does not count any more.',
  about: ['expense'],
  codes: ['command-withdrawn'],
  payload: z.object({
    expense: canonicalOf(expense),
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
      payload: { expense: shown(entity), project, resource, record },
    }));
  },
  example: {
    expense: { id: 'exp_01J00000000000000000000000', version: 2, ...expense.example },
    project: { id: 'prj_01J00000000000000000000000', name: 'Harbour & Pine ERP rollout' },
    resource: { id: 'res_01J00000000000000000000000', name: 'Ines Carvalho' },
    record: { connection: 'erp', recordType: 'cost', recordId: '9001' },
  },
});
