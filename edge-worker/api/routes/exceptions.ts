// Routes of what waits for a person: the list, in words, and the answers.
import { z } from 'zod';
import { actionNames, actions } from '../../../shared/actions.ts';
import { actionsOf } from '../../flow/choices.ts';
import { connectionCopies, exceptions as exceptionRows } from '../../store/record-schema.ts';
import type { StoredRow } from '../../store/rows.ts';
import { columnsOf, joined, sql } from '../../store/scoped-record.ts';
import { changed } from '../at.ts';
import { cursorAfter, cursorOf, pageOf, paging } from '../paging.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf, kindName, params, parsed, words, wordsOf } from '../shapes.ts';

const exception = z
  .object({
    id: z.string(),
    state: z.enum(['open', 'closed']),
    entity: z.string().nullable(),
    kind: z.string().nullable(),
    connection: z.string().nullable(),
    system: z.string().nullable(),
    recordType: z.string().nullable(),
    control: z.string(),
    owner: z.string().meta({ description: 'Whose turn it is.' }),
    code: z.string(),
    params,
    words,
    actions: z
      .array(
        z
          .object({ action: z.enum(actionNames), title: z.string(), text: z.string(), needsReason: z.boolean() })
          .meta({ id: 'Action' }),
      )
      .meta({ description: 'What its owner may do; empty once it is closed.' }),
    hash: z.string().nullable().meta({ description: 'Of the content an approval would hold for.' }),
    madeAt: instant,
    dueAt: instant,
    closedAt: instant.nullable(),
    closedBy: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Exception' });

type ExceptionRow = StoredRow<typeof exceptionRows> & { readonly system: string | null };

function shown(row: ExceptionRow): z.input<typeof exception> {
  const { id, entity, kind, connection, system, recordType, control, owner, code, hash, closedBy, reason } = row;
  return {
    ...{ id, entity, kind, connection, system, recordType, control, owner, code, hash, closedBy, reason },
    state: row.state === 'open' ? 'open' : 'closed',
    params: parsed<Record<string, string>>(row.params) ?? {},
    words: wordsOf(code, row.params, system ?? connection),
    actions: row.state === 'open' ? actionsOf(control).map((action) => ({ action, ...actions[action] })) : [],
    madeAt: instantOf(row.madeMs),
    dueAt: instantOf(row.dueMs),
    closedAt: instantOf(row.closedMs),
  };
}

const listExceptions = route({
  operation: 'listExceptions',
  method: 'get',
  path: '/installations/{installation}/exceptions',
  tag: 'Exceptions',
  summary: 'List what waits for a person, the oldest first',
  query: paging.extend({
    state: z.enum(['open', 'closed']).default('open'),
    owner: z.string().optional(),
    control: z.string().optional(),
    connection: z.string().optional(),
    kind: kindName.optional(),
    entity: z.string().optional(),
  }),
  shape: pageOf(exception),
  handle: async ({ at, query: { state, limit, after, owner, control, connection, kind, entity } }) => {
    const [madeMs, id] = cursorOf(after, z.tuple([z.number(), z.string()])) ?? [0, ''];
    const filters = [
      sql`exceptions.state = ${state}`,
      sql`(made_ms, exceptions.id) > (${madeMs}, ${id})`,
      ...(owner ? [sql`owner = ${owner}`] : []),
      ...(control ? [sql`control = ${control}`] : []),
      ...(connection ? [sql`connection = ${connection}`] : []),
      ...(kind ? [sql`kind = ${kind}`] : []),
      ...(entity ? [sql`entity = ${entity}`] : []),
    ];
    const rows = await at.record.all(sql<ExceptionRow>`
      SELECT ${columnsOf(exceptionRows)}, system FROM ${exceptionRows} LEFT JOIN ${connectionCopies}
        ON connections.id = exceptions.connection
      WHERE ${joined(filters, ' AND ')} ORDER BY made_ms, exceptions.id LIMIT ${limit + 1}`);
    return ok(cursorAfter(rows, limit, shown, (row) => [row.madeMs, row.id]));
  },
});

const answerException = route({
  operation: 'answerException',
  method: 'post',
  path: '/installations/{installation}/exceptions/{exception}/{answer}',
  tag: 'Exceptions',
  summary: 'Answer an exception',
  description:
    'With one of the actions that the exception lists. `retry` looks again after something was mended; `approve` ' +
    'lets exactly this content pass, once, with a reason; `reject` leaves this content out for good; the others are ' +
    'explained by their words.',
  params: z.object({ exception: z.string(), answer: z.enum(actionNames) }),
  body: z.object({ reason: z.string().max(500).default(''), by: z.string().min(1).max(120).optional() }),
  shape: changed,
  handle: ({ at, params: { exception: hold, answer }, body: { reason, by }, caller }) =>
    at.change({ verb: 'answer', hold, answer, reason, by: by ?? caller.by }),
});

export const exceptions: readonly Route[] = [listExceptions, answerException];
