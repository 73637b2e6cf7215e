// The archive of one installation in R2: where its texts lie, and rows of the record as lines of them. Every key of an
// installation begins with its name, so that erasing it is one list and delete.
import { audit, auditHeads, dispatches, entityVersions, exceptions, receipts, timeline } from './record-schema.ts';
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
export const archivedTables = {
  entityVersions,
  timeline,
  receipts,
  exceptions,
  audit,
  auditHeads,
  dispatches,
} as const;
export type ArchivedTable = keyof typeof archivedTables;

/** Rows by their table, as a text has them. */
export type Archived = { readonly [Name in ArchivedTable]: readonly StoredRow<(typeof archivedTables)[Name]>[] };

export const historyPrefix = (entity: string) => `history/${entity}/`;

/** One text per entity and time it was archived. The same rows have the same key, so that a repeat adds nothing. */
export function historyKey(entity: string, rows: Partial<Archived>): string {
  return `${historyPrefix(entity)}${runsOf(rows)}.ndjson`;
}

/** The same for what people were asked about an entity, which leaves D1 later than its history. */
const closedEnding = '-closed.ndjson';
export const closedKey = (entity: string, rows: Partial<Archived>) =>
  `${historyPrefix(entity)}${runsOf(rows)}${closedEnding}`;
export const isClosedKey = (key: string) => key.endsWith(closedEnding);

function runsOf(rows: Partial<Archived>): string {
  const runs = Object.values(rows).flatMap((list: Archived[ArchivedTable]) => list.map(({ run }) => run));
  return `${padded(Math.min(...runs))}-${padded(Math.max(...runs))}`;
}

/** One line per row, each with the names of its columns: a later release may have more of them, in another order. */
export function archivedText(rows: Partial<Archived>): string {
  return Object.entries(rows)
    .flatMap(([table, list]) => list.map((row: unknown) => `${JSON.stringify({ table, row })}\n`))
    .join('');
}

export function readArchived(texts: readonly string[]): Archived {
  const found = Object.fromEntries(Object.keys(archivedTables).map((name): [string, unknown[]] => [name, []]));
  for (const text of texts) {
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const { table, row } = JSON.parse(line) as { table: ArchivedTable; row: unknown };
      found[table]?.push(row);
    }
  }
  return found as unknown as Archived;
}

/** Texts that are fetched side by side. */
const fetchedMax = 6;

export async function textsUnder(archive: Archive, keys: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  for (let from = 0; from < keys.length; from += fetchedMax)
    texts.push(
      ...(await Promise.all(keys.slice(from, from + fetchedMax).map(async (key) => (await archive.get(key)) ?? ''))),
    );
  return texts;
}

/** Numbers sort as text. */
export function padded(count: number): string {
  return String(count).padStart(16, '0');
}
