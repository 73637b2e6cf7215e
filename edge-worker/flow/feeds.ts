// Systems that cannot push, and what pushes missed: each feed is asked in its rhythm, its notices are written down before its cursor moves.
import type { ChangePage, Notice } from '../connectors/connector.ts';
import { cursors } from '../store/lane-schema.ts';
import { readRows, type StoredRow } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { record } from './inbox.ts';
import { faultFrom } from './relay.ts';
import type { Connection } from './wiring.ts';

/** Pages of one feed taken in one go; the rest follows at the next turn, so that other feeds get theirs. */
const pagesMax = 20;
/** A feed counts as active for this long after it told something. */
const activeMs = 120_000;
/** A version told again this much later has been read late enough to hold all of its second. */
const sameSecondMs = 2_000;
const toldMax = 50_000;

type CursorRow = StoredRow<typeof cursors>;

/** Versions told before, so that the rows of an overlap are not read for ever. In memory only: forgetting costs a read. */
const toldByCore = new WeakMap<LaneCore, Map<string, { version: string; firstMs: number; times: number }>>();
const lastNewsByCore = new WeakMap<LaneCore, Map<string, number>>();

/** Asks every feed of a connection that is due. Returns whether anything was written down. */
export async function askFeeds(core: LaneCore, connection: Connection): Promise<boolean> {
  const due = readRows(
    core.store.sql,
    cursors,
    'WHERE connection = ? AND next_ms <= ? ORDER BY next_ms',
    connection.id,
    core.ports.nowMs(),
  );
  let isNews = false;
  for (const row of due) {
    if (core.isPaused(connection.id)) break;
    try {
      isNews = (await askFeed(core, connection, row)) || isNews;
      core.succeeded(connection.id);
    } catch (error) {
      core.failed(connection, faultFrom(error));
      break;
    }
  }
  return isNews;
}

async function askFeed(core: LaneCore, connection: Connection, row: CursorRow): Promise<boolean> {
  let { cursor } = row;
  let isNews = false;
  for (let count = 0; count < pagesMax; count++) {
    const page: ChangePage = await core.session(connection).changes(row.feed, cursor);
    const notices = page.notices.filter((notice) => isWorthReading(core, connection, notice));
    const from = cursor;
    cursor = page.cursor;
    const isLast = !page.hasMore;
    const nextMs = isLast ? core.ports.nowMs() + rhythmMs(core, connection, row, notices.length > 0) : 0;
    core.store.storage.transactionSync(() => {
      const made =
        notices.length > 0 &&
        record(core, connection.id, `${row.purpose}:${row.feed}:${from ?? ''}:${core.ports.nowMs()}`, notices);
      isNews = isNews || made;
      if (isLast && row.purpose === 'load')
        core.store.sql.exec(
          'DELETE FROM cursors WHERE connection = ? AND feed = ? AND purpose = ?',
          connection.id,
          row.feed,
          row.purpose,
        );
      else if (cursor !== from || nextMs > 0) {
        core.store.sql.exec(
          'UPDATE cursors SET cursor = ?, next_ms = ? WHERE connection = ? AND feed = ? AND purpose = ?',
          cursor,
          nextMs,
          connection.id,
          row.feed,
          row.purpose,
        );
      }
    });
    if (isLast) break;
  }
  return isNews;
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

function isWorthReading(core: LaneCore, connection: Connection, notice: Notice): boolean {
  if (!notice.version) return true;
  const told = toldByCore.get(core) ?? new Map<string, { version: string; firstMs: number; times: number }>();
  toldByCore.set(core, told);
  const key = `${connection.id}|${notice.recordType}|${notice.recordId}`;
  const known = told.get(key);
  const nowMs = core.ports.nowMs();
  if (known?.version !== notice.version) {
    if (told.size >= toldMax) told.clear();
    told.set(key, { version: notice.version, firstMs: nowMs, times: 1 });
    return true;
  }
  // Stamps are often whole seconds: a second look, safely after that second, sees what the first may have missed.
  if (known.times > 1 || nowMs - known.firstMs < sameSecondMs) return false;
  known.times++;
  return true;
}
