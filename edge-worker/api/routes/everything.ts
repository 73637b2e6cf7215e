// The route that gives everything away: the audit, every row of the record and of the lane, and the archive.
import { z } from 'zod';
import { auditPublicKey } from '../../platform/audit-signature.ts';
import { installationTables } from '../../store/erase.ts';
import { type After, ownTables } from '../../store/own-rows.ts';
import { auditHeads, audit as auditRows } from '../../store/record-schema.ts';
import { shapeOf } from '../../store/rows.ts';
import { Fragment, joined, type ScopedRecord, select, sql } from '../../store/scoped-record.ts';
import type { InstallationAt } from '../at.ts';
import { type Route, route } from '../route.ts';
import { auditLine, auditLines } from './audit.ts';

/** Rows read at a time. */
const portion = 1_000;

const rest = z.union([
  z.object({ is: z.literal('record'), table: z.string(), row: z.record(z.string(), z.unknown()) }),
  z.object({ is: z.literal('lane'), table: z.string(), row: z.record(z.string(), z.unknown()) }),
  z.object({ is: z.literal('archived'), key: z.string(), text: z.string() }),
  z.object({ is: z.literal('end'), lines: z.int().meta({ description: 'Before this one: nothing was cut off.' }) }),
]);
const line = z.union([auditLine, rest]).meta({ id: 'ExportLine' });
type Line = z.input<typeof line>;

const exportInstallation = route({
  operation: 'exportInstallation',
  method: 'get',
  path: '/installations/{installation}/export',
  tag: 'Installation',
  summary: 'Export everything of an installation',
  description:
    'Lines of JSON: first the whole audit with its signed heads, as in its own export, so that ' +
    '`node docs/verify-audit.mjs <file>` proves it offline; then every row of the record, what only the lane holds, ' +
    'and the texts of the archive. Secrets are never part of it. The last line says how many there are.',
  shape: line,
  isLines: true,
  handle: async ({ at, env, caller }) => {
    await at.noteExport(caller.by);
    const publicKey = await auditPublicKey(env.HUB_KEY);
    const head = await at.signedHead();
    const begins = { is: 'audit', v: 1, installation: at.id, publicKey } as const;
    const fileName = `tieout-${at.id}.ndjson`;
    return { lines: counted(allOf(at, env.ARCHIVE, auditLines(at, begins, head))), fileName };
  },
});

async function* counted(lines: AsyncIterable<Line>): AsyncGenerator<Line> {
  let count = 0;
  for await (const one of lines) {
    count++;
    yield one;
  }
  yield { is: 'end', lines: count };
}

async function* allOf(at: InstallationAt, archive: R2Bucket, audit: AsyncIterable<Line>): AsyncGenerator<Line> {
  yield* audit;
  for (const table of installationTables) {
    if (table === auditRows || table === auditHeads) continue;
    for await (const row of rowsIn(at.record, table)) yield { is: 'record', table: shapeOf(table).name, row };
  }
  for (const table of ownTables) {
    for (let after: After | undefined; after !== null; ) {
      const page = await at.ownRows(table, after ?? null, portion);
      for (const row of page.rows) yield { is: 'lane', table, row };
      after = page.after;
    }
  }
  const prefix = `${at.id}/`;
  for (let cursor: string | undefined, isMore = true; isMore; ) {
    const page = await archive.list({ prefix, ...(cursor !== undefined && { cursor }) });
    for (const { key } of page.objects) {
      const text = await (await archive.get(key))?.text();
      if (text !== undefined) yield { is: 'archived', key: key.slice(prefix.length), text };
    }
    isMore = page.truncated;
    cursor = page.truncated ? page.cursor : undefined;
  }
}

/** In the order of their keys, a portion at a time. */
async function* rowsIn(
  record: ScopedRecord,
  table: (typeof installationTables)[number],
): AsyncGenerator<Record<string, unknown>> {
  const { name, keys, columns, properties } = shapeOf(table);
  const own = keys.filter((key) => key !== 'installation');
  // What an installation has one row of.
  if (own.length === 0) return yield* await record.all(select(table, sql``));
  const named = new Fragment([own.map((key) => `"${name}"."${key}"`).join(', ')], []);
  for (let last: Record<string, unknown> | null = null; ; ) {
    const values: Fragment[] = own.map((key) => sql`${last?.[properties[columns.indexOf(key)] ?? ''] as string}`);
    const isAfter: Fragment = last === null ? sql`` : sql`WHERE (${named}) > (${joined(values, ', ')})`;
    const rows: Record<string, unknown>[] = await record.all(
      select(table, sql`${isAfter} ORDER BY ${named} LIMIT ${portion}`),
    );
    yield* rows;
    if (rows.length < portion) return;
    last = rows.at(-1) ?? null;
  }
}

export const everything: readonly Route[] = [exportInstallation];
