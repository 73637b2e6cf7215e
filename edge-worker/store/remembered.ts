// What looks at the lane's tables have found, remembered until something is written: most of what wakes a lane has
// changed nothing.
import type { LaneSql, LaneStorage } from './rows.ts';

/** The storage through which all of a lane's own code goes: whatever is not plainly a look ends what is remembered. */
export class RememberingStorage implements LaneStorage {
  readonly sql: LaneSql;
  readonly #inner: LaneStorage;
  readonly #found = new Map<string, unknown>();

  constructor(inner: LaneStorage) {
    this.#inner = inner;
    this.sql = {
      exec: (query, ...bindings) => {
        if (!query.startsWith('SELECT')) this.forget();
        return inner.sql.exec(query, ...bindings);
      },
    };
  }

  transactionSync<Result>(run: () => Result): Result {
    try {
      return this.#inner.transactionSync(run);
    } catch (error) {
      // What was found in it has never been.
      this.forget();
      throw error;
    }
  }

  /** `look` may depend on the tables and on what `name` says, and on nothing else. */
  remembered<Result>(name: string, look: () => Result): Result {
    if (!this.#found.has(name)) this.#found.set(name, look());
    return this.#found.get(name) as Result;
  }

  forget(): void {
    this.#found.clear();
  }
}
