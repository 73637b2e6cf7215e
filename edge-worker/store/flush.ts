// The lane's waiting rows -> D1. Only the newest row per key is sent; a repeated or late batch changes nothing; a guilty row is found and set aside.
import { type LaneStore, type RecordTable, recordTables, type FlushRows } from './lane-store.ts';
import { flushLog } from './lane-schema.ts';
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

export interface FlushResult {
  readonly rows: number;
  readonly isMore: boolean;
  /** Rows that D1 would not take, with the table they were meant for. Vital ones stop their table's flush. */
  readonly guilty: readonly { readonly table: RecordTable; readonly row: readonly unknown[]; readonly problem: string }[];
}

/** Sends the oldest waiting entries and forgets them once D1 has answered. */
export async function flush(store: LaneStore, database: RecordDatabase): Promise<FlushResult> {
  const entries = store.waitingFlush(entriesMax);
  if (entries.length === 0) return { rows: 0, isMore: false, guilty: [] };
  const merged = newestRows(entries.map((entry) => JSON.parse(entry.rows) as FlushRows));
  const statements = statementsFor(merged);
  const guilty: { table: RecordTable; row: readonly unknown[]; problem: string }[] = [];
  try {
    await database.batch(statements);
  } catch (error) {
    if (error instanceof RecordUnavailable) throw error;
    for (const [table, rows] of merged) await bisect(database, table, rows, guilty);
  }
  const isStopped = guilty.some(({ table }) => recordTables[table].isVital);
  // A vital row that cannot be written is never skipped: its entries stay until somebody has mended the cause.
  if (!isStopped) {
    store.storage.transactionSync(() => deleteRows(store.sql, flushLog, entries.map((entry) => [entry.seq])));
  }
  const rows = [...merged.values()].reduce((sum, list) => sum + list.length, 0);
  return { rows, isMore: !isStopped && entries.length === entriesMax, guilty };
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

/** Halves a failing batch until the guilty rows stand alone; the others are written. Repeating rows that did get in is harmless. */
async function bisect(
  database: RecordDatabase,
  table: RecordTable,
  rows: readonly unknown[][],
  guilty: { table: RecordTable; row: readonly unknown[]; problem: string }[],
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
