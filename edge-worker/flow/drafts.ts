// Entities being changed in one run: loaded together, merged in memory, derived from, written together.
import { canonicalJson } from '../../shared/canonical-json.ts';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import type { Derivation, Entity, Promotion } from '../../shared/entities/entity.ts';
import { businessKeys, entityRows } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { bookFigures } from './figures.ts';
import { keysOf, kindOf } from './identity.ts';
import type { CanonicalRecord, Provenance } from './nouns.ts';
import { packProvenance, unpackProvenance } from './provenance.ts';
import { isSame } from './translate.ts';

type LooseEntity = Omit<Entity, 'derives' | 'promotes' | 'computes' | 'defaults'> & {
  readonly defaults: CanonicalRecord;
  readonly derives?: readonly Derivation<CanonicalRecord>[];
  readonly promotes?: readonly Promotion<CanonicalRecord>[];
  readonly computes?: (record: CanonicalRecord, idOf: (kind: string) => string) => CanonicalRecord;
};
const looseEntities = entities as unknown as Readonly<Record<EntityName, LooseEntity>>;

/** A record that was read for a version, kept with it so that "why" can be answered. */
export interface Source {
  readonly connection: string;
  readonly recordType: string;
  readonly recordId: string;
  readonly version: string;
  readonly values: CanonicalRecord;
  readonly readMs: number;
  /** What asked for the read, see `Observation`. */
  readonly event: string | null;
  readonly eventMs: number;
}

/** One entity while a run works on it. */
export class Draft {
  readonly id: string;
  readonly kind: EntityName;
  readonly isNew: boolean;
  readonly version: number;
  readonly before: CanonicalRecord | null;
  readonly record: Record<string, unknown>;
  readonly provenance: Record<string, Provenance>;
  readonly changed = new Set<string>();
  /** Counts what was set: whoever rests on the record is asked again when it has grown. */
  revision = 0;
  eventMs: number;
  /** In the order in which they were compared with it. */
  sources: readonly Source[] = [];

  constructor(id: string, kind: EntityName, row: StoredRow<typeof entityRows> | null, eventMs: number) {
    this.id = id;
    this.kind = kind;
    this.isNew = row === null;
    this.version = row?.version ?? 0;
    this.before = row ? (JSON.parse(row.canonical) as CanonicalRecord) : null;
    this.record = { ...(this.before ?? blank(kind)) };
    this.provenance = row ? unpackProvenance(row.provenance, Object.keys(this.before ?? {})) : {};
    this.eventMs = eventMs;
  }

  set(field: string, value: unknown, from: Provenance): void {
    // At birth every field is news, once.
    const isKnown = this.before !== null || this.changed.has(field);
    if (isKnown && isSame(this.record[field], value)) return;
    this.revision++;
    this.record[field] = value;
    this.provenance[field] = from;
    this.changed.add(field);
  }
}

/** Every field of the kind, empty but for the defaults at birth. */
function blank(kind: EntityName): CanonicalRecord {
  let known = blanks.get(kind);
  if (!known) {
    // In the order in which it is stored, or that would have to be found for each record anew.
    const fields = Object.keys(entities[kind].schema.shape).sort();
    known = { ...Object.fromEntries(fields.map((field) => [field, null])), ...looseEntities[kind].defaults };
    blanks.set(kind, known);
  }
  return known;
}
const blanks = new Map<EntityName, CanonicalRecord>();

/** The values a snapshot had in common with the version stand there already. */
function storedSource(source: Source, record: CanonicalRecord): Source {
  const values = Object.entries(source.values).filter(([field, value]) => !isSame(record[field], value));
  return { ...source, values: Object.fromEntries(values) };
}

export class Drafts {
  readonly #tx: LaneTransaction;
  readonly #rows = new Map<string, StoredRow<typeof entityRows> | null>();
  readonly #drafts = new Map<string, Draft>();
  /** Of those asked about: entities that have a record somewhere. */
  readonly #recorded = new Set<string>();
  /** Projects whose figures the changes moved; known once they are written. */
  figuresMoved: ReadonlySet<string> = new Set();

  constructor(tx: LaneTransaction) {
    this.#tx = tx;
  }

  get run(): number {
    return this.#tx.run;
  }

  /** Loads entities in one statement; those that do not exist yet are remembered as new. */
  load(ids: readonly string[]): void {
    const wanted = ids.filter((id) => !this.#rows.has(id));
    if (wanted.length === 0) return;
    for (const id of wanted) this.#rows.set(id, null);
    for (const row of readRows(
      this.#tx.sql,
      entityRows,
      'WHERE id IN (SELECT value FROM json_each(?))',
      JSON.stringify(wanted),
    )) {
      this.#rows.set(row.id, row);
    }
  }

  /** Loads entities that others give rise to, and whether they have a record somewhere yet. */
  loadDerived(ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.load(ids);
    const where = 'entity IN (SELECT value FROM json_each(?)) AND record_id IS NOT NULL';
    const found = this.#tx.sql.exec(`SELECT DISTINCT entity FROM links WHERE ${where}`, JSON.stringify(ids)).toArray();
    for (const row of found as { entity: string }[]) this.#recorded.add(row.entity);
  }

  /** Known to the hub alone: no system holds a record of it yet. */
  isOnlyHere(id: string): boolean {
    return !this.#recorded.has(id);
  }

  open(id: string, kind: EntityName, eventMs: number): Draft {
    const known = this.#drafts.get(id);
    if (known) return known;
    this.load([id]);
    const draft = new Draft(id, kind, this.#rows.get(id) ?? null, eventMs);
    this.#drafts.set(id, draft);
    return draft;
  }

  exists(id: string): boolean {
    return this.#drafts.has(id) || (this.#rows.get(id) ?? null) !== null;
  }

  all(): readonly Draft[] {
    return [...this.#drafts.values()];
  }

  changed(): string[] {
    return this.all().flatMap((draft) => (draft.isNew || draft.changed.size > 0 ? [draft.id] : []));
  }

  /**
   * Writes what changed: the lane's current version, the business keys, and the version row for D1. Returns keys not
   * known before.
   */
  write(mappingVersion: number): readonly string[] {
    const moved = this.all().filter((draft) => draft.isNew || draft.changed.size > 0);
    const oldKeys: [string, string][] = [];
    const newKeys: { key: string; entity: string }[] = [];
    const rows = moved.map((draft) => {
      const canonical = canonicalJson(draft.record);
      const provenance = packProvenance(draft.provenance, Object.keys(draft.record));
      const version = draft.version + 1;
      const before = draft.before ? keysOf(draft.kind, draft.before) : [];
      const after = keysOf(draft.kind, draft.record);
      for (const key of before) if (!after.includes(key)) oldKeys.push([key, draft.id]);
      for (const key of after) if (!before.includes(key)) newKeys.push({ key, entity: draft.id });
      this.#tx.record('entityVersions', {
        entity: draft.id,
        version,
        kind: draft.kind,
        canonical,
        provenance,
        snapshot: JSON.stringify(draft.sources.map((source) => storedSource(source, draft.record))),
        mappingVersion,
        atMs: this.#tx.atMs,
      });
      if (draft.isNew) this.#tx.bear(draft.kind);
      this.#tx.tell(draft.id, draft.isNew ? 'entity-new' : 'entity-changed', {
        fields: [...draft.changed].join(','),
        version: String(version),
        connection: draft.sources.at(-1)?.connection ?? '',
      });
      return { id: draft.id, kind: draft.kind, version, canonical, provenance, eventMs: draft.eventMs };
    });
    writeRows(this.#tx.sql, entityRows, rows, 'replace');
    deleteRows(this.#tx.sql, businessKeys, oldKeys);
    writeRows(this.#tx.sql, businessKeys, newKeys, 'ignore');
    this.figuresMoved = bookFigures(this.#tx, moved);
    return newKeys.map(({ key }) => key);
  }
}

/**
 * Lets changed entities give rise to others, promote what they refer to, and compute their own fields. Repeats until
 * nothing moves.
 */
export function deriveFrom(drafts: Drafts, siblingOf: (draft: Draft, kind: EntityName) => string): void {
  const done = new Set<string>();
  for (let round = 0; round < 8; round++) {
    const all = drafts.all();
    // What has come into being meanwhile may be what an earlier one had something for.
    const key = (draft: Draft) => `${draft.id} ${draft.revision} ${all.length}`;
    const open = all.filter((draft) => !done.has(key(draft)) && (draft.isNew || draft.changed.size > 0));
    if (open.length === 0) return;
    drafts.loadDerived(open.flatMap((draft) => arisingFrom(draft).map(({ to }) => siblingOf(draft, to as EntityName))));
    for (const draft of open) {
      done.add(key(draft));
      derive(drafts, draft, siblingOf);
    }
  }
}

const arisingFrom = ({ kind, record }: Draft) =>
  (looseEntities[kind].derives ?? []).filter((derivation) => derivation.when(record));

function derive(drafts: Drafts, draft: Draft, siblingOf: (draft: Draft, kind: EntityName) => string): void {
  const entity = looseEntities[draft.kind];
  const idOf = (kind: string) => siblingOf(draft, kind as EntityName);
  const from = (connection: string): Provenance => ({ run: drafts.run, connection, at: draft.eventMs });
  for (const [field, value] of Object.entries(entity.computes?.(draft.record, idOf) ?? {}))
    draft.set(field, value, from('hub'));
  for (const promotion of entity.promotes ?? []) {
    const id = draft.record[promotion.reference];
    if (typeof id !== 'string' || !promotion.when(draft.record)) continue;
    const kind = kindOf(id);
    if (!kind) continue;
    drafts.load([id]);
    if (!drafts.exists(id)) continue;
    const promoted = drafts.open(id, kind, draft.eventMs);
    const given = promotion.set(draft.record, promoted.record, draft.id);
    for (const [field, value] of Object.entries(given)) promoted.set(field, value, from(draft.id));
  }
  for (const derivation of arisingFrom(draft)) {
    const kind = derivation.to as EntityName;
    const id = idOf(kind);
    if (drafts.exists(id) && !drafts.isOnlyHere(id)) continue;
    const derived = drafts.open(id, kind, draft.eventMs);
    for (const [field, value] of Object.entries(derivation.initial(draft.record, idOf))) {
      derived.set(field, value, from(draft.id));
    }
    derived.sources = draft.sources;
  }
}
