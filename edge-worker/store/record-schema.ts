// The D1 tables that people and reports read. One database per shard, `installation` first in every key; the lane is
// the only writer of its installation's rows.
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export * from './head-schema.ts';

/** Who installed what. */
export const installations = sqliteTable('installations', {
  installation: text('installation').primaryKey(),
  name: text('name').notNull(),
  shard: text('shard').notNull(),
  jurisdiction: text('jurisdiction').notNull(),
  createdMs: integer('created_ms').notNull(),
  run: integer('run').notNull(),
});

/** Connections without credentials. */
export const connectionCopies = sqliteTable(
  'connections',
  {
    installation: text('installation').notNull(),
    id: text('id').notNull(),
    system: text('system').notNull(),
    roles: text('roles').notNull(),
    account: text('account').notNull(),
    environment: text('environment').notNull(),
    settings: text('settings').notNull(),
    state: text('state').notNull(),
    fault: text('fault'),
    run: integer('run').notNull(),
  },
  (table) => [primaryKey({ columns: [table.installation, table.id] })],
);

/**
 * Every version of every entity, with where each value came from. Append-only; the highest version is the current
 * one.
 */
export const entityVersions = sqliteTable(
  'entity_versions',
  {
    installation: text('installation').notNull(),
    entity: text('entity').notNull(),
    version: integer('version').notNull(),
    kind: text('kind').notNull(),
    canonical: text('canonical').notNull(),
    /** JSON: [run, connection, instant, fields] per source. */
    provenance: text('provenance').notNull(),
    /** JSON: the records that were read for it, what asked for them, and the values they had otherwise. */
    snapshot: text('snapshot'),
    mappingVersion: integer('mapping_version').notNull(),
    atMs: integer('at_ms').notNull(),
    run: integer('run').notNull(),
  },
  (table) => [primaryKey({ columns: [table.installation, table.entity, table.version] })],
);

/**
 * Copies of the lane's links, read by entity; of which entity a record is, the lane says. Former ones keep their row
 * with `endedMs`.
 */
export const linkCopies = sqliteTable(
  'links',
  {
    installation: text('installation').notNull(),
    connection: text('connection').notNull(),
    recordType: text('record_type').notNull(),
    recordId: text('record_id').notNull(),
    part: text('part').notNull(),
    entity: text('entity').notNull(),
    kind: text('kind').notNull(),
    endedMs: integer('ended_ms'),
    run: integer('run').notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.installation, table.entity, table.connection, table.recordType, table.recordId, table.part],
    }),
  ],
);

/**
 * What targets answered, one row per command, outcome and run: a second refusal is told like the first. Append-only.
 */
export const receipts = sqliteTable(
  'receipts',
  {
    installation: text('installation').notNull(),
    command: text('command').notNull(),
    outcome: text('outcome').notNull(),
    entity: text('entity').notNull(),
    connection: text('connection').notNull(),
    recordId: text('record_id'),
    requestId: text('request_id'),
    code: text('code'),
    hash: text('hash').notNull(),
    mappingVersion: integer('mapping_version').notNull(),
    tries: integer('tries').notNull(),
    callsMilli: integer('calls_milli').notNull(),
    atMs: integer('at_ms').notNull(),
    run: integer('run').notNull(),
  },
  (table) => [primaryKey({ columns: [table.installation, table.command, table.outcome, table.run] })],
);

/**
 * Rows that tell of a value held against its owner's word. Only these are in the index, and a question that is to be
 * answered by it says the very same.
 */
export const contestedSql =
  'instr(entries, \'"not-the-owner"\') > 0 OR instr(entries, \'"difference-found"\') > 0' as const;

/** What happened to an entity, one row per entity and run, in order. Append-only. */
export const timeline = sqliteTable(
  'timeline',
  {
    installation: text('installation').notNull(),
    entity: text('entity').notNull(),
    run: integer('run').notNull(),
    atMs: integer('at_ms').notNull(),
    /** JSON: entries [code, params] in the order they happened. */
    entries: text('entries').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.installation, table.entity, table.run] }),
    index('timeline_contested').on(table.installation, table.atMs).where(sql.raw(contestedSql)),
  ],
);

/** The status of an entity towards each connection, as shown on record pages. */
export const statuses = sqliteTable(
  'statuses',
  {
    installation: text('installation').notNull(),
    entity: text('entity').notNull(),
    connection: text('connection').notNull(),
    kind: text('kind').notNull(),
    state: text('state').notNull(),
    reason: text('reason'),
    params: text('params'),
    recordId: text('record_id'),
    owner: text('owner'),
    atMs: integer('at_ms').notNull(),
    nextMs: integer('next_ms'),
    run: integer('run').notNull(),
  },
  (table) => [primaryKey({ columns: [table.installation, table.entity, table.connection] })],
);

/** Holds and failures that wait for a person. Closed ones keep their row. */
export const exceptions = sqliteTable(
  'exceptions',
  {
    installation: text('installation').notNull(),
    id: text('id').notNull(),
    state: text('state').notNull(),
    entity: text('entity'),
    connection: text('connection'),
    recordType: text('record_type'),
    kind: text('kind'),
    control: text('control').notNull(),
    owner: text('owner').notNull(),
    code: text('code').notNull(),
    params: text('params').notNull(),
    hash: text('hash'),
    madeMs: integer('made_ms').notNull(),
    dueMs: integer('due_ms').notNull(),
    closedMs: integer('closed_ms'),
    closedBy: text('closed_by'),
    reason: text('reason'),
    cause: text('cause'),
    assignee: text('assignee'),
    snoozedMs: integer('snoozed_ms'),
    run: integer('run').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.installation, table.id] }),
    index('exceptions_open').on(table.installation, table.state, table.owner),
  ],
);

/** Entities whose record was merged into another's. */
export const aliasCopies = sqliteTable(
  'aliases',
  {
    installation: text('installation').notNull(),
    entity: text('entity').notNull(),
    into: text('into').notNull(),
    atMs: integer('at_ms').notNull(),
    run: integer('run').notNull(),
  },
  (table) => [primaryKey({ columns: [table.installation, table.entity] })],
);

/** Copies of the lane's billed lines. */
export const billedLineCopies = sqliteTable(
  'billed_lines',
  {
    installation: text('installation').notNull(),
    source: text('source').notNull(),
    invoice: text('invoice').notNull(),
    line: text('line').notNull(),
    run: integer('run').notNull(),
  },
  (table) => [primaryKey({ columns: [table.installation, table.source] })],
);

/** Published mapping versions. */
export const mappingCopies = sqliteTable(
  'mapping_versions',
  {
    installation: text('installation').notNull(),
    version: integer('version').notNull(),
    content: text('content').notNull(),
    by: text('by').notNull(),
    publishedMs: integer('published_ms').notNull(),
    run: integer('run').notNull(),
  },
  (table) => [primaryKey({ columns: [table.installation, table.version] })],
);

/** What each subscriber was told, one row per subscription and event, as it stood after the latest try. */
export const dispatches = sqliteTable(
  'dispatches',
  {
    installation: text('installation').notNull(),
    subscription: text('subscription').notNull(),
    /** The event's number in the lane: later events have higher ones. */
    seq: integer('seq').notNull(),
    event: text('event').notNull(),
    type: text('type').notNull(),
    subject: text('subject').notNull(),
    state: text('state').notNull(),
    attempts: integer('attempts').notNull(),
    /** HTTP status of the latest answer; null when there was none. */
    status: integer('status'),
    problem: text('problem'),
    tookMs: integer('took_ms').notNull(),
    madeMs: integer('made_ms').notNull(),
    atMs: integer('at_ms').notNull(),
    run: integer('run').notNull(),
  },
  (table) => [primaryKey({ columns: [table.installation, table.subscription, table.seq] })],
);

/** Who did what. Each row carries the hash of the one before it. Append-only. */
export const audit = sqliteTable(
  'audit',
  {
    installation: text('installation').notNull(),
    seq: integer('seq').notNull(),
    by: text('by').notNull(),
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    detail: text('detail').notNull(),
    atMs: integer('at_ms').notNull(),
    previous: text('previous').notNull(),
    hash: text('hash').notNull(),
    run: integer('run').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.installation, table.seq] }),
    uniqueIndex('audit_hash').on(table.installation, table.hash),
    index('audit_subject').on(table.installation, table.subject),
  ],
);

/** API keys without their hashes. */
export const apiKeyCopies = sqliteTable(
  'api_keys',
  {
    installation: text('installation').notNull(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    scopes: text('scopes').notNull(),
    perMinute: integer('per_minute').notNull(),
    by: text('by').notNull(),
    madeMs: integer('made_ms').notNull(),
    expiresMs: integer('expires_ms'),
    revokedMs: integer('revoked_ms'),
    run: integer('run').notNull(),
  },
  (table) => [primaryKey({ columns: [table.installation, table.id] })],
);

/** Heads of the audit chain as the hub signed them, one a day. Append-only. */
export const auditHeads = sqliteTable(
  'audit_heads',
  {
    installation: text('installation').notNull(),
    day: text('day').notNull(),
    seq: integer('seq').notNull(),
    hash: text('hash').notNull(),
    atMs: integer('at_ms').notNull(),
    signature: text('signature').notNull(),
    run: integer('run').notNull(),
  },
  (table) => [primaryKey({ columns: [table.installation, table.day] })],
);
