// Lane table of likely matches: which unclaimed record may be which entity, why, and what a person said of it.
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const candidates = sqliteTable(
  'candidates',
  {
    connection: text('connection').notNull(),
    kind: text('kind').notNull(),
    recordType: text('record_type').notNull(),
    recordId: text('record_id').notNull(),
    entity: text('entity').notNull(),
    /** 0 to 100. */
    score: integer('score').notNull(),
    /** JSON: codes of what speaks for it and against it. */
    reasons: text('reasons').notNull(),
    /** open = waits for a person · accepted = it is this one · rejected = it is not. */
    state: text('state').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.connection, table.kind, table.recordType, table.recordId, table.entity] }),
    index('candidates_entity').on(table.entity),
  ],
);
