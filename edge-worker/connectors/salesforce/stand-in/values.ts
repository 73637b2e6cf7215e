// Checks what a caller wants to write against the fields of its type, and turns it into what the org stores.
import { parseId } from './ids.ts';
import { isDeleted, noSuchRecord, Refused, unreadable } from './refusals.ts';
import type { FieldShape, Schema, TypeShape } from './shape.ts';
import type { Stored, Value, Values } from './table.ts';
import { formatDateTime, isDate, parseDateTime } from './times.ts';

/** What checking a value needs to know of the rows that are there. */
export interface RowFinder {
  readonly schema: Schema;
  find(type: TypeShape, id: string): Stored | undefined;
  findByValue(type: TypeShape, field: FieldShape, value: Value): readonly Stored[];
}

export type Body = Readonly<Record<string, unknown>>;

export const isBody = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function misread(kind: string, raw: unknown): Refused {
  const token =
    typeof raw === 'string' ? 'VALUE_STRING' : typeof raw === 'number' ? 'VALUE_NUMBER_INT' : 'START_OBJECT';
  const shown = isBody(raw) ? '{' : String(raw);
  return unreadable(
    `Cannot deserialize instance of ${kind} from ${token} value ${shown} or request may be missing a required field`,
  );
}

function acceptText(field: FieldShape, raw: unknown): Value {
  if (typeof raw !== 'string') throw misread('string', raw);
  const value = raw.trim();
  if (value === '') return null;
  if (field.kind === 'picklist') {
    if (field.isRestricted && !field.values.includes(value)) {
      throw new Refused(
        'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
        `${field.label}: bad value for restricted picklist field: ${value}`,
        [field.name],
      );
    }
    return value;
  }
  if (value.length > field.length) {
    const message = `${field.label}: data value too large: ${value} (max length=${field.length})`;
    throw new Refused('STRING_TOO_LONG', message, [field.name]);
  }
  if (field.kind === 'email' && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value)) {
    throw new Refused('INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${value}`, [field.name]);
  }
  return value;
}

function acceptNumber(field: FieldShape, raw: unknown): Value {
  const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw misread(field.kind, raw);
  if (field.kind === 'int' && !Number.isInteger(value)) throw misread('int', raw);
  if (Math.abs(value) >= 10 ** (field.precision - field.scale)) {
    const message = `${field.label}: value outside of valid range on numeric field: ${value}`;
    throw new Refused('NUMBER_OUTSIDE_VALID_RANGE', message, [field.name]);
  }
  return value;
}

function acceptReference(rows: RowFinder, field: FieldShape, raw: unknown): Value {
  if (typeof raw !== 'string') throw misread('reference', raw);
  if (raw === '') return null;
  const id = parseId(raw);
  const wrong = `${field.label}: id value of incorrect type: ${raw}`;
  if (!id) throw new Refused('MALFORMED_ID', wrong, [field.name]);
  const type = rows.schema.typeOfId(id);
  if (type?.name !== field.referenceTo) throw new Refused('FIELD_INTEGRITY_EXCEPTION', wrong, [field.name]);
  const row = rows.find(type, id);
  if (!row) throw new Refused('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', []);
  if (row.isDeleted) throw isDeleted();
  return id;
}

export function acceptValue(rows: RowFinder, field: FieldShape, raw: unknown): Value {
  if (raw === null || raw === undefined) return null;
  switch (field.kind) {
    case 'boolean':
      if (typeof raw !== 'boolean') throw misread('boolean', raw);
      return raw;
    case 'int':
    case 'double':
    case 'currency':
    case 'percent':
      return acceptNumber(field, raw);
    case 'date':
      if (typeof raw !== 'string' || !isDate(raw)) throw misread('date', raw);
      return raw;
    case 'datetime': {
      const ms = typeof raw === 'string' ? parseDateTime(raw) : null;
      if (ms === null) throw misread('datetime', raw);
      return formatDateTime(ms);
    }
    case 'reference':
      return acceptReference(rows, field, raw);
    default:
      return acceptText(field, raw);
  }
}

/** `"Account": {"Ext__c": "42"}` points at a record by one of its external ids. */
function acceptForeignKey(rows: RowFinder, field: FieldShape, raw: Body): Value {
  const type = rows.schema.type(field.referenceTo ?? '');
  const entry = Object.entries(raw).find(([name]) => name !== 'attributes');
  const key = entry && type ? type.byName.get(entry[0].toLowerCase()) : undefined;
  if (!type || !entry || !key) throw noSuchColumn(entry?.[0] ?? '', field.referenceTo ?? '');
  if (!key.isExternalId && !key.isUnique) throw noSuchRecord(key.name);
  const found = rows.findByValue(type, key, acceptValue(rows, key, entry[1]));
  if (found[0] && found.length === 1) return found[0].id;
  const message = `Foreign key external ID: ${entry[1]} not found for field ${key.name} in entity ${type.name}`;
  throw new Refused('INVALID_FIELD', message);
}

export const noSuchColumn = (name: string, type: string): Refused =>
  new Refused('INVALID_FIELD', `No such column '${name}' on sobject of type ${type}`, null);

function refuseReadOnly(field: FieldShape): never {
  const message =
    `Unable to create/update fields: ${field.name}. Please check the security settings of this field and verify ` +
    'that it is read/write for your profile or permission set.';
  throw new Refused('INVALID_FIELD_FOR_INSERT_UPDATE', message, [field.name]);
}

/** The values of a body, checked one by one, then for what is missing. */
export function acceptBody(rows: RowFinder, type: TypeShape, body: Body, isNew: boolean): Values {
  const values: Values = {};
  for (const [name, raw] of Object.entries(body)) {
    if (name === 'attributes') continue;
    const field = type.byName.get(name.toLowerCase());
    if (field) {
      if (field.isCalculated || (field.isImmutable && !isNew)) refuseReadOnly(field);
      values[field.key] = acceptValue(rows, field, raw);
      continue;
    }
    const relation = type.byRelationship.get(name.toLowerCase());
    if (!relation) throw noSuchColumn(name, type.name);
    if (relation.isCalculated) refuseReadOnly(relation);
    values[relation.key] = isBody(raw) ? acceptForeignKey(rows, relation, raw) : null;
  }
  requireFields(type, values, isNew);
  return values;
}

function requireFields(type: TypeShape, values: Values, isNew: boolean): void {
  const missing = type.fields.filter(
    (field) => field.isRequired && (isNew || field.key in values) && (values[field.key] ?? null) === null,
  );
  if (missing.length === 0) return;
  const names = missing.map((field) => field.name);
  throw new Refused('REQUIRED_FIELD_MISSING', `Required fields are missing: [${names.join(', ')}]`, names);
}
