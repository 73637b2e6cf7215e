// What a lane transaction told, wrote, held and freed -> the day's sums and the open passages, as its last part. A few
// reads and a few rows per transaction, however many records it is about.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import type { LaneSql } from '../store/rows.ts';
import { kindOf } from './identity.ts';
import type { CanonicalRecord } from './nouns.ts';
import { type Beginner, beginnersOf, movePassages, passageTable, reachedMs } from './passages.ts';
import { Tallies } from './tallies.ts';
import { latestStartMs } from './targets.ts';
import type { Wiring } from './wiring.ts';

/** A part that has no region: people, companies, and records of projects that name none. */
export const noRegion = '';

interface Known {
  readonly id: string;
  readonly kind: EntityName;
  /** Only of what begins a passage; the others are counted without a look at what they say. */
  readonly canonical: string | null;
  readonly provenance: string;
  readonly region: string | null;
}

const begins: ReadonlySet<string> = new Set(Object.values(passageTable).map(({ from }) => from));

export function tally(wiring: Wiring, tx: LaneTransaction): void {
  const { linked, billed, written, raised, closed } = tx.counted;
  const touched = new Set([...tx.told.keys(), ...linked].filter((id) => kindOf(id) !== null));
  if (touched.size === 0 && closed.length === 0 && raised.length === 0) return;
  const passing = [...touched].flatMap((id) => beginnersOf(id, kindOf(id) as EntityName));
  const ids = new Set([...touched, ...passing, ...billed, ...[...raised, ...closed].map(({ entity }) => entity)]);
  const known = knownOf(tx, ids);
  const regionOf = (id: string) => known.get(id)?.region ?? noRegion;
  const sums = new Tallies(tx.sql, tx.atMs);
  for (const [id, entries] of tx.told) {
    const isChanged = entries.some(([code]) => code === 'entity-new' || code === 'entity-changed');
    if (isChanged && touched.has(id)) sums.count('handled', `${regionOf(id)}|${kindOf(id)}`);
  }
  for (const { entity, control } of raised) sums.count('raised', `${regionOf(entity)}|${control}`);
  for (const { entity, control, owner, madeMs } of closed)
    sums.add('recovered', `${owner}|${control}|${regionOf(entity)}`, entity, tx.atMs - madeMs);
  free(tx, closed);
  for (const row of written) {
    const from = sourceOf(known.get(row.entity), row.connection);
    const startMs = row.freedMs ?? row.eventMs;
    sums.add('lag', `${from}|${row.connection}`, row.entity, Math.max(0, tx.atMs - startMs));
  }
  const beginners = [...new Set(passing)].flatMap((id) => beginnerOf(known.get(id)));
  const gone = passing.filter((id) => !known.has(id));
  for (const { passage, entity, sinceMs } of movePassages(tx, wiring, beginners, gone)) {
    const isLate = sinceMs <= latestStartMs(wiring.content, passage, tx.atMs);
    sums.add(`passed ${passage}`, regionOf(entity), entity, tx.atMs - sinceMs, isLate);
  }
  for (const source of billed) {
    const sinceMs = beginnerOf(known.get(source)).map(reachedMs)[0];
    if (sinceMs != null) sums.add('billed', regionOf(source), source, Math.max(0, tx.atMs - sinceMs));
  }
  sums.write();
}

/** What people do by hand, one by one or for a whole cause at once. */
const touches: ReadonlySet<string> = new Set(['answer', 'assign', 'snooze', 'start-job', 'sync-now']);

/** A person has done something. */
export function tallyTouch(sql: LaneSql, atMs: number, verb: string): void {
  if (!touches.has(verb)) return;
  const sums = new Tallies(sql, atMs);
  sums.count('touched', verb);
  sums.write();
}

/** What somebody has let go is on its way from now on, not from when it was first told of. */
function free(tx: LaneTransaction, closed: readonly { readonly entity: string; readonly connection: string }[]): void {
  if (closed.length === 0) return;
  const places = closed.map(({ entity, connection }) => [entity, connection]);
  tx.sql.exec(
    `UPDATE commands SET freed_ms = ?1 WHERE (entity, connection) IN
       (SELECT value ->> 0, value ->> 1 FROM json_each(?2))`,
    tx.atMs,
    JSON.stringify(places),
  );
}

/** The region of a record is its own, or that of the project it belongs to: few projects, many records. */
function knownOf(tx: LaneTransaction, ids: ReadonlySet<string>): ReadonlyMap<string, Known> {
  if (ids.size === 0) return new Map();
  const rows = tx.sql
    .exec(
      `SELECT id, kind, provenance, iif(kind IN (SELECT value FROM json_each(?1)), canonical, NULL) AS canonical,
         canonical ->> 'deliveryRegion' AS region, canonical ->> 'project' AS project
       FROM entities WHERE id IN (SELECT value FROM json_each(?2))`,
      JSON.stringify([...begins]),
      JSON.stringify([...ids]),
    )
    .toArray() as unknown as (Known & { readonly project: string | null })[];
  const projects = new Set(rows.flatMap(({ region, project }) => (region === null && project !== null ? project : [])));
  const regions = new Map(
    (
      tx.sql
        .exec(
          `SELECT id, canonical ->> 'deliveryRegion' AS region FROM entities
           WHERE id IN (SELECT value FROM json_each(?))`,
          JSON.stringify([...projects]),
        )
        .toArray() as { id: string; region: string | null }[]
    ).map(({ id, region }) => [id, region] as const),
  );
  const regionOf = ({ region, project }: (typeof rows)[number]) => region ?? regions.get(project ?? '') ?? null;
  return new Map(rows.map((row) => [row.id, { ...row, region: regionOf(row) }]));
}

function beginnerOf(row: Known | undefined): Beginner[] {
  if (row?.canonical == null) return [];
  const { id, kind, provenance, canonical } = row;
  return [{ id, kind, provenance, record: JSON.parse(canonical) as CanonicalRecord }];
}

/** The system whose word was the latest, other than the one that was written to. */
function sourceOf(row: Known | undefined, target: string): string {
  const sources = row ? (JSON.parse(row.provenance) as [number, string, number][]) : [];
  const others = sources.filter(([, connection]) => connection !== '' && connection !== target);
  const latest = others.sort(([a], [b]) => b - a)[0];
  return latest?.[1] ?? 'hub';
}
