// Routes of the audit: who changed what, filtered; and the whole chain with its signed heads, for offline proof.
import { z } from 'zod';
import { auditPublicKey } from '../../platform/audit-signature.ts';
import { auditHeads, audit as auditRows } from '../../store/record-schema.ts';
import type { StoredRow } from '../../store/rows.ts';
import { joined, type ScopedRecord, select, sql } from '../../store/scoped-record.ts';
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
    detail: params,
    previous: z.string().meta({ description: 'Hash of the row before.' }),
    hash: z.string(),
  })
  .meta({ id: 'AuditRow' });

function shown({ seq, atMs, by, action, subject, detail, previous, hash }: StoredRow<typeof auditRows>) {
  const at = instantOf(atMs);
  return { ...{ seq, at, by, action, subject, previous, hash }, detail: parsed<Record<string, string>>(detail) ?? {} };
}

const listAudit = route({
  operation: 'listAudit',
  method: 'get',
  path: '/installations/{installation}/audit',
  tag: 'Audit',
  summary: 'List who changed what, the newest first',
  query: paging.extend({
    by: z.string().optional().meta({ description: 'Part of the name.' }),
    action: z.string().optional(),
    subject: z.string().optional(),
    from: instant.optional(),
    to: instant.optional().meta({ description: 'Not included.' }),
  }),
  shape: pageOf(entry),
  handle: async ({ at, query: { limit, after, by, action, subject, from, to } }) => {
    const [before] = cursorOf(after, z.tuple([z.int()])) ?? [Number.MAX_SAFE_INTEGER];
    const conditions = [
      sql`seq < ${before}`,
      ...(by === undefined ? [] : [sql`instr(lower(by), ${by.toLowerCase()}) > 0`]),
      ...(action === undefined ? [] : [sql`action = ${action}`]),
      ...(subject === undefined ? [] : [sql`subject = ${subject}`]),
      ...(from === undefined ? [] : [sql`at_ms >= ${Date.parse(from)}`]),
      ...(to === undefined ? [] : [sql`at_ms < ${Date.parse(to)}`]),
    ];
    const clause = sql`WHERE ${joined(conditions, ' AND ')} ORDER BY seq DESC LIMIT ${limit + 1}`;
    const rows = await at.record.all(select(auditRows, clause));
    return ok(cursorAfter(rows, limit, shown, (row) => [row.seq]));
  },
});

/** Rows read at a time. */
const portion = 1_000;

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
    return { lines: auditLines(at.record, begins, head), fileName: `audit-${at.id}.ndjson` };
  },
});

type Head = Omit<Extract<Line, { is: 'head' }>, 'is'>;

/** The whole chain up to this head, and every head before it: one that was signed since is of rows left out here. */
export async function* auditLines(record: ScopedRecord, begins: Line, head: Head): AsyncGenerator<Line> {
  const { seq } = head;
  yield begins;
  for (let after = 0; after < seq; ) {
    const clause = sql`WHERE seq > ${after} AND seq <= ${seq} ORDER BY seq LIMIT ${portion}`;
    const rows = await record.all(select(auditRows, clause));
    for (const { installation: _installation, run: _run, ...row } of rows) yield { is: 'row', ...row };
    const last = rows.at(-1);
    // Where rows are missing, the head shows it.
    if (!last) break;
    after = last.seq;
  }
  for (const earlier of await record.all(select(auditHeads, sql`WHERE seq <= ${seq} ORDER BY day`)))
    yield { is: 'head', ...headOf(earlier) };
  yield { is: 'head', ...headOf(head) };
}

const headOf = ({ seq, hash, atMs, signature }: Head): Head => ({ seq, hash, atMs, signature });

export const audit: readonly Route[] = [listAudit, exportAudit];
