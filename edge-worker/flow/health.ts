// How an installation is: each connection's state, and what is still missing before work can flow.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { Fault, type FaultCode } from '../faults.ts';
import { connectionRows, cursors, flows } from '../store/lane-schema.ts';
import { readColumns, readRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { watermarkOf } from './inbox.ts';
import { renewalProblem } from './renewal.ts';
import type { Connection, Flow, Routing } from './wiring.ts';

/** Calls of the last hour, as far back as this lane was awake, against what its system takes. */
export interface CallLoad {
  readonly calls: number;
  /** The most that were under way together. */
  readonly atOnce: number;
  readonly refused: number;
  /** How many at once it takes now, after what it refused, and how many it would take by itself. */
  readonly allowed: number;
  readonly most: number;
  /** What its maker allows; null where nothing is said. */
  readonly perSecond: number | null;
  readonly throttledMs: number | null;
}

/** A step that somebody has to take, as a code with what its words name. */
export interface Missing {
  readonly code: 'no-connection' | 'reconnect' | 'paused' | 'renewal-failed' | 'first-load';
  readonly params: Readonly<Record<string, string>>;
}

export interface ConnectionHealth {
  readonly connection: string;
  readonly system: string;
  readonly roles: readonly string[];
  readonly account: string;
  readonly environment: string;
  readonly state: 'active' | 'paused' | 'resting' | 'ending';
  /** What has stopped it; null while it runs, or where a person has paused it. */
  readonly fault: string | null;
  /** Which records it serves, where several share a role. */
  readonly routing: Routing | null;
  /** When it is asked again, while it rests after failures. */
  readonly restsUntilMs: number | null;
  readonly kinds: readonly {
    readonly kind: string;
    readonly state: Flow['state'];
    readonly cutoverOn: string | null;
  }[];
  /** Kinds that a first load is reading. */
  readonly loading: number;
  /** Notices of it not decided yet, records it has not been given yet, and since when the oldest of them waits. */
  readonly lag: { readonly unread: number; readonly unsent: number; readonly sinceMs: number | null };
  /** Until when we are logged in there, which is renewed by itself; null while we are not. */
  readonly sessionEndsMs: number | null;
  /** Null where credentials do not end by themselves, or nobody has told us when. */
  readonly credentialsEndMs: number | null;
  readonly missing: readonly Missing[];
}

export interface Health {
  readonly connections: readonly ConnectionHealth[];
  /** Open exceptions by owner. */
  readonly holds: readonly { readonly owner: string; readonly n: number; readonly overdue: number }[];
  readonly missing: readonly Missing[];
}

/** With what only the governor of calls knows. */
export interface HealthWithCalls extends Health {
  readonly calls: Readonly<Record<string, CallLoad | null>>;
}

/** Without one of these there is nothing to tie out. */
const needed = ['crm', 'psa', 'erp'] as const;

/** No system is asked. */
export async function healthOf(core: LaneCore): Promise<Health> {
  const nowMs = core.ports.nowMs();
  const { sql } = core.store;
  const ends = new Map<string, number | null>();
  for (const connection of core.wiring.connections.values()) ends.set(connection.id, await endOf(core, connection));
  const connections = readRows(sql, connectionRows, "WHERE state != 'ended' ORDER BY id").map((row) =>
    healthOfConnection(core, row, nowMs, ends.get(row.id) ?? null),
  );
  const owned = sql
    .exec(`SELECT owner, count(*) AS n, sum(due_ms < ?) AS overdue FROM holds GROUP BY owner ORDER BY owner`, nowMs)
    .toArray() as { owner: string; n: number; overdue: number }[];
  const filled = new Set(connections.flatMap(({ roles }) => roles));
  const missing = needed.flatMap((role): Missing[] =>
    filled.has(role) ? [] : [{ code: 'no-connection', params: { role } }],
  );
  return { connections, holds: owned, missing };
}

/** Credentials that cannot be opened are told of by what fails for it. */
async function endOf(core: LaneCore, connection: Connection): Promise<number | null> {
  if (connection.state === 'ending') return null;
  try {
    return (await core.session(connection).credentialsEnd?.()) ?? null;
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

/** What waits on its way from a system and to it. What waits for a person is not late through the system. */
function lagOf(core: LaneCore, connection: string): ConnectionHealth['lag'] {
  const { sql } = core.store;
  const told = `SELECT count(*) AS n, min(received_ms) AS sinceMs FROM deliveries WHERE connection = ? AND seq > ?`;
  const given = `SELECT count(*) AS n, min(coalesce(freed_ms, event_ms)) AS sinceMs FROM commands
    WHERE connection = ? AND state IN ('due', 'uncertain')`;
  type Waiting = { readonly n: number; readonly sinceMs: number | null };
  const [unread] = sql.exec(told, connection, watermarkOf(core)).toArray() as unknown as Waiting[];
  const [unsent] = sql.exec(given, connection).toArray() as unknown as Waiting[];
  const oldest = [unread, unsent].flatMap((waiting) => waiting?.sinceMs ?? []);
  return {
    unread: unread?.n ?? 0,
    unsent: unsent?.n ?? 0,
    sinceMs: oldest.length === 0 ? null : Math.min(...oldest),
  };
}

function sessionEnd(core: LaneCore, connection: string): number | null {
  const query = 'SELECT min(expires_ms) AS ms FROM tokens WHERE connection = ? AND expires_ms > ?';
  const [row] = core.store.sql.exec(query, connection, core.ports.nowMs()).toArray() as { ms: number | null }[];
  return row?.ms ?? null;
}

function healthOfConnection(
  core: LaneCore,
  row: typeof connectionRows.$inferSelect,
  nowMs: number,
  credentialsEndMs: number | null,
): ConnectionHealth {
  const { id, system, account, environment, fault } = row;
  const { sql } = core.store;
  const kinds = readRows(sql, flows, 'WHERE connection = ? ORDER BY kind', id).map(({ kind, state, cutoverOn }) => ({
    kind,
    state: state as Flow['state'],
    cutoverOn,
  }));
  const loading = readColumns(sql, cursors, ['feed'], "WHERE connection = ? AND purpose = 'load'", id).length;
  const untilMs = core.pausedUntilMs(id);
  const isResting = row.state === 'active' && untilMs > nowMs;
  const isEnding = row.state === 'ending';
  // Of what is only read there nothing would be created anyway, so nobody has to accept it.
  const isMadeThere = (kind: string) => core.wiring.mapFor(id, kind as EntityName)?.canWrite === true;
  const isMatching = ({ kind, state }: (typeof kinds)[number]) => state === 'matching' && isMadeThere(kind);
  const matching = isEnding ? [] : kinds.filter(isMatching).map(({ kind }) => kind);
  const notRenewed = core.store.value(renewalProblem(id)) ?? '';
  const missing: Missing[] = [
    ...(row.state === 'paused' ? [{ code: stopOf(fault), params: {} }] : []),
    ...(notRenewed === '' ? [] : [{ code: 'renewal-failed' as const, params: { problem: notRenewed } }]),
    ...(matching.length === 0 ? [] : [{ code: 'first-load' as const, params: { kinds: matching.join(', ') } }]),
  ];
  return {
    ...{ connection: id, system, account, environment, fault, kinds, loading, missing, credentialsEndMs },
    lag: lagOf(core, id),
    sessionEndsMs: sessionEnd(core, id),
    routing: row.routing === null ? null : (JSON.parse(row.routing) as Routing),
    roles: JSON.parse(row.roles) as string[],
    state: isResting ? 'resting' : (row.state as 'active' | 'paused' | 'ending'),
    restsUntilMs: isResting ? untilMs : null,
  };
}

/** A fault has stopped it, or a person. */
const stopOf = (fault: string | null) => (fault === null ? ('paused' as const) : ('reconnect' as const));

export type Checked =
  | { readonly ok: true; readonly account: string; readonly missing: readonly string[] }
  | { readonly ok: false; readonly code: FaultCode | 'unknown-connection'; readonly message: string };

/** Costs a call or two of the system, so a person asks for it. */
export async function checkConnection(core: LaneCore, id: string): Promise<Checked> {
  const connection = core.wiring.connections.get(id);
  if (!connection || connection.state === 'ending' || core.isEnding)
    return { ok: false, code: 'unknown-connection', message: `There is no connection ${id}.` };
  try {
    return { ok: true, ...(await core.session(connection).check()) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}
