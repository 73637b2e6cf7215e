// sObject collections: up to 200 records a call, each with its own result, or all or none of them.
import { parseId } from './ids.ts';
import { fieldsAsked, insertRow, keyField, removeRow, showRow, typeOfRecord, updateRow, upsertRow } from './records.ts';
import { type Answer, isDeleted, Refused } from './refusals.ts';
import type { TypeShape } from './shape.ts';
import type { Stored } from './table.ts';
import { type Body, isBody } from './values.ts';
import { bodyOf, typeNamed, type Visit } from './visit.ts';

const rowsMax = 200;
const readRowsMax = 2000;
const rolledBack = new Refused(
  'ALL_OR_NONE_OPERATION_ROLLED_BACK',
  'Record rolled back because not all records were valid and the request was using AllOrNone header',
);

type Result = Readonly<Record<string, unknown>> & { readonly success: boolean };

class RollBack extends Error {}

/** A failed record has no id. `created` is said only where a record may or may not be new. */
const failed = (refused: Refused, extra: Readonly<Record<string, unknown>>): Result => ({
  success: false,
  errors: [refused.toResult()],
  ...extra,
});

/** Writes one after the other. A body that cannot be read fails the whole request, whatever `allOrNone` says. */
function each<Entry>(
  visit: Visit,
  entries: readonly Entry[],
  isAllOrNone: boolean,
  extra: Readonly<Record<string, unknown>>,
  write: (entry: Entry) => Result,
): Answer {
  const { books } = visit.org;
  const results: Result[] = [];
  const run = (entry: Entry): Result => {
    try {
      return books.atomically(() => write(entry));
    } catch (error) {
      if (error instanceof Refused && error.code !== 'JSON_PARSER_ERROR') return failed(error, extra);
      throw error;
    }
  };
  try {
    books.atomically(() => {
      for (const entry of entries) results.push(run(entry));
      if (isAllOrNone && results.some((result) => !result.success)) throw new RollBack();
    });
  } catch (error) {
    if (!(error instanceof RollBack)) throw error;
    return { status: 200, json: results.map((result) => (result.success ? failed(rolledBack, extra) : result)) };
  }
  return { status: 200, json: results };
}

function refuseCount(count: number, max: number): void {
  if (count === 0) throw new Refused('REQUIRED_FIELD_MISSING', 'At least 1 record is required', null);
  if (count <= max) return;
  const message = `record limit reached. cannot submit more than ${max} records into this call`;
  throw new Refused('EXCEEDED_ID_LIMIT', message, null);
}

function recordsOf(visit: Visit): { readonly records: readonly Body[]; readonly isAllOrNone: boolean } {
  const body = bodyOf(visit);
  const list = Array.isArray(body['records']) ? body['records'] : [];
  refuseCount(list.length, rowsMax);
  return { records: list.filter(isBody), isAllOrNone: body['allOrNone'] === true };
}

export function createMany(visit: Visit): Answer {
  const { records, isAllOrNone } = recordsOf(visit);
  return each(visit, records, isAllOrNone, {}, (record) => {
    if ('id' in record || 'Id' in record) {
      throw new Refused('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id']);
    }
    return { ...insertRow(visit, typeOfRecord(visit, record), record) };
  });
}

/** The row a collection names. A row that is not there is a cross reference that leads nowhere. */
function rowNamed(visit: Visit, id: string, type: TypeShape | null): Stored {
  const long = parseId(id);
  const found = type ?? (long ? visit.schema.typeOfId(long) : null);
  if (!long || !found || !long.startsWith(found.prefix)) {
    const message = `${found?.label ?? 'Record'} ID: id value of incorrect type: ${id}`;
    throw new Refused('MALFORMED_ID', message, ['Id']);
  }
  const row = visit.org.books.find(found, long);
  if (!row || !visit.canSee(row)) throw new Refused('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  if (row.isDeleted) throw isDeleted();
  return row;
}

export function updateMany(visit: Visit): Answer {
  const { records, isAllOrNone } = recordsOf(visit);
  return each(visit, records, isAllOrNone, {}, (record) => {
    const { id: lower, Id: upper, ...body } = record;
    const id = lower ?? upper;
    if (typeof id !== 'string') throw new Refused('MISSING_ARGUMENT', 'Id not specified in an update call');
    const type = typeOfRecord(visit, record);
    const row = rowNamed(visit, id, type);
    updateRow(visit, type, row, body);
    return { id: row.id, success: true, errors: [] };
  });
}

export function upsertMany(visit: Visit, typeName: string, keyName: string): Answer {
  const type = typeNamed(visit, typeName);
  const key = keyField(type, keyName);
  const { records, isAllOrNone } = recordsOf(visit);
  const seen = new Set<string>();
  return each(visit, records, isAllOrNone, { created: false }, (record) => {
    if (typeOfRecord(visit, record) !== type) {
      throw new Refused('INVALID_TYPE', `all records must be of type ${type.name}`);
    }
    const name = Object.keys(record).find((one) => type.byName.get(one.toLowerCase()) === key);
    const value = name === undefined ? null : record[name];
    if (name === undefined || value === null || value === '') {
      throw new Refused('MISSING_ARGUMENT', `${key.name} not specified`);
    }
    // UNVERIFIED: that only the second of two equal keys fails, and its code.
    const text = key.isCaseSensitive ? String(value) : String(value).toLowerCase();
    if (seen.has(text)) throw new Refused('DUPLICATE_EXTERNAL_ID', `Duplicate external id specified: ${String(value)}`);
    seen.add(text);
    const { [name]: _, ...body } = record;
    return { ...upsertRow(visit, type, key, value, body) };
  });
}

export function deleteMany(visit: Visit): Answer {
  const ids = (visit.call.query.get('ids') ?? '').split(',').filter((id) => id !== '');
  refuseCount(ids.length, rowsMax);
  return each(visit, ids, visit.call.query.get('allOrNone') === 'true', {}, (id) => {
    const row = rowNamed(visit, id, null);
    removeRow(visit, visit.schema.type(row.type.name) ?? row.type, row);
    return { id: row.id, success: true, errors: [] };
  });
}

/** Rows in the order of the ids, with null where there is none to see. */
function readRows(visit: Visit, type: TypeShape, ids: readonly string[], names: string): Answer {
  refuseCount(ids.length, readRowsMax);
  const fields = fieldsAsked(type, names);
  const rows = ids.map((text) => {
    const id = parseId(text);
    const row = id ? visit.org.books.find(type, id) : undefined;
    return row && !row.isDeleted && visit.canSee(row) ? showRow(visit, row, fields) : null;
  });
  return { status: 200, json: rows };
}

export function readMany(visit: Visit, typeName: string): Answer {
  const type = typeNamed(visit, typeName);
  const { query } = visit.call;
  const ids = (query.get('ids') ?? '').split(',').filter((id) => id !== '');
  return readRows(visit, type, ids, query.get('fields') ?? '');
}

export function readManyByBody(visit: Visit, typeName: string): Answer {
  const type = typeNamed(visit, typeName);
  const { ids, fields } = bodyOf(visit);
  if (!Array.isArray(ids) || !Array.isArray(fields)) {
    throw new Refused('REQUIRED_FIELD_MISSING', 'ids and fields are required', null);
  }
  return readRows(visit, type, ids.map(String), fields.map(String).join(','));
}
