// What an application of a mapping writes over is noted in the transaction that lets it out, so that it can be undone.
import { canonicalJson, hashOf } from '../../shared/canonical-json.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { readPath } from '../connectors/codecs.ts';
import type { WireRecord } from '../connectors/connector.ts';
import { commands, jobWrites, links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { withdrawn } from './controls.ts';
import type { CompiledMap, CompiledRow } from './mapping.ts';
import type { CanonicalRecord } from './nouns.ts';
import type { Observation } from './observation.ts';
import { type CommandRow, slotOf } from './plan-view.ts';
import type { Instead } from './put-back.ts';
import { isSame } from './translate.ts';
import type { Wiring } from './wiring.ts';

export type JobWrite = StoredRow<typeof jobWrites>;

/** One value that was written over. */
export interface Over extends Instead {
  readonly at: string;
  /** Our field, or `=` and the path of a row that only the target has. */
  readonly field: string;
}

/** `seen` are the records as they were before. Only what this transaction lets out is noted. */
export function noteWrites(tx: LaneTransaction, wiring: Wiring, job: string, seen: readonly Observation[]): void {
  const ids = [...tx.told].flatMap(([, entries]) =>
    entries.flatMap(([code, { command }]) => (code === 'command-due' && command ? [command] : [])),
  );
  if (ids.length === 0) return;
  const entities = JSON.stringify([...tx.told.keys()]);
  const isFresh = `WHERE entity IN (SELECT value FROM json_each(?)) AND id IN (SELECT value FROM json_each(?))`;
  const fresh = readRows(tx.sql, commands, isFresh, entities, JSON.stringify(ids));
  const known = readRows(tx.sql, links, 'WHERE entity IN (SELECT value FROM json_each(?))', entities);
  const baselines = new Map(known.map((row) => [slotOf(row), row.baseline] as const));
  const before = new Map(seen.map(({ connection, snapshot }) => [placeOf({ connection, ...snapshot }), snapshot.wire]));
  const rows = fresh.map((row): JobWrite => {
    const { entity, connection, recordType, kind, recordId } = row;
    const map = wiring.mapFor(connection, kind as EntityName);
    const there = recordId === null ? undefined : before.get(placeOf({ connection, recordType, recordId }));
    const isUpdate = row.isCreate === 0 && row.hash !== withdrawn;
    const baseline = JSON.parse(baselines.get(slotOf(row)) ?? '{}') as CanonicalRecord;
    const over = map && there && isUpdate ? writtenOver(map, row, there, baseline) : [];
    const made = row.isCreate === 1 ? null : recordId;
    return { job, entity, connection, recordType, kind, recordId: made, over: JSON.stringify(over) };
  });
  writeRows(tx.sql, jobWrites, rows, 'replace');
}

const placeOf = (one: { readonly connection: string; readonly recordType: string; readonly recordId: string }) =>
  `${one.connection}|${one.recordType}|${one.recordId}`;

function writtenOver(map: CompiledMap, row: CommandRow, there: WireRecord, baseline: CanonicalRecord): Over[] {
  const wire = JSON.parse(row.wire) as WireRecord;
  const carried = JSON.parse(row.carried) as CanonicalRecord;
  const differs = (at: string) => {
    const sent = readPath(wire, at);
    return sent !== undefined && canonicalJson(sent) !== canonicalJson(readPath(there, at) ?? null);
  };
  const undone = (at: string) => hashOf(readPath(wire, at) ?? null);
  const ours = map.rows.flatMap((one): Over[] => {
    const { at, field, direction, lookup } = one;
    if (direction === 'in' || !differs(at)) return [];
    const isRead = field in baseline;
    if (isRead && !lookup && field in carried && isSame(baseline[field], carried[field])) return [];
    const put = spelled(one, baseline, readPath(there, at) ?? null);
    return [{ at, field, undone: undone(at), put, ...(isRead && { reads: baseline[field] }) }];
  });
  const extra = map.extra.flatMap(({ at, name }): Over[] =>
    differs(at) ? [{ at, field: name, undone: undone(at), put: readPath(there, at) ?? null }] : [],
  );
  return [...ours, ...extra];
}

/** As we write it, where we can: some systems show a value with more around it than they take. */
function spelled({ field, codec, lookup, refersTo }: CompiledRow, baseline: CanonicalRecord, theirs: unknown): unknown {
  if (lookup || refersTo || !(field in baseline)) return theirs;
  try {
    return codec.encode(baseline[field]);
  } catch {
    return theirs;
  }
}
