// Working time: when so many minutes of a business calendar have passed since an instant, and the other way round. A
// minute is a minute that really passes, so a day on which the clocks change is as long as it is.
import { z } from 'zod';
import { addDays, dayIn, instantIn, isZone, weekdayOf } from './dates.ts';

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/);
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export const businessCalendar = z
  .strictObject({
    zone: z.string().max(60).refine(isZone, 'not a time zone like Europe/Berlin'),
    /** From when until when people work on each day of the week; days that are not named are free. */
    hours: z.partialRecord(z.enum(weekdays), z.strictObject({ from: clock, to: clock })),
    holidays: z.array(z.iso.date()).max(400).default([]),
  })
  .refine(({ hours }) => Object.keys(hours).length > 0, 'has no working hours')
  .refine(({ hours }) => Object.values(hours).every(({ from, to }) => from < to), 'begins work after it ends');
export type BusinessCalendar = z.infer<typeof businessCalendar>;

const minuteMs = 60_000;
/** Ten years of days: more minutes than that are no target. */
const daysMax = 3_660;

type Span = readonly [fromMs: number, toMs: number];

/** When that many working minutes have passed; without a calendar every minute counts. */
export function dueMs(calendar: BusinessCalendar | null, startMs: number, minutes: number): number {
  let leftMs = minutes * minuteMs;
  if (calendar === null || leftMs <= 0) return startMs + leftMs;
  let day = dayIn(startMs, calendar.zone);
  for (let ahead = 0; ahead < daysMax; ahead++, day = addDays(day, 1)) {
    const [fromMs, toMs] = spanOf(calendar, day);
    const beginsMs = Math.max(fromMs, startMs);
    const lengthMs = toMs - beginsMs;
    if (lengthMs >= leftMs) return beginsMs + leftMs;
    leftMs -= Math.max(0, lengthMs);
  }
  throw new RangeError(`${minutes} minutes of this calendar take more than ten years`);
}

/** What began then or earlier is due by now, and nothing that began later. */
export function latestStartMs(calendar: BusinessCalendar | null, nowMs: number, minutes: number): number {
  let leftMs = minutes * minuteMs;
  if (calendar === null || leftMs <= 0) return nowMs - leftMs;
  let day = dayIn(nowMs, calendar.zone);
  for (let ago = 0; ago < daysMax; ago++, day = addDays(day, -1)) {
    const [fromMs, toMs] = spanOf(calendar, day);
    const endsMs = Math.min(toMs, nowMs);
    const lengthMs = endsMs - fromMs;
    if (lengthMs >= leftMs) return endsMs - leftMs;
    leftMs -= Math.max(0, lengthMs);
  }
  throw new RangeError(`${minutes} minutes of this calendar take more than ten years`);
}

const free: Span = [0, 0];
/** Where the clocks stand on a day is dear to find out, and asked for again with every transaction. */
const spans = new Map<string, Span>();
const spansMax = 2_000;

function spanOf({ zone, hours, holidays }: BusinessCalendar, day: string): Span {
  const weekday = weekdays[weekdayOf(day)];
  const worked = weekday && hours[weekday];
  if (!worked || holidays.includes(day)) return free;
  const key = `${zone} ${day} ${worked.from} ${worked.to}`;
  let span = spans.get(key);
  if (!span) {
    const fromMs = instantIn(day, minuteOf(worked.from), zone);
    // Hours that the change of clocks leaves out are no working time.
    span = [fromMs, Math.max(fromMs, instantIn(day, minuteOf(worked.to), zone))];
    if (spans.size >= spansMax) spans.clear();
    spans.set(key, span);
  }
  return span;
}

function minuteOf(text: string): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return hour * 60 + minute;
}
