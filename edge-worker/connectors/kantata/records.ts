// The five kinds of records we read: where they stand, what would hide them, what is side-loaded; a row -> Snapshot.
import { instantText, parseInstant } from '../../../shared/dates.ts';
import { divideDecimal, parseDecimal } from '../../../shared/decimal.ts';
import { Fault } from '../../faults.ts';
import { readPath } from '../codecs.ts';
import type { Snapshot, WireRecord } from '../connector.ts';
import type { Listing, Query, Settings } from './client.ts';

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
  /** What only a create takes. */
  readonly createOnly: readonly string[];
  readonly isWritable: boolean;
  shape(row: WireRecord, listing: Listing, settings: Settings): WireRecord;
}

const workspaceGroups: RecordType = {
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

const workspaces: RecordType = {
  name: 'workspaces',
  singular: 'workspace',
  subject: 'Workspace',
  entity: 'project',
  include: ['primary_workspace_group', 'external_references'],
  unhide: { include_archived: 'true' },
  always: ['title', 'archived', 'start_date', 'due_date', 'status'],
  createOnly: ['creator_role', 'require_time_approvals'],
  isWritable: true,
  shape: (row, listing, settings) => ({
    ...row,
    primary_workspace_group_id: row['primary_workspace_group_id'] ?? null,
    status_key: readPath(row, 'status.key') ?? row['status_key'] ?? null,
    price: mainUnits(row['price_in_cents'], row['currency_base_unit']),
    custom_fields: {
      purchaseOrder: customValue(row, listing, settings.customFields.purchaseOrder),
      billingMode: customValue(row, listing, settings.customFields.billingMode),
    },
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
};

const timeEntries: RecordType = {
  name: 'time_entries',
  singular: 'time_entry',
  subject: 'TimeEntry',
  entity: 'time',
  include: ['workspace', 'user', 'role', 'story', 'active_submission', 'recent_submission', 'external_references'],
  unhide: { from_archived_workspaces: 'true' },
  always: ['date_performed', 'time_in_minutes', 'billable', 'taxable', 'notes', 'currency', 'approved'],
  createOnly: [],
  isWritable: false,
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
  include: ['workspaces', 'time_entries', 'expenses', 'billing_milestones', 'external_references'],
  unhide: {},
  always: ['invoice_date', 'payment_schedule', 'status', 'draft', 'purchase_order', 'message'],
  createOnly: ['suppress_emails', 'workspace_id'],
  isWritable: true,
  shape: (row) => ({
    ...row,
    workspace_id: listOf(row['workspace_ids'])[0] ?? null,
    status: row['draft'] === true ? 'draft' : row['status'],
    time_entry_ids: listOf(row['time_entry_ids']),
  }),
};

const types: ReadonlyMap<string, RecordType> = new Map(
  [workspaceGroups, workspaces, users, timeEntries, invoices].map((type) => [type.name, type]),
);
export const typeBySubject: ReadonlyMap<string, RecordType> = new Map(
  [...types.values()].map((type) => [type.subject, type]),
);

export function typeOf(recordType: string): RecordType {
  const type = types.get(recordType);
  if (type === undefined) throw new Fault('schema-changed', `Kantata has no record type ${recordType}`);
  return type;
}

/** What is asked with every read and write of a type. Custom field values come along where the settings name some. */
export function queryOf(type: RecordType, settings: Settings): Query {
  const hasCustomFields = type === workspaces && Object.values(settings.customFields).some((id) => id !== undefined);
  return { ...type.unhide, include: [...type.include, ...(hasCustomFields ? ['custom_field_values'] : [])].join(',') };
}

export function snapshotOf(type: RecordType, row: WireRecord, listing: Listing, settings: Settings): Snapshot {
  const missing = type.always.filter((field) => row[field] === undefined);
  if (missing.length > 0) {
    throw new Fault('schema-changed', `Kantata no longer sends ${missing.join(', ')} of ${type.name}`, {
      fields: missing,
    });
  }
  return {
    recordType: type.name,
    recordId: String(row['id']),
    version: versionOf(type, row, listing),
    externalId: externalIdOf(row, listing),
    wire: type.shape(row, listing, settings),
  };
}

/** Snapshots of a listing. A group that is no company is none of ours, even where the filter was not obeyed. */
export function snapshotsOf(type: RecordType, listing: Listing, settings: Settings): readonly Snapshot[] {
  const rows = type === workspaceGroups ? listing.rows.filter((row) => row['company'] !== false) : listing.rows;
  return rows.map((row) => snapshotOf(type, row, listing, settings));
}

/**
 * The change stamp in UTC, empty where the list shows none (users). An approval does not touch the time entry's stamp,
 * so its timesheet follows behind a blank: two versions that differ only there are neither older nor newer.
 */
export function versionOf(type: RecordType, row: WireRecord, listing: Listing): string {
  const stamp = stampOf(row['updated_at']) ?? '';
  if (type !== timeEntries) return stamp;
  const sheet = submissionOf(row, listing);
  return sheet === null ? stamp : `${stamp} ${String(sheet['id'])}:${String(sheet['status'])}`;
}

/** Their stamps carry an offset; ours are in UTC, so that text order is time order. */
export function stampOf(value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return null;
  try {
    return instantText(parseInstant(value));
  } catch (cause) {
    throw new Fault('unreadable', 'Kantata sent an instant in an unknown form', { cause });
  }
}

export function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function externalIdOf(row: WireRecord, listing: Listing): string | null {
  for (const id of listOf(row['external_reference_ids'])) {
    const reference = listing.side('external_references', id);
    if (reference?.['service_name'] === serviceName) return String(reference['service_model_ref']);
  }
  return null;
}

/** The timesheet in force, or the last one, which is then rejected or cancelled. */
function submissionOf(row: WireRecord, listing: Listing): WireRecord | null {
  return (
    listing.side('timesheet_submissions', row['active_submission_id']) ??
    listing.side('timesheet_submissions', row['recent_submission_id'])
  );
}

/** Without a timesheet, `approved` also stands for time in projects that need no approval. */
function approvalOf(row: WireRecord, listing: Listing): string {
  const status = submissionOf(row, listing)?.['status'];
  if (status === 'approved') return 'approved';
  if (status === 'new' || status === 'pending') return 'submitted';
  if (row['approved'] === true) return 'approved';
  return status === 'rejected' ? 'rejected' : 'open';
}

/** Cents of theirs as main units. `currency_base_unit` is how many make one: 100, or 1 for a currency without cents. */
function mainUnits(cents: unknown, baseUnit: unknown): string | null {
  if (typeof cents !== 'number' && typeof cents !== 'string') return null;
  if (typeof baseUnit !== 'number' || baseUnit < 1) {
    throw new Fault('schema-changed', 'Kantata sent an amount without its currency_base_unit', {
      fields: ['currency_base_unit'],
    });
  }
  return divideDecimal(parseDecimal(cents), parseDecimal(baseUnit), 6, 'half-up');
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
