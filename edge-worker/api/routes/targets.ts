// The route of the targets in force. They are changed like mappings: by a draft that somebody else approves.
import { z } from 'zod';
import { businessCalendar } from '../../../shared/business-time.ts';
import { passageWords } from '../../../shared/passage-words.ts';
import { type PassageName, passageNames } from '../../flow/passages.ts';
import type { TargetsInForce } from '../../flow/targets.ts';
import { ok, type Route, route } from '../route.ts';

const readTargets = route({
  operation: 'readTargets',
  method: 'get',
  path: '/installations/{installation}/targets',
  tag: 'Indicators',
  summary: 'Read by when things have to be done, and who is asked when they are not',
  description:
    'They are the part `targets` of a mapping version: begin a draft, edit that part, have it approved. What an ' +
    'installation has not set is built in. Targets of indicators come with the indicators.',
  shape: z
    .object({
      version: z.int().meta({ description: 'The mapping version in force; 0 before the first.' }),
      passages: z.array(
        z.object({
          passage: z.enum(passageNames),
          title: z.string(),
          from: z.string().meta({ description: 'When its time begins to run.' }),
          to: z.string().meta({ description: 'When it is over.' }),
          minutes: z.int(),
          calendar: z.string().nullable().meta({ description: 'Null = every minute counts.' }),
          owner: z.string(),
          isOwn: z.boolean().meta({ description: 'False where it is built in.' }),
          open: z.int().min(0),
          late: z.int().min(0),
        }),
      ),
      calendars: z.record(z.string(), businessCalendar),
    })
    .meta({ id: 'Targets' }),
  handle: async ({ at }) => {
    const { version, passages, calendars } = await at.ask<TargetsInForce>({ about: 'targets' });
    const worded = passages.map((one) => ({ ...one, ...passageWords[one.passage as PassageName] }));
    return ok({ version, passages: worded, calendars: { ...calendars } });
  },
});

export const targets: readonly Route[] = [readTargets];
