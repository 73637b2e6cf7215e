// A draft runs over real recent records in the shadow of the version in force: which fields of which target records
// would change, and by how much money. The only calls are reads.
import { canonicalJson } from '../../shared/canonical-json.ts';
import { type EntityName, entityNames } from '../../shared/entities/_registry.ts';
import type { RecordRef } from '../connectors/connector.ts';
import { entityRows, links } from '../store/lane-schema.ts';
import { readColumns } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { type MappingContent, mappingContent } from './mapping.ts';
import type { Observation } from './observation.ts';
import { checkRevision, keepRehearsal, openDraft } from './proposals.ts';
import { type Shadow, type ShadowField, type ShadowRecord, shadowOf } from './shadow.ts';
import type { Connection, Wiring } from './wiring.ts';

export interface ChangedField {
  readonly entity: string;
  readonly recordId: string | null;
  readonly before: unknown;
  readonly after: unknown;
}

/** One row of the mapping, and what it would change. */
export interface RehearsedGroup {
  readonly connection: string;
  readonly kind: string;
  readonly field: string;
  readonly at: string;
  readonly count: number;
  /** Currency -> the sum of the differences in minor units, as text. */
  readonly money: Readonly<Record<string, string>>;
  /** The first of them; the count is of all. */
  readonly rows: readonly ChangedField[];
}

/** A value that could be carried until now and could not any more. */
export interface RehearsedProblem {
  readonly connection: string;
  readonly kind: string;
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
  readonly count: number;
  readonly entities: readonly string[];
}

export interface Rehearsal {
  readonly atMs: number;
  /** The version in force that it was compared with. */
  readonly base: number;
  readonly records: number;
  /** Entities that would change somewhere. */
  readonly changed: number;
  readonly groups: readonly RehearsedGroup[];
  readonly problems: readonly RehearsedProblem[];
}

export interface RehearsalAsked {
  readonly draft: string;
  readonly revision: number;
  /** Records that changed since then. */
  readonly sinceMs: number;
  readonly limit: number;
}

/** As many as are looked at unless more are asked for: every one that would change can be opened. */
const rowsShownMax = 1_000;
/** A rehearsal is kept as one value of the lane, which holds two million bytes. */
const rowsCharactersMax = 600_000;
/** Of a longer text its beginning tells it. */
const shownMax = 200;
/** About a tenth of a second of work between two turns of the lane. */
const portionMax = 40;

export async function rehearse(core: LaneCore, asked: RehearsalAsked, by: string): Promise<Rehearsal> {
  const draft = openDraft(core, asked.draft, ['draft', 'submitted']);
  checkRevision(draft, asked.revision);
  const content = mappingContent.parse(JSON.parse(draft.content));
  const found = await compare(core, content, asked);
  keepRehearsal(core, asked.draft, asked.revision, found, by);
  return found;
}

async function compare(core: LaneCore, content: MappingContent, asked: Omit<RehearsalAsked, 'draft' | 'revision'>) {
  const inForce = core.wiring;
  const drafted = inForce.withContent(content);
  const ids = recentOf(core, touchedKinds(inForce, drafted), asked.sinceMs, asked.limit);
  const comparison = new Comparison();
  for (let at = 0; at < ids.length; at += portionMax) {
    const portion = ids.slice(at, at + portionMax);
    const seen = await readSources(core, inForce, drafted, portion);
    comparison.add(shadowOf(core, inForce, seen, portion), shadowOf(core, drafted, seen, portion));
    // Deliveries and questions come in between.
    await core.ports.sleep(0);
  }
  return comparison.told(core.ports.nowMs(), inForce.mappingVersion, ids.length);
}

/** Kinds for which anything is mapped or owned otherwise; all others cannot change. */
function touchedKinds(inForce: Wiring, drafted: Wiring): EntityName[] {
  return entityNames.filter((kind) => {
    const isOwnedOtherwise = [...inForce.connections.keys()].some((id) => {
      const rows = [inForce, drafted].flatMap((wiring) => wiring.mapFor(id, kind)?.rows ?? []);
      return rows.some(({ field }) => inForce.owner(kind, field) !== drafted.owner(kind, field));
    });
    return (
      isOwnedOtherwise || [...inForce.connections.keys()].some((id) => isMappedOtherwise(inForce, drafted, id, kind))
    );
  });
}

function isMappedOtherwise({ content }: Wiring, drafted: Wiring, connection: string, kind: EntityName): boolean {
  const [before, after] = [content, drafted.content].map((one) => {
    const overlay = one.maps[connection]?.[kind];
    const tables = Object.values(overlay?.fields ?? {}).flatMap((row) =>
      row?.lookup ? [one.lookups[row.lookup]] : [],
    );
    return canonicalJson([overlay ?? null, tables.map((table) => table ?? null)]);
  });
  return before !== after;
}

function recentOf(core: LaneCore, kinds: readonly EntityName[], sinceMs: number, limit: number): string[] {
  const where = 'WHERE kind IN (SELECT value FROM json_each(?)) AND event_ms >= ? ORDER BY event_ms DESC, id LIMIT ?';
  const rows = readColumns(core.store.sql, entityRows, ['id'], where, JSON.stringify(kinds), sinceMs, limit);
  return rows.map(({ id }) => id);
}

/** The records that the draft reads otherwise, as they are now, with every path that either mapping names. */
async function readSources(
  core: LaneCore,
  inForce: Wiring,
  drafted: Wiring,
  ids: readonly string[],
): Promise<Observation[]> {
  const where = "WHERE part = '' AND record_id IS NOT NULL AND entity IN (SELECT value FROM json_each(?))";
  const rows = readColumns(
    core.store.sql,
    links,
    ['connection', 'recordType', 'recordId', 'kind'],
    where,
    JSON.stringify(ids),
  );
  const wanted = new Map<string, RecordRef[]>();
  for (const { connection, recordType, recordId, kind } of rows) {
    const reads = drafted.mapFor(connection, kind as EntityName)?.rows.some(({ direction }) => direction !== 'out');
    if (!reads || !isMappedOtherwise(inForce, drafted, connection, kind as EntityName)) continue;
    wanted.set(connection, [...(wanted.get(connection) ?? []), { recordType, recordId: recordId ?? '' }]);
  }
  const seen: Observation[] = [];
  for (const [id, refs] of wanted) {
    const connection = core.callable(id);
    if (connection) seen.push(...(await readAll(core, drafted, connection, refs)));
  }
  return seen;
}

export async function readAll(
  core: LaneCore,
  drafted: Wiring,
  connection: Connection,
  refs: readonly RecordRef[],
): Promise<Observation[]> {
  const session = core.sessionUnder(connection, drafted.pathsOf(connection.id));
  const { readBatchMax } = connection.connector.limits;
  const seen: Observation[] = [];
  for (let at = 0; at < refs.length; at += readBatchMax) {
    const readMs = core.ports.nowMs();
    for (const result of await session.read(refs.slice(at, at + readBatchMax))) {
      if (result.found !== 'here') continue;
      seen.push({ connection: connection.id, snapshot: result.snapshot, readMs, eventMs: readMs, event: null });
    }
  }
  return seen;
}

interface Gathered {
  readonly target: ShadowRecord;
  readonly field: ShadowField;
  readonly rows: ChangedField[];
  count: number;
  readonly money: Map<string, bigint>;
}

/** Gathers what differs, by the row of the mapping that makes it differ. */
class Comparison {
  readonly #groups = new Map<string, Gathered>();
  readonly #problems = new Map<
    string,
    { readonly told: Omit<RehearsedProblem, 'count' | 'entities'>; ids: Set<string> }
  >();
  readonly #changed = new Set<string>();
  #characters = 0;

  add(before: Shadow, after: Shadow): void {
    for (const [key, target] of after.targets) {
      const was = before.targets.get(key);
      this.#addFields(target, was ?? null);
      const known = new Set(was?.problems.map(({ field, code }) => `${field} ${code}`));
      for (const { field, code, params } of target.problems) {
        if (!known.has(`${field} ${code}`)) this.#addProblem(target, code, params);
      }
    }
    for (const [key, target] of before.targets) if (!after.targets.has(key)) this.#addLost(target);
  }

  #addFields(target: ShadowRecord, was: ShadowRecord | null): void {
    const before = new Map((was?.fields ?? []).map((field) => [field.at, field] as const));
    const after = new Map(target.fields.map((field) => [field.at, field] as const));
    for (const at of new Set([...before.keys(), ...after.keys()])) {
      const [one, other] = [before.get(at), after.get(at)];
      const field = other ?? one;
      if (!field || canonicalJson(one?.theirs ?? null) === canonicalJson(other?.theirs ?? null)) continue;
      this.#note(target, field, one ?? null, other ?? null);
    }
  }

  #addLost(target: ShadowRecord): void {
    for (const field of target.fields) this.#note(target, field, field, null);
  }

  #note(target: ShadowRecord, field: ShadowField, before: ShadowField | null, after: ShadowField | null): void {
    const key = `${target.connection} ${target.kind} ${field.at}`;
    const group = this.#groups.get(key) ?? { target, field, rows: [], count: 0, money: new Map<string, bigint>() };
    this.#groups.set(key, group);
    group.count++;
    this.#changed.add(target.entity);
    const { entity, recordId } = target;
    const row = { entity, recordId, before: briefly(before?.theirs), after: briefly(after?.theirs) };
    const length = JSON.stringify(row).length;
    if (group.rows.length < rowsShownMax && this.#characters + length <= rowsCharactersMax) {
      this.#characters += length;
      group.rows.push(row);
    }
    for (const [sign, value] of [
      [-1n, before?.ours],
      [1n, after?.ours],
    ] as const) {
      if (!isMoney(value)) continue;
      group.money.set(value.currency, (group.money.get(value.currency) ?? 0n) + sign * BigInt(value.amountMinor));
    }
  }

  #addProblem({ entity, connection, kind }: ShadowRecord, code: string, params: RehearsedProblem['params']): void {
    const told = { connection, kind, code, params };
    const key = canonicalJson(told);
    const known = this.#problems.get(key) ?? { told, ids: new Set<string>() };
    this.#problems.set(key, known);
    known.ids.add(entity);
  }

  told(atMs: number, base: number, records: number): Rehearsal {
    const groups = [...this.#groups.values()].map(({ target, field, rows, count, money }): RehearsedGroup => {
      const sums = [...money].filter(([, minor]) => minor !== 0n).map(([currency, minor]) => [currency, `${minor}`]);
      const { connection, kind } = target;
      return { connection, kind, field: field.field, at: field.at, count, money: Object.fromEntries(sums), rows };
    });
    const problems = [...this.#problems.values()].map(({ told, ids }) => ({
      ...told,
      count: ids.size,
      entities: [...ids].slice(0, rowsShownMax),
    }));
    groups.sort((a, b) => b.count - a.count);
    return { atMs, base, records, changed: this.#changed.size, groups, problems };
  }
}

function briefly(value: unknown): unknown {
  const isLong = typeof value === 'string' && value.length > shownMax;
  return isLong ? `${value.slice(0, shownMax)}…` : (value ?? null);
}

function isMoney(value: unknown): value is { readonly amountMinor: string; readonly currency: string } {
  return typeof value === 'object' && value !== null && 'amountMinor' in value && 'currency' in value;
}
