// The global directory: which account belongs to which installation, and where it lives. No customer content.
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * One row per claimed account; production and sandbox are different accounts. A second claim is refused by the
 * primary key.
 */
export const directory = sqliteTable(
  'directory',
  {
    system: text('system').notNull(),
    environment: text('environment').notNull(),
    account: text('account').notNull(),
    installation: text('installation').notNull(),
    connection: text('connection').notNull(),
    shard: text('shard').notNull(),
    jurisdiction: text('jurisdiction').notNull(),
    claimedMs: integer('claimed_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.system, table.environment, table.account] })],
);

/** Installations of all shards, for the sweep: which lanes exist, and where. */
export const lanes = sqliteTable('lanes', {
  installation: text('installation').primaryKey(),
  shard: text('shard').notNull(),
  jurisdiction: text('jurisdiction').notNull(),
  createdMs: integer('created_ms').notNull(),
});

/** Codes by which a second host joins an installation; each is taken once. Of the code only its hash is kept. */
export const joinCodes = sqliteTable('join_codes', {
  hash: text('hash').primaryKey(),
  installation: text('installation').notNull(),
  endsMs: integer('ends_ms').notNull(),
});
