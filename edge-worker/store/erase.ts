// Every row of one installation out of the record, a portion at a time: D1 takes no statement that runs for long.
import { getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import * as record from './record-schema.ts';
import { shapeOf } from './rows.ts';

/** By construction all there are: a table that is added is erased too. */
export const installationTables: readonly SQLiteTable[] = Object.values(record).filter((one) => is(one, SQLiteTable));

const portionMax = 2_000;

/** How many rows there are. */
export async function countRows(database: D1Database, installation: string): Promise<number> {
  const counted = installationTables.map((table) =>
    database.prepare(`SELECT count(*) AS n FROM "${getTableName(table)}" WHERE installation = ?`).bind(installation),
  );
  const answers = await database.batch<{ n: number }>(counted);
  return answers.reduce((sum, { results }) => sum + (results[0]?.n ?? 0), 0);
}

/** Which of these installations have rows there. */
export async function presentAmong(database: D1Database, installations: readonly string[]): Promise<readonly string[]> {
  if (installations.length === 0) return [];
  const has = installationTables.map(
    (table) => `EXISTS (SELECT 1 FROM "${getTableName(table)}" t WHERE t.installation = one.value)`,
  );
  const query = `SELECT one.value AS installation FROM json_each(?) one WHERE ${has.join(' OR ')}`;
  const { results } = await database.prepare(query).bind(JSON.stringify(installations)).all<{ installation: string }>();
  return results.map(({ installation }) => installation);
}

/** Erases until nothing is left or `goesOn` says no. Returns how many rows went, and whether any may be left. */
export async function eraseRows(
  database: D1Database,
  installation: string,
  goesOn: () => boolean,
): Promise<{ readonly erased: number; readonly isAll: boolean }> {
  let erased = 0;
  for (const table of installationTables) {
    const keys = shapeOf(table).keys.map((key) => `"${key}"`);
    const name = `"${getTableName(table)}"`;
    const portion = `SELECT ${keys.join(', ')} FROM ${name} WHERE installation = ?1 LIMIT ${portionMax}`;
    const statement = database
      .prepare(`DELETE FROM ${name} WHERE (${keys.join(', ')}) IN (${portion})`)
      .bind(installation);
    for (;;) {
      if (!goesOn()) return { erased, isAll: false };
      const { meta } = await statement.run();
      erased += meta.changes;
      if (meta.changes < portionMax) break;
    }
  }
  return { erased, isAll: true };
}
