// The route of utilisation: how many hours each person could work in a month, and how many were charged to customers.
import { z } from 'zod';
import { decimal } from '../../../shared/decimal.ts';
import { roles } from '../../../shared/entities/entity.ts';
import { notKnown } from '../../../shared/indicators.ts';
import type { Utilisation } from '../../flow/utilisation.ts';
import { ok, type Route, route } from '../route.ts';

const hours = z.object({
  charged: decimal.meta({ description: 'Approved billable hours.' }),
  available: decimal.nullable().meta({ description: 'Hours of the working week; null where none is told.' }),
  share: z.number().nullable().meta({ description: 'Charged out of available, rounded half up to six places.' }),
  notKnown: z.object({ code: z.string(), text: z.string() }).nullable().meta({ description: 'Why there is no share.' }),
});
const sourcesOf = { charged: ['psa'], available: ['psa', 'erp'] } as const;

const readUtilisation = route({
  operation: 'readUtilisation',
  method: 'get',
  path: '/installations/{installation}/utilisation',
  tag: 'Indicators',
  summary: 'Read how far people’s hours of a month are charged to customers',
  description:
    'Approved billable hours out of the hours of the working weeks, from the first of the month to today (UTC), or ' +
    'to its end, and for who joined or left from the first day to the last; less holidays and time off, which are ' +
    'told for this month and the two before. Whose working week or last day is not told is named, and left out of ' +
    'the share of all. ' +
    'It takes a person of finance, delivery, an approver or an integration admin.',
  query: z.object({
    month: z
      .string()
      .regex(/^20\d\d-(0[1-9]|1[0-2])$/)
      .optional()
      .meta({ description: 'As 2026-11; this month when left out.' }),
  }),
  shape: hours
    .extend({
      month: z.string(),
      from: z.iso.date(),
      until: z.iso.date(),
      counted: z.int().min(0).meta({ description: 'Of how many people the share is made.' }),
      daysOffUnknown: z
        .int()
        .min(0)
        .meta({ description: 'Of how many of them no system tells holidays and time off.' }),
      sources: z
        .object({ charged: z.array(z.enum(roles)), available: z.array(z.enum(roles)) })
        .meta({ description: 'The roles whose systems tell it.' }),
      people: z
        .array(hours.extend({ person: z.string().nullable(), name: z.string().nullable() }))
        .meta({ description: 'The lowest share first, then those of whom it is not known.' }),
    })
    .meta({ id: 'Utilisation' }),
  handle: async ({ at, query: { month } }) => {
    const found = await at.ask<Utilisation>({ about: 'utilisation', month });
    return ok({
      ...shown(found),
      people: found.people.map(shown),
      sources: { charged: [...sourcesOf.charged], available: [...sourcesOf.available] },
    });
  },
});

function shown<Told extends Pick<Utilisation, 'why'>>({ why, ...hours }: Told) {
  return { ...hours, notKnown: why && { code: why, text: notKnown[why] } };
}

export const utilisation: readonly Route[] = [readUtilisation];
