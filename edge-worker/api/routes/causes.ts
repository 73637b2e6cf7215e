// Routes of causes: what waits, grouped by what it has in common; and one answer to a whole group, as a job.
import { z } from 'zod';
import { money } from '../../../shared/money.ts';
import type { AtStakes } from '../../flow/stocks.ts';
import { connectionCopies, exceptions as exceptionRows } from '../../store/record-schema.ts';
import { joined, sql } from '../../store/scoped-record.ts';
import { changed } from '../at.ts';
import { type Caller, ownersOf } from '../caller.ts';
import { actionShape, actionsFor, answerName, reasonText } from '../exception-shapes.ts';
import { idFor } from '../once.ts';
import { cursorAfter, cursorOf, pageOf, paging } from '../paging.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf, params, parsed, titleOf, words, wordsOf } from '../shapes.ts';
import { causeOfRow } from './exceptions.ts';

const count = z.int().min(0);
const causeShape = z
  .object({
    cause: z.string(),
    control: z.string(),
    code: z.string(),
    owner: z.string(),
    connection: z.string().nullable(),
    system: z.string().nullable(),
    systemTitle: z.string().nullable().meta({ description: 'What people call the system.' }),
    words: words.meta({ description: 'Of one of them.' }),
    params,
    kinds: z.array(z.string()),
    amounts: z.array(money).meta({
      description:
        'What is at stake, one per currency: work at its price, a sale once at its total. What waits for two causes ' +
        'is at stake in both, so causes do not add up to `money-at-risk`.',
    }),
    open: count,
    overdue: count,
    snoozed: count,
    unassigned: count,
    oldestAt: instant,
    newestAt: instant,
    dueAt: instant.meta({ description: 'Of the most urgent one.' }),
    actions: z.array(actionShape),
  })
  .meta({ id: 'Cause' });

interface CauseRow {
  readonly cause: string;
  readonly control: string;
  readonly code: string;
  readonly owner: string;
  readonly connection: string | null;
  readonly system: string | null;
  readonly params: string;
  readonly kinds: string | null;
  readonly open: number;
  readonly overdue: number;
  readonly snoozed: number;
  readonly unassigned: number;
  readonly oldestMs: number;
  readonly newestMs: number;
  readonly dueMs: number;
}

const listCauses = route({
  operation: 'listCauses',
  method: 'get',
  path: '/installations/{installation}/causes',
  tag: 'Exceptions',
  summary: 'List what waits, grouped by cause, the largest group first',
  description: 'Causes that come to have more or fewer while you read page after page may be told twice, or not.',
  query: paging.extend({
    // Told all at once before there were pages.
    limit: z.coerce.number().int().min(1).max(1000).default(1000).meta({ description: 'Causes a page.' }),
    owner: z.string().optional(),
    cause: z.string().max(300).optional().meta({ description: 'Only this one.' }),
  }),
  shape: pageOf(causeShape).extend({
    total: z
      .object({ causes: count, open: count })
      .meta({ description: 'How many causes of what was asked there are on all pages, and how much waits for them.' }),
  }),
  handle: async ({ at, query: { limit, after, owner, cause }, caller, ports }) => {
    const nowMs = ports.nowMs();
    const place = cursorOf(after, z.tuple([z.number(), z.string(), z.string()]));
    const [fewer = 0, last = '', lastOwner = ''] = place ?? [];
    const conditions = [
      sql`exceptions.state = 'open'`,
      ...(owner === undefined ? [] : [sql`owner = ${owner}`]),
      ...(cause === undefined ? [] : [sql`${causeOfRow} = ${cause}`]),
    ];
    const rest = sql`HAVING (-count(*), ${causeOfRow}, owner) > (${fewer}, ${last}, ${lastOwner})`;
    // A bare column beside max() is that of the row with the highest value: the words are those of the newest one.
    const rows = await at.record.all(sql<CauseRow>`
      SELECT ${causeOfRow} AS cause, control, code, owner, connection, max(system) AS system, params,
        group_concat(DISTINCT kind) AS kinds, count(*) AS open, sum(due_ms < ${nowMs}) AS overdue,
        sum(coalesce(snoozed_ms, 0) > ${nowMs}) AS snoozed, sum(assignee IS NULL) AS unassigned,
        min(made_ms) AS oldestMs, max(made_ms) AS newestMs, min(due_ms) AS dueMs
      FROM ${exceptionRows} LEFT JOIN ${connectionCopies} ON connections.id = exceptions.connection
      WHERE ${joined(conditions, ' AND ')} GROUP BY 1, owner ${place ? rest : sql``}
      ORDER BY open DESC, 1, owner LIMIT ${limit + 1}`);
    const asked = { owner: owner ?? null, cause: cause ?? null, of: rows.map((row) => row.cause) };
    const { stakes, total } = await at.ask<AtStakes>({ about: 'at-stake', asked });
    const known = new Map(stakes.map((stake) => [`${stake.owner} ${stake.cause}`, stake]));
    // The record may not have heard yet of what was answered a moment ago; the lane has.
    const show = (row: CauseRow) => {
      const stake = known.get(`${row.owner} ${row.cause}`);
      return stake ? [shownCause(row, stake, caller)] : [];
    };
    const page = cursorAfter(rows, limit, show, (row) => [-row.open, row.cause, row.owner]);
    return ok({ ...page, rows: page.rows.flat(), total });
  },
});

function shownCause(from: CauseRow, stake: AtStakes['stakes'][number], caller: Caller): z.input<typeof causeShape> {
  const { params: given, kinds, oldestMs, newestMs, dueMs, ...row } = from;
  return {
    ...row,
    ...atMost(stake.open, row),
    params: parsed<Record<string, string>>(given) ?? {},
    systemTitle: row.system === null ? null : titleOf(row.system),
    words: wordsOf(row.code, given, row.system ?? row.connection),
    kinds: (kinds ?? '').split(',').filter(Boolean),
    amounts: [...stake.amounts],
    oldestAt: instantOf(oldestMs),
    newestAt: instantOf(newestMs),
    dueAt: instantOf(dueMs),
    actions: actionsFor(caller, row),
  };
}

function atMost(open: number, { overdue, snoozed, unassigned }: Pick<CauseRow, 'overdue' | 'snoozed' | 'unassigned'>) {
  const [late, away, free] = [overdue, snoozed, unassigned].map((n) => Math.min(n, open));
  return { open, overdue: late ?? 0, snoozed: away ?? 0, unassigned: free ?? 0 };
}

const answerCause = route({
  operation: 'answerCause',
  method: 'post',
  path: '/installations/{installation}/causes/{cause}/{answer}',
  tag: 'Exceptions',
  summary: 'Answer everything that waits for one cause, as a job',
  description: 'What waits for it now, and nothing that joins later. Follow the job until it is done.',
  params: z.object({ cause: z.string().max(300), answer: answerName }),
  body: z.object({ reason: reasonText }),
  shape: changed.and(z.object({ job: z.string(), total: count })),
  handle: async ({ at, params: { cause, answer }, body: { reason }, caller, ports, once }) => {
    const job = { id: idFor(ports, 'job', once), cause, answer, reason, owners: ownersOf(caller) };
    const { status, body } = await at.change({ verb: 'start-job', job, by: caller.by });
    return { status, body: { ...body, job: String(body['job']), total: Number(body['total']) } };
  },
});

export const causes: readonly Route[] = [listCauses, answerCause];
