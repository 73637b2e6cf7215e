// Records looked for by a field's value: one question for all values of one type and field.
import { Refusal } from './asked.ts';
import type { KnownType } from './record-types.ts';
import { marks, select } from './suiteql.ts';

const valuesPerQuestion = 500;
const isColumn = (name: string) => /^[a-z][a-z0-9_]{0,60}$/.test(name);

/** Restricts a question to one type where several share a table. */
export function ofType(type: KnownType): string {
  return type.code === null ? '' : ` AND type = '${type.code}'`;
}

/** Value -> ids. 10 units for each 500 values. */
export function idsBy(type: KnownType, column: string, values: readonly string[]): ReadonlyMap<string, string[]> {
  if (!isColumn(column))
    throw new Refusal('INVALID_CONTENT', `Unknown property '${column}' in the request body.`, column);
  const found = new Map<string, string[]>();
  const sought = [...new Set(values)];
  for (let at = 0; at < sought.length; at += valuesPerQuestion) {
    const part = sought.slice(at, at + valuesPerQuestion);
    const text =
      `SELECT id, ${column} AS sought FROM ${type.table} ` +
      `WHERE ${column} IN (${marks(part)})${ofType(type)} ORDER BY id`;
    for (const row of select(text, part)) {
      const key = row['sought'] ?? '';
      found.set(key, [...(found.get(key) ?? []), row['id'] ?? '']);
    }
  }
  return found;
}
