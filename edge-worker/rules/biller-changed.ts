// Another biller in the midst of a contract is finance's to let pass: until the ledger has it, the one before goes on.
import { defineRule } from './rule.ts';

const seats = { erp: 'the ledger', psa: 'the PSA', platform: 'the billing platform' } as const;

export const billerChanged = defineRule({
  name: 'biller-changed',
  title: 'Another biller',
  kinds: ['contract'],
  towards: ['erp'],
  owner: 'finance',
  dueMinutes: 480,
  actions: ['retry', 'approve', 'reject'],
  check: ({ record, held }) => {
    const before = held()?.['billingMode'] as keyof typeof seats | null | undefined;
    const { billingMode: after, billingFrom, name } = record;
    if (before == null || after == null || before === after) return null;
    const params = { contract: name ?? '', before: seats[before], after: seats[after] };
    // Without a day nothing says which of them bills what has been delivered.
    if (billingFrom == null) return { code: 'biller-change-undated', params };
    return { code: 'biller-changed', params: { ...params, day: billingFrom } };
  },
  examples: [
    {
      title: 'A contract that the PSA is to bill from the middle of the month on waits for finance',
      record: { billingMode: 'psa', billingFrom: '2026-11-15' },
      held: { billingMode: 'erp' },
      holds: 'biller-changed',
    },
    {
      title: 'Without the day nobody could tell who bills what',
      record: { billingMode: 'psa', billingFrom: null },
      held: { billingMode: 'erp' },
      holds: 'biller-change-undated',
    },
    { title: 'The same biller passes', record: { billingMode: 'psa' }, held: { billingMode: 'psa' }, holds: null },
    { title: 'A new contract passes', record: { billingMode: 'psa' }, holds: null },
  ],
});
