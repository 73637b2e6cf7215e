// The rows of long jobs: begun, moved on, paused, ended. Whatever a page brings about is written in the transaction
// that moves its job, so that a page which is cut off is done once more and no other is.
import type { Owner } from '../faults.ts';
import { jobs } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { type LaneSql, type RowOf, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';
import { closeHold, raiseHold } from './holds.ts';
import type { Slot } from './nouns.ts';
import { StewardError } from './steward.ts';

export type JobRow = StoredRow<typeof jobs>;
export type JobKind = 'answer' | 'load' | 'replay' | 'apply' | 'undo';
export type JobStep = 'run' | 'pause' | 'resume' | 'cancel';

export const failedControl = 'job-failed';

const keptMs = 30 * 86_400_000;

type Begun = Pick<JobRow, 'id' | 'cause' | 'answer' | 'reason' | 'owners' | 'total' | 'untilHold'> & {
  readonly kind: JobKind;
  readonly asked: unknown;
  readonly place: unknown;
};

export const kindOfJob = ({ kind }: JobRow): JobKind => (kind ?? 'answer') as JobKind;

export function beginJob(core: LaneCore, tx: LaneTransaction, made: Begun, by: string): void {
  const over = tx.atMs - keptMs;
  tx.sql.exec('DELETE FROM job_writes WHERE job IN (SELECT id FROM jobs WHERE ended_ms < ?)', over);
  tx.sql.exec('DELETE FROM job_answers WHERE job IN (SELECT id FROM jobs WHERE ended_ms < ?)', over);
  tx.sql.exec('DELETE FROM jobs WHERE ended_ms < ?', over);
  const counts = { done: 0, failed: 0, afterHold: '', problem: null, drive: 0, movedMs: 0 };
  const [asked, place] = [JSON.stringify(made.asked), JSON.stringify(made.place)];
  const row = { ...made, ...counts, asked, place, by, state: 'running', madeMs: tx.atMs, endedMs: null };
  writeRows(tx.sql, jobs, [row], 'fail');
  const { kind, cause, answer, reason, total } = made;
  tellAudit(core, tx, by, 'job-started', made.id, { kind, cause, answer, reason, total: String(total) });
}

/** Whether what a page brings about may still be written: nobody has ended the job while the page was being read. */
export function isGoing(tx: { readonly sql: LaneSql }, id: string): boolean {
  const row = rowOf(tx.sql, id);
  return row?.state === 'running' || row?.state === 'paused';
}

export function moveJob(tx: LaneTransaction, id: string, moved: Partial<RowOf<typeof jobs>>): void {
  const row = rowOf(tx.sql, id);
  if (row) writeRows(tx.sql, jobs, [{ ...row, movedMs: tx.atMs, ...moved }], 'replace');
}

export function endJob(core: LaneCore, tx: LaneTransaction, id: string, moved: Partial<RowOf<typeof jobs>> = {}): void {
  moveJob(tx, id, { ...moved, state: 'done', endedMs: tx.atMs });
  const row = rowOf(tx.sql, id);
  if (!row) return;
  const { by, done, failed } = row;
  tellAudit(core, tx, by, 'job-ended', id, { done: String(done), failed: String(failed) });
}

/** It cannot go on: somebody is asked, whose "retry" lets it go on where it stands. */
export function failJob(core: LaneCore, job: JobRow, owner: Owner, problem: string): void {
  core.store.transaction((tx) => {
    moveJob(tx, job.id, { state: 'failed', problem });
    raiseHold(tx, core.ports.makeId, {
      ...slotOfJob(job),
      kind: 'customer',
      control: failedControl,
      owner,
      code: failedControl,
      params: { job: job.id, kind: kindOfJob(job), problem },
      hash: '',
      dueMinutes: 480,
    });
  });
}

export function slotOfJob(job: JobRow): Slot {
  const connection = kindOfJob(job) === 'answer' || job.cause === '' ? 'hub' : job.cause;
  return { entity: job.id, connection, recordType: '', part: 'job' };
}

/** From which states a person may take it where. */
const steps: Readonly<Record<JobStep, { readonly from: readonly string[]; readonly to: string }>> = {
  run: { from: ['ready'], to: 'running' },
  pause: { from: ['running'], to: 'paused' },
  resume: { from: ['paused', 'failed'], to: 'running' },
  cancel: { from: ['ready', 'running', 'paused', 'failed'], to: 'cancelled' },
};

/** `also` is what the step means to this kind of job, in the same transaction. */
export function steerJob(
  core: LaneCore,
  id: string,
  step: JobStep,
  by: string,
  also: (tx: LaneTransaction, job: JobRow) => void = () => undefined,
): void {
  core.store.transaction((tx) => {
    steerJobIn(core, tx, id, step, by);
    const job = rowOf(tx.sql, id);
    if (job) also(tx, job);
  });
}

export function steerJobIn(core: LaneCore, tx: LaneTransaction, id: string, step: JobStep, by: string): void {
  const row = rowOf(tx.sql, id);
  if (!row) throw new StewardError('unknown-job', `There is no job ${id}.`, 'Choose one of the jobs listed.');
  const { from, to } = steps[step];
  if (!from.includes(row.state)) {
    throw new StewardError('job-not-open', `This job is ${row.state}.`, 'Look at it again; start another if need be.');
  }
  const endedMs = step === 'cancel' ? tx.atMs : null;
  writeRows(tx.sql, jobs, [{ ...row, state: to, endedMs, movedMs: 0 }], 'replace');
  if (row.state === 'failed') closeHold(tx, slotOfJob(row), by, null);
  tellAudit(core, tx, by, `job-${step}`, id, { kind: kindOfJob(row) });
}

/** What was to be read there is read no more. */
export function cancelJobsOf(core: LaneCore, tx: LaneTransaction, connection: string, by: string): void {
  const open = "WHERE cause = ? AND kind IS NOT NULL AND kind != 'answer' AND state NOT IN ('done', 'cancelled')";
  for (const { id } of readRows(tx.sql, jobs, open, connection)) steerJobIn(core, tx, id, 'cancel', by);
}

function rowOf(sql: LaneSql, id: string): JobRow | null {
  return readRows(sql, jobs, 'WHERE id = ?', id)[0] ?? null;
}

export type JobPlace = readonly [madeMs: number, id: string];

export function jobOf(core: LaneCore, id: string): JobRow | null {
  return rowOf(core.store.sql, id);
}

/** The latest first; those made before a job, or at once with it and after it. */
export function jobsOf(core: LaneCore, limit: number, [beforeMs, id]: JobPlace): readonly JobRow[] {
  const where = 'WHERE made_ms < ?1 OR (made_ms = ?1 AND id > ?2) ORDER BY made_ms DESC, id LIMIT ?3';
  return readRows(core.store.sql, jobs, where, beforeMs, id, limit);
}

export function runningJobs(core: LaneCore): readonly JobRow[] {
  const { storage, sql } = core.store;
  return storage.remembered('running jobs', () => readRows(sql, jobs, "WHERE state = 'running' ORDER BY made_ms, id"));
}
