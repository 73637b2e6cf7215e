// Command -> Receipt: picks due commands of one target, sends them in batches, each safe to repeat. The attempt is on
// disk before the call.

import { hashOf } from '../../shared/canonical-json.ts';
import type { ShownStatus } from '../../shared/wire/status.ts';
import type { Session, Withdrawal, WithdrawResult, Write, WriteResult } from '../connectors/connector.ts';
import { Fault, type FaultCode } from '../faults.ts';
import { attempts, commands } from '../store/lane-schema.ts';
import type { LaneStore } from '../store/lane-store.ts';
import { readColumns, readRows, writeRows } from '../store/rows.ts';
import { withdrawn } from './controls.ts';
import { stoppedTypes } from './holds.ts';
import type { CommandRow } from './plan-view.ts';
import type { Connection } from './wiring.ts';

/** One call about to be made: its attempt and the commands it carries. */
export interface Batch {
  readonly attempt: string;
  readonly connection: Connection;
  readonly commands: readonly CommandRow[];
  /** Each command's share of the call, in thousandths. */
  readonly callsMilli: number;
  readonly startedMs: number;
}

/** What came of a call: a result per command, or the fault that ended it. */
export type BatchOutcome =
  | {
      readonly kind: 'answered';
      readonly results: readonly (WriteResult | WithdrawResult)[];
      /** Status rows written in the same call, per command; null where a system does not take them. */
      readonly along: readonly (readonly ShownStatus[])[] | null;
    }
  | { readonly kind: 'failed'; readonly fault: Fault };

/** A bug of ours before the call, or a call that attempted nothing at all: surely nothing was sent. */
export interface Unsent {
  readonly kind: 'unsent';
  readonly error: unknown;
}

/** The key of a target record: at most one command is under way for it. */
export function recordKeyOf(row: Pick<CommandRow, 'entity' | 'recordType' | 'part' | 'recordId'>): string {
  return row.recordId === null
    ? `${row.recordType}|new|${row.entity}|${row.part}`
    : `${row.recordType}|${row.recordId}`;
}

export interface Busy {
  /** Ids of commands whose call is under way. */
  readonly inFlight: ReadonlySet<string>;
  /** Whether a call is under way for a target record. */
  readonly has: (recordKey: string) => boolean;
}

/** Found in the index alone, so that only those are read whole that may be chosen. */
const dueFirst = `WHERE (entity, connection, record_type, part, id) IN
  (SELECT entity, connection, record_type, part, id FROM commands
   WHERE connection = ? AND state = 'due' AND due_ms <= ?
     AND record_type NOT IN (${stoppedTypes('commands.connection')}) AND id NOT IN (SELECT value FROM json_each(?))
   ORDER BY due_ms LIMIT ?)
  ORDER BY due_ms`;
const uncertainColumns = ['entity', 'recordType', 'part', 'recordId'] as const;

/** Up to `callsMax` batches of due commands, one command per target record. */
export function chooseDue(
  store: LaneStore,
  connection: Connection,
  nowMs: number,
  busy: Busy,
  callsMax: number,
): CommandRow[][] {
  const { writeBatchMax } = connection.connector.limits;
  // A record whose last outcome is unknown is busy until that is resolved; what waits for it must not hide the others.
  const isUncertain = "WHERE connection = ? AND state = 'uncertain'";
  const uncertain = readColumns(store.sql, commands, uncertainColumns, isUncertain, connection.id);
  const limit = writeBatchMax * callsMax + uncertain.length;
  const under = JSON.stringify([...busy.inFlight]);
  const due = readRows(store.sql, commands, dueFirst, connection.id, nowMs, under, limit);
  const taken = new Set(uncertain.map(recordKeyOf));
  const byType = new Map<string, CommandRow[]>();
  for (const row of due) {
    const key = recordKeyOf(row);
    if (taken.has(key) || busy.has(key)) continue;
    taken.add(key);
    const group = `${row.recordType} ${row.isCreate} ${row.hash === withdrawn}`;
    const rows = byType.get(group);
    if (rows) rows.push(row);
    else byType.set(group, [row]);
  }
  const chosen: CommandRow[][] = [];
  for (const rows of byType.values()) {
    for (let start = 0; start < rows.length && chosen.length < callsMax; start += writeBatchMax)
      chosen.push(rows.slice(start, start + writeBatchMax));
  }
  return chosen;
}

/** Makes calls of what was chosen: writes the attempts. Where a system fetches its work they begin only then. */
export function beginBatches(
  store: LaneStore,
  connection: Connection,
  makeId: (prefix: string) => string,
  nowMs: number,
  chosen: readonly (readonly CommandRow[])[],
): Batch[] {
  if (chosen.length === 0) return [];
  const batches = chosen.map(
    (rows): Batch => ({
      attempt: makeId('att'),
      connection,
      commands: rows,
      callsMilli: Math.ceil(1000 / rows.length),
      startedMs: nowMs,
    }),
  );
  if (connection.connector.visits) return batches;
  store.storage.transactionSync(() => {
    writeRows(
      store.sql,
      attempts,
      batches.map((batch) => ({
        id: batch.attempt,
        connection: connection.id,
        commands: JSON.stringify(batch.commands.map((row) => row.id)),
        startedMs: batch.startedMs,
      })),
      'fail',
    );
  });
  return batches;
}

/**
 * Sends one batch. Sending it again leaves the same records: creates are keyed by our entity, updates by entity and
 * content. Never throws.
 */
export async function send(
  open: () => Session,
  batch: Batch,
  statusesAlong: () => (row: CommandRow) => readonly ShownStatus[],
  isRead: (recordType: string) => boolean,
): Promise<BatchOutcome | Unsent> {
  const { connector } = batch.connection;
  let call: () => Promise<readonly (WriteResult | WithdrawResult)[]>;
  let along: readonly (readonly ShownStatus[])[];
  try {
    const session = open();
    along = statusesOf(batch, statusesAlong());
    call = callOf(session, batch, along, isRead);
  } catch (error) {
    return { kind: 'unsent', error };
  }
  try {
    const results = await call();
    if (results.length !== batch.commands.length)
      throw new Fault('uncertain', 'The system answered for another number of records');
    // Where nobody visits us it would be asked again at once, and say the same for ever.
    if (connector.visits === undefined && results.every((result) => result.outcome === 'not-attempted'))
      return { kind: 'unsent', error: new Error(`${connector.title} attempted none of what it was sent`) };
    return { kind: 'answered', results, along: connector.isStatusWrittenAlong ? along : null };
  } catch (error) {
    return { kind: 'failed', fault: faultFrom(error) };
  }
}

function statusesOf(batch: Batch, statusesFor: (row: CommandRow) => readonly ShownStatus[]) {
  const isAlong = batch.connection.connector.isStatusWrittenAlong === true;
  return batch.commands.map((row) => (isAlong ? statusesFor(row) : []));
}

/** The commands of a batch are all writes, or all take back what must not count any more. */
function callOf(
  session: Session,
  batch: Batch,
  along: readonly (readonly ShownStatus[])[],
  isRead: (recordType: string) => boolean,
) {
  const common = (row: CommandRow, index: number) => {
    const statuses = along[index] ?? [];
    const { recordType, id: stamp } = row;
    return { recordType, externalId: externalIdOf(row), stamp, ...(statuses.length > 0 && { statuses }) };
  };
  if (batch.commands.some((row) => row.hash === withdrawn)) {
    const withdrawals = batch.commands.map(
      (row, index): Withdrawal => ({ ...common(row, index), recordId: row.recordId ?? '' }),
    );
    const { withdraw } = session;
    if (!withdraw) throw new Error(`${batch.connection.id} cannot withdraw`);
    return () => withdraw(withdrawals);
  }
  const writes = batch.commands.map(
    (row, index): Write => ({
      ...common(row, index),
      recordId: row.recordId,
      idempotencyKey: idempotencyKeyOf(row),
      wire: JSON.parse(row.wire) as Record<string, unknown>,
      isRead: isRead(row.recordType),
    }),
  );
  return () => session.write(writes);
}

/** Our identity in the target, kept by it where it can. */
export function externalIdOf(row: { readonly entity: string; readonly part: string }): string {
  return row.part === '' ? row.entity : `${row.entity}-${row.part}`.slice(0, 40);
}

/** A create's key is the entity's identity, never the event's or the attempt's; an update's also names its content. */
function idempotencyKeyOf(row: CommandRow): string {
  return row.isCreate === 1 ? `create-${externalIdOf(row)}` : hashOf([externalIdOf(row), row.hash]);
}

const ofTheConnection: ReadonlySet<FaultCode> = new Set(['unreachable', 'throttled', 'unauthorised', 'uncertain']);

/** Whether a call failed because of a record it named, rather than because of the connection. */
export function isOfARecord(error: unknown): boolean {
  return !(error instanceof Fault) || !ofTheConnection.has(error.code);
}

/** Anything that is not a fault is a bug of ours in the midst of a call: its outcome is unknown. */
export function faultFrom(error: unknown): Fault {
  if (error instanceof Fault) return error;
  return new Fault('uncertain', `The connector failed: ${error instanceof Error ? error.message : 'unknown'}`, {
    cause: error,
  });
}
