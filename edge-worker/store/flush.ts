// The lane's waiting rows -> D1. Only the newest row per key is sent; a repeated or late batch changes nothing; a
// guilty row is found and kept back, never lost.
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import {
  type FlushEntry,
  type FlushRow,
  flushRow,
  listText,
  portions,
  type RecordTable,
  readEntry,
  recordTables,
} from './flush-rows.ts';
import type { LaneStore, LaneTransaction } from './lane-store.ts';
import { deleteStatement, packKeys, type StoredRow, writeStatement } from './rows.ts';
import type { RecordReader } from './scoped-record.ts';

/** Flush-log entries taken at a time, and about how much text. */
const entriesMax = 50;
const batchTextMax = 4_000_000;

/** What the lane asks of D1: statements that succeed or fail together, and what it reads there. */
export interface RecordDatabase extends RecordReader {
  batch(statements: readonly { readonly query: string; readonly rows: string }[]): Promise<void>;
}

/** D1 is away: the rows stay, and the flush is tried again later. */
export class RecordUnavailable extends Error {
  override readonly name = 'RecordUnavailable';
}

/** A row that D1 would not take, with the table it was meant for. */
export interface GuiltyRow {
  readonly table: RecordTable;
  readonly row: readonly unknown[];
  readonly problem: string;
}

/**
 * Sends the oldest waiting entries; what D1 has taken is left to be kept in the archive. Guilty rows are kept back and
 * `tell` says so, in one transaction. Returns how many rows there were.
 */
export async function flush(
  store: LaneStore,
  database: RecordDatabase,
  tell: (tx: LaneTransaction, guilty: readonly GuiltyRow[]) => void,
): Promise<number> {
  const { seqs, rows } = oldest(store);
  if (seqs.length === 0) return 0;
  const guilty = await send(database, rows);
  if (guilty.length > 0) {
    store.transaction((tx) => {
      for (const { table, row } of guilty) store.flushLog.keepBack(table, row);
      tell(tx, guilty.map(toldOf));
    });
  }
  store.flushLog.take(seqs);
  return [...rows.values()].reduce((sum, list) => sum + list.length, 0);
}

/** Sends rows that were made before. Returns those that D1 would not take. */
export async function sendRows(database: RecordDatabase, rows: FlushEntry): Promise<readonly GuiltyRow[]> {
  return (await send(database, rows)).map(toldOf);
}

interface Removed {
  readonly table: SQLiteTable;
  readonly rows: readonly StoredRow<SQLiteTable>[];
  /** Columns besides the key that must be as they were read. */
  readonly unchanged?: readonly string[];
}

/** Removes rows by their keys, all of them together or none. */
export async function removeRows(database: RecordDatabase, ...removed: readonly Removed[]): Promise<void> {
  const statements = removed.flatMap(({ table, rows, unchanged = [] }) =>
    packKeys(table, rows, unchanged).map((keys) => ({ query: deleteStatement(table, unchanged), rows: keys })),
  );
  await database.batch(statements);
}

async function send(database: RecordDatabase, rows: FlushEntry): Promise<readonly Refused[]> {
  const guilty: Refused[] = [];
  try {
    await database.batch(statementsFor(rows));
  } catch (error) {
    if (error instanceof RecordUnavailable) throw error;
    for (const [table, list] of rows) await bisect(database, table, list, guilty);
  }
  return guilty;
}

/** The oldest waiting entries, as many as make a batch, and the newest row per key among them. */
function oldest(store: LaneStore): { readonly seqs: readonly number[]; readonly rows: FlushEntry } {
  const seqs: number[] = [];
  const merged = new Map<RecordTable, FlushRow[]>();
  const newest = new Map<RecordTable, Map<string, FlushRow>>();
  let size = 0;
  for (const { seq } of store.flushLog.waiting(entriesMax)) {
    if (size >= batchTextMax) break;
    seqs.push(seq);
    for (const [table, rows] of store.flushLog.entry(seq)) {
      for (const row of rows) size += row.text.length;
      if (recordTables[table].append) merged.set(table, [...(merged.get(table) ?? []), ...rows]);
      else {
        const kept = newest.get(table) ?? new Map<string, FlushRow>();
        newest.set(table, kept);
        for (const row of rows) kept.set(row.key, row);
      }
    }
  }
  for (const [table, kept] of newest) merged.set(table, [...kept.values()]);
  if (seqs.length > 0) merged.set('laneHeads', [flushRow('laneHeads', [store.installation, store.run])]);
  return { seqs, rows: merged };
}

/** Tries rows that were kept back once more, each by itself. `tell` hears of those that D1 took at last. */
export async function flushKept(
  store: LaneStore,
  database: RecordDatabase,
  tell: (tx: LaneTransaction, table: RecordTable, row: readonly unknown[]) => void,
): Promise<void> {
  for (const entry of store.flushLog.keptBack()) {
    const rows = readEntry(entry.rows);
    try {
      await database.batch(statementsFor(rows));
    } catch (error) {
      if (error instanceof RecordUnavailable) throw error;
      continue;
    }
    store.transaction((tx) => {
      store.flushLog.forget([entry.seq]);
      for (const [table, list] of rows) for (const row of list) tell(tx, table, JSON.parse(row.text) as unknown[]);
    });
  }
}

interface Refused {
  readonly table: RecordTable;
  readonly row: FlushRow;
  readonly problem: string;
}

const toldOf = ({ table, row, problem }: Refused): GuiltyRow => ({
  table,
  row: JSON.parse(row.text) as unknown[],
  problem,
});

function statementsFor(rows: FlushEntry): { query: string; rows: string }[] {
  return [...rows].flatMap(([name, list]) => {
    const { table, append } = recordTables[name];
    const query = writeStatement(table, append ? 'ignore' : 'newer-run');
    return portions(new Map([[name, list]])).map((portion) => ({ query, rows: listText(portion.get(name) ?? []) }));
  });
}

/**
 * Halves a failing batch until the guilty rows stand alone; the others are written. Repeating rows that did get in is
 * harmless.
 */
async function bisect(
  database: RecordDatabase,
  table: RecordTable,
  rows: readonly FlushRow[],
  guilty: Refused[],
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  try {
    await database.batch(statementsFor(new Map([[table, rows]])));
  } catch (error) {
    if (error instanceof RecordUnavailable) throw error;
    if (rows.length === 1) {
      guilty.push({ table, row: first, problem: error instanceof Error ? error.message : 'unknown' });
      return;
    }
    const middle = Math.ceil(rows.length / 2);
    await bisect(database, table, rows.slice(0, middle), guilty);
    await bisect(database, table, rows.slice(middle), guilty);
  }
}
