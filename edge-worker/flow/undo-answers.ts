// Answers to a whole cause taken back, page by page: what has not gone out waits again as it did before; what stands in
// its system, or is on its way there, stays and is named.
import { type Action, actions } from '../../shared/actions.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { rules } from '../rules/_registry.ts';
import { approvals, commands, jobAnswers } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, type LaneSql, readRows, type StoredRow } from '../store/rows.ts';
import { outcomeOf } from './choices.ts';
import { billedControl, byHandControl, unwonControl, withdrawn } from './controls.ts';
import type { LaneCore } from './core.ts';
import { addTaken, type Found, type Taken } from './found.ts';
import { holdUnplanned, inParts, planIn } from './guard.ts';
import { type Owners, refuseForeign } from './hold-care.ts';
import { type HoldRow, holdsOf, keepHolds, slotKey } from './holds.ts';
import { endJob, isGoing, type JobRow, jobOf, moveJob } from './job-book.ts';
import { encodedFor, targetOf } from './plan-case.ts';
import { type CommandRow, PlanView, slotOf } from './plan-view.ts';
import { StewardError } from './steward.ts';

type Answer = StoredRow<typeof approvals>;
type Noted = StoredRow<typeof jobAnswers>;

interface Place {
  readonly phase: 'run';
  /** The last hold that was taken. */
  readonly after: string;
  readonly found: Found;
}

/** About a tenth of a second of work. */
const portionMax = 50;

/** Holds that the plan raises anew from the content alone, once nobody has answered them. */
const plannedControls: ReadonlySet<string> = new Set([
  ...rules.map(({ name }) => name),
  ...[billedControl, byHandControl, unwonControl],
  ...['unreadable-value', 'write-loop', 'no-route', 'moved-route'],
]);
/** They decide nothing: what was mended meanwhile, or done by hand, stays so. */
const undecided: ReadonlySet<Action> = new Set(['retry', 'done']);

export function mayBeUndone(control: string, answer: Action): boolean {
  return plannedControls.has(control) && !undecided.has(answer);
}

const wasOf = ({ was }: Noted) => JSON.parse(was) as HoldRow;

/** How many answers of the job there are to be looked at; refuses what cannot be taken back. */
export function answersToUndo(core: LaneCore, undone: JobRow, owners: Owners): number {
  const [first] = readRows(core.store.sql, jobAnswers, 'WHERE job = ? LIMIT 1', undone.id);
  if (!first) {
    const { title } = actions[undone.answer as Action];
    const message = `Nothing of this job can be undone: "${title}" decides nothing here, or none was given.`;
    const next = 'Look at what waits now; correct records where they belong, and they are decided anew.';
    throw new StewardError('not-undoable', message, next);
  }
  refuseForeign(wasOf(first).owner, owners);
  const [row] = core.store.sql.exec('SELECT count(*) AS n FROM job_answers WHERE job = ?', undone.id).toArray();
  return Number((row as { n: number }).n);
}

export async function undoAnswersPage(core: LaneCore, job: JobRow, undoes: string): Promise<number> {
  const { sql } = core.store;
  const undone = jobOf(core, undoes);
  const { after } = JSON.parse(job.place ?? '{}') as Place;
  const where = 'WHERE job = ? AND hold > ? ORDER BY hold LIMIT ?';
  const page = readRows(sql, jobAnswers, where, undoes, after, portionMax);
  // The job moves with each part, in its transaction: none is judged twice, when what it was judged by is gone.
  inParts(
    core,
    undone ? page : [],
    (tx, part) => {
      if (undone && isGoing(tx, job.id)) moveOn(core, tx, job.id, part, takeBack(core, tx, undone, part.map(wasOf)));
    },
    (one, error) => {
      const was = wasOf(one);
      holdUnplanned(core, was.entity, error);
      core.store.transaction((tx) => moveOn(core, tx, job.id, [one], [takenOf(was, 'left', null)]));
    },
  );
  if (page.length < portionMax)
    core.store.transaction((tx) => {
      if (isGoing(tx, job.id)) endJob(core, tx, job.id);
    });
  return 0;
}

function moveOn(
  core: LaneCore,
  tx: LaneTransaction,
  id: string,
  part: readonly Noted[],
  taken: readonly Taken[],
): void {
  const job = jobOf(core, id);
  if (!job) return;
  const place = JSON.parse(job.place ?? '{}') as Place;
  const next: Place = { ...place, after: part.at(-1)?.hold ?? place.after, found: addTaken(place.found, taken) };
  moveJob(tx, id, { place: JSON.stringify(next), done: job.done + part.length });
}

function takeBack(core: LaneCore, tx: LaneTransaction, undone: JobRow, part: readonly HoldRow[]): readonly Taken[] {
  const ids = JSON.stringify(part.map(({ id }) => id));
  const open = tx.sql.exec('SELECT id FROM holds WHERE id IN (SELECT value FROM json_each(?))', ids).toArray();
  const waiting = new Set((open as { id: string }[]).map(({ id }) => id));
  // A job that was cut off in its midst may have noted what it never came to answer.
  const closed = part.filter(({ id }) => !waiting.has(id));
  const entities = closed.map(({ entity }) => entity);
  const given = answersGiven(tx.sql, undone, entities);
  const busy = busySlots(core, tx.sql, entities);
  const view = new PlanView(tx, entities);
  const fates = closed.map((was) => [was, given.get(answerKey(was)), fateOf(core, view, busy, was)] as const);
  const taken = fates.filter(([, answer, fate]) => answer && fate === 'taken');
  deleteRows(
    tx.sql,
    approvals,
    taken.map(([was]) => [was.entity, was.connection, was.control, was.hash]),
  );
  for (const [{ entity, connection, control }] of taken)
    tx.tell(entity, 'answer-undone', { connection, control, job: undone.id });
  planIn(core, tx, new Set(taken.map(([{ entity }]) => entity)));
  const now = holdsOf(tx.sql, entities);
  const again = taken.flatMap(([was]) => {
    const hold = now.get(slotKey(was));
    return hold?.control === was.control ? [[was, hold] as const] : [];
  });
  keepHolds(
    tx,
    again.map(([{ assignee, snoozedMs, madeMs, dueMs }, hold]) => ({ ...hold, assignee, snoozedMs, madeMs, dueMs })),
  );
  const waits = new Set(again.map(([was]) => was));
  return fates.map(([was, answer, fate]) => {
    const isOut = answer && fate === 'stays';
    return takenOf(was, waits.has(was) ? 'reopened' : isOut ? 'stays' : 'left', view.links.get(slotOfContent(was)));
  });
}

const takenOf = (
  { entity, connection, kind }: HoldRow,
  action: 'reopened' | 'stays' | 'left',
  link: { readonly recordId: string | null } | null | undefined,
): Taken => ({
  ...{ entity, connection, kind, action, field: null, before: null, after: null },
  recordId: link?.recordId ?? null,
});

const answerKey = (one: Pick<Answer, 'entity' | 'connection' | 'control' | 'hash'>) =>
  [one.entity, one.connection, one.control, one.hash].join('|');

/** Answers that are this job's still: nobody has said something else since. */
function answersGiven(sql: LaneSql, undone: JobRow, entities: readonly string[]): ReadonlyMap<string, Answer> {
  const { by, reason, answer, madeMs } = undone;
  const where = `WHERE entity IN (SELECT value FROM json_each(?)) AND "by" = ? AND reason = ? AND outcome = ?
    AND at_ms >= ?`;
  const outcome = outcomeOf(answer as Action);
  const rows = readRows(sql, approvals, where, JSON.stringify(entities), by, reason, outcome, madeMs);
  return new Map(rows.map((row) => [answerKey(row), row]));
}

/** Where the outcome of a call is awaited. */
function busySlots(core: LaneCore, sql: LaneSql, entities: readonly string[]): ReadonlySet<string> {
  const rows = readRows(sql, commands, 'WHERE entity IN (SELECT value FROM json_each(?))', JSON.stringify(entities));
  const isBusy = ({ id, state }: CommandRow) => state === 'uncertain' || core.inFlight.has(id);
  return new Set(rows.filter(isBusy).map(slotOf));
}

/** What a hold is about lies in one slot, wherever in it the hold itself lies. */
const slotOfContent = (was: HoldRow) => slotOf({ ...was, part: '' });

/**
 * Out it is where the record holds exactly what was let out, or a call about it is under way. Other content by now was
 * never answered by this.
 */
function fateOf(core: LaneCore, view: PlanView, busy: ReadonlySet<string>, was: HoldRow): 'taken' | 'stays' | 'left' {
  const kind = was.kind as EntityName;
  const connection = core.wiring.connections.get(was.connection);
  const map = core.wiring.mapFor(was.connection, kind);
  const record = view.records.get(was.entity);
  if (!connection || !map || !record) return 'left';
  if (busy.has(slotOfContent(was))) return 'stays';
  const link = view.links.get(slotOfContent(was)) ?? null;
  if (was.hash === withdrawn) return link?.given === withdrawn ? 'stays' : 'taken';
  const target = targetOf(view, { entity: was.entity, kind, record, connection, map, link }, was);
  if (encodedFor(view, core.wiring, target).content !== was.hash) return 'left';
  const amends = view.answers.amendsOf(was.entity, was.connection, was.hash) ?? {};
  const sent = encodedFor(view, core.wiring, { ...target, record: { ...target.record, ...amends } });
  return link?.recordId != null && link.given === sent.hash ? 'stays' : 'taken';
}
