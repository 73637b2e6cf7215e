// Rows on their way to D1: each made into JSON once, with the key by which the newest of several is known.
import { Buffer } from 'node:buffer';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import * as record from './record-schema.ts';
import { arrayBytesMax, shapeOf } from './rows.ts';

/**
 * Tables of the record that the lane writes, by name. `append` rows have deterministic ids and are inserted or
 * ignored; the others keep the newer run.
 */
export const recordTables = {
  installations: { table: record.installations, append: false, isVital: false },
  connections: { table: record.connectionCopies, append: false, isVital: false },
  entityVersions: { table: record.entityVersions, append: true, isVital: false },
  links: { table: record.linkCopies, append: false, isVital: true },
  receipts: { table: record.receipts, append: true, isVital: false },
  timeline: { table: record.timeline, append: true, isVital: false },
  statuses: { table: record.statuses, append: false, isVital: false },
  exceptions: { table: record.exceptions, append: false, isVital: false },
  aliases: { table: record.aliasCopies, append: false, isVital: true },
  billedLines: { table: record.billedLineCopies, append: false, isVital: true },
  mappingVersions: { table: record.mappingCopies, append: true, isVital: false },
  dispatches: { table: record.dispatches, append: false, isVital: false },
  audit: { table: record.audit, append: true, isVital: true },
  auditHeads: { table: record.auditHeads, append: true, isVital: true },
  laneHeads: { table: record.laneHeads, append: false, isVital: false },
  apiKeys: { table: record.apiKeyCopies, append: false, isVital: false },
} as const satisfies Record<string, { table: SQLiteTable; append: boolean; isVital: boolean }>;
export type RecordTable = keyof typeof recordTables;

/** What the flush log keeps of an entry: rows per table, each an array in column order. */
export type FlushRows = Partial<Record<RecordTable, unknown[][]>>;

export interface FlushRow {
  /** Empty where rows are only ever added: each has a key of its own. */
  readonly key: string;
  readonly text: string;
}

/** The same entry in memory. */
export type FlushEntry = ReadonlyMap<RecordTable, readonly FlushRow[]>;

const keyPlaces = new Map<RecordTable, readonly number[]>();

export function flushRow(table: RecordTable, values: readonly unknown[]): FlushRow {
  let places = keyPlaces.get(table);
  if (!places) {
    const { keys, columns } = shapeOf(recordTables[table].table);
    places = recordTables[table].append ? [] : keys.map((key) => columns.indexOf(key));
    keyPlaces.set(table, places);
  }
  return { key: places.map((place) => values[place]).join('\u0000'), text: JSON.stringify(values) };
}

export function entryText(entry: FlushEntry): string {
  return `{${[...entry].map(([table, rows]) => `"${table}":${listText(rows)}`).join(',')}}`;
}

export function readEntry(text: string): FlushEntry {
  const entries = Object.entries(JSON.parse(text) as FlushRows) as [RecordTable, unknown[][]][];
  return new Map(entries.map(([table, rows]) => [table, rows.map((row) => flushRow(table, row))]));
}

export function listText(rows: readonly FlushRow[]): string {
  return `[${rows.map((row) => row.text).join(',')}]`;
}

/** Cuts rows, in their order, into portions that one value of a statement can hold. */
export function portions(rows: FlushEntry): FlushEntry[] {
  const made: FlushEntry[] = [];
  let current = new Map<RecordTable, FlushRow[]>();
  let size = 0;
  for (const [table, list] of rows) {
    for (const row of list) {
      const bytes = Buffer.byteLength(row.text);
      if (size > 0 && size + bytes > arrayBytesMax) {
        made.push(current);
        current = new Map();
        size = 0;
      }
      const kept = current.get(table);
      if (kept) kept.push(row);
      else current.set(table, [row]);
      size += bytes + 1;
    }
  }
  if (size > 0) made.push(current);
  return made;
}
