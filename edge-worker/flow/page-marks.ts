// Which pages of a host are out of date, and since when: marks wait here until the status loop has shown them.
import { statusDue } from '../store/lane-schema.ts';
import type { LaneStore } from '../store/lane-store.ts';
import { readRows, type StoredRow } from '../store/rows.ts';

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
