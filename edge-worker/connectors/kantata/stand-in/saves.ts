// Which rule a save follows: one table for creates, one for updates, one for removals. Used by the API and by persons.
import { Refusal } from './answers.ts';
import { createSubmission } from './approvals.ts';
import { checkInvoiceRemoval, createInvoice, updateInvoice } from './billing.ts';
import type { Actor, Books } from './books.ts';
import { checkLineRemoval, createExpense, createTimeEntry, updateExpense, updateTimeEntry } from './lines.ts';
import { createMilestone, createPayment } from './payments.ts';
import { createParticipation, createStory, createUser, updateStory } from './people.ts';
import { createGroup, createWorkspace, updateGroup, updateWorkspace } from './projects.ts';
import { createRateCard, createRateCardRole, createSetVersion } from './rates.ts';
import { checkInlineReference, createCustomValue, saveInlineReference, updateCustomValue } from './references.ts';
import { type Fields, type Input, idText, type Row, readAny, readFields, readIds, type Value } from './rows.ts';
import {
  createCalendarMembership,
  createHoliday,
  createMembership,
  createTimeOff,
  createWorkweek,
  updateMembership,
} from './schedule.ts';
import type { Shape } from './shape.ts';

type Creator = (books: Books, fields: Fields, input: Input, actor: Actor) => Row;
type Updater = (books: Books, row: Row, fields: Fields, actor: Actor, input: Input) => Row;
type Remover = (books: Books, row: Row, actor: Actor) => void;

const creators: Readonly<Record<string, Creator>> = {
  workspaces: createWorkspace,
  workspace_groups: createGroup,
  participations: createParticipation,
  users: createUser,
  workweeks: createWorkweek,
  workweek_memberships: createMembership,
  time_off_entries: createTimeOff,
  holidays: createHoliday,
  holiday_calendar_memberships: createCalendarMembership,
  stories: createStory,
  time_entries: createTimeEntry,
  expenses: createExpense,
  timesheet_submissions: (books, fields, _input, actor) =>
    createSubmission(books, 'timesheet_submissions', fields, actor),
  expense_report_submissions: (books, fields, _input, actor) =>
    createSubmission(books, 'expense_report_submissions', fields, actor),
  billing_milestones: createMilestone,
  invoices: createInvoice,
  external_payments: createPayment,
  custom_field_values: createCustomValue,
  rate_card_set_versions: createSetVersion,
  rate_cards: createRateCard,
  rate_card_roles: createRateCardRole,
};

const updaters: Readonly<Record<string, Updater>> = {
  workspaces: updateWorkspace,
  workspace_groups: updateGroup,
  stories: updateStory,
  workweek_memberships: updateMembership,
  time_entries: updateTimeEntry,
  expenses: updateExpense,
  invoices: updateInvoice,
  custom_field_values: updateCustomValue,
};

const removers: Readonly<Record<string, Remover>> = {
  time_entries: checkLineRemoval,
  expenses: checkLineRemoval,
  invoices: checkInvoiceRemoval,
};

const blanks: Readonly<Record<string, Fields>> = {
  custom_fields: { value_type: 'string', unique_constraint: false, subject_type: 'Workspace', default_text: '' },
  rate_card_sets: { account_default: false, active_currencies: [], destroyable: true, workspace_group_ids: [] },
  roles: { deleted_at: null },
  holiday_calendars: { default: false },
  expense_categories: { deleted_at: null },
  financial_periods: {
    status: 'open',
    period_type: 'month',
    timesheets_approved: false,
    expense_reports_approved: false,
  },
};

const inline = [
  'external_reference',
  'custom_fields',
  'additional_items',
  'fixed_fee_items',
  'add_workspace_ids',
  'remove_workspace_ids',
];

/** A person's page sets more than the API takes: fields no table names are taken as they are, ids as strings. */
function fieldsFrom(shape: Shape, input: Input, actor: Actor): Record<string, Value> {
  const fields = readFields(input, shape.kinds);
  if (!actor.isPerson) return fields;
  for (const [field, value] of Object.entries(input)) {
    if (field in shape.kinds || inline.includes(field) || field === 'id') continue;
    if (field.endsWith('_ids')) fields[field] = readIds(value);
    else fields[field] = field.endsWith('_id') ? idText(value) : readAny(value);
  }
  return fields;
}

function checkPresence(shape: Shape, fields: Fields): void {
  for (const field of shape.required) {
    const value = fields[field];
    if (value === undefined || value === null || value === '') throw Refusal.of(field, "can't be blank");
  }
}

export function createRecord(books: Books, key: string, input: Input, actor: Actor): Row {
  const shape = books.shape(key);
  const fields = fieldsFrom(shape, input, actor);
  checkPresence(shape, fields);
  checkInlineReference(input);
  const create = creators[key];
  const row = create ? create(books, fields, input, actor) : books.insert(key, { ...blanks[key], ...fields }, actor);
  saveInlineReference(books, key, row, input, actor);
  return row;
}

export function updateRecord(books: Books, key: string, row: Row, input: Input, actor: Actor): Row {
  const shape = books.shape(key);
  const sent = fieldsFrom(shape, input, actor);
  const fields = actor.isPerson
    ? sent
    : Object.fromEntries(Object.entries(sent).filter(([field]) => shape.updatable.includes(field)));
  for (const field of shape.required)
    if (field in fields && (fields[field] === null || fields[field] === '')) throw Refusal.of(field, "can't be blank");
  checkInlineReference(input);
  const update = updaters[key];
  const after = update ? update(books, row, fields, actor, input) : books.change(key, row.id, fields, actor);
  saveInlineReference(books, key, row, input, actor);
  return after;
}

export function removeRecord(books: Books, key: string, row: Row, actor: Actor): void {
  removers[key]?.(books, row, actor);
  books.drop(key, row.id, actor);
}
