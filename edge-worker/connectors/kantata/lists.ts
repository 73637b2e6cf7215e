// Kantata's lists as sources of the poller: in the order of their stamps where they can be, else whole windows of time.
import { instantText } from '../../../shared/dates.ts';
import { Fault } from '../../faults.ts';
import { compareText, type WireRecord } from '../connector.ts';
import type { PollKey, PollPage, PollRow, PollSource } from '../kits/poller.ts';
import type { Client, Listing, Query } from './client.ts';
import { stampOf } from './records.ts';

/** A collection that can be asked for what was stamped after a moment. */
export interface StampedList<Row extends PollRow> {
  readonly collection: string;
  readonly query: Query;
  readonly stampField: 'updated_at' | 'created_at';
  /** Whether `order` takes the stamp. Users and timesheets can be ordered in other ways only. */
  readonly isOrdered: boolean;
  /** No filter by stamp finds what is asked for: every question is answered with all of it. */
  readonly isWhole?: boolean;
  readonly pageRowsMax: number;
  row(wire: WireRecord, stamp: string, listing: Listing): Row;
}

/** UNVERIFIED: whether `…_after` and `…_before` take rows of that very second. One on each side covers both. */
const boundaryMs = 1000;
/** Pages of a window that are read in one go; a longer window is halved. */
const windowPagesMax = 10;
const secondMs = 1000;
/** No account is older than the product. */
const oldestMs = Date.UTC(2008, 0, 1);
/** A window whose count keeps changing while its pages are turned is given up for now. */
const readingsMax = 3;

interface Window<Row> {
  readonly rows: readonly Row[];
  /** The end of the window; null where it reaches to now. */
  readonly toMs: number | null;
}

export function sourceOf<Row extends PollRow>(client: Client, list: StampedList<Row>): PollSource<Row> {
  return {
    async page(sinceStamp, afterId) {
      const key = sinceStamp === null ? null : { stamp: sinceStamp, id: afterId };
      const first = list.isOrdered ? await readOrdered(client, list, key) : null;
      return first !== null && 'rows' in first ? first : readWindows(client, list, key, first);
    },
  };
}

/**
 * Always the first page behind the key, so that rows which move to the end of the list meanwhile cannot push others
 * across a page's edge. Rows of one second come in no known order, so a second that the page may cut is left for the
 * next one. When that leaves nothing, the crowded second is named; null when the order was not obeyed.
 */
async function readOrdered<Row extends PollRow>(
  client: Client,
  list: StampedList<Row>,
  key: PollKey | null,
): Promise<PollPage<Row> | { readonly crowdedMs: number } | null> {
  const order = { order: `${list.stampField}:asc` };
  const listing = await askFor(client, list, key === null ? null : Date.parse(key.stamp), null, 1, order);
  const rows = rowsOf(list, listing, client.nowMs());
  if (listing.pageCount <= 1) return { rows: sorted(rows, key), hasMore: false };
  const isObeyed = rows.every((row, index) => index === 0 || row.stamp >= (rows[index - 1]?.stamp ?? ''));
  if (!isObeyed) return null;
  const lastStamp = rows.at(-1)?.stamp ?? '';
  const whole = sorted(
    rows.filter((row) => row.stamp < lastStamp),
    key,
  );
  return whole.length > 0 ? { rows: whole, hasMore: true } : { crowdedMs: Date.parse(lastStamp) };
}

/** Moves forward by windows that are read whole, whatever the order of their pages; at first by the crowded second. */
async function readWindows<Row extends PollRow>(
  client: Client,
  list: StampedList<Row>,
  key: PollKey | null,
  crowded: { readonly crowdedMs: number } | null,
): Promise<PollPage<Row>> {
  let fromMs = crowded?.crowdedMs ?? (key === null ? null : Date.parse(key.stamp));
  let toMs = crowded === null ? null : crowded.crowdedMs + secondMs;
  for (;;) {
    const window = await readWindow(client, list, fromMs, toMs);
    const rows = sorted(window.rows, key);
    if (window.toMs === null) return { rows, hasMore: false };
    if (rows.length > 0) return { rows, hasMore: true };
    fromMs = window.toMs;
    toMs = null;
  }
}

async function readWindow<Row extends PollRow>(
  client: Client,
  list: StampedList<Row>,
  fromMs: number | null,
  untilMs: number | null,
): Promise<Window<Row>> {
  let toMs = untilMs;
  for (let reading = 0; reading < readingsMax; ) {
    const first = await askFor(client, list, fromMs, toMs, 1);
    const startMs = fromMs ?? oldestMs;
    const spanMs: number = (toMs ?? Math.max(client.nowMs(), startMs)) - startMs;
    if (!list.isWhole && first.pageCount > windowPagesMax && spanMs > secondMs) {
      toMs = startMs + Math.max(secondMs, Math.floor(spanMs / 2 / secondMs) * secondMs);
      continue;
    }
    const rows = await readPages(client, list, fromMs, toMs, first);
    if (rows !== null) return { rows: rows.filter((row) => isWithin(row, fromMs, toMs)), toMs };
    reading++;
  }
  throw new Fault('unreachable', `Kantata's ${list.collection} kept changing while they were listed`);
}

/** All pages of a window; null when the count changed in between, so that a row may have slipped across an edge. */
async function readPages<Row extends PollRow>(
  client: Client,
  list: StampedList<Row>,
  fromMs: number | null,
  toMs: number | null,
  first: Listing,
): Promise<readonly Row[] | null> {
  // Rows without a stamp of their own count as seen at the window's end.
  const seenMs = toMs === null ? client.nowMs() : toMs - 1;
  const rows = [...rowsOf(list, first, seenMs)];
  for (let page = 2; page <= first.pageCount; page++) {
    const listing = await askFor(client, list, fromMs, toMs, page);
    if (listing.count !== first.count) return null;
    rows.push(...rowsOf(list, listing, seenMs));
  }
  return rows.length < first.count ? null : rows;
}

function askFor<Row extends PollRow>(
  client: Client,
  list: StampedList<Row>,
  fromMs: number | null,
  toMs: number | null,
  page: number,
  more: Query = {},
): Promise<Listing> {
  const stem = list.stampField.replace('_at', '');
  return client.list(list.collection, {
    ...list.query,
    ...more,
    ...(fromMs === null || list.isWhole ? {} : { [`${stem}_after`]: boundaryText(fromMs - boundaryMs) }),
    ...(toMs === null || list.isWhole ? {} : { [`${stem}_before`]: boundaryText(toMs + boundaryMs) }),
    per_page: String(list.pageRowsMax),
    page: String(page),
  });
}

function boundaryText(ms: number): string {
  return instantText(ms).replace('.000Z', 'Z');
}

function rowsOf<Row extends PollRow>(list: StampedList<Row>, listing: Listing, seenMs: number): readonly Row[] {
  return listing.rows.map((wire) => list.row(wire, stampOf(wire[list.stampField]) ?? instantText(seenMs), listing));
}

function isWithin(row: PollRow, fromMs: number | null, toMs: number | null): boolean {
  const ms = Date.parse(row.stamp);
  return (fromMs === null || ms >= fromMs) && (toMs === null || ms < toMs);
}

function sorted<Row extends PollRow>(rows: readonly Row[], key: PollKey | null): readonly Row[] {
  return rows.filter((row) => isBehind(row, key)).sort(compareRows);
}

function isBehind(row: PollRow, key: PollKey | null): boolean {
  if (key === null || row.stamp > key.stamp) return true;
  return row.stamp === key.stamp && (key.id === null || compareText(row.id, key.id) > 0);
}

/** Ids are numbers as text: the shorter is the smaller. */
function compareRows(a: PollRow, b: PollRow): number {
  return a.stamp === b.stamp ? compareText(a.id, b.id) : a.stamp < b.stamp ? -1 : 1;
}
