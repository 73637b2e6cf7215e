// Holds an invoice that bills what another invoice has billed already.
import { moneyOf } from '../../shared/money.ts';
import { defineRule } from './rule.ts';

const entry = 'tim_01J00000000000000000000000';
const source = { time: entry, expense: null, milestone: null };
const line = { line: '1', ...source, description: null, quantity: '1', rate: '100', amount: moneyOf(10_000, 'EUR') };

export const billedTwice = defineRule({
  name: 'billed-twice',
  title: 'Billed twice',
  kinds: ['invoice'],
  towards: ['crm', 'psa', 'erp', 'billing'],
  owner: 'finance',
  dueMinutes: 240,
  actions: ['retry', 'reject'],
  check: ({ record, billedElsewhere }) =>
    billedElsewhere.length === 0
      ? null
      : { code: 'billed-twice', params: { number: record.number, lines: String(billedElsewhere.length) } },
  examples: [
    {
      title: 'an hour that another invoice has billed',
      record: { lines: [line] },
      billedElsewhere: [entry],
      holds: 'billed-twice',
    },
    { title: 'hours that nobody else has billed', record: { lines: [line] }, holds: null },
    { title: 'an invoice without lines', record: { lines: [] }, holds: null },
  ],
});
