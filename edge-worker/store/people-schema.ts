// What people leave in a lane: their keys and sessions, the work they asked for, what became of their requests.
import { integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** API keys. Of the key itself only a hash is kept. */
export const apiKeys = sqliteTable('api_keys', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  scopes: text('scopes').notNull(),
  hash: text('hash').notNull(),
  perMinute: integer('per_minute').notNull(),
  by: text('by').notNull(),
  madeMs: integer('made_ms').notNull(),
  expiresMs: integer('expires_ms'),
  revokedMs: integer('revoked_ms'),
});

/** Sessions of people whom a host page proved. `proof` is what proved them, unique because it is taken once. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    proof: text('proof').notNull(),
    connection: text('connection').notNull(),
    user: text('user').notNull(),
    name: text('name').notNull(),
    roles: text('roles').notNull(),
    madeMs: integer('made_ms').notNull(),
    endsMs: integer('ends_ms').notNull(),
  },
  (table) => [uniqueIndex('sessions_proof').on(table.proof)],
);

/** Long pieces of work that a person asked for, done page by page; what is left follows from the row. */
export const jobs = sqliteTable('jobs', {
  id: text('id').primaryKey(),
  /** What is done; null = an answer to a cause, as the first ones were. */
  kind: text('kind'),
  /** JSON: over what, in the words of its kind. */
  asked: text('asked'),
  /** JSON: where it goes on; written in the same transaction as what a page brings about. */
  place: text('place'),
  /** How often somebody was sent to drive it: whoever was sent before that has nothing more to do. */
  drive: integer('drive'),
  /** When it last moved, or somebody was sent; 0 = somebody is to be sent now. */
  movedMs: integer('moved_ms'),
  cause: text('cause').notNull(),
  answer: text('answer').notNull(),
  reason: text('reason').notNull(),
  by: text('by').notNull(),
  owners: text('owners'),
  state: text('state').notNull(),
  total: integer('total').notNull(),
  done: integer('done').notNull(),
  failed: integer('failed').notNull(),
  /** The last hold that was taken, and the last one there was when the job began. */
  afterHold: text('after_hold').notNull(),
  untilHold: text('until_hold').notNull(),
  problem: text('problem'),
  madeMs: integer('made_ms').notNull(),
  endedMs: integer('ended_ms'),
});

/**
 * What an application of a mapping has written over, so that it can be undone. One row per target record; kept as long
 * as its job.
 */
export const jobWrites = sqliteTable(
  'job_writes',
  {
    job: text('job').notNull(),
    entity: text('entity').notNull(),
    connection: text('connection').notNull(),
    recordType: text('record_type').notNull(),
    kind: text('kind').notNull(),
    /** Null where the record was made by it. */
    recordId: text('record_id'),
    /** JSON: the values written over, by path; none where nothing can be put back. */
    over: text('over').notNull(),
  },
  (table) => [primaryKey({ columns: [table.job, table.entity, table.connection, table.recordType] })],
);

/**
 * Holds as they were before an answer to all of their cause closed them, so that it can be taken back; kept as long as
 * its job.
 */
export const jobAnswers = sqliteTable(
  'job_answers',
  {
    job: text('job').notNull(),
    hold: text('hold').notNull(),
    /** JSON: the row of the hold. */
    was: text('was').notNull(),
  },
  (table) => [primaryKey({ columns: [table.job, table.hold] })],
);

/** What became of people's changes that carried a key: the same request again is answered from here for a day. */
export const answeredRequests = sqliteTable('answered_requests', {
  key: text('key').primaryKey(),
  /** Of the request: another one under the same key is refused. */
  hash: text('hash').notNull(),
  value: text('value').notNull(),
  atMs: integer('at_ms').notNull(),
});
