// Questions to Kantata: records by id, by our cross-reference, by a field; and whether an unseen record was deleted.
import { Fault } from '../../faults.ts';
import { readPath } from '../codecs.ts';
import type { FindKey, ReadResult, RecordRef, Snapshot } from '../connector.ts';
import { type Client, type Listing, type Query, unlessForbidden } from './client.ts';
import { madeWhole } from './custom-fields.ts';
import { type RecordType, serviceName, typeOf } from './record-types.ts';
import { queryOf, snapshotsOf } from './records.ts';

/** Ids or references that one question may name. */
const idsPerCallMax = 200;
/** A search that is not narrowed by a filter of theirs gives up here. */
const scanPagesMax = 50;

/** Filters that narrow a search; what comes through is compared again. UNVERIFIED: how alike `matching` wants it. */
const filters: Readonly<Record<string, { readonly parameter: string; readonly takesList: boolean }>> = {
  'users.email_address': { parameter: 'by_email_addresses', takesList: true },
  'users.full_name': { parameter: 'by_full_name', takesList: false },
  'workspace_groups.name': { parameter: 'matching', takesList: false },
  'workspaces.title': { parameter: 'matching', takesList: false },
  'invoices.user_invoice_number': { parameter: 'user_invoice_number', takesList: true },
};

export async function readRecords(client: Client, refs: readonly RecordRef[]): Promise<readonly ReadResult[]> {
  const seen = new Map<string, Snapshot>();
  const gone = new Set<string>();
  for (const [type, ids] of idsByType(refs)) {
    for (const chunk of chunksOf(ids, idsPerCallMax)) {
      for (const found of await snapshotsById(client, type, chunk)) seen.set(keyOf(found), found);
      const unseen = chunk.filter((recordId) => !seen.has(keyOf({ recordType: type.name, recordId })));
      for (const recordId of await deletedOf(client, type, unseen))
        gone.add(keyOf({ recordType: type.name, recordId }));
    }
  }
  return refs.map((ref) => {
    const snapshot = seen.get(keyOf(ref));
    if (snapshot !== undefined) return { found: 'here', ref, snapshot };
    return { found: gone.has(keyOf(ref)) ? 'gone' : 'hidden', ref };
  });
}

export async function snapshotsById(
  client: Client,
  type: RecordType,
  ids: readonly string[],
): Promise<readonly Snapshot[]> {
  return listSnapshots(client, type, { only: ids.join(',') });
}

/** Records that carry our id, by that id. Two under one id are told as two. `narrow`: where else they need not be. */
export async function snapshotsByExternalId(
  client: Client,
  type: RecordType,
  externalIds: readonly string[],
  narrow: Query = {},
): Promise<ReadonlyMap<string, readonly Snapshot[]>> {
  const found = new Map<string, Snapshot[]>();
  if (type.markAt !== undefined) {
    for (const snapshot of await listSnapshots(client, type, narrow)) {
      const { externalId } = snapshot;
      if (externalId == null || !externalIds.includes(externalId)) continue;
      found.set(externalId, [...(found.get(externalId) ?? []), snapshot]);
    }
    return found;
  }
  for (const chunk of chunksOf([...new Set(externalIds)], idsPerCallMax)) {
    const query = {
      external_reference_service_name: serviceName,
      external_reference_service_model_refs: chunk.join(','),
    };
    for (const snapshot of await listSnapshots(client, type, query)) {
      const externalId = snapshot.externalId ?? '';
      found.set(externalId, [...(found.get(externalId) ?? []), snapshot]);
    }
  }
  return found;
}

export async function findRecords(client: Client, keys: readonly FindKey[]): Promise<readonly (readonly Snapshot[])[]> {
  const answers = new Map<FindKey, readonly Snapshot[]>();
  for (const group of groupsOf(keys, (key) => `${key.recordType}.${key.field ?? ''}`)) {
    const [first] = group;
    const type = typeOf(first.recordType);
    if (first.field === null) {
      const found = await snapshotsByExternalId(
        client,
        type,
        group.map((key) => key.value),
      );
      for (const key of group) answers.set(key, found.get(key.value) ?? []);
    } else {
      const found = await snapshotsByField(
        client,
        type,
        first.field,
        group.map((key) => key.value),
      );
      for (const key of group)
        answers.set(
          key,
          found.filter((one) => isMatch(one, key)),
        );
    }
  }
  return keys.map((key) => answers.get(key) ?? []);
}

/** More than was asked for may come back: the caller compares. */
async function snapshotsByField(
  client: Client,
  type: RecordType,
  field: string,
  values: readonly string[],
): Promise<readonly Snapshot[]> {
  const filter = filters[`${type.name}.${field}`];
  if (filter === undefined) return listSnapshots(client, type, {});
  // Their exact filters know capitals; ours do not.
  const spellings = [...new Set(values.flatMap((value) => [value, fold(value)]))];
  const asked = filter.takesList ? chunksOf(spellings, idsPerCallMax).map((chunk) => chunk.join(',')) : values;
  const found: Snapshot[] = [];
  for (const value of asked) found.push(...(await listSnapshots(client, type, { [filter.parameter]: value })));
  return [...new Map(found.map((snapshot) => [snapshot.recordId, snapshot])).values()];
}

function isMatch(snapshot: Snapshot, key: FindKey): boolean {
  const value = readPath(snapshot.wire, key.field ?? '');
  return (typeof value === 'string' || typeof value === 'number') && fold(String(value)) === fold(key.value);
}

/** Names and addresses are compared as people compare them. */
function fold(text: string): string {
  return text.trim().toLowerCase();
}

async function listSnapshots(client: Client, type: RecordType, query: Query): Promise<readonly Snapshot[]> {
  const found: Snapshot[] = [];
  let listing: Listing;
  let page = 1;
  do {
    listing = await client.list(type.name, { ...queryOf(type, client.settings), ...query, page: String(page) });
    found.push(...snapshotsOf(type, listing, client.settings));
  } while (++page <= Math.min(listing.pageCount, scanPagesMax));
  if (page <= listing.pageCount) {
    throw new Fault('rejected', `Kantata has too many ${type.name} to look through for one of them`);
  }
  return madeWhole(client, type, found);
}

/** Absence proves nothing, a deletion event does. It is kept for nine days, for admins of accounts with the add-on. */
async function deletedOf(client: Client, type: RecordType, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const query = {
    subject_type: type.subject,
    subject_id: ids.join(','),
    event_types: `${type.singular}:deleted`,
  };
  const listing = await unlessForbidden(() => client.list('subscribed_events', query));
  return (listing?.rows ?? [])
    .filter((event) => String(event['event_type']).endsWith(':deleted') && event['subject_type'] === type.subject)
    .map((event) => String(event['subject_id']));
}

function idsByType(refs: readonly RecordRef[]): ReadonlyMap<RecordType, readonly string[]> {
  const ids = new Map<RecordType, Set<string>>();
  for (const { recordType, recordId } of refs) {
    const type = typeOf(recordType);
    ids.set(type, (ids.get(type) ?? new Set()).add(recordId));
  }
  return new Map([...ids].map(([type, set]) => [type, [...set]]));
}

function groupsOf<Member>(list: readonly Member[], keyOf: (member: Member) => string): [Member, ...Member[]][] {
  const groups = new Map<string, [Member, ...Member[]]>();
  for (const member of list) {
    const group = groups.get(keyOf(member));
    if (group === undefined) groups.set(keyOf(member), [member]);
    else group.push(member);
  }
  return [...groups.values()];
}

export function chunksOf<Member>(list: readonly Member[], size: number): readonly (readonly Member[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

function keyOf({ recordType, recordId }: RecordRef): string {
  return `${recordType} ${recordId}`;
}
