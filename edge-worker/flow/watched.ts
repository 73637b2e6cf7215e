// What the fields of each watched record type were found to be; and whether a value that a record shows no more was
// emptied there, or stands under another name by now.
import { cursors } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { type LaneSql, type StoredRow, writeRows } from '../store/rows.ts';

/** Fields described this long before a read are what they were when it was made. */
const provenMs = 60_000;

/** Of a field, what a mapping relies on. */
export interface Relied {
  readonly type: string;
  readonly isRequired: boolean;
  readonly choices: readonly string[] | null;
}

export type Fields = Readonly<Record<string, Relied>>;

/** Kept as the cursor of the record type's watch. */
export interface Watched {
  /** What the mapping was made for, or was said to be right for. */
  readonly accepted: Fields;
  readonly found: Fields;
  /** When it was described; absent where that was before anybody asked. */
  readonly atMs?: number | undefined;
}

export type Watch = Pick<StoredRow<typeof cursors>, 'connection' | 'feed' | 'purpose' | 'cursor'>;

export function watchedOf(sql: LaneSql, connection: string, recordType: string): Watched | null {
  const query = "SELECT cursor FROM cursors WHERE connection = ? AND feed = ? AND purpose = 'schema'";
  const [row] = sql.exec(query, connection, recordType).toArray() as { cursor: string | null }[];
  return row?.cursor ? (JSON.parse(row.cursor) as Watched) : null;
}

/** Something hints at a change: all that is watched of a connection, of all, or one type is described at once. */
export function describeSoon(sql: LaneSql, connection: string | null, recordType: string | null = null): void {
  sql.exec(
    `UPDATE cursors SET next_ms = 0
     WHERE purpose = 'schema' AND connection = coalesce(?, connection) AND feed = coalesce(?, feed)`,
    connection,
    recordType,
  );
}

export function keepWatched(
  tx: LaneTransaction,
  { connection, feed, purpose }: Omit<Watch, 'cursor'>,
  watched: Watched,
  nextMs: number,
): void {
  writeRows(tx.sql, cursors, [{ connection, feed, purpose, cursor: JSON.stringify(watched), nextMs }], 'replace');
}

/**
 * Some systems leave out what is empty, so a field without a value looks like one that has another name. It is taken
 * for empty only where its field was described as being there shortly before; until then the type is described at once.
 * Made for one transaction, so that many such records ask the tables once.
 */
export class Doubts {
  readonly #sql: LaneSql;
  readonly #watched = new Map<string, Watched | null>();
  readonly #asked = new Set<string>();

  constructor(sql: LaneSql) {
    this.#sql = sql;
  }

  isInDoubt(connection: string, recordType: string, path: string, readMs: number): boolean {
    const key = `${connection}|${recordType}`;
    if (!this.#watched.has(key)) this.#watched.set(key, watchedOf(this.#sql, connection, recordType));
    const watched = this.#watched.get(key);
    if (!watched || !(path in watched.accepted || path in watched.found)) return false;
    if (path in watched.found && (watched.atMs ?? 0) >= readMs - provenMs) return false;
    if (!this.#asked.has(key)) describeSoon(this.#sql, connection, recordType);
    this.#asked.add(key);
    return true;
  }
}
