// Where alerts are told, in the lane: the settings, version by version; the destinations; what each is still to be
// told.
import { integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** Every version that was ever in force, the newest one now. No credentials. */
export const alertSettings = sqliteTable('alert_settings', {
  version: integer('version').primaryKey(),
  /** JSON: quiet hours, and the destinations with who is told of what. */
  content: text('content').notNull(),
  by: text('by').notNull(),
  madeMs: integer('made_ms').notNull(),
});

/** How each destination is doing, and its address, sealed: one who knows it could often write there. */
export const alertDestinations = sqliteTable('alert_destinations', {
  id: text('id').primaryKey(),
  sealed: text('sealed').notNull(),
  failures: integer('failures').notNull(),
  nextMs: integer('next_ms').notNull(),
  answeredMs: integer('answered_ms'),
  failedMs: integer('failed_ms'),
  /** What was wrong last, as a code, and what the other side said of it; null while nothing is. */
  problem: text('problem'),
  said: text('said'),
});

/**
 * What a destination is told: that a cause has begun, and that it is over. A beginning that was told is kept until its
 * end was told as well, so that nobody hears of an end without a beginning.
 */
export const alertNotes = sqliteTable(
  'alert_notes',
  {
    seq: integer('seq').primaryKey(),
    destination: text('destination').notNull(),
    cause: text('cause').notNull(),
    kind: text('kind').notNull(),
    id: text('id').notNull(),
    alert: text('alert').notNull(),
    madeMs: integer('made_ms').notNull(),
    /** Later than it was made where quiet hours hold it back. */
    dueMs: integer('due_ms').notNull(),
    toldMs: integer('told_ms'),
  },
  (table) => [uniqueIndex('alert_notes_once').on(table.destination, table.id)],
);
