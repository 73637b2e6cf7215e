// The lane's own tables: what one installation has in hand. One SQLite object per installation, so no table names the
// installation.
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export * from './alert-schema.ts';
export * from './mailbox-schema.ts';
export * from './match-schema.ts';
export * from './page-schema.ts';
export * from './people-schema.ts';
export * from './subscriber-schema.ts';
export * from './tally-schema.ts';
export * from './wiring-schema.ts';
export * from './withdrawal-schema.ts';

/**
 * Deliveries as they came, in order of arrival. Unique on connection and delivery id: a repeated delivery adds
 * nothing. Decided up to the watermark in `lane_state`.
 */
export const deliveries = sqliteTable(
  'deliveries',
  {
    seq: integer('seq').primaryKey(),
    connection: text('connection').notNull(),
    delivery: text('delivery').notNull(),
    receivedMs: integer('received_ms').notNull(),
    /** JSON: [recordType, recordId, kind, occurredAtMs] per notice. */
    notices: text('notices').notNull(),
  },
  (table) => [uniqueIndex('deliveries_once').on(table.connection, table.delivery)],
);

/**
 * Records to be read again: after a fault, on "Sync now", on replay. One row per record; doing it twice costs a read.
 */
export const rechecks = sqliteTable(
  'rechecks',
  {
    connection: text('connection').notNull(),
    recordType: text('record_type').notNull(),
    recordId: text('record_id').notNull(),
    kind: text('kind').notNull(),
    dueMs: integer('due_ms').notNull(),
    tries: integer('tries').notNull(),
    eventMs: integer('event_ms').notNull(),
    /** The delivery that asked first; null where the hub asks by itself. */
    event: text('event'),
  },
  (table) => [primaryKey({ columns: [table.connection, table.recordType, table.recordId] })],
);

/** The current canonical version of each entity; D1 holds a copy for people and the history. */
export const entityRows = sqliteTable('entities', {
  id: text('id').primaryKey(),
  kind: text('kind').notNull(),
  version: integer('version').notNull(),
  canonical: text('canonical').notNull(),
  /** JSON: [run, connection, instant, fields] per source. */
  provenance: text('provenance').notNull(),
  eventMs: integer('event_ms').notNull(),
});

/** Business keys of entities, for matching and for the duplicate control. */
export const businessKeys = sqliteTable(
  'business_keys',
  { key: text('key').notNull(), entity: text('entity').notNull() },
  (table) => [primaryKey({ columns: [table.key, table.entity] })],
);

/**
 * Which record of which connection is which entity, and what that record was last given.
 * Invariants: one record per entity, connection, type and part (primary key); one entity of a kind per record
 * (links_record).
 * A row without a record id remembers what a create on its way takes from a purchase order.
 */
export const links = sqliteTable(
  'links',
  {
    entity: text('entity').notNull(),
    connection: text('connection').notNull(),
    recordType: text('record_type').notNull(),
    part: text('part').notNull(),
    kind: text('kind').notNull(),
    recordId: text('record_id'),
    /** Hash of what the record was last given; null = must be given anew. */
    given: text('given'),
    /** JSON: canonical values as last seen in the record, or as saved by our write. */
    baseline: text('baseline'),
    version: text('version'),
    /** When the read or write that gave `version` began. */
    seenMs: integer('seen_ms').notNull(),
    /** JSON: [hash, instant] of the latest writes, for the write-loop stop. */
    writes: text('writes'),
    /** JSON: what the granted content takes from a purchase order; null when it takes nothing. */
    consumption: text('consumption'),
    /**
     * JSON: field -> hash of our value, where the record held another when it was matched; left alone until ours
     * changes.
     */
    differences: text('differences'),
    /** JSON: path -> what it holds instead of a value that an application wrote there and that was undone. */
    putBack: text('put_back'),
    run: integer('run').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.entity, table.connection, table.recordType, table.part] }),
    uniqueIndex('links_record')
      .on(table.connection, table.recordType, table.recordId, table.part, table.kind)
      .where(sql`record_id IS NOT NULL`),
  ],
);

/** Records that no entity claims yet: seen before the first-day match, or without a counterpart. */
export const strays = sqliteTable(
  'strays',
  {
    connection: text('connection').notNull(),
    kind: text('kind').notNull(),
    recordType: text('record_type').notNull(),
    recordId: text('record_id').notNull(),
    /** JSON: business keys, strongest first. */
    keys: text('keys').notNull(),
    baseline: text('baseline').notNull(),
    version: text('version').notNull(),
    seenMs: integer('seen_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.connection, table.kind, table.recordType, table.recordId] })],
);

/** Business keys of strays, for joining with those of entities. */
export const strayKeys = sqliteTable(
  'stray_keys',
  {
    key: text('key').notNull(),
    connection: text('connection').notNull(),
    recordType: text('record_type').notNull(),
    recordId: text('record_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.key, table.connection, table.recordType, table.recordId] })],
);

/**
 * Work in flight: one row per command that is not yet terminal. `in-flight` is not stored here but follows from
 * `attempts`.
 */
export const commands = sqliteTable(
  'commands',
  {
    entity: text('entity').notNull(),
    connection: text('connection').notNull(),
    recordType: text('record_type').notNull(),
    part: text('part').notNull(),
    id: text('id').notNull(),
    kind: text('kind').notNull(),
    state: text('state').notNull(),
    hash: text('hash').notNull(),
    /** The same content in our own spelling, for which a person's answer holds. */
    content: text('content').notNull(),
    wire: text('wire').notNull(),
    /** The target record, for updates; null for a create. */
    recordId: text('record_id'),
    /** JSON: canonical values this command carries and its target shows, the baseline once it is applied. */
    carried: text('carried').notNull(),
    isCreate: integer('is_create').notNull(),
    mappingVersion: integer('mapping_version').notNull(),
    dueMs: integer('due_ms').notNull(),
    deadlineMs: integer('deadline_ms'),
    tries: integer('tries').notNull(),
    waits: text('waits'),
    madeMs: integer('made_ms').notNull(),
    eventMs: integer('event_ms').notNull(),
    /** When a person had let it go, where one had to; its lag counts from then. */
    freedMs: integer('freed_ms'),
  },
  (table) => [
    primaryKey({ columns: [table.entity, table.connection, table.recordType, table.part, table.id] }),
    index('commands_due').on(table.connection, table.state, table.dueMs),
  ],
);

/** Calls under way. One row per call, written before it is sent; found at start = the call's outcome is unknown. */
export const attempts = sqliteTable('attempts', {
  id: text('id').primaryKey(),
  connection: text('connection').notNull(),
  /** JSON: command ids. */
  commands: text('commands').notNull(),
  startedMs: integer('started_ms').notNull(),
});

/** Changes that wait for a person, at most one per slot and control. */
export const holds = sqliteTable(
  'holds',
  {
    id: text('id').primaryKey(),
    entity: text('entity').notNull(),
    connection: text('connection').notNull(),
    recordType: text('record_type').notNull(),
    part: text('part').notNull(),
    kind: text('kind').notNull(),
    control: text('control').notNull(),
    owner: text('owner').notNull(),
    code: text('code').notNull(),
    params: text('params').notNull(),
    hash: text('hash').notNull(),
    /** JSON: entities the control looked at; when one of them changes, the held one is governed anew. */
    around: text('around'),
    /** JSON: what an answer of the control's own changes of the content, by action. */
    amends: text('amends'),
    madeMs: integer('made_ms').notNull(),
    dueMs: integer('due_ms').notNull(),
    /** What it has in common with others: answered at once, told once. */
    cause: text('cause'),
    /** Who looks after it. */
    assignee: text('assignee'),
    /** Until when nobody wants to see it. */
    snoozedMs: integer('snoozed_ms'),
  },
  (table) => [
    uniqueIndex('holds_slot').on(table.entity, table.connection, table.recordType, table.part),
    index('holds_kind').on(table.kind),
  ],
);

/** "Approve this once", for exactly the content it was given on. */
export const approvals = sqliteTable(
  'approvals',
  {
    entity: text('entity').notNull(),
    connection: text('connection').notNull(),
    control: text('control').notNull(),
    hash: text('hash').notNull(),
    outcome: text('outcome').notNull(),
    by: text('by').notNull(),
    reason: text('reason').notNull(),
    atMs: integer('at_ms').notNull(),
    /** JSON: fields that go out with another value than the record has. */
    amends: text('amends'),
  },
  (table) => [primaryKey({ columns: [table.entity, table.connection, table.control, table.hash] })],
);

/** Who waits for which link: dependents to plan again once `reference` is linked on `connection`. */
export const waits = sqliteTable(
  'waits',
  {
    connection: text('connection').notNull(),
    reference: text('reference').notNull(),
    entity: text('entity').notNull(),
  },
  (table) => [primaryKey({ columns: [table.connection, table.reference, table.entity] })],
);

/** Source lines that an invoice has billed. The primary key is promise P12: no second invoice line for one source. */
export const billedLines = sqliteTable('billed_lines', {
  source: text('source').primaryKey(),
  invoice: text('invoice').notNull(),
  line: text('line').notNull(),
  run: integer('run').notNull(),
});

/** How much of each contract's purchase order granted content has used. */
export const purchaseOrders = sqliteTable('purchase_orders', {
  contract: text('contract').primaryKey(),
  usedMinor: text('used_minor').notNull(),
  currency: text('currency').notNull(),
});

/**
 * Sums per project: what was sold, delivered, billed and paid, in minor units of each currency. The row `kept` says
 * that a project's sums are complete.
 */
export const projectFigures = sqliteTable(
  'project_figures',
  {
    project: text('project').notNull(),
    figure: text('figure').notNull(),
    currency: text('currency').notNull(),
    minor: text('minor').notNull(),
  },
  (table) => [primaryKey({ columns: [table.project, table.figure, table.currency] })],
);

/**
 * Rows still to be written to D1: one entry per lane transaction, as JSON of arrays per table. Deleted only after D1
 * answered.
 */
export const flushLog = sqliteTable('flush_log', {
  seq: integer('seq').primaryKey(),
  run: integer('run').notNull(),
  rows: text('rows').notNull(),
});

/** Single values: run counter, watermark, installation, audit head. */
export const laneState = sqliteTable('lane_state', { name: text('name').primaryKey(), value: text('value').notNull() });
