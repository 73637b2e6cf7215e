// A published mapping version over the connectors' default tables -> compiled maps that translate can run through
// quickly.
import { z } from 'zod';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { confidentialIn, isOfBearer, type Role, refersTo, roles, stewardOf } from '../../shared/entities/entity.ts';
import type { Codec } from '../connectors/codecs.ts';
import * as generalCodecs from '../connectors/codecs.ts';
import type { Connector, Direction, ExtraRow, FieldMap, WithdrawalForm } from '../connectors/connector.ts';
import { compileFormula } from './formula.ts';
import { targetsContent } from './targets.ts';

const rowOverlay = z.object({
  at: z.string().min(1),
  codec: z.string(),
  direction: z.enum(['both', 'in', 'out']),
  lookup: z.string().optional(),
});
const extraOverlay = z.object({
  at: z.string().min(1),
  codec: z.string(),
  constant: z.unknown().optional(),
  formula: z.string().optional(),
});

/**
 * What an installation changes about its maps. Keys of `maps` are connection ids; a null row switches a default row
 * off.
 */
export const mappingContent = z.object({
  maps: z
    .record(
      z.string(),
      z.record(
        z.string(),
        z.object({
          fields: z.record(z.string(), rowOverlay.nullable()).default({}),
          extra: z.array(extraOverlay).default([]),
        }),
      ),
    )
    .default({}),
  /** Their value -> our value, by table name. */
  lookups: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  /** `kind.field` -> the role that owns it here. */
  ownership: z.record(z.string(), z.enum(roles)).default({}),
  /** By when things have to be done. */
  targets: targetsContent.optional(),
});
export type MappingContent = z.infer<typeof mappingContent>;

export interface CompiledRow {
  readonly field: string;
  readonly at: string;
  readonly codec: Codec<unknown>;
  readonly direction: Direction;
  readonly refersTo: string | null;
  /** Their value -> ours, and back. */
  readonly lookup: {
    readonly name: string;
    readonly ours: ReadonlyMap<string, string>;
    readonly theirs: ReadonlyMap<string, string>;
  } | null;
}

export interface CompiledExtra {
  readonly at: string;
  /** Its name among the fields of a record's content. */
  readonly name: string;
  readonly codec: Codec<unknown>;
  readonly value: (record: Readonly<Record<string, unknown>>) => unknown;
}

export interface CompiledMap {
  readonly kind: EntityName;
  readonly recordType: string;
  readonly livesOn: string | null;
  readonly canCreate: boolean;
  readonly canWrite: boolean;
  readonly withdrawal: WithdrawalForm | null;
  readonly required: readonly string[];
  readonly awaits: readonly string[];
  /** Whether a record has a place in this system at all. */
  readonly isWanted: (record: Readonly<Record<string, unknown>>) => boolean;
  readonly rows: readonly CompiledRow[];
  readonly extra: readonly CompiledExtra[];
}

/** Entity ids inside a canonical record: top-level reference fields and references inside list fields. */
export interface ReferencePath {
  readonly field: string;
  /** The key inside each element of a list field; null for a plain reference. */
  readonly inner: string | null;
  readonly kind: EntityName;
}

const referencePathCache = new Map<EntityName, readonly ReferencePath[]>();

export function referencePaths(kind: EntityName): readonly ReferencePath[] {
  const known = referencePathCache.get(kind);
  if (known) return known;
  const paths: ReferencePath[] = [];
  for (const [field, schema] of Object.entries(entities[kind].schema.shape) as [string, z.ZodType][]) {
    const to = refersTo(schema);
    if (to) paths.push({ field, inner: null, kind: to as EntityName });
    if (!(schema instanceof z.ZodArray) || !(schema.element instanceof z.ZodObject)) continue;
    for (const [inner, innerSchema] of Object.entries(schema.element.shape) as [string, z.ZodType][]) {
      const innerTo = refersTo(innerSchema);
      if (innerTo) paths.push({ field, inner, kind: innerTo as EntityName });
    }
  }
  referencePathCache.set(kind, paths);
  return paths;
}

/** Who owns a field in this installation, of this record where one is given. */
export function ownerOf(
  kind: EntityName,
  field: string,
  content: MappingContent,
  record: Readonly<Record<string, unknown>> = {},
): Role {
  const own = content.ownership[`${kind}.${field}`] ?? bearerOf(kind, field, record);
  if (own) return own;
  const schema = (entities[kind].schema.shape as Record<string, z.ZodType | undefined>)[field];
  return (schema && stewardOf(schema)) ?? 'crm';
}

/** Where a record of this kind keeps who bore it, and which of its fields belong to that role. */
const bearings: ReadonlyMap<EntityName, { readonly at: string; readonly fields: ReadonlySet<string> }> = new Map(
  (Object.keys(entities) as EntityName[]).flatMap((kind) => {
    const { bornAs, schema } = entities[kind] as { bornAs?: string; schema: z.ZodObject };
    if (bornAs === undefined) return [];
    const own = Object.entries(schema.shape).filter(([, field]) => isOfBearer(field as z.ZodType));
    return [[kind, { at: bornAs, fields: new Set(own.map(([field]) => field)) }]];
  }),
);

/** The role that owns a field of this very record because it bore it; null where one role owns it always. */
export function bearerOf(kind: EntityName, field: string, record: Readonly<Record<string, unknown>>): Role | null {
  const bearing = bearings.get(kind);
  if (!bearing?.fields.has(field)) return null;
  return (record[bearing.at] as Role | null | undefined) ?? null;
}

/** Kinds in the order in which one may refer to another: what is referred to comes first. */
export const kindsInOrder: readonly EntityName[] = orderKinds();

/** Kinds whose records rest on others of the same kind: a company belongs to another. */
export const nestedKinds: ReadonlySet<string> = new Set(
  kindsInOrder.filter((kind) => referencePaths(kind).some((path) => path.kind === kind)),
);

function orderKinds(): readonly EntityName[] {
  const order: EntityName[] = [];
  const visit = (kind: EntityName, trail: readonly EntityName[]): void => {
    if (order.includes(kind) || trail.includes(kind)) return;
    for (const path of referencePaths(kind)) visit(path.kind, [...trail, kind]);
    order.push(kind);
  };
  for (const kind of Object.keys(entities) as EntityName[]) visit(kind, []);
  return order;
}

/** Every codec an installation's rows may name: the general ones and those of the connector's own tables. */
export function codecsOf(connector: Connector): ReadonlyMap<string, Codec<unknown>> {
  const named = new Map<string, Codec<unknown>>();
  const add = (codec: unknown) => {
    if (codec && typeof codec === 'object' && 'name' in codec && 'decode' in codec) {
      named.set((codec as Codec<unknown>).name, codec as Codec<unknown>);
    }
  };
  Object.values(generalCodecs).forEach(add);
  for (const map of Object.values(connector.maps)) {
    for (const row of [...Object.values(map.fields), ...Object.values(map.reads ?? {})] as FieldMap<unknown>[])
      add(row.codec);
    for (const row of map.extra ?? []) add(row.codec);
  }
  return named;
}

/** One connection's map of one kind under a mapping version; null when the system does not carry the kind. */
export function compileMap(
  connector: Connector,
  connection: string,
  kind: EntityName,
  content: MappingContent,
): CompiledMap | null {
  const map = connector.maps[kind];
  if (!map) return null;
  const overlay = content.maps[connection]?.[kind];
  const codecs = codecsOf(connector);
  const references = new Map(referencePaths(kind).map((path) => [path.field, path] as const));
  const merged = new Map(Object.entries(map.fields) as [string, FieldMap<unknown>][]);
  for (const [field, row] of Object.entries(overlay?.fields ?? {})) {
    if (row === null) merged.delete(field);
    else {
      const { lookup, ...plain } = row;
      merged.set(field, { ...plain, codec: codecNamed(codecs, row.codec), ...(lookup ? { lookup } : {}) });
    }
  }
  // A row of the admin's own says all of its field.
  const reads = Object.entries((map.reads ?? {}) as Record<string, FieldMap<unknown>>).filter(
    ([field]) => overlay?.fields[field] === undefined,
  );
  // In the order in which what they make is stored.
  const inOrder = [...merged, ...reads].sort(([a], [b]) => (a < b ? -1 : 1));
  const hidden = confidentialIn(entities[kind]);
  const rows = inOrder.flatMap(([field, row]): CompiledRow | readonly [] => {
    // What is confidential is read where it is, and written nowhere, whatever a mapping says.
    if (hidden.has(field) && row.direction === 'out') return [];
    const reference = references.get(field);
    return {
      field,
      at: row.at,
      codec: row.codec,
      direction: hidden.has(field) ? 'in' : row.direction,
      refersTo: reference && reference.inner === null ? reference.kind : null,
      lookup: row.lookup ? compileLookup(row.lookup, content) : null,
    };
  });
  const extraRows: ExtraRow[] = [
    ...(map.extra ?? []),
    ...((overlay?.extra ?? []).map((row) => ({
      ...row,
      codec: codecNamed(codecs, row.codec) as Codec<string>,
    })) as ExtraRow[]),
  ];
  const extra = extraRows.map(
    (row): CompiledExtra => ({
      at: row.at,
      name: `=${row.at}`,
      codec: row.codec as Codec<unknown>,
      value: row.formula === undefined ? () => row.constant ?? null : compileFormula(row.formula, kind),
    }),
  );
  return {
    kind,
    recordType: map.recordType,
    livesOn: map.livesOn ?? null,
    canCreate: map.canCreate,
    canWrite: map.canWrite,
    withdrawal: map.withdrawal ?? null,
    required: map.required,
    awaits: map.awaits ?? [],
    isWanted: conditionOf(map.when, kind),
    rows,
    extra,
  };
}

function conditionOf(when: string | undefined, kind: EntityName): CompiledMap['isWanted'] {
  if (when === undefined) return () => true;
  const evaluate = compileFormula(when, kind);
  return (record) => evaluate(record) === true;
}

function codecNamed(codecs: ReadonlyMap<string, Codec<unknown>>, name: string): Codec<unknown> {
  const found = codecs.get(name);
  if (!found) throw new RangeError(`no codec is called ${name}`);
  return found;
}

function compileLookup(name: string, content: MappingContent): NonNullable<CompiledRow['lookup']> {
  const table = Object.entries(content.lookups[name] ?? {});
  return { name, ours: new Map(table), theirs: new Map(table.map(([theirs, ours]) => [ours, theirs])) };
}
