// Which entity each record of a run belongs to: links that are there, links made now, and references that no link
// answers yet. Loaded for all records at once and written at once.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { leftRecords, links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows, writeRows } from '../store/rows.ts';
import { siblingId } from './identity.ts';
import { asFound, type LinkRow, newLink, recordLink } from './links.ts';
import type { CanonicalRecord } from './nouns.ts';
import { type Observation, type Reading, readingsOf } from './observation.ts';
import { showSoon } from './show-soon.ts';
import {
  type RecordPlace,
  readReferringAgain,
  releaseWaits,
  type StrayRow,
  waitForLinks,
  writeStrays,
} from './strays.ts';
import { foreignReferences } from './translate.ts';
import type { Wiring } from './wiring.ts';

/** A first load pairs many at once; what follows from it is shown with it. */
const pairedShownMs = 1_500;

const recordKey = (connection: string, recordType: string, recordId: string, kind: string) =>
  `${connection}|${recordType}|${recordId}|${kind}`;

type Referred = RecordPlace & Pick<Observation, 'eventMs' | 'event'>;

/** Records that observations refer to and that no link names yet. */
export function unlinkedReferences(
  tx: Pick<LaneTransaction, 'sql'>,
  wiring: Wiring,
  observations: readonly Observation[],
): Referred[] {
  const wanted = new Map<string, Referred>();
  for (const { seen, map, values } of readingsOf(wiring, observations)) {
    const { connection, eventMs, event } = seen;
    for (const { kind, recordId } of foreignReferences(map, values)) {
      const recordType = wiring.mapFor(connection, kind as EntityName)?.recordType;
      if (!recordType) continue;
      wanted.set(recordKey(connection, recordType, recordId, ''), { connection, recordType, recordId, eventMs, event });
    }
  }
  if (wanted.size === 0) return [];
  const known = tx.sql
    .exec(
      `WITH wanted AS (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))
       SELECT connection || '|' || record_type || '|' || record_id || '|' AS key FROM links
       WHERE record_id IS NOT NULL AND (connection, record_type, record_id) IN wanted
       UNION SELECT connection || '|' || record_type || '|' || record_id || '|' FROM left_records
       WHERE (connection, record_type, record_id) IN wanted`,
      JSON.stringify([...wanted.values()].map((ref) => [ref.connection, ref.recordType, ref.recordId])),
    )
    .toArray() as { key: string }[];
  for (const row of known) wanted.delete(row.key);
  return [...wanted.values()];
}

export class LinkBook {
  /** Entities that something became of here: they are planned. */
  readonly touched = new Set<string>();
  readonly #tx: LaneTransaction;
  readonly #wiring: Wiring;
  readonly #links = new Map<string, LinkRow>();
  /** Whom a record means that a merge has left. */
  readonly #left = new Map<string, string>();
  readonly #changed = new Set<LinkRow>();
  readonly #strays: StrayRow[] = [];
  readonly #referring: (readonly [RecordPlace, Omit<RecordPlace, 'connection'>])[] = [];
  readonly #found: [string, string, string, string][] = [];
  readonly #linked: [string, string][] = [];
  /** Entities that have found a counterpart: their pages can name it. */
  readonly #paired = new Set<string>();

  /** `settled` are rows that the caller has changed and not written. */
  constructor(tx: LaneTransaction, wiring: Wiring, settled: readonly LinkRow[], readings: readonly Reading[]) {
    this.#tx = tx;
    this.#wiring = wiring;
    for (const row of settled) {
      this.#changed.add(row);
      if (row.recordId !== null)
        this.#links.set(recordKey(row.connection, row.recordType, row.recordId, row.kind), row);
    }
    this.#load(readings);
  }

  #load(readings: readonly Reading[]): void {
    const refs = new Map<string, readonly [string, string, string]>();
    for (const one of readings) {
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
    const isLinked = new Set(rows.map((row) => recordKey(row.connection, row.recordType, row.recordId ?? '', '')));
    const others = [...refs].filter(([key]) => !isLinked.has(key)).map(([, place]) => place);
    if (others.length === 0) return;
    const left = readRows(
      this.#tx.sql,
      leftRecords,
      'WHERE (connection, record_type, record_id) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))',
      JSON.stringify(others),
    );
    for (const { connection, recordType, recordId, kind, entity } of left)
      this.#left.set(recordKey(connection, recordType, recordId, kind), entity);
  }

  linkOf(kind: EntityName, { connection, snapshot }: Observation): LinkRow | null {
    return this.#links.get(recordKey(connection, snapshot.recordType, snapshot.recordId, kind)) ?? null;
  }

  /** A row whose content changed: it is written with the others. */
  changed(row: LinkRow): void {
    this.#changed.add(row);
  }

  /** Our id of a record that this one names; one that nobody knows is remembered, to be read when it has a link. */
  oursOf({ connection, snapshot }: Observation, kind: EntityName, recordId: string): string | null {
    const recordType = this.#wiring.mapFor(connection, kind)?.recordType;
    if (!recordType) return null;
    const key = recordKey(connection, recordType, recordId, kind);
    const entity = this.#links.get(key)?.entity ?? this.#left.get(key) ?? null;
    if (entity === null)
      this.#referring.push([
        { connection, recordType: snapshot.recordType, recordId: snapshot.recordId },
        { recordType, recordId },
      ]);
    return entity;
  }

  /** The id that an entity born of this record shares with its siblings. */
  siblingUlid({ seen }: Reading, kind: EntityName): string | null {
    const { connection, snapshot } = seen;
    for (const map of this.#wiring.mapsOf(connection, snapshot.recordType)) {
      const link = this.#links.get(recordKey(connection, snapshot.recordType, snapshot.recordId, map.kind));
      if (link && map.kind !== kind) return siblingId(link.entity, kind);
    }
    return null;
  }

  /** The id of an entity of another kind that comes from the same record. */
  siblingOf(entity: string, kind: EntityName): string {
    for (const link of this.#links.values()) {
      if (link.entity !== entity || !link.recordId) continue;
      const sibling = this.#links.get(recordKey(link.connection, link.recordType, link.recordId, kind));
      if (sibling) return sibling.entity;
    }
    return siblingId(entity, kind);
  }

  link(kind: EntityName, { seen }: Reading, entity: string, how: 'born' | 'matched' | 'adopted'): LinkRow {
    const { connection, snapshot } = seen;
    const slot = { entity, connection, recordType: snapshot.recordType, part: '', kind };
    const row = newLink(slot, this.#tx.run, snapshot.recordId);
    // Differences found on the first day are listed, not written: the record counts as given what it holds.
    if (how !== 'adopted') row.given = asFound;
    this.#links.set(recordKey(connection, snapshot.recordType, snapshot.recordId, kind), row);
    // An adopted record is given what its owners say now; a matched one is compared with it before anything moves.
    this.touched.add(entity);
    this.#changed.add(row);
    this.#tx.tell(entity, `link-${how}`, { connection, recordType: snapshot.recordType, recordId: snapshot.recordId });
    recordLink(this.#tx, row);
    this.#found.push([connection, kind, snapshot.recordType, snapshot.recordId]);
    this.#linked.push([connection, entity]);
    if (how !== 'born') this.#paired.add(entity);
    return row;
  }

  keepStray(kind: EntityName, { seen }: Reading, values: CanonicalRecord, keys: readonly string[]): void {
    const { connection, snapshot, readMs } = seen;
    const place = { connection, recordType: snapshot.recordType, recordId: snapshot.recordId };
    const found = {
      keys: JSON.stringify(keys),
      baseline: JSON.stringify(values),
      version: snapshot.version,
      seenMs: readMs,
    };
    this.#strays.push({ ...place, ...found, kind });
  }

  write(): void {
    writeStrays(this.#tx, this.#wiring, this.#strays, this.#found);
    writeRows(this.#tx.sql, links, [...this.#changed], 'replace');
    waitForLinks(this.#tx, this.#referring);
    const places = this.#found.map(([connection, , recordType, recordId]) => ({ connection, recordType, recordId }));
    readReferringAgain(this.#tx, places);
    for (const entity of releaseWaits(this.#tx, this.#linked)) this.touched.add(entity);
    showSoon(this.#tx, this.#wiring, this.#paired, pairedShownMs);
  }
}
