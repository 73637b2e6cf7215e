// The REST routes: which path and method lead where, and under which name a call is counted.
import { changeJob, deleteJob, lookAtJob, openJob, tellResults, uploadRows } from './bulk.ts';
import { abortQuery, deleteQuery, listQueries, lookAtQuery, openQuery, tellRows } from './bulk-query.ts';
import { createMany, deleteMany, readMany, readManyByBody, updateMany, upsertMany } from './collections.ts';
import { batch, composite } from './composite.ts';
import { describeAll, describeShortly, describeType } from './describe.ts';
import { deletedIds, updatedIds } from './feeds.ts';
import { parseId } from './ids.ts';
import { dailyCallsMax, type Org } from './org.ts';
import { graphql } from './pages/graphql.ts';
import { createUiRecord, deleteUiRecord, readUiRecord, updateUiRecord } from './pages/ui-records.ts';
import {
  createRecord,
  deleteByKey,
  deleteRecord,
  readByKey,
  readRecord,
  updateRecord,
  upsertByKey,
} from './records.ts';
import { type Answer, notFound, Refused } from './refusals.ts';
import { typeNamed, type Visit } from './visit.ts';

type Serve = (visit: Visit, parts: readonly string[]) => Answer;

interface Route {
  readonly method: string;
  readonly pattern: readonly string[];
  readonly isWrite: boolean;
  readonly serve: Serve;
}

function route(line: string, serve: Serve, isWrite = !line.startsWith('GET')): Route {
  const [method = '', path = ''] = line.split(' ');
  return { method, pattern: path.split('/').slice(1), isWrite, serve };
}

const ok = (json: unknown): Answer => ({ status: 200, json });

function describe(visit: Visit, name: string): Answer {
  const { schema } = visit;
  const type = typeNamed(visit, name);
  const headers = { 'Last-Modified': new Date(schema.changedMs).toUTCString() };
  const sinceMs = Date.parse(visit.call.header('if-modified-since') ?? '');
  if (sinceMs >= Math.floor(schema.changedMs / 1000) * 1000) return { status: 304, headers };
  return { status: 200, json: describeType(schema, type, visit.version), headers };
}

function limits(visit: Visit): Answer {
  const left = Math.max(0, dailyCallsMax - visit.org.used());
  const full = (max: number) => ({ Max: max, Remaining: max });
  return ok({
    DailyApiRequests: { Max: dailyCallsMax, Remaining: left },
    DailyBulkV2QueryJobs: full(10_000),
    DailyStandardVolumePlatformEvents: full(10_000),
    DataStorageMB: full(10_240),
    HourlyPublishedPlatformEvents: full(50_000),
  });
}

const resources = ['sobjects', 'query', 'queryAll', 'composite', 'limits'];

/** `:type` and `:key` are counted by their names, because their number is small; ids and values are not. */
const routes: readonly Route[] = [
  route('PATCH /composite/sobjects/:type/:key', (v, [type = '', key = '']) => upsertMany(v, type, key)),
  route('POST /composite/sobjects', (v) => createMany(v)),
  route('PATCH /composite/sobjects', (v) => updateMany(v)),
  route('DELETE /composite/sobjects', (v) => deleteMany(v)),
  route('GET /composite/sobjects/:type', (v, [type = '']) => readMany(v, type)),
  route('POST /composite/sobjects/:type', (v, [type = '']) => readManyByBody(v, type), false),
  route('GET /query', (v) => v.org.queries.run(v, false)),
  route('GET /queryAll', (v) => v.org.queries.run(v, true)),
  route('GET /query/:locator', (v, [locator = '']) => v.org.queries.more(v, locator)),
  route('GET /queryAll/:locator', (v, [locator = '']) => v.org.queries.more(v, locator)),
  route('POST /composite', (v) => composite(v)),
  route('POST /composite/batch', (v) => batch(v)),
  route('GET /limits', (v) => limits(v)),
  route('GET /sobjects', (v) => ok(describeAll(v.schema, v.version))),
  route('GET /sobjects/:type', (v, [type = '']) => ok(describeShortly(typeNamed(v, type), v.version))),
  route('POST /sobjects/:type', (v, [type = '']) => createRecord(v, type)),
  route('GET /sobjects/:type/describe', (v, [type = '']) => describe(v, type)),
  route('GET /sobjects/:type/updated', (v, [type = '']) => updatedIds(v, type)),
  route('GET /sobjects/:type/deleted', (v, [type = '']) => deletedIds(v, type)),
  route('GET /sobjects/:type/:id', (v, [type = '', id = '']) => readRecord(v, type, id)),
  route('PATCH /sobjects/:type/:id', (v, [type = '', id = '']) => updateRecord(v, type, id)),
  route('DELETE /sobjects/:type/:id', (v, [type = '', id = '']) => deleteRecord(v, type, id)),
  route('GET /sobjects/:type/:key/:value', (v, [type = '', key = '', value = '']) => readByKey(v, type, key, value)),
  route('PATCH /sobjects/:type/:key/:value', (v, [type = '', key = '', value = '']) =>
    upsertByKey(v, type, key, value),
  ),
  route('DELETE /sobjects/:type/:key/:value', (v, [type = '', key = '', value = '']) =>
    deleteByKey(v, type, key, value),
  ),
  route('POST /jobs/ingest', (v) => openJob(v)),
  route('PUT /jobs/ingest/:job/batches', (v, [job = '']) => uploadRows(v, job)),
  route('PATCH /jobs/ingest/:job', (v, [job = '']) => changeJob(v, job)),
  route('GET /jobs/ingest/:job', (v, [job = '']) => lookAtJob(v, job)),
  route('DELETE /jobs/ingest/:job', (v, [job = '']) => deleteJob(v, job), false),
  route('GET /jobs/ingest/:job/:results', (v, [job = '', which = '']) => tellResults(v, job, which)),
  route('POST /jobs/query', (v) => openQuery(v), false),
  route('GET /jobs/query', (v) => listQueries(v)),
  route('GET /jobs/query/:job', (v, [job = '']) => lookAtQuery(v, job)),
  route('PATCH /jobs/query/:job', (v, [job = '']) => abortQuery(v, job), false),
  route('DELETE /jobs/query/:job', (v, [job = '']) => deleteQuery(v, job), false),
  route('GET /jobs/query/:job/results', (v, [job = '']) => tellRows(v, job)),
  route('POST /graphql', (v) => graphql(v), false),
  route('POST /ui-api/records', (v) => createUiRecord(v)),
  route('GET /ui-api/records/:id', (v, [id = '']) => readUiRecord(v, id)),
  route('PATCH /ui-api/records/:id', (v, [id = '']) => updateUiRecord(v, id)),
  route('DELETE /ui-api/records/:id', (v, [id = '']) => deleteUiRecord(v, id)),
  route('GET /', (v) => ok(Object.fromEntries(resources.map((name) => [name, `${v.call.path}/${name}`])))),
];

export interface Match {
  readonly route: Route;
  readonly version: string;
  readonly parts: readonly string[];
}

const oldestVersion = 31;
const newestVersion = 67;

/** The route of a path below `/services/data/vNN.0`; null where Salesforce has none. */
export function matchRoute(method: string, path: string): Match | null {
  const [, version = '', rest = ''] = /^\/services\/data\/(v\d+\.0)(\/.*)?$/.exec(path) ?? [];
  const number = Number(version.slice(1));
  if (version === '' || number < oldestVersion || number > newestVersion) return null;
  const segments = (rest.replace(/\/$/, '') || '/').split('/').slice(1);
  for (const one of routes) {
    if (one.method !== method || one.pattern.length !== segments.length) continue;
    const isHere = one.pattern.every((part, at) => part.startsWith(':') || part === segments[at]);
    if (!isHere) continue;
    const parts = segments.filter((_, at) => one.pattern[at]?.startsWith(':')).map(decodeURIComponent);
    return { route: one, version, parts };
  }
  return null;
}

/** The name a call is counted under. Queries and deletions say which type they are about, as their path does not. */
export function countedAs(org: Org, match: Match, query: URLSearchParams): string {
  const { route: one, version, parts } = match;
  let taken = 0;
  const named = one.pattern.map((part) => {
    if (!part.startsWith(':')) return part;
    const given = parts[taken++] ?? '';
    const type = org.schema.type(parts[0] ?? '');
    if (part === ':type') return type?.name ?? part;
    return part === ':key' ? (type?.byName.get(given.toLowerCase())?.name ?? part) : part;
  });
  const path = `${one.method} /services/data/${version}/${named.join('/')}`;
  const about = aboutType(org, query);
  return about ? `${path} ${about}` : path;
}

function aboutType(org: Org, query: URLSearchParams): string | null {
  const from = [...(query.get('q') ?? '').matchAll(/\bFROM\s+(\w+)/gi)].at(-1)?.[1];
  if (from) return org.schema.type(from)?.name ?? null;
  const id = parseId((query.get('ids') ?? '').split(',')[0] ?? '');
  return id ? (org.schema.typeOfId(id)?.name ?? null) : null;
}

export function serveRoute(visit: Visit, match: Match | null): Answer {
  try {
    if (!match) throw notFound();
    return match.route.serve(visit, match.parts);
  } catch (error) {
    if (error instanceof Refused) return error.toAnswer();
    throw error;
  }
}
