// Projects and the groups (customers) they belong to.
import { type ErrorRow, Refusal } from './answers.ts';
import type { Actor, Books } from './books.ts';
import { need } from './lines.ts';
import { baseUnitOf, currencyFields, display } from './money.ts';
import { createParticipation, teams } from './people.ts';
import { readInlineValues, saveInlineValues } from './references.ts';
import { type Fields, type Input, ids, type Row, readIds, text, type Value } from './rows.ts';

// Only key 501 was read in a source; further keys are shown under a name of their own. FACTS.md#unverified
const statuses: Readonly<Record<string, Fields>> = {
  '110': { color: 'grey', key: '110', message: 'Not Started' },
  '305': { color: 'green', key: '305', message: 'In Progress' },
  '400': { color: 'green', key: '400', message: 'Completed' },
  '501': { color: 'red', key: '501', message: 'Cancelled' },
};

function statusOf(key: Value | undefined): Fields {
  const name = String(key ?? 110);
  return statuses[name] ?? { color: 'grey', key: name, message: `Status ${name}` };
}

function priceFields(price: Value | undefined, currency: string): Fields {
  if (typeof price !== 'number') return { price: 'TBD', price_in_cents: null };
  const cents = Math.round(price * baseUnitOf(currency));
  return { price: display(cents, currency), price_in_cents: cents };
}

function checkHeading(fields: Fields): void {
  const errors: ErrorRow[] = [];
  if (text(fields, 'title').trim() === '')
    errors.push({ type: 'validation', message: 'Please give your project a title', field: 'title' });
  if ('creator_role' in fields && !teams[text(fields, 'creator_role')])
    errors.push({ type: 'validation', message: 'Please select a role for this project', field: 'creator_role' });
  if (errors.length > 0) throw new Refusal(422, errors);
}

function checkLinks(books: Books, fields: Fields, currency: string): void {
  const groups = ids(fields, 'workspace_group_ids');
  if (books.rowsOf('workspace_groups', groups).length !== groups.length)
    throw Refusal.of('workspace_group_ids', 'is invalid');
  if (text(fields, 'primary_workspace_group_id') !== '')
    need(books, 'workspace_groups', fields, 'primary_workspace_group_id');
  const cardId = fields['rate_card_id'];
  if (typeof cardId !== 'number') return;
  const card = books.table('rate_cards').get(String(cardId));
  if (!card) throw Refusal.of('rate_card_id', 'is invalid');
  if (card['currency'] !== currency) throw Refusal.of('rate_card_id', "must match the project's currency");
}

/** The primary group is always one of the groups. */
function groupFields(row: Fields, fields: Fields): Fields {
  if (!('workspace_group_ids' in fields) && !('primary_workspace_group_id' in fields)) return {};
  const primary = text({ ...row, ...fields }, 'primary_workspace_group_id');
  const groups = ids('workspace_group_ids' in fields ? fields : row, 'workspace_group_ids');
  return { workspace_group_ids: primary === '' || groups.includes(primary) ? groups : [...groups, primary] };
}

const blankWorkspace: Fields = {
  description: '',
  archived: false,
  access_level: 'invitation',
  start_date: null,
  due_date: null,
  budgeted: false,
  change_orders_enabled: false,
  client_role_name: 'Clients',
  consultant_role_name: 'Consultants',
  rate_card_id: null,
  default_rate: '0.0',
  require_time_approvals: true,
  require_expense_approvals: true,
  stories_are_fixed_fee_by_default: false,
  tasks_default_non_billable: false,
  expenses_in_burn_rate: true,
  posts_require_privacy_decision: false,
  exclude_archived_stories_percent_complete: false,
  require_notes_on_time_entries: false,
  time_trackable: true,
  percentage_complete: 0,
  target_margin: null,
  over_budget: false,
  budget_used_in_cents: 0,
  total_expenses_in_cents: 0,
  can_create_line_items: true,
  can_invite: true,
  has_budget_access: true,
  workspace_invoice_preference_id: null,
  revenue_recognition_method: null,
  external_link: null,
  stage: 'project',
  primary_counterpart_id: null,
  primary_workspace_group_id: null,
  workspace_group_ids: [],
  approver_ids: [],
};

export function createWorkspace(books: Books, fields: Fields, input: Input, actor: Actor): Row {
  checkHeading(fields);
  const currency = text(fields, 'currency') || 'USD';
  checkLinks(books, fields, currency);
  const values = readInlineValues(books, 'Workspace', null, input);
  const { creator_role: role, status_key: statusKey, price, default_rate: rate, ...sent } = fields;
  const team = teams[String(role ?? 'maven')] ?? 'maven';
  const row = books.insert(
    'workspaces',
    {
      ...blankWorkspace,
      account_id: books.accountId,
      creator_id: actor.userId,
      primary_maven_id: team === 'maven' ? actor.userId : null,
      update_whitelist: books.shape('workspaces').updatable.filter((field) => field !== 'creator_role'),
      ...sent,
      ...currencyFields(currency),
      ...priceFields(price, currency),
      ...groupFields(blankWorkspace, fields),
      ...(rate === undefined || rate === null ? {} : { default_rate: String(rate) }),
      effective_due_date: fields['due_date'] ?? null,
      status: statusOf(statusKey),
    },
    actor,
  );
  createParticipation(books, { workspace_id: row.id, user_id: actor.userId, role: team, team_lead: true }, {}, actor);
  saveInlineValues(books, 'Workspace', row.id, values, actor);
  return row;
}

/** Fields outside `update_whitelist` are dropped without a word. FACTS.md#unverified */
function allowed(row: Row, fields: Fields, actor: Actor): Fields {
  if (actor.isPerson) return fields;
  const writable = row['update_whitelist'];
  const names = Array.isArray(writable) ? writable : [];
  return Object.fromEntries(Object.entries(fields).filter(([field]) => names.includes(field)));
}

export function updateWorkspace(books: Books, row: Row, sent: Fields, actor: Actor, input: Input): Row {
  const fields = allowed(row, sent, actor);
  const currency = text({ ...row, ...fields }, 'currency');
  checkHeading({ title: text(row, 'title'), ...fields });
  checkLinks(books, { ...row, ...fields }, currency);
  const values = readInlineValues(books, 'Workspace', row.id, input);
  const { creator_role: _role, status_key: statusKey, price, default_rate: rate, ...plain } = fields;
  const changed: Record<string, Value> = { ...plain, ...groupFields(row, fields) };
  if ('currency' in fields) Object.assign(changed, currencyFields(currency));
  if (price !== undefined) Object.assign(changed, priceFields(price, currency));
  if (rate !== undefined) changed['default_rate'] = String(rate ?? '0.0');
  if (statusKey !== undefined) changed['status'] = statusOf(statusKey);
  if ('due_date' in fields) changed['effective_due_date'] = fields['due_date'] ?? null;
  const after = books.change('workspaces', row.id, changed, actor);
  saveInlineValues(books, 'Workspace', row.id, values, actor);
  return after;
}

/** `add_workspace_ids` and `remove_workspace_ids` change the projects' side of the link. */
function regroup(books: Books, group: Row, input: Input, actor: Actor): void {
  const change = (field: string, to: (groups: readonly string[]) => string[]) => {
    for (const workspace of books.rowsOf('workspaces', readIds(input[field] ?? [])))
      books.change(
        'workspaces',
        workspace.id,
        { workspace_group_ids: to(ids(workspace, 'workspace_group_ids')) },
        actor,
      );
  };
  change('add_workspace_ids', (groups) => [...new Set([...groups, group.id])]);
  change('remove_workspace_ids', (groups) => groups.filter((id) => id !== group.id));
}

const blankGroup: Fields = {
  company: false,
  contact_name: '',
  email: '',
  phone_number: '',
  address: '',
  website: '',
  notes: '',
};

export function createGroup(books: Books, fields: Fields, input: Input, actor: Actor): Row {
  const row = books.insert('workspace_groups', { ...blankGroup, ...fields }, actor);
  regroup(books, row, input, actor);
  return row;
}

export function updateGroup(books: Books, row: Row, fields: Fields, actor: Actor, input: Input): Row {
  const after = books.change('workspace_groups', row.id, fields, actor);
  regroup(books, row, input, actor);
  return after;
}
