// The record of a shard as the lane's flusher sees it: a batch of statements that D1 runs as one transaction.
import { type RecordDatabase, RecordUnavailable } from '../store/flush.ts';
import { type RecordReader, ScopedRecord } from '../store/scoped-record.ts';
import type { Env } from './env.ts';
import type { Governor } from './governor.ts';
import type { Meter } from './meter.ts';

/** D1's own words for "not now". Everything else is about the rows. */
const notNow = [
  /overloaded|too many requests|too long|timeout|timed out|internal error|not available/i,
  /network|connection lost|reset because|unreachable/i,
];
const batchTimeoutMs = 30_000;
/** People wait for it. */
const readTimeoutMs = 10_000;

/** The seam between an installation and where its record lies. One shard today. */
export function storeFor(env: Pick<Env, 'RECORD'>, _installation: string): D1Database {
  return env.RECORD;
}

export function recordDatabase(database: D1Database, governor: Governor, meter: Meter): RecordDatabase {
  const reader = readerOf(database);
  return {
    read: (queries) => governor.run('record', () => reader.read(queries)),
    async batch(statements) {
      if (statements.length === 0) return;
      try {
        const prepared = statements.map(({ query, rows }) => database.prepare(query).bind(rows));
        const results = await governor.run('record', () => within(database.batch(prepared), batchTimeoutMs));
        meter.recordStatements += results.length;
        for (const result of results) meter.recordRows += result.meta.rows_written;
      } catch (error) {
        throw told(error);
      }
    },
  };
}

/** The record of one installation, for people and reports to read. */
export function recordFor(env: Pick<Env, 'RECORD'>, installation: string): ScopedRecord {
  return new ScopedRecord(readerOf(storeFor(env, installation)), installation);
}

function readerOf(database: D1Database): RecordReader {
  return {
    async read(queries) {
      try {
        const prepared = queries.map(({ text, bound }) => database.prepare(text).bind(...bound));
        const results = await within(database.batch(prepared), readTimeoutMs);
        return results.map((result) => result.results);
      } catch (error) {
        throw told(error);
      }
    },
  };
}

function told(error: unknown): unknown {
  const message = error instanceof Error ? error.message : 'unknown';
  return notNow.some((words) => words.test(message)) ? new RecordUnavailable(message, { cause: error }) : error;
}

/**
 * A batch that never answers is the same as one that was refused: it will be sent again, and repeating it is
 * harmless.
 */
async function within<Result>(work: Promise<Result>, ms: number): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`D1 timed out after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
