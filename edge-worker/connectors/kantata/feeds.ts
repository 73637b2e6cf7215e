// What changed in Kantata: their event feed, and one list per collection that repairs what the feed missed.
import { Fault } from '../../faults.ts';
import type { ChangePage, Feed, Notice, WireRecord } from '../connector.ts';
import { type PollRow, type PollRules, poll, startCursor } from '../kits/poller.ts';
import type { Client, Query } from './client.ts';
import { listOf } from './invoice-lines.ts';
import { type StampedList, sourceOf } from './lists.ts';
import { chunksOf } from './reads.ts';
import { typeBySubject, typeOf } from './record-types.ts';
import { stampOf, versionOf } from './records.ts';

interface Told extends PollRow {
  readonly notices: readonly Notice[];
  /** What concerns other records, where the row does not name them: they are asked for. */
  readonly about?: { readonly subject: string; readonly id: string; readonly occurredAtMs: number };
}

/** Whose news are news of other records: where these are listed, by which parameter, and what they are. */
interface Bearer {
  readonly collection: string;
  readonly parameter: string;
  readonly include: string;
  readonly idsOf: (row: WireRecord) => readonly string[];
  readonly recordType: string;
}

const bearers: Readonly<Record<string, Bearer>> = {
  // An approval does not touch the stamps of the lines it approves.
  TimesheetSubmission: {
    collection: 'timesheet_submissions',
    parameter: 'only',
    include: 'time_entries',
    idsOf: (row) => listOf(row['time_entry_ids']),
    recordType: 'time_entries',
  },
  ExpenseReportSubmission: {
    collection: 'expense_report_submissions',
    parameter: 'only',
    include: 'expenses',
    idsOf: (row) => listOf(row['expense_ids']),
    recordType: 'expenses',
  },
  WorkweekMembership: {
    collection: 'workweek_memberships',
    parameter: 'only',
    include: 'workweek',
    idsOf: (row) => [String(row['user_id'])],
    recordType: 'users',
  },
  TimeOffEntry: {
    collection: 'time_off_entries',
    parameter: 'only',
    include: 'user',
    idsOf: (row) => [String(row['user_id'])],
    recordType: 'users',
  },
  // A milestone that waits for a task is complete when the task is.
  Story: {
    collection: 'billing_milestones',
    parameter: 'story_ids',
    include: 'story',
    idsOf: (row) => [String(row['id'])],
    recordType: 'billing_milestones',
  },
};

const minuteMs = 60_000;
/**
 * Events come "within a few minutes" and out of order; the lists get the same patience. Their clock may be off by as
 * much again.
 */
const overlapMs = 20 * minuteMs;
const rules: PollRules = { overlapMs, sweepEveryMs: 5 * minuteMs, pageRowsMax: 200, checkEveryPages: 50 };
/** Timesheets bring all their time entries along, so fewer go on a page. */
const sheetRowsMax = 50;

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
      if (bearers[subject] !== undefined)
        return { ...told, notices: [], about: { subject, id: recordId, occurredAtMs } };
      const recordType = typeBySubject.get(subject)?.name;
      if (recordType === undefined) return { ...told, notices: [] };
      const kind = String(wire['event_type']).endsWith(':deleted') ? 'deleted' : 'changed';
      return { ...told, notices: [{ recordType, recordId, kind, occurredAtMs, version: null }] };
    },
  },
  workspace_groups: collection('workspace_groups', true),
  workspaces: collection('workspaces', true),
  users: collection('users', false),
  // A working week or a day off changes nothing of the user it is of, and default ones and holidays are everybody's:
  // they are all read again.
  working_weeks: { ...collection('users', false), isWhole: true },
  time_entries: collection('time_entries', true, ['active_submission', 'recent_submission']),
  timesheet_submissions: submissions('TimesheetSubmission', {}),
  expenses: collection('expenses', false, ['active_submission', 'recent_submission']),
  // Without it only the token's own reports are listed.
  expense_report_submissions: submissions('ExpenseReportSubmission', { all_on_account: 'true' }),
  // No filter of theirs knows when a milestone changed: the list is read whole.
  billing_milestones: { ...collection('billing_milestones', false, ['story']), isWhole: true },
  invoices: collection('invoices', true),
  // Nobody's news: read on the first day only, for what was recorded by hand.
  external_payments: collection('external_payments', true),
};

function submissions(subject: string, query: Query): StampedList<Told> {
  const { collection: name, include, idsOf, recordType } = bearerOf(subject);
  return {
    collection: name,
    query: { ...query, include },
    stampField: 'updated_at',
    isOrdered: false,
    pageRowsMax: sheetRowsMax,
    row: (wire, stamp) => ({
      id: String(wire['id']),
      stamp,
      notices: noticesOf(recordType, idsOf(wire), Date.parse(stamp)),
    }),
  };
}

function bearerOf(subject: string): Bearer {
  const bearer = bearers[subject];
  if (bearer === undefined) throw new Fault('unreadable', `Nothing hangs on a ${subject} of Kantata`);
  return bearer;
}

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
  working_weeks: [6 * 60 * minuteMs, 60 * minuteMs],
  time_entries: [5 * minuteMs, minuteMs],
  timesheet_submissions: [5 * minuteMs, minuteMs],
  expenses: [5 * minuteMs, minuteMs],
  expense_report_submissions: [5 * minuteMs, minuteMs],
  billing_milestones: [15 * minuteMs, 5 * minuteMs],
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
  // A first load needs no submissions: each line is read with its own.
  const isSubmissions = feed.endsWith('_submissions');
  const from = cursor === null && isSubmissions ? startCursor(client.nowMs(), overlapMs) : cursor;
  const polled = await poll(sourceOf(client, list), from, rules, client.nowMs()).catch((cause: unknown) => {
    throw cause instanceof RangeError
      ? new Fault('unreadable', `The cursor of feed ${feed} is broken`, { cause })
      : cause;
  });
  const notices = polled.rows.flatMap((row) => row.notices);
  const abouts = polled.rows.flatMap((row) => row.about ?? []);
  return {
    notices: [...notices, ...(await noticesAbout(client, abouts))],
    cursor: polled.cursor,
    hasMore: polled.hasMore,
  };
}

async function noticesAbout(client: Client, abouts: readonly NonNullable<Told['about']>[]): Promise<readonly Notice[]> {
  const notices: Notice[] = [];
  for (const subject of new Set(abouts.map((one) => one.subject))) {
    const { collection: name, parameter, include, idsOf, recordType } = bearerOf(subject);
    const mine = abouts.filter((one) => one.subject === subject);
    const changedMs = Math.max(...mine.map((one) => one.occurredAtMs));
    for (const ids of chunksOf([...new Set(mine.map((one) => one.id))], sheetRowsMax)) {
      const listing = await client.list(name, { [parameter]: ids.join(','), include });
      notices.push(...noticesOf(recordType, listing.rows.flatMap(idsOf), changedMs));
    }
  }
  return notices;
}

/** What changed is not part of these records' own versions, so these always ask for a read. */
function noticesOf(recordType: string, ids: readonly string[], occurredAtMs: number): readonly Notice[] {
  return ids.map((recordId) => ({ recordType, recordId, kind: 'changed', occurredAtMs, version: null }));
}

/** Orders two versions by their change stamps; what follows a stamp says nothing of age. */
export function compareVersions(a: string, b: string): number {
  const [left = '', right = ''] = [a.split(' ')[0], b.split(' ')[0]];
  if (left === '' || right === '' || left === right) return 0;
  return left < right ? -1 : 1;
}
