// The durable inbox: deliveries as they came, and the records to be read again. What is taken stays until it is
// decided.
import type { Notice } from '../connectors/connector.ts';
import { deliveries, rechecks } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows, writeRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { keyOf, type Wanted } from './read.ts';

/** Events of one run. */
export const eventsMax = 500;
/** Deliveries are kept this long after they were decided, so that one that comes again is known. */
const keepMs = 3_600_000;
const clearedMax = 1_000;

/**
 * Writes notices into the inbox. Returns false when this delivery is already there. One row however many notices it
 * carries.
 */
export function record(core: LaneCore, connection: string, delivery: string, notices: readonly Notice[]): boolean {
  const packed = notices.map((notice) => [notice.recordType, notice.recordId, notice.kind, notice.occurredAtMs]);
  const made = core.store.sql
    .exec(
      `INSERT INTO deliveries (connection, delivery, received_ms, notices) VALUES (?, ?, ?, ?)
       ON CONFLICT DO NOTHING RETURNING seq`,
      connection,
      delivery,
      core.ports.nowMs(),
      JSON.stringify(packed),
    )
    .toArray();
  return made.length > 0;
}

export const watermarkOf = (core: LaneCore) => Number(core.store.value('watermark') ?? '0');

/** The number of the delivery that came last. */
export function newestDelivery(core: LaneCore): number {
  const { storage, sql } = core.store;
  return storage.remembered('newest delivery', () => {
    const [row] = sql.exec('SELECT coalesce(max(seq), 0) AS newest FROM deliveries').toArray();
    return Number((row as { newest: number }).newest);
  });
}

/** Deliveries written down and not yet decided. */
export const waitingCount = (core: LaneCore) => Math.max(0, newestDelivery(core) - watermarkOf(core));

export interface Taken {
  readonly wanted: ReadonlyMap<string, Wanted>;
  readonly watermark: number | null;
}

/**
 * The next events in order of arrival, collapsed to distinct records, with the records that are due to be read again.
 * Those of a connection that cannot be read now are left where they are.
 */
export function take(core: LaneCore): Taken {
  const { sql } = core.store;
  const wanted = new Map<string, Wanted>();
  const readable = [...core.wiring.connections.keys()].filter((id) => core.isReadable(id));
  const due = readRows(
    sql,
    rechecks,
    'WHERE due_ms <= ? AND connection IN (SELECT value FROM json_each(?)) ORDER BY due_ms LIMIT ?',
    core.ports.nowMs(),
    JSON.stringify(readable),
    eventsMax,
  );
  for (const row of due) wanted.set(keyOf(row), { ...row, kind: row.kind as Notice['kind'] });
  let watermark: number | null = null;
  for (const row of readRows(sql, deliveries, 'WHERE seq > ? ORDER BY seq LIMIT ?', watermarkOf(core), eventsMax)) {
    if (watermark !== null && wanted.size >= eventsMax) break;
    watermark = row.seq;
    for (const [recordType, recordId, kind] of JSON.parse(row.notices) as [string, string, Notice['kind'], number][]) {
      const one = { connection: row.connection, recordType, recordId, tries: 0 };
      const known = wanted.get(keyOf(one));
      // Of several the first is named: the read would have been made for it alone.
      const event = known?.event ?? row.delivery;
      const eventMs = Math.min(row.receivedMs, known?.eventMs ?? row.receivedMs);
      wanted.set(keyOf(one), { ...known, ...one, kind: strongest(known?.kind, kind), eventMs, event });
    }
  }
  return { wanted, watermark };
}

/** News that comes after a person's question does not take its place. */
const kinds: readonly Notice['kind'][] = ['check', 'sync-now'];

function strongest(known: Notice['kind'] | undefined, kind: Notice['kind']): Notice['kind'] {
  return kinds.find((one) => one === known || one === kind) ?? kind;
}

/** What was read is done, unless it was asked for anew while it was being read: then its due time is another one. */
export function keepRechecks(
  core: LaneCore,
  tx: LaneTransaction,
  wanted: readonly Wanted[],
  again: ReadonlyMap<string, Wanted>,
): void {
  const done = wanted.filter((one) => one.dueMs !== undefined && !again.has(keyOf(one)));
  tx.sql.exec(
    `DELETE FROM rechecks WHERE (connection, record_type, record_id, due_ms) IN
       (SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?))`,
    JSON.stringify(done.map((one) => [one.connection, one.recordType, one.recordId, one.dueMs])),
  );
  const dueMs = (one: Wanted) => one.againMs ?? tx.atMs + backoffMs(core, one);
  const rows = [...again.values()].map((one) => ({ ...one, dueMs: dueMs(one) }));
  writeRows(tx.sql, rechecks, rows, 'replace');
}

function backoffMs(core: LaneCore, wanted: Wanted): number {
  // A connection that rests is asked for nothing; once it runs again its records are read at once.
  return core.isReadable(wanted.connection) ? Math.min(2_000 * 2 ** wanted.tries, 60_000) : 0;
}

/** Forgets deliveries decided long ago, the oldest first and a portion at a time. Returns whether there may be more. */
export function clearInbox(core: LaneCore): boolean {
  // The newest row stays, because the next one is numbered after it and must lie beyond the watermark.
  const gone = core.store.sql
    .exec(
      `DELETE FROM deliveries WHERE received_ms < ? AND seq IN
         (SELECT seq FROM deliveries WHERE seq < ? ORDER BY seq LIMIT ?) RETURNING 1`,
      core.ports.nowMs() - keepMs,
      watermarkOf(core),
      clearedMax,
    )
    .toArray();
  return gone.length === clearedMax;
}
