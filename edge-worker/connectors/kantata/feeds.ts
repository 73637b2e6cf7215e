// What changed in Kantata: their event feed, and one list per collection that repairs what the feed missed.
import { Fault } from '../../faults.ts';
import type { ChangePage, Feed, Notice } from '../connector.ts';
import { type PollRow, type PollRules, poll, startCursor } from '../kits/poller.ts';
import type { Client } from './client.ts';
import { type StampedList, sourceOf } from './lists.ts';
import { chunksOf } from './reads.ts';
import { listOf, stampOf, typeBySubject, typeOf, versionOf } from './records.ts';

interface Told extends PollRow {
  readonly notices: readonly Notice[];
  /** The timesheet whose time entries are concerned, where the row does not name them. */
  readonly sheet?: { readonly id: string; readonly occurredAtMs: number };
}

const minuteMs = 60_000;
/** Events come "within a few minutes" and out of order; the lists get the same patience. */
const overlapMs = 10 * minuteMs;
const rules: PollRules = { overlapMs, sweepEveryMs: 5 * minuteMs, pageRowsMax: 200, checkEveryPages: 50 };
/** Timesheets bring all their time entries along, so fewer go on a page. */
const sheetRowsMax = 50;
const sheetSubject = 'TimesheetSubmission';

const lists: Readonly<Record<string, StampedList<Told>>> = {
  events: {
    collection: 'subscribed_events',
    query: {},
    stampField: 'created_at',
    isOrdered: true,
    pageRowsMax: 200,
    row: (wire, stamp) => {
      const subject = String(wire['subject_type']);
      const recordId = String(wire['subject_id']);
      const occurredAtMs = Date.parse(stampOf(wire['subject_changed_at']) ?? stamp);
      const told = { id: String(wire['id']), stamp };
      if (subject === sheetSubject) return { ...told, notices: [], sheet: { id: recordId, occurredAtMs } };
      const recordType = typeBySubject.get(subject)?.name;
      if (recordType === undefined) return { ...told, notices: [] };
      const kind = String(wire['event_type']).endsWith(':deleted') ? 'deleted' : 'changed';
      return { ...told, notices: [{ recordType, recordId, kind, occurredAtMs, version: null }] };
    },
  },
  workspace_groups: collection('workspace_groups', true),
  workspaces: collection('workspaces', true),
  users: collection('users', false),
  time_entries: collection('time_entries', true, ['active_submission', 'recent_submission']),
  // An approval does not touch the stamps of the time entries it approves.
  timesheet_submissions: {
    collection: 'timesheet_submissions',
    query: { include: 'time_entries' },
    stampField: 'updated_at',
    isOrdered: false,
    pageRowsMax: sheetRowsMax,
    row: (wire, stamp) => ({
      id: String(wire['id']),
      stamp,
      notices: entryNotices(listOf(wire['time_entry_ids']), Date.parse(stamp)),
    }),
  },
  invoices: collection('invoices', true),
};

/** `include`: what the version of a row is told by, besides its stamp. */
function collection(name: string, isOrdered: boolean, include: readonly string[] = []): StampedList<Told> {
  const type = typeOf(name);
  return {
    collection: name,
    query: { ...type.unhide, ...(include.length === 0 ? {} : { include: include.join(',') }) },
    stampField: 'updated_at',
    isOrdered,
    pageRowsMax: 200,
    row: (wire, stamp, listing) => {
      const id = String(wire['id']);
      const version = versionOf(type, wire, listing) || null;
      return {
        id,
        stamp,
        notices: [{ recordType: name, recordId: id, kind: 'changed', occurredAtMs: Date.parse(stamp), version }],
      };
    },
  };
}

/** How often each is asked: the event feed carries the news, the lists are there for what it missed. */
const pace: Readonly<Record<string, readonly [everyMs: number, activeMs: number]>> = {
  events: [minuteMs, minuteMs / 4],
  workspace_groups: [15 * minuteMs, 5 * minuteMs],
  workspaces: [10 * minuteMs, 2 * minuteMs],
  users: [60 * minuteMs, 15 * minuteMs],
  time_entries: [5 * minuteMs, minuteMs],
  timesheet_submissions: [5 * minuteMs, minuteMs],
  invoices: [10 * minuteMs, 2 * minuteMs],
};

export const feeds: readonly Feed[] = Object.entries(pace).map(([name, [everyMs, activeMs]]) => ({
  name,
  everyMs,
  activeMs,
  startAt: (nowMs) => startCursor(nowMs, overlapMs),
}));

export async function readChanges(client: Client, feed: string, cursor: string | null): Promise<ChangePage> {
  const list = lists[feed];
  if (list === undefined) throw new Fault('schema-changed', `Kantata has no feed ${feed}`);
  // A first load needs no timesheets: each time entry is read with its own.
  const from = cursor === null && feed === 'timesheet_submissions' ? startCursor(client.nowMs(), overlapMs) : cursor;
  const polled = await poll(sourceOf(client, list), from, rules, client.nowMs()).catch((cause: unknown) => {
    throw cause instanceof RangeError
      ? new Fault('unreadable', `The cursor of feed ${feed} is broken`, { cause })
      : cause;
  });
  const notices = polled.rows.flatMap((row) => row.notices);
  const sheets = polled.rows.flatMap((row) => row.sheet ?? []);
  return {
    notices: [...notices, ...(await noticesOfSheets(client, sheets))],
    cursor: polled.cursor,
    hasMore: polled.hasMore,
  };
}

async function noticesOfSheets(
  client: Client,
  sheets: readonly { readonly id: string; readonly occurredAtMs: number }[],
): Promise<readonly Notice[]> {
  const changedMs = new Map<string, number>();
  for (const { id, occurredAtMs } of sheets) changedMs.set(id, Math.max(occurredAtMs, changedMs.get(id) ?? 0));
  const notices: Notice[] = [];
  for (const ids of chunksOf([...changedMs.keys()], sheetRowsMax)) {
    const listing = await client.list('timesheet_submissions', { only: ids.join(','), include: 'time_entries' });
    for (const row of listing.rows) {
      notices.push(...entryNotices(listOf(row['time_entry_ids']), changedMs.get(String(row['id'])) ?? 0));
    }
  }
  return notices;
}

/** The approval is not part of the time entry's own version, so these always ask for a read. */
function entryNotices(ids: readonly string[], occurredAtMs: number): readonly Notice[] {
  return ids.map((recordId) => ({
    recordType: 'time_entries',
    recordId,
    kind: 'changed',
    occurredAtMs,
    version: null,
  }));
}

/** Orders two versions by their change stamps; what follows a stamp says nothing of age. */
export function compareVersions(a: string, b: string): number {
  const [left = '', right = ''] = [a.split(' ')[0], b.split(' ')[0]];
  if (left === '' || right === '' || left === right) return 0;
  return left < right ? -1 : 1;
}
