// Entries of the flush log as the archive keeps them: one line with the names of the columns, then one per entry.
import {
  type FlushEntry,
  type FlushRow,
  type FlushRows,
  flushRow,
  type RecordTable,
  recordTables,
} from './flush-rows.ts';
import { shapeOf } from './rows.ts';

export interface TakenEntry {
  readonly seq: number;
  readonly run: number;
  readonly rows: string;
}

export const flushedPrefix = 'flushed/';

/** Texts sort by the moment they were put: all that is in one was flushed before. */
export function flushedKey(atMs: number, run: number): string {
  return `${flushedPrefix}${String(atMs).padStart(14, '0')}-${String(run).padStart(16, '0')}.ndjson`;
}

export function flushedMs(key: string): number {
  return Number(key.slice(flushedPrefix.length).split('-')[0]);
}

export function flushedText(entries: readonly TakenEntry[]): string {
  const columns = Object.entries(recordTables).map(([name, { table }]) => [name, shapeOf(table).properties]);
  return [JSON.stringify(Object.fromEntries(columns)), ...entries.map(({ rows }) => rows), ''].join('\n');
}

/** The rows of a text as today's tables have their columns. */
export function readFlushed(text: string): FlushEntry {
  const [first = '{}', ...lines] = text.split('\n').filter((line) => line !== '');
  const columns = JSON.parse(first) as Readonly<Record<string, readonly string[]>>;
  const found = new Map<RecordTable, FlushRow[]>();
  for (const line of lines) {
    for (const [name, rows] of Object.entries(JSON.parse(line) as FlushRows) as [RecordTable, unknown[][]][]) {
      const places = shapeOf(recordTables[name].table).properties.map((one) => columns[name]?.indexOf(one) ?? -1);
      const made = rows.map((row) =>
        flushRow(
          name,
          places.map((place) => row[place] ?? null),
        ),
      );
      found.set(name, [...(found.get(name) ?? []), ...made]);
    }
  }
  return found;
}
