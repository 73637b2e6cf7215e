// Routes of what waits for a person: the list, one in full, who looks after it, and the answers.
import { z } from 'zod';
import { fieldTitleIn } from '../../../shared/field-titles.ts';
import { connectors } from '../../connectors/_registry.ts';
import { kindOf } from '../../flow/identity.ts';
import { closedOf } from '../../store/history.ts';
import {
  connectionCopies,
  entityVersions,
  exceptions as exceptionRows,
  linkCopies,
  statuses,
} from '../../store/record-schema.ts';
import { having, type Narrowing, pageOfRegister, throughArchived } from '../../store/register-pages.ts';
import { archivedRow, type Place } from '../../store/registers.ts';
import type { StoredRow } from '../../store/rows.ts';
import { columnsOf, type Fragment, joined, select, sql } from '../../store/scoped-record.ts';
import { changed, type InstallationAt } from '../at.ts';
import { ownersOf } from '../caller.ts';
import { hiddenFrom, withoutHidden } from '../confidential.ts';
import {
  answerName,
  causeOf,
  type ExceptionRow,
  exceptionShape,
  labelParts,
  reasonText,
  shownException,
} from '../exception-shapes.ts';
import { namesIn, namesShape } from '../names.ts';
import { cursorAfter, cursorOf, pageOf, paging } from '../paging.ts';
import { ProblemError } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, kindName, params, parsed, titleOf, words, wordsOf } from '../shapes.ts';

/** Exceptions with their system and their record as it is now. */
function found(isFound: Fragment, end: Fragment): Fragment<ExceptionRow> {
  return sql`SELECT ${columnsOf(exceptionRows)}, system, (
      SELECT ${labelParts} FROM ${entityVersions} WHERE entity = exceptions.entity
      ORDER BY version DESC LIMIT 1) AS canonical
    FROM ${exceptionRows} LEFT JOIN ${connectionCopies} ON connections.id = exceptions.connection
    WHERE ${isFound} ${end}`;
}

const filters = paging.extend({
  state: z.enum(['open', 'closed']).default('open'),
  snoozed: z.enum(['without', 'with', 'only']).default('without').meta({ description: 'Those put off for now.' }),
  cause: z.string().optional(),
  owner: z.string().optional(),
  assignee: z.string().optional().meta({ description: 'Empty = those that nobody looks after.' }),
  control: z.string().optional(),
  connection: z.string().optional(),
  kind: kindName.optional(),
  entity: z.string().optional(),
});

type StoredException = StoredRow<typeof exceptionRows>;

function narrowingOf(asked: z.infer<typeof filters>, nowMs: number): readonly Narrowing<StoredException>[] {
  const { state, snoozed, cause, owner, assignee, control, connection, kind, entity } = asked;
  const away = (row: StoredException) => (row.snoozedMs ?? 0) > nowMs;
  return [
    ...having('exceptions', 'state', state),
    ...(snoozed === 'without'
      ? [{ asks: sql`(snoozed_ms IS NULL OR snoozed_ms <= ${nowMs})`, fits: (row: StoredException) => !away(row) }]
      : []),
    ...(snoozed === 'only' ? [{ asks: sql`snoozed_ms > ${nowMs}`, fits: away }] : []),
    ...(cause === undefined
      ? []
      : [{ asks: sql`${causeOfRow} = ${cause}`, fits: (row: StoredException) => causeOf(row) === cause }]),
    ...having('exceptions', 'owner', owner),
    ...having('exceptions', 'assignee', assignee === '' ? null : assignee),
    ...having('exceptions', 'control', control),
    ...having('exceptions', 'connection', connection),
    ...having('exceptions', 'kind', kind),
    ...having('exceptions', 'entity', entity),
  ];
}

export const causeOfRow = sql`coalesce(cause, control || '.' || code || '.' || connection)`;

const listExceptions = route({
  operation: 'listExceptions',
  method: 'get',
  path: '/installations/{installation}/exceptions',
  tag: 'Exceptions',
  summary: 'List what waits for a person, the oldest first',
  query: filters,
  shape: pageOf(exceptionShape),
  handle: async ({ at, query, caller, ports }) => {
    const { limit, after, state, entity } = query;
    const place = cursorOf(after, z.tuple([z.number(), z.string()]));
    const [madeMs, id] = place ?? [0, ''];
    const isAfter = sql`(made_ms, exceptions.id) > (${madeMs}, ${id})`;
    const narrowed = narrowingOf(query, ports.nowMs());
    const asked = (isNarrowed: Fragment) =>
      found(sql`${isNarrowed} AND ${isAfter}`, sql`ORDER BY made_ms, exceptions.id LIMIT ${limit + 1}`);
    const paged = (rows: readonly ExceptionRow[], goesOn: Place | null) =>
      cursorAfter(
        rows,
        limit,
        (row) => shownException(row, caller),
        (row) => [row.madeMs, row.id],
        goesOn,
      );
    // Nothing leaves D1 that is open, and what one record was asked is found with it.
    if (state === 'open' || entity !== undefined) {
      const record = state === 'open' ? at.record : await closedOf(at.record, at.archive, entity ?? '');
      const conditions = joined(
        narrowed.map(({ asks }) => asks),
        ' AND ',
      );
      return ok(paged(await record.all(asked(conditions)), null));
    }
    const page = await pageOfRegister(at.record, at.archive, {
      register: 'exceptions',
      narrowed,
      query: asked,
      limit,
      after: place,
      fromMs: madeMs,
      nowMs: ports.nowMs(),
    });
    return ok(paged(page.rows, page.goesOn));
  },
});

const inFull = exceptionShape
  .extend({
    record: z.record(z.string(), z.unknown()).nullable().meta({ description: 'The entity as it is now.' }),
    titles: z.record(z.string(), z.string()).meta({ description: 'What people call the fields of the record.' }),
    names: namesShape,
    systems: z.array(
      z.object({
        connection: z.string(),
        system: z.string().nullable(),
        title: z.string(),
        recordType: z.string().nullable(),
        recordId: z.string().nullable(),
        link: z.string().nullable().meta({ description: 'Where a person sees it there.' }),
        state: z.string().nullable(),
        reason: z.string().nullable(),
        params: params.nullable(),
        words: words.nullable(),
      }),
    ),
    before: z
      .array(z.object({ id: z.string(), control: z.string(), words, madeAt: instant, closedBy: z.string().nullable() }))
      .meta({ description: 'Earlier exceptions of the same record, the newest first.' }),
  })
  .meta({ id: 'ExceptionInFull' });

const readException = route({
  operation: 'readException',
  method: 'get',
  path: '/installations/{installation}/exceptions/{exception}',
  tag: 'Exceptions',
  summary: 'Read one exception in full',
  description: 'The record in every system, what failed in words, what may be done, and what was before.',
  params: z.object({ exception: z.string() }),
  shape: inFull,
  handle: async ({ at, params: { exception }, caller }) => {
    const row = await exceptionOf(at, exception);
    if (!row) throw new ProblemError('not-found', 'There is no such exception.');
    const entity = row.entity ?? '';
    const record = await closedOf(at.record, at.archive, entity);
    const [versions, links, shown, connections, before] = await record.batch([
      select(entityVersions, sql`WHERE entity = ${entity} ORDER BY version DESC LIMIT 1`),
      select(linkCopies, sql`WHERE entity = ${entity} AND ended_ms IS NULL`),
      select(statuses, sql`WHERE entity = ${entity}`),
      select(connectionCopies, sql`ORDER BY id`),
      found(sql`exceptions.entity = ${entity} AND exceptions.id <> ${exception}`, sql`ORDER BY made_ms DESC LIMIT 20`),
    ]);
    const systems = connections.flatMap(({ id: connection, system, settings }) => {
      const link = links.find((one) => one.connection === connection);
      const status = shown.find((one) => one.connection === connection);
      if (!link && !status) return [];
      const { recordType = null, recordId = status?.recordId ?? null } = link ?? {};
      return {
        ...{ connection, system, title: titleOf(system), recordType, recordId },
        link: recordType && recordId ? linkTo(system, settings, { recordType, recordId }) : null,
        // A record that was matched and fits has never been told of.
        state: status?.state ?? (link ? 'in-step' : null),
        reason: status?.reason ?? null,
        params: parsed<Record<string, string>>(status?.params ?? null),
        words: status?.reason ? wordsOf(status.reason, status.params, system, row.kind) : null,
      };
    });
    const current = parsed<Record<string, unknown>>(versions[0]?.canonical ?? null);
    const now = current && withoutHidden(current, hiddenFrom(caller, kindOf(entity)));
    const titles = Object.keys(now ?? {}).map((field) => [field, fieldTitleIn(row.kind, field) || field]);
    return ok({
      ...shownException(row, caller),
      ...{ record: now, titles: Object.fromEntries(titles), names: await namesIn(at.record, [now, row.params]) },
      systems,
      before: before.map((one) => shownException(one, caller)),
    });
  },
});

/** One that has left D1 is told like any other. */
async function exceptionOf({ record, archive }: InstallationAt, id: string): Promise<ExceptionRow | null> {
  const asked = found(sql`exceptions.id = ${id}`, sql`LIMIT 1`);
  const here = await record.first(asked);
  if (here) return here;
  const away = await archivedRow(archive, 'exceptions', id);
  return away && throughArchived(record, 'exceptions', [away]).first(asked);
}

function linkTo(system: string, settings: string, ref: { recordType: string; recordId: string }): string | null {
  return connectors[system]?.recordUrl(JSON.parse(settings), ref) ?? null;
}

const answerException = route({
  operation: 'answerException',
  method: 'post',
  path: '/installations/{installation}/exceptions/{exception}/{answer}',
  tag: 'Exceptions',
  summary: 'Answer an exception',
  description:
    'With one of the actions that the exception lists. `retry` looks again after something was mended; `approve` ' +
    'lets exactly this content pass, once, with a reason; `reject` leaves this content out for good; the others are ' +
    'explained by their words. Only whoever owns it may.',
  params: z.object({ exception: z.string(), answer: answerName }),
  body: z.object({
    reason: reasonText,
    by: z
      .string()
      .min(1)
      .max(120)
      .optional()
      .meta({ description: 'For whom the operator answers; others answer for themselves.' }),
  }),
  shape: changed,
  handle: ({ at, params: { exception: hold, answer }, body: { reason, by }, caller }) =>
    at.change({
      ...{ verb: 'answer', hold, answer, reason, owners: ownersOf(caller) },
      by: caller.kind === 'operator' && by ? by : caller.by,
    }),
});

const assignException = route({
  operation: 'assignException',
  method: 'put',
  path: '/installations/{installation}/exceptions/{exception}/assignee',
  tag: 'Exceptions',
  summary: 'Say who looks after an exception',
  params: z.object({ exception: z.string() }),
  body: z.object({
    assignee: z
      .string()
      .min(1)
      .max(120)
      .nullable()
      .optional()
      .meta({ description: 'You, if left out; null = nobody.' }),
  }),
  shape: changed,
  handle: ({ at, params: { exception: hold }, body: { assignee }, caller: { by } }) =>
    at.change({ verb: 'assign', hold, assignee: assignee === undefined ? by : assignee, by }),
});

const snoozeException = route({
  operation: 'snoozeException',
  method: 'put',
  path: '/installations/{installation}/exceptions/{exception}/snooze',
  tag: 'Exceptions',
  summary: 'Put an exception off for a while',
  description: 'It leaves the list until then. Its due time stays: what is put off does not become less urgent.',
  params: z.object({ exception: z.string() }),
  body: z.object({ until: instant.nullable().meta({ description: 'Null = see it again now.' }), reason: reasonText }),
  shape: changed,
  handle: ({ at, params: { exception: hold }, body: { until, reason }, caller: { by } }) =>
    at.change({ verb: 'snooze', hold, untilMs: until === null ? null : Date.parse(until), reason, by }),
});

export const exceptions: readonly Route[] = [
  ...[listExceptions, readException, answerException, assignException, snoozeException],
];
