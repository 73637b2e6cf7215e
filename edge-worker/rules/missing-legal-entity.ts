// A sale says which of the firm's companies made it: customer, project and invoice lie in the books of that one.
import { defineRule } from './rule.ts';

export const missingLegalEntity = defineRule({
  name: 'missing-legal-entity',
  title: 'Legal entity is missing',
  kinds: ['contract'],
  towards: ['erp'],
  owner: 'finance',
  dueMinutes: 480,
  actions: ['retry', 'approve', 'reject'],
  keepsBack: 'project',
  check: ({ record, isCreate }) =>
    isCreate && !record.legalEntity ? { code: 'missing-legal-entity', params: { contract: record.name } } : null,
  examples: [
    { title: 'A sale without a legal entity is held', record: { legalEntity: null }, holds: 'missing-legal-entity' },
    { title: 'An empty one is none', record: { legalEntity: '' }, holds: 'missing-legal-entity' },
    { title: 'A sale with its legal entity passes', record: {}, holds: null },
    {
      title: 'A contract that lies in the books already goes on there',
      record: { legalEntity: null },
      isCreate: false,
      holds: null,
    },
  ],
});
