// Our own entities under their own names: every field stands where it is called, every value as we write it. References
// are the system's own record ids, as with any other system.
import { z } from 'zod';
import { type EntityName, entities, entityNames } from '../../../shared/entities/_registry.ts';
import { confidentialIn } from '../../../shared/entities/entity.ts';
import { type Codec, codec, flag, refuse, text, textOrNull } from '../codecs.ts';
import type { Connector, EntityMap, FieldMap, WithdrawalForm } from '../connector.ts';

/** What must be there before a record can be made; a kind that is not named needs nothing. */
const required: Readonly<Partial<Record<EntityName, readonly string[]>>> = {
  deal: ['customer'],
  project: ['customer'],
  contract: ['customer'],
  'change-order': ['contract'],
  time: ['project', 'resource'],
  expense: ['project', 'resource'],
  milestone: ['project'],
  invoice: ['customer'],
  payment: ['invoice'],
};

/** What is kept and taken back; of another kind a person takes it back by hand. */
const withdrawals: Readonly<Partial<Record<EntityName, WithdrawalForm>>> = {
  project: 'closed',
  contract: 'closed',
  time: 'unapproved',
  expense: 'unapproved',
};

/** People are matched; hiring is nobody's business here. Lists of the ledger are only read. */
const neverCreated: ReadonlySet<EntityName> = new Set(['resource', ...entityNames.filter((kind) => isList(kind))]);
function isList(kind: EntityName): boolean {
  return (entities[kind] as { readonly isList?: true }).isList ?? false;
}

/** The value as the entity's own schema takes it. What was left out is empty. */
function asIs(kind: EntityName, field: string, schema: z.ZodType): Codec<unknown> {
  const name = `canonical-${kind}.${field}`;
  return codec(
    name,
    (wire) => {
      const read = schema.safeParse(wire === undefined ? null : wire);
      return read.success ? read.data : refuse(name, wire);
    },
    (value) => value,
  );
}

function codecOf(kind: EntityName, field: string, schema: z.ZodType): Codec<unknown> {
  const isOptional = schema instanceof z.ZodNullable;
  const inner: unknown = isOptional ? schema.unwrap() : schema;
  const isPlainText = inner instanceof z.ZodString && inner.format === null && inner.maxLength === null;
  if (isPlainText) return (isOptional ? textOrNull : text) as Codec<unknown>;
  return inner instanceof z.ZodBoolean && !isOptional ? (flag as Codec<unknown>) : asIs(kind, field, schema);
}

function mapOf(kind: EntityName): EntityMap<EntityName> {
  const confidential = confidentialIn(entities[kind]);
  const fields = Object.entries(entities[kind].schema.shape as Record<string, z.ZodType>).map(
    ([field, schema]): [string, FieldMap<unknown>] => [
      field,
      { at: field, codec: codecOf(kind, field, schema), direction: confidential.has(field) ? 'in' : 'both' },
    ],
  );
  const withdrawal = withdrawals[kind];
  return {
    recordType: kind,
    ...(withdrawal && { withdrawal }),
    canCreate: !neverCreated.has(kind),
    canWrite: !isList(kind),
    required: required[kind] ?? [],
    fields: Object.fromEntries(fields),
  } as unknown as EntityMap<EntityName>;
}

export const maps = Object.fromEntries(entityNames.map((kind) => [kind, mapOf(kind)])) as Connector['maps'];

/** Those of the kinds that a system has. */
export function mapsOf(kinds: readonly EntityName[]): Connector['maps'] {
  return Object.fromEntries(kinds.map((kind) => [kind, maps[kind]])) as Connector['maps'];
}
