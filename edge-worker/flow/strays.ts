// Records that no entity claims yet, and who waits for them: kept with their business keys, read again once a
// counterpart
// appears.
import { strayKeys, strays, waits } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, type RowOf, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { endCandidates, forgetDecisions } from './decisions.ts';
import type { Wiring } from './wiring.ts';

export type StrayRow = StoredRow<typeof strays>;

export interface RecordPlace {
  readonly connection: string;
  readonly recordType: string;
  readonly recordId: string;
}

/** In the table of waits a record stands under its place, an entity under its id; the two never look alike. */
const placeKey = ({ recordType, recordId }: Omit<RecordPlace, 'connection'>) => `${recordType}|${recordId}`;

/**
 * Keeps what was seen and forgets what is linked now, keys and all: a key of old would make a twin of the record
 * itself. Whoever shared a key that a record has no more may be the only one now.
 */
export function writeStrays(
  tx: LaneTransaction,
  wiring: Wiring,
  kept: readonly StrayRow[],
  linked: readonly (readonly string[])[],
): void {
  if (kept.length + linked.length === 0) return;
  const touched = [...linked, ...kept.map((row) => [row.connection, row.kind, row.recordType, row.recordId])];
  const known = readRows(
    tx.sql,
    strays,
    `WHERE (connection, kind, record_type, record_id) IN
       (SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?))`,
    JSON.stringify(touched),
  );
  forget(tx, known);
  deleteRows(tx.sql, strays, linked);
  forgetDecisions(
    tx,
    linked.map(([connection = '', , recordType = '', recordId = '']) => ({ connection, recordType, recordId })),
  );
  writeRows(tx.sql, strays, kept, 'replace');
  const keys = kept.flatMap(keyRowsOf);
  writeRows(tx.sql, strayKeys, keys, 'ignore');
  const still = new Set(keys.map((row) => row.key));
  const left = new Set(linked.map((place) => place.join('|')));
  const isLinked = (row: StrayRow) => left.has([row.connection, row.kind, row.recordType, row.recordId].join('|'));
  const changed = known.filter((row) => !isLinked(row)).flatMap(keyRowsOf);
  readStraysAgain(
    tx,
    wiring,
    changed.flatMap(({ key }) => (still.has(key) ? [] : [key])),
  );
}

/** Records that were deleted at their source stand in nobody's way any more. */
export function forgetStrays(tx: LaneTransaction, wiring: Wiring, gone: readonly RecordPlace[]): void {
  if (gone.length === 0) return;
  const known = readRows(
    tx.sql,
    strays,
    'WHERE (connection, record_type, record_id) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))',
    JSON.stringify(gone.map((place) => [place.connection, place.recordType, place.recordId])),
  );
  forget(tx, known);
  forgetDecisions(tx, gone);
  deleteRows(
    tx.sql,
    strays,
    known.map((row) => [row.connection, row.kind, row.recordType, row.recordId]),
  );
  readStraysAgain(
    tx,
    wiring,
    known.flatMap(keyRowsOf).map((row) => row.key),
  );
}

function forget(tx: LaneTransaction, rows: readonly StrayRow[]): void {
  const keys = rows.flatMap(keyRowsOf);
  deleteRows(
    tx.sql,
    strayKeys,
    keys.map((row) => [row.key, row.connection, row.recordType, row.recordId]),
  );
}

function keyRowsOf({ keys, connection, recordType, recordId }: StrayRow): RowOf<typeof strayKeys>[] {
  return (JSON.parse(keys) as string[]).map((key) => ({ key, connection, recordType, recordId }));
}

/**
 * Business keys that are new among entities: strays that carry them are read again, unless their first load is still
 * open.
 */
export function readStraysAgain(tx: LaneTransaction, wiring: Wiring, keys: readonly string[]): void {
  if (keys.length === 0) return;
  const found = tx.sql
    .exec(
      `SELECT DISTINCT s.connection AS connection, s.kind AS kind, s.record_type AS recordType, s.record_id AS recordId
       FROM stray_keys k JOIN strays s USING (connection, record_type, record_id)
       WHERE k.key IN (SELECT value FROM json_each(?))`,
      JSON.stringify(keys),
    )
    .toArray() as (RecordPlace & { readonly kind: Parameters<Wiring['flow']>[1] })[];
  readAgain(
    tx,
    found.filter(({ connection, kind }) => wiring.flow(connection, kind).state !== 'matching'),
  );
}

/** A record names another that no link names: once there is one, the record is read again. */
export function waitForLinks(
  tx: LaneTransaction,
  referring: readonly (readonly [RecordPlace, Omit<RecordPlace, 'connection'>])[],
): void {
  const rows = referring.map(([from, to]) => ({
    connection: from.connection,
    reference: placeKey(to),
    entity: placeKey(from),
  }));
  writeRows(tx.sql, waits, rows, 'ignore');
}

/** Links were made: what was read before them, and names their records, is read again. */
export function readReferringAgain(tx: LaneTransaction, linked: readonly RecordPlace[]): void {
  if (linked.length === 0) return;
  const found = tx.sql
    .exec(
      `DELETE FROM waits WHERE (connection, reference) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))
       RETURNING connection, entity`,
      JSON.stringify(linked.map((place) => [place.connection, placeKey(place)])),
    )
    .toArray() as { connection: string; entity: string }[];
  const places = found.map(({ connection, entity }) => {
    const cut = entity.indexOf('|');
    return { connection, recordType: entity.slice(0, cut), recordId: entity.slice(cut + 1) };
  });
  readAgain(tx, places);
}

/** Links were made: the entities that waited for them are to be planned, other records that were like them read. */
export function releaseWaits(
  tx: LaneTransaction,
  linked: readonly (readonly [connection: string, entity: string])[],
): string[] {
  if (linked.length === 0) return [];
  readAgain(tx, endCandidates(tx, linked));
  const rows = tx.sql
    .exec(
      `DELETE FROM waits WHERE (connection, reference) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))
       RETURNING entity`,
      JSON.stringify(linked),
    )
    .toArray() as { entity: string }[];
  return rows.map((row) => row.entity);
}

/** Who waits for records that are not on their way any more. */
export function waitersOf(tx: Pick<LaneTransaction, 'sql'>, stopped: readonly (readonly [string, string])[]): string[] {
  if (stopped.length === 0) return [];
  const rows = readRows(
    tx.sql,
    waits,
    'WHERE (connection, reference) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))',
    JSON.stringify(stopped),
  );
  return [...new Set(rows.map((row) => row.entity))];
}

/**
 * Asks for records to be read. Asking while one is being read gives it another due time, so that the asking outlives
 * that read.
 */
export function readAgain(
  tx: LaneTransaction,
  places: readonly RecordPlace[],
  eventMs = tx.atMs,
  dueMs = tx.atMs,
): void {
  if (places.length === 0) return;
  const rows = places.map(({ connection, recordType, recordId }) => [connection, recordType, recordId]);
  tx.sql.exec(
    `INSERT INTO rechecks (connection, record_type, record_id, kind, due_ms, tries, event_ms)
     SELECT value ->> 0, value ->> 1, value ->> 2, 'changed', ?2, 0, ?3 FROM json_each(?1) WHERE true
     ON CONFLICT DO UPDATE SET due_ms = excluded.due_ms + (due_ms = excluded.due_ms)`,
    JSON.stringify(rows),
    dueMs,
    eventMs,
  );
}
