// One answer to everything that waits for one cause: a job, driven portion by portion between the lane's other work, so
// that nobody's notices wait for it. Its place is on disk, so a restart goes on with it.
import { type Action, actions } from '../../shared/actions.ts';
import { holds, jobs } from '../store/lane-schema.ts';
import { readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { answer } from './answer.ts';
import { tellAudit } from './audit.ts';
import { actionsOf } from './choices.ts';
import type { LaneCore } from './core.ts';
import { type Owners, refuseForeign } from './hold-care.ts';
import { StewardError } from './steward.ts';

export type JobRow = StoredRow<typeof jobs>;

export interface NewJob {
  readonly id: string;
  readonly cause: string;
  readonly answer: Action;
  readonly reason: string;
  readonly owners: Owners;
}

/** About a tenth of a second of work. */
const portionMax = 50;
const keptMs = 30 * 86_400_000;
/** Holds of before causes were kept have the same one worked out. */
export const causeColumn = "coalesce(cause, control || '.' || code || '.' || connection)";

export function startJob(core: LaneCore, made: NewJob, by: string): { job: string; total: number } {
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
  core.store.transaction((tx) => {
    tx.sql.exec('DELETE FROM jobs WHERE ended_ms < ?', tx.atMs - keptMs);
    const counts = { total, done: 0, failed: 0, afterHold: '', untilHold, problem: null };
    const owners = made.owners && JSON.stringify(made.owners);
    const row = { ...made, ...counts, owners, by, state: 'running', madeMs: tx.atMs, endedMs: null };
    writeRows(tx.sql, jobs, [row], 'fail');
    const detail = { cause: made.cause, answer: made.answer, reason: made.reason, total: String(total) };
    tellAudit(core, tx, by, 'job-started', made.id, detail);
  });
  return { job: made.id, total };
}

/** One portion of the oldest job. Returns whether there was one. */
export async function workSome(core: LaneCore): Promise<boolean> {
  const job = readRows(core.store.sql, jobs, "WHERE state = 'running' ORDER BY made_ms, id LIMIT 1")[0];
  if (!job) return false;
  // Deliveries and questions come in between: a lane that only works hears nobody.
  await core.ports.sleep(0);
  const { cause, afterHold, untilHold } = job;
  const where = `WHERE ${causeColumn} = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?`;
  const portion = readRows(core.store.sql, holds, where, cause, afterHold, untilHold, portionMax);
  const next = { ...job };
  const owners = job.owners === null ? null : (JSON.parse(job.owners) as string[]);
  for (const { id } of portion) {
    next.afterHold = id;
    try {
      answer(core, id, job.answer as Action, job.by, job.reason, owners);
      next.done++;
    } catch (error) {
      if (!(error instanceof StewardError)) throw error;
      // One answer may have freed others: what is closed already is done.
      if (error.code === 'hold-not-open') next.done++;
      else {
        next.failed++;
        next.problem = error.message;
      }
    }
    // Kept with each answer: a restart in between repeats none, and an answer that was given is simply not found again.
    writeRows(core.store.sql, jobs, [next], 'replace');
  }
  if (portion.length < portionMax) endJob(core, next);
  return true;
}

/** Whatever is not among the holds any more closed by itself meanwhile. */
function endJob(core: LaneCore, job: JobRow): void {
  core.store.transaction((tx) => {
    const done = job.total - job.failed;
    writeRows(tx.sql, jobs, [{ ...job, done, state: 'done', endedMs: tx.atMs }], 'replace');
    tellAudit(core, tx, job.by, 'job-ended', job.id, { done: String(done), failed: String(job.failed) });
  });
}

export function jobOf(core: LaneCore, id: string): JobRow | null {
  return readRows(core.store.sql, jobs, 'WHERE id = ?', id)[0] ?? null;
}

export function isWorking(core: LaneCore): boolean {
  return core.store.sql.exec("SELECT 1 FROM jobs WHERE state = 'running' LIMIT 1").toArray().length > 0;
}
