// The kinds of records we read and write: where they stand, what would hide them, what is side-loaded, and how a row
// becomes a wire record.
import { Fault } from '../../faults.ts';
import { readPath } from '../codecs.ts';
import type { Snapshot, WireRecord } from '../connector.ts';
import type { Client, Listing, Query, Settings } from './client.ts';
import { withDaysOff } from './days-off.ts';
import { issuedOf, lineCollections, listOf, mainUnits, withCustomers } from './invoice-lines.ts';
import { withWorkingWeeks } from './working-weeks.ts';

/** The name under which our ids stand in their cross-references. It must be unique per record. */
export const serviceName = 'tieout';

export interface RecordType {
  /** The collection, which is also our record type. */
  readonly name: string;
  readonly singular: string;
  /** Its class name in events and cross-references. */
  readonly subject: string;
  /** What we call the entity in their cross-references. */
  readonly entity: string;
  readonly include: readonly string[];
  /** Switches off the filters that hide records by default. */
  readonly unhide: Query;
  /** Fields of every row. One that is missing was renamed or withdrawn. */
  readonly always: readonly string[];
  /** Fields that are only sent when they are asked for by name. */
  readonly optional?: readonly string[];
  /** What only a create takes. */
  readonly createOnly: readonly string[];
  readonly isWritable: boolean;
  /** Where a record has no cross-references: the text field that holds our id, between brackets. */
  readonly markAt?: string;
  /** Why a record that is there cannot be changed; absent where it can. */
  readonly isFinal?: string;
  /** What changes a record without touching its own stamp; it follows the stamp in the version. */
  beside?(row: WireRecord, listing: Listing): string | null;
  shape(row: WireRecord, listing: Listing, settings: Settings): WireRecord;
  /** Adds what no listing of the type shows. */
  whole?(client: Client, snapshots: readonly Snapshot[]): Promise<readonly Snapshot[]>;
}

export const workspaceGroups: RecordType = {
  name: 'workspace_groups',
  singular: 'workspace_group',
  subject: 'WorkspaceGroup',
  entity: 'customer',
  include: ['external_references'],
  unhide: { companies_only: 'true' },
  always: ['name', 'company', 'email', 'phone_number', 'website', 'address'],
  createOnly: [],
  isWritable: true,
  shape: (row) => ({
    ...row,
    address_parts: { street: row['address'] ?? null, city: null, region: null, postal_code: null, country: null },
  }),
};

/** What a contract says stands in custom fields of its project, where the settings name them. */
const contractFields = ['purchaseOrder', 'billingMode', 'deliveryRegion', 'recognised', 'deferred'] as const;

export const workspaces: RecordType = {
  name: 'workspaces',
  singular: 'workspace',
  subject: 'Workspace',
  entity: 'project',
  include: ['primary_workspace_group', 'external_references'],
  unhide: { include_archived: 'true' },
  always: ['title', 'archived', 'start_date', 'due_date', 'status'],
  optional: ['stage'],
  createOnly: ['creator_role', 'require_time_approvals'],
  isWritable: true,
  shape: (row, listing, settings) => ({
    ...row,
    primary_workspace_group_id: row['primary_workspace_group_id'] ?? null,
    status_key: readPath(row, 'status.key') ?? row['status_key'] ?? null,
    percentage_complete: row['percentage_complete'] ?? null,
    price: mainUnits(row['price_in_cents'], row['currency_base_unit']),
    custom_fields: Object.fromEntries(
      contractFields.map((name) => [name, customValue(row, listing, settings.customFields[name])]),
    ),
  }),
};

const users: RecordType = {
  name: 'users',
  singular: 'user',
  subject: 'User',
  entity: 'resource',
  include: ['role', 'account_membership', 'external_references'],
  // Without these, people without a project and people who left are not listed.
  unhide: { on_my_account: 'true', show_disabled: 'true' },
  always: ['full_name', 'email_address'],
  optional: ['access_level'],
  createOnly: [],
  isWritable: false,
  shape: (row, listing) => {
    const membership = listing.side('account_memberships', row['account_membership_id']);
    return {
      ...row,
      role_name: listing.side('roles', row['role_id'])?.['name'] ?? null,
      disabled: row['disabled'] ?? Boolean(membership?.['disabled_at']),
    };
  },
  whole: async (client, snapshots) => withDaysOff(client, await withWorkingWeeks(client, snapshots)),
};

const timeEntries: RecordType = {
  name: 'time_entries',
  singular: 'time_entry',
  subject: 'TimeEntry',
  entity: 'time',
  include: ['workspace', 'user', 'role', 'story', 'active_submission', 'recent_submission', 'external_references'],
  unhide: { from_archived_workspaces: 'true' },
  always: ['date_performed', 'time_in_minutes', 'billable', 'taxable', 'notes', 'currency', 'approved'],
  optional: ['location_id', 'user_can_edit'],
  createOnly: [],
  isWritable: false,
  beside: submissionMark,
  shape: (row, listing) => ({
    ...row,
    role_name: listing.side('roles', row['role_id'])?.['name'] ?? null,
    story_title: listing.side('stories', row['story_id'])?.['title'] ?? null,
    rate: mainUnits(row['rate_in_cents'], row['currency_base_unit']),
    approval: approvalOf(row, listing),
  }),
};

const invoices: RecordType = {
  name: 'invoices',
  singular: 'invoice',
  subject: 'Invoice',
  entity: 'invoice',
  include: ['workspaces', ...lineCollections, 'external_references'],
  unhide: {},
  always: ['invoice_date', 'payment_schedule', 'status', 'draft', 'purchase_order', 'message'],
  createOnly: ['suppress_emails', 'workspace_id'],
  isWritable: true,
  shape: (row, listing) => ({
    ...row,
    workspace_id: listOf(row['workspace_ids'])[0] ?? null,
    status: row['draft'] === true ? 'draft' : row['status'],
    time_entry_ids: listOf(row['time_entry_ids']),
    issued: issuedOf(row, listing),
  }),
  whole: withCustomers,
};

const expenses: RecordType = {
  name: 'expenses',
  singular: 'expense',
  subject: 'Expense',
  entity: 'expense',
  include: ['workspace', 'user', 'active_submission', 'recent_submission', 'external_references'],
  unhide: { from_archived_workspaces: 'true' },
  always: ['date', 'category', 'amount_in_cents', 'is_billable', 'taxable', 'notes', 'currency'],
  createOnly: [],
  isWritable: false,
  beside: submissionMark,
  shape: (row, listing) => ({
    ...row,
    amount: mainUnits(row['amount_in_cents'], row['currency_base_unit']),
    report: submissionOf(row, listing)?.['title'] ?? null,
    approval: approvalOf(row, listing),
  }),
};

const billingMilestones: RecordType = {
  name: 'billing_milestones',
  singular: 'billing_milestone',
  subject: 'BillingMilestone',
  entity: 'milestone',
  include: ['workspace', 'story', 'external_references'],
  unhide: {},
  always: ['title', 'date_to_invoice', 'amount_in_cents', 'billing_type'],
  createOnly: [],
  isWritable: false,
  beside: (row, listing) => {
    const story = listing.side('stories', row['story_id']);
    return story === null ? null : `${String(story['state'])}:${String(story['percentage_complete'] ?? '')}`;
  },
  shape: (row, listing) => {
    const workspace = listing.side('workspaces', row['workspace_id']);
    const story = listing.side('stories', row['story_id']);
    return {
      ...row,
      currency: workspace?.['currency'] ?? null,
      amount: mainUnits(row['amount_in_cents'], workspace?.['currency_base_unit']),
      percentage_complete: story?.['percentage_complete'] ?? null,
      is_complete: story?.['state'] === 'completed',
    };
  },
};

const externalPayments: RecordType = {
  name: 'external_payments',
  singular: 'external_payment',
  subject: 'ExternalPayment',
  entity: 'payment',
  include: ['workspace', 'invoice'],
  unhide: {},
  always: ['amount_in_cents', 'message'],
  createOnly: [],
  isWritable: true,
  markAt: 'message',
  isFinal: 'A payment cannot be changed in Kantata: it is deleted there and recorded anew',
  shape: (row) => ({ ...row, workspace_id: row['workspace_id'] ?? null, invoice_id: row['invoice_id'] ?? null }),
};

const types: ReadonlyMap<string, RecordType> = new Map(
  [workspaceGroups, workspaces, users, timeEntries, expenses, billingMilestones, invoices, externalPayments].map(
    (type) => [type.name, type],
  ),
);
export const typeBySubject: ReadonlyMap<string, RecordType> = new Map(
  [...types.values()].map((type) => [type.subject, type]),
);

export function typeOf(recordType: string): RecordType {
  const type = types.get(recordType);
  if (type === undefined) throw new Fault('schema-changed', `Kantata has no record type ${recordType}`);
  return type;
}

/** The timesheet or expense report in force, or the last one, which is then rejected or cancelled. */
function submissionOf(row: WireRecord, listing: Listing): WireRecord | null {
  for (const collection of ['timesheet_submissions', 'expense_report_submissions']) {
    const found =
      listing.side(collection, row['active_submission_id']) ?? listing.side(collection, row['recent_submission_id']);
    if (found !== null) return found;
  }
  return null;
}

function submissionMark(row: WireRecord, listing: Listing): string | null {
  const sheet = submissionOf(row, listing);
  return sheet === null ? null : `${String(sheet['id'])}:${String(sheet['status'])}`;
}

/** Without a timesheet, `approved` also stands for time in projects that need no approval. */
function approvalOf(row: WireRecord, listing: Listing): string {
  const status = submissionOf(row, listing)?.['status'];
  if (status === 'approved') return 'approved';
  if (status === 'new' || status === 'pending') return 'submitted';
  if (row['approved'] === true) return 'approved';
  return status === 'rejected' ? 'rejected' : 'open';
}

/** UNVERIFIED: whether side-loaded values say whose they are; where they do not, the value is not known. */
function customValue(row: WireRecord, listing: Listing, fieldId: string | undefined): unknown {
  if (fieldId === undefined) return null;
  for (const id of listOf(row['custom_field_value_ids'])) {
    const found = listing.side('custom_field_values', id);
    if (found !== null && String(found['custom_field_id']) === fieldId) return found['value'] ?? null;
  }
  return null;
}
