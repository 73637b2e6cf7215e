// Statements that carry whole arrays of rows as one JSON parameter. One statement per table and batch, never one per
// record.
import { Buffer } from 'node:buffer';
import { getTableColumns, getTableName } from 'drizzle-orm';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';

/** The part of a Durable Object's SQLite storage that the lane uses. */
export interface LaneSql {
  exec(query: string, ...bindings: unknown[]): { toArray(): unknown[] };
}
export interface LaneStorage {
  readonly sql: LaneSql;
  transactionSync<Result>(run: () => Result): Result;
}

export type RowOf<Table extends SQLiteTable> = Table['$inferInsert'];
export type StoredRow<Table extends SQLiteTable> = Table['$inferSelect'];

/** Parameters are cut here; a lane row or D1 value may not pass 2 MB. */
export const arrayBytesMax = 1_000_000;

interface Shape {
  readonly name: string;
  /** Property names in column order. */
  readonly properties: readonly string[];
  readonly columns: readonly string[];
  readonly keys: readonly string[];
}
const shapes = new Map<SQLiteTable, Shape>();

export function shapeOf(table: SQLiteTable): Shape {
  const known = shapes.get(table);
  if (known) return known;
  const columns = getTableColumns(table);
  const properties = Object.keys(columns);
  const composite = getTableConfig(table).primaryKeys[0]?.columns.map((column) => column.name);
  const single = Object.values(columns)
    .filter((column) => column.primary)
    .map((column) => column.name);
  const shape = {
    name: getTableName(table),
    properties,
    columns: properties.map((property) => columns[property]!.name),
    keys: composite ?? single,
  };
  shapes.set(table, shape);
  return shape;
}

export type OnConflict = 'fail' | 'ignore' | 'replace' | 'newer-run';

const statements = new Map<string, string>();

/** The statement that writes an array of rows into a table. `newer-run` keeps the row with the higher run number. */
export function writeStatement(table: SQLiteTable, onConflict: OnConflict): string {
  const shape = shapeOf(table);
  const key = `${shape.name} ${onConflict} ${shape.columns.length}`;
  const known = statements.get(key);
  if (known) return known;
  const values = shape.columns.map((_, index) => `value ->> ${index}`).join(', ');
  const others = shape.columns.filter((column) => !shape.keys.includes(column));
  const updates = others.map((column) => `"${column}" = excluded."${column}"`).join(', ');
  const ignore = ' ON CONFLICT DO NOTHING';
  const upsert = ` ON CONFLICT (${quoted(shape.keys)}) DO UPDATE SET ${updates}`;
  const conflict = {
    fail: '',
    ignore,
    replace: others.length === 0 ? ignore : upsert,
    'newer-run': `${upsert} WHERE excluded."run" > "${shape.name}"."run"`,
  }[onConflict];
  // "WHERE true" keeps SQLite from reading ON CONFLICT as part of a join.
  const from = `SELECT ${values} FROM jsonb_each(?) WHERE true`;
  const statement = `INSERT INTO "${shape.name}" (${quoted(shape.columns)}) ${from}${conflict}`;
  statements.set(key, statement);
  return statement;
}

function quoted(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(', ');
}

/** Rows as arrays in column order, cut into JSON texts of at most `arrayBytesMax`; a larger row stands alone. */
export function packRows<Table extends SQLiteTable>(table: Table, rows: readonly RowOf<Table>[]): string[] {
  const { properties } = shapeOf(table);
  return inPacks((rows as readonly Record<string, unknown>[]).map((row) => properties.map((one) => row[one] ?? null)));
}

function inPacks(rows: readonly (readonly unknown[])[]): string[] {
  const packs: string[] = [];
  let current: string[] = [];
  let size = 2;
  for (const row of rows) {
    const packed = JSON.stringify(row);
    const bytes = Buffer.byteLength(packed);
    if (size + bytes + 1 > arrayBytesMax && current.length > 0) {
      packs.push(`[${current.join(',')}]`);
      current = [];
      size = 2;
    }
    current.push(packed);
    size += bytes + 1;
  }
  if (current.length > 0) packs.push(`[${current.join(',')}]`);
  return packs;
}

/** Writes rows into a lane table. */
export function writeRows<Table extends SQLiteTable>(
  sql: LaneSql,
  table: Table,
  rows: readonly RowOf<Table>[],
  onConflict: Exclude<OnConflict, 'newer-run'>,
): void {
  if (rows.length === 0) return;
  const statement = writeStatement(table, onConflict);
  for (const pack of packRows(table, rows)) sql.exec(statement, pack);
}

/** Deletes the rows whose primary keys are given, each key as an array in key order. */
export function deleteRows(sql: LaneSql, table: SQLiteTable, keys: readonly (readonly (string | number)[])[]): void {
  if (keys.length > 0) sql.exec(deleteStatement(table), JSON.stringify(keys));
}

/** The statement that deletes the rows whose primary keys, and what else is named, are given. */
export function deleteStatement(table: SQLiteTable, also: readonly string[] = []): string {
  const shape = shapeOf(table);
  const named = [...shape.keys, ...also];
  const picked = named.map((_, index) => `value ->> ${index}`).join(', ');
  const left = named.length === 1 ? quoted(named) : `(${quoted(named)})`;
  return `DELETE FROM "${shape.name}" WHERE ${left} IN (SELECT ${picked} FROM jsonb_each(?))`;
}

/** Primary keys of rows as `deleteStatement` takes them, as many texts as it takes. */
export function packKeys<Table extends SQLiteTable>(
  table: Table,
  rows: readonly StoredRow<Table>[],
  also: readonly string[] = [],
): string[] {
  const { properties, columns, keys } = shapeOf(table);
  const places = [...keys, ...also].map((key) => properties[columns.indexOf(key)] as string);
  const packed = (rows as readonly Record<string, unknown>[]).map((row) => places.map((place) => row[place]));
  return inPacks(packed);
}

/**
 * Reads rows as the table's stored type. `clause` follows `FROM <table>`; every column must be selected, so it may
 * only filter and order.
 */
export function readRows<Table extends SQLiteTable>(
  sql: LaneSql,
  table: Table,
  clause: string,
  ...bindings: readonly unknown[]
): StoredRow<Table>[] {
  return sql.exec(`${selectStatement(table, null)} ${clause}`, ...bindings).toArray() as StoredRow<Table>[];
}

/** The same with some columns only: bodies of JSON are dear to read where nobody looks at them. */
export function readColumns<Table extends SQLiteTable, Property extends keyof StoredRow<Table> & string>(
  sql: LaneSql,
  table: Table,
  properties: readonly Property[],
  clause: string,
  ...bindings: readonly unknown[]
): Pick<StoredRow<Table>, Property>[] {
  return sql.exec(`${selectStatement(table, properties)} ${clause}`, ...bindings).toArray() as Pick<
    StoredRow<Table>,
    Property
  >[];
}

function selectStatement(table: SQLiteTable, chosen: readonly string[] | null): string {
  const { name, properties, columns } = shapeOf(table);
  const key = `${name} select ${chosen?.join() ?? '*'}`;
  const known = statements.get(key);
  if (known) return known;
  const selected = columns.flatMap((column, index) => {
    const property = properties[index] as string;
    return chosen === null || chosen.includes(property) ? [`"${name}"."${column}" AS "${property}"`] : [];
  });
  const statement = `SELECT ${selected.join(', ')} FROM "${name}"`;
  statements.set(key, statement);
  return statement;
}
