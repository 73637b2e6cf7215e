// What others may pin on a record: external references (the vendor's own crosswalk) and custom field values.
import { Refusal } from './answers.ts';
import type { Actor, Books } from './books.ts';
import {
  type Fields,
  type Input,
  idText,
  isInput,
  isSame,
  numeric,
  type Row,
  readAny,
  readFields,
  text,
  type Value,
} from './rows.ts';
import { collectionsOf } from './shapes.ts';

const referenceKinds = {
  service_name: 'text',
  service_model: 'text',
  service_model_ref: 'text',
  status: 'text',
  external_link: 'text',
  external_status: 'text',
  external_message: 'text',
  locked: 'flag',
} as const;

const blankReference = {
  status: 'successful',
  external_link: null,
  external_status: null,
  external_message: null,
  locked: false,
};

function readReference(input: Input): Record<string, Value> {
  const fields = readFields(input, referenceKinds);
  for (const field of ['service_name', 'service_model', 'service_model_ref'])
    if (text(fields, field) === '') throw Refusal.of(field, "can't be blank");
  const status = fields['status'];
  if (typeof status === 'string' && !['successful', 'pending', 'failed'].includes(status))
    throw Refusal.of('status', 'is not included in the list');
  return fields;
}

/** Refuses before anything is saved, so that a create and its inline reference happen both or not at all. */
export function checkInlineReference(input: Input): void {
  const reference = input['external_reference'];
  if (isInput(reference)) readReference(reference);
}

/** One reference per subject and service name: a second save with the same name changes the first. */
function saveReference(books: Books, subject: string, id: string, input: Input, actor: Actor): Row {
  const fields = readReference(input);
  const known = books.referencesOf(subject, id).find((row) => row['service_name'] === fields['service_name']);
  const synced = { ...fields, last_synced_at: books.stamp() };
  if (known) return books.change('external_references', known.id, synced, actor);
  const pinned = { subject_type: subject, subject_id: Number(id), ...blankReference, ...synced };
  return books.insert('external_references', pinned, actor);
}

export function saveInlineReference(books: Books, key: string, row: Row, input: Input, actor: Actor): void {
  const reference = input['external_reference'];
  const subject = books.shape(key).subject;
  if (isInput(reference) && subject) saveReference(books, subject, row.id, reference, actor);
}

export function createOrUpdateReference(books: Books, input: Input, actor: Actor): Row {
  const subject = typeof input['subject_type'] === 'string' ? input['subject_type'] : '';
  const id = idText(input['subject_id']);
  if (subject === '') throw Refusal.of('subject_type', "can't be blank");
  if (collectionsOf(subject).length === 0) throw Refusal.of('subject_type', 'is not included in the list');
  if (!id) throw Refusal.of('subject_id', "can't be blank");
  if (!books.subjectOf(subject, id)) throw Refusal.of('subject_id', 'is invalid');
  return saveReference(books, subject, id, input, actor);
}

function customField(books: Books, id: string | null): Row {
  const field = id ? books.table('custom_fields').get(id) : undefined;
  if (!field) throw Refusal.of('custom_field_id', 'is invalid');
  return field;
}

/** A field marked unique refuses a value that another record of the same kind holds already. */
function checkUnique(books: Books, field: Row, subject: string, id: string | null, value: Value, named: string): void {
  if (field['unique_constraint'] !== true) return;
  const holders = books.table('custom_field_values').by('custom_field_id', field.id);
  const isTaken = holders.some(
    (row) => row['subject_type'] === subject && String(row['subject_id']) !== id && isSame(row['value'], value),
  );
  if (isTaken) throw Refusal.saying(named, `${text(field, 'name')} has already been entered`);
}

function displayOf(field: Row, value: Value): string {
  if (Array.isArray(value)) return value.join(', ');
  return field['value_type'] === 'number' || typeof value !== 'string' ? String(value) : value;
}

function putValue(books: Books, field: Row, subject: string, id: string, value: Value, actor: Actor): Row {
  // A new value replaces the old one and has an id of its own.
  for (const known of books.customValuesOf(subject, id))
    if (known['custom_field_id'] === field.id) books.drop('custom_field_values', known.id, actor);
  const fields: Fields = {
    subject_type: subject,
    subject_id: Number(id),
    custom_field_id: field.id,
    custom_field_name: text(field, 'name'),
    type: text(field, 'value_type') || 'string',
    value,
    display_value: displayOf(field, value),
    account_id: books.accountId,
    setter_id: actor.userId,
    can_edit: true,
  };
  return books.insert('custom_field_values', fields, actor);
}

export function createCustomValue(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const subject = text(fields, 'subject_type');
  const id = String(numeric(fields, 'subject_id'));
  if (!books.subjectOf(subject, id)) throw Refusal.of('subject_id', 'is invalid');
  const field = customField(books, text(fields, 'custom_field_id') || null);
  const value = fields['value'] ?? null;
  checkUnique(books, field, subject, id, value, 'value');
  return putValue(books, field, subject, id, value, actor);
}

export function updateCustomValue(books: Books, row: Row, fields: Fields, actor: Actor): Row {
  const field = customField(books, text(row, 'custom_field_id'));
  const value = fields['value'] ?? null;
  checkUnique(books, field, text(row, 'subject_type'), String(row['subject_id']), value, 'value');
  return books.change('custom_field_values', row.id, { value, display_value: displayOf(field, value) }, actor);
}

interface InlineValue {
  readonly field: Row;
  readonly value: Value;
}

/** `custom_fields: [{custom_field_id, value}]` of a create or update, checked before anything is saved. */
export function readInlineValues(books: Books, subject: string, id: string | null, input: Input): InlineValue[] {
  const list: unknown = input['custom_fields'];
  if (!Array.isArray(list)) return [];
  return list.filter(isInput).map((entry) => {
    const field = customField(books, idText(entry['custom_field_id']));
    const value = readAny(entry['value']);
    checkUnique(books, field, subject, id, value, 'custom_fields');
    return { field, value };
  });
}

export function saveInlineValues(books: Books, subject: string, id: string, values: InlineValue[], actor: Actor): void {
  for (const { field, value } of values) putValue(books, field, subject, id, value, actor);
}
