// Routes of what waits for a person: the list, one in full, who looks after it, and the answers.
import { z } from 'zod';
import { connectors } from '../../connectors/_registry.ts';
import { kindOf } from '../../flow/identity.ts';
import {
  connectionCopies,
  entityVersions,
  exceptions as exceptionRows,
  linkCopies,
  statuses,
} from '../../store/record-schema.ts';
import { columnsOf, type Fragment, joined, select, sql } from '../../store/scoped-record.ts';
import { changed } from '../at.ts';
import { ownersOf } from '../caller.ts';
import { hiddenFrom, withoutHidden } from '../confidential.ts';
import {
  answerName,
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
function found(conditions: readonly Fragment[], end: Fragment): Fragment<ExceptionRow> {
  return sql`SELECT ${columnsOf(exceptionRows)}, system, (
      SELECT ${labelParts} FROM ${entityVersions} WHERE entity = exceptions.entity
      ORDER BY version DESC LIMIT 1) AS canonical
    FROM ${exceptionRows} LEFT JOIN ${connectionCopies} ON connections.id = exceptions.connection
    WHERE ${joined(conditions, ' AND ')} ${end}`;
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

function conditionsOf(asked: z.infer<typeof filters>, nowMs: number): Fragment[] {
  const { state, snoozed, cause, owner, assignee, control, connection, kind, entity } = asked;
  return [
    sql`exceptions.state = ${state}`,
    ...(snoozed === 'without' ? [sql`(snoozed_ms IS NULL OR snoozed_ms <= ${nowMs})`] : []),
    ...(snoozed === 'only' ? [sql`snoozed_ms > ${nowMs}`] : []),
    ...(cause === undefined ? [] : [sql`${causeOfRow} = ${cause}`]),
    ...(owner === undefined ? [] : [sql`owner = ${owner}`]),
    ...(assignee === undefined ? [] : [assignee === '' ? sql`assignee IS NULL` : sql`assignee = ${assignee}`]),
    ...(control === undefined ? [] : [sql`control = ${control}`]),
    ...(connection === undefined ? [] : [sql`connection = ${connection}`]),
    ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
    ...(entity === undefined ? [] : [sql`entity = ${entity}`]),
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
    const { limit, after } = query;
    const [madeMs, id] = cursorOf(after, z.tuple([z.number(), z.string()])) ?? [0, ''];
    const conditions = [...conditionsOf(query, ports.nowMs()), sql`(made_ms, exceptions.id) > (${madeMs}, ${id})`];
    const end = sql`ORDER BY made_ms, exceptions.id LIMIT ${limit + 1}`;
    const rows = await at.record.all(found(conditions, end));
    return ok(
      cursorAfter(
        rows,
        limit,
        (row) => shownException(row, caller),
        (row) => [row.madeMs, row.id],
      ),
    );
  },
});

const inFull = exceptionShape
  .extend({
    record: z.record(z.string(), z.unknown()).nullable().meta({ description: 'The entity as it is now.' }),
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
    const row = await at.record.first(found([sql`exceptions.id = ${exception}`], sql`LIMIT 1`));
    if (!row) throw new ProblemError('not-found', 'There is no such exception.');
    const entity = row.entity ?? '';
    const [versions, links, shown, connections, before] = await at.record.batch([
      select(entityVersions, sql`WHERE entity = ${entity} ORDER BY version DESC LIMIT 1`),
      select(linkCopies, sql`WHERE entity = ${entity} AND ended_ms IS NULL`),
      select(statuses, sql`WHERE entity = ${entity}`),
      select(connectionCopies, sql`ORDER BY id`),
      found(
        [sql`exceptions.entity = ${entity}`, sql`exceptions.id <> ${exception}`],
        sql`ORDER BY made_ms DESC LIMIT 20`,
      ),
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
    return ok({
      ...shownException(row, caller),
      ...{ record: now, names: await namesIn(at.record, [now, row.params]) },
      systems,
      before: before.map((one) => shownException(one, caller)),
    });
  },
});

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
