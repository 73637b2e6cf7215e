// A D1 database over node:sqlite: tests and the simulation run the real SQL in one process, and can make it fail.
import { bindable, Sqlite, valuesOf } from './sqlite.ts';

/** `before`: nothing was done. `after`: it was done, but the caller hears of a failure. */
export interface D1Failure {
  readonly when: 'before' | 'after';
  readonly message?: string;
  /** How many calls it befalls; null = until `failure` is set to null again. */
  times: number | null;
}

export class D1OnNode implements D1Database {
  readonly sqlite: Sqlite;
  /** Set to make calls fail, null to make them well again. */
  failure: D1Failure | null = null;
  /** Awaited before each call: a test makes the database slow, or stops it, without a clock. */
  wait: (() => Promise<void>) | null = null;
  /** Calls over the network: a batch is one. */
  calls = 0;
  statements = 0;
  rowsWritten = 0;

  constructor(path?: string) {
    this.sqlite = new Sqlite(path);
  }

  prepare(query: string): D1PreparedStatement {
    return new Prepared(this, query, []);
  }

  async batch<T = unknown>(list: D1PreparedStatement[]): Promise<D1Result<T>[]> {
    const statements = list.map((one) => {
      if (one instanceof Prepared) return one;
      throw new TypeError('batch takes statements that this database prepared');
    });
    return this.call(() => this.sqlite.atomically(() => statements.map((statement) => statement.perform<T>())));
  }

  exec(query: string): Promise<D1ExecResult> {
    return this.call(() => {
      this.sqlite.db.exec(query);
      return { count: query.split('\n').filter((line) => line.trim() !== '').length, duration: 0 };
    });
  }

  withSession(): D1DatabaseSession {
    return Object.assign(this, { getBookmark: () => null });
  }

  dump(): Promise<ArrayBuffer> {
    return Promise.reject(new Error('dump is not offered here'));
  }

  /** One call: waits, then works in one go, so that two calls never mix. */
  async call<T>(work: () => T): Promise<T> {
    this.calls++;
    await this.wait?.();
    this.#failIfDue('before');
    const result = dressed(work);
    this.#failIfDue('after');
    return result;
  }

  #failIfDue(when: D1Failure['when']): void {
    const failure = this.failure;
    if (failure === null || failure.when !== when) return;
    if (failure.times !== null && --failure.times <= 0) this.failure = null;
    throw new Error(`D1_ERROR: ${failure.message ?? 'Network connection lost.'}`);
  }
}

class Prepared implements D1PreparedStatement {
  readonly #database: D1OnNode;
  readonly #query: string;
  readonly #values: readonly unknown[];

  constructor(database: D1OnNode, query: string, values: readonly unknown[]) {
    this.#database = database;
    this.#query = query;
    this.#values = values;
  }

  bind(...values: unknown[]): D1PreparedStatement {
    return new Prepared(this.#database, this.#query, values);
  }

  all<T = Record<string, unknown>>(): Promise<D1Result<T>> {
    return this.#database.call(() => this.perform<T>());
  }

  run<T = Record<string, unknown>>(): Promise<D1Result<T>> {
    return this.all<T>();
  }

  async first<T>(column?: string): Promise<T | null> {
    const [row] = (await this.all<Record<string, unknown>>()).results;
    if (row === undefined) return null;
    if (column !== undefined && !(column in row)) throw new Error(`D1_ERROR: Column not found (${column})`);
    return (column === undefined ? row : row[column]) as T;
  }

  raw<T = unknown[]>(options: { columnNames: true }): Promise<[string[], ...T[]]>;
  raw<T = unknown[]>(options?: { columnNames?: false }): Promise<T[]>;
  async raw(options?: { columnNames?: boolean }): Promise<unknown[][]> {
    return this.#database.call(() => {
      const statement = this.#database.sqlite.prepare(this.#query);
      const names = statement.columns().map((column) => column.name);
      const rows = valuesOf(this.#rows(true));
      return options?.columnNames ? [names, ...rows] : rows;
    });
  }

  perform<T>(): D1Result<T> {
    const { sqlite } = this.#database;
    const before = sqlite.totalChanges();
    const results = this.#rows(false).map((row) => ({ ...Object(row) })) as T[];
    const changes = sqlite.totalChanges() - before;
    this.#database.rowsWritten += changes;
    const counts = { changes, rows_written: changes, rows_read: results.length, changed_db: changes > 0 };
    return { success: true, results, meta: { ...counts, duration: 0, size_after: 0, last_row_id: 0 } };
  }

  #rows(asArrays: boolean): readonly unknown[] {
    if (/^\s*(begin|commit|rollback|savepoint|release)\b/i.test(this.#query)) {
      throw new Error('transactions are made by batch()');
    }
    this.#database.statements++;
    const values = bindable(this.#values);
    const statement = this.#database.sqlite.prepare(this.#query);
    statement.setReturnArrays(asArrays);
    return statement.all(...values);
  }
}

/** What went wrong, as D1 words it. */
function dressed<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isConstraint = message.includes('constraint failed');
    throw new Error(`D1_ERROR: ${message}${isConstraint ? ': SQLITE_CONSTRAINT' : ''}`, { cause: error });
  }
}
