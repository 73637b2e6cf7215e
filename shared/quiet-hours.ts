// Quiet hours: when people are not to be told by day and night, on a clock of theirs.
import { z } from 'zod';
import { weekdays } from './business-time.ts';
import { addDays, dayIn, instantIn, isZone, weekdayOf } from './dates.ts';

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not a time of day like 20:00');

export const quietHours = z
  .strictObject({
    zone: z.string().max(60).refine(isZone, 'not a time zone like Europe/Berlin'),
    /** Each day from then until then, on the next morning where it ends earlier than it begins. */
    from: clock,
    to: clock,
    /** Days that are quiet from midnight to midnight. */
    days: z.array(z.enum(weekdays)).max(6).default([]),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], error: 'begins when it ends' });
export type QuietHours = z.infer<typeof quietHours>;

/** When the quiet that holds at that instant is over; null where it is not quiet. */
export function quietUntilMs(quiet: QuietHours, atMs: number): number | null {
  let endMs = atMs;
  // A night may end in a quiet day, and that in a night: no chain of them is longer than a week.
  for (let link = 0; link < 16; link++) {
    const span = spansAround(quiet, endMs).find(([fromMs, toMs]) => fromMs <= endMs && endMs < toMs);
    if (!span) break;
    endMs = span[1];
  }
  return endMs > atMs ? endMs : null;
}

function spansAround({ zone, from, to, days }: QuietHours, atMs: number): (readonly [fromMs: number, toMs: number])[] {
  const today = dayIn(atMs, zone);
  const at = (day: string, text: string) => instantIn(day, minuteOf(text), zone);
  return [addDays(today, -1), today].flatMap((day) => {
    const next = addDays(day, 1);
    const weekday = weekdays[weekdayOf(day)];
    const whole = weekday && days.includes(weekday) ? [[at(day, '00:00'), at(next, '00:00')] as const] : [];
    return [...whole, [at(day, from), at(from < to ? day : next, to)] as const];
  });
}

function minuteOf(text: string): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return hour * 60 + minute;
}
