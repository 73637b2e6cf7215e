// The first day: all systems are full before the hub comes. Which unclaimed records look like which entities.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { strays } from '../store/lane-schema.ts';
import { readRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import type { StrayRow } from './strays.ts';

export interface Match {
  readonly kind: string;
  readonly recordType: string;
  readonly recordId: string;
  /** Entities without a record there that agree on the record's strongest key that tells anything. */
  readonly candidates: readonly string[];
  /** Other unclaimed records there that agree on that key too. One candidate and no rival is a match. */
  readonly rivals: readonly string[];
}

/** By record type and id. */
export type MatchPlace = readonly [recordType: string, recordId: string];

/** Records of a connection that no entity claims, with the entities that may be theirs; those after a place. */
export function matches(
  core: LaneCore,
  connection: string,
  kind: EntityName,
  limit: number,
  after: MatchPlace = ['', ''],
): readonly Match[] {
  const clause = `WHERE connection = ? AND kind = ? AND keys != '[]' AND (record_type, record_id) > (?, ?)
    ORDER BY record_type, record_id LIMIT ?`;
  const rows = readRows(core.store.sql, strays, clause, connection, kind, ...after, limit);
  const keys = new Map(rows.map((row) => [row, JSON.parse(row.keys) as string[]] as const));
  const candidates = candidatesBy(core, connection, kind, [...new Set([...keys.values()].flat())]);
  const records = recordsBy(core, connection, kind, [...candidates.keys()]);
  return rows.map((row): Match => {
    const { recordType, recordId } = row;
    const key = keys.get(row)?.find((one) => candidates.has(one)) ?? '';
    const rivals = (records.get(key) ?? []).filter((other) => other !== recordId);
    return { kind, recordType, recordId, candidates: candidates.get(key) ?? [], rivals };
  });
}

export function straysOf(core: LaneCore, connection: string, kind: EntityName, limit: number): StrayRow[] {
  const clause = 'WHERE connection = ? AND kind = ? ORDER BY record_type, record_id LIMIT ?';
  return readRows(core.store.sql, strays, clause, connection, kind, limit);
}

/** Entities by key; a key that only linked entities carry names nobody, and yet hides weaker keys. */
function candidatesBy(core: LaneCore, connection: string, kind: EntityName, keys: readonly string[]) {
  const recordType = core.wiring.mapFor(connection, kind)?.recordType ?? '';
  const rows = core.store.sql
    .exec(
      `SELECT b.key AS key, b.entity AS entity, EXISTS
         (SELECT 1 FROM links l WHERE l.entity = b.entity AND l.connection = ?1 AND l.record_type = ?2
            AND l.record_id IS NOT NULL
          UNION ALL SELECT 1 FROM commands c WHERE c.entity = b.entity AND c.connection = ?1 AND c.record_type = ?2
            AND c.is_create = 1 AND c.state IN ('due', 'uncertain')) AS taken
       FROM business_keys b WHERE b.key IN (SELECT value FROM json_each(?3)) ORDER BY b.entity`,
      connection,
      recordType,
      JSON.stringify(keys),
    )
    .toArray() as { key: string; entity: string; taken: number }[];
  const found = new Map<string, string[]>();
  for (const { key, entity, taken } of rows) {
    found.set(key, [...(found.get(key) ?? []), ...(taken === 0 ? [entity] : [])]);
  }
  return found;
}

function recordsBy(core: LaneCore, connection: string, kind: EntityName, keys: readonly string[]) {
  const rows = core.store.sql
    .exec(
      `SELECT k.key AS key, k.record_id AS recordId FROM stray_keys k
       JOIN strays s USING (connection, record_type, record_id)
       WHERE s.connection = ? AND s.kind = ? AND k.key IN (SELECT value FROM json_each(?)) ORDER BY k.record_id`,
      connection,
      kind,
      JSON.stringify(keys),
    )
    .toArray() as { key: string; recordId: string }[];
  const found = new Map<string, string[]>();
  for (const { key, recordId } of rows) found.set(key, [...(found.get(key) ?? []), recordId]);
  return found;
}
