// What became of it? Uncertain commands are resolved by looking at the target: what is there is proof at once, what is
// missing only after a cut-off write can no longer commit. Waits that ran out become holds.

import type { EntityName } from '../../shared/entities/_registry.ts';
import type { FindKey, ReadResult, Snapshot } from '../connectors/connector.ts';
import { Fault } from '../faults.ts';
import { commands } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows, writeRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { inParts } from './guard.ts';
import { raiseHold, stoppedTypes } from './holds.ts';
import { move } from './lifecycle.ts';
import { waitMs } from './plan-book.ts';
import type { CommandRow } from './plan-view.ts';
import { externalIdOf, faultFrom, isOfARecord } from './relay.ts';
import { setAside } from './set-aside.ts';
import { type Look, settleLooks } from './settle.ts';
import { describeSoon } from './watched.ts';
import type { Connection } from './wiring.ts';

type Looked = readonly [CommandRow, Look];

/** Resolves what is due on one connection. Returns whether anything moved. */
export async function lookDue(core: LaneCore, connection: Connection): Promise<boolean> {
  const isExpired = expireWaits(core, connection);
  if (core.isPaused(connection.id)) return isExpired;
  const { findBatchMax, readBatchMax } = connection.connector.limits;
  // Under a mapping that is not right any more a record would be taken over without what it cannot find there.
  const due = readRows(
    core.store.sql,
    commands,
    `WHERE connection = ? AND state = 'uncertain' AND due_ms <= ?
     AND record_type NOT IN (${stoppedTypes('commands.connection')}) ORDER BY due_ms LIMIT ?`,
    connection.id,
    core.ports.nowMs(),
    Math.min(findBatchMax, readBatchMax),
  );
  if (due.length === 0) return isExpired;
  const lookedMs = core.ports.nowMs();
  try {
    const looks = await lookAt(core, connection, due);
    core.succeeded(connection.id);
    settle(core, looks, lookedMs);
    return true;
  } catch (error) {
    if (error instanceof Fault && error.code === 'schema-changed') describeSoon(core.store.sql, connection.id);
    if (!isOfARecord(error)) core.failed(connection, faultFrom(error));
    else await lookAtEach(core, connection, due, lookedMs);
    return true;
  }
}

async function lookAt(core: LaneCore, connection: Connection, due: readonly CommandRow[]): Promise<readonly Looked[]> {
  const creates = due.filter((row) => row.isCreate === 1);
  const updates = due.filter((row) => row.isCreate === 0);
  const session = core.session(connection);
  const keys = creates.map((row): FindKey => ({ recordType: row.recordType, field: null, value: externalIdOf(row) }));
  const found = keys.length > 0 ? await session.find(keys) : [];
  const refs = updates.map((row) => ({ recordType: row.recordType, recordId: row.recordId ?? '' }));
  const read = refs.length > 0 ? await session.read(refs) : [];
  return [
    ...creates.map((row, index): Looked => [row, lookOfFind(found[index] ?? [])]),
    ...updates.map((row, index): Looked => [row, lookOfRead(read[index])]),
  ];
}

/**
 * One of them makes the look fail: each is looked at by itself, and who cannot be looked at becomes the operator's
 * work.
 */
async function lookAtEach(core: LaneCore, connection: Connection, due: readonly CommandRow[], lookedMs: number) {
  for (const row of due) {
    if (!core.callable(connection.id)) return;
    try {
      settle(core, await lookAt(core, connection, [row]), lookedMs);
    } catch (error) {
      if (!isOfARecord(error)) return core.failed(connection, faultFrom(error));
      setAside(core, { rows: [row], attempt: null, from: 'uncertain', to: 'uncertain', error });
    }
  }
}

/** One that cannot be settled leaves the others alone. */
function settle(core: LaneCore, looks: readonly Looked[], lookedMs: number): void {
  inParts(
    core,
    looks,
    (tx, part) => settleLooks(core.planContext(tx), part, lookedMs),
    ([row], error) => setAside(core, { rows: [row], attempt: null, from: 'uncertain', to: 'uncertain', error }),
  );
}

function lookOfFind(found: readonly Snapshot[]): Look {
  if (found.length === 0) return { found: 'nothing' };
  return found.length === 1 ? { found: 'record', snapshot: found[0] as Snapshot } : { found: 'several' };
}

function lookOfRead(read: ReadResult | undefined): Look {
  if (!read) return { found: 'hidden' };
  if (read.found === 'here') return { found: 'record', snapshot: read.snapshot };
  // What was merged into another record is read once more, and then known to be so.
  return { found: read.found === 'merged' ? 'gone' : read.found };
}

/** Those that wait for something which is kept back itself: whose turn it is then, another hold says. */
function restingOnKeptBack(tx: LaneTransaction, connection: string, rows: readonly CommandRow[]): ReadonlySet<string> {
  const found = tx.sql
    .exec(
      `SELECT w.value ->> 0 AS id FROM json_each(?) w JOIN commands c ON c.entity = w.value ->> 1
       WHERE c.connection = ? AND c.state = 'waiting' AND c.deadline_ms IS NULL`,
      JSON.stringify(rows.flatMap((row) => (JSON.parse(row.waits ?? '[]') as string[]).map((one) => [row.id, one]))),
      connection,
    )
    .toArray() as { id: string }[];
  return new Set(found.map(({ id }) => id));
}

/** A wait exists only while something will end it; one that outlives its deadline becomes a person's work. */
function expireWaits(core: LaneCore, connection: Connection): boolean {
  const expired = readRows(
    core.store.sql,
    commands,
    "WHERE connection = ? AND state = 'waiting' AND deadline_ms <= ? LIMIT 200",
    connection.id,
    core.ports.nowMs(),
  );
  if (expired.length === 0) return false;
  core.store.transaction((tx) => {
    const keptBack = restingOnKeptBack(tx, connection.id, expired);
    const held = expired.map((row): CommandRow => {
      if (keptBack.has(row.id)) return { ...row, deadlineMs: tx.atMs + waitMs };
      move('waiting', 'held');
      const { entity, connection: target, recordType, part } = row;
      raiseHold(tx, core.ports.makeId, {
        entity,
        connection: target,
        recordType,
        part,
        kind: row.kind as EntityName,
        control: 'waited-too-long',
        owner: 'integration',
        code: 'waited-too-long',
        params: { waits: (JSON.parse(row.waits ?? '[]') as string[]).join(', '), connection: target },
        hash: row.content,
        dueMinutes: 480,
      });
      tx.record('statuses', {
        entity,
        connection: target,
        kind: row.kind,
        state: 'held',
        reason: 'waited-too-long',
        params: null,
        recordId: row.recordId,
        owner: 'integration',
        atMs: tx.atMs,
        nextMs: null,
      });
      return { ...row, state: 'held', deadlineMs: null };
    });
    writeRows(tx.sql, commands, held, 'replace');
  });
  return true;
}
