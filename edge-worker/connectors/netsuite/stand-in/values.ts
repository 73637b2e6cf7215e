// One value of the books: how it is kept, and how a caller's form of it becomes that.
import { canonical, hoursOfDuration } from './decimals.ts';
import type { Field } from './fields.ts';
import { refusals } from './refusal.ts';

/** Ids, figures, dates and instants are texts; empty is null. */
export type Value = string | boolean | null;
export type Values = Readonly<Record<string, Value>>;
export type Line = Values;
export type Sublists = Readonly<Record<string, readonly Line[]>>;

export const isRecord = (raw: unknown): raw is Readonly<Record<string, unknown>> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw);

export function textOf(values: Values, key: string): string | null {
  const value = values[key];
  return typeof value === 'string' ? value : null;
}

export const isSet = (values: Values, key: string) => values[key] === true;

/** Whole seconds: the vendor keeps no finer instants. */
export const isoOf = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function dateOf(field: Field, raw: unknown): string {
  if (typeof raw === 'string' && /^\d{4}-\d\d-\d\d$/.test(raw)) {
    const ms = Date.parse(`${raw}T00:00:00Z`);
    if (!Number.isNaN(ms) && isoOf(ms).startsWith(raw)) return raw;
  }
  throw refusals.wrongKind(field.name, 'date in the form YYYY-MM-DD');
}

function instantOf(field: Field, raw: unknown): string {
  const ms = typeof raw === 'string' && raw.includes('T') ? Date.parse(raw) : Number.NaN;
  if (Number.isNaN(ms)) throw refusals.wrongKind(field.name, 'date and time in ISO 8601');
  return isoOf(ms);
}

function decimalOf(field: Field, raw: unknown): string {
  const duration = field.kind === 'hours' && typeof raw === 'string' ? hoursOfDuration(raw) : null;
  const figure = duration ?? (typeof raw === 'string' || typeof raw === 'number' ? canonical(raw) : null);
  if (figure === null) throw refusals.wrongKind(field.name, field.kind === 'hours' ? 'duration' : 'number');
  return figure;
}

function flagOf(field: Field, raw: unknown): boolean {
  if (raw === true || raw === 'T' || raw === 'true') return true;
  if (raw === false || raw === 'F' || raw === 'false') return false;
  throw refusals.wrongKind(field.name, 'boolean');
}

function textFrom(field: Field, raw: unknown): string {
  if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'boolean') {
    throw refusals.wrongKind(field.name, 'string');
  }
  const value = String(raw);
  if (field.maxLength !== null && value.length > field.maxLength) throw refusals.tooLong(field.name, field.maxLength);
  return value;
}

function idOf(field: Field, raw: unknown, resolve: Resolve): string {
  const bare = isRecord(raw) ? (raw['id'] ?? raw['externalId']) : raw;
  if (typeof bare !== 'string' && typeof bare !== 'number') throw refusals.wrongKind(field.name, 'reference');
  if (isRecord(raw) && (raw['id'] === undefined || raw['id'] === null)) {
    const found = resolve(field, String(bare));
    if (found === null) throw refusals.invalidValue(String(bare), field.id, field.name);
    return found;
  }
  const id = String(bare);
  if (field.kind === 'choice' && !field.choices.some((each) => each.id === id)) {
    throw refusals.invalidValue(id, field.id, field.name);
  }
  return id;
}

/** Finds the internal id behind an external one; null when there is none. */
export type Resolve = (field: Field, externalId: string) => string | null;

export function valueFrom(field: Field, raw: unknown, resolve: Resolve): Value {
  if (raw === null || raw === undefined || raw === '') return null;
  switch (field.kind) {
    case 'text':
      return textFrom(field, raw);
    case 'number':
    case 'amount':
    case 'hours':
      return decimalOf(field, raw);
    case 'flag':
      return flagOf(field, raw);
    case 'date':
      return dateOf(field, raw);
    case 'instant':
      return instantOf(field, raw);
    case 'choice':
    case 'reference':
      return idOf(field, raw, resolve);
  }
}
