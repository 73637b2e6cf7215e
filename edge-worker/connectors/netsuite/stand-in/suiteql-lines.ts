// The table of transaction lines: one row for each line of every list, named by its record.
import type { Books } from './books.ts';
import { type RecordType, recordType, reference } from './fields.ts';
import type { Role } from './permissions.ts';
import type { Entry } from './shelf.ts';

export const lineTable = 'transactionline';

/** A row of the table, as if it were a record of a type that has the columns of all lists. */
export function lineType(types: readonly RecordType[]): RecordType {
  const lists = types.flatMap((type) => [...type.sublists.values()]);
  const fields = [reference('transaction', ''), ...lists.flatMap(({ fields }) => [...fields.values()])];
  return recordType(lineTable, fields);
}

export function transactionTypes(books: Books, role: Role): readonly RecordType[] {
  const types = [...books.schema.types.values()].filter(({ table }) => table === 'transaction');
  return types.filter(({ permission }) => role.allows(permission, 'VIEW'));
}

export function lineRows(books: Books, types: readonly RecordType[]): readonly Entry[] {
  const rows: Entry[] = [];
  for (const { id: type } of types) {
    for (const entry of books.store.shelf(type).values()) {
      if (!books.isFound(entry)) continue;
      for (const line of Object.values(entry.sublists).flat()) {
        rows.push({ ...entry, type: lineTable, values: { ...line, transaction: entry.id }, sublists: {} });
      }
    }
  }
  return rows;
}
