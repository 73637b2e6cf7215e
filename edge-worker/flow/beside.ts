// A record as people look for it and compare it: under which ids each system has it, what was last seen there, and a
// new look on demand.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { entityRows, links } from '../store/lane-schema.ts';
import { readColumns, readRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { lastReadMs } from './links.ts';
import { StewardError } from './steward.ts';
import { readAgain } from './strays.ts';

export interface Beside {
  readonly kind: EntityName;
  readonly canonical: Readonly<Record<string, unknown>>;
  readonly records: readonly {
    readonly connection: string;
    readonly recordType: string;
    readonly recordId: string;
    /** Canonical values, of the fields that are mapped there alone; null while nothing was seen of it yet. */
    readonly seen: Readonly<Record<string, unknown>> | null;
    /** Null before the first read. */
    readonly seenMs: number | null;
  }[];
}

const recordColumns = ['connection', 'recordType', 'recordId', 'baseline', 'seenMs'] as const;

/** Entities of which some system has a record with this id. */
export function entitiesUnder({ store, wiring }: LaneCore, recordId: string): readonly string[] {
  const places = [...wiring.connections.keys()].flatMap((connection) =>
    Object.keys(wiring.pathsOf(connection)).map((recordType) => [connection, recordType]),
  );
  // Places are named so that the index of records is used: it begins with them.
  const query = `SELECT DISTINCT entity FROM links WHERE record_id = ?1
    AND (connection, record_type) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?2))`;
  const rows = store.sql.exec(query, recordId, JSON.stringify(places)).toArray() as { entity: string }[];
  return rows.map(({ entity }) => entity);
}

/** Null when there is no such entity. */
export function besideOf({ store: { sql } }: LaneCore, entity: string): Beside | null {
  const row = readRows(sql, entityRows, 'WHERE id = ?', entity)[0];
  if (!row) return null;
  const where = 'WHERE entity = ? AND record_id IS NOT NULL ORDER BY connection, record_type, part';
  const records = readColumns(sql, links, recordColumns, where, entity).map(({ baseline, recordId, ...link }) => ({
    ...link,
    seenMs: lastReadMs(link),
    recordId: recordId ?? '',
    seen: baseline === null ? null : (JSON.parse(baseline) as Record<string, unknown>),
  }));
  return { kind: row.kind as EntityName, canonical: JSON.parse(row.canonical), records };
}

/** Each record of an entity is read anew, in every system that has one. Doing it twice costs a read. */
export function syncNow(core: LaneCore, entity: string): { records: number } {
  const found = besideOf(core, entity);
  if (!found) {
    throw new StewardError('not-found', 'There is no such entity.', 'Look for it by its number, name or id.');
  }
  // A system that was taken away is not asked any more.
  const records = found.records.filter(({ connection }) => core.wiring.connections.has(connection));
  core.store.transaction((tx) => readAgain(tx, records));
  return { records: records.length };
}
