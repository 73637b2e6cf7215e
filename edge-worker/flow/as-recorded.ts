// Records decided again as they were recorded: read as they are now, under the mapping version that each was decided
// under last. What targets then hold otherwise than the mapping in force says stays so, like what was put back.
import { canonicalJson, hashOf } from '../../shared/canonical-json.ts';
import { type EntityName, entities as schemas } from '../../shared/entities/_registry.ts';
import { readPath, writePath } from '../connectors/codecs.ts';
import type { WireRecord } from '../connectors/connector.ts';
import { links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { entityVersions } from '../store/record-schema.ts';
import { readColumns, readRows, writeRows } from '../store/rows.ts';
import { ScopedRecord, sql } from '../store/scoped-record.ts';
import { type Absorbed, absorb } from './absorb.ts';
import type { LaneCore } from './core.ts';
import { problemOf } from './guard.ts';
import type { Over } from './job-writes.ts';
import type { LinkRow } from './links.ts';
import type { CompiledMap } from './mapping.ts';
import type { Observation } from './observation.ts';
import { encodedFor, targetOf } from './plan-case.ts';
import { PlanView } from './plan-view.ts';
import { decode, mergeWire } from './translate.ts';
import { withPutBack } from './undo-job.ts';
import { withSiblings } from './unwon.ts';
import type { Wiring } from './wiring.ts';

/** Under which wiring each entity was decided last, where that is not the one in force. */
export type Recorded = ReadonlyMap<string, Wiring>;

/** What D1 has not heard of yet was decided a moment ago, under the mapping in force. Away, it is asked again later. */
export async function recordedOf(core: LaneCore, ids: readonly string[]): Promise<Recorded | 'away'> {
  const { store, wiring, ports } = core;
  const record = new ScopedRecord(ports.database, store.installation);
  const told = await record.all(newestVersions(ids)).catch((error: unknown) => {
    ports.log('record-away', { message: problemOf(error) });
    return null;
  });
  if (told === null) return 'away';
  const among = 'WHERE id IN (SELECT value FROM json_each(?))';
  const rows = store.sql.exec(`SELECT id, version FROM entities ${among}`, JSON.stringify(ids)).toArray();
  const current = new Map((rows as { id: string; version: number }[]).map(({ id, version }) => [id, version]));
  const wirings = new Map<number, Wiring | null>([[wiring.mappingVersion, null]]);
  const recorded = new Map<string, Wiring>();
  for (const { entity, version, mappingVersion } of told) {
    if (current.get(entity) !== version) continue;
    let under = wirings.get(mappingVersion);
    if (under === undefined) {
      under = wiring.underVersion(mappingVersion);
      wirings.set(mappingVersion, under);
    }
    if (under) recorded.set(entity, under);
  }
  return recorded;
}

/** The highest version of each; beside max() the other columns are those of its row. */
export function newestVersions(ids: readonly string[]) {
  const among = sql`WHERE entity IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  return sql<{ entity: string; version: number; mappingVersion: number }>`SELECT entity, max(version) AS version,
    mapping_version AS mappingVersion FROM ${entityVersions} ${among} GROUP BY entity`;
}

/** Every path of a connection that one of the mappings names. */
export function pathsUnder(core: LaneCore, recorded: Recorded, connection: string) {
  const paths: Record<string, readonly string[]> = {};
  for (const wiring of new Set([core.wiring, ...recorded.values()]))
    for (const [type, named] of Object.entries(wiring.pathsOf(connection)))
      paths[type] = [...new Set([...(paths[type] ?? []), ...named])];
  return paths;
}

/** Takes over what was read and keeps for each target what its mapping of then makes of it; to be planned then. */
export function absorbAsRecorded(
  core: LaneCore,
  tx: LaneTransaction,
  recorded: Recorded,
  ids: readonly string[],
  seen: readonly Observation[],
): Absorbed {
  const byWiring = new Map<Wiring, Observation[]>([[core.wiring, []]]);
  const sources = sourcesOf(tx, recorded);
  for (const one of seen) {
    const under = sources.get(placeOf(one.connection, one.snapshot)) ?? core.wiring;
    byWiring.set(under, [...(byWiring.get(under) ?? []), one]);
  }
  const found = [...byWiring].map(([wiring, part]) => absorb({ tx, wiring, makeId: core.ports.makeId }, part));
  pin(core, tx, recorded, ids, seen);
  return {
    entities: new Set(found.flatMap(({ entities }) => [...entities])),
    again: found.flatMap(({ again }) => again),
  };
}

const placeOf = (connection: string, ref: { readonly recordType: string; readonly recordId: string | null }) =>
  `${connection}|${ref.recordType}|${ref.recordId}`;

/** Records that own something of an entity: what others hold is theirs as it was written there, by whatever mapping. */
function sourcesOf(tx: LaneTransaction, recorded: Recorded): ReadonlyMap<string, Wiring> {
  const columns = ['entity', 'connection', 'recordType', 'recordId', 'kind'] as const;
  const where = "WHERE part = '' AND record_id IS NOT NULL AND entity IN (SELECT value FROM json_each(?))";
  const rows = readColumns(tx.sql, links, columns, where, JSON.stringify([...recorded.keys()]));
  return new Map(
    rows.flatMap((row) => {
      const wiring = recorded.get(row.entity);
      const kind = row.kind as EntityName;
      const owns = Object.keys(schemas[kind].schema.shape).some((field) => wiring?.owns(row.connection, kind, field));
      return wiring && owns ? [[placeOf(row.connection, row), wiring] as const] : [];
    }),
  );
}

function pin(
  core: LaneCore,
  tx: LaneTransaction,
  recorded: Recorded,
  ids: readonly string[],
  seen: readonly Observation[],
): void {
  const meant = [...withSiblings(ids)].filter((id) => recorded.has(id));
  if (meant.length === 0) return;
  const view = new PlanView(tx, meant);
  const there = new Map(seen.map(({ connection, snapshot }) => [placeOf(connection, snapshot), snapshot.wire]));
  const where = "WHERE part = '' AND record_id IS NOT NULL AND entity IN (SELECT value FROM json_each(?))";
  const changed = readRows(tx.sql, links, where, JSON.stringify(meant)).flatMap((link): LinkRow[] => {
    const over = asThen(core, view, recorded.get(link.entity), link, there.get(placeOf(link.connection, link)));
    if (over.length === 0) return [];
    const fields = over.map(({ field }) => field).join(', ');
    tx.tell(link.entity, 'as-recorded', { connection: link.connection, fields });
    return [withPutBack(link, over)];
  });
  writeRows(tx.sql, links, changed, 'replace');
}

/** The values that a record is to hold otherwise than under the mapping in force. */
function asThen(
  core: LaneCore,
  view: PlanView,
  then: Wiring | undefined,
  link: LinkRow,
  there: WireRecord | undefined,
): readonly Over[] {
  const kind = link.kind as EntityName;
  const connection = core.wiring.connections.get(link.connection);
  const [map, mapThen] = [core.wiring, then].map((wiring) => wiring?.mapFor(link.connection, kind) ?? null);
  const record = view.records.get(link.entity);
  if (!then || !connection || !map?.canWrite || !mapThen || !record) return [];
  const plain = { ...link, putBack: null };
  const target = targetOf(view, { entity: link.entity, kind, record, connection, map, link: plain });
  const now = encodedFor(view, core.wiring, target).wire;
  const before = encodedFor(view, then, { ...target, map: mapThen }).wire;
  return pathsOf(map).flatMap(({ at, field }): Over[] => {
    const ours = readPath(now, at);
    // What the mapping of then did not write is as it is there.
    const put = readPath(before, at) ?? (there ? readPath(there, at) : undefined);
    if (ours === undefined || put === undefined) return [];
    if (canonicalJson(ours) === canonicalJson(put)) return [];
    return [{ at, field, undone: hashOf(ours ?? null), put, ...readAs(map, field, at, put, there ?? {}) }];
  });
}

function pathsOf(map: CompiledMap) {
  const rows = map.rows.flatMap(({ at, field, direction }) => (direction === 'in' ? [] : [{ at, field }]));
  return [...rows, ...map.extra.map(({ at, name }) => ({ at, field: name }))];
}

function readAs(map: CompiledMap, field: string, at: string, put: unknown, there: WireRecord) {
  const written: Record<string, unknown> = {};
  writePath(written, at, put);
  const { values } = decode(map, mergeWire(there, written));
  return field in values ? { reads: values[field] } : {};
}
