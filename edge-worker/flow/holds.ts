// Raising and closing holds: every change that waits for a person has exactly one row per slot, an owner, a reason
// and a due time.
import { hashOf } from '../../shared/canonical-json.ts';
import { type EntityName, entityNames } from '../../shared/entities/_registry.ts';
import { holds } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { kindOf } from './identity.ts';
import type { Hold, Slot } from './nouns.ts';
import { restingOn } from './resting.ts';

export type HoldRow = StoredRow<typeof holds>;

export interface HoldRequest extends Slot {
  readonly kind: Hold['kind'];
  readonly control: string;
  readonly owner: Hold['owner'];
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
  readonly hash: string;
  readonly dueMinutes: number;
  /** The same hold goes on, whatever it says by now. */
  readonly isGrowing?: boolean;
  /** Entities it was looked at together with. */
  readonly around?: readonly string[];
  readonly amends?: Hold['amends'];
}

/** Among the entities that a hold rests on, this stands for all of a list. */
export const listMark = (kind: EntityName) => `every ${kind}`;
const listMarks: ReadonlySet<string> = new Set(entityNames.map(listMark));

export const slotKey = (slot: Slot) => `${slot.entity}|${slot.connection}|${slot.recordType}|${slot.part}`;

/** The holds of some entities, by slot. */
export function holdsOf(sql: LaneTransaction['sql'], entities: readonly string[]): Map<string, HoldRow> {
  const rows = readRows(sql, holds, 'WHERE entity IN (SELECT value FROM json_each(?))', JSON.stringify(entities));
  return new Map(rows.map((row) => [slotKey(row), row]));
}

/** Raises a hold, or keeps the one already there when it says the same of the same content. */
export function raiseHold(tx: LaneTransaction, makeId: (prefix: string) => string, request: HoldRequest): string {
  const params = JSON.stringify(request.params);
  const there = holdAt(tx, request);
  if (
    there &&
    there.control === request.control &&
    there.hash === request.hash &&
    there.code === request.code &&
    there.params === params
  ) {
    return there.id;
  }
  const { dueMinutes, around, amends, isGrowing, ...plain } = request;
  const kept = isGrowing && there?.control === request.control ? there : null;
  if (there && !kept) close(tx, there, 'replaced', null);
  const row: HoldRow = {
    ...plain,
    cause: causeOf(request),
    // Whoever looked after it goes on doing so when its content changes.
    assignee: there?.control === request.control ? there.assignee : null,
    snoozedMs: null,
    params,
    around: around ? JSON.stringify(around) : null,
    amends: amends ? JSON.stringify(amends) : null,
    id: kept?.id ?? makeId('exc'),
    madeMs: kept?.madeMs ?? tx.atMs,
    dueMs: kept?.dueMs ?? tx.atMs + dueMinutes * 60_000,
  };
  tx.excepted.add(request.entity);
  if (there?.control !== request.control) tx.counted.raised.push(row);
  writeRows(tx.sql, holds, [row], 'replace');
  tx.record('exceptions', { ...exceptionOf(row), state: 'open', closedMs: null, closedBy: null, reason: null });
  tx.tell(request.entity, 'held', {
    exception: row.id,
    control: request.control,
    code: request.code,
    connection: request.connection,
    owner: request.owner,
  });
  return row.id;
}

/** Holds of one cause can be told and answered together: same control, same code, same target, same complaint. */
export function causeOf({ control, code, connection, params }: HoldRequest): string {
  const complaint = params['message'] ?? params['problem'];
  const same = complaint === undefined ? [] : [hashOf(complaint.replace(particulars, '#')).slice(0, 8)];
  return [control, code, connection, ...same].join('.');
}

/** What differs between two complaints of one kind: quoted names, and whatever has a digit in it. */
const particulars = /"[^"]*"|'[^']*'|[\w.:-]*\d[\w.:-]*/g;

/**
 * Held entities that were looked at together with one of these: a contract that got its purchase order frees its
 * hours.
 */
export function heldAround(sql: LaneTransaction['sql'], changed: readonly string[], limit: number): string[] {
  const kinds = kindsAround(changed);
  if (kinds.length === 0) return [];
  const rows = sql
    .exec(
      `SELECT DISTINCT entity FROM holds
       WHERE kind IN (SELECT value FROM json_each(?1)) AND around IS NOT NULL AND EXISTS
         (SELECT 1 FROM json_each(around) AS looked WHERE looked.value IN (SELECT value FROM json_each(?2)))
       LIMIT ?3`,
      JSON.stringify(kinds),
      JSON.stringify(changed),
      limit,
    )
    .toArray() as { entity: string }[];
  return rows.map((row) => row.entity);
}

/** Kinds of which something may be held that was looked at together with one of these: what is held may be much. */
function kindsAround(changed: readonly string[]): readonly EntityName[] {
  // Any control may rest on a list.
  if (changed.some((one) => listMarks.has(one))) return entityNames;
  const kinds = new Set(changed.flatMap((id) => kindOf(id) ?? []));
  return [...new Set([...kinds].flatMap((kind) => [...restingOn(kind)]))];
}

/** SQL: the record types of a connection that are stopped. */
export function stoppedTypes(connection: string): string {
  const isOfConnection = `entity = ${connection} AND connection = ${connection}`;
  return `SELECT record_type FROM holds WHERE ${isOfConnection} AND part = 'schema'`;
}

/** Closes the hold at a slot, if there is one: solved elsewhere, released or replaced. */
export function closeHold(tx: LaneTransaction, slot: Slot, by: string, reason: string | null): void {
  const there = holdAt(tx, slot);
  if (there) close(tx, there, by, reason);
}

export function holdAt(tx: Pick<LaneTransaction, 'sql'>, slot: Slot): HoldRow | null {
  const rows = readRows(
    tx.sql,
    holds,
    'WHERE entity = ? AND connection = ? AND record_type = ? AND part = ?',
    slot.entity,
    slot.connection,
    slot.recordType,
    slot.part,
  );
  return rows[0] ?? null;
}

function close(tx: LaneTransaction, row: HoldRow, by: string, reason: string | null): void {
  tx.excepted.add(row.entity);
  deleteRows(tx.sql, holds, [[row.id]]);
  // Another complaint in its place is no recovery.
  if (by !== 'replaced') tx.counted.closed.push(row);
  tx.record('exceptions', { ...exceptionOf(row), state: 'closed', closedMs: tx.atMs, closedBy: by, reason });
  const { id: exception, entity, control, connection } = row;
  tx.tell(entity, 'hold-closed', { exception, control, connection, by });
}

/** Something about holds changed that their content is no part of. */
export function keepHolds(tx: LaneTransaction, rows: readonly HoldRow[]): void {
  writeRows(tx.sql, holds, rows, 'replace');
  for (const row of rows)
    tx.record('exceptions', { ...exceptionOf(row), state: 'open', closedMs: null, closedBy: null, reason: null });
}

function exceptionOf(row: HoldRow) {
  const { part: _part, around: _around, amends: _amends, ...exception } = row;
  return exception;
}
