// How an installation is: each connection's state, and what is still missing before work can flow.
import { Fault, type FaultCode } from '../faults.ts';
import { connectionRows, cursors, flows } from '../store/lane-schema.ts';
import { readColumns, readRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { renewalProblem } from './renewal.ts';
import type { Flow, Routing } from './wiring.ts';

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
  readonly missing: readonly Missing[];
}

export interface Health {
  readonly connections: readonly ConnectionHealth[];
  /** Open exceptions by owner. */
  readonly holds: readonly { readonly owner: string; readonly n: number; readonly overdue: number }[];
  readonly missing: readonly Missing[];
}

/** Without one of these there is nothing to tie out. */
const needed = ['crm', 'psa', 'erp'] as const;

export function healthOf(core: LaneCore): Health {
  const nowMs = core.ports.nowMs();
  const { sql } = core.store;
  const connections = readRows(sql, connectionRows, "WHERE state != 'ended' ORDER BY id").map((row) =>
    healthOfConnection(core, row, nowMs),
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

function healthOfConnection(core: LaneCore, row: typeof connectionRows.$inferSelect, nowMs: number): ConnectionHealth {
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
  const matching = kinds.flatMap(({ kind, state }) => (state === 'matching' && !isEnding ? [kind] : []));
  const notRenewed = core.store.value(renewalProblem(id)) ?? '';
  const missing: Missing[] = [
    ...(row.state === 'paused' ? [{ code: stopOf(fault), params: {} }] : []),
    ...(notRenewed === '' ? [] : [{ code: 'renewal-failed' as const, params: { problem: notRenewed } }]),
    ...(matching.length === 0 ? [] : [{ code: 'first-load' as const, params: { kinds: matching.join(', ') } }]),
  ];
  return {
    ...{ connection: id, system, account, environment, fault, kinds, loading, missing },
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
