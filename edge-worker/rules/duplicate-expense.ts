// The same expense entered twice would be paid back and billed twice: same person, project, day, amount, category and
// note.
import { formatMoney } from '../../shared/money.ts';
import { namesOf } from './kits/twins.ts';
import { defineRule } from './rule.ts';

export const duplicateExpense = defineRule({
  name: 'duplicate-expense',
  title: 'Same expense entered twice',
  kinds: ['expense'],
  towards: ['erp', 'billing'],
  // Only who runs the project knows whether the second one was meant.
  owner: 'delivery',
  dueMinutes: 960,
  actions: ['retry', 'approve', 'reject'],
  check: ({ record, isCreate, twins }) => {
    if (!isCreate || twins.length === 0) return null;
    const { amount, currency, spentOn: day } = record;
    return {
      code: 'duplicate-expense',
      params: { amount: amount ? formatMoney(amount) : '', currency, day, other: namesOf(twins) },
    };
  },
  examples: [
    {
      title: 'An expense that the ledger already has in another entry is held',
      record: {},
      twins: ['con_1|exp_01J00000000000000000000001'],
      holds: 'duplicate-expense',
    },
    { title: 'An expense that is like no other passes', record: {}, holds: null },
    {
      title: 'An expense that is already in the ledger may change, whatever it looks like',
      record: {},
      isCreate: false,
      twins: ['con_1|exp_01J00000000000000000000001'],
      holds: null,
    },
    {
      title: 'A line of a report that nobody claims counts as well',
      record: {},
      twins: ['con_1|expensereport:expense|1002:1'],
      holds: 'duplicate-expense',
    },
  ],
});
