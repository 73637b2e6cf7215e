// Lane tables of record pages: which are out of date, and what they are asked to show once.
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Record pages whose status is out of date. */
export const statusDue = sqliteTable(
  'status_due',
  {
    entity: text('entity').notNull(),
    connection: text('connection').notNull(),
    dueMs: integer('due_ms').notNull(),
    tries: integer('tries').notNull(),
    /** The run that marked it last: a mark made while a status is being shown is not lost with the older one. */
    run: integer('run').notNull(),
  },
  (table) => [primaryKey({ columns: [table.entity, table.connection] })],
);

/** What a check of a record found, shown on the page it was asked on. Forgotten after minutes. */
export const checks = sqliteTable(
  'checks',
  {
    entity: text('entity').notNull(),
    connection: text('connection').notNull(),
    /** JSON: every reason that would hold it. */
    reasons: text('reasons').notNull(),
    atMs: integer('at_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.entity, table.connection] })],
);
