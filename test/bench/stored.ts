// What lies on the disk of a hub that runs: bytes, and rows of its lanes.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export function bytesIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/** Rows by table, of all lanes together. They are only read, and a writer never waits for who reads. */
export function laneRows(state: string): ReadonlyMap<string, number> {
  const folder = join(state, 'do/tieout-hub-LaneObject');
  const counts = new Map<string, number>();
  for (const name of readdirSync(folder).filter((file) => /^[0-9a-f]{64}\.sqlite$/.test(file))) {
    const database = new DatabaseSync(join(folder, name), { readOnly: true });
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    for (const table of tables.map((row) => String(row['name']))) {
      const { n } = database.prepare(`SELECT count(*) AS n FROM "${table}"`).get() as { n: number };
      counts.set(table, (counts.get(table) ?? 0) + n);
    }
    database.close();
  }
  return counts;
}
