// Only approved expenses are posted and billed: what somebody may still change or reject does not reach the ledger.
import { formatMoney } from '../../shared/money.ts';
import { defineRule } from './rule.ts';

export const unapprovedExpense = defineRule({
  name: 'unapproved-expense',
  title: 'Expense is not approved',
  kinds: ['expense'],
  towards: ['erp', 'billing'],
  owner: 'delivery',
  dueMinutes: 960,
  // Approving it here would go round the approval in the system where the expense is kept.
  actions: ['retry', 'reject'],
  takesBack: true,
  check: ({ record }) => {
    if (record.approval === 'approved') return null;
    const { amount, currency, spentOn: day, approval } = record;
    return {
      code: 'unapproved-expense',
      params: { amount: amount ? formatMoney(amount) : '', currency, day, approval },
    };
  },
  examples: [
    {
      title: 'A submitted expense waits for its approval',
      record: { approval: 'submitted' },
      holds: 'unapproved-expense',
    },
    { title: 'An approved expense passes', record: { approval: 'approved' }, holds: null },
    {
      title: 'An expense that is not billed needs its approval too, for it is paid back',
      record: { approval: 'open', isBillable: false },
      holds: 'unapproved-expense',
    },
    {
      title: 'An approval that was taken back takes back what the ledger has of the expense',
      record: { approval: 'rejected' },
      isCreate: false,
      holds: 'unapproved-expense',
    },
  ],
});
