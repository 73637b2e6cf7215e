// Submissions of time and expenses, and the resolutions that approve, reject or cancel them.
import { Refusal } from './answers.ts';
import type { Actor, Books } from './books.ts';
import { need } from './lines.ts';
import { currencyFields, display, feeInCents } from './money.ts';
import { type Fields, ids, numeric, type Row, text } from './rows.ts';

export type Resolution = 'approval' | 'rejection' | 'cancellation';

interface Family {
  readonly submissions: 'timesheet_submissions' | 'expense_report_submissions';
  readonly lines: 'time_entries' | 'expenses';
  readonly field: 'time_entry_ids' | 'expense_ids';
  readonly day: 'date_performed' | 'date';
  readonly type: 'TimesheetSubmission' | 'ExpenseReportSubmission';
  readonly added: string;
}

export const families: readonly Family[] = [
  {
    submissions: 'timesheet_submissions',
    lines: 'time_entries',
    field: 'time_entry_ids',
    day: 'date_performed',
    type: 'TimesheetSubmission',
    added: 'timesheet:time_entry_added',
  },
  {
    submissions: 'expense_report_submissions',
    lines: 'expenses',
    field: 'expense_ids',
    day: 'date',
    type: 'ExpenseReportSubmission',
    added: 'expense_report:expense_added',
  },
];

// The specification's filter calls it `new`, its schema `pending`. FACTS.md#unverified
const waiting = 'new';
const statusAfter = { approval: 'approved', rejection: 'rejected', cancellation: 'cancelled' } as const;
const verbOf = { approval: 'approved', rejection: 'rejected', cancellation: 'cancelled' } as const;

export function familyOf(key: string): Family {
  const family = families.find((one) => one.submissions === key || one.lines === key);
  if (!family) throw new Error(`${key} is not submitted for approval`);
  return family;
}

function amountOf(family: Family, line: Row): number {
  return family.lines === 'expenses'
    ? numeric(line, 'amount_in_cents')
    : feeInCents(numeric(line, 'time_in_minutes'), numeric(line, 'rate_in_cents'));
}

/** Monday of the week a day lies in. */
function weekStart(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  return new Date(date.getTime() - ((date.getUTCDay() + 6) % 7) * 86_400_000).toISOString().slice(0, 10);
}

function weekEnd(day: string): string {
  return new Date(Date.parse(`${weekStart(day)}T00:00:00Z`) + 6 * 86_400_000).toISOString().slice(0, 10);
}

function checkLines(family: Family, lines: readonly Row[], wanted: number, workspaceId: string): void {
  if (wanted === 0) throw Refusal.of('line_item_ids', "can't be blank");
  if (lines.length !== wanted) throw Refusal.of('line_item_ids', 'contains records that do not exist');
  if (lines.some((line) => line['workspace_id'] !== workspaceId))
    throw Refusal.of('line_item_ids', 'must all belong to the same project');
  if (lines.some((line) => text(line, 'active_submission_id') !== '' || line['is_invoiced'] === true))
    throw Refusal.of('line_item_ids', `contains ${family.lines.replace('_', ' ')} that have already been submitted`);
}

export function createSubmission(books: Books, key: string, fields: Fields, actor: Actor): Row {
  const family = familyOf(key);
  const workspace = need(books, 'workspaces', fields, 'workspace_id');
  const wanted = ids(fields, 'line_item_ids');
  const lines = books.rowsOf(family.lines, wanted);
  checkLines(family, lines, wanted.length, workspace.id);
  const days = lines.map((line) => text(line, family.day)).sort();
  const total = lines.reduce((sum, line) => sum + amountOf(family, line), 0);
  const currency = text(workspace, 'currency');
  const { line_item_ids: _sent, ...others } = fields;
  const row = books.insert(
    key,
    {
      start_date: weekStart(days[0] ?? ''),
      end_date: weekEnd(days.at(-1) ?? ''),
      status: waiting,
      comment: '',
      type: family.type,
      resolution_description: null,
      current_resolution_description: null,
      current_resolution_creator_id: null,
      current_resolution_created_at_date: null,
      line_item_total_formatted: display(total, currency),
      line_item_total_in_cents: total,
      ...currencyFields(currency),
      ...others,
      user_id: text(fields, 'user_id') || text(lines[0] ?? { id: '' }, 'user_id'),
      [family.field]: lines.map((line) => line.id),
      permissions: permissionsIn(waiting),
    },
    actor,
  );
  for (const line of lines) {
    changeLine(books, family, line, { active_submission_id: row.id, recent_submission_id: row.id }, actor);
    books.emit(family.added, family.type, row.id, { before: null, after: row }, actor);
  }
  return row;
}

/** Documented for expenses: an approval is news of each line. For time entries it is likely. FACTS.md#unverified */
function changeLine(books: Books, family: Family, line: Row, fields: Fields, actor: Actor): void {
  if (books.hasQuietApprovals && family.lines === 'time_entries') books.adjust(family.lines, line.id, fields);
  else books.change(family.lines, line.id, fields, actor);
}

function permissionsIn(status: string): Fields {
  return {
    can_cancel_submission: status === waiting,
    can_approve_submission: status === waiting,
    can_reject_submission: status === waiting || status === 'approved',
    can_resubmit_submission: status === 'rejected' || status === 'cancelled',
  };
}

/** An approved submission is rejected rather than cancelled; a person in the pages may cancel it as well. */
function mayResolve(status: string, how: Resolution, actor: Actor): boolean {
  if (status === waiting) return true;
  return status === 'approved' && (how === 'rejection' || (how === 'cancellation' && actor.isPerson));
}

export function checkResolvable(books: Books, key: string, row: Row, how: Resolution, actor: Actor): void {
  const family = familyOf(key);
  if (!mayResolve(text(row, 'status'), how, actor))
    throw Refusal.saying('base', `This submission is ${text(row, 'status')} and can't be ${verbOf[how]}`);
  const lines = books.rowsOf(family.lines, ids(row, family.field));
  if (how !== 'approval' && lines.some((line) => line['is_invoiced'] === true))
    throw Refusal.saying('base', `This submission has been invoiced and can't be ${verbOf[how]}`);
}

/** Returns the resolution; the submission and each of its lines are saved, and told, one by one. */
export function resolve(books: Books, key: string, row: Row, how: Resolution, description: string, actor: Actor): Row {
  const family = familyOf(key);
  checkResolvable(books, key, row, how, actor);
  const resolution = books.insert(
    'resolutions',
    {
      type: how,
      description,
      target_type: family.type,
      target_id: Number(row.id),
      user_id: Number(actor.userId),
      account_id: books.accountId,
      current: true,
    },
    actor,
  );
  for (const former of books.table('resolutions').by('target_id', row.id))
    if (former.id !== resolution.id) books.change('resolutions', former.id, { current: false }, actor);
  books.change(
    key,
    row.id,
    {
      status: statusAfter[how],
      resolution_description: description,
      current_resolution_description: description,
      current_resolution_creator_id: Number(actor.userId),
      current_resolution_created_at_date: books.stamp(),
      permissions: permissionsIn(statusAfter[how]),
    },
    actor,
  );
  for (const line of books.rowsOf(family.lines, ids(row, family.field))) {
    if (line['recent_submission_id'] !== row.id) continue;
    const active = how === 'approval' ? row.id : null;
    changeLine(books, family, line, { approved: how === 'approval', active_submission_id: active }, actor);
  }
  return resolution;
}

/** Entries of one person in one project make one submission; returns one per such group. */
export function submitLines(
  books: Books,
  key: 'time_entries' | 'expenses',
  lineIds: readonly string[],
  actor: Actor,
): Row[] {
  const family = familyOf(key);
  const groups = new Map<string, Row[]>();
  for (const line of books.rowsOf(key, lineIds)) {
    const name = `${text(line, 'workspace_id')}/${text(line, 'user_id')}`;
    const known = groups.get(name);
    if (known) known.push(line);
    else groups.set(name, [line]);
  }
  return [...groups.values()].map((lines) =>
    createSubmission(
      books,
      family.submissions,
      {
        title: `Week of ${weekStart(text(lines[0] ?? { id: '' }, family.day))}`,
        workspace_id: text(lines[0] ?? { id: '' }, 'workspace_id'),
        line_item_ids: lines.map((line) => line.id),
      },
      actor,
    ),
  );
}
