// Rows of Kantata's lists as snapshots: what is asked for with every read, versions, and whose id a row carries.
import { instantText, parseInstant } from '../../../shared/dates.ts';
import { Fault } from '../../faults.ts';
import type { Snapshot, WireRecord } from '../connector.ts';
import type { Asked, Listing, Query } from './client.ts';
import { listOf } from './invoice-lines.ts';
import { type RecordType, serviceName, workspaceGroups, workspaces } from './record-types.ts';

/** What is asked with every read and write of a type. Custom field values come along where the settings name some. */
export function queryOf(type: RecordType, settings: Asked): Query {
  const named = settings.paths[type.name] ?? [];
  const hasCustomFields = type === workspaces && Object.values(settings.customFields).some((id) => id !== undefined);
  const include = [...type.include, ...(hasCustomFields ? ['custom_field_values'] : [])];
  const optional = (type.optional ?? []).filter((field) => named.includes(field));
  return {
    ...type.unhide,
    include: include.join(','),
    ...(optional.length > 0 && { optional_fields: optional.join(',') }),
  };
}

export function snapshotOf(type: RecordType, row: WireRecord, listing: Listing, settings: Asked): Snapshot {
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
    externalId: externalIdOf(type, row, listing),
    wire: type.shape(row, listing, settings),
  };
}

/** Snapshots of a listing. A group that is no company is none of ours, even where the filter was not obeyed. */
export function snapshotsOf(type: RecordType, listing: Listing, settings: Asked): readonly Snapshot[] {
  const rows = type === workspaceGroups ? listing.rows.filter((row) => row['company'] !== false) : listing.rows;
  return rows.map((row) => snapshotOf(type, row, listing, settings));
}

/**
 * The change stamp in UTC, empty where the list shows none (users). An approval does not touch the time entry's stamp,
 * so its timesheet follows behind a blank: two versions that differ only there are neither older nor newer. The same
 * with expenses and their reports, and with milestones and the tasks whose completion they wait for.
 */
export function versionOf(type: RecordType, row: WireRecord, listing: Listing): string {
  const stamp = stampOf(row['updated_at']) ?? '';
  const beside = type.beside?.(row, listing) ?? null;
  return beside === null ? stamp : `${stamp} ${beside}`;
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

function externalIdOf(type: RecordType, row: WireRecord, listing: Listing): string | null {
  if (type.markAt !== undefined) return /\[([a-z]{3}_[0-9A-Z]+)\]/.exec(String(row[type.markAt] ?? ''))?.[1] ?? null;
  for (const id of listOf(row['external_reference_ids'])) {
    const reference = listing.side('external_references', id);
    if (reference?.['service_name'] === serviceName) return String(reference['service_model_ref']);
  }
  return null;
}
