// Draining our outbox in the org: rows become notices once, late commits are found, and old rows are cleared away.
import { z } from 'zod';
import { instantText, parseInstant } from '../../../shared/dates.ts';
import { Fault } from '../../faults.ts';
import type { ChangePage, Notice } from '../connector.ts';
import { collectionMax, type SalesforceRest } from '../kits/salesforce-rest.ts';
import { id18 } from '../kits/salesforce-rest-values.ts';
import type { Dialect } from './dialect.ts';
import { readCursor } from './feeds.ts';
import { hasNumber, numberRanges, withNumbers } from './number-ranges.ts';
import { overlapMs, pollingFrom, pollTable, type TableRow } from './polling.ts';

export const outboxType = 'tieout__Outbox__c';
const stampColumn = 'CreatedDate';
const columns = ['Id', 'Name', stampColumn, 'tieout__Kind__c', 'tieout__Object_Name__c', 'tieout__Record_Id__c'];
const sweepEveryMs = 60_000;
const keepMs = 7 * 24 * 60 * 60_000;
const clearEveryMs = 60 * 60_000;
/** After a full lot there is more to clear, so the next one follows soon. */
const clearAgainMs = 60_000;
/** Beyond this the lowest numbers are forgotten and their rows told again, which costs a read. */
const rangesMax = 500;

const noticeKinds: ReadonlyMap<unknown, Notice['kind']> = new Map([
  ['CHANGED', 'changed'],
  ['DELETED', 'deleted'],
  ['SYNC_NOW', 'sync-now'],
  ['CHECK', 'check'],
]);

const outboxCursor = z.object({
  poll: z.string().nullable(),
  /** Serial numbers told lately, in two generations: the overlap is not told again, and nothing is kept for ever. */
  told: z.object({ before: numberRanges, now: numberRanges, sinceMs: z.number() }),
  /** Rows up to here were told by an earlier call. */
  drainedToMs: z.number(),
  clearAtMs: z.number(),
});
type OutboxCursor = z.infer<typeof outboxCursor>;

function positionAt(poll: string | null): OutboxCursor {
  return { poll, told: { before: [], now: [], sinceMs: 0 }, drainedToMs: 0, clearAtMs: 0 };
}

export function outboxFrom(atMs: number): string {
  return JSON.stringify(positionAt(pollingFrom(atMs)));
}

export class Outbox {
  readonly #rest: SalesforceRest;
  readonly #dialect: Dialect;

  constructor(rest: SalesforceRest, dialect: Dialect) {
    this.#rest = rest;
    this.#dialect = dialect;
  }

  async changes(cursor: string | null, nowMs: number): Promise<ChangePage> {
    const position = cursor === null ? positionAt(null) : readCursor(outboxCursor, cursor);
    const table = {
      name: this.#dialect.theirs(outboxType),
      columns: columns.map((column) => this.#dialect.theirs(column)),
      stampColumn,
      scope: 'live',
      sweepEveryMs,
    } as const;
    const { rows, hasMore, cursor: poll } = await pollTable(this.#rest, table, position.poll, nowMs);
    const told = isCountedAnew(rows, position) ? positionAt(null).told : position.told;
    const last = rows.at(-1);
    const next: OutboxCursor = {
      poll,
      told: toldAfter(told, rows, nowMs),
      drainedToMs: last ? Math.max(position.drainedToMs, parseInstant(last.stamp)) : position.drainedToMs,
      clearAtMs: hasMore ? position.clearAtMs : await this.#clear(position, nowMs),
    };
    const notices = untold(rows, told).flatMap((row) => this.#notice(row));
    return { notices, cursor: JSON.stringify(next), hasMore };
  }

  /** Any user may make a row, so a type or an id that is none of ours asks for nothing. */
  #notice({ row, stamp }: TableRow): Notice[] {
    const kind = noticeKinds.get(this.#value(row, 'tieout__Kind__c'));
    const typeName = String(this.#value(row, 'tieout__Object_Name__c'));
    const recordType = this.#dialect.ours(typeName, this.#dialect.recordTypes.keys());
    const recordId = id18(this.#value(row, 'tieout__Record_Id__c'));
    if (kind === undefined || recordId === null || !this.#dialect.recordTypes.has(recordType)) return [];
    return [{ recordType, recordId, kind, occurredAtMs: parseInstant(stamp) }];
  }

  #value(row: TableRow['row'], column: string): unknown {
    return row[this.#dialect.theirs(column)];
  }

  /** When to clear next. Only rows that an earlier call told go; clearing must never keep notices from being told. */
  async #clear({ drainedToMs, clearAtMs }: OutboxCursor, nowMs: number): Promise<number> {
    if (drainedToMs === 0 || nowMs < clearAtMs) return clearAtMs;
    const before = instantText(Math.min(nowMs - keepMs, drainedToMs));
    const name = this.#dialect.theirs(outboxType);
    const oldest = `WHERE ${stampColumn} < ${before} ORDER BY ${stampColumn} ASC LIMIT ${collectionMax}`;
    const soql = `SELECT Id FROM ${name} ${oldest}`;
    try {
      const ids = (await this.#rest.query(soql)).flatMap((row) => id18(row['Id']) ?? []);
      if (ids.length > 0) await this.#rest.remove(ids);
      return nowMs + (ids.length >= collectionMax ? clearAgainMs : clearEveryMs);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return nowMs + clearEveryMs;
    }
  }
}

function untold(rows: readonly TableRow[], told: OutboxCursor['told']): TableRow[] {
  const ids = new Set<string>();
  return rows.filter((row) => {
    const isAgain = ids.has(row.id) || isTold(row, told);
    ids.add(row.id);
    return !isAgain;
  });
}

/**
 * A package that is installed anew counts from one again. What was made after everything that was told is new, whatever
 * its number; and the rows that were told are gone with the old package.
 */
function isCountedAnew(rows: readonly TableRow[], { told, drainedToMs }: OutboxCursor): boolean {
  return rows.some((row) => parseInstant(row.stamp) > drainedToMs && isTold(row, told));
}

const isTold = (row: TableRow, { before, now }: OutboxCursor['told']): boolean =>
  serialOf(row).some((serial) => hasNumber(before, serial) || hasNumber(now, serial));

/** Numbers older than two overlaps are forgotten, so that they do not grow for ever. */
function toldAfter(told: OutboxCursor['told'], rows: readonly TableRow[], nowMs: number): OutboxCursor['told'] {
  const isOld = nowMs - told.sinceMs >= overlapMs;
  const { before, now, sinceMs } = isOld ? { before: told.now, now: [], sinceMs: nowMs } : told;
  return { before, now: withNumbers(now, rows.flatMap(serialOf), rangesMax), sinceMs };
}

/** The row's automatic number; empty where an org has given it another form. */
function serialOf({ row }: TableRow): number[] {
  const name = String(row['Name']);
  return /^\d{1,15}$/.test(name) ? [Number(name)] : [];
}
