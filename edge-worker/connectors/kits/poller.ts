// What changed in a system that must be asked: keyset reading, sweeps of the recent past, deletions, a count of all.

/** A record as a list shows it. Stamps are spelt like `2026-11-22T10:15:00.000Z`, so that text order is time order. */
export interface PollRow {
  readonly id: string;
  readonly stamp: string;
  /** Stands for the row's content in the completeness check, where the list shows more than id and stamp. */
  readonly hash?: string;
}

/** A place in the order of (stamp, id). With `id` null it lies before all rows of that stamp. */
export interface PollKey {
  readonly stamp: string;
  readonly id: string | null;
}

export interface PollPage<Row extends PollRow> {
  readonly rows: readonly Row[];
  readonly hasMore: boolean;
}

/** How many rows, and the sum of their hashes; null where the source can only count. */
export interface Tally {
  readonly count: number;
  readonly hash: number | null;
}

/** What a connector must be able to ask. */
export interface PollSource<Row extends PollRow> {
  /**
   * Rows behind (sinceStamp, afterId), in the order of (stamp, id), about `limit` of them. `afterId` null takes every
   * row of that stamp too; `sinceStamp` null starts at the oldest row. A source that cannot cut inside one stamp may
   * give more than `limit`.
   */
  page(sinceStamp: string | null, afterId: string | null, limit: number): Promise<PollPage<Row>>;
  /** Records deleted at or after the stamp. Absent where deletions are not shown. */
  tombstones?(sinceStamp: string): Promise<readonly PollRow[]>;
  /** What lies now behind `after` (null: from the oldest) up to and including `upTo`. */
  census?(after: PollKey | null, upTo: PollKey): Promise<Tally>;
}

export interface PollRules {
  /** The longest time between a row's stamp and the moment a reader sees it, plus the difference of the two clocks. */
  readonly overlapMs: number;
  /** How often the overlap is read again. In between only new rows are asked for. */
  readonly sweepEveryMs: number;
  readonly pageRowsMax: number;
  /** Pages between two completeness checks, for sources that can count. */
  readonly checkEveryPages: number;
}

export interface Polled<Row extends PollRow> {
  /** Each changed row at least once over time; the overlap tells rows again. */
  readonly rows: readonly Row[];
  readonly gone: readonly PollRow[];
  /** Store it only after the rows are on disk. */
  readonly cursor: string;
  readonly hasMore: boolean;
}

/** The stretch that was told since the last completeness check. */
interface Check {
  readonly from: PollKey | null;
  readonly pages: number;
  readonly tries: number;
  readonly count: number;
  readonly hash: number;
}

interface State {
  /** Every row with a stamp up to here has been told. Null: nothing has. */
  readonly safe: string | null;
  /** The sweep under way: when it began, and the newest stamp known then. */
  readonly sweep: { readonly startedMs: number; readonly newest: string | null } | null;
  readonly sweptMs: number;
  readonly at: PollKey | null;
  readonly check: Check;
}

const version = 'p1';
/** A stretch that goes on changing under the reader is not read for ever; the next sweep sees it again. */
const rereadsMax = 2;

/** Reads one page. The first call (cursor null) opens a sweep, and so does one every `sweepEveryMs`. */
export async function poll<Row extends PollRow>(
  source: PollSource<Row>,
  cursor: string | null,
  rules: PollRules,
  nowMs: number,
): Promise<Polled<Row>> {
  const state = openSweep(cursor === null ? freshState(nowMs) : decode(cursor), rules, nowMs);
  const page = await source.page(state.at?.stamp ?? null, state.at?.id ?? null, rules.pageRowsMax);
  const last = page.rows.at(-1);
  const at = last ? { stamp: last.stamp, id: last.id } : state.at;
  const { check, isComplete } = await checkStretch(source, state, page, at, rules);
  if (!isComplete) {
    const reread = { ...state, at: check.from, check };
    return { rows: page.rows, gone: [], cursor: encode(reread), hasMore: true };
  }
  const read: State = { ...state, at, check };
  if (page.hasMore || state.sweep === null) {
    return { rows: page.rows, gone: [], cursor: encode(read), hasMore: page.hasMore };
  }
  const gone = state.safe === null ? [] : ((await source.tombstones?.(state.safe)) ?? []);
  return { rows: page.rows, gone, cursor: encode(closeSweep(read, state.sweep, rules)), hasMore: false };
}

/** A cursor for a feed that begins at a moment, less the overlap, instead of at the oldest row. */
export function startCursor(atMs: number, overlapMs: number): string {
  const safe = new Date(Math.max(0, atMs - overlapMs)).toISOString();
  const at = { stamp: safe, id: null };
  return encode({ safe, sweep: null, sweptMs: 0, at, check: freshCheck(at) });
}

/** Counts rows and sums their hashes, in any order. For sources that answer a census by listing. */
export function tally(rows: readonly PollRow[]): { readonly count: number; readonly hash: number } {
  let hash = 0;
  for (const row of rows) hash = (hash + hashOfRow(row)) >>> 0;
  return { count: rows.length, hash };
}

function openSweep(state: State, rules: PollRules, nowMs: number): State {
  if (state.sweep !== null || nowMs - state.sweptMs < rules.sweepEveryMs) return state;
  const at = state.safe === null ? null : { stamp: state.safe, id: null };
  return { ...state, sweep: { startedMs: nowMs, newest: state.at?.stamp ?? null }, at, check: freshCheck(at) };
}

/**
 * A row that was late when the sweep began has a stamp less than `overlapMs` before that beginning. The beginning is
 * told by the newest stamp known then, which is on their clock, and by our clock against stamps of the future.
 */
function closeSweep(state: State, sweep: NonNullable<State['sweep']>, rules: PollRules): State {
  const newest = sweep.newest ?? state.at?.stamp ?? null;
  let safe = state.safe;
  if (newest !== null) {
    const beginMs = Math.min(Date.parse(newest), sweep.startedMs) - rules.overlapMs;
    const begin = new Date(beginMs).toISOString();
    if (safe === null || begin > safe) safe = begin;
  }
  return { ...state, safe, sweep: null, sweptMs: sweep.startedMs, check: freshCheck(state.at) };
}

/** After some pages, and at the end of a reading of several, asks whether as many rows are there as were told. */
async function checkStretch<Row extends PollRow>(
  source: PollSource<Row>,
  state: State,
  page: PollPage<Row>,
  at: PollKey | null,
  rules: PollRules,
): Promise<{ check: Check; isComplete: boolean }> {
  const told = tally(page.rows);
  const check = {
    ...state.check,
    pages: state.check.pages + 1,
    count: state.check.count + told.count,
    hash: (state.check.hash + told.hash) >>> 0,
  };
  const isDue = check.pages >= rules.checkEveryPages || (!page.hasMore && check.pages > 1);
  if (!isDue || at === null) return { check: page.hasMore ? check : freshCheck(at), isComplete: true };
  const there = await source.census?.(check.from, at);
  const isShort =
    there !== undefined &&
    (there.count > check.count || (there.count === check.count && there.hash !== null && there.hash !== check.hash));
  if (!isShort || check.tries >= rereadsMax) return { check: freshCheck(at), isComplete: true };
  return { check: { ...freshCheck(check.from), tries: check.tries + 1 }, isComplete: false };
}

function freshState(nowMs: number): State {
  return { safe: null, sweep: { startedMs: nowMs, newest: null }, sweptMs: nowMs, at: null, check: freshCheck(null) };
}

function freshCheck(from: PollKey | null): Check {
  return { from, pages: 0, tries: 0, count: 0, hash: 0 };
}

function hashOfRow(row: PollRow): number {
  let hash = 0x811c9dc5;
  for (const character of `${row.id}\n${row.stamp}\n${row.hash ?? ''}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}

function encode(state: State): string {
  const { sweep, check } = state;
  return [
    version,
    state.safe ?? '',
    sweep === null ? '' : `${number(sweep.startedMs)}~${sweep.newest ?? ''}`,
    number(state.sweptMs),
    keyText(state.at),
    keyText(check.from),
    [check.pages, check.tries, check.count, check.hash].map(number).join('~'),
  ].join('|');
}

function decode(cursor: string): State {
  const [head, safe = '', sweep = '', sweptMs = '', at = '', from = '', checked = '', ...rest] = cursor.split('|');
  if (head !== version || checked === '' || rest.length > 0) throw new RangeError('not a cursor of this poller');
  const [startedMs = '', newest = ''] = sweep.split('~');
  const [pages = 0, tries = 0, count = 0, hash = 0] = checked.split('~').map(numberOf);
  return {
    safe: safe === '' ? null : safe,
    sweep: sweep === '' ? null : { startedMs: numberOf(startedMs), newest: newest === '' ? null : newest },
    sweptMs: numberOf(sweptMs),
    at: keyOf(at),
    check: { from: keyOf(from), pages, tries, count, hash },
  };
}

function keyText(key: PollKey | null): string {
  if (key === null) return '';
  return key.id === null ? key.stamp : `${key.stamp}~${encodeURIComponent(key.id).replaceAll('~', '%7E')}`;
}

function keyOf(text: string): PollKey | null {
  if (text === '') return null;
  const [stamp = '', id] = text.split('~');
  return { stamp, id: id === undefined ? null : decodeURIComponent(id) };
}

function number(value: number): string {
  return value.toString(36);
}

function numberOf(text: string): number {
  const value = Number.parseInt(text, 36);
  if (!Number.isSafeInteger(value)) throw new RangeError('not a cursor of this poller');
  return value;
}
