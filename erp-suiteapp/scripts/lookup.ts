// Records looked for by a field's value: one question for all values of one type and field.
import { Refusal } from './asked.ts';
import type { KnownType } from './record-types.ts';
import { marks, type Row, select } from './suiteql.ts';

const valuesPerQuestion = 500;
const isColumn = (name: string) => /^[a-z][a-z0-9_]{0,60}$/.test(name);

/** Restricts a question to one type where several share a table. */
export function ofType(type: KnownType): string {
  return type.code === null ? '' : ` AND type = '${type.code}'`;
}

const unseen = /Record '\w+' was not found/;

/** Tables that the role may not see are not there for SuiteQL; told in the words of a missing permission. */
export function selectFrom(type: KnownType, text: string, params: readonly (string | number)[]): readonly Row[] {
  try {
    return select(text, params);
  } catch (problem) {
    if (!unseen.test((problem as Error).message)) throw problem;
    throw new Refusal(
      'INSUFFICIENT_PERMISSION',
      `The role of the integration does not see records of the type ${type.id}.`,
    );
  }
}

/** Value -> ids. 10 units for each 500 values. A column of a line is named with its list: `expense.custcol_x`. */
export function idsBy(type: KnownType, column: string, values: readonly string[]): ReadonlyMap<string, string[]> {
  const [list = '', lineColumn = ''] = column.split('.');
  const isOfLine = type.code !== null && type.lists.some(({ id }) => id === list) && isColumn(lineColumn);
  if (!isOfLine && !isColumn(column))
    throw new Refusal('INVALID_CONTENT', `Unknown property '${column}' in the request body.`, column);
  const question = isOfLine
    ? { shown: `transaction AS id, ${lineColumn} AS sought`, from: 'transactionline', by: lineColumn, more: '' }
    : {
        shown: `id, ${column} AS sought`,
        from: type.table,
        by: column,
        more: `${ofType(type)} ORDER BY id`,
      };
  const found = new Map<string, string[]>();
  const sought = [...new Set(values)];
  for (let at = 0; at < sought.length; at += valuesPerQuestion) {
    const part = sought.slice(at, at + valuesPerQuestion);
    const { shown, from, by, more } = question;
    const text = `SELECT ${shown} FROM ${from} WHERE ${by} IN (${marks(part)})${more}`;
    for (const row of selectFrom(type, text, part)) {
      const key = row['sought'] ?? '';
      const ids = found.get(key) ?? [];
      if (!ids.includes(row['id'] ?? '')) found.set(key, [...ids, row['id'] ?? '']);
    }
  }
  return found;
}
