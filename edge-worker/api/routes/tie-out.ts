// The route of the tie-out: what was sold, delivered, billed and paid of each project, and what does not agree.
import { z } from 'zod';
import { figures } from '../../../shared/entities/entity.ts';
import { money } from '../../../shared/money.ts';
import { tieOutWords } from '../../../shared/tie-out-words.ts';
import { sourcesOf, type TieOutPage } from '../../flow/tie-out.ts';
import { cursorFor, cursorOf, paging } from '../paging.ts';
import { ok, type Route, route } from '../route.ts';

const names = [...figures, 'held'] as const;
const finding = z.object({
  code: z.string(),
  title: z.string(),
  owner: z.string().nullable().meta({ description: 'Whose turn it is; null = nobody’s.' }),
  amount: money,
});
const row = z
  .object({
    project: z.string(),
    name: z.string(),
    customer: z.string().nullable(),
    customerName: z.string().nullable(),
    currency: z.string(),
    figures: z.partialRecord(z.enum(names), money).meta({ description: 'What is nought is left out.' }),
    findings: z
      .array(finding)
      .meta({ description: 'What does not agree, or is still to be done; empty = it ties out.' }),
  })
  .meta({ id: 'TieOutRow' });

const readTieOut = route({
  operation: 'readTieOut',
  method: 'get',
  path: '/installations/{installation}/tie-out',
  tag: 'Records',
  summary: 'Read what was sold, delivered, billed and paid of each project, and what does not agree',
  description:
    'One row for each project and currency; the hub makes no exchange rate. A page may hold fewer rows than its ' +
    'limit while there are more.',
  query: paging.extend({
    text: z.string().trim().min(1).max(200).optional().meta({ description: 'Part of a name, of either.' }),
    owner: z.string().max(60).optional().meta({ description: 'Only where it is their turn.' }),
    open: z.enum(['yes', 'no']).default('no').meta({ description: '`yes`: only what does not agree.' }),
  }),
  shape: z.object({
    rows: z.array(row),
    next: z.string().nullable(),
    sources: z.record(z.string(), z.array(z.string())).meta({ description: 'Which systems tell a figure, by role.' }),
  }),
  handle: async ({ at, query: { limit, after, text = null, owner = null, open } }) => {
    const [from = null] = cursorOf(after, z.tuple([z.string()])) ?? [];
    const asked = { after: from, limit, text, owner, isOpen: open === 'yes' };
    const { rows, next } = await at.ask<TieOutPage>({ about: 'tie-out', asked });
    const shown = rows.map((one) => ({
      ...one,
      findings: one.findings.map((found) => ({ ...found, title: tieOutWords[found.code] ?? found.code })),
    }));
    const sources = Object.fromEntries(Object.entries(sourcesOf()).map(([name, roles]) => [name, [...roles]]));
    return ok({ rows: shown, next: next === null ? null : cursorFor([next]), sources });
  },
});

export const tieOut: readonly Route[] = [readTieOut];
