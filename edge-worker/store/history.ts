// The whole history of one entity: what D1 has of it and what was moved to the archive, read by the same queries. A row
// that is in both counts once.
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import {
  type Archive,
  type Archived,
  type archivedTables,
  historyPrefix,
  isClosedKey,
  readArchived,
  textsUnder,
} from './archive.ts';
import { audit, entityVersions, exceptions, receipts, timeline } from './record-schema.ts';
import { packRows, type RowOf, type StoredRow, shapeOf } from './rows.ts';
import { Fragment, joined, type ScopedRecord, select, sql } from './scoped-record.ts';

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
  // Rows leave D1 the oldest first, and its birth is the first thing that is told of an entity. What people were asked
  // about it leaves after what was told of that.
  if (!born || (born.version === 1 && (begun[0]?.run ?? Number.POSITIVE_INFINITY) <= born.run)) return record;
  const texts = await textsUnder(archive, await archive.list(historyPrefix(entity)));
  return texts.length === 0 ? record : record.through(await viewsOf(record, entity, readArchived(texts)));
}

/** The record as it is to be asked what people were asked about this entity. */
export async function closedOf(record: ScopedRecord, archive: Archive, entity: string): Promise<ScopedRecord> {
  const keys = (await archive.list(historyPrefix(entity))).filter(isClosedKey);
  if (keys.length === 0) return record;
  const { exceptions: closed } = readArchived(await textsUnder(archive, keys));
  return record.through(new Map([[exceptions, union(exceptions, sql`entity = ${entity}`, closed)]]));
}

/**
 * What people said to exceptions. Their subjects are looked up first, in an index that has nothing else: asked for
 * whole rows at once, D1 goes through the audit of years.
 */
export const answersTo = (among: Fragment): Fragment<StoredRow<typeof audit>> =>
  select(audit, sql`WHERE seq IN (SELECT seq FROM ${audit} WHERE subject ${among}) AND action >= 'hold-'`);

/** What stands for each table: its rows of the entity in D1, and those of the archive. */
async function viewsOf(record: ScopedRecord, entity: string, archived: Archived): Promise<Map<SQLiteTable, Fragment>> {
  const told = union(timeline, sql`entity = ${entity}`, archived.timeline);
  const named = (name: 'command' | 'exception') => sql`IN (
    SELECT entry.value ->> ${`$[1].${name}`} FROM (${told}) AS told, json_each(told.entries) AS entry)`;
  const views = new Map<SQLiteTable, Fragment>([
    [timeline, told],
    [entityVersions, union(entityVersions, sql`entity = ${entity}`, archived.entityVersions)],
    [receipts, union(receipts, sql`command ${named('command')}`, archived.receipts)],
  ]);
  if (archived.exceptions.length > 0) {
    views.set(exceptions, union(exceptions, sql`id ${named('exception')}`, archived.exceptions));
    const here = await record.all(answersTo(named('exception')));
    const answers = archivedRows(audit, [...archived.audit, ...here]);
    if (answers.length > 0) views.set(audit, joined(answers, ' UNION ALL '));
  }
  return views;
}

function union<Table extends (typeof archivedTables)[keyof typeof archivedTables]>(
  table: Table,
  where: Fragment,
  archived: readonly RowOf<Table>[],
): Fragment {
  const { columns } = shapeOf(table);
  const names = new Fragment([columns.map((column) => `"${column}"`).join(', ')], []);
  return joined([sql`SELECT ${names} FROM ${table} WHERE ${where}`, ...archivedRows(table, archived)], ' UNION ');
}

/** Rows of the archive as a query may read them, in as many pieces as it takes. */
export function archivedRows<Table extends SQLiteTable>(table: Table, archived: readonly RowOf<Table>[]): Fragment[] {
  const { columns } = shapeOf(table);
  const values = new Fragment([columns.map((column, index) => `value ->> ${index} AS "${column}"`).join(', ')], []);
  return packRows(table, archived).map((pack) => sql`SELECT ${values} FROM json_each(${pack})`);
}
