// `Prefer: respond-async`: the request becomes a job with one task per record; its answers are fetched task by task.
import type { Switchboard } from '../../stand-in.ts';
import type { RecordType } from './fields.ts';
import { refusals } from './refusal.ts';
import { parseBody, type RestRecords } from './rest-records.ts';
import { isRecord } from './values.ts';
import { type Answer, type Call, guarded, resourceJson, restError } from './wire.ts';

export const jobBase = '/services/rest/async/v1/job';
const batchMax = 100;

interface Task {
  readonly run: () => Answer;
  answer: Answer | null;
}

interface Job {
  readonly id: string;
  readonly tasks: readonly Task[];
  readonly startMs: number;
  endMs: number | null;
}

export const isAsync = (call: Call) => /respond-async/i.test(call.headers.get('prefer') ?? '');

const isFailed = (task: Task) => (task.answer?.status ?? 500) >= 400;

const isoMillis = (ms: number) => new Date(ms).toISOString();

export class AsyncJobs {
  readonly #board: Switchboard;
  readonly #baseUrl: string;
  readonly #clock: () => number;
  readonly #jobs = new Map<string, Job>();
  readonly #byKey = new Map<string, string>();
  /** How long a job waits for its turn. */
  delayMs = 0;

  constructor(board: Switchboard, baseUrl: string, clock: () => number) {
    this.#board = board;
    this.#baseUrl = baseUrl;
    this.#clock = clock;
  }

  submit(call: Call, runs: readonly (() => Answer)[]): Answer {
    // Only asynchronous requests honour the key; a synchronous one ignores it.
    const key = call.headers.get('x-netsuite-idempotency-key');
    const earlier = key === null ? undefined : this.#byKey.get(key);
    if (earlier !== undefined) {
      const detail = `A request with the idempotency key ${key} has been submitted already.`;
      const error = restError(400, { detail, code: 'IDEMPOTENCY_ERROR', title: 'Conflict' });
      return { ...error, headers: { ...error.headers, Location: this.#urlOf(earlier) } };
    }
    const id = String(this.#jobs.size + 1);
    const job: Job = { id, tasks: runs.map((run) => ({ run, answer: null })), startMs: this.#clock(), endMs: null };
    this.#jobs.set(id, job);
    if (key !== null) this.#byKey.set(key, id);
    this.#board.later(this.delayMs, () => {
      for (const task of job.tasks) task.answer = guarded('rest', task.run);
      job.endMs = this.#clock();
    });
    return {
      status: 202,
      headers: { Location: this.#urlOf(id), 'Preference-Applied': 'respond-async', 'X-NetSuite-JobId': id },
    };
  }

  answer(call: Call): Answer {
    const [id = '', noun, taskId, last] = call.path.slice(jobBase.length + 1).split('/');
    const job = this.#jobs.get(id);
    const task = taskId === undefined ? undefined : job?.tasks[Number(taskId) - 1];
    if (!job || (taskId !== undefined && !task)) {
      return restError(404, { detail: refusals.unknownRecord().message, code: 'NONEXISTENT_ID' });
    }
    if (noun === undefined) return resourceJson(this.#jobJson(job), 'singular');
    if (!task || taskId === undefined) return resourceJson(this.#taskList(job), 'collection');
    if (last !== 'result') return resourceJson(this.#taskJson(job, task, taskId), 'singular');
    if (!task.answer) return restError(404, { detail: 'The result is not available yet.', code: 'NOT_FOUND' });
    return task.answer;
  }

  #urlOf(id: string): string {
    return `${this.#baseUrl}${jobBase}/${id}`;
  }

  /** A batch says it succeeded once it ran, whatever became of its records. */
  #jobJson(job: Job) {
    const isSingle = job.tasks.length === 1 && isFailed(job.tasks[0]!);
    const url = this.#urlOf(job.id);
    return {
      links: [{ rel: 'self', href: url }],
      completed: job.endMs !== null,
      id: job.id,
      progress: job.endMs === null ? 'pending' : isSingle ? 'failed' : 'succeeded',
      task: { links: [{ rel: 'self', href: `${url}/task` }] },
    };
  }

  #taskList(job: Job) {
    const items = job.tasks.map((_, index) => ({
      links: [{ rel: 'self', href: `${this.#urlOf(job.id)}/task/${index + 1}` }],
      id: String(index + 1),
    }));
    return { links: [], count: items.length, hasMore: false, items, offset: 0, totalResults: items.length };
  }

  #taskJson(job: Job, task: Task, id: string) {
    const progress = task.answer === null ? 'pending' : isFailed(task) ? 'failed' : 'succeeded';
    return {
      links: [{ rel: 'self', href: `${this.#urlOf(job.id)}/task/${id}` }],
      id,
      completed: task.answer !== null,
      progress,
      startTime: isoMillis(job.startMs),
      ...(job.endMs === null ? {} : { endTime: isoMillis(job.endMs) }),
    };
  }
}

export const isBatch = (call: Call) =>
  /type=collection/i.test(call.headers.get('content-type') ?? '') || call.query.has('ids');

/** One run per record of a batch of one type. */
export function batchRuns(call: Call, type: RecordType, records: RestRecords): (() => Answer)[] {
  const { method } = call;
  if (method === 'GET' || method === 'DELETE') {
    const keys = (call.query.get('ids') ?? '').split(',').filter((key) => key !== '');
    checkSize(keys.length);
    return keys.map((key) => () => records.single(call, type, key, ''));
  }
  const { items } = parseBody(call.body);
  if (!Array.isArray(items)) throw refusals.badBody();
  checkSize(items.length);
  return items.map((item: unknown) => () => {
    if (!isRecord(item)) throw refusals.badBody();
    const body = JSON.stringify(item);
    if (method === 'POST') return records.create(call, type, body);
    const key = method === 'PATCH' && item['id'] ? String(item['id']) : `eid:${String(item['externalId'])}`;
    return records.single(call, type, key, body);
  });
}

function checkSize(count: number): void {
  if (count === 0 || count > batchMax) {
    throw refusals.badParameter(`A batch holds between 1 and ${batchMax} records.`);
  }
}
