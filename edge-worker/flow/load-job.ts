// A first load: everything that a connection holds of some kinds is told to the inbox, page by page, no faster than it
// is decided there. Reads only; what is found is linked, proposed or kept as a stray.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { jobs } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { newestDelivery, record, waitingCount } from './inbox.ts';
import { beginJob, endJob, isGoing, type JobRow, moveJob } from './job-book.ts';
import { toldTypeOf } from './lines.ts';
import { StewardError } from './steward.ts';
import type { Connection } from './wiring.ts';

/** Record types that are left, and where the first of them goes on. */
interface Place {
  readonly feeds: readonly string[];
  readonly cursor: string | null;
  /** The last delivery that was told: once it is decided, the load is. */
  readonly until: number;
}

interface Asked {
  readonly kinds: readonly EntityName[];
}

/** Deliveries that may wait to be decided, and records to be read once more, before the next page is asked for. */
const aheadMax = 4;
const unreadMax = 200;
/** Until what was told is decided. */
const decideMs = 200;
const stoppedMs = 30_000;

/** A load of the same kinds that is not over yet is the same load. */
export function startLoad(
  core: LaneCore,
  id: string,
  connection: string,
  kinds: readonly EntityName[],
  by: string,
): { job: string } {
  const wired = core.wiring.connections.get(connection);
  if (!wired) {
    const message = `This installation has no connection ${connection}.`;
    throw new StewardError('unknown-connection', message, 'Choose one of its connections.');
  }
  const open = "WHERE kind = 'load' AND cause = ? AND asked = ? AND state IN ('running', 'paused', 'failed')";
  const same = readRows(core.store.sql, jobs, open, connection, JSON.stringify(askedOf(kinds)))[0];
  if (same) return { job: same.id };
  core.store.transaction((tx) => beginLoad(core, tx, id, wired, kinds, by));
  return { job: id };
}

export function beginLoad(
  core: LaneCore,
  tx: LaneTransaction,
  job: string,
  { id, connector }: Pick<Connection, 'id' | 'connector'>,
  kinds: readonly EntityName[],
  by: string,
): void {
  const feeds = [...new Set(kinds.flatMap((kind) => connector.maps[kind]?.recordType ?? []).map(toldTypeOf))];
  const place: Place = { feeds, cursor: null, until: 0 };
  const subject = { cause: id, answer: '', reason: '', owners: null, total: 0, untilHold: '' };
  beginJob(core, tx, { ...subject, id: job, kind: 'load', asked: askedOf(kinds), place }, by);
}

const askedOf = (kinds: readonly EntityName[]): Asked => ({ kinds: [...new Set(kinds)].sort() });

export async function loadPage(core: LaneCore, job: JobRow): Promise<number> {
  const place = JSON.parse(job.place ?? '{}') as Place;
  const { feeds, cursor, until } = place;
  const [feed] = feeds;
  if (feed === undefined) return whenDecided(core, job, until);
  if (waitingCount(core) > aheadMax || unread(core, job) > unreadMax) return decideMs;
  const connection = core.callable(job.cause);
  if (!connection) return Math.max(core.pausedUntilMs(job.cause) - core.ports.nowMs(), stoppedMs);
  const page = await core.session(connection).changes(feed, cursor);
  core.succeeded(connection.id);
  // Where "more" stands still there is no more: it would be the same page for ever.
  const isLast = !page.hasMore || page.cursor === cursor;
  core.store.transaction((tx) => {
    if (!isGoing(tx, job.id)) return;
    const delivery = `load:${feed}:${cursor ?? ''}:${tx.atMs}`;
    if (page.notices.length > 0) record(core, connection.id, delivery, page.notices);
    const next: Place = {
      feeds: isLast ? feeds.slice(1) : feeds,
      cursor: isLast ? null : page.cursor,
      until: newestDelivery(core),
    };
    // The pages before this one are decided, but for a few.
    const moved = { total: job.total + page.notices.length, done: job.total };
    moveJob(tx, job.id, { ...moved, place: JSON.stringify(next) });
  });
  return 0;
}

function whenDecided(core: LaneCore, job: JobRow, until: number): number {
  if (until > newestDelivery(core) - waitingCount(core) || unread(core, job) > 0) return decideMs;
  core.store.transaction((tx) => endJob(core, tx, job.id, { done: job.total }));
  return 0;
}

/** Records that a load told of and that could not be read yet. */
function unread(core: LaneCore, { cause }: JobRow): number {
  const query = "SELECT count(*) AS n FROM rechecks WHERE connection = ? AND event LIKE 'load:%'";
  return Number((core.store.sql.exec(query, cause).toArray()[0] as { n: number }).n);
}
