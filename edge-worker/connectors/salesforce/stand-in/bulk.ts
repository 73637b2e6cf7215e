// Bulk API 2.0 ingest: a job is opened, its rows are handed in as CSV, and what became of each is asked for later.
import { insertRow, keyField, removeRow, updateRow, upsertRow } from './records.ts';
import { type Answer, notFound, Refused } from './refusals.ts';
import type { FieldShape, TypeShape } from './shape.ts';
import type { Body } from './values.ts';
import { bodyOf, fieldNamed, rowToWrite, typeNamed, type Visit } from './visit.ts';

const operations = ['insert', 'update', 'upsert', 'delete'];
const batchRows = 10_000;
/** Null is written as this; an empty field is left as it is. */
const nothing = '#N/A';

export interface BulkJob {
  readonly id: string;
  readonly operation: string;
  readonly type: TypeShape;
  readonly key: FieldShape | null;
  readonly createdById: string;
  readonly createdMs: number;
  state: 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Aborted';
  header: readonly string[];
  rows: readonly (readonly string[])[];
  /** What became of the rows so far, in their order. */
  readonly done: { readonly row: readonly string[]; readonly id: string; readonly isNew: boolean }[];
  readonly failed: { readonly row: readonly string[]; readonly id: string; readonly error: string }[];
}

/** Fields in quotes may hold commas, quotes and line ends. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const field = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/gy;
  for (let found = field.exec(text); found; found = field.exec(text)) {
    const [whole, value = '', end] = found;
    rows.at(-1)?.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (field.lastIndex >= text.length && end !== ',') break;
    if (end !== ',') rows.push([]);
    if (whole === '') break;
  }
  return rows.filter((row) => row.length > 1 || row[0] !== '');
}

export const writeCsv = (rows: readonly (readonly string[])[], delimiter = ',', lineEnd = '\n'): string =>
  rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(delimiter) + lineEnd).join('');

const csv = (header: readonly string[], rows: readonly (readonly string[])[]): Answer => ({
  status: 200,
  text: writeCsv([header, ...rows]),
  headers: { 'Content-Type': 'text/csv' },
});

const shown = (visit: Visit, job: BulkJob): Record<string, unknown> => ({
  id: job.id,
  operation: job.operation,
  object: job.type.name,
  createdById: job.createdById,
  createdDate: new Date(job.createdMs).toISOString().replace('Z', '+0000'),
  state: job.state,
  ...(job.key && { externalIdFieldName: job.key.name }),
  concurrencyMode: 'Parallel',
  contentType: 'CSV',
  apiVersion: Number(visit.version.slice(1)),
  jobType: 'V2Ingest',
  contentUrl: `services/data/${visit.version.slice(1)}/jobs/ingest/${job.id}/batches`,
  lineEnding: 'LF',
  columnDelimiter: 'COMMA',
});

function jobOf(visit: Visit, id: string): BulkJob {
  const job = visit.org.bulkJobs.get(id);
  if (!job) throw notFound();
  return job;
}

export function openJob(visit: Visit): Answer {
  const asked = bodyOf(visit);
  const operation = String(asked['operation']);
  if (!operations.includes(operation)) throw new Refused('INVALIDJOB', `Unknown operation: ${operation}`, null);
  const type = typeNamed(visit, String(asked['object']));
  const named = asked['externalIdFieldName'];
  if (operation === 'upsert' && typeof named !== 'string') {
    throw new Refused('INVALIDJOB', 'External ID field name is required for an upsert', null);
  }
  const job: BulkJob = {
    ...{ id: visit.org.bulkIds.next('750'), operation, type },
    key: operation === 'upsert' ? keyField(type, String(named)) : null,
    ...{ createdById: visit.by.id, createdMs: visit.org.nowMs(), state: 'Open' },
    ...{ header: [], rows: [], done: [], failed: [] },
  };
  visit.org.bulkJobs.set(job.id, job);
  return { status: 200, json: shown(visit, job) };
}

export function uploadRows(visit: Visit, id: string): Answer {
  const job = jobOf(visit, id);
  if (job.state !== 'Open' || job.header.length > 0) {
    throw new Refused('INVALIDJOBSTATE', 'The job takes no further data in its state', null);
  }
  const [header = [], ...rows] = readCsv(visit.call.text);
  job.header = header;
  job.rows = rows;
  return { status: 201 };
}

export function changeJob(visit: Visit, id: string): Answer {
  const job = jobOf(visit, id);
  const state = bodyOf(visit)['state'];
  const isOpen = job.state === 'Open';
  if (!isOpen || (state !== 'UploadComplete' && state !== 'Aborted')) {
    throw new Refused('INVALIDJOBSTATE', `A job that is ${job.state} cannot become ${String(state)}`, null);
  }
  job.state = state;
  return { status: 200, json: shown(visit, job) };
}

/** Every look at a job that is under way finds it one batch further. */
export function lookAtJob(visit: Visit, id: string): Answer {
  const job = jobOf(visit, id);
  if (job.state === 'InProgress') {
    const from = job.done.length + job.failed.length;
    for (const row of job.rows.slice(from, from + batchRows)) writeRow(visit, job, row);
    if (from + batchRows >= job.rows.length) job.state = 'JobComplete';
  }
  if (job.state === 'UploadComplete') job.state = 'InProgress';
  const counts = {
    numberRecordsProcessed: job.done.length + job.failed.length,
    numberRecordsFailed: job.failed.length,
    ...{ retries: 0, totalProcessingTime: 0, apexProcessingTime: 0, apiActiveProcessingTime: 0 },
  };
  return { status: 200, json: { ...shown(visit, job), ...counts } };
}

function writeRow(visit: Visit, job: BulkJob, row: readonly string[]): void {
  const texts = new Map(job.header.map((name, at) => [name, row[at] ?? '']));
  const given = texts.get('Id') ?? '';
  try {
    const saved = visit.org.books.atomically(() => write(visit, job, texts));
    job.done.push({ row, ...saved });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    job.failed.push({ row, id: given, error: `${error.code}:${error.message}:${(error.fields ?? []).join(',')}--` });
  }
}

function write(visit: Visit, job: BulkJob, texts: Map<string, string>): { id: string; isNew: boolean } {
  const { type, key, operation } = job;
  const text = texts.get(key?.name ?? 'Id') ?? '';
  const body: Record<string, unknown> = {};
  for (const [name, value] of texts) {
    if (name === 'Id' || name === key?.name || value === '') continue;
    body[name] = cellOf(type, name, value);
  }
  if (operation === 'insert') return { id: insertRow(visit, type, body).id, isNew: true };
  if (key) {
    if (text === '') throw new Refused('MISSING_ARGUMENT', `${key.name} not specified`);
    const { id, created } = upsertRow(visit, type, key, text, body);
    return { id, isNew: created };
  }
  const row = rowToWrite(visit, type, text);
  if (operation === 'delete') removeRow(visit, type, row);
  else updateRow(visit, type, row, body as Body);
  return { id: row.id, isNew: false };
}

/** What a field is given for its text. A column that names a parent by its key is not known here, and says so. */
function cellOf(type: TypeShape, name: string, text: string): unknown {
  if (text === nothing) return null;
  const { kind } = fieldNamed(type, name);
  if (kind === 'boolean') return text.toLowerCase() === 'true';
  const isNumber = ['int', 'double', 'currency', 'percent'].includes(kind);
  return isNumber && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** What is under way cannot be forgotten. */
export function deleteJob(visit: Visit, id: string): Answer {
  const job = jobOf(visit, id);
  if (job.state === 'InProgress') throw new Refused('INVALIDJOBSTATE', 'The job is in progress', null);
  visit.org.bulkJobs.delete(id);
  return { status: 204 };
}

export function tellResults(visit: Visit, id: string, which: string): Answer {
  const job = jobOf(visit, id);
  const { header, done, failed } = job;
  switch (which) {
    case 'successfulResults':
      return csv(
        ['sf__Id', 'sf__Created', ...header],
        done.map((one) => [one.id, String(one.isNew), ...one.row]),
      );
    case 'failedResults':
      return csv(
        ['sf__Id', 'sf__Error', ...header],
        failed.map((one) => [one.id, one.error, ...one.row]),
      );
    case 'unprocessedrecords':
      return csv(header, job.state === 'Aborted' ? job.rows : job.rows.slice(done.length + failed.length));
    default:
      throw notFound();
  }
}
