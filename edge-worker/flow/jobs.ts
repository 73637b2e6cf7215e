// Long jobs are driven from outside, page by page: whoever drives may be lost at any time, and another one is sent. The
// lane keeps how far each is, and does one page of a job at a time.
import { Fault } from '../faults.ts';
import { jobs } from '../store/lane-schema.ts';
import { writeRows } from '../store/rows.ts';
import { againPage } from './again-job.ts';
import { answerPage } from './cause-job.ts';
import type { LaneCore } from './core.ts';
import { problemOf } from './guard.ts';
import { failJob, type JobKind, type JobRow, jobOf, kindOfJob, runningJobs } from './job-book.ts';
import { loadPage } from './load-job.ts';
import { faultFrom, isOfARecord } from './relay.ts';
import { undoPage } from './undo-job.ts';

/** What whoever drives a job is told after a turn. */
export interface Turn {
  readonly isOver: boolean;
  /** How long to rest before the next one. */
  readonly restMs: number;
}

/** Who is sent to drive a job; a later number takes its place. */
export interface Drive {
  readonly job: string;
  readonly drive: number;
}

/** One page. Returns how long to rest before the next. */
type Page = (core: LaneCore, job: JobRow) => Promise<number>;

const pages: Readonly<Record<JobKind, Page>> = {
  answer: answerPage,
  load: loadPage,
  replay: againPage,
  apply: againPage,
  undo: undoPage,
};

/** A turn is one step of whoever drives, and steps are dear: many pages are done in one. */
const turnMs = 10_000;
const pagesMax = 200;
/** A rest up to this long is taken within the turn. */
const shortRestMs = 1_000;
/** Another turn of the same job is still under way. */
const busyRestMs = 2_000;
/** Nobody could be sent: asked again soon. */
const unsentMs = 10_000;
const failuresMax = 5;
const firstWaitMs = 2_000;

export async function workJob(core: LaneCore, { job: id, drive }: Drive, changed: () => void): Promise<Turn> {
  if (core.workingJobs.has(id)) return { isOver: !taken(core, id, drive), restMs: busyRestMs };
  core.workingJobs.add(id);
  const untilMs = core.ports.nowMs() + turnMs;
  try {
    for (let count = 0; count < pagesMax; count++) {
      const job = taken(core, id, drive);
      if (!job) return { isOver: true, restMs: 0 };
      const nowMs = core.ports.nowMs();
      core.drivenMs.set(id, nowMs);
      const restMs = await workPage(core, job);
      changed();
      if (restMs > shortRestMs || nowMs >= untilMs) return { isOver: false, restMs };
      // Deliveries and questions come in between: a lane that only works hears nobody.
      await core.ports.sleep(restMs);
    }
    return { isOver: false, restMs: 0 };
  } finally {
    core.workingJobs.delete(id);
  }
}

/** The job, while it is this drive's to do. */
function taken(core: LaneCore, id: string, drive: number): JobRow | null {
  const job = jobOf(core, id);
  return job?.state === 'running' && job.drive === drive ? job : null;
}

async function workPage(core: LaneCore, job: JobRow): Promise<number> {
  try {
    const restMs = await pages[kindOfJob(job)](core, job);
    core.jobFailures.delete(job.id);
    return restMs;
  } catch (error) {
    return afterFailure(core, job, error);
  }
}

/** A connection that does not answer is waited for; a page that fails by itself again and again is somebody's work. */
function afterFailure(core: LaneCore, job: JobRow, error: unknown): number {
  const connection = core.wiring.connections.get(job.cause);
  if (!isOfARecord(error) && connection) {
    core.failed(connection, faultFrom(error));
    return firstWaitMs;
  }
  const times = (core.jobFailures.get(job.id) ?? 0) + 1;
  core.jobFailures.set(job.id, times);
  core.ports.log('job-page-failed', { job: job.id, kind: kindOfJob(job), message: problemOf(error) });
  if (times < failuresMax) return firstWaitMs * 2 ** times;
  core.jobFailures.delete(job.id);
  failJob(core, job, error instanceof Fault ? 'integration' : 'operator', problemOf(error));
  return 0;
}

/** Sends somebody to drive each job that nobody drives, or that has not moved for too long. */
export async function driveJobs(core: LaneCore): Promise<void> {
  const nowMs = core.ports.nowMs();
  const idle = runningJobs(core).filter((job) => dueOf(core, job) <= nowMs);
  if (idle.length === 0) return;
  const sent = idle.map((job) => ({ ...job, drive: (job.drive ?? 0) + 1, movedMs: nowMs }));
  // Written first: should the object stop in between, the same drive is never given to two.
  writeRows(core.store.sql, jobs, sent, 'replace');
  for (const { id, drive } of sent) {
    core.drivenMs.set(id, nowMs);
    try {
      await core.ports.drive({ job: id, drive });
    } catch (error) {
      core.ports.log('job-not-driven', { job: id, message: problemOf(error) });
      core.drivenMs.set(id, nowMs - core.ports.jobStallMs + unsentMs);
    }
  }
}

/** When somebody is to be sent next; null when no job runs. */
export function drivesMs(core: LaneCore): number | null {
  const due = runningJobs(core).map((job) => dueOf(core, job));
  return due.length > 0 ? Math.min(...due) : null;
}

function dueOf(core: LaneCore, { id, movedMs }: JobRow): number {
  if (core.workingJobs.has(id)) return core.ports.nowMs() + core.ports.jobStallMs;
  return movedMs ? Math.max(movedMs, core.drivenMs.get(id) ?? 0) + core.ports.jobStallMs : 0;
}
