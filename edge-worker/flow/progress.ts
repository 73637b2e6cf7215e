// What a lane has in hand right now, in counts: for the operator and for tests.
import { instantText } from '../../shared/dates.ts';
import type { LaneCore } from './core.ts';
import { waitingCount } from './inbox.ts';
import { sendingAgain } from './send-again.ts';
import { takingBack } from './take-back.ts';

export function progressOf(core: LaneCore): Readonly<Record<string, unknown>> {
  const { sql } = core.store;
  const count = (query: string) => Number((sql.exec(query).toArray()[0] as { n: number }).n);
  return {
    waiting: waitingCount(core),
    rechecks: count('SELECT count(*) AS n FROM rechecks'),
    reading: dueReads(core) + core.slowReads.size,
    commands: sql.exec('SELECT connection, state, count(*) AS n FROM commands GROUP BY connection, state').toArray(),
    inFlight: core.inFlight.size,
    holds: sql.exec('SELECT control, owner, count(*) AS n FROM holds GROUP BY control, owner').toArray(),
    strays: count('SELECT count(*) AS n FROM strays'),
    asking: askedFeeds(core),
    loads:
      count("SELECT count(*) AS n FROM cursors WHERE purpose = 'load'") +
      count("SELECT count(*) AS n FROM jobs WHERE kind = 'load' AND state = 'running'"),
    replans: count("SELECT count(*) AS n FROM lane_state WHERE name LIKE 'replan %'"),
    statusDue: count('SELECT count(*) AS n FROM status_due'),
    flushWaiting: count('SELECT count(*) AS n FROM flush_log') - core.store.flushLog.taken.count,
    sendingAgain: sendingAgain(core),
    takingBack: shownTakingBack(core),
    entities: [...core.store.entityCounts()].map(([kind, n]) => ({ kind, n })),
    connections: [...core.wiring.connections.values()].map(({ id, state }) => ({
      id,
      state,
      pausedUntilMs: core.pausedUntilMs(id),
    })),
  };
}

function shownTakingBack(core: LaneCore): Readonly<Record<string, string | number>> | null {
  const now = takingBack(core);
  return now && { step: now.step, entities: now.entities, since: instantText(now.sinceMs) };
}

/** Records whose turn to be read it is; those of a connection that rests are read once it has rested. */
function dueReads(core: LaneCore): number {
  const active = [...core.wiring.connections.values()].filter(({ state }) => state === 'active');
  return dueOf(
    core,
    'rechecks WHERE due_ms',
    active.map(({ id }) => id),
  );
}

/** Feeds whose turn it is and that have not answered yet; where the connection rests or is stopped, nobody asks. */
function askedFeeds(core: LaneCore): number {
  const callable = [...core.wiring.connections.keys()].filter((id) => core.callable(id) !== null);
  return dueOf(core, "cursors WHERE purpose = 'feed' AND next_ms", callable);
}

function dueOf(core: LaneCore, what: string, connections: readonly string[]): number {
  const query = `SELECT count(*) AS n FROM ${what} <= ? AND connection IN (SELECT value FROM json_each(?))`;
  const rows = core.store.sql.exec(query, core.ports.nowMs(), JSON.stringify(connections)).toArray();
  return (rows[0] as { n: number }).n;
}
