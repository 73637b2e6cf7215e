// Why a field of an entity is what it is, now or at an earlier moment: from the value back to the event, the record and
// the people behind it. Reads the record in D1, by its keys alone.
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import type { Role } from '../../shared/entities/entity.ts';
import { type Connector, connectorUnder } from '../connectors/connector.ts';
import type { Source } from '../flow/drafts.ts';
import { type CompiledRow, compileMap, type MappingContent, mappingContent, ownerOf } from '../flow/mapping.ts';
import { type SourceOfFields, sourcesOf } from '../flow/provenance.ts';
import { answersTo } from '../store/history.ts';
import {
  type audit,
  connectionCopies,
  entityVersions,
  exceptions,
  mappingCopies,
  receipts,
  timeline,
} from '../store/record-schema.ts';
import type { StoredRow } from '../store/rows.ts';
import { type ScopedRecord, select, sql } from '../store/scoped-record.ts';

type Version = StoredRow<typeof entityVersions>;
type Connected = StoredRow<typeof connectionCopies>;

export interface Question {
  readonly entity: string;
  readonly kind: EntityName;
  readonly field: string;
  readonly atMs: number;
}

/** What an entity went through from a run up to a moment: the only way to its receipts and exceptions. */
const told = (entity: string, run: number, atMs: number, name: 'command' | 'exception') => sql`
  SELECT entry.value ->> ${`$[1].${name}`} FROM ${timeline}, json_each(timeline.entries) AS entry
  WHERE timeline.entity = ${entity} AND timeline.run >= ${run} AND timeline.at_ms <= ${atMs}`;

/** Every question of the record, for the proof that each is answered by its keys. */
export const queries = {
  /** As it was at a moment. */
  versionAt: (entity: string, atMs: number) =>
    select(entityVersions, sql`WHERE entity = ${entity} AND at_ms <= ${atMs} ORDER BY version DESC LIMIT 1`),
  first: (entity: string) => select(entityVersions, sql`WHERE entity = ${entity} ORDER BY version LIMIT 1`),
  /** The versions of a run, the newest first, and the one before them. */
  versionsOf: (entity: string, version: number, run: number) =>
    select(
      entityVersions,
      sql`WHERE entity = ${entity} AND version <= ${version} AND run <= ${run} ORDER BY version DESC LIMIT 4`,
    ),
  connections: () => select(connectionCopies, sql``),
  mapping: (version: number) => select(mappingCopies, sql`WHERE version = ${version}`),
  /** Answers of people to what was held of it. */
  answered: (entity: string, run: number, atMs: number) =>
    select(
      exceptions,
      sql`WHERE id IN (${told(entity, run, atMs, 'exception')}) AND reason IS NOT NULL AND closed_ms <= ${atMs}
        ORDER BY closed_ms, id`,
    ),
  answers: (entity: string, run: number, atMs: number) => answersTo(sql`IN (${told(entity, run, atMs, 'exception')})`),
  /** All that its commands met with: a receipt is found by its command. */
  receiptsOf: (entity: string) =>
    select(
      receipts,
      sql`WHERE command IN (${told(entity, 0, Number.MAX_SAFE_INTEGER, 'command')}) ORDER BY at_ms DESC LIMIT 200`,
    ),
  /** Commands that were made since, and took effect. */
  written: (entity: string, run: number, atMs: number) =>
    select(
      receipts,
      sql`WHERE command IN (${told(entity, run, atMs, 'command')} AND entry.value ->> 0 IN
          ('command-due', 'command-waiting', 'command-held'))
        AND outcome IN ('created', 'updated', 'found') AND at_ms <= ${atMs} ORDER BY run, command`,
    ),
} as const;

export type Origin =
  | { readonly by: 'record'; readonly source: Source | null; readonly connection: string; readonly readMs: number }
  | { readonly by: 'entity'; readonly entity: string }
  | { readonly by: 'hub' }
  | { readonly by: 'nobody' };

export interface Explained {
  readonly value: unknown;
  readonly version: number;
  /** Since when it is so. */
  readonly sinceMs: number;
  readonly run: number;
  readonly origin: Origin;
  readonly owner: Role;
  readonly mapping: StoredRow<typeof mappingCopies> | null;
  /** The row of the mapping that read it. */
  readonly row: CompiledRow | null;
  readonly replaced: { readonly value: unknown; readonly version: number; readonly origin: Origin } | null;
  readonly decisions: readonly (StoredRow<typeof exceptions> & { readonly answer: string | null })[];
  /** The first time each system was given it. */
  readonly given: readonly StoredRow<typeof receipts>[];
  readonly connections: readonly Connected[];
}

/** Null where the entity is not known; the moment it became known where that was later. */
export async function explain(
  record: ScopedRecord,
  connectors: Readonly<Record<string, Connector>>,
  { entity, kind, field, atMs }: Question,
): Promise<Explained | { readonly bornMs: number } | null> {
  const [[now], [first], connections] = await record.batch([
    queries.versionAt(entity, atMs),
    queries.first(entity),
    queries.connections(),
  ]);
  if (!now) return first ? { bornMs: first.atMs } : null;
  const [run = 0] = sourceOf(now, field) ?? [];
  const near = await record.all(queries.versionsOf(entity, now.version, run === 0 ? (first?.run ?? now.run) : run));
  const { since, before } = changeIn(near, field, now);
  const [[mapping = null], answered, answers, written] = await record.batch([
    queries.mapping(since.mappingVersion),
    queries.answered(entity, since.run, atMs),
    queries.answers(entity, since.run, atMs),
    queries.written(entity, since.run, atMs),
  ]);
  const content = mappingContent.parse(mapping ? JSON.parse(mapping.content) : {});
  const canonical = JSON.parse(now.canonical) as Readonly<Record<string, unknown>>;
  const maps = new Maps(connectors, connections, kind, content);
  const origin = originOf(since, field);
  const isRecord = origin.by === 'record';
  return {
    ...{ value: valueIn(now, field), version: since.version, sinceMs: since.atMs, run: since.run, origin },
    owner: ownerOf(kind, field, content, canonical),
    mapping,
    row: isRecord ? maps.rowOf(origin.connection, field, 'out') : null,
    replaced: before && { value: valueIn(before, field), version: before.version, origin: originOf(before, field) },
    decisions: answered
      .filter((hold) => hold.madeMs >= since.atMs)
      .map((hold) => ({ ...hold, answer: answerTo(hold, answers) })),
    given: firsts(written).filter(({ connection }) => maps.isGiven(connection, field, canonical)),
    connections,
  };
}

function valueIn(version: Version, field: string): unknown {
  return (JSON.parse(version.canonical) as Readonly<Record<string, unknown>>)[field] ?? null;
}

function sourceOf({ provenance, canonical }: Version, field: string): SourceOfFields | undefined {
  const fields = Object.keys(JSON.parse(canonical) as object);
  return sourcesOf(provenance, fields).find(([, , , given]) => given.includes(field));
}

/** `near` are the versions of the run that set the value, the newest first, and what was before it. */
function changeIn(near: readonly Version[], field: string, now: Version) {
  const text = (version: Version) => JSON.stringify(valueIn(version, field));
  let since = near[0] ?? now;
  for (const earlier of near.slice(1)) {
    if (earlier.run !== since.run || text(earlier) !== text(since)) return { since, before: earlier };
    since = earlier;
  }
  return { since, before: null };
}

function originOf(version: Version, field: string): Origin {
  const [, from = '', readMs = 0] = sourceOf(version, field) ?? [];
  if (from === '') return { by: 'nobody' };
  if (from === 'hub') return { by: 'hub' };
  if (/^[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}$/.test(from)) return { by: 'entity', entity: from };
  const read = JSON.parse(version.snapshot ?? '[]') as readonly Source[];
  const source = read.findLast((one) => one.connection === from && one.readMs === readMs) ?? null;
  return { by: 'record', connection: from, readMs, source };
}

/** The maps of one kind under the version that was in force. */
class Maps {
  readonly #connectors: Readonly<Record<string, Connector>>;
  readonly #connections: readonly Connected[];
  readonly #kind: EntityName;
  readonly #content: MappingContent;

  constructor(
    connectors: Readonly<Record<string, Connector>>,
    connections: readonly Connected[],
    kind: EntityName,
    content: MappingContent,
  ) {
    this.#connectors = connectors;
    this.#connections = connections;
    this.#kind = kind;
    this.#content = content;
  }

  /** The row by which a field is read, or is written. */
  rowOf(id: string, field: string, not: 'in' | 'out'): CompiledRow | null {
    const row = this.#connections.find((one) => one.id === id);
    const connector = row && this.#connectors[row.system];
    if (!row || !connector) return null;
    const under = connectorUnder(connector, JSON.parse(row.settings));
    const map = compileMap(under, id, this.#kind, this.#content);
    return map?.rows.find((one) => one.field === field && one.direction !== not) ?? null;
  }

  /** Whether a connection is told the field, and does not tell it. */
  isGiven(id: string, field: string, record: Readonly<Record<string, unknown>>): boolean {
    const connection = this.#connections.find((one) => one.id === id);
    const roles = JSON.parse(connection?.roles ?? '[]') as readonly string[];
    const row = this.rowOf(id, field, 'in');
    const owner = ownerOf(this.#kind, field, this.#content, record);
    return row !== null && !roles.includes(owner);
  }
}

function firsts(written: readonly StoredRow<typeof receipts>[]): StoredRow<typeof receipts>[] {
  const byConnection = new Map<string, StoredRow<typeof receipts>>();
  for (const row of written) if (!byConnection.has(row.connection)) byConnection.set(row.connection, row);
  return [...byConnection.values()];
}

/** What a person chose: the audit row that was written as the hold was closed. */
function answerTo(hold: StoredRow<typeof exceptions>, answers: readonly StoredRow<typeof audit>[]): string | null {
  const row = answers.find((one) => one.subject === hold.id && one.atMs === hold.closedMs);
  return row?.action.replace('hold-', '') ?? null;
}

/** The fields of a kind. */
export function fieldsOf(kind: EntityName): readonly string[] {
  return Object.keys(entities[kind].schema.shape);
}
