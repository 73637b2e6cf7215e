// Routes of the indicators: all of them with target and trend, and the records behind one.
import { z } from 'zod';
import { entities } from '../../../shared/entities/_registry.ts';
import { roles } from '../../../shared/entities/entity.ts';
import {
  confidentialIndicators,
  type IndicatorName,
  indicatorNames,
  indicators as meanings,
  notKnown,
} from '../../../shared/indicators.ts';
import { money } from '../../../shared/money.ts';
import { kindOf } from '../../flow/identity.ts';
import { hiddenIndicator, type Indicator } from '../../flow/indicators.ts';
import type { Behind } from '../../flow/stocks.ts';
import type { Caller } from '../caller.ts';
import { isInConfidence } from '../confidential.ts';
import { labelOf } from '../exception-shapes.ts';
import { namedNow } from '../names.ts';
import { ProblemError } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf, kindName } from '../shapes.ts';

const count = z.int().min(0);
const name = z.enum(indicatorNames as [IndicatorName, ...IndicatorName[]]);
const figure = z.object({
  n: count.meta({ description: 'Of how many records; of a rate, how many it is counted against.' }),
  value: z.number().nullable().meta({ description: 'In the unit; null where there is none, and for money.' }),
  amounts: z.array(money).meta({ description: 'One per currency: the hub makes no exchange rate.' }),
});
const days = z.coerce.number().int().min(1).max(366).default(30);

const indicatorShape = figure
  .extend({
    name,
    title: z.string(),
    text: z.string().meta({ description: 'How it is made.' }),
    unit: z.enum(['records', 'ms', 'share', 'per-thousand', 'money']),
    better: z.enum(['less', 'more']),
    late: count.meta({ description: 'Of these, how many are or were beyond their target.' }),
    meanMs: z.number().nullable(),
    p95Ms: z.number().nullable().meta({ description: 'All but one in twenty took less, to within a fifth.' }),
    oldestAt: instant.nullable().meta({ description: 'Since when the oldest stands open.' }),
    target: z
      .number()
      .nullable()
      .meta({ description: 'In the unit; of records that stand open, how many may be late.' }),
    isMissed: z.boolean(),
    notKnown: z
      .object({ code: z.string(), text: z.string() })
      .nullable()
      .meta({ description: 'Why there is no figure.' }),
    parts: z.array(figure.extend({ of: z.record(z.string(), z.string()) })),
    trend: z.array(figure.extend({ day: z.iso.date() })).meta({ description: 'One a day (UTC), today the last.' }),
  })
  .meta({ id: 'Indicator' });

const isHidden = (name: IndicatorName, caller: Caller) => confidentialIndicators.has(name) && !isInConfidence(caller);

const listIndicators = route({
  operation: 'listIndicators',
  method: 'get',
  path: '/installations/{installation}/indicators',
  tag: 'Indicators',
  summary: 'Read all indicators with their targets and trends',
  description:
    'Kept up to date with every change, for over a year. Times are medians over the days asked for; what stands open ' +
    'is told as of now. Where no connected system tells what an indicator needs, it says so and has no figure.',
  query: z.object({ days }),
  shape: z.object({ rows: z.array(indicatorShape) }),
  handle: async ({ at, query, caller }) => {
    const all = await at.ask<readonly Indicator[]>({ about: 'indicators', days: query.days });
    const rows = all.map((row) => (isHidden(row.name, caller) ? hiddenIndicator(row.name) : row));
    return ok({
      rows: rows.map(({ oldestMs, amounts, parts, trend, notKnown: code, ...row }) => {
        const { title, text, unit, better } = meanings[row.name];
        return {
          ...{ ...row, title, text, unit, better, oldestAt: instantOf(oldestMs), amounts: [...amounts] },
          notKnown: code && { code, text: notKnown[code] },
          parts: parts.map((part) => ({ ...part, of: { ...part.of }, amounts: [...part.amounts] })),
          trend: trend.map((point) => ({ ...point, amounts: [...point.amounts] })),
        };
      }),
    });
  },
});

const listBehind = route({
  operation: 'listIndicatorRecords',
  method: 'get',
  path: '/installations/{installation}/indicators/{indicator}/records',
  tag: 'Indicators',
  summary: 'List the records behind an indicator',
  description:
    'What stands open or is held, the oldest first; of money not billed the largest projects; of times those that ' +
    'took the longest. What people did by hand is in the audit.',
  params: z.object({ indicator: name }),
  query: z.object({ days, limit: z.coerce.number().int().min(1).max(1000).default(100) }),
  shape: z.object({
    rows: z.array(
      z
        .object({
          entity: z.string(),
          kind: kindName.nullable(),
          title: z.string().meta({ description: 'How people call records of this kind.' }),
          label: z.string().nullable(),
          since: instant.nullable(),
          tookMs: z.number().nullable(),
          isLate: z.boolean(),
          amounts: z.array(money),
          owner: z.string().nullable(),
          why: z.string().nullable().meta({
            description: 'The control that holds it, where it is on its way to, or why its amount is not known.',
          }),
          made: z
            .array(z.object({ figure: z.string(), amount: money, sources: z.array(z.enum(roles)) }))
            .meta({ description: 'What the amount is made of, each with the roles whose systems tell it.' }),
        })
        .meta({ id: 'RecordBehind' }),
    ),
  }),
  handle: async ({ at, params: { indicator }, query: { days: back, limit }, caller }) => {
    if (isHidden(indicator, caller)) {
      const next = 'Ask somebody of finance, or an integration admin.';
      throw new ProblemError('not-allowed', `${meanings[indicator].title} is confidential, and not shown to you.`, {
        next,
      });
    }
    const found = await at.ask<readonly Behind[]>({ about: 'indicator-records', indicator, days: back, limit });
    const known = await at.record.all(namedNow(found.map(({ entity }) => entity)));
    const labels = new Map(known.map(({ entity, canonical }) => [entity, labelOf(canonical)]));
    return ok({
      rows: found.map(({ sinceMs, amounts, made = [], ...row }) => {
        const kind = kindOf(row.entity);
        const title = kind ? entities[kind].title : '';
        const label = labels.get(row.entity) ?? null;
        return {
          ...row,
          kind,
          title,
          label,
          since: instantOf(sinceMs),
          amounts: [...amounts],
          made: made.map(shownPart),
        };
      }),
    });
  },
});

const shownPart = ({ sources, ...part }: NonNullable<Behind['made']>[number]) => ({ ...part, sources: [...sources] });

export const indicators: readonly Route[] = [listIndicators, listBehind];
