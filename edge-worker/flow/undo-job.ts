// An application of a mapping taken back, page by page: each value it wrote is what it was before, where nobody has
// changed it since. Nothing is sent from here: what a record should hold is another thing now, and is planned.
import { hashOf } from '../../shared/canonical-json.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { readPath, writePath } from '../connectors/codecs.ts';
import type { RecordRef, WireRecord } from '../connectors/connector.ts';
import { jobs, jobWrites, links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows, writeRows } from '../store/rows.ts';
import { dueCount, dueMax, dueMs, readNow, stoppedMs, unansweredMs } from './again-read.ts';
import type { LaneCore } from './core.ts';
import { billedAmong } from './foresee.ts';
import { addTaken, type Found, nothingFound, type Taken } from './found.ts';
import { holdUnplanned, inParts, planIn } from './guard.ts';
import { type Owners, refuseForeign } from './hold-care.ts';
import { beginJob, endJob, isGoing, type JobRow, jobOf, kindOfJob, moveJob } from './job-book.ts';
import type { JobWrite, Over } from './job-writes.ts';
import type { LinkRow } from './links.ts';
import type { CompiledMap } from './mapping.ts';
import { encodedFor, targetOf } from './plan-case.ts';
import { PlanView, slotOf } from './plan-view.ts';
import type { PutBack } from './put-back.ts';
import { StewardError } from './steward.ts';
import { decode, isSame, mergeWire } from './translate.ts';
import { recordsMax } from './turns.ts';
import { answersToUndo, undoAnswersPage } from './undo-answers.ts';

interface Asked {
  readonly undoes: string;
  /** Of answers: the cause that they were given to; null = an application is undone. */
  readonly answered?: string | null;
}

const askedOf = ({ asked }: JobRow) => JSON.parse(asked ?? '{}') as Asked;
export const undoesOf = (job: JobRow): string => askedOf(job).undoes;
export const answeredOf = (job: JobRow): string | null => askedOf(job).answered ?? null;

interface Place {
  readonly phase: 'run';
  /** The last record that was taken: its entity, connection and type. */
  readonly last: readonly [string, string, string];
  readonly found: Found;
}

type Read = ReadonlyMap<string, WireRecord>;

const slotOfWrite = ({ entity, connection, recordType }: JobWrite) =>
  slotOf({ entity, connection, recordType, part: '' });

export function startUndo(
  core: LaneCore,
  id: string,
  undoes: string,
  owners: Owners,
  by: string,
): { job: string; total: number } {
  const undone = jobOf(core, undoes);
  if (!undone) throw new StewardError('unknown-job', `There is no job ${undoes}.`, 'Choose one of the jobs listed.');
  const kind = kindOfJob(undone);
  if (kind !== 'apply' && kind !== 'answer') {
    const message = 'Only answers and applications of a mapping can be undone: others write what the systems say.';
    throw new StewardError('not-undoable', message, 'Correct the records where they belong.');
  }
  if (undone.endedMs === null) {
    throw new StewardError('job-not-ended', `This job is ${undone.state}.`, 'Cancel it first, or wait for its end.');
  }
  const again = "WHERE kind = 'undo' AND asked ->> 'undoes' = ? AND state != 'cancelled'";
  const [other] = readRows(core.store.sql, jobs, again, undoes);
  if (other) throw new StewardError('undone-already', `${other.id} undoes it.`, 'Look at that job.');
  const isAnswer = kind === 'answer';
  const total = isAnswer ? answersToUndo(core, undone, owners) : writesToUndo(core, undoes, owners);
  const place = { phase: 'run', last: ['', '', ''], after: '', found: nothingFound } as const;
  const cause = isAnswer ? '' : undone.cause;
  const subject = { cause, answer: undone.answer, reason: '', owners: null, total, untilHold: '' };
  const asked: Asked = { undoes, answered: isAnswer ? undone.cause : null };
  core.store.transaction((tx) => beginJob(core, tx, { ...subject, id, kind: 'undo', asked, place }, by));
  return { job: id, total };
}

/** What a mapping has written is an integration admin's. */
function writesToUndo(core: LaneCore, undoes: string, owners: Owners): number {
  refuseForeign('integration', owners);
  const [row] = core.store.sql.exec('SELECT count(*) AS n FROM job_writes WHERE job = ?', undoes).toArray();
  return Number((row as { n: number }).n);
}

export async function undoPage(core: LaneCore, job: JobRow): Promise<number> {
  if (answeredOf(job) !== null) return undoAnswersPage(core, job, undoesOf(job));
  if (dueCount(core) > dueMax) return dueMs;
  const undoes = undoesOf(job);
  const place = JSON.parse(job.place ?? '{}') as Place;
  const next = `WHERE job = ? AND (entity, connection, record_type) > (?, ?, ?)
    ORDER BY entity, connection, record_type LIMIT ?`;
  const page = readRows(core.store.sql, jobWrites, next, undoes, ...place.last, recordsMax);
  const wanted = recordsOf(core, page);
  const stopped = [...wanted.keys()].find((id) => !core.callable(id));
  if (stopped !== undefined) return Math.max(core.pausedUntilMs(stopped) - core.ports.nowMs(), stoppedMs);
  const read = await readNow(core, wanted);
  if (!read) return unansweredMs;
  const there: Read = new Map(
    read.seen.map(({ connection, snapshot }) => [
      `${connection}|${snapshot.recordType}|${snapshot.recordId}`,
      snapshot.wire,
    ]),
  );
  // A page that is cut off in its midst is done once more: what is put back already is found to be so.
  const taken = inParts(
    core,
    page,
    (tx, part) => (isGoing(tx, job.id) ? putBack(core, tx, undoes, part, there) : []),
    ({ entity }, error) => holdUnplanned(core, entity, error),
  ).flat();
  const final = page.at(-1);
  core.store.transaction((tx) => {
    if (!isGoing(tx, job.id)) return;
    const last = final ? ([final.entity, final.connection, final.recordType] as const) : place.last;
    const moved: Place = { ...place, last, found: addTaken(place.found, taken) };
    const row = { place: JSON.stringify(moved), done: job.done + page.length };
    if (page.length < recordsMax) endJob(core, tx, job.id, row);
    else moveJob(tx, job.id, row);
  });
  return 0;
}

/** A connection that was taken away is asked for nothing: what it holds stays. */
function recordsOf(core: LaneCore, page: readonly JobWrite[]): ReadonlyMap<string, RecordRef[]> {
  const wanted = new Map<string, RecordRef[]>();
  for (const { connection, recordType, recordId, over } of page) {
    if (recordId === null || over === '[]') continue;
    if (!['active', 'paused'].includes(core.wiring.connections.get(connection)?.state ?? '')) continue;
    wanted.set(connection, [...(wanted.get(connection) ?? []), { recordType, recordId }]);
  }
  return wanted;
}

function putBack(
  core: LaneCore,
  tx: LaneTransaction,
  undoes: string,
  page: readonly JobWrite[],
  there: Read,
): readonly Taken[] {
  const entities = page.map(({ entity }) => entity);
  const among = JSON.stringify(entities);
  const rows = readRows(tx.sql, links, 'WHERE entity IN (SELECT value FROM json_each(?))', among);
  const known = new Map(rows.map((row) => [slotOf(row), row] as const));
  const billed = billedAmong(tx.sql, entities);
  const view = new PlanView(tx, entities);
  const changed: LinkRow[] = [];
  const taken = page.flatMap((write): Taken[] => {
    const { entity, connection, recordId, kind } = write;
    const told = { entity, connection, kind, recordId };
    const link = known.get(slotOfWrite(write));
    const over = JSON.parse(write.over) as readonly Over[];
    const wire = there.get(`${connection}|${write.recordType}|${recordId}`);
    const left = (one: Over | null, action: 'left' | 'billed'): Taken => {
      const before = one && wire ? (readPath(wire, one.at) ?? null) : null;
      return { ...told, action, field: one?.field ?? null, before, after: one?.put ?? null };
    };
    if (!link || !wire || link.recordId !== recordId || over.length === 0) return [left(null, 'left')];
    if (billed.has(entity)) return over.map((one) => left(one, 'billed'));
    const { back, theirs } = sorted(core, view, link, wire, over);
    if (back.length > 0) {
      changed.push(withPutBack(link, [...back, ...theirs]));
      const fields = back.map(({ field }) => field).join(', ');
      tx.tell(entity, 'put-back', { connection, fields, job: undoes });
    }
    return over.map((one) =>
      back.includes(one)
        ? { ...told, action: 'put-back', field: one.field, before: readPath(wire, one.at) ?? null, after: one.put }
        : left(one, 'left'),
    );
  });
  writeRows(tx.sql, links, changed, 'replace');
  planIn(
    core,
    tx,
    changed.map(({ entity }) => entity),
  );
  return taken;
}

/**
 * Of the values that we would write there still: those that nobody has touched, since the record holds them, or what
 * was before; and those that somebody has changed there, as they are now: a record is written as a whole, and theirs
 * are to stay.
 */
function sorted(core: LaneCore, view: PlanView, link: LinkRow, wire: WireRecord, over: readonly Over[]) {
  const kind = link.kind as EntityName;
  const connection = core.wiring.connections.get(link.connection);
  const map = core.wiring.mapFor(link.connection, kind);
  const record = view.records.get(link.entity);
  if (!connection || !map || !record) return { back: [], theirs: [] };
  const plain = { ...link, putBack: null };
  const target = targetOf(view, { entity: link.entity, kind, record, connection, map, link: plain });
  const sent = encodedFor(view, core.wiring, target).wire;
  const ours = over.filter(({ at, undone }) => hashOf(readPath(sent, at) ?? null) === undone);
  const isUntouched = (one: Over) => {
    const put: Record<string, unknown> = {};
    writePath(put, one.at, one.put);
    const now = valueAt(map, one, wire);
    return [sent, put].some((written) => isSame(now, valueAt(map, one, mergeWire(wire, written))));
  };
  const back = ours.filter(isUntouched);
  const theirs = ours.filter((one) => !back.includes(one));
  const kept = theirs.map(({ at, field, undone }): Over => ({ at, field, undone, put: readPath(wire, at) ?? null }));
  return { back, theirs: kept };
}

/** As we read it, where we can: systems spell a value in their own way. */
function valueAt(map: CompiledMap, { at, field }: Over, wire: WireRecord): unknown {
  const { values } = decode(map, wire);
  return field in values ? values[field] : (readPath(wire, at) ?? null);
}

/** What cannot be read under the mapping in force is compared with nothing: nobody is told that somebody changed it. */
export function withPutBack(link: LinkRow, back: readonly Over[]): LinkRow {
  const before = link.putBack ? (JSON.parse(link.putBack) as PutBack) : {};
  const fresh = back.map(({ at, undone, put, ...rest }) => [
    at,
    { undone, put, ...('reads' in rest && { reads: rest.reads }) },
  ]);
  const baseline = link.baseline === null ? null : (JSON.parse(link.baseline) as Record<string, unknown>);
  if (baseline) for (const one of back) if (!('reads' in one)) delete baseline[one.field];
  return {
    ...link,
    baseline: baseline && JSON.stringify(baseline),
    putBack: JSON.stringify({ ...before, ...Object.fromEntries(fresh) }),
  };
}
