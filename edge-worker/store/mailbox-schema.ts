// What systems that nobody can call have left with us, in the lane: their records as told, and statuses for them.
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** A record as its system told it last; without values it was deleted there. `seq` rises with every telling. */
export const mailboxRecords = sqliteTable(
  'mailbox_records',
  {
    connection: text('connection').notNull(),
    recordType: text('record_type').notNull(),
    recordId: text('record_id').notNull(),
    seq: integer('seq').notNull(),
    externalId: text('external_id'),
    wire: text('wire'),
    /** 1: it is kept there and counts no more. */
    withdrawn: integer('withdrawn').notNull().default(0),
    toldMs: integer('told_ms').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.connection, table.recordType, table.recordId] }),
    index('mailbox_news').on(table.connection, table.seq),
  ],
);

/** Statuses that the system has not fetched yet, in order; a later one of the same page says more. */
export const mailboxStatuses = sqliteTable(
  'mailbox_statuses',
  {
    connection: text('connection').notNull(),
    seq: integer('seq').notNull(),
    recordType: text('record_type').notNull(),
    recordId: text('record_id').notNull(),
    status: text('status').notNull(),
  },
  (table) => [primaryKey({ columns: [table.connection, table.seq] })],
);
