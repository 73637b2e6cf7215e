// When people cannot work although it is in their week: their time off, and the holidays of their calendars.
import { addDays, dayIn, firstOfMonth, lastOfMonth } from '../../../shared/dates.ts';
import { Fault } from '../../faults.ts';
import type { Snapshot, WireRecord } from '../connector.ts';
import { type Client, unlessForbidden } from './client.ts';
import { chunksOf } from './reads.ts';
import { usersPerCallMax } from './working-weeks.ts';

interface DayOff {
  readonly on: string;
  /** Null is the whole day. */
  readonly hours: unknown;
}

interface Span {
  readonly calendar: string;
  readonly from: string;
  /** Empty is until further notice. */
  readonly until: string;
}

/** Users with their days off around now; null where the token's user may not see them. */
export async function withDaysOff(client: Client, snapshots: readonly Snapshot[]): Promise<readonly Snapshot[]> {
  if (snapshots.length === 0) return snapshots;
  const users = snapshots.map(({ recordId }) => recordId);
  const days = await daysByUser(client, users);
  return snapshots.map((snapshot) => ({
    ...snapshot,
    wire: { ...snapshot.wire, days_off: days === null ? null : (days.get(snapshot.recordId) ?? []) },
  }));
}

/** From two months before the one that runs to the end of the next: nobody has to carry everybody's leave of years. */
function monthsAround(client: Client): readonly [from: string, until: string] {
  const today = dayIn(client.nowMs(), 'UTC');
  const before = firstOfMonth(addDays(firstOfMonth(today), -1));
  return [firstOfMonth(addDays(before, -1)), lastOfMonth(addDays(lastOfMonth(today), 1))];
}

async function daysByUser(client: Client, users: readonly string[]): Promise<Map<string, readonly DayOff[]> | null> {
  const [from, until] = monthsAround(client);
  const days = new Map(users.map((user) => [user, [] as DayOff[]]));
  const isTold = await unlessForbidden(async () => {
    for (const chunk of chunksOf(users, usersPerCallMax)) {
      // UNVERIFIED: whether the days named are taken, too. One on each side covers both.
      const around = { start_date: addDays(from, -1), end_date: addDays(until, 1) };
      const query = { ...around, user_ids: chunk.join(','), include: 'user' };
      for (const { row } of await client.all('time_off_entries', query))
        days.get(String(row['user_id']))?.push({ on: String(row['requested_date']), hours: row['hours'] });
    }
    const holidays = await holidaysBetween(client, from, until);
    const calendars = holidays.length === 0 ? new Map<string, Span[]>() : await calendarsOf(client);
    for (const [user, own] of days) own.push(...holidaysOf(calendars.get(user) ?? [], holidays));
    return true;
  });
  if (!isTold) return null;
  for (const own of days.values()) own.sort((a, b) => (a.on < b.on ? -1 : 1));
  return days;
}

interface Holiday {
  readonly on: string;
  readonly calendar: string;
  readonly isDefault: boolean;
}

/** Each day of each holiday, once per calendar that has it. */
async function holidaysBetween(client: Client, from: string, until: string): Promise<readonly Holiday[]> {
  const found: Holiday[] = [];
  const include = 'holiday,holiday_calendar';
  for (const { row, listing } of await client.all('holiday_calendar_associations', { include })) {
    const holiday = listing.side('holidays', row['holiday_id']);
    const calendar = listing.side('holiday_calendars', row['holiday_calendar_id']);
    if (holiday === null || calendar === null)
      throw new Fault('schema-changed', 'Kantata sent a day of a holiday calendar without one of them');
    const first = dayAt(holiday, 'start_date');
    const last = dayAt(holiday, 'end_date') || first;
    const id = String(row['holiday_calendar_id']);
    for (let on = first < from ? from : first; on <= last && on <= until; on = addDays(on, 1))
      found.push({ on, calendar: id, isDefault: calendar['default'] === true });
  }
  return found;
}

async function calendarsOf(client: Client): Promise<Map<string, Span[]>> {
  const spans = new Map<string, Span[]>();
  for (const { row } of await client.all('holiday_calendar_memberships', { include: 'holiday_calendar' })) {
    const user = String(row['user_id']);
    const calendar = String(row['holiday_calendar_id']);
    const span = { calendar, from: dayAt(row, 'start_date'), until: dayAt(row, 'end_date') };
    spans.set(user, [...(spans.get(user) ?? []), span]);
  }
  return spans;
}

/** UNVERIFIED: who has no calendar on a day has the account's default one. */
function holidaysOf(spans: readonly Span[], holidays: readonly Holiday[]): readonly DayOff[] {
  const days = new Set<string>();
  for (const { on, calendar, isDefault } of holidays) {
    const holding = spans.filter(({ from, until }) => from <= on && (until === '' || until >= on));
    const isTheirs = holding.length === 0 ? isDefault : holding.some((span) => span.calendar === calendar);
    if (isTheirs) days.add(on);
  }
  return [...days].map((on) => ({ on, hours: null }));
}

function dayAt(row: WireRecord, field: string): string {
  const value = row[field];
  return typeof value === 'string' ? value : '';
}
