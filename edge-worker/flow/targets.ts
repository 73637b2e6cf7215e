// By when a passage has to be over, and what counts as good: part of the content that is drafted, approved by somebody
// else, published and put back like the mappings.
import { z } from 'zod';
import { type BusinessCalendar, businessCalendar, latestStartMs as latestStart } from '../../shared/business-time.ts';
import { type IndicatorName, indicatorNames, indicators } from '../../shared/indicators.ts';
import type { MappingContent } from './mapping.ts';
import { type PassageName, passageNames } from './passages.ts';

/** Who is asked when a target is missed. */
const owners = ['sales', 'finance', 'delivery', 'integration'] as const;
const minutesMax = 90 * 24 * 60;

const passageTarget = z.strictObject({
  minutes: z.int().min(1).max(minutesMax),
  /** By name; null = every minute counts, by day and by night. */
  calendar: z.string().nullable().default(null),
  owner: z.enum(owners),
});
export type PassageTarget = z.infer<typeof passageTarget>;

export const targetsContent = z
  .strictObject({
    calendars: z.record(z.string().min(1).max(60), businessCalendar).default({}),
    passages: z.partialRecord(z.enum(passageNames), passageTarget).default({}),
    /** In the unit of each indicator; null = none. */
    indicators: z
      .partialRecord(z.enum(indicatorNames as [IndicatorName, ...IndicatorName[]]), z.number().min(0).nullable())
      .default({}),
  })
  .refine((content) => strangeCalendar(content) === undefined, {
    path: ['passages'],
    error: ({ input }) => `there is no calendar ${strangeCalendar(input as Calendared)}`,
  });

interface Calendared {
  readonly calendars: Readonly<Record<string, unknown>>;
  readonly passages: Readonly<Partial<Record<PassageName, { readonly calendar: string | null }>>>;
}

/** The first one that a target names and nobody has described. */
function strangeCalendar({ calendars, passages }: Calendared): string | undefined {
  const named = Object.values(passages).flatMap(({ calendar }) => calendar ?? []);
  return named.find((calendar) => !Object.hasOwn(calendars, calendar));
}

/** As long as an installation has not set its own. */
const builtIn: Readonly<Record<PassageName, PassageTarget>> = {
  'deal-to-project': { minutes: 60, calendar: null, owner: 'delivery' },
  'deal-to-ledger': { minutes: 60, calendar: null, owner: 'finance' },
  'time-to-ledger': { minutes: 240, calendar: null, owner: 'finance' },
  'expense-to-ledger': { minutes: 240, calendar: null, owner: 'finance' },
  'milestone-to-ledger': { minutes: 240, calendar: null, owner: 'finance' },
};

type Content = Pick<MappingContent, 'targets'>;

export const targetOf = ({ targets }: Content, passage: PassageName): PassageTarget =>
  targets?.passages[passage] ?? builtIn[passage];

export function goalOf({ targets }: Content, indicator: IndicatorName): number | null {
  const own = targets?.indicators[indicator];
  return own === undefined ? indicators[indicator].target : own;
}

/** What began then or earlier is late now. */
export function latestStartMs(content: Content, passage: PassageName, nowMs: number): number {
  const { minutes, calendar } = targetOf(content, passage);
  const named = calendar === null ? null : (content.targets?.calendars[calendar] ?? null);
  return latestStart(named, nowMs, minutes);
}

export interface TargetsInForce {
  readonly version: number;
  readonly passages: readonly (PassageTarget & {
    readonly passage: PassageName;
    readonly isOwn: boolean;
    readonly open: number;
    readonly late: number;
  })[];
  readonly calendars: Readonly<Record<string, BusinessCalendar>>;
}
