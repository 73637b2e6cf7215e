// What a mapping would make of records, worked out in a transaction that is undone: nothing is kept, nothing is sent.

import { type EntityName, entityNames } from '../../shared/entities/_registry.ts';
import { readPath } from '../connectors/codecs.ts';
import { links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readColumns } from '../store/rows.ts';
import { absorb } from './absorb.ts';
import type { LaneCore } from './core.ts';
import type { CompiledMap } from './mapping.ts';
import type { CanonicalRecord } from './nouns.ts';
import type { Observation } from './observation.ts';
import { PlanView } from './plan-view.ts';
import { type Encoded, encode } from './translate.ts';
import { toldOf } from './who-bills.ts';
import type { Wiring } from './wiring.ts';

/** One field of one target record under a mapping. */
export interface ShadowField {
  /** Our field, or `=` and the path of a row that only the target has. */
  readonly field: string;
  readonly at: string;
  /** As it would be written there. */
  readonly theirs: unknown;
  /** In our own spelling, where amounts are amounts. */
  readonly ours: unknown;
}

/** What one target record would hold under a mapping. */
export interface ShadowRecord {
  readonly entity: string;
  readonly kind: EntityName;
  readonly connection: string;
  readonly recordType: string;
  /** Null while it has none there. */
  readonly recordId: string | null;
  readonly fields: readonly ShadowField[];
  readonly problems: Encoded['problems'];
}

export interface Shadow {
  /** By entity and connection. */
  readonly targets: ReadonlyMap<string, ShadowRecord>;
  readonly records: ReadonlyMap<string, CanonicalRecord>;
}

class Undone extends Error {}

/** `seen` are taken over first, so that what the mapping reads counts too; `also` are entities to look at besides. */
export function shadowOf(
  core: LaneCore,
  wiring: Wiring,
  seen: readonly Observation[],
  also: readonly string[],
): Shadow {
  let shadow: Shadow = { targets: new Map(), records: new Map() };
  try {
    core.store.transaction((tx) => {
      const { entities } = absorb({ tx, wiring, makeId: core.ports.makeId }, seen);
      const ids = [...new Set([...linkedTo(tx, seen), ...entities, ...also])];
      shadow = cast(tx, wiring, ids);
      throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
  return shadow;
}

function linkedTo(tx: LaneTransaction, seen: readonly Observation[]): string[] {
  const refs = seen.map(({ connection, snapshot }) => [connection, snapshot.recordType, snapshot.recordId]);
  const where = `WHERE (connection, record_type, record_id) IN
    (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))`;
  return readColumns(tx.sql, links, ['entity'], where, JSON.stringify(refs)).map(({ entity }) => entity);
}

function cast(tx: LaneTransaction, wiring: Wiring, ids: readonly string[]): Shadow {
  const view = new PlanView(tx, ids);
  const targets = new Map<string, ShadowRecord>();
  const records = new Map<string, CanonicalRecord>();
  for (const entity of ids) {
    const row = view.rows.get(entity);
    const record = view.records.get(entity);
    if (!row || !record || !entityNames.includes(row.kind as EntityName)) continue;
    records.set(entity, record);
    const kind = row.kind as EntityName;
    for (const { id, roles } of wiring.targetsOf(kind, record, (field) => view.valueNear(entity, field))) {
      const map = wiring.mapFor(id, kind);
      const told = toldOf(view, { entity, kind, record }, roles);
      if (told === null || !map?.canWrite || !map.isWanted(record)) continue;
      const encoded = encode(
        map,
        told,
        (field) => wiring.owns(id, kind, field, record),
        (_kind, reference) => view.recordIdOf(reference, id),
      );
      const recordId = view.recordIdOf(entity, id);
      targets.set(`${entity}|${id}`, {
        ...{ entity, kind, connection: id, recordType: map.recordType, recordId },
        fields: fieldsOf(map, told, encoded),
        problems: encoded.problems,
      });
    }
  }
  return { targets, records };
}

function fieldsOf(map: CompiledMap, record: CanonicalRecord, { wire }: Encoded): ShadowField[] {
  const written = (field: string, at: string, ours: unknown): ShadowField[] => {
    const theirs = readPath(wire, at);
    return theirs === undefined ? [] : [{ field, at, theirs, ours }];
  };
  return [
    ...map.rows.flatMap((row) => (row.direction === 'in' ? [] : written(row.field, row.at, record[row.field] ?? null))),
    ...map.extra.flatMap((row) => written(`=${row.at}`, row.at, row.value(record))),
  ];
}
