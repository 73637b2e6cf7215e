// What subscribers have heard, told once more; and how long it is kept for that.
import { announcements, subscriptions } from '../store/lane-schema.ts';
import { readColumns, readRows, writeRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { holdOf, slotOf } from './dispatch.ts';
import { raiseHold } from './holds.ts';
import { StewardError } from './steward.ts';
import { type Subscription, waitingCount } from './subscribers.ts';

/** Events are kept this long, so that they can be told again. */
export const keptMs = 30 * 86_400_000;
const clearedMax = 2_000;
/** A cursor that nothing holds back follows after this many events of other types. */
const strideMax = 500;

/** Everything since a moment, in order, before anything new; whether it was heard already or not. */
export function rewind(core: LaneCore, row: Subscription, sinceMs: number): void {
  const query = 'SELECT min(seq) AS seq FROM announcements WHERE made_ms >= ?';
  const [first] = core.store.sql.exec(query, sinceMs).toArray() as { seq: number | null }[];
  if (first?.seq == null) return;
  row.cursor = Math.min(row.cursor, first.seq - 1);
  row.again = null;
}

/** The numbers of some events, by their ids. */
export function sequencesOf(core: LaneCore, ids: readonly string[]): number[] {
  const where = 'WHERE id IN (SELECT value FROM json_each(?)) ORDER BY seq';
  const found = readColumns(core.store.sql, announcements, ['seq', 'id'], where, JSON.stringify(ids));
  const missing = ids.find((id) => !found.some((one) => one.id === id));
  if (missing === undefined) return found.map(({ seq }) => seq);
  const days = Math.round(keptMs / 86_400_000);
  throw new StewardError('unknown-event', `There is no event ${missing}.`, `Events are kept for ${days} days.`);
}

/**
 * Forgets events that are too old to be told again, a portion at a time. Who has not heard them by now has an
 * exception since long ago; here it is said what was lost. Returns whether there may be more.
 */
export function clearAnnouncements(core: LaneCore): boolean {
  const { sql } = core.store;
  const beforeMs = core.ports.nowMs() - keptMs;
  // The newest one stays: the next is numbered after it. Of the others only the oldest are looked at.
  const query = `SELECT max(seq) AS last, count(*) AS n
    FROM (SELECT seq, made_ms FROM announcements ORDER BY seq LIMIT ?)
    WHERE made_ms < ? AND seq < (SELECT max(seq) FROM announcements)`;
  const [{ last, n } = { last: null, n: 0 }] = sql.exec(query, clearedMax, beforeMs).toArray() as {
    last: number | null;
    n: number;
  }[];
  const [{ newest } = { newest: 0 }] = sql.exec('SELECT max(seq) AS newest FROM announcements').toArray() as {
    newest: number;
  }[];
  const all = readRows(sql, subscriptions, '');
  const idle = all.filter((row) => newest - row.cursor > strideMax && waitingCount(sql, row.id) === 0);
  const late = last === null ? [] : all.filter((row) => row.cursor < last && !idle.includes(row));
  if (last === null && idle.length === 0) return false;
  core.store.transaction((tx) => {
    for (const row of late) {
      const before = waitingCount(tx.sql, row.id);
      row.cursor = last as number;
      writeRows(tx.sql, subscriptions, [row], 'replace');
      const lost = before - waitingCount(tx.sql, row.id);
      if (lost === 0) continue;
      const params = { name: row.name, url: row.url, count: String(lost) };
      raiseHold(tx, core.ports.makeId, {
        ...slotOf(row.id, 'expired'),
        ...holdOf('integration', 'events-expired', params),
      });
    }
    writeRows(
      tx.sql,
      subscriptions,
      idle.map((row) => ({ ...row, cursor: newest })),
      'replace',
    );
    if (last !== null) tx.sql.exec('DELETE FROM announcements WHERE seq <= ?', last);
  });
  return n === clearedMax;
}
