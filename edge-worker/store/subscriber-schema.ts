// What subscribers are to be told, in the lane: announcements in the order they were made, and how far each subscriber
// has come.
import { integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/**
 * Events for subscribers, written in the transaction that made them happen. Unique on the id, which names the
 * occurrence: told again, it adds nothing. Kept for replay after everybody has heard of it.
 */
export const announcements = sqliteTable(
  'announcements',
  {
    seq: integer('seq').primaryKey(),
    id: text('id').notNull(),
    type: text('type').notNull(),
    version: integer('version').notNull(),
    subject: text('subject').notNull(),
    madeMs: integer('made_ms').notNull(),
    payload: text('payload').notNull(),
  },
  (table) => [uniqueIndex('announcements_once').on(table.id)],
);

/** Who is told. A subscriber has heard of everything up to `cursor` that it wants to hear of. */
export const subscriptions = sqliteTable('subscriptions', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  url: text('url').notNull(),
  /** JSON: event types; `*` = all there are and will be. */
  types: text('types').notNull(),
  /** active · paused = a person stopped it · parked = it does not answer, and a person was asked. */
  state: text('state').notNull(),
  /** JSON: [sealed key, instant it ends or null] each; two are alive while keys rotate. */
  keys: text('keys').notNull(),
  cursor: integer('cursor').notNull(),
  /** JSON: numbers of announcements to be told once more, before all others; null = none. */
  again: text('again'),
  /** Failures in a row. */
  failures: integer('failures').notNull(),
  /** When it is called next; null = when a person says so. */
  nextMs: integer('next_ms'),
  answeredMs: integer('answered_ms'),
  failedMs: integer('failed_ms'),
  /** When an event that it would not take was put aside; not the next one too unless it has taken some since. */
  asideMs: integer('aside_ms'),
  /** What was wrong last, as a code; null while nothing is. */
  problem: text('problem'),
  madeMs: integer('made_ms').notNull(),
});
