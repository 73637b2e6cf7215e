// Routes of long jobs: what is under way, how far it is, and to pause, resume and cancel it.
import { z } from 'zod';
import { type JobRow, kindOfJob } from '../../flow/job-book.ts';
import { changed } from '../at.ts';
import { ProblemError } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf } from '../shapes.ts';

const count = z.int().min(0);
const states = ['running', 'paused', 'failed', 'done', 'cancelled'] as const;
const stateOf = z.enum(states);

const jobShape = z
  .object({
    job: z.string(),
    kind: z.enum(['answer', 'load']),
    state: stateOf.meta({ description: 'A job that failed waits under an exception, whose retry lets it go on.' }),
    connection: z.string().nullable().meta({ description: 'Whose records it is about; null for answers.' }),
    cause: z.string().nullable().meta({ description: 'What is answered; null for other jobs.' }),
    answer: z.string().nullable(),
    by: z.string(),
    total: count.meta({ description: 'As far as it is known; of a load it grows with every page.' }),
    done: count,
    failed: count.meta({ description: 'Answers that were refused; they wait as before.' }),
    problem: z.string().nullable().meta({ description: 'Why it failed, or the last of its answers was refused.' }),
    startedAt: instant,
    endedAt: instant.nullable(),
  })
  .meta({ id: 'Job' });

function shown(row: JobRow): z.input<typeof jobShape> {
  const { id, state, cause, answer, by, total, done, failed, problem, madeMs, endedMs } = row;
  const kind = kindOfJob(row);
  const isAnswer = kind === 'answer';
  return {
    ...{ job: id, kind, by, total, done, failed, problem },
    state: stateOf.parse(state),
    connection: isAnswer ? null : cause,
    cause: isAnswer ? cause : null,
    answer: isAnswer ? answer : null,
    startedAt: instantOf(madeMs),
    endedAt: instantOf(endedMs),
  };
}

const base = '/installations/{installation}/jobs';
const one = z.object({ job: z.string().max(60) });

const listJobs = route({
  operation: 'listJobs',
  method: 'get',
  path: base,
  tag: 'Jobs',
  summary: 'List long jobs, the latest first; those that ended are kept for a month',
  shape: z.object({ rows: z.array(jobShape) }),
  handle: async ({ at }) => ok({ rows: (await at.ask<readonly JobRow[]>({ about: 'jobs' })).map(shown) }),
});

const readJob = route({
  operation: 'readJob',
  method: 'get',
  path: `${base}/{job}`,
  tag: 'Jobs',
  summary: 'Read how far a job is',
  params: one,
  shape: jobShape,
  handle: async ({ at, params: { job } }) => {
    const row = await at.ask<JobRow | null>({ about: 'job', job });
    if (!row) throw new ProblemError('not-found', 'There is no such job, or it ended more than a month ago.');
    return ok(shown(row));
  },
});

const steerJob = route({
  operation: 'steerJob',
  method: 'post',
  path: `${base}/{job}/{step}`,
  tag: 'Jobs',
  summary: 'Pause a job, let it go on, or cancel it',
  description: 'What is done already stays done. A job that was cancelled cannot be resumed; start another.',
  params: one.extend({ step: z.enum(['pause', 'resume', 'cancel']) }),
  shape: changed,
  handle: ({ at, params: { job, step }, caller: { by } }) => at.change({ verb: 'job', change: { step, job }, by }),
});

export const jobs: readonly Route[] = [listJobs, readJob, steerJob];
