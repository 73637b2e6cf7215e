// Lane databases as earlier and later releases leave them behind: rewritten in place, with the rows they hold.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

const folder = 'edge-worker/store/migrations/lane';

export interface LaneMigration {
  readonly tag: string;
  readonly whenMs: number;
  readonly statements: readonly string[];
}

/** Every migration of a lane, oldest first. */
export function laneMigrations(): LaneMigration[] {
  const journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as {
    entries: { tag: string; when: number }[];
  };
  return journal.entries.map(({ tag, when }) => ({ tag, whenMs: when, statements: statementsOf(`${tag}.sql`) }));
}

function statementsOf(file: string): string[] {
  return readFileSync(join(folder, file), 'utf8')
    .split('--> statement-breakpoint')
    .map((statement) => statement.trim());
}

/** The database of this installation's lane, by what the lane says of itself. */
export function laneFileOf(state: string, installation: string): string {
  const place = join(state, 'do/tieout-hub-LaneObject');
  const files = readdirSync(place).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  const found = files.map((name) => join(place, name)).find((file) => installationOf(file) === installation);
  if (!found) throw new Error(`no lane of ${installation} in ${place}`);
  return found;
}

function installationOf(file: string): string {
  const lane = new DatabaseSync(file, { readOnly: true });
  try {
    return String(lane.prepare("SELECT value FROM lane_state WHERE name = 'installation'").get()?.['value']);
  } finally {
    lane.close();
  }
}

/** The lane as a release with only the first `count` migrations would hold it: its tables, and what fits into them. */
export function rewindLane(file: string, count: number): void {
  const lane = new DatabaseSync(file);
  try {
    const kept = new Map(
      tablesOf(lane).map((table) => [table, lane.prepare(`SELECT * FROM "${table}"`).all()] as const),
    );
    lane.exec('BEGIN');
    for (const table of kept.keys()) lane.exec(`DROP TABLE "${table}"`);
    lane.exec('DELETE FROM __drizzle_migrations');
    for (const { statements, whenMs } of laneMigrations().slice(0, count)) {
      for (const statement of statements) lane.exec(statement);
      lane.prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)').run('', whenMs);
    }
    for (const table of tablesOf(lane)) fill(lane, table, kept.get(table) ?? []);
    lane.exec('COMMIT');
  } finally {
    lane.close();
  }
}

/** The lane after a later release has been at it: columns, a table and a migration that this one knows nothing of. */
export function updateLane(file: string): void {
  const lane = new DatabaseSync(file);
  try {
    for (const table of tablesOf(lane)) {
      lane.exec(`ALTER TABLE "${table}" ADD COLUMN later_text text`);
      lane.exec(`ALTER TABLE "${table}" ADD COLUMN later_count integer DEFAULT 0 NOT NULL`);
    }
    lane.exec('CREATE TABLE later_table (id text PRIMARY KEY NOT NULL) WITHOUT ROWID');
    lane.prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)').run('', Date.now() + 86_400_000);
  } finally {
    lane.close();
  }
}

function tablesOf(lane: DatabaseSync): string[] {
  const rows = lane.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  return rows.map((row) => String(row['name'])).filter((name) => !/^(_cf_|__drizzle|sqlite_)/.test(name));
}

function columnsOf(lane: DatabaseSync, table: string): string[] {
  return lane
    .prepare(`SELECT name FROM pragma_table_info(?)`)
    .all(table)
    .map((row) => String(row['name']));
}

function fill(lane: DatabaseSync, table: string, rows: readonly Record<string, SQLInputValue>[]): void {
  const columns = columnsOf(lane, table).filter((column) => rows[0] && column in rows[0]);
  if (columns.length === 0) return;
  const names = columns.map((column) => `"${column}"`).join(', ');
  const insert = lane.prepare(`INSERT INTO "${table}" (${names}) VALUES (${columns.map(() => '?').join(', ')})`);
  for (const row of rows) insert.run(...columns.map((column) => row[column] ?? null));
}
