// Records decided again, page by page: everything that has changed since a moment, or everything that exists, as it is
// now. First it is looked at, which only reads; then a person lets it run. What an invoice has billed is left as it is.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { RecordRef } from '../connectors/connector.ts';
import { links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readColumns } from '../store/rows.ts';
import { absorb } from './absorb.ts';
import type { LaneCore } from './core.ts';
import { billedAmong, foresee } from './foresee.ts';
import { addForeseen, type Found, nothingFound } from './found.ts';
import { planIn, problemOf } from './guard.ts';
import { beginJob, endJob, isGoing, type JobRow, kindOfJob, moveJob } from './job-book.ts';
import { noteWrites } from './job-writes.ts';
import { asFound } from './links.ts';
import type { Observation } from './observation.ts';
import { faultFrom, isOfARecord } from './relay.ts';
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

/** A connection that rests or is stopped is waited for. */
export const stoppedMs = 30_000;
export const unansweredMs = 2_000;
/** Commands that may wait to be sent before the next page is decided. */
export const dueMax = 500;
export const dueMs = 500;

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
  const isWriting = place.phase === 'run' && kindOfJob(job) === 'apply';
  const wanted = isWriting ? placesWritten(core, asked, meant) : placesOf(core, asked, meant);
  const stopped = [...wanted.keys()].find((id) => !core.callable(id));
  if (stopped !== undefined) return Math.max(core.pausedUntilMs(stopped) - core.ports.nowMs(), stoppedMs);
  const read = await readNow(core, wanted);
  if (!read) return unansweredMs;
  const page = { ...read, ids, billed, isLast: ids.length < recordsMax };
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
  readonly isLast: boolean;
}

function look(core: LaneCore, job: JobRow, asked: AgainAsked, { ids, billed, seen, isLast }: PageRead): void {
  const foreseen = foresee(core, seen, ids, (tx) => prepare(tx, job, asked, ids));
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
      prepare(tx, job, asked, meant);
      const absorbed = absorb({ tx, wiring: core.wiring, makeId: core.ports.makeId }, seen);
      planIn(core, tx, [...new Set([...meant, ...absorbed.entities])]);
      if (kindOfJob(job) === 'apply') noteWrites(tx, core.wiring, job.id, seen);
      readAgain(tx, [...unseen, ...absorbed.again.map(({ connection, snapshot }) => ({ connection, ...snapshot }))]);
      move(tx);
    });
  } catch (error) {
    // One record stands in the way of its page: the inbox takes them, and finds out which it is.
    core.ports.log('job-page-left', { job: job.id, message: problemOf(error) });
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

/** What is written over is read before, wherever it is, to be put back; a system at rest is not waited for. */
function placesWritten(core: LaneCore, asked: AgainAsked, ids: readonly string[]) {
  const places = placesOf(core, { ...asked, connection: null }, [...withSiblings(ids)]);
  const isAsked = (id: string) => asked.connection === null || asked.connection === id;
  return new Map([...places].filter(([id]) => isAsked(id) || core.callable(id)));
}

function placesOf(core: LaneCore, asked: AgainAsked, ids: readonly string[]): ReadonlyMap<string, RecordRef[]> {
  const where = `WHERE part = '' AND record_id IS NOT NULL AND (?1 IS NULL OR connection = ?1)
    AND entity IN (SELECT value FROM json_each(?2))`;
  const columns = ['connection', 'recordType', 'recordId'] as const;
  const rows = readColumns(core.store.sql, links, columns, where, asked.connection, JSON.stringify(ids));
  const wanted = new Map<string, Map<string, RecordRef>>();
  for (const { connection, recordType, recordId } of rows) {
    // A connection that was taken away keeps its links and is asked for nothing.
    if (!['active', 'paused'].includes(core.wiring.connections.get(connection)?.state ?? '')) continue;
    const refs = wanted.get(connection) ?? new Map<string, RecordRef>();
    wanted.set(connection, refs);
    refs.set(`${recordType}|${recordId}`, { recordType, recordId: recordId ?? '' });
  }
  return new Map([...wanted].map(([connection, refs]) => [connection, [...refs.values()]]));
}

/** Null when a connection does not answer: the page is begun again once it does. */
export async function readNow(core: LaneCore, wanted: ReadonlyMap<string, readonly RecordRef[]>) {
  const seen: Observation[] = [];
  const unseen: RecordPlace[] = [];
  for (const [id, refs] of wanted) {
    const connection = core.callable(id);
    if (!connection) return null;
    const { readBatchMax } = connection.connector.limits;
    for (let at = 0; at < refs.length; at += readBatchMax) {
      const batch = refs.slice(at, at + readBatchMax);
      const readMs = core.ports.nowMs();
      try {
        for (const result of await core.session(connection).read(batch)) {
          if (result.found === 'here')
            seen.push({ connection: id, snapshot: result.snapshot, readMs, eventMs: readMs, event: null });
          else unseen.push({ connection: id, ...result.ref });
        }
      } catch (error) {
        if (!isOfARecord(error)) {
          core.failed(connection, faultFrom(error));
          return null;
        }
        // One of them makes the call fail; the inbox finds out which.
        unseen.push(...batch.map((ref) => ({ connection: id, ...ref })));
      }
    }
    core.succeeded(id);
  }
  return { seen, unseen };
}

export function dueCount(core: LaneCore): number {
  const [row] = core.store.sql.exec("SELECT count(*) AS n FROM commands WHERE state = 'due'").toArray();
  return Number((row as { n: number }).n);
}
