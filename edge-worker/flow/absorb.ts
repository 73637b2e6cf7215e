// Snapshots -> Changes: which entity each record is, what its owner changed, what arises from it. Runs inside one
// lane transaction; no awaits.
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import type { Connector, Snapshot } from '../connectors/connector.ts';
import { links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows, writeRows } from '../store/rows.ts';
import { claimBilled } from './billing.ts';
import { type Draft, Drafts, deriveFrom } from './drafts.ts';
import { closeHold, type HoldRow, heldAround, holdsOf, raiseHold, slotKey } from './holds.ts';
import { siblingId } from './identity.ts';
import { asFound, type LinkRow, newLink, recordLink } from './links.ts';
import type { CompiledMap } from './mapping.ts';
import { kindsInOrder } from './mapping.ts';
import type { CanonicalRecord } from './nouns.ts';
import { Recognition, type Sighting } from './recognise.ts';
import { showSoon } from './show-soon.ts';
import {
  type RecordPlace,
  readReferringAgain,
  readStraysAgain,
  releaseWaits,
  type StrayRow,
  waitForLinks,
  writeStrays,
} from './strays.ts';
import { decode, foreignReferences, globalise, isSame, type Problem } from './translate.ts';
import type { Connection, Wiring } from './wiring.ts';

/** A first load pairs many at once; what follows from it is shown with it. */
const pairedShownMs = 1_500;

/** One record as it was read, with the instant the read began and the event that asked for it. */
export interface Observation {
  readonly connection: string;
  readonly snapshot: Snapshot;
  readonly readMs: number;
  readonly eventMs: number;
}

/** What a run found: entities to plan for, and records to read again shortly. */
export interface Absorbed {
  readonly entities: ReadonlySet<string>;
  readonly again: readonly Observation[];
}

interface Decoded {
  readonly seen: Observation;
  readonly map: CompiledMap;
  readonly values: CanonicalRecord;
  readonly problems: readonly Problem[];
}

/** A decoded record with the ids in it made ours, and its link once it has one. */
interface Ready {
  readonly one: Decoded;
  readonly values: CanonicalRecord;
  /** It names records that no link names yet. */
  readonly isIncomplete: boolean;
  link: LinkRow | null;
}

export interface AbsorbContext {
  readonly tx: LaneTransaction;
  readonly wiring: Wiring;
  readonly makeId: (prefix: string) => string;
}

/** `settled` are link rows that the caller has changed and not written: they are taken over and written once, here. */
export function absorb(
  context: AbsorbContext,
  seen: readonly Observation[],
  settled: readonly LinkRow[] = [],
): Absorbed {
  return new Absorption(context, settled).run(seen);
}

/**
 * Held entities governed anew in one run because something they rest on changed; an answer or the next change brings
 * the rest.
 */
const heldMax = 2_000;

const recordKey = (connection: string, recordType: string, recordId: string, kind: string) =>
  `${connection}|${recordType}|${recordId}|${kind}`;

/** Records that a decoded batch refers to and that no link names yet. */
export function unlinkedReferences(
  tx: Pick<LaneTransaction, 'sql'>,
  wiring: Wiring,
  seen: readonly Observation[],
): { connection: string; recordType: string; recordId: string; eventMs: number }[] {
  const wanted = new Map<string, { connection: string; recordType: string; recordId: string; eventMs: number }>();
  for (const observation of seen) {
    for (const map of wiring.mapsOf(observation.connection, observation.snapshot.recordType)) {
      for (const found of foreignReferences(map, decode(map, observation.snapshot.wire).values)) {
        const recordType = wiring.mapFor(observation.connection, found.kind as EntityName)?.recordType;
        if (!recordType) continue;
        const key = recordKey(observation.connection, recordType, found.recordId, '');
        wanted.set(key, {
          connection: observation.connection,
          recordType,
          recordId: found.recordId,
          eventMs: observation.eventMs,
        });
      }
    }
  }
  if (wanted.size === 0) return [];
  const known = tx.sql
    .exec(
      `SELECT DISTINCT connection || '|' || record_type || '|' || record_id || '|' AS key FROM links
       WHERE record_id IS NOT NULL AND
       (connection, record_type, record_id) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))`,
      JSON.stringify([...wanted.values()].map((ref) => [ref.connection, ref.recordType, ref.recordId])),
    )
    .toArray() as { key: string }[];
  for (const row of known) wanted.delete(row.key);
  return [...wanted.values()];
}

function sightingOf({ one, values, isIncomplete }: Ready): Sighting {
  const { connection, snapshot } = one.seen;
  const { recordType, recordId, externalId = null } = snapshot;
  return { connection, recordType, recordId, externalId, values, isIncomplete };
}

class Absorption {
  readonly #context: AbsorbContext;
  readonly #tx: LaneTransaction;
  readonly #wiring: Wiring;
  readonly #links = new Map<string, LinkRow>();
  readonly #changedLinks = new Set<LinkRow>();
  readonly #drafts: Drafts;
  readonly #again: Observation[] = [];
  readonly #plan = new Set<string>();
  readonly #strays: StrayRow[] = [];
  readonly #referring: (readonly [RecordPlace, Omit<RecordPlace, 'connection'>])[] = [];
  readonly #found: [string, string, string, string][] = [];
  readonly #linked: [string, string][] = [];
  /** Entities that have found a counterpart: their pages can name it. */
  readonly #paired = new Set<string>();
  #holds: ReadonlyMap<string, HoldRow> = new Map();

  constructor(context: AbsorbContext, settled: readonly LinkRow[]) {
    this.#context = context;
    this.#tx = context.tx;
    this.#wiring = context.wiring;
    this.#drafts = new Drafts(context.tx);
    for (const row of settled) {
      this.#changedLinks.add(row);
      if (row.recordId !== null)
        this.#links.set(recordKey(row.connection, row.recordType, row.recordId, row.kind), row);
    }
  }

  run(seen: readonly Observation[]): Absorbed {
    const decoded = seen.flatMap((observation) =>
      this.#wiring.mapsOf(observation.connection, observation.snapshot.recordType).map((map): Decoded => {
        const { values, problems } = decode(map, observation.snapshot.wire);
        return { seen: observation, map, values, problems };
      }),
    );
    this.#loadLinks(decoded);
    for (const kind of kindsInOrder) {
      const ofKind = decoded.filter((one) => one.map.kind === kind).sort((a, b) => a.seen.readMs - b.seen.readMs);
      if (ofKind.length > 0) this.#absorbKind(kind, ofKind);
    }
    deriveFrom(this.#drafts, (draft, kind) => this.#siblingOf(draft, kind));
    const changed = this.#drafts.changed();
    for (const entity of changed) this.#plan.add(entity);
    const newKeys = this.#drafts.write(this.#wiring.mappingVersion);
    claimBilled(
      this.#tx,
      this.#drafts.all().filter((draft) => this.#plan.has(draft.id)),
    );
    for (const entity of heldAround(this.#tx.sql, changed, heldMax)) this.#plan.add(entity);
    this.#writeLinks();
    readStraysAgain(this.#tx, this.#wiring, newKeys);
    return { entities: this.#plan, again: this.#again };
  }

  #loadLinks(decoded: readonly Decoded[]): void {
    const refs = new Map<string, readonly [string, string, string]>();
    for (const one of decoded) {
      const { connection, snapshot } = one.seen;
      refs.set(recordKey(connection, snapshot.recordType, snapshot.recordId, ''), [
        connection,
        snapshot.recordType,
        snapshot.recordId,
      ]);
      for (const found of foreignReferences(one.map, one.values)) {
        const recordType = this.#wiring.mapFor(connection, found.kind as EntityName)?.recordType;
        if (recordType)
          refs.set(recordKey(connection, recordType, found.recordId, ''), [connection, recordType, found.recordId]);
      }
    }
    const rows = readRows(
      this.#tx.sql,
      links,
      `WHERE record_id IS NOT NULL AND part = ''
       AND (connection, record_type, record_id) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))`,
      JSON.stringify([...refs.values()]),
    );
    for (const row of rows) {
      const key = recordKey(row.connection, row.recordType, row.recordId as string, row.kind);
      if (!this.#links.has(key)) this.#links.set(key, row);
    }
  }

  #absorbKind(kind: EntityName, decoded: readonly Decoded[]): void {
    const ready: Ready[] = [];
    for (const one of decoded) {
      const { connection, snapshot } = one.seen;
      let isIncomplete = false;
      const values = globalise(one.map, one.values, (refKind, id) => {
        const ours = this.#oursOf(one.seen, refKind as EntityName, id);
        isIncomplete ||= ours === null;
        return ours;
      });
      ready.push({
        one,
        values,
        isIncomplete,
        link: this.#links.get(recordKey(connection, snapshot.recordType, snapshot.recordId, kind)) ?? null,
      });
    }
    this.#identify(kind, ready);
    const known = ready.flatMap(({ link }) => (link ? [link.entity] : []));
    this.#drafts.load(known);
    this.#holds = holdsOf(this.#tx.sql, known);
    for (const { one, values, link } of ready) if (link) this.#merge(one, values, link);
  }

  #oursOf({ connection, snapshot }: Observation, kind: EntityName, recordId: string): string | null {
    const recordType = this.#wiring.mapFor(connection, kind)?.recordType;
    if (!recordType) return null;
    const link = this.#links.get(recordKey(connection, recordType, recordId, kind));
    if (!link)
      this.#referring.push([
        { connection, recordType: snapshot.recordType, recordId: snapshot.recordId },
        { recordType, recordId },
      ]);
    return link?.entity ?? null;
  }

  /** Finds or makes the entity of each record that no link names. */
  #identify(kind: EntityName, ready: Ready[]): void {
    const unknown = ready.filter((entry) => entry.link === null);
    if (unknown.length === 0) return;
    const sightings = new Map(unknown.map((entry) => [entry, sightingOf(entry)] as const));
    const recognition = new Recognition(this.#tx, this.#wiring, kind, [...sightings.values()]);
    for (const entry of unknown) {
      const { seen } = entry.one;
      const { connection, snapshot } = seen;
      entry.link = this.#links.get(recordKey(connection, snapshot.recordType, snapshot.recordId, kind)) ?? null;
      const sighting = sightings.get(entry);
      if (entry.link !== null || sighting === undefined) continue;
      const found = recognition.recognise(sighting);
      if (found.as === 'again') this.#again.push(seen);
      else if (found.as === 'stray') this.#keepStray(kind, entry.one, entry.values, recognition.keysOf(sighting));
      else if (found.as === 'born') {
        const entity = this.#siblingUlid(entry.one, kind) ?? this.#context.makeId(entities[kind].prefix);
        entry.link = this.#link(kind, entry.one, entity, 'born');
      } else entry.link = this.#link(kind, entry.one, found.entity, found.as);
    }
  }

  #siblingUlid(one: Decoded, kind: EntityName): string | null {
    const { connection, snapshot } = one.seen;
    for (const map of this.#wiring.mapsOf(connection, snapshot.recordType)) {
      const link = this.#links.get(recordKey(connection, snapshot.recordType, snapshot.recordId, map.kind));
      if (link && map.kind !== kind) return siblingId(link.entity, kind);
    }
    return null;
  }

  #siblingOf(draft: Draft, kind: EntityName): string {
    for (const link of this.#links.values()) {
      if (link.entity !== draft.id || !link.recordId) continue;
      const sibling = this.#links.get(recordKey(link.connection, link.recordType, link.recordId, kind));
      if (sibling) return sibling.entity;
    }
    return siblingId(draft.id, kind);
  }

  #link(kind: EntityName, one: Decoded, entity: string, how: 'born' | 'matched' | 'adopted'): LinkRow {
    const { connection, snapshot } = one.seen;
    const slot = { entity, connection, recordType: snapshot.recordType, part: '', kind };
    const row = newLink(slot, this.#tx.run, snapshot.recordId);
    // Differences found on the first day are listed, not written: the record counts as given what it holds.
    if (how !== 'adopted') row.given = asFound;
    this.#links.set(recordKey(connection, snapshot.recordType, snapshot.recordId, kind), row);
    // An adopted record is given what its owners say now; a matched one is compared with it before anything moves.
    this.#plan.add(entity);
    this.#changedLinks.add(row);
    this.#tx.tell(entity, `link-${how}`, { connection, recordType: snapshot.recordType, recordId: snapshot.recordId });
    recordLink(this.#tx, row);
    this.#found.push([connection, kind, snapshot.recordType, snapshot.recordId]);
    this.#linked.push([connection, entity]);
    if (how !== 'born') this.#paired.add(entity);
    return row;
  }

  #keepStray(kind: EntityName, one: Decoded, values: CanonicalRecord, keys: readonly string[]): void {
    const { connection, snapshot, readMs } = one.seen;
    const place = { connection, recordType: snapshot.recordType, recordId: snapshot.recordId };
    const found = {
      keys: JSON.stringify(keys),
      baseline: JSON.stringify(values),
      version: snapshot.version,
      seenMs: readMs,
    };
    this.#strays.push({ ...place, ...found, kind });
  }

  /** Compares a record with its baseline and takes over what its owner changed. */
  #merge(one: Decoded, values: CanonicalRecord, link: LinkRow): void {
    const { seen, map } = one;
    const wired = this.#wiring.connections.get(seen.connection);
    if (!wired) return;
    if (this.#isStale(seen, link, wired.connector)) return;
    const baseline = link.baseline === null ? null : (JSON.parse(link.baseline) as Record<string, unknown>);
    const draft = this.#drafts.open(link.entity, map.kind, seen.eventMs);
    const isBirth = draft.isNew;
    let isMoved = baseline === null;
    for (const [field, value] of Object.entries(values)) {
      if (baseline !== null && field in baseline && isSame(baseline[field], value)) continue;
      isMoved = true;
      const isOwner = this.#isOwner(wired, map, field);
      // A matched record may tell what nobody has told yet; an owner that said "nothing" has spoken.
      if (isBirth || isOwner || (baseline === null && draft.provenance[field] === undefined)) {
        draft.set(field, value, { run: this.#tx.run, connection: seen.connection, at: seen.readMs });
      } else if (baseline !== null && field in baseline && map.canWrite && !isSame(draft.record[field], value)) {
        // Somebody edited a field that belongs to another system: what the owner says is written again.
        link.given = null;
        this.#plan.add(link.entity);
        this.#tx.tell(link.entity, 'not-the-owner', { field, connection: seen.connection });
      }
    }
    const unreadable = one.problems.filter(({ field }) => !this.#isOwner(wired, map, field));
    for (const { field } of unreadable) {
      if (baseline === null || !(field in baseline) || !map.canWrite) continue;
      // Not theirs to change, so nobody needs to read it: what the owner says is written over it.
      delete baseline[field];
      isMoved = true;
      link.given = null;
      this.#plan.add(link.entity);
      this.#tx.tell(link.entity, 'not-the-owner', { field, connection: seen.connection });
    }
    draft.source = {
      connection: seen.connection,
      recordType: seen.snapshot.recordType,
      recordId: seen.snapshot.recordId,
      version: seen.snapshot.version,
      values,
    };
    if (isMoved || link.version !== seen.snapshot.version) {
      link.baseline = JSON.stringify({ ...baseline, ...values });
      link.version = seen.snapshot.version;
      link.seenMs = seen.readMs;
      this.#changedLinks.add(link);
    }
    this.#tellProblems(
      one.problems.find(({ field }) => this.#isOwner(wired, map, field)),
      one,
      link,
    );
  }

  #isOwner(wired: Connection, map: CompiledMap, field: string): boolean {
    return wired.roles.includes(this.#wiring.owner(map.kind, field));
  }

  /**
   * Whole-second stamps: of two reads with the same stamp the later-started one saw more. A later read that shows an
   * older stamp met a copy that lags, and is made again; once no copy can lag any more, the system's clock was set
   * back.
   */
  #isStale(seen: Observation, link: LinkRow, connector: Connector): boolean {
    if (link.version === null) return false;
    const age = connector.compareVersions(seen.snapshot.version, link.version);
    if (age === 0) return seen.readMs < link.seenMs;
    if (age > 0 || seen.readMs - link.seenMs >= connector.settleMs) return false;
    if (seen.readMs > link.seenMs) this.#again.push(seen);
    return true;
  }

  /** A value that its owner's system shows and nobody can read. What others hold of it is written over, see above. */
  #tellProblems(problem: Problem | undefined, one: Decoded, link: LinkRow): void {
    const slot = { entity: link.entity, connection: link.connection, recordType: link.recordType, part: 'read' };
    if (!problem) {
      if (this.#holds.has(slotKey(slot))) closeHold(this.#tx, slot, 'read-again', null);
      return;
    }
    raiseHold(this.#tx, this.#context.makeId, {
      ...slot,
      kind: one.map.kind,
      control: 'unreadable-value',
      owner: 'integration',
      code: problem.code,
      params: problem.params,
      hash: link.version ?? '',
      dueMinutes: 480,
    });
  }

  #writeLinks(): void {
    writeStrays(this.#tx, this.#wiring, this.#strays, this.#found);
    writeRows(this.#tx.sql, links, [...this.#changedLinks], 'replace');
    waitForLinks(this.#tx, this.#referring);
    const places = this.#found.map(([connection, , recordType, recordId]) => ({ connection, recordType, recordId }));
    readReferringAgain(this.#tx, places);
    for (const entity of releaseWaits(this.#tx, this.#linked)) this.#plan.add(entity);
    showSoon(this.#tx, this.#wiring, this.#paired, pairedShownMs);
  }
}
