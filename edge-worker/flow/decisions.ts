// What is kept of likely matches: those that wait for a person, and what people said. Read where records are
// recognised and plans are made, so that neither gets ahead of the person.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { candidates } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, type LaneSql, readRows, type StoredRow } from '../store/rows.ts';
import type { RecordPlace } from './strays.ts';

export type CandidateRow = StoredRow<typeof candidates>;

const placeOf = ({ connection, recordType, recordId }: RecordPlace) => `${connection}|${recordType}|${recordId}`;
const key = (row: CandidateRow) => [row.connection, row.kind, row.recordType, row.recordId, row.entity];

/** What people said of some records, and what they are still to say. */
export class Decisions {
  readonly #rows = new Map<string, CandidateRow[]>();

  constructor(sql: LaneSql, kind: EntityName, places: readonly RecordPlace[]) {
    if (places.length === 0) return;
    const rows = readRows(
      sql,
      candidates,
      `WHERE kind = ? AND (connection, record_type, record_id) IN
         (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))`,
      kind,
      JSON.stringify(places.map((place) => [place.connection, place.recordType, place.recordId])),
    );
    for (const row of rows) {
      const own = this.#rows.get(placeOf(row));
      if (own) own.push(row);
      else this.#rows.set(placeOf(row), [row]);
    }
  }

  get entities(): readonly string[] {
    return [...this.#rows.values()].flat().map(({ entity }) => entity);
  }

  acceptedOf(place: RecordPlace): string | null {
    return this.#rows.get(placeOf(place))?.find(({ state }) => state === 'accepted')?.entity ?? null;
  }

  isRejected(place: RecordPlace, entity: string): boolean {
    return this.#rows.get(placeOf(place))?.some((row) => row.entity === entity && row.state === 'rejected') ?? false;
  }

  openOf(place: RecordPlace): readonly string[] {
    const own = this.#rows.get(placeOf(place)) ?? [];
    return own.flatMap(({ state, entity }) => (state === 'open' ? [entity] : []));
  }
}

/** Records that may be an entity's own, by that entity: nothing is created beside them until that is settled. */
export function openRecordsOf(sql: LaneSql, entities: readonly string[]): readonly (readonly [string, string])[] {
  const where = "WHERE state IN ('open', 'accepted') AND entity IN (SELECT value FROM json_each(?))";
  return readRows(sql, candidates, where, JSON.stringify(entities)).map((row) => [row.entity, placeOf(row)]);
}

/** These records are linked or gone: nothing is left to be said of them. */
export function forgetDecisions(tx: Pick<LaneTransaction, 'sql'>, places: readonly RecordPlace[]): void {
  if (places.length === 0) return;
  const rows = readRows(
    tx.sql,
    candidates,
    `WHERE (connection, record_type, record_id) IN
       (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))`,
    JSON.stringify(places.map((place) => [place.connection, place.recordType, place.recordId])),
  );
  deleteRows(tx.sql, candidates, rows.map(key));
}

/** These entities have a record there now: the other records that might have been theirs are looked at anew. */
export function endCandidates(
  tx: Pick<LaneTransaction, 'sql'>,
  linked: readonly (readonly [connection: string, entity: string])[],
): readonly RecordPlace[] {
  if (linked.length === 0) return [];
  const rows = readRows(
    tx.sql,
    candidates,
    `WHERE state = 'open' AND (connection, entity) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`,
    JSON.stringify(linked),
  );
  deleteRows(tx.sql, candidates, rows.map(key));
  return rows;
}
