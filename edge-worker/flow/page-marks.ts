// Which pages of a host are out of date, and since when: marks wait here until the status loop has shown them.
import type { StatusToShow } from '../connectors/connector.ts';
import { statusDue } from '../store/lane-schema.ts';
import type { LaneStore } from '../store/lane-store.ts';
import { readRows, type StoredRow } from '../store/rows.ts';
import type { StatusView } from './status.ts';

export type StatusMark = StoredRow<typeof statusDue>;

/** The oldest due marks of one host. They are found by going through the table, which is spared while none is due. */
export function dueMarks(store: LaneStore, host: string, nowMs: number, limit: number): readonly StatusMark[] {
  if (firstMarkMs(store, host) > nowMs) return [];
  const where = 'WHERE connection = ? AND due_ms <= ? ORDER BY due_ms LIMIT ?';
  const marks = readRows(store.sql, statusDue, where, host, nowMs, limit);
  if (marks.length === 0) store.pagesDueMs.delete(host);
  return marks;
}

/** No mark of a host is due before this; infinity while it has none. */
export function firstMarkMs(store: LaneStore, host: string): number {
  const known = store.pagesDueMs.get(host);
  if (known !== undefined) return known;
  const [row] = store.sql.exec('SELECT min(due_ms) AS first FROM status_due WHERE connection = ?', host).toArray();
  const first = (row as { first: number | null }).first ?? Number.POSITIVE_INFINITY;
  store.pagesDueMs.set(host, first);
  return first;
}

/** The rows of one call, and how many of the marks they answer. */
export interface StatusCall {
  readonly shown: readonly StatusToShow[];
  readonly answered: number;
}

/**
 * The rows to show for the first of some marks: as many as fill a call, so that calls are full. Several entities on
 * one page give that page's statuses once.
 */
export function statusesToShow(
  view: StatusView,
  host: string,
  marks: readonly StatusMark[],
  nowMs: number,
  rowsMax: number,
): StatusCall {
  const pages = new Set<string>();
  const shown: StatusToShow[] = [];
  for (const [index, mark] of marks.entries()) {
    const page = view.pageOf(mark.entity, host);
    const key = `${page?.recordType}|${page?.recordId}`;
    if (!page || pages.has(key)) continue;
    pages.add(key);
    const statuses = view.statusesFor(mark.entity, host, nowMs);
    if (shown.length > 0 && shown.length + statuses.length > rowsMax) return { shown, answered: index };
    for (const status of statuses) shown.push({ ...page, status });
  }
  return { shown, answered: marks.length };
}
