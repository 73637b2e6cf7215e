// Routes of the audit: who changed what, filtered; and the whole chain with its signed heads, for offline proof.
import { z } from 'zod';
import { auditPublicKey } from '../../platform/audit-signature.ts';
import { chainUpTo, headsUpTo } from '../../store/audit-chain.ts';
import { audit as auditRows } from '../../store/record-schema.ts';
import { having, type Narrowing, pageOfRegister } from '../../store/register-pages.ts';
import type { StoredRow } from '../../store/rows.ts';
import { select, sql } from '../../store/scoped-record.ts';
import type { InstallationAt } from '../at.ts';
import { subjectShape, subjectsOf } from '../audit-subjects.ts';
import { namesIn, namesShape } from '../names.ts';
import { cursorAfter, cursorOf, pageOf, paging } from '../paging.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf, params, parsed } from '../shapes.ts';

const entry = z
  .object({
    seq: z.int(),
    at: instant,
    by: z.string(),
    action: z.string(),
    subject: z.string(),
    on: subjectShape,
    detail: params,
    previous: z.string().meta({ description: 'Hash of the row before.' }),
    hash: z.string(),
  })
  .meta({ id: 'AuditRow' });

type AuditRow = StoredRow<typeof auditRows>;

function shown({ seq, atMs, by, action, subject, detail, previous, hash }: AuditRow) {
  const at = instantOf(atMs);
  return { ...{ seq, at, by, action, subject, previous, hash }, detail: parsed<Record<string, string>>(detail) ?? {} };
}

const filters = paging.extend({
  by: z.string().optional().meta({ description: 'Part of the name.' }),
  action: z.string().optional(),
  subject: z.string().optional(),
  from: instant.optional(),
  to: instant.optional().meta({ description: 'Not included.' }),
});

const listAudit = route({
  operation: 'listAudit',
  method: 'get',
  path: '/installations/{installation}/audit',
  tag: 'Audit',
  summary: 'List who changed what, the newest first',
  query: filters,
  shape: pageOf(entry).extend({ names: namesShape }),
  handle: async ({ at, query, ports }) => {
    const { limit, after, from, to } = query;
    const place = cursorOf(after, z.tuple([z.int()]));
    const isBefore = sql`seq < ${place?.[0] ?? Number.MAX_SAFE_INTEGER}`;
    const page = await pageOfRegister(at.record, at.archive, {
      register: 'audit',
      narrowed: narrowingOf(query),
      limit,
      after: place,
      nowMs: ports.nowMs(),
      query: (isNarrowed) =>
        select(auditRows, sql`WHERE ${isNarrowed} AND ${isBefore} ORDER BY seq DESC LIMIT ${limit + 1}`),
      fromMs: msOf(from),
      toMs: msOf(to),
    });
    const { rows, next } = cursorAfter(page.rows, limit, shown, (row) => [row.seq], page.goesOn);
    const [onOf, names] = await Promise.all([
      subjectsOf(at.record, rows),
      namesIn(
        at.record,
        rows.map(({ detail }) => detail),
      ),
    ]);
    return ok({ rows: rows.map((row) => ({ ...row, on: onOf(row) })), next, names });
  },
});

const msOf = (moment: string | undefined) => (moment === undefined ? undefined : Date.parse(moment));

function narrowingOf({ by, action, subject, from, to }: z.infer<typeof filters>): readonly Narrowing<AuditRow>[] {
  const [who, fromMs, toMs] = [by?.toLowerCase(), msOf(from), msOf(to)];
  return [
    ...(who !== undefined
      ? [{ asks: sql`instr(lower(by), ${who}) > 0`, fits: (row: AuditRow) => row.by.toLowerCase().includes(who) }]
      : []),
    ...having('audit', 'action', action),
    // By the index of subjects; D1 would go through the whole audit otherwise.
    ...having('audit', 'subject', subject).map(({ asks, fits }) => ({
      asks: sql`seq IN (SELECT seq FROM ${auditRows} WHERE ${asks})`,
      fits,
    })),
    ...(fromMs !== undefined ? [{ asks: sql`at_ms >= ${fromMs}`, fits: (row: AuditRow) => row.atMs >= fromMs }] : []),
    ...(toMs !== undefined ? [{ asks: sql`at_ms < ${toMs}`, fits: (row: AuditRow) => row.atMs < toMs }] : []),
  ];
}

/** Exactly what was hashed: `detail` stays the text it was. */
export const auditLine = z
  .union([
    z.object({ is: z.literal('audit'), v: z.literal(1), installation: z.string(), publicKey: z.string() }),
    z.object({
      is: z.literal('row'),
      seq: z.int(),
      by: z.string(),
      action: z.string(),
      subject: z.string(),
      detail: z.string(),
      atMs: z.int(),
      previous: z.string(),
      hash: z.string(),
    }),
    z.object({
      is: z.literal('head').meta({ description: 'One a day; the last is that of the moment of the export.' }),
      seq: z.int(),
      hash: z.string(),
      atMs: z.int(),
      signature: z.string().meta({ description: 'Ed25519, base64url.' }),
    }),
  ])
  .meta({ id: 'AuditLine' });
type Line = z.input<typeof auditLine>;

const exportAudit = route({
  operation: 'exportAudit',
  method: 'get',
  path: '/installations/{installation}/audit/export',
  tag: 'Audit',
  summary: 'Export the whole audit, with its signed heads',
  description:
    'Lines of JSON: the installation and its public key, every row, the heads signed each day, and one signed now. ' +
    '`node docs/verify-audit.mjs <file>` proves offline that nothing was altered, removed or cut off.',
  shape: auditLine,
  isLines: true,
  handle: async ({ at, env }) => {
    const publicKey = await auditPublicKey(env.HUB_KEY);
    // The head first: rows that come meanwhile are left to the next export.
    const head = await at.signedHead();
    const begins: Line = { is: 'audit', v: 1, installation: at.id, publicKey };
    return { lines: auditLines(at, begins, head), fileName: `audit-${at.id}.ndjson` };
  },
});

type Head = Omit<Extract<Line, { is: 'head' }>, 'is'>;

/** The whole chain up to this head, and every head before it: one that was signed since is of rows left out here. */
export async function* auditLines(
  at: Pick<InstallationAt, 'record' | 'archive'>,
  begins: Line,
  head: Head,
): AsyncGenerator<Line> {
  const { seq } = head;
  yield begins;
  for await (const { installation: _installation, run: _run, ...row } of chainUpTo(at.record, at.archive, seq))
    yield { is: 'row', ...row };
  for (const earlier of await headsUpTo(at.record, at.archive, seq)) yield { is: 'head', ...headOf(earlier) };
  yield { is: 'head', ...headOf(head) };
}

const headOf = ({ seq, hash, atMs, signature }: Head): Head => ({ seq, hash, atMs, signature });

export const audit: readonly Route[] = [listAudit, exportAudit];
