// Both sides of a mapping for whoever edits it: our fields with the codecs that fit them, and the system's fields as it
// describes them, with the values of a real record. Only reads.
import { type EntityName, entities, entityNames } from '../../shared/entities/_registry.ts';
import type { Role } from '../../shared/entities/entity.ts';
import { readPath } from '../connectors/codecs.ts';
import type { ExtraRow, FieldMap, SchemaField, Snapshot } from '../connectors/connector.ts';
import { Fault } from '../faults.ts';
import { entityRows, links } from '../store/lane-schema.ts';
import { readColumns } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { idsOf } from './identity.ts';
import { codecsFor, codecsForTyped, type OurField, ourFields } from './mapping-fit.ts';
import type { CanonicalRecord } from './nouns.ts';
import { StewardError } from './steward.ts';
import type { Connection, Wiring } from './wiring.ts';

/** A row as it comes with the connector, in the form in which an installation may change it. */
export interface ShippedRow {
  readonly at: string;
  readonly codec: string;
  readonly direction: 'both' | 'in' | 'out';
  readonly lookup?: string;
}

export interface ShippedMap {
  readonly kind: EntityName;
  readonly recordType: string;
  readonly canWrite: boolean;
  readonly fields: Readonly<Record<string, ShippedRow>>;
  readonly extra: readonly { readonly at: string; readonly codec: string; readonly says: string }[];
}

/** What there is to map: our kinds, and the tables that each connection comes with. */
export interface Ground {
  readonly kinds: readonly {
    readonly kind: EntityName;
    readonly title: string;
    readonly fields: readonly OurField[];
  }[];
  readonly connections: readonly {
    readonly connection: string;
    readonly title: string;
    readonly roles: readonly Role[];
    readonly maps: readonly ShippedMap[];
  }[];
}

export function groundOf({ connections }: Wiring): Ground {
  return {
    kinds: entityNames.map((kind) => ({ kind, title: entities[kind].title, fields: ourFields(kind) })),
    connections: [...connections.values()].map((connection) => ({
      connection: connection.id,
      title: connection.connector.title,
      roles: connection.roles,
      maps: entityNames.flatMap((kind) => shippedMap(connection, kind) ?? []),
    })),
  };
}

function shippedMap({ connector }: Connection, kind: EntityName): ShippedMap | null {
  const map = connector.maps[kind];
  if (!map) return null;
  const { recordType, canWrite, extra = [] } = map;
  const rows = Object.entries(map.fields as Readonly<Record<string, FieldMap<unknown>>>);
  return {
    ...{ kind, recordType, canWrite },
    fields: Object.fromEntries(rows.map(([field, { codec, ...row }]) => [field, { ...row, codec: codec.name }])),
    extra: extra.map((row) => ({ at: row.at, codec: row.codec.name, says: saidBy(row) })),
  };
}

const saidBy = ({ formula, constant }: ExtraRow) => formula ?? JSON.stringify(constant ?? null);

/** A field of theirs with what a real record holds there. */
export interface TheirField extends SchemaField {
  readonly sample: unknown;
}

export interface Sides {
  readonly recordType: string;
  /** Empty where the system does not describe its fields, or cannot be asked now. */
  readonly theirs: readonly TheirField[];
  /** Whose values are shown; null while no record is known. */
  readonly sample: Snapshot | null;
  /** Why the system did not answer, in its connector's words. */
  readonly problem: string | null;
  /** Codecs by field of ours, and by the type that a formula or a constant has. */
  readonly codecs: Readonly<Record<string, readonly string[]>>;
  readonly typedCodecs: Readonly<Record<string, readonly string[]>>;
}

/**
 * Of the hundred of a kind that arose last, the one that has changed last. Ids are in the order of time, so these are
 * found by the key and no more are read, however many there are.
 */
export const newestWhere = `WHERE id IN (SELECT id FROM entities WHERE id > ?1 AND id < ?2 ORDER BY id DESC LIMIT 100)
  ORDER BY event_ms DESC, id LIMIT 1`;

/** As formulas read it; null while there is none. */
export function newestOf({ store }: Pick<LaneCore, 'store'>, kind: EntityName): CanonicalRecord | null {
  const [row] = readColumns(store.sql, entityRows, ['canonical'], newestWhere, ...idsOf(kind));
  return row ? (JSON.parse(row.canonical) as CanonicalRecord) : null;
}

const typed = ['string', 'bool', 'int', 'Decimal', 'Money'];
/** Of the records seen last, one will still be there. */
const triedMax = 5;

export async function sidesOf(core: LaneCore, id: string, kind: EntityName): Promise<Sides> {
  const wired = core.wiring.connections.get(id);
  const map = wired?.connector.maps[kind];
  if (!wired || !map)
    throw new StewardError('unknown-map', `${id} has no ${kind}.`, 'Choose a connection and a kind that it carries.');
  const { connector } = wired;
  const fields = ourFields(kind).map(({ field }) => [field, codecsFor(connector, kind, field)] as const);
  const asked = await askTheirs(core, wired, map.recordType);
  return {
    recordType: map.recordType,
    ...asked,
    codecs: Object.fromEntries(fields),
    typedCodecs: Object.fromEntries(typed.map((type) => [type, codecsForTyped(connector, type)])),
  };
}

async function askTheirs(core: LaneCore, wired: Connection, recordType: string) {
  const connection = core.callable(wired.id);
  const nothing = { theirs: [], sample: null };
  if (!connection) return { ...nothing, problem: `${wired.connector.title} cannot be asked now.` };
  try {
    const described = await core.session(connection).describe(recordType);
    const sample = await sampleOf(core, connection, recordType, described);
    const theirs = described.map((field) => ({ ...field, sample: readPath(sample?.wire, field.path) ?? null }));
    return { theirs, sample, problem: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ...nothing, problem: error.message };
  }
}

/** With every field that is described; where a system does not show them all at once, with those that are mapped. */
async function sampleOf(
  core: LaneCore,
  connection: Connection,
  recordType: string,
  described: readonly SchemaField[],
): Promise<Snapshot | null> {
  const where = "WHERE connection = ? AND record_type = ? AND record_id IS NOT NULL AND part = ''";
  const newest = `${where} ORDER BY seen_ms DESC, record_id LIMIT ${triedMax}`;
  const rows = readColumns(core.store.sql, links, ['recordId'], newest, connection.id, recordType);
  if (rows.length === 0) return null;
  const refs = rows.map(({ recordId }) => ({ recordType, recordId: recordId ?? '' }));
  const mapped = core.wiring.pathsOf(connection.id);
  const all = [...new Set([...(mapped[recordType] ?? []), ...described.map(({ path }) => path)])];
  for (const paths of [{ ...mapped, [recordType]: all }, mapped]) {
    try {
      const results = await core.sessionUnder(connection, paths).read(refs);
      return results.flatMap((result) => (result.found === 'here' ? [result.snapshot] : []))[0] ?? null;
    } catch (error) {
      if (!(error instanceof Fault) || paths === mapped) throw error;
    }
  }
  return null;
}
