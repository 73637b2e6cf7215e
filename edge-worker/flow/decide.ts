// Events -> read -> Changes -> Verdicts -> Commands: one run takes up to a few hundred events, reads their records anew, and ends in one lane transaction.
import type { Notice, ReadResult, RecordRef } from '../connectors/connector.ts';
import { deliveries, links, rechecks } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows, writeRows } from '../store/rows.ts';
import { absorb, type Observation, unlinkedReferences } from './absorb.ts';
import type { LaneCore } from './core.ts';
import { raiseHold } from './holds.ts';
import { plan } from './plan.ts';
import { faultFrom } from './relay.ts';
import { showSoon } from './show-soon.ts';
import type { Connection } from './wiring.ts';

const eventsMax = 500;
/** References to unknown records are followed this many rounds, so that a deal brings its account along. */
const roundsMax = 3;
const hiddenTriesMax = 6;
const stoppedMs = 300_000;

interface Wanted extends RecordRef {
  readonly connection: string;
  readonly kind: Notice['kind'];
  readonly eventMs: number;
  readonly tries: number;
  /** Due time of its row among the rechecks; absent when it has none. */
  readonly dueMs?: number;
}

interface Found {
  readonly seen: Observation[];
  readonly gone: Wanted[];
  readonly again: Wanted[];
}

const keyOf = (wanted: { connection: string } & RecordRef) =>
  `${wanted.connection}|${wanted.recordType}|${wanted.recordId}`;

/** Writes notices into the inbox. Returns false when this delivery is already there. One row however many notices it carries. */
export function record(core: LaneCore, connection: string, delivery: string, notices: readonly Notice[]): boolean {
  const packed = notices.map((notice) => [notice.recordType, notice.recordId, notice.kind, notice.occurredAtMs]);
  const made = core.store.sql
    .exec(
      'INSERT INTO deliveries (connection, delivery, received_ms, notices) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING seq',
      connection,
      delivery,
      core.ports.nowMs(),
      JSON.stringify(packed),
    )
    .toArray();
  return made.length > 0;
}

/** One run. Returns whether there was anything to decide. */
export async function decide(core: LaneCore): Promise<boolean> {
  const { wanted, watermark } = take(core);
  if (wanted.size === 0 && watermark === null) return false;
  const found = await readAll(core, [...wanted.values()]);
  core.store.transaction((tx) => {
    const wiring = core.wiring;
    const absorbed = absorb({ tx, wiring, makeId: core.ports.makeId }, found.seen);
    tellGone(core, tx, found.gone);
    plan(core.planContext(tx), absorbed.entities);
    showAsked(core, tx, [...wanted.values()]);
    const again = new Map(found.again.map((one) => [keyOf(one), one] as const));
    for (const one of absorbed.again) {
      const ref = { connection: one.connection, recordType: one.snapshot.recordType, recordId: one.snapshot.recordId };
      const tries = Math.min((wanted.get(keyOf(ref))?.tries ?? 0) + 1, hiddenTriesMax - 1);
      again.set(keyOf(ref), { ...ref, kind: 'changed', eventMs: one.eventMs, tries });
    }
    keepRechecks(core, tx, [...wanted.values()], again);
    if (watermark !== null) core.store.setValue('watermark', String(watermark));
  });
  return true;
}

/** What was read is done, unless it was asked for anew while it was being read: then its due time is another one. */
function keepRechecks(
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
  writeRows(
    tx.sql,
    rechecks,
    [...again.values()].map((one) => ({ ...one, dueMs: tx.atMs + waitMs(core, one) })),
    'replace',
  );
}

function waitMs(core: LaneCore, wanted: Wanted): number {
  // A stopped connection is asked for nothing; when it runs again its records are read at once.
  if (core.wiring.connections.get(wanted.connection)?.state !== 'active') return stoppedMs;
  const rest = core.pausedUntilMs(wanted.connection) - core.ports.nowMs();
  return Math.max(rest, Math.min(2_000 * 2 ** wanted.tries, 60_000));
}

/** The next events in order of arrival, collapsed to distinct records, with the records that are due to be read again. */
function take(core: LaneCore): { wanted: Map<string, Wanted>; watermark: number | null } {
  const { sql } = core.store;
  const wanted = new Map<string, Wanted>();
  const due = readRows(sql, rechecks, 'WHERE due_ms <= ? ORDER BY due_ms LIMIT ?', core.ports.nowMs(), eventsMax);
  for (const row of due) wanted.set(keyOf(row), { ...row, kind: row.kind as Notice['kind'] });
  let watermark: number | null = null;
  const after = Number(core.store.value('watermark') ?? '0');
  for (const row of readRows(sql, deliveries, 'WHERE seq > ? ORDER BY seq LIMIT ?', after, eventsMax)) {
    if (watermark !== null && wanted.size >= eventsMax) break;
    watermark = row.seq;
    for (const [recordType, recordId, kind] of JSON.parse(row.notices) as [string, string, Notice['kind'], number][]) {
      const one = { connection: row.connection, recordType, recordId, kind, eventMs: row.receivedMs, tries: 0 };
      const known = wanted.get(keyOf(one));
      const eventMs = Math.min(one.eventMs, known?.eventMs ?? one.eventMs);
      wanted.set(keyOf(one), { ...known, ...one, eventMs });
    }
  }
  return { wanted, watermark };
}

async function readAll(core: LaneCore, wanted: readonly Wanted[]): Promise<Found> {
  const found: Found = { seen: [], gone: [], again: [] };
  const asked = new Set(wanted.map(keyOf));
  let round: readonly Wanted[] = wanted;
  for (let count = 0; count < roundsMax && round.length > 0; count++) {
    const before = found.seen.length;
    await readRound(core, round, found);
    const fresh = found.seen.slice(before);
    round = unlinkedReferences({ sql: core.store.sql }, core.wiring, fresh)
      .map((ref): Wanted => ({ ...ref, kind: 'changed', tries: 0 }))
      .filter((ref) => !asked.has(keyOf(ref)));
    for (const ref of round) asked.add(keyOf(ref));
  }
  return found;
}

async function readRound(core: LaneCore, wanted: readonly Wanted[], found: Found): Promise<void> {
  const calls: Promise<void>[] = [];
  const groups = new Map<string, Wanted[]>();
  for (const one of wanted) {
    const key = `${one.connection}|${one.recordType}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  for (const group of groups.values()) {
    const connection = core.wiring.connections.get((group[0] as Wanted).connection);
    // A connection that was removed in the meantime has nothing to be read.
    if (!connection) continue;
    const size = connection.connector.limits.readBatchMax;
    for (let start = 0; start < group.length; start += size)
      calls.push(readBatch(core, connection, group.slice(start, start + size), found));
  }
  await Promise.all(calls);
}

async function readBatch(
  core: LaneCore,
  connection: Connection,
  batch: readonly Wanted[],
  found: Found,
): Promise<void> {
  if (connection.state !== 'active' || core.isPaused(connection.id)) {
    found.again.push(...batch);
    return;
  }
  const readMs = core.ports.nowMs();
  let results: readonly ReadResult[];
  try {
    results = await core.session(connection).read(batch.map(({ recordType, recordId }) => ({ recordType, recordId })));
    core.succeeded(connection.id);
  } catch (error) {
    core.failed(connection, faultFrom(error));
    found.again.push(...batch.map((one) => ({ ...one, tries: one.tries + 1 })));
    return;
  }
  results.forEach((result, index) => {
    const one = batch[index] as Wanted;
    if (result.found === 'here')
      found.seen.push({ connection: connection.id, snapshot: result.snapshot, readMs, eventMs: one.eventMs });
    else if (result.found === 'gone') found.gone.push(one);
    else if (one.tries < hiddenTriesMax) found.again.push({ ...one, tries: one.tries + 1 });
    else
      core.ports.log('record-hidden', {
        connection: one.connection,
        recordType: one.recordType,
        recordId: one.recordId,
      });
  });
}

/** A record that was deleted at its source: never undone by silence, always somebody's decision. */
function tellGone(core: LaneCore, tx: LaneTransaction, gone: readonly Wanted[]): void {
  if (gone.length === 0) return;
  const rows = readRows(
    tx.sql,
    links,
    'WHERE (connection, record_type, record_id) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))',
    JSON.stringify(gone.map((one) => [one.connection, one.recordType, one.recordId])),
  );
  for (const row of rows) {
    raiseHold(tx, core.ports.makeId, {
      entity: row.entity,
      connection: row.connection,
      recordType: row.recordType,
      part: 'read',
      kind: row.kind as Parameters<typeof raiseHold>[2]['kind'],
      control: 'deleted-at-source',
      owner: 'delivery',
      code: 'deleted-at-source',
      params: { connection: row.connection, recordType: row.recordType, recordId: row.recordId ?? '' },
      hash: row.version ?? '',
      dueMinutes: 480,
    });
  }
}

/** "Sync now": whatever came of it, the page shows it again. */
function showAsked(core: LaneCore, tx: LaneTransaction, wanted: readonly Wanted[]): void {
  const asked = wanted.filter((one) => one.kind === 'sync-now' || one.kind === 'check');
  if (asked.length === 0) return;
  const rows = readRows(
    tx.sql,
    links,
    'WHERE (connection, record_type, record_id) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))',
    JSON.stringify(asked.map((one) => [one.connection, one.recordType, one.recordId])),
  );
  const entities = new Set(rows.map((row) => row.entity));
  plan(core.planContext(tx), entities);
  showSoon(tx, core.wiring, entities, 0);
}
