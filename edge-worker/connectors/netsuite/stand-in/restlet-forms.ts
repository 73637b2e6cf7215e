// The forms in which our RESTlet takes and gives values: everything a text, a boolean or null.
import type { Books } from './books.ts';
import type { Field, RecordType } from './fields.ts';
import { Refusal, refusals } from './refusal.ts';
import type { Entry } from './shelf.ts';
import { isRecord, type Line, type Value, type Values, valueFrom } from './values.ts';

export type Json = Readonly<Record<string, unknown>>;

export const recordsMax = 100;
export const statusesMax = 200;
const pageMax = 1000;

export const refusedOutcome = ({ code, message, path }: Refusal) => ({
  outcome: 'refused',
  code,
  message,
  field: path === null ? null : path.toLowerCase(),
});

export const badRequest = (message: string) => new Refusal('INVALID_REQUEST', message);

export const textIn = (json: Json, key: string): string => {
  const value = json[key];
  if (typeof value !== 'string') throw badRequest(`"${key}" must be a string.`);
  return value;
};

export const optionalTextIn = (json: Json, key: string) => ((json[key] ?? null) === null ? null : textIn(json, key));

export function listIn(json: Json, key: string, max: number): readonly Json[] {
  const list = json[key];
  if (!Array.isArray(list) || list.length > max) throw badRequest(`"${key}" must be a list of at most ${max}.`);
  return list.map((each: unknown) => {
    if (!isRecord(each)) throw badRequest(`"${key}" must hold objects.`);
    return each;
  });
}

export function limitIn(json: Json): number {
  const limit = json['limit'] ?? 500;
  if (typeof limit !== 'number' || !(limit >= 1 && limit <= pageMax))
    throw badRequest(`"limit" must be 1 to ${pageMax}.`);
  return limit;
}

const listTypes = new Set(['subsidiary', 'currency', 'term', 'serviceitem']);

const scriptTypes: Readonly<Record<Field['kind'], string>> = {
  text: 'text',
  number: 'float',
  amount: 'currency',
  hours: 'float',
  flag: 'checkbox',
  date: 'date',
  instant: 'datetimetz',
  choice: 'select',
  reference: 'select',
};

export function shownValues(fields: ReadonlyMap<string, Field>, values: Values): Record<string, Value> {
  const shown: Record<string, Value> = {};
  for (const field of fields.values()) shown[field.id] = values[field.key] ?? (field.kind === 'flag' ? false : null);
  return shown;
}

/** Figures must come as texts and flags as booleans, so that no floating point slips in. */
export function strictValue(field: Field, raw: unknown): Value {
  const isRightForm = raw === null || typeof raw === (field.kind === 'flag' ? 'boolean' : 'string');
  if (!isRightForm) throw refusals.wrongKind(field.id, field.kind === 'flag' ? 'boolean' : 'string');
  if (field.kind === 'hours' && String(raw).includes(':')) throw refusals.wrongKind(field.id, 'decimal string');
  return valueFrom(field, raw, () => null);
}

export function valuesFrom(fields: ReadonlyMap<string, Field>, given: unknown): Record<string, Value> {
  if (!isRecord(given)) throw badRequest('"values" must be an object.');
  const values: Record<string, Value> = {};
  for (const [id, raw] of Object.entries(given)) {
    const field = fields.get(id);
    if (!field) throw refusals.unknownField(id);
    if (!field.isReadOnly) values[field.key] = strictValue(field, raw ?? null);
  }
  return values;
}

function optionsOf(field: Field, books: Books) {
  if (field.kind === 'choice') return field.choices;
  const [target] = field.targets;
  if (field.kind !== 'reference' || target === undefined || !listTypes.has(target)) return null;
  const entries = [...books.store.shelf(target).values()];
  return entries.map(({ id }) => ({ id, label: books.store.displayName([target], id) }));
}

/** The body fields of a type, for mapping pages and drift checks. */
export const describedFields = (type: RecordType, books: Books) => [
  ...[...type.fields.values()].map((field) => ({
    id: field.id,
    label: field.label,
    type: scriptTypes[field.kind],
    mandatory: field.isMandatory,
    options: optionsOf(field, books),
    maxLength: field.maxLength,
  })),
  ...(hasAddress(type) ? describedAddress() : []),
];

/** Our script shows a customer's default billing address as fields of the record, in place of the subrecord. */
const addressIds = ['addressee', 'addr1', 'addr2', 'city', 'state', 'zip', 'country'];

export const hasAddress = (type: RecordType) => type.sublists.has('addressbook');

const isDefault = (line: Line) => line['defaultbilling'] === true;

export function shownAddress(entry: Entry): Record<string, Value> {
  const lines = entry.sublists['addressbook'] ?? [];
  const line = lines.find(isDefault) ?? lines[0] ?? {};
  return Object.fromEntries(addressIds.map((id) => [id, line[id] ?? null]));
}

/** Takes the address out of the values and puts it into the default line; without one, an empty address makes none. */
export function addressLines(values: Record<string, unknown>, lines: readonly Line[]): readonly Line[] | null {
  const given: Record<string, Value> = {};
  for (const id of addressIds) {
    if (!(id in values)) continue;
    const raw = values[id] ?? null;
    if (raw !== null && typeof raw !== 'string') throw refusals.wrongKind(id, 'string');
    given[id] = raw === '' ? null : raw;
    delete values[id];
  }
  const at = Math.max(lines.findIndex(isDefault), lines.length > 0 ? 0 : -1);
  const kept = lines[at];
  if (kept) return lines.map((line) => (line === kept ? { ...line, ...given } : line));
  const isEmpty = Object.values(given).every((value) => value === null);
  return isEmpty ? null : [{ defaultbilling: true, defaultshipping: true, ...given }];
}

const describedAddress = () =>
  addressIds.map((id) => ({
    id,
    label: `Address: ${id}`,
    type: 'text',
    mandatory: false,
    options: null,
    maxLength: 150,
  }));
