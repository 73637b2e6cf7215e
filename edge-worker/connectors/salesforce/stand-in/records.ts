// Single records over REST: create, read, update, delete, and the same by external id.
import { parseId } from './ids.ts';
import { type Answer, isDeleted, noSuchRecord, notFound, Refused } from './refusals.ts';
import type { FieldShape, TypeShape } from './shape.ts';
import { recordUrl } from './soql-run.ts';
import type { Stored } from './table.ts';
import { parseDateTime, wholeSecond } from './times.ts';
import { acceptBody, acceptValue, type Body, isBody } from './values.ts';
import { bodyOf, fieldNamed, rowToWrite, typeNamed, type Visit } from './visit.ts';

export interface Saved {
  readonly id: string;
  readonly success: true;
  readonly errors: readonly unknown[];
}

const saved = (id: string): Saved => ({ id, success: true, errors: [] });

function spoil(visit: Visit, type: TypeShape, id: string | null, body: Body): void {
  if (visit.spoiler) throw visit.spoiler(type, id, body);
}

function withoutId(type: TypeShape, body: Body, key: FieldShape | null): Body {
  for (const name of Object.keys(body)) {
    const isKey = name.toLowerCase() === 'id' || (key !== null && type.byName.get(name.toLowerCase()) === key);
    if (!isKey) continue;
    throw new Refused('INVALID_FIELD', `The ${name} field should not be specified in the sobject data.`, null);
  }
  return body;
}

const insufficientAccess = (): Refused =>
  new Refused('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id', [], 403);

export function insertRow(visit: Visit, type: TypeShape, body: Body): Saved {
  const { books } = visit.org;
  if (type.isReadOnly || type.isEvent || type.access?.canCreate === false) {
    throw new Refused('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type ${type.name} does not support create`);
  }
  spoil(visit, type, null, body);
  return saved(books.insert(type, acceptBody(books, type, body, true), visit.by).id);
}

export function updateRow(visit: Visit, type: TypeShape, row: Stored, body: Body): void {
  const { books } = visit.org;
  if (type.isReadOnly || type.isEvent) {
    throw new Refused('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type ${type.name} does not support update`);
  }
  if (type.access?.canEdit === false) throw insufficientAccess();
  if (row.isDeleted) throw isDeleted();
  spoil(visit, type, row.id, body);
  books.update(row, acceptBody(books, type, body, false), visit.by);
}

export function removeRow(visit: Visit, type: TypeShape, row: Stored): void {
  const isKept = type.isReadOnly || type.isEvent || type.name === 'User';
  if (isKept || type.access?.canDelete === false) throw insufficientAccess();
  if (row.isDeleted) throw isDeleted();
  spoil(visit, type, row.id, {});
  visit.org.books.remove(row, visit.by);
}

export type Upserted = Saved & { readonly created: boolean };

/** Writes the row with this key, or makes one. More than one row with the key is nobody's to choose here. */
export function upsertRow(visit: Visit, type: TypeShape, key: FieldShape, value: unknown, body: Body): Upserted {
  const { books } = visit.org;
  const accepted = acceptValue(books, key, value);
  const found = key.kind === 'id' ? [rowToWrite(visit, type, String(value))] : books.findByValue(type, key, accepted);
  const [row] = found;
  if (found.length > 1)
    throw new Refused('DUPLICATE_EXTERNAL_ID', `${key.name}: more than one record found`, [key.name]);
  if (row) {
    updateRow(visit, type, row, body);
    return { ...saved(row.id), created: false };
  }
  return { ...insertRow(visit, type, { ...body, [key.name]: value }), created: true };
}

/** A field by which records may be named in the address. */
export function keyField(type: TypeShape, name: string): FieldShape {
  const field = type.byName.get(name.toLowerCase());
  if (!field || !(field.isExternalId || field.kind === 'id')) throw noSuchRecord(name);
  return field;
}

export function showRow(visit: Visit, row: Stored, fields: readonly FieldShape[]): Record<string, unknown> {
  const record: Record<string, unknown> = {
    attributes: { type: row.type.name, url: recordUrl(visit.version, row.type, row.id) },
  };
  for (const field of fields) record[field.name] = row.values[field.key] ?? null;
  return record;
}

export function fieldsAsked(type: TypeShape, names: string | null): readonly FieldShape[] {
  if (!names) return type.fields;
  const asked = names.split(',').map((name) => fieldNamed(type, name.trim()));
  return asked.some((field) => field.kind === 'id') ? asked : [...asked, fieldNamed(type, 'Id')];
}

export function createRecord(visit: Visit, typeName: string): Answer {
  const type = typeNamed(visit, typeName);
  const result = insertRow(visit, type, withoutId(type, bodyOf(visit), null));
  const headers = { Location: recordUrl(visit.version, type, result.id) };
  return { status: 201, json: result, headers };
}

function rowToRead(visit: Visit, type: TypeShape, text: string): Stored {
  const id = parseId(text);
  if (!id?.startsWith(type.prefix)) throw noSuchRecord(text);
  const row = visit.org.books.find(type, id);
  if (!row || !visit.canSee(row)) throw notFound();
  if (row.isDeleted) throw isDeleted();
  return row;
}

const tagOf = (row: Stored): string => `"${row.stampMs.toString(36)}"`;

function readAnswer(visit: Visit, row: Stored): Answer {
  const headers = { ETag: tagOf(row), 'Last-Modified': new Date(row.stampMs).toUTCString() };
  if (visit.call.header('if-none-match') === tagOf(row)) return { status: 304, headers };
  return { status: 200, json: showRow(visit, row, fieldsAsked(row.type, visit.call.query.get('fields'))), headers };
}

/** UNVERIFIED: the body of a failed precondition. */
function checkPrecondition(visit: Visit, row: Stored): void {
  const since = visit.call.header('if-unmodified-since');
  const tag = visit.call.header('if-match');
  const sinceMs = since === null ? null : (parseDateTime(since) ?? Date.parse(since));
  const isStale = sinceMs !== null && wholeSecond(sinceMs) < row.stampMs;
  if (!isStale && (tag === null || tag === tagOf(row))) return;
  throw new Refused('PRECONDITION_FAILED', 'The record has been modified since the condition was met', null, 412);
}

export function readRecord(visit: Visit, typeName: string, id: string): Answer {
  return readAnswer(visit, rowToRead(visit, typeNamed(visit, typeName), id));
}

export function updateRecord(visit: Visit, typeName: string, id: string): Answer {
  const type = typeNamed(visit, typeName);
  const row = rowToWrite(visit, type, id);
  checkPrecondition(visit, row);
  updateRow(visit, type, row, withoutId(type, bodyOf(visit), null));
  return { status: 204 };
}

export function deleteRecord(visit: Visit, typeName: string, id: string): Answer {
  const type = typeNamed(visit, typeName);
  const row = rowToWrite(visit, type, id);
  checkPrecondition(visit, row);
  removeRow(visit, type, row);
  return { status: 204 };
}

/** The rows that an address with a key names: exactly one, or the choice that Salesforce offers with 300. */
function rowsByKey(visit: Visit, type: TypeShape, keyName: string, value: string): readonly Stored[] {
  const key = keyField(type, keyName);
  if (key.kind === 'id') return [rowToRead(visit, type, value)];
  return visit.org.books.findByValue(type, key, acceptValue(visit.org.books, key, value));
}

const choice = (visit: Visit, rows: readonly Stored[]): Answer => ({
  status: 300,
  json: rows.map((row) => recordUrl(visit.version, row.type, row.id)),
});

export function readByKey(visit: Visit, typeName: string, keyName: string, value: string): Answer {
  const rows = rowsByKey(visit, typeNamed(visit, typeName), keyName, value);
  if (rows.length > 1) return choice(visit, rows);
  if (!rows[0]) throw notFound();
  return readAnswer(visit, rows[0]);
}

export function deleteByKey(visit: Visit, typeName: string, keyName: string, value: string): Answer {
  const type = typeNamed(visit, typeName);
  const rows = rowsByKey(visit, type, keyName, value);
  if (rows.length > 1) return choice(visit, rows);
  if (!rows[0]) throw notFound();
  removeRow(visit, type, rows[0]);
  return { status: 204 };
}

export function upsertByKey(visit: Visit, typeName: string, keyName: string, value: string): Answer {
  const type = typeNamed(visit, typeName);
  const key = keyField(type, keyName);
  const rows = key.kind === 'id' ? [] : rowsByKey(visit, type, keyName, value);
  if (rows.length > 1) return choice(visit, rows);
  const result = upsertRow(visit, type, key, value, withoutId(type, bodyOf(visit), key));
  return { status: result.created ? 201 : 200, json: result };
}

/** The type a collection's record says it is. */
export function typeOfRecord(visit: Visit, body: Body): TypeShape {
  const name = isBody(body['attributes']) ? body['attributes']['type'] : undefined;
  const type = typeof name === 'string' ? visit.schema.type(name) : null;
  if (!type) throw new Refused('INVALID_TYPE', `sObject type '${String(name)}' is not supported.`);
  return type;
}
