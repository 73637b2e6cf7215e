// What D1 and lane storage share on node:sqlite: statements kept prepared, limits enforced, rows counted.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** The platform's own limits; a statement that passes them here passes them there. */
export const parametersMax = 100;
const statementBytesMax = 100_000;
const valueBytesMax = 2_000_000;

export class Sqlite {
  readonly db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();
  readonly #names = new WeakMap<StatementSync, string[]>();
  readonly #totalChanges: StatementSync;
  #depth = 0;

  constructor(path = ':memory:') {
    this.db = new DatabaseSync(path);
    this.db.exec('PRAGMA foreign_keys = ON');
    this.#totalChanges = this.db.prepare('SELECT total_changes() AS count');
  }

  prepare(query: string): StatementSync {
    const known = this.#prepared.get(query);
    if (known !== undefined) return known;
    if (Buffer.byteLength(query) > statementBytesMax) throw new Error('statement too long: SQLITE_TOOBIG');
    const statement = this.db.prepare(query);
    this.#prepared.set(query, statement);
    return statement;
  }

  /** Asked once of a statement that says itself what it selects: each time costs more than the statement. */
  columnNames(statement: StatementSync): string[] {
    const known = this.#names.get(statement);
    if (known !== undefined) return known;
    const names = statement.columns().map((column) => column.name);
    if (!/(SELECT|RETURNING|\.) ?\*/i.test(statement.sourceSQL)) this.#names.set(statement, names);
    return names;
  }

  /** All of the work or none of it; may be nested. */
  atomically<T>(work: () => T): T {
    const name = `level_${++this.#depth}`;
    this.db.exec(`SAVEPOINT ${name}`);
    try {
      const result = work();
      if (result instanceof Promise) throw new TypeError('a transaction here cannot wait');
      return result;
    } catch (error) {
      this.db.exec(`ROLLBACK TO ${name}`);
      throw error;
    } finally {
      this.db.exec(`RELEASE ${name}`);
      this.#depth--;
    }
  }

  /** Rows that inserts, updates and deletes have touched so far, by triggers too; index entries are not counted. */
  totalChanges(): number {
    return Number(this.#totalChanges.get()?.['count']);
  }
}

/** Our values as node:sqlite takes them. `undefined` is refused, as the platform refuses it. */
export function bindable(values: readonly unknown[]): SQLInputValue[] {
  if (values.length > parametersMax) throw new Error(`too many SQL variables: ${values.length} of ${parametersMax}`);
  return values.map((value) => {
    if (value === null || typeof value === 'number') return value;
    if (typeof value === 'string' || value instanceof Uint8Array) {
      if (value.length > valueBytesMax) throw new Error('string or blob too big: SQLITE_TOOBIG');
      return value;
    }
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    throw new TypeError(`Type '${typeof value}' not supported for value '${String(value)}'`);
  });
}

/** One row with a value per column, in order. Read as arrays, because two columns may share a name. */
export function valuesOf(rows: readonly unknown[]): unknown[][] {
  return rows.map((row) => (Array.isArray(row) ? row : Object.values(Object(row))));
}
