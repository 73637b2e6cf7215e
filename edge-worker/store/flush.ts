// The lane's waiting rows -> D1. Only the newest row per key is sent; a repeated or late batch changes nothing; a
// guilty row is found and kept back, never lost.

import { flushLog } from './lane-schema.ts';
import { type FlushRows, type LaneStore, type LaneTransaction, type RecordTable, recordTables } from './lane-store.ts';
import { arrayBytesMax, deleteRows, shapeOf, writeStatement } from './rows.ts';

/** Flush-log entries taken at a time. */
const entriesMax = 50;

/** What the flusher asks of D1: statements that succeed or fail together. */
export interface RecordDatabase {
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
 * Sends the oldest waiting entries and forgets them once D1 has answered. Guilty rows are kept back and `tell` says
 * so, in one transaction. Returns how many rows there were.
 */
export async function flush(
  store: LaneStore,
  database: RecordDatabase,
  tell: (tx: LaneTransaction, guilty: readonly GuiltyRow[]) => void,
): Promise<number> {
  const entries = store.waitingFlush(entriesMax);
  if (entries.length === 0) return 0;
  const merged = newestRows(entries.map((entry) => JSON.parse(entry.rows) as FlushRows));
  const guilty: GuiltyRow[] = [];
  try {
    await database.batch(statementsFor(merged));
  } catch (error) {
    if (error instanceof RecordUnavailable) throw error;
    for (const [table, rows] of merged) await bisect(database, table, rows, guilty);
  }
  const forget = () =>
    deleteRows(
      store.sql,
      flushLog,
      entries.map((entry) => [entry.seq]),
    );
  if (guilty.length === 0) store.storage.transactionSync(forget);
  else {
    store.transaction((tx) => {
      forget();
      for (const { table, row } of guilty) store.keepBack({ [table]: [row] });
      tell(tx, guilty);
    });
  }
  return [...merged.values()].reduce((sum, list) => sum + list.length, 0);
}

/** Tries rows that were kept back once more, each by itself. `tell` hears of those that D1 took at last. */
export async function flushKept(
  store: LaneStore,
  database: RecordDatabase,
  tell: (tx: LaneTransaction, table: RecordTable, row: readonly unknown[]) => void,
): Promise<void> {
  for (const entry of store.keptBack()) {
    const rows = JSON.parse(entry.rows) as FlushRows;
    try {
      await database.batch(statementsFor(newestRows([rows])));
    } catch (error) {
      if (error instanceof RecordUnavailable) throw error;
      continue;
    }
    store.transaction((tx) => {
      deleteRows(tx.sql, flushLog, [[entry.seq]]);
      for (const [table, list] of Object.entries(rows) as [RecordTable, unknown[][]][])
        for (const row of list) tell(tx, table, row);
    });
  }
}

/** Of rows that share a key only the last one is needed; append-only rows are all kept. */
function newestRows(entries: readonly FlushRows[]): Map<RecordTable, unknown[][]> {
  const merged = new Map<RecordTable, Map<string, unknown[]>>();
  for (const entry of entries) {
    for (const [name, rows] of Object.entries(entry) as [RecordTable, unknown[][]][]) {
      const shape = shapeOf(recordTables[name].table);
      const keyAt = shape.keys.map((key) => shape.columns.indexOf(key));
      const kept = merged.get(name) ?? new Map<string, unknown[]>();
      merged.set(name, kept);
      for (const row of rows) {
        const key = keyAt.map((index) => row[index]).join('\u0000');
        if (recordTables[name].append && kept.has(key)) continue;
        kept.set(key, row);
      }
    }
  }
  return new Map([...merged].map(([name, rows]) => [name, [...rows.values()]]));
}

function statementsFor(merged: ReadonlyMap<RecordTable, readonly unknown[][]>): { query: string; rows: string }[] {
  return [...merged].flatMap(([name, rows]) => {
    const { table, append } = recordTables[name];
    const query = writeStatement(table, append ? 'ignore' : 'newer-run');
    return packs(rows).map((pack) => ({ query, rows: pack }));
  });
}

function packs(rows: readonly unknown[][]): string[] {
  const made: string[] = [];
  let current: string[] = [];
  let size = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (size + text.length > arrayBytesMax && current.length > 0) {
      made.push(`[${current.join(',')}]`);
      current = [];
      size = 0;
    }
    current.push(text);
    size += text.length + 1;
  }
  if (current.length > 0) made.push(`[${current.join(',')}]`);
  return made;
}

/**
 * Halves a failing batch until the guilty rows stand alone; the others are written. Repeating rows that did get in is
 * harmless.
 */
async function bisect(
  database: RecordDatabase,
  table: RecordTable,
  rows: readonly unknown[][],
  guilty: GuiltyRow[],
): Promise<void> {
  if (rows.length === 0) return;
  try {
    await database.batch(statementsFor(new Map([[table, rows]])));
  } catch (error) {
    if (error instanceof RecordUnavailable) throw error;
    if (rows.length === 1) {
      guilty.push({ table, row: rows[0] as unknown[], problem: error instanceof Error ? error.message : 'unknown' });
      return;
    }
    const middle = Math.ceil(rows.length / 2);
    await bisect(database, table, rows.slice(0, middle), guilty);
    await bisect(database, table, rows.slice(middle), guilty);
  }
}
