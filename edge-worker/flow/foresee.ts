// What would be written if records were decided now: decided in a transaction that is undone. Nothing is kept, nothing
// is sent.
import { canonicalJson } from '../../shared/canonical-json.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { readPath } from '../connectors/codecs.ts';
import type { WireRecord } from '../connectors/connector.ts';
import { billedLines, commands, holds, links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { type LaneSql, readColumns, readRows } from '../store/rows.ts';
import type { Absorbed } from './absorb.ts';
import { withdrawn } from './controls.ts';
import type { LaneCore } from './core.ts';
import type { CanonicalRecord } from './nouns.ts';
import type { Observation } from './observation.ts';
import { plan } from './plan.ts';
import { type CommandRow, slotOf } from './plan-view.ts';
import { isSame } from './translate.ts';

export interface ForeseenField {
  /** Our field, or `=` and the path of a row that only the target has. */
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** One record of one system, and what would become of it. */
export interface Foreseen {
  readonly entity: string;
  readonly kind: EntityName;
  readonly connection: string;
  readonly recordId: string | null;
  readonly action: 'create' | 'update' | 'withdraw';
  /** The control that would hold it; null where it would go out. */
  readonly heldBy: string | null;
  readonly fields: readonly ForeseenField[];
}

class Undone extends Error {}

/** `takeOver` is what is done with the records before they are planned; it is undone with the rest. */
export function foresee(
  core: LaneCore,
  seen: readonly Observation[],
  ids: readonly string[],
  takeOver: (tx: LaneTransaction) => Absorbed,
): readonly Foreseen[] {
  let foreseen: readonly Foreseen[] = [];
  try {
    core.store.transaction((tx) => {
      const open = new Map(openCommands(tx, ids).map((row) => [row.id, `${row.state} ${row.hash}`] as const));
      const { entities } = takeOver(tx);
      const all = [...new Set([...ids, ...entities])];
      plan({ ...core.planContext(tx), planLater: new Set(core.planLater) }, all);
      const fresh = openCommands(tx, all).filter((row) => open.get(row.id) !== `${row.state} ${row.hash}`);
      foreseen = told(core, tx, seen, fresh);
      throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
  return foreseen;
}

/** Sources that an invoice has billed: what they were given is never written anew. */
export function billedAmong(sql: LaneSql, ids: readonly string[]): ReadonlySet<string> {
  const where = 'WHERE source IN (SELECT value FROM json_each(?))';
  return new Set(readColumns(sql, billedLines, ['source'], where, JSON.stringify(ids)).map(({ source }) => source));
}

function openCommands(tx: LaneTransaction, ids: readonly string[]): CommandRow[] {
  const where = "WHERE state IN ('due', 'held', 'waiting') AND entity IN (SELECT value FROM json_each(?))";
  return readRows(tx.sql, commands, where, JSON.stringify(ids));
}

function told(
  core: LaneCore,
  tx: LaneTransaction,
  seen: readonly Observation[],
  rows: readonly CommandRow[],
): readonly Foreseen[] {
  const among = 'WHERE entity IN (SELECT value FROM json_each(?))';
  const entities = JSON.stringify(rows.map(({ entity }) => entity));
  const known = new Map(readRows(tx.sql, links, among, entities).map((row) => [slotOf(row), row] as const));
  const held = new Map(
    readColumns(tx.sql, holds, ['entity', 'connection', 'control'], among, entities).map(
      (row) => [`${row.entity} ${row.connection}`, row.control] as const,
    ),
  );
  const there = new Map(
    seen.map(({ connection, snapshot }) => [placeOf(connection, snapshot), snapshot.wire] as const),
  );
  return rows.map((row): Foreseen => {
    const { entity, connection, recordId, recordType } = row;
    const link = known.get(slotOf(row));
    const isThere = link?.recordId != null;
    const baseline = link?.baseline ? (JSON.parse(link.baseline) as CanonicalRecord) : {};
    const wire =
      isThere && recordId !== null ? (there.get(placeOf(connection, { recordType, recordId })) ?? null) : null;
    return {
      ...{ entity, connection, recordId: link?.recordId ?? null },
      kind: row.kind as EntityName,
      action: row.hash === withdrawn ? 'withdraw' : isThere ? 'update' : 'create',
      heldBy: row.state === 'held' ? (held.get(`${entity} ${connection}`) ?? null) : null,
      fields: fieldsOf(core, row, baseline, wire),
    };
  });
}

const placeOf = (connection: string, ref: { readonly recordType: string; readonly recordId: string }) =>
  `${connection}|${ref.recordType}|${ref.recordId}`;

/** Our spelling where the record can be read back; theirs where only they have it, or a table of values was changed. */
function fieldsOf(
  core: LaneCore,
  row: CommandRow,
  baseline: CanonicalRecord,
  theirs: WireRecord | null,
): readonly ForeseenField[] {
  const map = core.wiring.mapFor(row.connection, row.kind as EntityName);
  if (!map) return [];
  const carried = JSON.parse(row.carried) as CanonicalRecord;
  const wire = JSON.parse(row.wire) as WireRecord;
  const differs = (at: string) => {
    const sent = readPath(wire, at);
    return sent !== undefined && canonicalJson(sent ?? null) !== canonicalJson(readPath(theirs, at) ?? null);
  };
  const ours = Object.entries(carried).flatMap(([field, after]): ForeseenField[] => {
    const before = baseline[field] ?? null;
    if (!isSame(before, after)) return [{ field, before, after }];
    const mapped = map.rows.find((one) => one.field === field && one.direction !== 'in');
    if (!theirs || !mapped?.lookup || !differs(mapped.at)) return [];
    return [{ field, before: readPath(theirs, mapped.at) ?? null, after: readPath(wire, mapped.at) }];
  });
  const extra = map.extra.flatMap(({ at }): ForeseenField[] =>
    differs(at) ? [{ field: `=${at}`, before: readPath(theirs, at) ?? null, after: readPath(wire, at) }] : [],
  );
  return [...ours, ...extra];
}
