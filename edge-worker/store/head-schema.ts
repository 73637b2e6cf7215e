// How far each lane has come, in D1.
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The run that each lane had come to with its newest flush: one that knows of less was put back to an earlier time. */
export const laneHeads = sqliteTable('lane_heads', {
  installation: text('installation').primaryKey(),
  run: integer('run').notNull(),
});
