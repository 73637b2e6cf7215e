// Subscribers as the lane knows them: what each still has to hear, when it is called next, how it is doing.
import { announcements, subscriptions } from '../store/lane-schema.ts';
import { type LaneSql, readColumns, readRows, type StoredRow } from '../store/rows.ts';

export type Subscription = StoredRow<typeof subscriptions>;
export type Announcement = StoredRow<typeof announcements>;

export const typesOf = (row: Pick<Subscription, 'types'>) => JSON.parse(row.types) as readonly string[];
export const againOf = (row: Pick<Subscription, 'again'>) => JSON.parse(row.again ?? '[]') as readonly number[];

/** Every type that some subscriber wants to hear of, whether it can be reached just now or not. */
export function audienceOf(sql: LaneSql): ReadonlySet<string> {
  return new Set(readColumns(sql, subscriptions, ['types'], '').flatMap(typesOf));
}

/** What lies beyond a subscriber's cursor and is of a type that it wants. */
const waits = `seq > s.cursor AND (EXISTS (SELECT 1 FROM json_each(s.types) WHERE value = '*')
  OR type IN (SELECT value FROM json_each(s.types)))`;

/** Subscribers with something to hear, and when they may be called. */
export function waitingSubscribers(sql: LaneSql): readonly { readonly id: string; readonly nextMs: number }[] {
  return sql
    .exec(
      `SELECT id, next_ms AS nextMs FROM subscriptions s WHERE next_ms IS NOT NULL AND state != 'paused'
         AND (again IS NOT NULL OR EXISTS (SELECT 1 FROM announcements WHERE ${waits}))`,
    )
    .toArray() as { id: string; nextMs: number }[];
}

export function waitingCount(sql: LaneSql, id: string): number {
  const query = `SELECT count(*) AS n FROM subscriptions s JOIN announcements ON ${waits} WHERE s.id = ?`;
  return Number((sql.exec(query, id).toArray()[0] as { n: number }).n);
}

/** The next events for one subscriber: those to be told once more, then what it has not heard, in order. */
export function nextFor(sql: LaneSql, row: Subscription, limit: number): readonly Announcement[] {
  const again = againOf(row).slice(0, limit);
  if (again.length > 0) {
    const found = readRows(sql, announcements, 'WHERE seq IN (SELECT value FROM json_each(?))', JSON.stringify(again));
    return again.flatMap((seq) => found.find((one) => one.seq === seq) ?? []);
  }
  const where = `WHERE seq > ?1 AND (EXISTS (SELECT 1 FROM json_each(?2) WHERE value = '*')
    OR type IN (SELECT value FROM json_each(?2))) ORDER BY seq LIMIT ?3`;
  return readRows(sql, announcements, where, row.cursor, row.types, limit);
}

export function subscriptionRow(sql: LaneSql, id: string): Subscription | null {
  return readRows(sql, subscriptions, 'WHERE id = ?', id)[0] ?? null;
}
