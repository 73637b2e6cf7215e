// Sources of notices that are asked: the outbox by row id, each record type by (last modified, id) through the poller.
import { z } from 'zod';
import { instantText, parseInstant } from '../../../shared/dates.ts';
import { Fault } from '../../faults.ts';
import { type ChangePage, compareText, type Feed } from '../connector.ts';
import { type PollRow, type PollRules, poll, startCursor } from '../kits/poller.ts';
import type { Access } from './access.ts';
import { changesAnswer, drainAnswer } from './answers.ts';

const pageRows = 500;
const outboxFeed = 'outbox';
/** Each is swept by itself: some saves fire no script, so the outbox alone would miss them. */
const sweptTypes = [
  'customer',
  'job',
  'employee',
  'projecttask',
  'timebill',
  'expensereport',
  'salesorder',
  'invoice',
  'customerpayment',
  'accountingperiod',
  'subsidiary',
] as const;
const sweepEveryMs = 300_000;

/** UNVERIFIED: how much later than its stamp a save may show up. */
const overlapMs = 600_000;
const sweepRules: PollRules = {
  overlapMs,
  sweepEveryMs: 2 * sweepEveryMs,
  pageRowsMax: pageRows,
  // The RESTlet cannot count, so there is nothing to check against.
  checkEveryPages: 1_000_000,
};

/** UNVERIFIED: ids are given before a save is complete; how much later a row may show up than one with a higher id. */
const outboxSettleMs = 60_000;
/** More young rows than this are passed over, so that a page always moves on. */
const youngRowsMax = 200;

const outboxPlace = z.object({
  /** Rows up to this one are told, and marked as sent by the next call. */
  after: z.string().nullable(),
  /** Rows beyond it that are told already. */
  told: z.array(z.string()),
});
type OutboxPlace = z.infer<typeof outboxPlace>;
type OutboxRow = z.infer<typeof drainAnswer>['results'][number];

const outboxStart: OutboxPlace = { after: null, told: [] };

export const feeds: readonly Feed[] = [
  { name: outboxFeed, everyMs: 60_000, activeMs: 15_000, startAt: () => JSON.stringify(outboxStart) },
  ...sweptTypes.map((name) => ({
    name,
    everyMs: sweepEveryMs,
    activeMs: sweepEveryMs,
    startAt: (nowMs: number) => startCursor(nowMs, overlapMs),
  })),
];

export function askFeed(access: Access, feed: string, cursor: string | null, nowMs: number): Promise<ChangePage> {
  if (feed === outboxFeed) return drain(access, readPlace(cursor), nowMs);
  const recordType = sweptTypes.find((type) => type === feed);
  if (recordType === undefined) throw new Fault('unreadable', `NetSuite has no feed "${feed}"`);
  return sweep(access, recordType, cursor, nowMs);
}

/** Marks rows as sent up to `after` only, which an earlier page told: repeating it is harmless. */
async function drain(access: Access, place: OutboxPlace, nowMs: number): Promise<ChangePage> {
  const request = { verb: 'drain', after: place.after, limit: pageRows } as const;
  const { body } = await access.call(request, drainAnswer, 'unreachable');
  return outboxPage(place, body.results, nowMs);
}

/** The cursor stops before rows so young that one with a lower id may still be on its way; those are kept as told. */
export function outboxPage(place: OutboxPlace, answered: readonly OutboxRow[], nowMs: number): ChangePage {
  const rows = distinct(answered).sort((a, b) => compareText(a.id, b.id));
  const firstYoung = rows.findIndex((row) => parseInstant(row.at) > nowMs - outboxSettleMs);
  const settled = Math.max(firstYoung === -1 ? rows.length : firstYoung, rows.length - youngRowsMax);
  const next: OutboxPlace = {
    after: rows[settled - 1]?.id ?? place.after,
    told: rows.slice(settled).map((row) => row.id),
  };
  const told = new Set(place.told);
  return {
    notices: rows
      .filter((row) => !told.has(row.id))
      .map((row) => ({
        recordType: row.type,
        recordId: row.record,
        kind: row.kind,
        occurredAtMs: parseInstant(row.at),
      })),
    cursor: JSON.stringify(next),
    hasMore: answered.length >= pageRows,
  };
}

async function sweep(access: Access, recordType: string, cursor: string | null, nowMs: number): Promise<ChangePage> {
  const page = async (sinceStamp: string | null, afterId: string | null, limit: number) => {
    // `changes` tells what is strictly after; a millisecond earlier takes in every row of the stamp itself.
    const since =
      sinceStamp === null ? null : afterId === null ? parseInstant(sinceStamp) - 1 : parseInstant(sinceStamp);
    const request = {
      verb: 'changes',
      type: recordType,
      since: since === null ? null : instantText(since).replace('.000Z', 'Z'),
      afterId,
      limit,
    } as const;
    const { body } = await access.call(request, changesAnswer, 'unreachable');
    const rows = distinct(body.results).map((row) => ({
      ...row,
      stamp: instantText(parseInstant(row.lastmodified)),
    }));
    return { rows: rows.sort(compareRows), hasMore: body.results.length >= limit };
  };
  const { rows, cursor: next, hasMore } = await poll({ page }, cursor, sweepRules, nowMs).catch(damaged);
  const notices = rows.map((row) => ({
    recordType,
    recordId: row.id,
    kind: 'changed' as const,
    occurredAtMs: parseInstant(row.stamp),
    version: row.lastmodified,
  }));
  return { notices, cursor: next, hasMore };
}

function readPlace(cursor: string | null): OutboxPlace {
  if (cursor === null) return outboxStart;
  try {
    return outboxPlace.parse(JSON.parse(cursor));
  } catch (cause) {
    return damaged(cause);
  }
}

function damaged(cause: unknown): never {
  if (cause instanceof Fault) throw cause;
  throw new Fault('unreadable', 'the stored place in the feed is damaged', { cause });
}

function compareRows(a: PollRow, b: PollRow): number {
  return compareText(a.stamp, b.stamp) || compareText(a.id, b.id);
}

function distinct<Row extends { readonly id: string }>(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [row.id, row] as const)).values()];
}

/** Instants as ISO text, with or without a fraction of a second. */
export function compareStamps(a: string, b: string): number {
  if (a.length === b.length && a.endsWith('Z') && b.endsWith('Z')) return compareText(a, b);
  return parseInstant(a) - parseInstant(b);
}
