// Working time: minutes of a business calendar, also where the clocks change, and both ways round.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BusinessCalendar, businessCalendar, dueMs, latestStartMs } from '../../shared/business-time.ts';
import { instantIn } from '../../shared/dates.ts';

const everyDay = (from: string, to: string) =>
  Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, { from, to }]));
const office = businessCalendar.parse({
  ...{ zone: 'Europe/Berlin', holidays: ['2026-12-25'] },
  hours: {
    mon: { from: '09:00', to: '17:00' },
    tue: { from: '09:00', to: '17:00' },
    wed: { from: '09:00', to: '17:00' },
    thu: { from: '09:00', to: '17:00' },
    fri: { from: '09:00', to: '15:00' },
  },
});
const nights = (zone: string) => businessCalendar.parse({ zone, hours: everyDay('00:00', '24:00') });
const at = (text: string) => Date.parse(text);

describe('Working time', () => {
  it.each([
    ['within a day', office, '2026-11-24T09:00:00Z', 60, '2026-11-24T10:00:00Z'],
    ['from before work begins', office, '2026-11-24T03:00:00Z', 60, '2026-11-24T09:00:00Z'],
    ['to the very end of a day', office, '2026-11-24T15:00:00Z', 60, '2026-11-24T16:00:00Z'],
    ['over the night', office, '2026-11-24T15:30:00Z', 60, '2026-11-25T08:30:00Z'],
    ['over the weekend, which begins early', office, '2026-11-27T13:30:00Z', 60, '2026-11-30T08:30:00Z'],
    ['over a holiday and the weekend after it', office, '2026-12-24T15:30:00Z', 60, '2026-12-28T08:30:00Z'],
    ['over many days', office, '2026-11-23T08:00:00Z', 38 * 60, '2026-11-27T14:00:00Z'],
    ['without a calendar', null, '2026-11-28T23:30:00Z', 60, '2026-11-29T00:30:00Z'],
    ['on the short night of spring', nights('Europe/Berlin'), '2026-03-28T23:00:00Z', 23 * 60, '2026-03-29T22:00:00Z'],
    ['on the long night of autumn', nights('Europe/Berlin'), '2026-10-24T22:00:00Z', 25 * 60, '2026-10-25T23:00:00Z'],
    [
      'where clocks are half an hour off',
      nights('Australia/Lord_Howe'),
      '2026-10-03T13:30:00Z',
      24 * 60,
      '2026-10-04T13:30:00Z',
    ],
  ] as const)('is counted %s', (_where, calendar, from, minutes, to) => {
    expect(new Date(dueMs(calendar, at(from), minutes)).toISOString()).toBe(new Date(at(to)).toISOString());
  });

  it('is late exactly from when it is due on', () => {
    const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC');
    const hours = fc.constantFrom(
      { from: '09:00', to: '17:00' },
      { from: '00:00', to: '24:00' },
      { from: '01:30', to: '03:15' },
      { from: '22:00', to: '23:59' },
    );
    const week = fc.dictionary(fc.constantFrom('mon', 'wed', 'sat', 'sun'), hours, { minKeys: 2 });
    const calendars = fc.record({ zone, hours: week, holidays: fc.constantFrom([], ['2026-03-29', '2026-11-01']) });
    const firstMinute = at('2026-03-20T00:00:00Z') / 60_000;
    const start = fc.integer({ min: firstMinute, max: firstMinute + 340_000 }).map((minute) => minute * 60_000);
    fc.assert(
      fc.property(
        calendars,
        start,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: -3, max: 3 }),
        (made, fromMs, minutes, off) => {
          const calendar = businessCalendar.parse(made);
          const dueAtMs = dueMs(calendar, fromMs, minutes);
          expect(worked(calendar, fromMs, dueAtMs)).toBe(minutes);
          const nowMs = dueAtMs + off * 60_000;
          expect(latestStartMs(calendar, nowMs, minutes) >= fromMs).toBe(off >= 0);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('needs hours, and a zone that there is', () => {
    expect(businessCalendar.safeParse({ zone: 'Europe/Berlin', hours: {} }).success).toBe(false);
    expect(
      businessCalendar.safeParse({ zone: 'Mars/Olympus', hours: { mon: { from: '09:00', to: '17:00' } } }).success,
    ).toBe(false);
    expect(businessCalendar.safeParse({ zone: 'UTC', hours: { mon: { from: '17:00', to: '09:00' } } }).success).toBe(
      false,
    );
  });

  it('puts a minute that the clocks leave out where it would have been', () => {
    expect(instantIn('2026-03-29', 150, 'Europe/Berlin')).toBe(at('2026-03-29T01:30:00Z'));
    expect(instantIn('2026-10-25', 150, 'Europe/Berlin')).toBe(at('2026-10-25T00:30:00Z'));
  });
});

/** Minute by minute, by what a clock on the wall shows. */
function worked({ zone, hours, holidays }: BusinessCalendar, fromMs: number, toMs: number): number {
  const wall = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone: zone, hourCycle: 'h23', weekday: 'short' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  });
  let minutes = 0;
  for (let ms = fromMs; ms < toMs; ms += 60_000) {
    const part = Object.fromEntries(wall.formatToParts(ms).map(({ type, value }) => [type, value]));
    const own = hours[part['weekday']?.toLowerCase().slice(0, 3) as 'mon'];
    const clock = `${part['hour']}:${part['minute']}`;
    const day = `${part['year']}-${part['month']}-${part['day']}`;
    if (own && !holidays.includes(day) && clock >= own.from && clock < own.to) minutes++;
  }
  return minutes;
}
