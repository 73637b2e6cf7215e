// A SQLite database put back to an earlier time, as the platform does it: every table as it was.
import type { DatabaseSync } from 'node:sqlite';

export type Copy = ReadonlyMap<string, readonly Record<string, unknown>[]>;

export function copyOf(db: DatabaseSync): Copy {
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all();
  return new Map(tables.map(({ name }) => [String(name), db.prepare(`SELECT * FROM "${name}"`).all()] as const));
}

export function putBack(db: DatabaseSync, copy: Copy): void {
  for (const [table, list] of copy) {
    db.exec(`DELETE FROM "${table}"`);
    for (const row of list) {
      const columns = Object.keys(row);
      const places = columns.map(() => '?').join(', ');
      const named = columns.map((one) => `"${one}"`).join(', ');
      db.prepare(`INSERT INTO "${table}" (${named}) VALUES (${places})`).run(...(Object.values(row) as never[]));
    }
  }
}
