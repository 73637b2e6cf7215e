// Days stay days, in every month, leap year and time zone; instants are read with the offset they carry.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  compareDays,
  dayIn,
  daysBetween,
  firstOfMonth,
  instantText,
  isDay,
  lastOfMonth,
  parseInstant,
} from '../../shared/dates.ts';

/** Every day that four-digit years can write, less a margin for additions. */
const day = fc.integer({ min: -700_000, max: 2_900_000 }).map((count) => addDays('1970-01-01', count));

describe('calendar days', () => {
  it.each<[string, boolean]>([
    ['2026-11-22', true],
    ['2024-02-29', true],
    ['2000-02-29', true],
    ['0001-01-01', true],
    ['9999-12-31', true],
    ['2026-02-29', false],
    ['1900-02-29', false],
    ['2026-02-30', false],
    ['2026-04-31', false],
    ['2026-13-01', false],
    ['2026-00-10', false],
    ['2026-01-00', false],
    ['2026-1-1', false],
    ['20261122', false],
    ['2026-11-22T00:00:00Z', false],
    ['2026-11-22\n', false],
    ['', false],
  ])('"%s" is a day: %s', (text, expected) => {
    expect(isDay(text)).toBe(expected);
  });

  it.each<[string, number, string]>([
    ['2026-12-31', 1, '2027-01-01'],
    ['2024-02-28', 1, '2024-02-29'],
    ['2026-02-28', 1, '2026-03-01'],
    ['2026-03-29', 1, '2026-03-30'],
    ['2026-01-01', -1, '2025-12-31'],
    ['0099-12-31', 1, '0100-01-01'],
    ['2026-11-22', 0, '2026-11-22'],
  ])('%s and %i days is %s', (start, count, expected) => {
    expect(addDays(start, count)).toBe(expected);
  });

  it.each([
    ['2024-02-10', '2024-02-01', '2024-02-29'],
    ['2026-02-28', '2026-02-01', '2026-02-28'],
    ['2026-12-31', '2026-12-01', '2026-12-31'],
    ['2026-01-31', '2026-01-01', '2026-01-31'],
    ['0050-02-01', '0050-02-01', '0050-02-28'],
  ])('the month of %s runs from %s to %s', (text, first, last) => {
    expect([firstOfMonth(text), lastOfMonth(text)]).toEqual([first, last]);
  });

  it('are counted the same way they are added', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: -10_000, max: 10_000 }), (start, count) => {
        const end = addDays(start, count);
        expect(isDay(end)).toBe(true);
        expect(daysBetween(start, end)).toBe(count);
        expect(compareDays(start, end)).toBe(count === 0 ? 0 : count > 0 ? -1 : 1);
        expect(addDays(lastOfMonth(start), 1)).toBe(firstOfMonth(addDays(lastOfMonth(start), 1)));
      }),
    );
  });

  it('are never made from what is no day', () => {
    expect(() => addDays('2026-02-30', 1)).toThrow(RangeError);
    expect(() => addDays('2026-02-01', 0.5)).toThrow(RangeError);
    expect(() => addDays('9999-12-31', 1)).toThrow(RangeError);
    expect(() => compareDays('2026-02-01', 'tomorrow')).toThrow('"tomorrow" is not a calendar day');
    expect(() => lastOfMonth('2026-11')).toThrow(RangeError);
  });
});

describe('instants', () => {
  it.each([
    ['2026-11-22T10:15:00Z', '2026-11-22T10:15:00.000Z'],
    ['2026-11-22T10:15:00.5Z', '2026-11-22T10:15:00.500Z'],
    ['2026-11-22T10:15:00.123456789Z', '2026-11-22T10:15:00.123Z'],
    ['2026-11-22T10:15:00-07:00', '2026-11-22T17:15:00.000Z'],
    ['2026-11-22T10:15:00.000+0000', '2026-11-22T10:15:00.000Z'],
    ['2026-11-22T00:15:00+05:45', '2026-11-21T18:30:00.000Z'],
    ['2026-12-31T23:30:00-0100', '2027-01-01T00:30:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(instantText(parseInstant(text))).toBe(expected);
  });

  it.each([
    '2026-11-22T10:15:00',
    '2026-11-22',
    '2026-11-22 10:15:00Z',
    '2026-02-30T10:15:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T10:60:00Z',
    '2026-11-22T10:15:60Z',
    '2026-11-22T10:15:00+24:00',
    '2026-11-22T10:15:00 Z',
    '22 Nov 2026 10:15 GMT',
    '1795342500',
    '',
  ])('"%s" is refused', (text) => {
    expect(() => parseInstant(text)).toThrow(RangeError);
  });

  it('come back the same from their text, whatever offset it is written with', () => {
    const ms = fc.integer({ min: Date.parse('1000-01-01T00:00:00Z'), max: Date.parse('9000-01-01T00:00:00Z') });
    fc.assert(
      fc.property(ms, fc.integer({ min: -1439, max: 1439 }), (instant, offsetMinutes) => {
        const size = Math.abs(offsetMinutes);
        const offset = `${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
        const local = instantText(instant + offsetMinutes * 60_000).slice(0, -1);
        expect(parseInstant(`${local}${offsetMinutes < 0 ? '-' : '+'}${offset}`)).toBe(instant);
        expect(parseInstant(instantText(instant))).toBe(instant);
      }),
    );
  });

  it('outside the years of four digits are refused rather than written in another form', () => {
    for (const ms of [Number.NaN, Number.POSITIVE_INFINITY, 8.64e15, -8.64e15]) {
      expect(() => instantText(ms)).toThrow(RangeError);
      expect(() => dayIn(ms, 'UTC')).toThrow(RangeError);
    }
  });
});

describe('the day somewhere', () => {
  it.each([
    ['2026-11-22T23:30:00Z', 'Europe/Berlin', '2026-11-23'],
    ['2026-11-22T23:30:00Z', 'UTC', '2026-11-22'],
    ['2026-11-22T02:30:00Z', 'America/Los_Angeles', '2026-11-21'],
    ['2026-03-29T00:30:00Z', 'Europe/Berlin', '2026-03-29'],
    ['2026-11-01T06:30:00Z', 'America/New_York', '2026-11-01'],
    ['2026-12-31T10:00:00Z', 'Pacific/Kiritimati', '2027-01-01'],
    ['2026-11-22T18:14:59Z', 'Asia/Kathmandu', '2026-11-22'],
    ['2026-11-22T18:15:00Z', 'Asia/Kathmandu', '2026-11-23'],
    ['0500-06-01T12:00:00Z', 'UTC', '0500-06-01'],
  ])('%s in %s is %s', (instant, timeZone, expected) => {
    expect(dayIn(parseInstant(instant), timeZone)).toBe(expected);
  });

  it('is not guessed for a time zone that does not exist', () => {
    expect(() => dayIn(0, 'Atlantis/Capital')).toThrow(RangeError);
  });
});
