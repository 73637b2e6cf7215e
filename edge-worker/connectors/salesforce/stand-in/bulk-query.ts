// Bulk API 2.0 queries: a job is opened with a query, worked through, and its rows fetched as CSV, a part at a time.
import { writeCsv } from './bulk.ts';
import { type Answer, notFound, Refused } from './refusals.ts';
import type { FieldShape, TypeShape } from './shape.ts';
import { type Resolved, resolvePath } from './soql-conditions.ts';
import { type Path, parseSoql, type Query } from './soql-parse.ts';
import { type RunScope, runQuery } from './soql-run.ts';
import type { Value } from './table.ts';
import { formatSoapDateTime } from './times.ts';
import { bodyOf, type Visit } from './visit.ts';

/** UNVERIFIED: how many rows come at once when nobody says; the vendor chooses by size. */
const partRows = 50_000;
const lineEndings = ['LF', 'CRLF'];
const delimiters: Readonly<Record<string, string>> = {
  ...{ COMMA: ',', TAB: '\t', PIPE: '|', SEMICOLON: ';', CARET: '^', BACKQUOTE: '`' },
};

interface Column {
  readonly name: string;
  readonly resolved: Resolved;
}

export interface QueryJob {
  readonly id: string;
  readonly operation: 'query' | 'queryAll';
  readonly object: string;
  readonly soql: string;
  readonly lineEnding: string;
  readonly columnDelimiter: string;
  readonly createdById: string;
  readonly createdMs: number;
  state: 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Aborted';
  header: readonly string[];
  rows: readonly (readonly string[])[];
}

const refused = (message: string): Refused => new Refused('API_ERROR', message, null);

/** Sums, lists of children and skipped rows have no place in a table of rows. */
function parseBulk(soql: string): Query {
  const query = parseSoql(soql);
  const isNested = query.selections.some((one) => one.kind === 'children');
  if (isNested) throw refused('Aggregate Relationships not supported in Bulk Query');
  if (query.selections.some((one) => one.kind === 'sum'))
    throw refused('Aggregate functions not supported in Bulk Query');
  if (query.offset > 0) throw refused('OFFSET not supported in Bulk Query');
  return query;
}

function columnsOf(scope: RunScope, type: TypeShape, query: Query): readonly Column[] {
  const paths = query.selections.flatMap((one): readonly Path[] => {
    if (one.kind === 'path') return [one.path];
    return one.kind === 'fields' ? type.fields.map(({ name }) => ({ names: [name], at: 0 })) : [];
  });
  return paths.map((path) => {
    const resolved = resolvePath(scope, type, path);
    return { name: [...path.names.slice(0, -1), resolved.field.name].join('.'), resolved };
  });
}

/** Decimals always show a point, moments end in `Z`, nothing is an empty cell. */
function cellOf(field: FieldShape, value: Value): string {
  if (value === null) return '';
  if (field.kind === 'datetime') return formatSoapDateTime(String(value));
  const isDecimal = ['double', 'currency', 'percent'].includes(field.kind);
  return isDecimal && Number.isInteger(value) ? `${value}.0` : String(value);
}

const scopeOf = (visit: Visit, { soql, operation }: Pick<QueryJob, 'soql' | 'operation'>): RunScope =>
  visit.org.queries.scope(visit, soql, operation === 'queryAll');

/** What a query says of itself is found out at once, so that a job that could never run is not opened. */
function proven<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Refused) || error.code === 'API_ERROR') throw error;
    if (error.code === 'INVALID_TYPE') throw new Refused('INVALIDENTITY', error.message, null);
    throw refused(error.message);
  }
}

export function openQuery(visit: Visit): Answer {
  const { operation, query: soql, lineEnding = 'LF', columnDelimiter = 'COMMA' } = bodyOf(visit);
  if (operation !== 'query' && operation !== 'queryAll') {
    throw new Refused('INVALIDJOB', `Unknown operation: ${String(operation)}`, null);
  }
  if (typeof soql !== 'string' || soql === '') throw refused('SOQL statements cannot be empty or null');
  const isCsv = lineEndings.includes(String(lineEnding)) && String(columnDelimiter) in delimiters;
  if (!isCsv) throw new Refused('INVALIDJOB', 'Unknown line ending or column delimiter', null);
  const object = proven(() => {
    const query = parseBulk(soql);
    const scope = scopeOf(visit, { soql, operation });
    runQuery(scope, { ...query, limit: 0 });
    return scope.schema.type(query.from.names.join('.'))?.name ?? '';
  });
  const job: QueryJob = {
    ...{ id: visit.org.bulkIds.next('750'), operation, object, soql, state: 'UploadComplete' },
    ...{ lineEnding: String(lineEnding), columnDelimiter: String(columnDelimiter), header: [], rows: [] },
    ...{ createdById: visit.by.id, createdMs: visit.org.nowMs() },
  };
  visit.org.queryJobs.set(job.id, job);
  return { status: 200, json: shown(visit, job) };
}

function shown(visit: Visit, job: QueryJob): Record<string, unknown> {
  const { id, operation, object, createdById, createdMs, state, lineEnding, columnDelimiter } = job;
  const createdDate = new Date(createdMs).toISOString().replace('Z', '+0000');
  return {
    ...{ id, operation, object, createdById, createdDate, systemModstamp: createdDate, state },
    ...{ concurrencyMode: 'Parallel', contentType: 'CSV', apiVersion: Number(visit.version.slice(1)) },
    ...{ jobType: 'V2Query', lineEnding, columnDelimiter },
  };
}

function jobOf(visit: Visit, id: string): QueryJob {
  const job = visit.org.queryJobs.get(id);
  if (!job) throw notFound();
  return job;
}

/** The rows are those of the moment at which the job is worked through, which the second look finds done. */
export function lookAtQuery(visit: Visit, id: string): Answer {
  const job = jobOf(visit, id);
  if (job.state === 'InProgress') workThrough(visit, job);
  if (job.state === 'UploadComplete') job.state = 'InProgress';
  const done = { numberRecordsProcessed: job.rows.length, retries: 0, totalProcessingTime: 0 };
  return { status: 200, json: { ...shown(visit, job), ...done, isPkChunkingSupported: true } };
}

function workThrough(visit: Visit, job: QueryJob): void {
  const scope = scopeOf(visit, job);
  const query = parseBulk(job.soql);
  const type = scope.schema.type(job.object);
  const outcome = runQuery(scope, query);
  if (!type || outcome.kind !== 'rows') throw new Error(`a bulk query gave ${outcome.kind}`);
  const columns = columnsOf(scope, type, query);
  job.header = columns.map((column) => column.name);
  job.rows = outcome.rows.map((row) => columns.map(({ resolved }) => cellOf(resolved.field, resolved.get(row))));
  job.state = 'JobComplete';
}

export function abortQuery(visit: Visit, id: string): Answer {
  const job = jobOf(visit, id);
  const state = bodyOf(visit)['state'];
  const isUnderWay = job.state === 'UploadComplete' || job.state === 'InProgress';
  if (!isUnderWay || state !== 'Aborted') {
    throw new Refused('INVALIDJOBSTATE', `A job that is ${job.state} cannot become ${String(state)}`, null);
  }
  job.state = state;
  return { status: 200, json: shown(visit, job) };
}

export function deleteQuery(visit: Visit, id: string): Answer {
  const { state } = jobOf(visit, id);
  if (state !== 'JobComplete' && state !== 'Aborted') {
    throw new Refused('INVALIDJOBSTATE', `A job that is ${state} cannot be deleted`, null);
  }
  visit.org.queryJobs.delete(id);
  return { status: 204 };
}

export const listQueries = (visit: Visit): Answer => ({
  status: 200,
  json: {
    done: true,
    nextRecordsUrl: null,
    records: [...visit.org.queryJobs.values()].map((job) => shown(visit, job)),
  },
});

/** Each part begins with the header. Where it goes on is said by a locator, in a header: `null` at the end. */
export function tellRows(visit: Visit, id: string): Answer {
  const job = jobOf(visit, id);
  if (job.state !== 'JobComplete') throw new Refused('INVALIDJOBSTATE', `The job is ${job.state}`, null);
  const from = placeOf(visit.call.query.get('locator'), job.rows.length);
  const asked = Number(visit.call.query.get('maxRecords') ?? partRows);
  const part = job.rows.slice(from, from + Math.max(1, Math.min(asked, partRows)));
  const to = from + part.length;
  const next = to < job.rows.length ? Buffer.from(String(to)).toString('base64url') : 'null';
  const text = writeCsv(
    [job.header, ...part],
    delimiters[job.columnDelimiter],
    job.lineEnding === 'LF' ? '\n' : '\r\n',
  );
  const headers = { 'Sforce-Locator': next, 'Sforce-NumberOfRecords': String(part.length), 'Content-Type': 'text/csv' };
  return { status: 200, text, headers };
}

function placeOf(locator: string | null, count: number): number {
  if (locator === null) return 0;
  const place = Buffer.from(locator, 'base64url').toString();
  if (!/^\d+$/.test(place) || Number(place) >= count) throw refused(`Invalid locator: ${locator}`);
  return Number(place);
}
