// What only the lane holds of an installation, page by page, for an export of everything. Secrets are left out.
import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import * as lane from './lane-schema.ts';
import { type LaneSql, readRows, shapeOf } from './rows.ts';

/** What is work in hand, or a copy of what the record holds, is no part of it. */
const exported = {
  flows: lane.flows,
  subscriptions: lane.subscriptions,
  alertSettings: lane.alertSettings,
  mappingDrafts: lane.mappingDrafts,
  approvals: lane.approvals,
  deletions: lane.deletions,
  purchaseOrders: lane.purchaseOrders,
  projectFigures: lane.projectFigures,
  strays: lane.strays,
} as const satisfies Record<string, SQLiteTable>;

export type OwnTable = keyof typeof exported;
export const ownTables = Object.keys(exported) as OwnTable[];
/** The key of the last row of a page. */
export type After = readonly (string | number)[] | null;

export interface OwnPage {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Null when there are no more. */
  readonly after: After;
}

export function ownRows(sql: LaneSql, name: OwnTable, after: After, limit: number): OwnPage {
  const table: SQLiteTable = exported[name];
  const { keys, columns, properties } = shapeOf(table);
  const named = keys.map((key) => `"${getTableName(table)}"."${key}"`).join(', ');
  const isAfter = after === null ? '' : `WHERE (${named}) > (${keys.map(() => '?').join(', ')})`;
  const rows: Record<string, unknown>[] = readRows(
    sql,
    table,
    `${isAfter} ORDER BY ${named} LIMIT ?`,
    ...(after ?? []),
    limit,
  );
  const last = rows.length === limit ? rows.at(-1) : undefined;
  const keyOf = (row: Record<string, unknown>) =>
    keys.map((key) => row[properties[columns.indexOf(key)] ?? ''] as string | number);
  const shown = name === 'subscriptions' ? rows.map(({ keys: _sealed, ...row }) => row) : rows;
  return { rows: shown, after: last ? keyOf(last) : null };
}
