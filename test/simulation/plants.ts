// Bugs that are planted on purpose, to see whether the oracle catches them. Seams of the simulation only: no product
// code knows of them.
import type { Connector, Session, Snapshot, Write } from '../../edge-worker/connectors/connector.ts';
import type { FaultSwitch } from '../../edge-worker/connectors/stand-in.ts';
import { type FlushRows, type RecordTable, recordTables } from '../../edge-worker/store/flush-rows.ts';
import { writeStatement } from '../../edge-worker/store/rows.ts';
import type { D1OnNode } from '../support/d1-on-node.ts';
import type { Fate } from './fates.ts';
import type { Seat } from './systems.ts';

export interface Plant {
  /** Alarms and sweeps never come. */
  readonly dropsAlarms?: boolean;
  readonly connector?: (connector: Connector) => Connector;
  readonly session?: (session: Session, seat: Seat) => Session;
  /** Sees every statement of the lane before it is carried out. */
  readonly beforeExec?: (query: string, bindings: readonly unknown[], d1: D1OnNode) => void;
  /** What the lane's storage is asked in place of what the lane asks. */
  readonly laneQuery?: (query: string) => string;
  /** The statement that D1 carries out in place of the lane's. */
  readonly statement?: (query: string) => string;
  /** The only misbehaviours of the systems in these seeds: of all, few that matter to this bug would come to pass. */
  readonly misbehaviours?: readonly FaultSwitch['how'][];
  /** What becomes of every deal of these worlds, if it can. */
  readonly fate?: Fate;
}

export const healthy: Plant = {};

/** By name, made anew for each run, because some of them remember. */
export const plants: Readonly<Record<string, () => Plant>> = {
  'key-per-attempt': keyPerAttempt,
  'no-sweep': () => ({ dropsAlarms: true }),
  'echo-by-user-name': echoByUserName,
  'record-before-lane': () => ({ beforeExec: recordFirst }),
  'late-batch-applied': () => ({ statement: (query) => query.replace(/ WHERE excluded\."run" > .*$/, '') }),
  'approval-inherited': () => ({
    laneQuery: (query) => query.replace('"approvals"."hash" AS', "'' AS"),
  }),
  'settle-at-once': () => ({
    connector: (connector) => ({ ...connector, settleMs: 0 }),
    misbehaviours: ['late-commit'],
  }),
  'second-after-renewal': secondAfterRenewal,
  'withdrawal-unsent': () => ({ fate: 'revoked', session: unsent }),
};

/** What was withdrawn in the ledger and counts again is made there anew. */
function secondAfterRenewal(): Plant {
  const gone = new Set<string>();
  const renewed = (write: Write): Write => {
    if (write.recordId === null || !gone.has(write.recordId)) return write;
    const key = `${write.externalId}-again`;
    return { ...write, recordId: null, externalId: key, idempotencyKey: key };
  };
  const session = (inner: Session, seat: Seat): Session =>
    seat !== 'erp'
      ? inner
      : {
          ...inner,
          withdraw: async (withdrawals) => {
            for (const { recordId } of withdrawals) gone.add(recordId);
            return (await inner.withdraw?.(withdrawals)) ?? [];
          },
          write: (writes) => inner.write(writes.map(renewed)),
        };
  return { fate: 'renewed', session };
}

/** The ledger is said to have taken back what it was never asked for. */
function unsent(session: Session, seat: Seat): Session {
  if (seat !== 'erp') return session;
  return {
    ...session,
    withdraw: async (withdrawals) =>
      (await session.read(withdrawals)).map((one) => ({
        outcome: 'withdrawn',
        snapshot: one.found === 'here' ? { ...one.snapshot, isWithdrawn: true } : null,
        requestId: null,
      })),
  };
}

/** A create is keyed by the attempt instead of the entity: each repeat makes another record. */
function keyPerAttempt(): Plant {
  let attempt = 0;
  const keyed = (write: Write): Write => {
    if (write.recordId !== null) return write;
    const key = `${write.externalId}-${++attempt}`;
    return { ...write, externalId: key, idempotencyKey: key };
  };
  return { session: (session) => ({ ...session, write: (writes) => session.write(writes.map(keyed)) }) };
}

/** "Saved by our own user, so it is our own echo": what stands in such a record is taken to be what we know already. */
function echoByUserName(): Plant {
  const known = new Map<string, Snapshot>();
  const remember = (seat: Seat, snapshot: Snapshot, written: Write | null): Snapshot => {
    const place = `${seat} ${snapshot.recordType} ${snapshot.recordId}`;
    const before = known.get(place);
    const isOurs = snapshot.wire['saved_by'] === 'api';
    const wire = isOurs && before ? { ...before.wire, ...written?.wire } : snapshot.wire;
    const seen = { ...snapshot, wire };
    known.set(place, seen);
    return seen;
  };
  return {
    // A person's edit that nobody told of, and then a save of ours over it.
    misbehaviours: ['lose-notices'],
    session: (session, seat) => ({
      ...session,
      read: async (refs) =>
        (await session.read(refs)).map((one) =>
          one.found === 'here' ? { ...one, snapshot: remember(seat, one.snapshot, null) } : one,
        ),
      write: async (writes) =>
        (await session.write(writes)).map((result, index) =>
          result.outcome === 'applied'
            ? { ...result, snapshot: remember(seat, result.snapshot, writes[index] ?? null) }
            : result,
        ),
    }),
  };
}

/** Rows reach D1 while the lane's transaction is still open: if that is then lost, D1 knows what never was. */
function recordFirst(query: string, bindings: readonly unknown[], d1: D1OnNode): void {
  if (!query.startsWith('INSERT INTO flush_log')) return;
  const rows = JSON.parse(String(bindings.at(-1))) as FlushRows;
  for (const [name, list] of Object.entries(rows) as [RecordTable, unknown[][]][]) {
    const { table, append } = recordTables[name];
    try {
      d1.sqlite.prepare(writeStatement(table, append ? 'ignore' : 'newer-run')).all(JSON.stringify(list));
    } catch {
      // A row that D1 will not take comes again with the flush.
    }
  }
}
