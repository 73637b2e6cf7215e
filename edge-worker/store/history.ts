// The whole history of one entity: what D1 has of it and what was moved to the archive, read by the same queries. A row
// that is in both counts once.
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Archive, type archivedTables, type History, historyPrefix, readHistory } from './archive.ts';
import { entityVersions, receipts, timeline } from './record-schema.ts';
import { packRows, type RowOf, shapeOf } from './rows.ts';
import { Fragment, joined, type ScopedRecord, select, sql } from './scoped-record.ts';

/** Texts that are fetched side by side. */
const fetchedMax = 6;

/**
 * The record as it is to be asked about this entity. The archive is only gone to for what D1 does not have: the entity
 * began before what D1 still tells of it.
 */
export async function historyOf(record: ScopedRecord, archive: Archive, entity: string): Promise<ScopedRecord> {
  const [first, begun] = await record.batch([
    select(entityVersions, sql`WHERE entity = ${entity} ORDER BY version LIMIT 1`),
    sql<{ run: number }>`SELECT run FROM ${timeline} WHERE entity = ${entity} ORDER BY run LIMIT 1`,
  ]);
  const [born] = first;
  // Rows leave D1 the oldest first, and its birth is the first thing that is told of an entity.
  if (!born || (born.version === 1 && (begun[0]?.run ?? Number.POSITIVE_INFINITY) <= born.run)) return record;
  const keys = await archive.list(historyPrefix(entity));
  const texts: string[] = [];
  for (let from = 0; from < keys.length; from += fetchedMax)
    texts.push(
      ...(await Promise.all(keys.slice(from, from + fetchedMax).map(async (key) => (await archive.get(key)) ?? ''))),
    );
  return texts.length === 0 ? record : record.through(viewsOf(entity, readHistory(texts)));
}

/** What stands for each of the three tables: its rows of the entity in D1, and those of the archive. */
function viewsOf(entity: string, history: History): ReadonlyMap<SQLiteTable, Fragment> {
  const told = union(timeline, sql`entity = ${entity}`, history.timeline);
  const commands = sql`command IN (
    SELECT entry.value ->> '$[1].command' FROM (${told}) AS told, json_each(told.entries) AS entry)`;
  return new Map<SQLiteTable, Fragment>([
    [timeline, told],
    [entityVersions, union(entityVersions, sql`entity = ${entity}`, history.entityVersions)],
    [receipts, union(receipts, commands, history.receipts)],
  ]);
}

function union<Table extends (typeof archivedTables)[keyof typeof archivedTables]>(
  table: Table,
  where: Fragment,
  archived: readonly RowOf<Table>[],
): Fragment {
  const { columns } = shapeOf(table);
  const names = new Fragment([columns.map((column) => `"${column}"`).join(', ')], []);
  const values = new Fragment([columns.map((column, index) => `value ->> ${index} AS "${column}"`).join(', ')], []);
  const packs = packRows(table, archived).map((pack) => sql`SELECT ${values} FROM json_each(${pack})`);
  return joined([sql`SELECT ${names} FROM ${table} WHERE ${where}`, ...packs], ' UNION ');
}
