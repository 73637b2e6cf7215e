// The archive of one installation in R2: where its texts lie, and rows of the record as lines of them. Every key of an
// installation begins with its name, so that erasing it is one list and delete.
import { entityVersions, receipts, timeline } from './record-schema.ts';
import type { StoredRow } from './rows.ts';

/** Texts under the keys of one installation. Putting one twice under a key leaves one. */
export interface Archive {
  put(key: string, text: string): Promise<void>;
  get(key: string): Promise<string | null>;
  /** Keys that begin so, in order. */
  list(prefix: string): Promise<readonly string[]>;
  delete(keys: readonly string[]): Promise<void>;
}

/** The archive is away: what was to go there stays where it is. */
export class ArchiveUnavailable extends Error {
  override readonly name = 'ArchiveUnavailable';
}

/** Tables whose older rows go to the archive, by the names that its lines carry. */
export const archivedTables = { entityVersions, timeline, receipts } as const;

export interface History {
  readonly entityVersions: readonly StoredRow<typeof entityVersions>[];
  readonly timeline: readonly StoredRow<typeof timeline>[];
  readonly receipts: readonly StoredRow<typeof receipts>[];
}

export const historyPrefix = (entity: string) => `history/${entity}/`;

/** One text per entity and time it was archived. The same rows have the same key, so that a repeat adds nothing. */
export function historyKey(entity: string, history: History): string {
  const runs = Object.values(history).flatMap((rows: History[keyof History]) => rows.map(({ run }) => run));
  return `${historyPrefix(entity)}${padded(Math.min(...runs))}-${padded(Math.max(...runs))}.ndjson`;
}

/** One line per row, each with the names of its columns: a later release may have more of them, in another order. */
export function historyText(history: History): string {
  return Object.entries(history)
    .flatMap(([table, rows]) => rows.map((row: unknown) => `${JSON.stringify({ table, row })}\n`))
    .join('');
}

export function readHistory(texts: readonly string[]): History {
  const found: Record<keyof History, unknown[]> = { entityVersions: [], timeline: [], receipts: [] };
  for (const text of texts) {
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const { table, row } = JSON.parse(line) as { table: keyof History; row: unknown };
      found[table].push(row);
    }
  }
  return found as unknown as History;
}

/** Runs sort as text. */
function padded(run: number): string {
  return String(run).padStart(16, '0');
}
