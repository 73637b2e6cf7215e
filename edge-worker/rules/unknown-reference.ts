// A record that refers to something the target does not have, and never will by itself, is held before it is refused.
import type { z } from 'zod';
import { type EntityName, entities, entityNames } from '../../shared/entities/_registry.ts';
import { roles, titleOf } from '../../shared/entities/entity.ts';
import { defineRule } from './rule.ts';

function titlesOf(kind: EntityName, fields: readonly string[]): string {
  const shape: Readonly<Record<string, z.ZodType | undefined>> = entities[kind].schema.shape;
  const titles = fields.map((field) => {
    const schema = shape[field];
    return (schema && titleOf(schema)) || field;
  });
  return titles.join(', ');
}

export const unknownReference = defineRule({
  name: 'unknown-reference',
  title: 'Refers to something unknown',
  kinds: entityNames,
  towards: roles,
  owner: 'integration',
  dueMinutes: 480,
  // Approving would only have the target refuse it.
  actions: ['retry', 'reject'],
  check: ({ kind, record, unresolved }) => {
    if (unresolved.length === 0) return null;
    const values: Readonly<Record<string, unknown>> = record;
    const unknown = unresolved.filter((field) => values[field] != null);
    if (unknown.length > 0) return { code: 'unknown-reference', params: { field: titlesOf(kind, unknown) } };
    return { code: 'missing-reference', params: { field: titlesOf(kind, unresolved) } };
  },
  examples: [
    {
      title: 'Hours of a person whom the target does not know are held',
      kind: 'time',
      record: {},
      unresolved: ['resource'],
      holds: 'unknown-reference',
    },
    { title: 'Hours whose person and project are known pass', kind: 'time', record: {}, holds: null },
    {
      title: 'A reference that was never filled in is named as such',
      kind: 'time',
      record: { resource: null },
      unresolved: ['resource'],
      holds: 'missing-reference',
    },
    {
      title: 'An unknown reference comes before an empty one',
      kind: 'time',
      record: { resource: null },
      unresolved: ['resource', 'project'],
      holds: 'unknown-reference',
    },
    {
      title: 'It guards every kind towards every system',
      kind: 'invoice',
      record: {},
      towards: 'psa',
      unresolved: ['project'],
      holds: 'unknown-reference',
    },
  ],
});
