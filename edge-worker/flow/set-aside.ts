// Commands whose way a bug of ours has cut: tried again a few times after looking, then a hold of the operator's. Never
// sent again blindly, never left without a next step.
import { approvals, attempts, commands } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, readRows, writeRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { problemOf } from './guard.ts';
import { raiseHold } from './holds.ts';
import { move } from './lifecycle.ts';
import type { Hold } from './nouns.ts';
import type { CommandRow } from './plan-view.ts';
import { showSoon } from './show-soon.ts';
import { doubted } from './uncertainty.ts';

/** Times the same command may fail within the hub before somebody looks at it. */
const triesMax = 3;
const againMs = 30_000;

export interface Cut {
  readonly rows: readonly CommandRow[];
  /** The attempt that named them; null when there is none any more. */
  readonly attempt: string | null;
  readonly from: 'in-flight' | 'uncertain';
  /** `due` only where surely nothing was sent. */
  readonly to: 'due' | 'uncertain';
  readonly error: unknown;
}

/** One small transaction that rests on nothing but the commands themselves. */
export function setAside(core: LaneCore, { rows, attempt, from, to, error }: Cut): void {
  const problem = problemOf(error);
  core.ports.log('settle-failed', { commands: rows.length, message: problem });
  core.store.transaction((tx) => {
    const ids = JSON.stringify(rows.map((row) => row.id));
    const there = readRows(tx.sql, commands, 'WHERE id IN (SELECT value FROM json_each(?))', ids);
    const kept = there.map((row): CommandRow => {
      const tries = row.tries + 1;
      if (tries >= triesMax) {
        move(from, 'held');
        hold(core, tx, row, problem);
        return { ...row, tries, state: 'held', deadlineMs: null };
      }
      if (from !== to) move(from, to);
      if (to === 'due') return { ...row, tries, state: to, dueMs: tx.atMs + againMs, deadlineMs: null };
      tx.tell(row.entity, 'command-uncertain', { connection: row.connection, command: row.id });
      const inDoubt = from === 'uncertain' ? { ...row, dueMs: tx.atMs + againMs } : doubted(row, tx.atMs);
      return { ...inDoubt, tries };
    });
    writeRows(tx.sql, commands, kept, 'replace');
    if (attempt !== null) deleteRows(tx.sql, attempts, [[attempt]]);
    showSoon(tx, core.wiring, new Set(kept.map((row) => row.entity)), 0);
  });
  for (const row of rows) core.planLater.add(row.entity);
}

function hold(core: LaneCore, tx: LaneTransaction, row: CommandRow, problem: string): void {
  const { entity, connection, recordType, part, content: hash } = row;
  deleteRows(tx.sql, approvals, [[entity, connection, 'settle-failed', hash]]);
  raiseHold(tx, core.ports.makeId, {
    ...{ entity, connection, recordType, part, hash },
    kind: row.kind as Hold['kind'],
    control: 'settle-failed',
    owner: 'operator',
    code: 'settle-failed',
    params: { problem, connection },
    dueMinutes: 60,
  });
}

/** Calls that ended and could not be written down at all: what they carried is in doubt, as after a restart. */
export function setAsideForgotten(core: LaneCore, connection: string): void {
  for (const attempt of readRows(core.store.sql, attempts, 'WHERE connection = ?', connection)) {
    const ids = JSON.parse(attempt.commands) as string[];
    if (ids.some((id) => core.inFlight.has(id))) continue;
    const rows = readRows(core.store.sql, commands, 'WHERE id IN (SELECT value FROM json_each(?))', attempt.commands);
    const error = new Error('The outcome of a call could not be written down');
    setAside(core, { rows, attempt: attempt.id, from: 'in-flight', to: 'uncertain', error });
  }
}
