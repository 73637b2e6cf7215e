// The same hours entered twice would be billed twice: same person, project, day, hours, role and note.
import { namesOf } from './kits/twins.ts';
import { defineRule } from './rule.ts';

export const duplicateTime = defineRule({
  name: 'duplicate-time',
  title: 'Same time entered twice',
  kinds: ['time'],
  towards: ['erp', 'billing'],
  // Only who runs the project knows whether the second entry was meant.
  owner: 'delivery',
  dueMinutes: 960,
  actions: ['retry', 'approve', 'reject'],
  check: ({ record, isCreate, twins }) => {
    if (!isCreate || twins.length === 0) return null;
    const { hours, workedOn: day } = record;
    return { code: 'duplicate-time', params: { hours, day, other: namesOf(twins) } };
  },
  examples: [
    {
      title: 'Hours that the ledger already has in another entry are held',
      record: {},
      twins: ['con_1|tim_01J00000000000000000000001'],
      holds: 'duplicate-time',
    },
    { title: 'Hours that are like no others pass', record: {}, holds: null },
    {
      title: 'An entry that is already in the ledger may change, whatever it looks like',
      record: {},
      isCreate: false,
      twins: ['con_1|tim_01J00000000000000000000001'],
      holds: null,
    },
    {
      title: 'An entry of the ledger that nobody claims counts as well',
      record: {},
      twins: ['con_1|timebill|881'],
      holds: 'duplicate-time',
    },
  ],
});
