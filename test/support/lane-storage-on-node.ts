// Durable Object storage over node:sqlite: the part a lane uses. It outlives the object that writes to it.
import { bindable, Sqlite, valuesOf } from './sqlite.ts';

type Value = SqlStorageValue;

export class LaneStorage {
  readonly sqlite: Sqlite;
  rowsWritten = 0;
  statements = 0;
  /** When the object is to be woken; null = never. */
  alarmAtMs: number | null = null;

  constructor(path?: string) {
    this.sqlite = new Sqlite(path);
  }

  /** As the platform hands it to the object. The parts left out are those no lane uses; touching them fails at once. */
  get storage(): DurableObjectStorage {
    return this as unknown as DurableObjectStorage;
  }

  readonly sql = {
    exec: <T extends Record<string, Value>>(query: string, ...bindings: unknown[]) => this.#exec<T>(query, bindings),
    databaseSize: 0,
  };

  transactionSync<T>(work: () => T): T {
    return this.sqlite.atomically(work);
  }

  async getAlarm(): Promise<number | null> {
    return this.alarmAtMs;
  }

  async setAlarm(at: number | Date): Promise<void> {
    this.alarmAtMs = Number(at);
  }

  async deleteAlarm(): Promise<void> {
    this.alarmAtMs = null;
  }

  /** Takes the alarm when it is due; the caller then calls `alarm()` on its object, as the platform does. */
  takeAlarm(nowMs: number): boolean {
    if (this.alarmAtMs === null || this.alarmAtMs > nowMs) return false;
    this.alarmAtMs = null;
    return true;
  }

  async sync(): Promise<void> {}

  async deleteAll(): Promise<void> {
    const tables = this.sqlite.db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all();
    this.sqlite.db.exec('PRAGMA foreign_keys = OFF');
    for (const { name } of tables) this.sqlite.db.exec(`DROP TABLE "${name}"`);
    this.sqlite.db.exec('PRAGMA foreign_keys = ON');
    this.alarmAtMs = null;
  }

  #exec<T extends Record<string, Value>>(query: string, bindings: readonly unknown[]): Cursor<T> {
    const values = bindable(bindings);
    // What only reads has written nothing.
    const isReading = query.startsWith('SELECT');
    const before = isReading ? 0 : this.sqlite.totalChanges();
    let rest = query;
    for (;;) {
      this.statements++;
      const statement = this.sqlite.prepare(rest);
      const tail = rest.slice(rest.indexOf(statement.sourceSQL) + statement.sourceSQL.length);
      const isLast = tail.replace(/--.*/g, '').trim() === '';
      statement.setReturnArrays(true);
      const rows = valuesOf(isLast ? statement.all(...values) : statement.all());
      if (isLast) {
        const names = this.sqlite.columnNames(statement);
        const written = isReading ? 0 : this.sqlite.totalChanges() - before;
        this.rowsWritten += written;
        return new Cursor<T>(names, rows, written);
      }
      rest = tail;
    }
  }
}

/** The rows of one statement. Read once, from front to back. */
class Cursor<T extends Record<string, Value>> {
  readonly columnNames: string[];
  readonly rowsWritten: number;
  readonly rowsRead: number;
  readonly #rows: IterableIterator<unknown[]>;

  constructor(columnNames: string[], rows: readonly unknown[][], rowsWritten: number) {
    this.columnNames = columnNames;
    this.rowsWritten = rowsWritten;
    this.rowsRead = rows.length;
    this.#rows = rows.values();
  }

  next(): { readonly done?: false; readonly value: T } | { readonly done: true; readonly value?: never } {
    const { done, value } = this.#rows.next();
    return done ? { done: true } : { value: this.#recordOf(value) };
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (const row of this.#rows) yield this.#recordOf(row);
  }

  toArray(): T[] {
    return [...this];
  }

  one(): T {
    const rows = this.toArray();
    const [row] = rows;
    if (row === undefined || rows.length > 1) {
      throw new Error(`Expected exactly one result from SQL query, but got ${rows.length}`);
    }
    return row;
  }

  /** Rows as arrays; an iterator that knows `toArray`, as the platform's does. */
  raw(): IterableIterator<unknown[]> {
    return this.#rows;
  }

  #recordOf(row: readonly unknown[]): T {
    return Object.fromEntries(this.columnNames.map((name, index) => [name, row[index]])) as T;
  }
}
