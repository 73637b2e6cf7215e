// Routes that look: the status of one record, the history of one entity.
import { z } from 'zod';
import { kindOf } from '../../flow/identity.ts';
import { sourcesOf } from '../../flow/provenance.ts';
import * as record from '../../store/record-schema.ts';
import type { StoredRow } from '../../store/rows.ts';
import { select, sql } from '../../store/scoped-record.ts';
import { hiddenFrom, withoutHidden } from '../confidential.ts';
import { queries } from '../explain.ts';
import { namesIn, namesShape } from '../names.ts';
import { ProblemError } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf, params, parsed, words, wordsOf } from '../shapes.ts';

const status = z
  .object({
    system: z.string(),
    state: z.string(),
    reason: z.string().nullable(),
    params: params.nullable(),
    counterpart: z.string().nullable().meta({ description: 'The id of the record there.' }),
    link: z.string().nullable(),
    owner: z.string().nullable().meta({ description: 'Whose turn it is; null when nobody needs to act.' }),
    amounts: params.nullable(),
    lastMs: z.number().nullable(),
    nextMs: z.number().nullable(),
  })
  .meta({ id: 'RecordStatus' });
const recordPage = z.object({
  entities: z.array(z.object({ entity: z.string(), kind: z.string() })),
  statuses: z.array(status),
});

const readRecord = route({
  operation: 'readRecord',
  method: 'get',
  path: '/installations/{installation}/records/{connection}/{type}/{record}',
  tag: 'Records',
  summary: 'Read which entities a record is, and their state in every other system',
  params: z.object({ connection: z.string(), type: z.string(), record: z.string() }),
  shape: recordPage,
  handle: async ({ at, params: { connection, type: recordType, record: recordId } }) =>
    ok(await at.ask<z.input<typeof recordPage>>({ about: 'status', connection, recordType, recordId })),
});

const reason = z
  .object({
    code: z.string(),
    params,
    words,
    owner: z.string().meta({ description: 'Whose turn it would be.' }),
    system: z.string().meta({ description: 'Where it would be held.' }),
  })
  .meta({ id: 'Reason' });

const validateRecord = route({
  operation: 'validateRecord',
  method: 'post',
  path: '/installations/{installation}/validate',
  tag: 'Records',
  summary: 'Ask whether a deal would pass',
  description:
    'The record is read as it is now, laid over with `values` that are only thought of, and tried out as if won in ' +
    'every system. Every reason that would hold it comes in one answer. Nothing is kept and nothing is sent.',
  body: z.object({
    connection: z.string(),
    type: z.string().meta({ description: 'The record type in that system, e.g. `Opportunity`.' }),
    record: z.string().min(1).nullable().default(null).meta({ description: 'Null for one that is not saved yet.' }),
    values: z.record(z.string(), z.unknown()).default({}).meta({ description: 'By the field names of that system.' }),
  }),
  shape: z.object({ passes: z.boolean(), reasons: z.array(reason) }),
  handle: async ({ at, body: { connection, type: recordType, record: recordId, values } }) => {
    const checked = await at.validate({ connection, recordType, recordId, values });
    if (checked.ok) {
      const reasons = checked.reasons.map(({ code, params: named, owner, system }) => ({
        ...{ code, owner, system },
        params: { ...named },
        words: wordsOf(code, JSON.stringify(named ?? {}), system),
      }));
      return ok({ passes: reasons.length === 0, reasons });
    }
    const field = { 'unknown-connection': 'connection', 'unknown-type': 'type', 'unknown-record': 'record' } as const;
    if (checked.code in field) {
      const named = field[checked.code as keyof typeof field];
      throw new ProblemError('invalid-fields', checked.message, { fields: [{ field: named, problem: checked.code }] });
    }
    throw new ProblemError('system-unavailable', checked.message, { headers: { 'retry-after': '60' } });
  },
});

const entityPage = z
  .object({
    entity: z.string(),
    mergedInto: z.string().nullable().meta({ description: 'The entity that goes on for it, after a merge.' }),
    names: namesShape,
    versions: z.array(
      z.object({
        version: z.int(),
        kind: z.string(),
        canonical: z.record(z.string(), z.unknown()),
        provenance: z.unknown().meta({ description: 'Per source: run, connection, instant, fields.' }),
        mappingVersion: z.int(),
        run: z.int(),
        at: instant,
      }),
    ),
    links: z.array(
      z.object({
        connection: z.string(),
        recordType: z.string(),
        recordId: z.string(),
        part: z.string(),
        endedAt: instant.nullable(),
      }),
    ),
    statuses: z.array(
      z.object({
        connection: z.string(),
        state: z.string(),
        reason: z.string().nullable(),
        params: params.nullable(),
        recordId: z.string().nullable(),
        owner: z.string().nullable(),
        at: instant,
        nextAt: instant.nullable(),
      }),
    ),
    timeline: z.array(
      z.object({ run: z.int(), at: instant, entries: z.array(z.object({ code: z.string(), params, words })) }),
    ),
    receipts: z.array(
      z.object({
        command: z.string(),
        outcome: z.string(),
        connection: z.string(),
        recordId: z.string().nullable(),
        requestId: z.string().nullable(),
        code: z.string().nullable(),
        tries: z.int(),
        mappingVersion: z.int(),
        run: z.int(),
        at: instant,
      }),
    ),
  })
  .meta({ id: 'EntityHistory' });
type EntityPage = z.input<typeof entityPage>;

const readEntity = route({
  operation: 'readEntity',
  method: 'get',
  path: '/installations/{installation}/entities/{entity}',
  tag: 'Records',
  summary: 'Read the history of an entity',
  description:
    'Versions with the origin of every value, links, statuses, timeline, receipts; the newest first. A linked record ' +
    'without a status was in step from the start. What is confidential is left out for who may not see it.',
  params: z.object({ entity: z.string() }),
  shape: entityPage,
  handle: async ({ at, params: { entity }, caller }) => {
    const history = await at.history(entity);
    const [aliases, versions, links, statuses, timeline, receipts, connections] = await history.batch([
      select(record.aliasCopies, sql`WHERE entity = ${entity}`),
      select(record.entityVersions, sql`WHERE entity = ${entity} ORDER BY version DESC LIMIT 50`),
      select(record.linkCopies, sql`WHERE entity = ${entity}`),
      select(record.statuses, sql`WHERE entity = ${entity}`),
      select(record.timeline, sql`WHERE entity = ${entity} ORDER BY run DESC LIMIT 200`),
      queries.receiptsOf(entity),
      queries.connections(),
    ]);
    const systems = new Map(connections.map(({ id, system }) => [id, system]));
    const mergedInto = aliases[0]?.into ?? null;
    return ok({
      ...{ entity, mergedInto },
      names: await namesIn(at.record, [mergedInto, timeline.map(({ entries }) => entries)]),
      versions: versions.map((version) => shownVersion(version, hiddenFrom(caller, version.kind))),
      links: links.map(({ endedMs, ...link }) => ({ ...link, endedAt: instantOf(endedMs) })),
      statuses: statuses.map(shownStatus),
      timeline: timeline.map(({ run, atMs, entries }) => ({
        run,
        at: instantOf(atMs),
        entries: shownEntries(entries, kindOf(entity), systems),
      })),
      receipts: receipts.map(({ atMs, ...receipt }) => ({ ...receipt, at: instantOf(atMs) })),
    });
  },
});

function shownVersion(
  { canonical, provenance, atMs, ...version }: StoredRow<typeof record.entityVersions>,
  hidden: ReadonlySet<string>,
) {
  const values = withoutHidden(parsed<Record<string, unknown>>(canonical) ?? {}, hidden);
  const shown = { canonical: values, provenance: sourcesOf(provenance, Object.keys(values)) };
  return { ...version, ...shown, at: instantOf(atMs) } satisfies EntityPage['versions'][number];
}

function shownStatus({ params: given, atMs, nextMs, ...status }: StoredRow<typeof record.statuses>) {
  const shown = { params: parsed<Record<string, string>>(given), at: instantOf(atMs), nextAt: instantOf(nextMs) };
  return { ...status, ...shown } satisfies EntityPage['statuses'][number];
}

/** A connection that an entry names is called by its system. */
function shownEntries(entries: string, kind: string | null, systems: ReadonlyMap<string, string>) {
  return (parsed<[string, Record<string, string>][]>(entries) ?? []).map(([code, given]) => ({
    code,
    params: given,
    words: wordsOf(code, JSON.stringify(given), systems.get(given['connection'] ?? '') ?? null, kind),
  }));
}

export const records: readonly Route[] = [validateRecord, readRecord, readEntity];
