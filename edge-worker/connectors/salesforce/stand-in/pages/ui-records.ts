// The UI API's records, as record pages read and save them: one record a call, errors in a shape of their own.
import { insertRow, removeRow, updateRow } from '../records.ts';
import { type Answer, notFound, Refused } from '../refusals.ts';
import type { FieldShape, TypeShape } from '../shape.ts';
import type { Stored } from '../table.ts';
import { type Body, isBody } from '../values.ts';
import { bodyOf, fieldNamed, rowToWrite, type Visit } from '../visit.ts';

const generic = {
  create: 'An error occurred while trying to create the record. Please try again.',
  update: 'An error occurred while trying to update the record. Please try again.',
};

function fieldsOf(body: Body): Body {
  return isBody(body['fields']) ? body['fields'] : {};
}

export function createUiRecord(visit: Visit): Answer {
  const body = bodyOf(visit);
  return spoken('create', () => {
    const type = visit.schema.type(String(body['apiName']));
    if (!type) throw new Refused('INVALID_TYPE', `sObject type '${String(body['apiName'])}' is not supported.`);
    const { id } = insertRow(visit, type, fieldsOf(body));
    return { status: 201, json: shown(visit, rowToWrite(visit, type, id), type.fields) };
  });
}

export function readUiRecord(visit: Visit, id: string): Answer {
  const { type, row } = recordNamed(visit, id);
  const { query } = visit.call;
  const wanted = (name: string) => (query.get(name) ?? '').split(',').filter((one) => one !== '');
  if (query.get('layoutTypes') === 'Full') return { status: 200, json: shown(visit, row, type.fields) };
  const asked = wanted('fields').map((path) => fieldNamed(type, path.slice(path.indexOf('.') + 1)));
  const optional = wanted('optionalFields').flatMap(
    (path) => type.byName.get(path.slice(path.indexOf('.') + 1).toLowerCase()) ?? [],
  );
  return { status: 200, json: shown(visit, row, [...asked, ...optional]) };
}

export function updateUiRecord(visit: Visit, id: string): Answer {
  const { type, row } = recordNamed(visit, id);
  const body = bodyOf(visit);
  return spoken('update', () => {
    updateRow(visit, type, row, fieldsOf(body));
    return { status: 200, json: shown(visit, row, type.fields) };
  });
}

export function deleteUiRecord(visit: Visit, id: string): Answer {
  const { type, row } = recordNamed(visit, id);
  removeRow(visit, type, row);
  return { status: 204 };
}

function recordNamed(visit: Visit, id: string): { readonly type: TypeShape; readonly row: Stored } {
  const type = visit.schema.typeOfId(id);
  if (!type) throw notFound();
  return { type, row: rowToWrite(visit, type, id) };
}

function shown(visit: Visit, row: Stored, fields: readonly FieldShape[]): unknown {
  const { schema, org } = visit;
  const entries = fields.map((field) => {
    const value = row.values[field.key] ?? null;
    // A reference is shown by the name of the record it leads to.
    const target = field.referenceTo ? schema.type(field.referenceTo) : null;
    const name = target && value !== null ? org.books.find(target, String(value))?.values['Name'] : null;
    return [field.name, { displayValue: name ?? null, value }] as const;
  });
  return {
    apiName: row.type.name,
    id: row.id,
    fields: Object.fromEntries(entries),
    lastModifiedDate: row.values['LastModifiedDate'],
    systemModstamp: row.values['SystemModstamp'],
  };
}

/** A page is told in general words that it failed, and below them why. */
function spoken(what: keyof typeof generic, run: () => Answer): Answer {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const one = { errorCode: error.code, message: error.message };
    const [field] = error.fields ?? [];
    const output = field
      ? { errors: [], fieldErrors: { [field]: [{ ...one, field }] } }
      : { errors: [one], fieldErrors: {} };
    const json = { message: generic[what], statusCode: 400, enhancedErrorType: 'RecordError', output };
    return { status: 400, json };
  }
}
