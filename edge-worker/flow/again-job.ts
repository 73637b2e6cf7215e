// Records decided again, page by page: everything that has changed since a moment, or everything that exists, as it is
// now. First it is looked at, which only reads; then a person lets it run. What an invoice has billed is left as it is.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { type Absorbed, absorb } from './absorb.ts';
import {
  dueCount,
  dueMax,
  dueMs,
  placesOf,
  placesWritten,
  readNow,
  seenOf,
  stoppedMs,
  unansweredMs,
} from './again-read.ts';
import { absorbAsRecorded, pathsUnder, type Recorded, recordedOf } from './as-recorded.ts';
import type { LaneCore } from './core.ts';
import { billedAmong, foresee } from './foresee.ts';
import { addForeseen, type Found, nothingFound } from './found.ts';
import { holdUnplanned, inParts, planIn, problemOf } from './guard.ts';
import { beginJob, endJob, isGoing, type JobRow, kindOfJob, moveJob } from './job-book.ts';
import { noteWrites } from './job-writes.ts';
import { asFound } from './links.ts';
import type { Observation } from './observation.ts';
import { StewardError } from './steward.ts';
import { type RecordPlace, readAgain } from './strays.ts';
import { recordsMax } from './turns.ts';
import { withSiblings } from './unwon.ts';

export interface AgainAsked {
  /** Whose records are read anew; null = those of every system. */
  readonly connection: string | null;
  readonly kinds: readonly EntityName[];
  /** Only what has changed since then; null = everything. */
  readonly sinceMs: number | null;
  /** Only this one; absent or null = all of them. */
  readonly entity?: string | null;
  /** Each record under the version that it was decided under last, in place of the one in force. */
  readonly isAsRecorded?: boolean;
  /** Also what the first day found different and left alone. */
  readonly withDifferences: boolean;
}

export type AgainKind = 'replay' | 'apply';

interface Place {
  readonly phase: 'look' | 'run';
  /** The last entity that was taken. */
  readonly after: string;
  readonly found: Found;
}

export function startAgain(
  core: LaneCore,
  kind: AgainKind,
  id: string,
  asked: AgainAsked,
  by: string,
): { job: string; total: number } {
  if (asked.connection !== null && !core.wiring.connections.has(asked.connection)) {
    const message = `This installation has no connection ${asked.connection}.`;
    throw new StewardError('unknown-connection', message, 'Choose one of its connections.');
  }
  const [row] = core.store.sql.exec(`SELECT count(*) AS n FROM entities ${chosen}`, '', ...bindings(asked)).toArray();
  const total = Number((row as { n: number }).n);
  const place: Place = { phase: 'look', after: '', found: nothingFound };
  const subject = { cause: asked.connection ?? '', answer: '', reason: '', owners: null, total, untilHold: '' };
  core.store.transaction((tx) => beginJob(core, tx, { ...subject, id, kind, asked, place }, by));
  return { job: id, total };
}

/** A person has seen what would change, and lets it run. */
export function runAgain(tx: LaneTransaction, job: JobRow): void {
  const place = { ...placeOf(job), phase: 'run', after: '' } satisfies Place;
  moveJob(tx, job.id, { place: JSON.stringify(place), done: 0, movedMs: 0 });
}

export const sinceOf = ({ asked }: JobRow) => (JSON.parse(asked ?? '{}') as Partial<AgainAsked>).sinceMs ?? null;

export const placeOf = ({ place }: JobRow): Place => JSON.parse(place ?? '{}') as Place;

const chosen = `WHERE id > ? AND event_ms >= ? AND kind IN (SELECT value FROM json_each(?))
  AND (? IS NULL OR EXISTS (SELECT 1 FROM links l WHERE l.entity = entities.id AND l.connection = ?))
  AND (? IS NULL OR id = ?)`;

const bindings = ({ kinds, sinceMs, connection, entity = null }: AgainAsked) =>
  [sinceMs ?? 0, JSON.stringify(kinds), connection, connection, entity, entity] as const;

export const isAsRecorded = ({ asked }: JobRow) =>
  (JSON.parse(asked ?? '{}') as Partial<AgainAsked>).isAsRecorded ?? false;

export const onlyOf = ({ asked }: JobRow) => (JSON.parse(asked ?? '{}') as Partial<AgainAsked>).entity ?? null;

export async function againPage(core: LaneCore, job: JobRow): Promise<number> {
  const asked = JSON.parse(job.asked ?? '{}') as AgainAsked;
  const place = placeOf(job);
  if (place.phase === 'run' && dueCount(core) > dueMax) return dueMs;
  const query = `SELECT id FROM entities ${chosen} ORDER BY id LIMIT ?`;
  const rows = core.store.sql.exec(query, place.after, ...bindings(asked), recordsMax).toArray() as { id: string }[];
  const ids = rows.map(({ id }) => id);
  const billed = billedAmong(core.store.sql, ids);
  const meant = place.phase === 'run' ? ids.filter((id) => !billed.has(id)) : ids;
  const recorded = asked.isAsRecorded ? await recordedOf(core, [...withSiblings(meant)]) : null;
  if (recorded === 'away') return unansweredMs;
  const isWriting = place.phase === 'run' && kindOfJob(job) === 'apply';
  const wanted =
    isWriting || recorded ? placesWritten(core, asked.connection, meant) : placesOf(core, asked.connection, meant);
  const stopped = [...wanted.keys()].find((id) => !core.callable(id));
  if (stopped !== undefined) return Math.max(core.pausedUntilMs(stopped) - core.ports.nowMs(), stoppedMs);
  const read = await readNow(core, wanted, (connection) =>
    recorded ? core.sessionUnder(connection, pathsUnder(core, recorded, connection.id)) : core.session(connection),
  );
  if (!read) return unansweredMs;
  const page = { ...read, ids, billed, recorded, isLast: ids.length < recordsMax };
  if (place.phase === 'look') look(core, job, asked, page);
  else run(core, job, asked, page);
  return 0;
}

interface PageRead {
  readonly ids: readonly string[];
  readonly billed: ReadonlySet<string>;
  readonly seen: readonly Observation[];
  /** Records that are not shown to us: whether they are gone is found out as ever. */
  readonly unseen: readonly RecordPlace[];
  /** Null where the mapping in force decides. */
  readonly recorded: Recorded | null;
  readonly isLast: boolean;
}

/** What is read of some entities, taken over under the mapping that is to decide. */
function takeOver(
  core: LaneCore,
  tx: LaneTransaction,
  job: JobRow,
  asked: AgainAsked,
  { recorded, seen }: Pick<PageRead, 'recorded' | 'seen'>,
  ids: readonly string[],
): Absorbed {
  prepare(tx, job, asked, ids);
  if (recorded) return absorbAsRecorded(core, tx, recorded, ids, seen);
  return absorb({ tx, wiring: core.wiring, makeId: core.ports.makeId }, seen);
}

function look(core: LaneCore, job: JobRow, asked: AgainAsked, page: PageRead): void {
  const { ids, billed, seen, isLast } = page;
  const foreseen = foresee(core, seen, ids, (tx) => takeOver(core, tx, job, asked, page, ids));
  const place = placeOf(job);
  const found = addForeseen(place.found, foreseen, billed);
  core.store.transaction((tx) => {
    if (!isGoing(tx, job.id)) return;
    const next: Place = { ...place, after: ids.at(-1) ?? place.after, found };
    const moved = { place: JSON.stringify(next), done: job.done + ids.length };
    // It waits for whoever asked: nothing was written, and nothing hangs on it.
    moveJob(tx, job.id, isLast ? { ...moved, state: 'ready' } : moved);
  });
}

function run(core: LaneCore, job: JobRow, asked: AgainAsked, page: PageRead): void {
  const { ids, billed, seen, unseen, isLast } = page;
  const place = placeOf(job);
  const moved = {
    place: JSON.stringify({ ...place, after: ids.at(-1) ?? place.after } satisfies Place),
    done: job.done + ids.length,
  };
  const move = (tx: LaneTransaction) => (isLast ? endJob(core, tx, job.id, moved) : moveJob(tx, job.id, moved));
  const meant = ids.filter((id) => !billed.has(id));
  try {
    core.store.transaction((tx) => {
      if (!isGoing(tx, job.id)) return;
      const absorbed = takeOver(core, tx, job, asked, page, meant);
      planIn(core, tx, [...new Set([...meant, ...absorbed.entities])]);
      if (kindOfJob(job) === 'apply') noteWrites(tx, core.wiring, job.id, seen);
      readAgain(tx, [...unseen, ...absorbed.again.map(({ connection, snapshot }) => ({ connection, ...snapshot }))]);
      move(tx);
    });
  } catch (error) {
    core.ports.log('job-page-left', { job: job.id, message: problemOf(error) });
    if (page.recorded) return runApart(core, job, asked, page, meant, move);
    // One record stands in the way of its page: the inbox takes them, and finds out which it is.
    core.store.transaction((tx) => {
      if (!isGoing(tx, job.id)) return;
      prepare(tx, job, asked, meant);
      readAgain(tx, [
        ...unseen,
        ...seen.map(({ connection, snapshot: { recordType, recordId } }) => ({ connection, recordType, recordId })),
      ]);
      move(tx);
    });
  }
}

/** The inbox knows of no mapping but the one in force: who stands in the way is found out here. */
function runApart(
  core: LaneCore,
  job: JobRow,
  asked: AgainAsked,
  { recorded, seen, unseen }: PageRead,
  meant: readonly string[],
  move: (tx: LaneTransaction) => void,
): void {
  inParts(
    core,
    meant,
    (tx, part) => {
      if (!isGoing(tx, job.id)) return;
      const own = { recorded, seen: seenOf(tx.sql, seen, part) };
      const { entities, again } = takeOver(core, tx, job, asked, own, part);
      planIn(core, tx, [...new Set([...part, ...entities])]);
      readAgain(
        tx,
        again.map(({ connection, snapshot }) => ({ connection, ...snapshot })),
      );
    },
    (entity, error) => holdUnplanned(core, entity, error),
  );
  core.store.transaction((tx) => {
    if (!isGoing(tx, job.id)) return;
    readAgain(tx, unseen);
    move(tx);
  });
}

/** What was left alone since the first day is left alone no longer, and neither is what was undone. */
function prepare(
  tx: LaneTransaction,
  job: JobRow,
  { withDifferences, connection }: AgainAsked,
  ids: readonly string[],
): void {
  const undone = 'WHERE put_back IS NOT NULL AND entity IN (SELECT value FROM json_each(?))';
  if (kindOfJob(job) === 'apply') tx.sql.exec(`UPDATE links SET put_back = NULL ${undone}`, JSON.stringify(ids));
  if (!withDifferences) return;
  tx.sql.exec(
    `UPDATE links SET differences = NULL, given = NULL WHERE differences IS NOT NULL AND (?1 IS NULL OR connection = ?1)
       AND differences NOT LIKE ?3 AND entity IN (SELECT value FROM json_each(?2))`,
    connection,
    JSON.stringify(ids),
    // What was found as something that does not count stays as it was found.
    `%"${asFound}"%`,
  );
}
