// Routes of long jobs: what is under way, how far it is, and to pause, resume and cancel it.
import { z } from 'zod';
import { entityNames } from '../../../shared/entities/_registry.ts';
import { isAsRecorded, onlyOf, placeOf, sinceOf } from '../../flow/again-job.ts';
import type { Found, FoundGroup } from '../../flow/found.ts';
import { type JobRow, kindOfJob } from '../../flow/job-book.ts';
import { answeredOf, undoesOf } from '../../flow/undo-job.ts';
import { changed } from '../at.ts';
import { ownersOf } from '../caller.ts';
import { idFor } from '../once.ts';
import { cursorAfter, cursorOf, pageOf, paging } from '../paging.ts';
import { ProblemError } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf, kindName, words, wordsOf } from '../shapes.ts';

const count = z.int().min(0);
const states = ['running', 'ready', 'paused', 'failed', 'done', 'cancelled'] as const;
const stateOf = z.enum(states);

const mappings = ['in-force', 'as-recorded'] as const;

const found = z
  .object({
    written: count,
    held: count,
    billed: count,
    left: count.meta({ description: 'Records of which an undoing left something as it is, or found it out already.' }),
    groups: z.array(
      z.object({
        connection: z.string(),
        kind: z.string(),
        action: z.enum(['create', 'update', 'withdraw', 'billed', 'put-back', 'reopened', 'stays', 'left']).meta({
          description:
            'Of an application undone: put-back, or left because somebody has changed it since, or it was created or ' +
            'is gone. Of answers undone: reopened (it waits again), stays (it is out already), or left (its content ' +
            'or its answer is another by now, or nothing holds it any more).',
        }),
        words: words.nullable().meta({ description: 'Of what an undoing could not take back: why, and what to do.' }),
        heldBy: z.string().nullable().meta({ description: 'The control that would hold it.' }),
        field: z.string().nullable().meta({ description: 'Null where the record as a whole is meant.' }),
        count,
        money: z.record(z.string(), z.string()).meta({ description: 'Currency: sum of the differences, minor units.' }),
        rows: z
          .array(
            z.object({ entity: z.string(), recordId: z.string().nullable(), before: z.unknown(), after: z.unknown() }),
          )
          .meta({ description: 'The first of them; the count is of all.' }),
      }),
    ),
  })
  .meta({ id: 'Found' });

const jobShape = z
  .object({
    job: z.string(),
    kind: z.enum(['answer', 'load', 'replay', 'apply', 'undo']),
    undoes: z.string().nullable().meta({ description: 'The job that it takes back; null for other jobs.' }),
    state: stateOf.meta({
      description:
        'ready: it has looked and written nothing; run lets it write. A job that failed waits under an exception, ' +
        'whose retry lets it go on.',
    }),
    phase: z.enum(['look', 'run']).meta({ description: 'Replays and applications look before they run.' }),
    found: found.nullable().meta({ description: 'What would be written, held, and left as billed.' }),
    connection: z.string().nullable().meta({ description: 'Whose records it is about; null for answers.' }),
    since: instant.nullable().meta({ description: 'Of a replay: what has changed from then on.' }),
    entity: z.string().nullable().meta({ description: 'Of a replay: the one record it is about.' }),
    mapping: z.enum(mappings).nullable().meta({ description: 'Of a replay: the mapping that decides; else null.' }),
    cause: z.string().nullable().meta({ description: 'Whose answer is given or taken back; null for other jobs.' }),
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
  const answered = kind === 'answer' ? cause : answeredOf(row);
  const again = kind === 'replay' || kind === 'apply' || kind === 'undo' ? placeOf(row) : null;
  return {
    ...{ job: id, kind, by, total, done, failed, problem },
    state: stateOf.parse(state),
    phase: again?.phase ?? 'run',
    found: again ? copyOf(again.found) : null,
    undoes: kind === 'undo' ? undoesOf(row) : null,
    connection: answered === null ? cause || null : null,
    since: kind === 'replay' ? instantOf(sinceOf(row)) : null,
    entity: kind === 'replay' ? onlyOf(row) : null,
    mapping: kind === 'replay' ? (isAsRecorded(row) ? 'as-recorded' : 'in-force') : null,
    cause: answered,
    answer: answered === null ? null : answer,
    startedAt: instantOf(madeMs),
    endedAt: instantOf(endedMs),
  };
}

function copyOf({ groups, left = 0, ...counts }: Found): z.input<typeof found> {
  return {
    ...counts,
    left,
    groups: groups.map(({ rows, money, ...group }) => ({
      ...{ ...group, money: { ...money }, rows: [...rows] },
      words: wordsOfLeft(group),
    })),
  };
}

/** Of what is out, and of what is decided by something else; what an application left says so by its values. */
function wordsOfLeft({ action, field, connection }: Pick<FoundGroup, 'action' | 'field' | 'connection'>) {
  if (action === 'stays') return wordsOf('undo-stays', null, connection);
  return action === 'left' && field === null ? wordsOf('undo-left', null, connection) : null;
}

const base = '/installations/{installation}/jobs';
const one = z.object({ job: z.string().max(60) });

const listJobs = route({
  operation: 'listJobs',
  method: 'get',
  path: base,
  tag: 'Jobs',
  summary: 'List long jobs, the latest first; those that ended are kept for a month',
  query: paging,
  shape: pageOf(jobShape),
  handle: async ({ at, query: { limit, after } }) => {
    const place = cursorOf(after, z.tuple([z.number(), z.string()])) ?? [Number.MAX_SAFE_INTEGER, ''];
    const rows = await at.ask<readonly JobRow[]>({ about: 'jobs', limit: limit + 1, after: place });
    return ok(cursorAfter(rows, limit, shown, ({ madeMs, id }) => [madeMs, id]));
  },
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
  summary: 'Let a job that has looked run, pause it, let it go on, or cancel it',
  description: 'What is done already stays done. A job that was cancelled cannot be resumed; start another.',
  params: one.extend({ step: z.enum(['run', 'pause', 'resume', 'cancel']) }),
  shape: changed,
  handle: ({ at, params: { job, step }, caller: { by } }) => at.change({ verb: 'job', change: { step, job }, by }),
});

const begun = changed.and(z.object({ job: z.string(), total: count }));

const undoJob = route({
  operation: 'undoJob',
  method: 'post',
  path: `${base}/{job}/undo`,
  tag: 'Jobs',
  summary: 'Undo an application of a mapping, or the answers that were given to a whole cause',
  description:
    'A job of its own that begins at once, when the other is done or cancelled. Of answers, what has not gone out ' +
    'waits again, looked after, due and put off as before; what its system holds already, or is being sent, ' +
    'stays, and is listed with what to do; only who may give an answer may take it back. What an application has ' +
    'written is put back, value by value, and left so until our value changes or a mapping is applied again. A value ' +
    'that somebody has changed since, a record that it created, and what an invoice has billed are left as they are, ' +
    'and listed.',
  params: one,
  shape: begun,
  handle: async ({ at, params: { job: undoes }, caller, ports, once }) => {
    const change = { step: 'undo', job: idFor(ports, 'job', once), undoes, owners: ownersOf(caller) } as const;
    const { status, body } = await at.change({ verb: 'job', change, by: caller.by });
    return { status, body: { ...body, job: String(body['job']), total: Number(body['total']) } };
  },
});

const over = {
  connection: z.string().max(60).nullable().default(null).meta({ description: 'Whose records are read; all if null.' }),
  kinds: z.array(kindName).max(entityNames.length).nullable().default(null).meta({ description: 'All if null.' }),
};

const startReplay = route({
  operation: 'startReplay',
  method: 'post',
  path: '/installations/{installation}/replays',
  tag: 'Jobs',
  summary: 'Look at everything that has changed since a moment, or at one entity, as it is now',
  description:
    'A job that only reads at first and says what would be written. Step run of it then decides each record again as ' +
    'it is now, under the mapping in force or, as recorded, under the version that it was decided under last: what ' +
    'systems then hold otherwise than the mapping in force says stays so until our value changes or a mapping is ' +
    'applied. Records that are created are so under the mapping in force. What an invoice has billed is listed and ' +
    'left as it is.',
  body: z
    .object({
      ...over,
      since: z.iso.datetime().nullable().default(null),
      entity: z.string().max(60).nullable().default(null).meta({ description: 'Only this one.' }),
      mapping: z.enum(mappings).default('in-force').meta({ description: 'Which version decides.' }),
    })
    .refine(({ since, entity }) => since !== null || entity !== null, {
      path: ['since'],
      error: 'say since when, or which entity',
    }),
  shape: begun,
  handle: async ({ at, body: { connection, kinds, since, entity, mapping }, caller: { by }, ports, once }) => {
    const sinceMs = since === null ? null : Date.parse(since);
    const over = { connection, kinds: kinds ?? entityNames, sinceMs, entity, withDifferences: false };
    const asked = { ...over, isAsRecorded: mapping === 'as-recorded' };
    const change = { step: 'replay', job: idFor(ports, 'job', once), asked } as const;
    const { status, body } = await at.change({ verb: 'job', change, by });
    return { status, body: { ...body, job: String(body['job']), total: Number(body['total']) } };
  },
});

const startApplication = route({
  operation: 'startApplication',
  method: 'post',
  path: '/installations/{installation}/applications',
  tag: 'Jobs',
  summary: 'Look at what existing records differ in from the mapping in force',
  description:
    'A job that only reads at first and says what would be written. Step run of it then writes the differences. With ' +
    'differences of the first day, what was left alone since then is written too. What an invoice has billed is ' +
    'listed and left as it is.',
  body: z.object({ ...over, withDifferences: z.boolean().default(false) }),
  shape: begun,
  handle: async ({ at, body: { connection, kinds, withDifferences }, caller: { by }, ports, once }) => {
    const asked = { connection, kinds: kinds ?? entityNames, sinceMs: null, withDifferences };
    const change = { step: 'apply', job: idFor(ports, 'job', once), asked } as const;
    const { status, body } = await at.change({ verb: 'job', change, by });
    return { status, body: { ...body, job: String(body['job']), total: Number(body['total']) } };
  },
});

export const jobs: readonly Route[] = [listJobs, readJob, undoJob, steerJob, startReplay, startApplication];
