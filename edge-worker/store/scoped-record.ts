// The record of one installation. A query names its tables by interpolation, and each is narrowed to the installation
// before anything is read from it: a query that forgets its installation is refused before D1 sees it.
import { getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { recordTables } from './flush-rows.ts';
import { type StoredRow, shapeOf } from './rows.ts';

type Bound = string | number | null;
type Part = SQLiteTable | Fragment | Bound;

/** A piece of a query: tables, other pieces and values stand where they were interpolated. `Row` is what it finds. */
export class Fragment<Row = unknown> {
  readonly texts: readonly string[];
  readonly parts: readonly Part[];
  declare readonly finds?: Row;

  constructor(texts: readonly string[], parts: readonly Part[]) {
    this.texts = texts;
    this.parts = parts;
  }
}

export function sql<Row = unknown>(texts: TemplateStringsArray, ...parts: readonly Part[]): Fragment<Row> {
  return new Fragment<Row>(texts, parts);
}

/** All columns of a table, under the names that its stored row has. */
export function columnsOf(table: SQLiteTable): Fragment {
  const { name, properties, columns } = shapeOf(table);
  return new Fragment(
    [columns.map((column, index) => `"${name}"."${column}" AS "${properties[index]}"`).join(', ')],
    [],
  );
}

/** Rows of one table. `clause` filters and orders. */
export function select<Table extends SQLiteTable>(table: Table, clause: Fragment): Fragment<StoredRow<Table>> {
  return sql`SELECT ${columnsOf(table)} FROM ${table} ${clause}`;
}

type Found<Queries extends readonly Fragment[]> = {
  [Index in keyof Queries]: Queries[Index] extends Fragment<infer Row> ? Row[] : never;
};

/** Pieces with a text between them, e.g. conditions with AND. */
export function joined(pieces: readonly Fragment[], between: string): Fragment {
  return new Fragment(['', ...pieces.slice(1).map(() => between), ''], pieces);
}

export interface RecordReader {
  /** Rows of each query, in order, all read at one moment. */
  read(queries: readonly { readonly text: string; readonly bound: readonly Bound[] }[]): Promise<unknown[][]>;
}

const tableNames = Object.values(recordTables).map(({ table }) => getTableName(table));
/** Where a query names a table in its text, however it spells it; `table.column` and a column elsewhere are none. */
const named = new RegExp(
  String.raw`(?:\b(?:from|join|in)\b|,)[\s(]*["\[\x60]?(${tableNames.join('|')})\b(?!["\]\x60]?\s*\.)`,
  'i',
);
const schema = /\b(?:main|temp)["\]`]?\s*\.|\bsqlite_\w+/i;
const writing = /\b(?:insert|update|delete|create|drop|alter|attach|pragma)\b/i;
/** What says nothing of tables: texts in quotes, and comments. */
const apart = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

/** What is read in the place of a table. Tables that it names itself are those of D1, narrowed like any. */
export type Views = ReadonlyMap<SQLiteTable, Fragment>;

export class ScopedRecord {
  readonly #reader: RecordReader;
  readonly #installation: string;
  readonly #views: Views;

  constructor(reader: RecordReader, installation: string, views: Views = new Map()) {
    this.#reader = reader;
    this.#installation = installation;
    this.#views = views;
  }

  /** The same record with other rows in the place of some tables, or of some more. */
  through(views: Views): ScopedRecord {
    return new ScopedRecord(this.#reader, this.#installation, new Map([...this.#views, ...views]));
  }

  async all<Row>(query: Fragment<Row>): Promise<Row[]> {
    const [rows] = await this.batch([query] as const);
    return rows;
  }

  async first<Row>(query: Fragment<Row>): Promise<Row | null> {
    return (await this.all(query))[0] ?? null;
  }

  /** Several queries that see the same moment. */
  async batch<const Queries extends readonly Fragment[]>(queries: Queries): Promise<Found<Queries>> {
    return (await this.#reader.read(queries.map((query) => this.written(query)))) as Found<Queries>;
  }

  /** The query as D1 gets it; the installation is always its first parameter. */
  written(query: Fragment): { readonly text: string; readonly bound: readonly Bound[] } {
    const bound: Bound[] = [this.#installation];
    return { text: write(narrow(query), bound, this.#views), bound };
  }
}

/** The text as it was typed: a table or a value that was interpolated leaves a mark only. */
function bare({ texts, parts }: Fragment): string {
  const standsFor = (part: Part | undefined) =>
    part instanceof Fragment ? bare(part) : part === undefined ? '' : ' ? ';
  return texts.map((text, index) => text + standsFor(parts[index])).join('');
}

/** A query that only reads, and reads from nothing but what is narrowed. */
function narrow(query: Fragment): Fragment {
  const text = bare(query).replace(apart, ' ');
  const found = named.exec(text)?.[1] ?? schema.exec(text)?.[0];
  if (found) throw new Error(`The query names ${found} in its text: interpolate the table, so that it is narrowed.`);
  const verb = writing.exec(text)?.[0];
  if (verb) throw new Error(`The query says ${verb}: the record is only read here; what is written goes by the lane.`);
  return query;
}

function write({ texts, parts }: Fragment, bound: Bound[], views: Views): string {
  return texts
    .map((text, index) => text + (index < parts.length ? writePart(parts[index] ?? null, bound, views) : ''))
    .join('');
}

function writePart(part: Part, bound: Bound[], views: Views): string {
  if (part instanceof Fragment) return write(part, bound, views);
  if (is(part, SQLiteTable)) {
    const name = getTableName(part);
    const view = views.get(part);
    if (view) return `(${write(narrow(view), bound, new Map())}) AS "${name}"`;
    return `(SELECT * FROM "${name}" WHERE installation = ?1) AS "${name}"`;
  }
  bound.push(part);
  return `?${bound.length}`;
}
