// When each loop of a lane next has work, read off its tables.
import type { LaneStore } from '../store/lane-store.ts';
import { archiveDueMs } from './archive.ts';
import type { LaneCore, Loop } from './core.ts';
import { accountsToGiveBack, isDisconnecting } from './disconnect.ts';
import { callsDue } from './fan-out.ts';
import { stoppedTypes } from './holds.ts';
import { waitingCount } from './inbox.ts';
import { drivesMs } from './jobs.ts';
import { keepDueMs } from './keep-flushed.ts';
import { firstMarkMs } from './page-marks.ts';
import { waitMs } from './plan-book.ts';
import { sendingAgain } from './send-again.ts';

interface ConnectionDue {
  readonly connection: string;
  readonly relay: number | null;
  readonly look: number | null;
  readonly waiting: number | null;
  readonly feed: number | null;
  readonly recheck: number | null;
}

const verbs = ['relay', 'look', 'feed'] as const;

/** What a lane does still once its installation has been stopped. */
export const goesOn: ReadonlySet<Loop> = new Set<Loop>(['flush', 'give-back', 'age']);

/** A connection at rest has work again when its pause ends; one that waits for a person has none. */
export function agendaOf(core: LaneCore): ReadonlyMap<Loop, number> {
  const agenda = new Map<Loop, number>();
  const active = [...core.wiring.connections.values()].filter((connection) => connection.state === 'active');
  let recheckMs = Number.POSITIVE_INFINITY;
  const ids = active.map(({ id }) => id);
  for (const row of connectionsDue(core.store, ids)) {
    const restsUntilMs = core.pausedUntilMs(row.connection);
    for (const verb of verbs) {
      const due = row[verb];
      if (due !== null) agenda.set(`${verb} ${row.connection}`, Math.max(due, restsUntilMs));
    }
    const statusMs = firstMarkMs(core.store, row.connection);
    if (statusMs < Number.POSITIVE_INFINITY) agenda.set(`status ${row.connection}`, Math.max(statusMs, restsUntilMs));
    // A source that has not answered yet is not asked again; its answer is what starts the next run.
    if (row.recheck !== null && !core.slowReads.has(row.connection))
      recheckMs = Math.min(recheckMs, Math.max(row.recheck, restsUntilMs));
    const look: Loop = `look ${row.connection}`;
    if (row.waiting !== null)
      agenda.set(look, Math.min(agenda.get(look) ?? Number.POSITIVE_INFINITY, row.waiting + waitMs));
  }
  if (waitingCount(core) > 0 || isReplanDue(core.store) || isDisconnecting(core)) agenda.set('decide', 0);
  else if (recheckMs < Number.POSITIVE_INFINITY) agenda.set('decide', recheckMs);
  if (core.store.flushLog.waiting(1).length > 0) agenda.set('flush', 0);
  else if (core.store.flushLog.hasKept) agenda.set('flush', core.keptAgainMs);
  if (accountsToGiveBack(core).length > 0) agenda.set('give-back', 0);
  const drives = drivesMs(core);
  if (drives !== null) agenda.set('jobs', drives);
  if (core.store.installation !== '') agenda.set('archive', archiveDueMs(core));
  if (core.store.flushLog.taken.count > 0) agenda.set('keep', keepDueMs(core));
  if (sendingAgain(core) !== null) agenda.set('send-again', core.archiveAgainMs);
  if (!core.age.isKnown) agenda.set('age', core.age.againMs);
  const calls = callsDue(core);
  if (calls.length > 0) agenda.set('fan-out', Math.min(...calls.map(({ dueMs }) => dueMs)));
  return core.isEnding ? new Map([...agenda].filter(([loop]) => goesOn.has(loop))) : agenda;
}

function connectionsDue(store: LaneStore, connections: readonly string[]): readonly ConnectionDue[] {
  const ids = JSON.stringify(connections);
  const query = `SELECT c.value AS connection,
       (SELECT due_ms FROM commands WHERE connection = c.value AND state = 'due'
          AND record_type NOT IN (${stoppedTypes('c.value')}) ORDER BY due_ms LIMIT 1) AS relay,
       (SELECT due_ms FROM commands WHERE connection = c.value AND state = 'uncertain'
          AND record_type NOT IN (${stoppedTypes('c.value')}) ORDER BY due_ms LIMIT 1) AS look,
       (SELECT min(due_ms) FROM commands WHERE connection = c.value AND state = 'waiting') AS waiting,
       (SELECT min(next_ms) FROM cursors WHERE connection = c.value) AS feed,
       (SELECT min(due_ms) FROM rechecks WHERE connection = c.value) AS recheck
     FROM json_each(?) c`;
  return store.storage.remembered(`due ${ids}`, () => store.sql.exec(query, ids).toArray() as ConnectionDue[]);
}

function isReplanDue({ storage, sql }: LaneStore): boolean {
  const query = "SELECT 1 FROM lane_state WHERE name LIKE 'replan %' LIMIT 1";
  return storage.remembered('replan', () => sql.exec(query).toArray().length > 0);
}
