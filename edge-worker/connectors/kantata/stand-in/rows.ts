// What a record looks like inside the stand-in, and how single values are read from rows and request bodies.
import { Refusal } from './answers.ts';

export type Value = string | number | boolean | null | readonly Value[] | { readonly [field: string]: Value };

/** Rows are never changed in place: a save puts a new row, so that events can keep the old one without copying. */
export interface Row {
  readonly id: string;
  readonly [field: string]: Value;
}

export type Fields = Readonly<Record<string, Value>>;

/** A request body's record, or what a person typed: nothing is known about it yet. */
export type Input = Readonly<Record<string, unknown>>;

export type Kind = 'text' | 'integer' | 'decimal' | 'flag' | 'date' | 'id' | 'number-id' | 'ids' | 'any';

export function isInput(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function text(row: Fields, field: string): string {
  const value = row[field];
  return typeof value === 'string' ? value : '';
}

export function numeric(row: Fields, field: string): number {
  const value = row[field];
  return typeof value === 'number' ? value : 0;
}

export function ids(row: Fields, field: string): readonly string[] {
  const value = row[field];
  return Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string') : [];
}

export function isSame(a: Value | undefined, b: Value | undefined): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

/** `workspace_id` -> `Workspace`, as the vendor's validation messages begin. */
export function humanName(field: string): string {
  const words = field.replace(/_ids?$/, '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** An id as this API prints it: a string, whichever way it was sent. */
export function idText(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && /^\d+$/.test(value) ? value : null;
}

export function readIds(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value];
  return list.map(idText).filter((id): id is string => id !== null);
}

/** JSON from outside, taken as it is. Anything JSON cannot say becomes null. */
export function readAny(value: unknown): Value {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value)) return value.map(readAny);
  return isInput(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readAny(inner)])) : null;
}

function readNumber(value: unknown, field: string, isWhole: boolean): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw Refusal.of(field, 'is not a number');
  if (isWhole && !Number.isSafeInteger(number)) throw Refusal.of(field, 'must be an integer');
  return number;
}

export function readValue(kind: Kind, value: unknown, field: string): Value {
  if (value === null || value === undefined || (value === '' && kind !== 'text')) return null;
  switch (kind) {
    case 'text':
      return typeof value === 'string' ? value : JSON.stringify(value);
    case 'integer':
      return readNumber(value, field, true);
    case 'decimal':
      return readNumber(value, field, false);
    case 'flag':
      return value === true || value === 'true' || value === 1 || value === '1';
    case 'date': {
      const day = typeof value === 'string' ? value.slice(0, 10) : '';
      if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day)))
        throw Refusal.of(field, 'is not a valid date');
      return day;
    }
    case 'id':
      return idText(value);
    case 'number-id':
      return readNumber(value, field, true);
    case 'ids':
      return readIds(value);
    case 'any':
      return readAny(value);
  }
}

/** Takes over the fields that `kinds` names and the input holds; all others are dropped without a word. */
export function readFields(input: Input, kinds: Readonly<Record<string, Kind>>): Record<string, Value> {
  const fields: Record<string, Value> = {};
  for (const field in input) {
    const kind = Object.hasOwn(kinds, field) ? kinds[field] : undefined;
    if (kind) fields[field] = readValue(kind, input[field], field);
  }
  return fields;
}
