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

/**
 * Installations that are ending, and how far that is. A row that is done is the proof of an erasure, and all that is
 * left of it: no content, and of whoever asked no more than a hash.
 */
export const endings = sqliteTable('endings', {
  installation: text('installation').primaryKey(),
  shard: text('shard').notNull(),
  jurisdiction: text('jurisdiction').notNull(),
  askedMs: integer('asked_ms').notNull(),
  /** admin · operator */
  askedBy: text('asked_by').notNull(),
  askedByHash: text('asked_by_hash').notNull(),
  /** Until then it can be taken back. */
  endsMs: integer('ends_ms').notNull(),
  /** waiting · erasing · settling (what comes late is waited for) · done */
  step: text('step').notNull(),
  stepMs: integer('step_ms').notNull(),
  /** JSON: what was found before the first row was erased; null until it was counted. */
  counts: text('counts'),
  /** JSON: head of its audit chain at the end, by which an export can be told to be whole. */
  auditHead: text('audit_head'),
  erasedMs: integer('erased_ms'),
  /** Of everything above. */
  hash: text('hash'),
});

/** Codes by which a second host joins an installation; each is taken once. Of the code only its hash is kept. */
export const joinCodes = sqliteTable('join_codes', {
  hash: text('hash').primaryKey(),
  installation: text('installation').notNull(),
  endsMs: integer('ends_ms').notNull(),
});
