// Calendar days and instants. A day is text (`2026-11-22`) without a time zone; an instant is milliseconds since 1970.

const dayMs = 86_400_000;
const instantPattern = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])(\d{2}):?(\d{2}))$/;
/** The years that four digits can write. */
const firstMs = Date.parse('0000-01-01T00:00:00.000Z');
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');

/** A formatter costs far more to make than to use; there are some six hundred time zone names. */
const formatters = new Map<string, Intl.DateTimeFormat>();
const formattersMax = 1000;

/** Whether the text is a day that the calendar has: `2026-02-30` is none. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8))];
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

export function addDays(day: string, count: number): string {
  if (!Number.isInteger(count)) throw new RangeError(`${count} is not a whole number of days`);
  return dayText(startMs(day) + count * dayMs);
}

export function compareDays(a: string, b: string): -1 | 0 | 1 {
  const [left, right] = [startMs(a), startMs(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

export function firstOfMonth(day: string): string {
  checkDay(day);
  return `${day.slice(0, 8)}01`;
}

export function lastOfMonth(day: string): string {
  const date = new Date(startMs(day));
  // Day 0 of the next month. setUTCMonth, because Date.UTC takes the years 0 to 99 for 1900 to 1999.
  date.setUTCMonth(date.getUTCMonth() + 1, 0);
  return dayText(date.getTime());
}

/** How many days after `from` the day `to` is; negative when it is before. */
export function daysBetween(from: string, to: string): number {
  return (startMs(to) - startMs(from)) / dayMs;
}

/** 0 = Monday, 6 = Sunday. */
export function weekdayOf(day: string): number {
  // The epoch was a Thursday.
  return (((startMs(day) / dayMs + 3) % 7) + 7) % 7;
}

export function instantText(ms: number): string {
  checkMs(ms);
  return new Date(ms).toISOString();
}

/** An offset or Z is required: without it the text is another instant in each time zone. Below a millisecond is cut. */
export function parseInstant(text: string): number {
  const [, day = '', hour = '', minute = '', second = '', fraction = '', sign, offsetHour, offsetMinute] =
    instantPattern.exec(text) ?? [];
  const isClock = Number(hour) <= 23 && Number(minute) <= 59 && Number(second) <= 59;
  const isOffset = Number(offsetHour ?? 0) <= 23 && Number(offsetMinute ?? 0) <= 59;
  if (!isDay(day) || !isClock || !isOffset)
    throw new RangeError(`"${text.slice(0, 40)}" is not an instant with an offset`);
  const local = Date.parse(`${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  const offsetMs = (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * 60_000;
  return sign === '-' ? local + offsetMs : local - offsetMs;
}

/** The calendar day at that instant on a clock in that time zone. */
export function dayIn(ms: number, timeZone: string): string {
  checkMs(ms);
  let [year, month, day] = ['', '', ''];
  for (const { type, value } of formatterOf(timeZone).formatToParts(ms)) {
    if (type === 'year') year = value;
    else if (type === 'month') month = value;
    else if (type === 'day') day = value;
  }
  return `${year.padStart(4, '0')}-${month}-${day}`;
}

/** Whether the text names a time zone that has a clock. */
export function isZone(text: string): boolean {
  try {
    return formatterOf(text).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/**
 * When a clock in that zone shows that minute of that day; the first time where it shows it twice. A minute that the
 * clocks leave out is shown as much later as they were put forward.
 */
export function instantIn(day: string, minute: number, timeZone: string): number {
  const asUtcMs = startMs(day) + minute * 60_000;
  // No zone is further from UTC than a day, and none changes twice within two.
  const offsets = [asUtcMs - dayMs, asUtcMs + dayMs].map((ms) => offsetMs(ms, timeZone));
  const shown = offsets.map((offset) => asUtcMs - offset).filter((ms) => ms + offsetMs(ms, timeZone) === asUtcMs);
  return shown.length > 0 ? Math.min(...shown) : asUtcMs - (offsets[0] ?? 0);
}

/** By how much a clock in that zone is ahead of UTC. */
function offsetMs(ms: number, timeZone: string): number {
  const [hour = 0, minute = 0, second = 0] = clockOf(timeZone).format(ms).split(':').map(Number);
  const shownMs = startMs(dayIn(ms, timeZone)) + ((hour * 60 + minute) * 60 + second) * 1000;
  return shownMs - Math.floor(ms / 1000) * 1000;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  if (clocks.size >= formattersMax) clocks.clear();
  clocks.set(timeZone, clock);
  return clock;
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  if (formatters.size >= formattersMax) formatters.clear();
  formatters.set(timeZone, formatter);
  return formatter;
}

function startMs(day: string): number {
  checkDay(day);
  return Date.parse(`${day}T00:00:00.000Z`);
}

function dayText(ms: number): string {
  checkMs(ms);
  return new Date(ms).toISOString().slice(0, 10);
}

function checkDay(day: string): void {
  if (!isDay(day)) throw new RangeError(`"${day.slice(0, 40)}" is not a calendar day like 2026-11-22`);
}

function checkMs(ms: number): void {
  if (!(ms >= firstMs && ms <= lastMs)) throw new RangeError(`${ms} is not an instant of the years 0000 to 9999`);
}
