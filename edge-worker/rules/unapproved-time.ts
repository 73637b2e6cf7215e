// Only approved time is billed: hours that somebody may still change or reject do not reach the ledger.
import { defineRule } from './rule.ts';

export const unapprovedTime = defineRule({
  name: 'unapproved-time',
  title: 'Time is not approved',
  kinds: ['time'],
  towards: ['erp', 'billing'],
  owner: 'delivery',
  dueMinutes: 960,
  // Approving it here would go round the approval in the system where the hours are kept.
  actions: ['retry', 'reject'],
  takesBack: true,
  check: ({ record }) => {
    if (record.approval === 'approved') return null;
    const { hours, workedOn: day, approval } = record;
    return { code: 'unapproved-time', params: { hours, day, approval } };
  },
  examples: [
    { title: 'Submitted hours wait for their approval', record: { approval: 'submitted' }, holds: 'unapproved-time' },
    { title: 'Approved hours pass', record: { approval: 'approved' }, holds: null },
    { title: 'Rejected hours do not reach the ledger', record: { approval: 'rejected' }, holds: 'unapproved-time' },
    {
      title: 'Hours that are not billed need their approval too, for they are cost',
      record: { approval: 'open', isBillable: false },
      holds: 'unapproved-time',
    },
    {
      title: 'An approval that was taken back takes back what the ledger has of the entry',
      record: { approval: 'submitted' },
      isCreate: false,
      holds: 'unapproved-time',
    },
    {
      title: 'The billing platform gets approved hours only',
      record: { approval: 'open' },
      towards: 'billing',
      holds: 'unapproved-time',
    },
  ],
});
