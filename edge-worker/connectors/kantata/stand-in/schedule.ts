// Working weeks, holidays and time off being saved: a new week or calendar ends the one before it, of the account or of
// the person.
import { Refusal } from './answers.ts';
import type { Actor, Books } from './books.ts';
import { type Fields, type Input, ids, numeric, type Row, text } from './rows.ts';
import { weekdays } from './shapes-schedule.ts';

const dayMs = 86_400_000;
const minuteFields = weekdays.map((day) => `${day}_minutes`);

function checkStart(books: Books, fields: Fields): string {
  const start = text(fields, 'start_date') || books.today();
  if ('start_date' in fields && new Date(`${start}T00:00:00Z`).getUTCDay() !== 0)
    throw Refusal.of('start_date', 'must be a Sunday');
  return start;
}

/** What is open among these and began before ends the day before. */
function endBefore(books: Books, key: string, rows: readonly Row[], start: string, actor: Actor): void {
  const end = new Date(Date.parse(`${start}T00:00:00Z`) - dayMs).toISOString().slice(0, 10);
  for (const row of rows)
    if (text(row, 'end_date') === '' && text(row, 'start_date') < start)
      books.change(key, row.id, { end_date: end }, actor);
}

function insertWeek(books: Books, fields: Fields, isDefault: boolean, actor: Actor): Row {
  const minutes = Object.fromEntries(minuteFields.map((field) => [field, numeric(fields, field)]));
  const total = minuteFields.reduce((sum, field) => sum + numeric(fields, field), 0);
  const dates = { start_date: fields['start_date'] ?? null, end_date: null };
  return books.insert('workweeks', { default: isDefault, ...dates, ...minutes, total_minutes: total }, actor);
}

export function createWorkweek(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const start = checkStart(books, fields);
  endBefore(books, 'workweeks', books.table('workweeks').by('default', 'true'), start, actor);
  return insertWeek(books, { ...fields, start_date: start }, true, actor);
}

export function createMembership(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const user = String(fields['user_id']);
  if (!books.table('users').get(user)) throw Refusal.of('user_id', 'does not exist');
  const start = checkStart(books, fields);
  const own = [...books.table('workweek_memberships').all()].filter((row) => String(row['user_id']) === user);
  endBefore(books, 'workweek_memberships', own, start, actor);
  const week = insertWeek(books, { ...fields, start_date: start }, false, actor);
  const dates = { start_date: start, end_date: null };
  return books.insert('workweek_memberships', { user_id: Number(user), ...dates, workweek_id: week.id }, actor);
}

/** Minutes stand in the week, whose id stays; dates in the membership. */
export function updateMembership(books: Books, row: Row, fields: Fields, actor: Actor): Row {
  const minutes = Object.fromEntries(Object.entries(fields).filter(([field]) => minuteFields.includes(field)));
  const week = books.table('workweeks').get(text(row, 'workweek_id'));
  if (week && Object.keys(minutes).length > 0) {
    const all = { ...week, ...minutes };
    const total = minuteFields.reduce((sum, field) => sum + numeric(all, field), 0);
    books.change('workweeks', week.id, { ...minutes, total_minutes: total }, actor);
  }
  const dates = Object.fromEntries(Object.entries(fields).filter(([field]) => field.endsWith('_date')));
  return books.change('workweek_memberships', row.id, dates, actor);
}

/** What is asked for the same day becomes one entry. */
export function createTimeOff(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const own = books.table('time_off_entries').by('user_id', text(fields, 'user_id'));
  const there = own.find((row) => row['requested_date'] === fields['requested_date']);
  const hours = numeric(fields, 'hours') + (there ? numeric(there, 'hours') : 0);
  if (there) return books.change('time_off_entries', there.id, { hours }, actor);
  return books.insert('time_off_entries', { submission_date: books.today(), ...fields, hours }, actor);
}

export function createHoliday(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const { holiday_calendar_ids: _calendars, ...own } = fields;
  const dates = { end_date: fields['start_date'] ?? null, paid: true };
  const row = books.insert('holidays', { ...dates, ...own }, actor);
  for (const calendar of ids(fields, 'holiday_calendar_ids'))
    books.insert('holiday_calendar_associations', { holiday_id: row.id, holiday_calendar_id: calendar }, actor);
  return row;
}

export function createCalendarMembership(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const user = String(fields['user_id']);
  const own = [...books.table('holiday_calendar_memberships').all()].filter((row) => String(row['user_id']) === user);
  endBefore(books, 'holiday_calendar_memberships', own, text(fields, 'start_date'), actor);
  return books.insert('holiday_calendar_memberships', { end_date: null, ...fields, user_id: Number(user) }, actor);
}
