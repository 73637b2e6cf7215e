// The fields of Kantata's records as an admin sees them, checked against a record of the account; and whose it is.
import { Fault } from '../../faults.ts';
import type { SchemaField, WireRecord } from '../connector.ts';
import { type Client, faultOf } from './client.ts';
import { customFieldsOf } from './custom-fields.ts';
import { typeOf } from './record-types.ts';
import { queryOf } from './records.ts';

type FieldType = SchemaField['type'];
/** Path, label, type; `w`: they let us write it, `!`: they want it with a create. */
type FieldRow = readonly [path: string, label: string, type: FieldType, flags?: 'w' | 'w!'];

/** Kantata describes its own fields nowhere, so this table does. Money is in main units, as the snapshots show it. */
const fields: Readonly<Record<string, readonly FieldRow[]>> = {
  workspace_groups: [
    ['name', 'Name', 'text', 'w!'],
    ['company', 'Company', 'boolean', 'w'],
    ['contact_name', 'Contact', 'text', 'w'],
    ['email', 'E-mail', 'text', 'w'],
    ['phone_number', 'Phone', 'text', 'w'],
    ['address', 'Address', 'text'],
    ['address_parts.street', 'Address: street', 'text', 'w'],
    ['address_parts.city', 'Address: city', 'text', 'w'],
    ['address_parts.region', 'Address: region', 'text', 'w'],
    ['address_parts.postal_code', 'Address: postal code', 'text', 'w'],
    ['address_parts.country', 'Address: country', 'text', 'w'],
    ['website', 'Website', 'text', 'w'],
    ['notes', 'Notes', 'text', 'w'],
  ],
  workspaces: [
    ['title', 'Title', 'text', 'w!'],
    ['primary_workspace_group_id', 'Primary group', 'reference', 'w'],
    ['status_key', 'Status', 'choice', 'w'],
    ['start_date', 'Start date', 'date', 'w'],
    ['due_date', 'Due date', 'date', 'w'],
    ['currency', 'Currency', 'text', 'w'],
    ['price', 'Budget', 'money', 'w'],
    ['description', 'Description', 'text', 'w'],
    ['archived', 'Archived', 'boolean', 'w'],
    ['percentage_complete', 'Percent complete', 'decimal'],
    ['custom_fields.purchaseOrder', 'Purchase order', 'text', 'w'],
    ['custom_fields.billingMode', 'Who bills', 'text', 'w'],
    ['custom_fields.deliveryRegion', 'Delivery region', 'text', 'w'],
    ['custom_fields.recognised', 'Revenue recognised', 'money', 'w'],
    ['custom_fields.deferred', 'Revenue deferred', 'money', 'w'],
    ['rate_card_id', 'Rate card', 'reference', 'w'],
    ['stage', 'Stage', 'text', 'w'],
    ['creator_role', 'Our team', 'text', 'w'],
    ['require_time_approvals', 'Time needs approval', 'boolean', 'w'],
  ],
  users: [
    ['full_name', 'Name', 'text'],
    ['email_address', 'E-mail', 'text'],
    ['role_name', 'Role', 'text'],
    ['disabled', 'Disabled', 'boolean'],
    ['headline', 'Headline', 'text'],
    ['working_weeks', 'Working weeks', 'list'],
    ['days_off', 'Days off', 'list'],
  ],
  time_entries: [
    ['workspace_id', 'Project', 'reference'],
    ['user_id', 'User', 'reference'],
    ['date_performed', 'Date', 'date'],
    ['time_in_minutes', 'Minutes', 'integer'],
    ['role_name', 'Role', 'text'],
    ['rate', 'Rate', 'decimal'],
    ['currency', 'Currency', 'text'],
    ['billable', 'Billable', 'boolean'],
    ['taxable', 'Taxable', 'boolean'],
    ['notes', 'Notes', 'text'],
    ['story_title', 'Task', 'text'],
    ['location', 'Location', 'text'],
    ['approval', 'Approval', 'choice'],
  ],
  expenses: [
    ['workspace_id', 'Project', 'reference'],
    ['user_id', 'User', 'reference'],
    ['date', 'Date', 'date'],
    ['category', 'Category', 'text'],
    ['amount', 'Amount', 'money'],
    ['currency', 'Currency', 'text'],
    ['is_billable', 'Billable', 'boolean'],
    ['reimbursable', 'Reimbursable', 'boolean'],
    ['taxable', 'Taxable', 'boolean'],
    ['notes', 'Notes', 'text'],
    ['report', 'Report', 'text'],
    ['approval', 'Approval', 'choice'],
  ],
  billing_milestones: [
    ['title', 'Title', 'text'],
    ['workspace_id', 'Project', 'reference'],
    ['date_to_invoice', 'Date to invoice', 'date'],
    ['amount', 'Amount', 'money'],
    ['currency', 'Currency', 'text'],
    ['percentage_complete', 'Percent complete of its task', 'decimal'],
    ['is_complete', 'Its task is completed', 'boolean'],
  ],
  external_payments: [
    ['workspace_id', 'Project', 'reference', 'w!'],
    ['invoice_id', 'Invoice', 'reference', 'w'],
    ['amount_in_cents', 'Amount', 'money', 'w'],
    ['message', 'Message', 'text', 'w'],
    ['is_full', 'Covers the invoice', 'boolean', 'w'],
  ],
  invoices: [
    ['user_invoice_number', 'Number', 'integer', 'w'],
    ['workspace_id', 'Project', 'reference', 'w!'],
    ['status', 'Status', 'choice', 'w'],
    ['invoice_date', 'Invoice date', 'date', 'w'],
    ['due_date', 'Due date', 'date', 'w'],
    ['purchase_order', 'Purchase order', 'text', 'w'],
    ['message', 'Notes', 'text', 'w'],
    ['billed', 'Time, expenses and milestones billed', 'list', 'w'],
    ['currency', 'Currency', 'text'],
    ['issued.number', 'Number', 'text'],
    ['issued.customer', 'Customer', 'reference'],
    ['issued.net', 'Amount before tax', 'money'],
    ['issued.lines', 'Lines', 'list'],
    ['user_invoice_title', 'Title', 'text', 'w'],
    ['project_code', 'Project code', 'text', 'w'],
    ['suppress_emails', 'No e-mails', 'boolean', 'w'],
  ],
};

/** What each question needs the token's user to be allowed. */
const neededCollections = [
  'workspace_groups',
  'workspaces',
  'users',
  'workweeks',
  'workweek_memberships',
  'time_off_entries',
  'holiday_calendar_associations',
  'holiday_calendar_memberships',
  'time_entries',
  'timesheet_submissions',
  'expenses',
  'expense_report_submissions',
  'billing_milestones',
  'invoices',
  'external_payments',
  'external_references?subject_type=Workspace',
  'subscribed_events',
] as const;

/** The table, less what a record of the account no longer shows, plus plain fields that the table does not know. */
export async function describeType(client: Client, recordType: string): Promise<readonly SchemaField[]> {
  const type = typeOf(recordType);
  const listing = await client.list(type.name, { ...queryOf(type, client.settings), per_page: '1', page: '1' });
  const sample = listing.rows[0] ?? null;
  const table = fields[type.name] ?? [];
  const isGone = (path: string): boolean => sample !== null && type.always.includes(path) && sample[path] === undefined;
  const standard = table
    .filter(([path]) => !isGone(path))
    .map(([path, label, kind, flags]) => fieldOf(path, label, kind, flags));
  const known = [...standard, ...(await customFieldsOf(client, type))];
  if (sample === null) return known;
  const names = new Set([...table.map(([path]) => path), ...type.always, 'id', 'created_at', 'updated_at']);
  const extra = Object.keys(sample)
    .filter((name) => !names.has(name))
    .sort();
  return [...known, ...extra.flatMap((name) => guessedField(name, sample) ?? [])];
}

function fieldOf(path: string, label: string, type: FieldType, flags = ''): SchemaField {
  const isWritable = flags.startsWith('w');
  return { path, label, type, isRequired: flags.endsWith('!'), isWritable, lengthMax: null, choices: null };
}

function guessedField(name: string, sample: WireRecord): SchemaField | null {
  const value = sample[name];
  if (typeof value === 'boolean') return fieldOf(name, name, 'boolean');
  if (typeof value === 'number') return fieldOf(name, name, 'decimal');
  return typeof value === 'string' ? fieldOf(name, name, name.endsWith('_id') ? 'reference' : 'text') : null;
}

/** Whose token it is, and which questions its user may not ask. */
export async function checkAccess(client: Client): Promise<{ account: string; missing: readonly string[] }> {
  const missing: string[] = [];
  for (const needed of neededCollections) {
    const [collection = '', search = ''] = needed.split('?');
    const query = { ...Object.fromEntries(new URLSearchParams(search)), per_page: '1' };
    const answer = await client.send('repeatable', 'GET', collection, query);
    if (answer.status === 403) missing.push(`read:${collection}`);
    else if (answer.status > 299) throw faultOf(answer);
  }
  return { account: await accountOf(client, missing), missing };
}

/** UNVERIFIED: which answers name the account. The last two show records of the token's own account only. */
async function accountOf(client: Client, missing: readonly string[]): Promise<string> {
  const sources = [
    ['users/me', {}],
    ['workspaces', { on_my_account: 'true', include_archived: 'true' }],
    ['subscribed_events', {}],
  ] as const;
  for (const [path, query] of sources) {
    if (missing.includes(`read:${path}`)) continue;
    const answer = await client.send('repeatable', 'GET', path, { ...query, per_page: '1' });
    const account = answer.status < 300 ? client.listing(answer, 'repeatable').rows[0]?.['account_id'] : undefined;
    if (account !== undefined && account !== null) return String(account);
  }
  throw new Fault('unauthorised', 'Kantata did not say to which account the token belongs');
}
