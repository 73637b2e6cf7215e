// What indicators are made of, in a lane: what is on its way to where it has to stand, and sums per day.
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * What has reached a state and does not stand yet where it has to: won deals without a project, approved hours that
 * are not posted. Deleted once it stands there, or no longer has to.
 */
export const passages = sqliteTable(
  'passages',
  {
    passage: text('passage').notNull(),
    entity: text('entity').notNull(),
    /** When it reached the state, as far as its system told. */
    sinceMs: integer('since_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.entity, table.passage] })],
);

/** Sums of a day (UTC), one row per measure, so that a transaction of many records writes a few rows in all. */
export const tallies = sqliteTable(
  'tallies',
  {
    measure: text('measure').notNull(),
    day: text('day').notNull(),
    /** JSON: part -> [how many, sum, how many late, JSON of how many took how long]. */
    sums: text('sums').notNull(),
  },
  (table) => [primaryKey({ columns: [table.measure, table.day] })],
);
