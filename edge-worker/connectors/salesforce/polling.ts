// Asking a table of the org for what came after a place in the order of (stamp, id), in the poller's terms.
import { Fault } from '../../faults.ts';
import { type Polled, type PollPage, type PollRow, poll, startCursor } from '../kits/poller.ts';
import type { SalesforceRest, SObject } from '../kits/salesforce-rest.ts';
import { id18, soqlInstant, soqlText } from '../kits/salesforce-rest-values.ts';

export const pageMax = 2000;
/** Stamps are set at save and seen at commit; a transaction may run for ten minutes. */
export const overlapMs = 15 * 60_000;

/** A row of the table as the poller orders it, and as it came. */
export interface TableRow extends PollRow {
  readonly row: SObject;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly stampColumn: string;
  readonly scope: 'live' | 'with-deleted';
  /** How often the overlap is read again; in between only new rows are asked for. */
  readonly sweepEveryMs: number;
}

export async function pollTable(
  rest: SalesforceRest,
  table: Table,
  cursor: string | null,
  nowMs: number,
): Promise<Polled<TableRow>> {
  const rules = { overlapMs, sweepEveryMs: table.sweepEveryMs, pageRowsMax: pageMax, checkEveryPages: pageMax };
  const page = async (
    sinceStamp: string | null,
    afterId: string | null,
    limit: number,
  ): Promise<PollPage<TableRow>> => {
    const soql =
      `SELECT ${table.columns.join(', ')} FROM ${table.name}${conditionOf(table.stampColumn, sinceStamp, afterId)} ` +
      `ORDER BY ${table.stampColumn} ASC, Id ASC LIMIT ${limit}`;
    const rows = await rest.query(soql, table.scope);
    return { rows: rows.map((row) => tableRow(row, table.stampColumn)), hasMore: rows.length >= limit };
  };
  try {
    return await poll({ page }, cursor, rules, nowMs);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('unreadable', 'The feed position cannot be read', { cause });
  }
}

export function pollingFrom(atMs: number): string {
  return startCursor(atMs, overlapMs);
}

function conditionOf(column: string, sinceStamp: string | null, afterId: string | null): string {
  if (sinceStamp === null) return '';
  if (afterId === null) return ` WHERE ${column} >= ${sinceStamp}`;
  // The first condition says nothing new; it is the one that their optimiser can answer from an index.
  const stamp = `${column} >= ${sinceStamp}`;
  return ` WHERE ${stamp} AND (${column} > ${sinceStamp} OR Id > ${soqlText(afterId)})`;
}

function tableRow(row: SObject, stampColumn: string): TableRow {
  const id = id18(row['Id']);
  if (id === null) throw new Fault('unreadable', 'A row came without a record id');
  try {
    return { id, stamp: soqlInstant(String(row[stampColumn])), row };
  } catch (cause) {
    throw new Fault('unreadable', 'A row came without an instant', { cause });
  }
}
