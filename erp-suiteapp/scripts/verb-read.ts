// The verbs that read: records by id, records by any field, and what changed since a moment.
import * as record from 'N/record';
import { badRequest, idIn, type Json, limitIn, listIn, optionalTextIn, Refusal, recordsMax, textIn } from './asked.ts';
import { type Budget, queryUnits, recordCosts } from './budget.ts';
import { nowMs } from './clock.ts';
import { deletionsSince } from './deletions.ts';
import { asked, fromSql, shownAs, toSql, zoneOffsetMs } from './instants.ts';
import { idsBy, ofType, selectFrom } from './lookup.ts';
import { outboxFields, outboxType } from './outbox.ts';
import { type ShownRecord, shownRecord } from './record-form.ts';
import type { KnownType } from './record-types.ts';
import { refusalFrom, typeNamed } from './refusals.ts';
import { marks, select } from './suiteql.ts';

type Found = { readonly found: true; readonly record: ShownRecord };
type Missing = { readonly found: false; readonly deleted: boolean };

/** The sweep of every hour has noted what was deleted before, so the vendor's own trace is asked for the rest only. */
const deletionDays = 2;
const deletionPagesMax = 20;
const dayMs = 86_400_000;

const outOfUnits = () =>
  new Refusal('SSS_USAGE_LIMIT_EXCEEDED', 'The request asks for more records than one run can open.');

export function read(request: Json, budget: Budget): readonly (Found | Missing)[] {
  const refs = listIn(request, 'records', recordsMax).map((each) => ({
    type: typeNamed(textIn(each, 'type')),
    id: textIn(each, 'id'),
  }));
  const loaded = refs.map(({ type, id }) => (/^\d{1,15}$/.test(id) ? loadIfThere(type, id, budget) : null));
  const missing = refs.filter((_, index) => loaded[index] === null);
  const deleted = missing.length === 0 ? new Set<string>() : provenDeleted(missing);
  return refs.map(({ type, id }, index) => {
    const shown = loaded[index];
    return shown ? { found: true, record: shown } : { found: false, deleted: deleted.has(`${type.id}/${id}`) };
  });
}

function loadIfThere(type: KnownType, id: string, budget: Budget): ShownRecord | null {
  if (!budget.affords(recordCosts[type.cost].open)) throw outOfUnits();
  try {
    return shownRecord(type, record.load({ type: type.id, id }));
  } catch (problem) {
    const refusal = refusalFrom(problem);
    if (refusal.code !== 'NONEXISTENT_ID') throw refusal;
    return null;
  }
}

/** By our own rows first, then by the vendor's trace of deletions. */
function provenDeleted(missing: readonly { readonly type: KnownType; readonly id: string }[]): ReadonlySet<string> {
  const ids = missing.map(({ id }) => id);
  const text =
    `SELECT ${outboxFields.type} AS rectype, ${outboxFields.record} AS recid FROM ${outboxType} ` +
    `WHERE ${outboxFields.kind} = 'deleted' AND ${outboxFields.record} IN (${marks(ids)})`;
  const proven = new Set(select(text, ids).map((row) => `${row['rectype']}/${row['recid']}`));
  if (missing.every(({ type, id }) => proven.has(`${type.id}/${id}`))) return proven;
  const traced = deletionsSince(new Date(nowMs() - deletionDays * dayMs), deletionPagesMax);
  for (const { type, id } of traced) proven.add(`${type}/${id}`);
  return proven;
}

type FoundRecord = Omit<ShownRecord, 'sublists'>;

export function find(request: Json, budget: Budget): readonly { readonly records: readonly FoundRecord[] }[] {
  const keys = listIn(request, 'keys', recordsMax).map((each) => ({
    type: typeNamed(textIn(each, 'type')),
    field: textIn(each, 'field'),
    value: textIn(each, 'value'),
  }));
  const groups = new Map<string, ReadonlyMap<string, readonly string[]>>();
  for (const { type, field } of keys) {
    const name = `${type.id}.${field}`;
    if (groups.has(name)) continue;
    if (!budget.affords(queryUnits)) throw outOfUnits();
    const values = keys.filter((key) => key.type === type && key.field === field).map(({ value }) => value);
    groups.set(name, idsBy(type, field, values));
  }
  const shown = new Map<string, FoundRecord | null>();
  return keys.map(({ type, field, value }) => {
    const ids = groups.get(`${type.id}.${field}`)?.get(value) ?? [];
    const records = ids.flatMap((id) => {
      const name = `${type.id}/${id}`;
      if (!shown.has(name)) shown.set(name, withoutLists(loadIfThere(type, id, budget)));
      return shown.get(name) ?? [];
    });
    return { records };
  });
}

function withoutLists(shown: ShownRecord | null): FoundRecord | null {
  if (shown === null) return null;
  const { sublists, ...rest } = shown;
  return rest;
}

/** Strictly after (since, afterId); without `afterId` the named second itself is taken in. */
export function changes(request: Json): readonly { readonly id: string; readonly lastmodified: string }[] {
  const type = typeNamed(textIn(request, 'type'));
  const since = optionalTextIn(request, 'since');
  const afterId = since === null ? null : idIn(request, 'afterId');
  const limit = limitIn(request);
  const sinceMs = since === null ? 0 : Date.parse(since);
  if (Number.isNaN(sinceMs)) throw badRequest('"since" must be an ISO 8601 instant.');
  const offsetMs = zoneOffsetMs();
  const stamp = type.modifiedField;
  const place = toSql(sinceMs, offsetMs);
  // Stamps are whole seconds: one named with a fraction lies after all records of its second.
  const isWhole = sinceMs % 1000 === 0;
  const atPlace = isWhole && afterId === null ? `${stamp} >= ${asked}` : `${stamp} > ${asked}`;
  const sameSecond = `(${stamp} = ${asked} AND id > ?)`;
  const [where, params] =
    isWhole && afterId !== null
      ? [`(${stamp} > ${asked} OR ${sameSecond})`, [place, place, afterId]]
      : [atPlace, [place]];
  const text =
    `SELECT id, ${shownAs(stamp)} AS stamp FROM ${type.table} WHERE ${where}${ofType(type)} ` +
    `ORDER BY ${stamp}, id FETCH FIRST ${limit} ROWS ONLY`;
  return selectFrom(type, text, params).map((row) => ({
    id: row['id'] ?? '',
    lastmodified: fromSql(row['stamp'] ?? '', offsetMs),
  }));
}
