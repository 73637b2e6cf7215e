// How one installation is wired, in its lane: feeds, connections and their tokens, flows, mapping versions.
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Where each feed goes on, and when it is asked next. */
export const cursors = sqliteTable(
  'cursors',
  {
    connection: text('connection').notNull(),
    feed: text('feed').notNull(),
    cursor: text('cursor'),
    nextMs: integer('next_ms').notNull(),
    /** `feed` = for ever; `load` = a short list, read once; `schema` = what a record type's fields were found to be. */
    purpose: text('purpose').notNull(),
  },
  (table) => [primaryKey({ columns: [table.connection, table.feed, table.purpose] })],
);

/** Sealed tokens. */
export const tokens = sqliteTable(
  'tokens',
  {
    connection: text('connection').notNull(),
    name: text('name').notNull(),
    sealed: text('sealed').notNull(),
    expiresMs: integer('expires_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.connection, table.name] })],
);

/** The installation's connections: which system, which seats, which settings; secrets sealed. */
export const connectionRows = sqliteTable('connections', {
  id: text('id').primaryKey(),
  system: text('system').notNull(),
  roles: text('roles').notNull(),
  account: text('account').notNull(),
  environment: text('environment').notNull(),
  settings: text('settings').notNull(),
  sealedSecrets: text('sealed_secrets').notNull(),
  /** JSON: which values of which canonical field this connection serves; null = all. */
  routing: text('routing'),
  state: text('state').notNull(),
  keyVersion: integer('key_version').notNull(),
  /** Fault code that paused it; null while healthy. */
  fault: text('fault'),
});

/** Per connection and entity kind: whether the first-day match is accepted and creates may flow. */
export const flows = sqliteTable(
  'flows',
  {
    connection: text('connection').notNull(),
    kind: text('kind').notNull(),
    /** matching = read only · open = creates flow · observe = decide, never relay. */
    state: text('state').notNull(),
    cutoverOn: text('cutover_on'),
  },
  (table) => [primaryKey({ columns: [table.connection, table.kind] })],
);

/** Changes of the mappings on their way. A rehearsal belongs to the revision it was made of. */
export const mappingDrafts = sqliteTable('mapping_drafts', {
  id: text('id').primaryKey(),
  title: text('title').notNull(),
  /** The version it was begun over. */
  base: integer('base').notNull(),
  /** Counted up by each edit: whoever edits an older one is refused. */
  revision: integer('revision').notNull(),
  /** draft → submitted → published; dropped; returned ones are drafts again. */
  state: text('state').notNull(),
  content: text('content').notNull(),
  note: text('note'),
  /** JSON: what the rehearsal of this revision found. */
  rehearsal: text('rehearsal'),
  by: text('by').notNull(),
  madeMs: integer('made_ms').notNull(),
  changedBy: text('changed_by').notNull(),
  changedMs: integer('changed_ms').notNull(),
  /** JSON: everybody who wrote at it; none of them approves it. */
  writers: text('writers').notNull(),
  submittedBy: text('submitted_by'),
  answeredBy: text('answered_by'),
  reason: text('reason'),
  /** What it was published as. */
  version: integer('version'),
});

/** Published mapping versions: rows over the connectors' defaults, lookup tables, ownership. */
export const mappingVersions = sqliteTable('mapping_versions', {
  version: integer('version').primaryKey(),
  content: text('content').notNull(),
  publishedMs: integer('published_ms').notNull(),
  by: text('by').notNull(),
});
