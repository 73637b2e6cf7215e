// Systems that cannot push, and what pushes missed: each feed is asked in its rhythm, its notices are written down
// before its cursor moves.
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import type { ChangePage, Connector, Feed, Notice } from '../connectors/connector.ts';
import { cursors } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { lookAtSchema } from './drift.ts';
import { problemOf } from './guard.ts';
import { closeHold, holdAt, raiseHold } from './holds.ts';
import { newestDelivery, record, watermarkOf } from './inbox.ts';
import { isWorthReading } from './known-versions.ts';
import { toldTypeOf } from './lines.ts';
import type { Slot } from './nouns.ts';
import { faultFrom, isOfARecord } from './relay.ts';
import type { Connection } from './wiring.ts';

/** Pages of one feed taken in one go; the rest follows at the next turn, so that other feeds get theirs. */
const pagesMax = 20;
/** A feed counts as active for this long after it told something. */
const activeMs = 120_000;
/** Pages of one feed that wait to be decided at a time: what is pushed meanwhile stands behind no more of them. */
const aheadMax = 4;
const aheadAgainMs = 250;
/** A feed that is refused this often in a row is somebody's work. */
const failuresMax = 5;
const firstWaitMs = 2_000;
const longestWaitMs = 300_000;

/** Feeds due this soon are asked in the same turn: otherwise each would wake the lane for itself. */
const togetherMs = 1_000;

type CursorRow = StoredRow<typeof cursors>;

/** Numbers of the deliveries that a feed made last. In memory only: after a restart it is a few pages more. */
const aheadByCore = new WeakMap<LaneCore, Map<string, readonly number[]>>();
const lastNewsByCore = new WeakMap<LaneCore, Map<string, number>>();
const failuresByCore = new WeakMap<LaneCore, Map<string, number>>();

/** Feeds that are not asked yet begin now; what was there before comes with a load. */
export function startFeeds(tx: LaneTransaction, connection: string, feeds: readonly Feed[]): void {
  const started = feeds.map(({ name, startAt }) => ({ connection, feed: name, cursor: startAt(tx.atMs) }));
  writeRows(
    tx.sql,
    cursors,
    started.map((row) => ({ ...row, nextMs: 0, purpose: 'feed' })),
    'ignore',
  );
}

/** Short lists are read in full from the start: controls look at them as a whole. */
export function loadLists(
  tx: LaneTransaction,
  connection: string,
  { maps }: Pick<Connector, 'maps'>,
  kinds: readonly EntityName[],
): void {
  const lists = kinds.filter((kind) => entities[kind].isList).flatMap((kind) => maps[kind]?.recordType ?? []);
  const types = new Set(lists.map(toldTypeOf));
  const loads = [...types].map((feed) => ({ connection, feed, cursor: null, nextMs: 0, purpose: 'load' }));
  writeRows(tx.sql, cursors, loads, 'ignore');
}

/** Asks every feed of a connection that is due. Returns whether anything was written down. */
export async function askFeeds(core: LaneCore, id: string): Promise<boolean> {
  const where = "WHERE connection = ? AND next_ms <= ? ORDER BY purpose = 'schema', next_ms";
  const untilMs = core.ports.nowMs() + togetherMs;
  let isNews = false;
  for (const row of readRows(core.store.sql, cursors, where, id, untilMs)) {
    const connection = core.callable(id);
    if (!connection) break;
    if (row.purpose === 'feed' && !connection.connector.feeds.some(({ name }) => name === row.feed)) {
      // The account's settings offer it no more; if they do again, it begins anew.
      deleteRows(core.store.sql, cursors, [[row.connection, row.feed, row.purpose]]);
      continue;
    }
    try {
      if (row.purpose === 'schema') await lookAtSchema(core, connection, row);
      else {
        isNews = (await askFeed(core, connection, row)) || isNews;
        forgetFailure(core, row);
      }
      core.succeeded(id);
    } catch (error) {
      fail(core, connection, row, error);
    }
  }
  return isNews;
}

/** A feed that fails is asked later, so that it does not stand before the others for ever. */
function fail(core: LaneCore, connection: Connection, row: CursorRow, error: unknown): void {
  const nowMs = core.ports.nowMs();
  if (!isOfARecord(error)) {
    // The pause of the connection says when it is called again: once it answers, no feed waits longer than that.
    move(core, row, row.cursor, nowMs + firstWaitMs);
    return core.failed(connection, faultFrom(error));
  }
  const failures = failuresByCore.get(core) ?? new Map<string, number>();
  failuresByCore.set(core, failures);
  const key = keyOf(row);
  const times = (failures.get(key) ?? 0) + 1;
  failures.set(key, times);
  move(core, row, row.cursor, nowMs + Math.min(firstWaitMs * 2 ** times, longestWaitMs));
  core.ports.log('feed-failed', { connection: connection.id, feed: row.feed, message: problemOf(error) });
  if (times < failuresMax) return;
  core.store.transaction((tx) =>
    raiseHold(tx, core.ports.makeId, {
      ...slotOf(row),
      kind: 'customer',
      control: 'feed-failed',
      owner: 'integration',
      code: 'feed-failed',
      params: { connection: connection.id, feed: row.feed, problem: problemOf(error) },
      hash: '',
      dueMinutes: 480,
    }),
  );
}

function forgetFailure(core: LaneCore, row: CursorRow): void {
  failuresByCore.get(core)?.delete(keyOf(row));
  if (holdAt(core.store, slotOf(row)) === null) return;
  core.store.transaction((tx) => closeHold(tx, slotOf(row), 'fetched', null));
}

const keyOf = (row: CursorRow) => `${row.connection} ${row.purpose} ${row.feed}`;

function slotOf({ connection, feed, purpose }: CursorRow): Slot {
  return { entity: connection, connection, recordType: feed, part: purpose };
}

async function askFeed(core: LaneCore, connection: Connection, row: CursorRow): Promise<boolean> {
  let { cursor } = row;
  let isNews = false;
  for (let count = 0; count < pagesMax; count++) {
    if (isAhead(core, row)) {
      move(core, row, cursor, core.ports.nowMs() + aheadAgainMs);
      break;
    }
    const page: ChangePage = await core.session(connection).changes(row.feed, cursor);
    // A load wants every record, whatever a feed has told of it.
    const isWanted = (notice: Notice) => row.purpose === 'load' || isWorthReading(core, connection.id, notice);
    const notices = page.notices.filter(isWanted);
    const from = cursor;
    cursor = page.cursor;
    // Where "more" stands still there is no more: it would be the same page for ever.
    const isLast = !page.hasMore || cursor === from;
    const nextMs = isLast ? core.ports.nowMs() + rhythmMs(core, connection, row, notices.length > 0) : 0;
    core.store.storage.transactionSync(() => {
      const delivery = `${row.purpose}:${row.feed}:${from ?? ''}:${core.ports.nowMs()}`;
      const made = notices.length > 0 && record(core, connection.id, delivery, notices);
      if (made) tellAhead(core, row);
      isNews = isNews || made;
      if (isLast && row.purpose === 'load')
        deleteRows(core.store.sql, cursors, [[row.connection, row.feed, row.purpose]]);
      else move(core, row, cursor, nextMs);
    });
    if (isLast) break;
  }
  return isNews;
}

function isAhead(core: LaneCore, row: CursorRow): boolean {
  const decided = watermarkOf(core);
  const waiting = (aheadByCore.get(core)?.get(keyOf(row)) ?? []).filter((delivery) => delivery > decided);
  return waiting.length >= aheadMax;
}

function tellAhead(core: LaneCore, row: CursorRow): void {
  const ahead = aheadByCore.get(core) ?? new Map<string, readonly number[]>();
  aheadByCore.set(core, ahead);
  ahead.set(keyOf(row), [...(ahead.get(keyOf(row)) ?? []), newestDelivery(core)].slice(-aheadMax));
}

function move(core: LaneCore, row: CursorRow, cursor: string | null, nextMs: number): void {
  core.store.sql.exec(
    'UPDATE cursors SET cursor = ?, next_ms = ? WHERE connection = ? AND feed = ? AND purpose = ?',
    cursor,
    nextMs,
    row.connection,
    row.feed,
    row.purpose,
  );
}

function rhythmMs(core: LaneCore, connection: Connection, row: CursorRow, isNews: boolean): number {
  const feed = connection.connector.feeds.find((one) => one.name === row.feed);
  if (!feed) return 60_000;
  const lastNews = lastNewsByCore.get(core) ?? new Map<string, number>();
  lastNewsByCore.set(core, lastNews);
  const key = `${connection.id} ${row.feed}`;
  if (isNews) lastNews.set(key, core.ports.nowMs());
  return core.ports.nowMs() - (lastNews.get(key) ?? 0) < activeMs ? feed.activeMs : feed.everyMs;
}
