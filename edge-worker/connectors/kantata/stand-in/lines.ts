// Time entries and expenses: how they are filled in, whose they become, and when they can no longer be changed.
import { Refusal } from './answers.ts';
import type { Actor, Books } from './books.ts';
import { currencyFields } from './money.ts';
import { rateInCents } from './rates.ts';
import { type Fields, type Input, numeric, type Row, text } from './rows.ts';

export function need(books: Books, key: string, fields: Fields, field: string): Row {
  const row = books.table(key).get(text(fields, field));
  if (!row) throw Refusal.of(field, 'is invalid');
  return row;
}

function optionally(books: Books, key: string, fields: Fields, field: string): Row | null {
  return text(fields, field) === '' ? null : need(books, key, fields, field);
}

/** The trap of FACTS.md#user-id: without proxy rights a sent `user_id` is ignored without a word. */
function userOf(books: Books, fields: Fields, actor: Actor): string {
  const mayChoose = actor.isPerson || books.hasProxy;
  const user = mayChoose ? optionally(books, 'users', fields, 'user_id') : null;
  return user?.id ?? actor.userId;
}

function roleOf(books: Books, fields: Fields, workspaceId: string, userId: string): string | null {
  const role = optionally(books, 'roles', fields, 'role_id');
  if (role) return role.id;
  const participation = books
    .table('participations')
    .by('workspace_id', workspaceId)
    .find((row) => row['user_id'] === userId);
  const held = participation ? text(participation, 'workspace_role_id') : '';
  return held || text(books.table('users').get(userId) ?? { id: '' }, 'role_id') || null;
}

function checkMinutes(fields: Fields): void {
  if ('time_in_minutes' in fields && numeric(fields, 'time_in_minutes') <= 0)
    throw Refusal.of('time_in_minutes', 'must be greater than 0');
}

export function createTimeEntry(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const workspace = need(books, 'workspaces', fields, 'workspace_id');
  const story = optionally(books, 'stories', fields, 'story_id');
  checkMinutes(fields);
  const user = userOf(books, fields, actor);
  const role = roleOf(books, fields, workspace.id, user);
  const rate = rateInCents(books, workspace, user, role, text(fields, 'date_performed'));
  return books.insert(
    'time_entries',
    {
      notes: '',
      taxable: false,
      cost_rate_in_cents: 0,
      location: null,
      ...currencyFields(text(workspace, 'currency')),
      approved: false,
      is_invoiced: false,
      user_can_edit: true,
      story_id: null,
      invoice_id: null,
      active_submission_id: null,
      recent_submission_id: null,
      ...fields,
      billable: fields['billable'] ?? story?.['billable'] ?? true,
      rate_in_cents: fields['rate_in_cents'] ?? rate,
      role_id: role,
      user_id: user,
    },
    actor,
  );
}

export function createExpense(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const workspace = need(books, 'workspaces', fields, 'workspace_id');
  const story = optionally(books, 'stories', fields, 'story_id');
  const { billable, ...sent } = fields;
  return books.insert(
    'expenses',
    {
      notes: '',
      ...currencyFields(text(workspace, 'currency')),
      is_invoiced: false,
      taxable: false,
      reimbursable: false,
      foreign_exchange_amount: null,
      user_can_edit: true,
      approved: false,
      story_id: null,
      receipt_id: null,
      vendor_id: null,
      expense_category_id: null,
      role_id: null,
      invoice_id: null,
      active_submission_id: null,
      recent_submission_id: null,
      ...sent,
      // Written as `billable`, read as `is_billable`.
      is_billable: billable ?? fields['is_billable'] ?? story?.['billable'] ?? true,
      user_id: userOf(books, fields, actor),
    },
    actor,
  );
}

/** Through the API, what is submitted, approved or invoiced stays as it is; a person's correction goes through. */
function checkOpen(row: Row, actor: Actor): void {
  if (actor.isPerson) return;
  if (row['is_invoiced'] === true) throw Refusal.saying('base', 'This record has been invoiced and cannot be changed');
  if (text(row, 'active_submission_id') !== '')
    throw Refusal.saying('base', 'This record has been submitted for approval and cannot be changed');
}

export function updateTimeEntry(books: Books, row: Row, fields: Fields, actor: Actor): Row {
  checkOpen(row, actor);
  checkMinutes(fields);
  const { user_id: _ignored, ...others } = fields;
  const mayChoose = actor.isPerson || books.hasProxy;
  const moved = 'workspace_id' in fields ? need(books, 'workspaces', fields, 'workspace_id') : null;
  const currency = moved ? currencyFields(text(moved, 'currency')) : {};
  return books.change('time_entries', row.id, { ...(mayChoose ? fields : others), ...currency }, actor);
}

export function updateExpense(books: Books, row: Row, fields: Fields, actor: Actor): Row {
  checkOpen(row, actor);
  const { billable, ...others } = fields;
  return books.change(
    'expenses',
    row.id,
    billable === undefined ? others : { ...others, is_billable: billable },
    actor,
  );
}

export function checkLineRemoval(_books: Books, row: Row, actor: Actor): void {
  checkOpen(row, actor);
}
