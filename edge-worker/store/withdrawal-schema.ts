// What has ceased to be, in a lane: records proved to be deleted, entities that are another one now.
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * Linked records that their system proved to be deleted. Nothing follows from a row that is only `proved`: it is proved
 * a second time first, and the guard counts how many of a type there are within an hour.
 */
export const deletions = sqliteTable(
  'deletions',
  {
    connection: text('connection').notNull(),
    recordType: text('record_type').notNull(),
    recordId: text('record_id').notNull(),
    provedMs: integer('proved_ms').notNull(),
    /** proved, guarded, asked, awaited (it was a mistake), left (targets keep it) or acted (it counts as deleted). */
    state: text('state').notNull(),
    /** 1 until a person let it through: then the guard counts it no more. */
    counted: integer('counted').notNull(),
  },
  (table) => [primaryKey({ columns: [table.connection, table.recordType, table.recordId] })],
);

/** Entities whose record was merged into another's: by this id the other one is meant. Never a chain. */
export const aliases = sqliteTable('aliases', {
  entity: text('entity').primaryKey(),
  into: text('into').notNull(),
  atMs: integer('at_ms').notNull(),
});

/** Records that a merge has left: other records may name them still, and mean the entity that goes on. */
export const leftRecords = sqliteTable(
  'left_records',
  {
    connection: text('connection').notNull(),
    recordType: text('record_type').notNull(),
    recordId: text('record_id').notNull(),
    kind: text('kind').notNull(),
    entity: text('entity').notNull(),
    /** Under whose name its page is marked while the record is there: one that is no entity any more. */
    former: text('former'),
  },
  (table) => [
    primaryKey({ columns: [table.connection, table.recordType, table.recordId, table.kind] }),
    index('left_records_former').on(table.former),
  ],
);
