// A map, run both ways in the plainest manner: the measure that connectors are held to. The hub's own is in flow/.

import { z } from 'zod';
import { readPath, writePath } from '../../edge-worker/connectors/codecs.ts';
import type { Connector, Direction, ExtraRow, FieldMap, WireRecord } from '../../edge-worker/connectors/connector.ts';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { refersTo } from '../../shared/entities/entity.ts';

/** An entity's map, whatever the entity. */
export interface PlainMap {
  readonly recordType: string;
  readonly livesOn?: string;
  readonly canCreate: boolean;
  readonly canWrite: boolean;
  readonly fields: Readonly<Partial<Record<string, FieldMap<unknown>>>>;
  readonly reads?: Readonly<Partial<Record<string, FieldMap<unknown>>>>;
  readonly extra?: readonly ExtraRow[];
}
export type Fields = Readonly<Record<string, unknown>>;

export function mapOf(connector: Connector, kind: EntityName): PlainMap {
  const map: PlainMap | undefined = connector.maps[kind];
  if (map === undefined) throw new Error(`${connector.name} does not carry ${kind}`);
  return map;
}

export function kindsOf(connector: Connector): readonly EntityName[] {
  return (Object.keys(entities) as EntityName[]).filter((kind) => connector.maps[kind] !== undefined);
}

/** The map's rows with their field names, of these directions. */
export function rowsOf(map: PlainMap, ...directions: readonly Direction[]): [string, FieldMap<unknown>][] {
  const rows = [...Object.entries(map.fields), ...Object.entries(map.reads ?? {})];
  return rows.flatMap(([field, row]): [string, FieldMap<unknown>][] =>
    row !== undefined && directions.includes(row.direction) ? [[field, row]] : [],
  );
}

export function toWire(map: PlainMap, fields: Fields): WireRecord {
  const wire: Record<string, unknown> = {};
  for (const [field, row] of rowsOf(map, 'both', 'out')) {
    if (field in fields) writePath(wire, row.at, row.codec.encode(fields[field]));
  }
  for (const row of map.extra ?? []) {
    if (row.constant !== undefined) writePath(wire, row.at, row.constant);
  }
  return wire;
}

/** Without directions: everything that is read. */
export function fromWire(map: PlainMap, wire: WireRecord, ...directions: readonly Direction[]): Fields {
  const rows = directions.length > 0 ? rowsOf(map, ...directions) : rowsOf(map, 'both', 'in');
  return Object.fromEntries(rows.map(([field, row]) => [field, row.codec.decode(readPath(wire, row.at), wire)]));
}

/** The entity's example with each reference, in its lines too, as `idOf` names it in the other system. */
export function exampleWith(kind: EntityName, idOf: (to: string) => string | null): Fields {
  return Object(localise(entities[kind].schema, entities[kind].example, idOf));
}

function localise(schema: z.core.$ZodType, value: unknown, idOf: (to: string) => string | null): unknown {
  const to = schema instanceof z.ZodType ? refersTo(schema) : undefined;
  if (to !== undefined) return value === null ? null : idOf(to);
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((one) => localise(schema.element, one, idOf));
  }
  if (!(schema instanceof z.ZodObject)) return value;
  const parts = Object.entries(Object(value)).map(([key, part]) => [key, localise(schema.shape[key], part, idOf)]);
  return Object.fromEntries(parts);
}
