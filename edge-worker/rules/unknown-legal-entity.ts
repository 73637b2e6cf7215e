// What is sold and billed belongs to one of the firm's own companies: a name that the ledger does not have is a slip
// that would put it into nobody's books.
import { defineRule } from './rule.ts';

const gmbh = { name: 'Northwind Consulting GmbH' };
const limited = { name: 'Northwind Consulting Ltd' };

export const unknownLegalEntity = defineRule({
  name: 'unknown-legal-entity',
  title: 'Legal entity is unknown',
  kinds: ['customer', 'project', 'contract'],
  towards: ['erp'],
  owner: 'finance',
  dueMinutes: 480,
  // Approving would only have the ledger refuse it, or take its own default.
  actions: ['retry', 'reject'],
  check: ({ kind, record, every }) => {
    const known = every('legal-entity').filter(({ isActive }) => isActive !== false);
    if (known.length === 0) return null;
    const params = { known: known.map(({ name }) => name).join(', ') };
    const { legalEntity } = record;
    if (legalEntity == null) {
      // Whoever has one company needs not name it; a project is of its customer's.
      if (known.length === 1 || kind !== 'customer') return null;
      return { code: 'no-legal-entity', params, lists: ['legal-entity'] };
    }
    if (known.some(({ name }) => name === legalEntity)) return null;
    return { code: 'unknown-legal-entity', params: { ...params, name: legalEntity }, lists: ['legal-entity'] };
  },
  examples: [
    {
      title: 'A customer of a company that the ledger keeps books for passes',
      record: { legalEntity: 'Northwind Consulting GmbH' },
      every: { 'legal-entity': [gmbh, limited] },
      holds: null,
    },
    {
      title: 'A company that the ledger does not have is held',
      record: { legalEntity: 'Northwind Consulting SARL' },
      every: { 'legal-entity': [gmbh, limited] },
      holds: 'unknown-legal-entity',
    },
    {
      title: 'A customer of no company is held where there are several',
      record: { legalEntity: null },
      every: { 'legal-entity': [gmbh, limited] },
      holds: 'no-legal-entity',
    },
    {
      title: 'With one company there is nothing to say',
      record: { legalEntity: null },
      every: { 'legal-entity': [gmbh] },
      holds: null,
    },
    {
      title: 'A company that was given up takes nothing new',
      kind: 'project',
      record: { legalEntity: 'Northwind Consulting Ltd' },
      every: { 'legal-entity': [gmbh, { ...limited, isActive: false }] },
      holds: 'unknown-legal-entity',
    },
    {
      title: 'A ledger that tells of no companies decides for itself',
      kind: 'contract',
      record: { legalEntity: 'Northwind Consulting SARL' },
      holds: null,
    },
  ],
});
