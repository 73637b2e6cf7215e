// One answer to everything that waits for one cause, hold by hold.
import { type Action, actions } from '../../shared/actions.ts';
import { holds, jobAnswers } from '../store/lane-schema.ts';
import { deleteRows, readRows, writeRows } from '../store/rows.ts';
import { answer } from './answer.ts';
import { actionsOf } from './choices.ts';
import type { LaneCore } from './core.ts';
import { type Owners, refuseForeign } from './hold-care.ts';
import { beginJob, endJob, type JobRow, moveJob } from './job-book.ts';
import { StewardError } from './steward.ts';
import { mayBeUndone } from './undo-answers.ts';

export interface NewJob {
  readonly id: string;
  readonly cause: string;
  readonly answer: Action;
  readonly reason: string;
  readonly owners: Owners;
}

/** About a tenth of a second of work. */
const portionMax = 50;
/** Holds of before causes were kept have the same one worked out. */
export const causeColumn = "coalesce(cause, control || '.' || code || '.' || connection)";

export function startAnswers(core: LaneCore, made: NewJob, by: string): { job: string; total: number } {
  const found = core.store.sql
    .exec(
      `SELECT control, owner, max(id) AS last, count(*) AS total FROM holds WHERE ${causeColumn} = ? GROUP BY control`,
      made.cause,
    )
    .toArray() as { control: string; owner: string; last: string; total: number }[];
  const [group] = found;
  if (!group) throw new StewardError('nothing-waits', 'Nothing waits for this cause.', 'Nothing needs to be done.');
  refuseForeign(group.owner, made.owners);
  const allowed = actionsOf(group.control);
  if (!allowed.includes(made.answer)) {
    const message = `${group.control} cannot be answered with ${made.answer}.`;
    throw new StewardError('action-not-offered', message, `Choose one of: ${allowed.join(', ')}.`);
  }
  const { needsReason, title } = actions[made.answer];
  if (needsReason && made.reason.trim() === '') {
    throw new StewardError('reason-missing', `"${title}" needs a reason.`, 'Say why this is right.');
  }
  const { total, last: untilHold } = group;
  const owners = made.owners && JSON.stringify(made.owners);
  core.store.transaction((tx) =>
    beginJob(core, tx, { ...made, kind: 'answer', asked: null, place: null, owners, total, untilHold }, by),
  );
  return { job: made.id, total };
}

export async function answerPage(core: LaneCore, job: JobRow): Promise<number> {
  const { id, cause, afterHold, untilHold } = job;
  const where = `WHERE ${causeColumn} = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?`;
  const portion = readRows(core.store.sql, holds, where, cause, afterHold, untilHold, portionMax);
  let { done, failed, problem } = job;
  const owners = job.owners === null ? null : (JSON.parse(job.owners) as string[]);
  const noted = portion.filter(({ control }) => mayBeUndone(control, job.answer as Action));
  // Noted first: should the object stop in between, no answer is given that cannot be taken back.
  core.store.transaction((tx) => {
    const rows = noted.map((hold) => ({ job: id, hold: hold.id, was: JSON.stringify(hold) }));
    writeRows(tx.sql, jobAnswers, rows, 'replace');
  });
  for (const hold of portion) {
    let isAnswered = true;
    try {
      answer(core, hold.id, job.answer as Action, job.by, job.reason, owners);
      done++;
    } catch (error) {
      if (!(error instanceof StewardError)) throw error;
      isAnswered = false;
      // One answer may have freed others: what is closed already is done.
      if (error.code === 'hold-not-open') done++;
      else {
        failed++;
        problem = error.message;
      }
    }
    // Kept with each answer: a restart in between repeats none, and an answer that was given is simply not found again.
    core.store.transaction((tx) => {
      if (!isAnswered) deleteRows(tx.sql, jobAnswers, [[id, hold.id]]);
      moveJob(tx, id, { done, failed, problem, afterHold: hold.id });
    });
  }
  // Whatever is not among the holds any more closed by itself meanwhile.
  if (portion.length < portionMax) core.store.transaction((tx) => endJob(core, tx, id, { done: job.total - failed }));
  return 0;
}
