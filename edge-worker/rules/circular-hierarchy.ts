// A company cannot belong to itself: no order exists in which such companies could be made.
import { defineRule, type Surroundings } from './rule.ts';

const [holding, branch] = ['cus_01J00000000000000000000008', 'cus_01J00000000000000000000009'];
const around = (parentOfHolding: string | null): Surroundings => ({
  [holding]: { kind: 'customer', record: { name: 'Harbour Holding', parent: parentOfHolding } },
  [branch]: { kind: 'customer', record: { name: 'Harbour & Pine', parent: holding } },
});

export const circularHierarchy = defineRule({
  name: 'circular-hierarchy',
  title: 'Company belongs to itself',
  kinds: ['customer'],
  towards: ['psa', 'erp'],
  owner: 'sales',
  dueMinutes: 480,
  // Approving would only have the target refuse it.
  actions: ['retry', 'reject'],
  check: ({ entity, record, lookup }) => {
    const above = new Set([entity]);
    for (let id = record.parent ?? null; id !== null; id = lookup('customer', id)?.parent ?? null) {
      if (above.has(id)) return { code: 'circular-hierarchy', params: { customer: record.name } };
      above.add(id);
    }
    return null;
  },
  examples: [
    {
      title: 'A company under one that lies under itself is held',
      record: { parent: branch },
      around: around(branch),
      holds: 'circular-hierarchy',
    },
    { title: 'A company of a group passes', record: { parent: branch }, around: around(null), holds: null },
    { title: 'A company of its own passes', record: {}, holds: null },
    { title: 'What lies above its parent is not known yet: it passes', record: { parent: holding }, holds: null },
  ],
});
