// Targets as a form has them, and as a draft keeps them. Pure.
import type { Shape } from '../../client.ts';
import type { Indicator } from '../overview/shown.ts';

export type Targets = Shape<'Targets'>;
export type Content = NonNullable<Shape<'DraftInFull'>['content']['targets']>;
type PassageContent = NonNullable<NonNullable<Content['passages']>[Targets['passages'][number]['passage']]>;

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

export const lengths = [
  { id: 'minutes', label: 'minutes', minutes: 1 },
  { id: 'hours', label: 'hours', minutes: 60 },
  { id: 'days', label: 'days of 24 hours', minutes: 1_440 },
] as const;
export type LengthUnit = (typeof lengths)[number]['id'];

/** In working time a day is no unit: its hours are those of the calendar. */
export const everyMinute = 'every-minute';

export interface PassageDraft {
  readonly passage: Targets['passages'][number]['passage'];
  readonly title: string;
  readonly amount: string;
  readonly unit: LengthUnit;
  readonly calendar: string;
  readonly owner: PassageContent['owner'];
}

export interface CalendarDraft {
  readonly key: number;
  readonly name: string;
  readonly zone: string;
  readonly from: Readonly<Record<Weekday, string>>;
  readonly to: Readonly<Record<Weekday, string>>;
  /** Days as they were typed, apart by blanks or lines. */
  readonly holidays: string;
}

export interface GoalDraft {
  readonly name: Indicator['name'];
  readonly title: string;
  /** What one in the form is in the unit of the indicator. */
  readonly one: number;
  readonly counted: string;
  readonly text: string;
}

export interface Draft {
  readonly passages: readonly PassageDraft[];
  readonly calendars: readonly CalendarDraft[];
  readonly goals: readonly GoalDraft[];
}

export const fitting = (minutes: number): (typeof lengths)[number] =>
  [...lengths].reverse().find((unit) => minutes % unit.minutes === 0) ?? lengths[0];

const perDay = (of: (day: Weekday) => string): Record<Weekday, string> =>
  Object.fromEntries(weekdays.map((day) => [day, of(day)])) as Record<Weekday, string>;

export function emptyCalendar(key: number, zone: string): CalendarDraft {
  const isFree = (day: Weekday) => day === 'sat' || day === 'sun';
  const [from, to] = [perDay((day) => (isFree(day) ? '' : '09:00')), perDay((day) => (isFree(day) ? '' : '17:00'))];
  return { key, name: '', zone, from, to, holidays: '' };
}

export function draftOf(targets: Targets, indicators: readonly Indicator[]): Draft {
  return {
    passages: targets.passages.map(({ passage, title, minutes, calendar, owner }) => {
      const unit = fitting(minutes);
      return {
        ...{ passage, title, unit: unit.id, calendar: calendar ?? everyMinute },
        amount: String(minutes / unit.minutes),
        owner: owner as PassageContent['owner'],
      };
    }),
    calendars: Object.entries(targets.calendars).map(([name, { zone, hours, holidays = [] }], key) => ({
      ...{ key, name, zone },
      from: perDay((day) => hours[day]?.from ?? ''),
      to: perDay((day) => hours[day]?.to ?? ''),
      holidays: holidays.join('\n'),
    })),
    goals: indicators.flatMap(({ name, title, unit, target }): GoalDraft[] => {
      // Money has no target: there is one amount per currency, and none that says what is good.
      if (unit === 'money') return [];
      const [one, counted] = countedAs(unit, target);
      return [{ name, title, one, counted, text: target === null ? '' : String(round(target / one)) }];
    }),
  };
}

function countedAs(unit: Indicator['unit'], target: number | null): readonly [number, string] {
  if (unit === 'share') return [0.01, 'percent'];
  if (unit === 'records') return [1, 'late at most'];
  if (unit === 'per-thousand') return [1, 'per 1,000 records'];
  const length = fitting(Math.max(1, Math.round((target ?? 0) / 60_000)));
  return [length.minutes * 60_000, length.id];
}

/** A share of 2 % is two, not what is left of it in binary. */
const round = (value: number) => Number(value.toPrecision(12));

const decimal = /^\d+([.,]\d+)?$/;
const numberOf = (text: string) => Number(text.trim().replace(',', '.'));

/** What is wrong, by place; nothing is sent while something is. */
export function problemsIn({ passages, calendars, goals }: Draft): ReadonlyMap<string, string> {
  const wrong: [string, string][] = [];
  const names = calendars.map(({ name }) => name.trim());
  for (const { passage, amount } of passages)
    if (!/^[1-9]\d*$/.test(amount.trim())) wrong.push([passage, 'A whole number from 1 on']);
  for (const { name, text } of goals)
    if (text.trim() !== '' && !decimal.test(text.trim())) wrong.push([name, 'A number, or nothing']);
  for (const { key, name, zone, from, to, holidays } of calendars) {
    if (name.trim() === '') wrong.push([`${key} name`, 'It needs a name']);
    else if (names.filter((other) => other === name.trim()).length > 1)
      wrong.push([`${key} name`, 'It is there twice']);
    if (!isZone(zone)) wrong.push([`${key} zone`, 'A time zone like Europe/Berlin']);
    const days = weekdays.filter((day) => from[day] !== '' || to[day] !== '');
    if (days.length === 0) wrong.push([`${key} hours`, 'It needs working hours on one day at least']);
    else if (days.some((day) => from[day] === '' || to[day] === '' || from[day] >= to[day]))
      wrong.push([`${key} hours`, 'Work begins before it ends, on each day that has any']);
    if (daysIn(holidays).some((day) => !/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day))))
      wrong.push([`${key} holidays`, 'Days like 2026-12-25, one a line']);
  }
  return new Map(wrong);
}

const daysIn = (text: string) => text.split(/[\s,;]+/).filter((day) => day !== '');

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone.trim() });
    return zone.trim() !== '';
  } catch {
    return false;
  }
}

export function contentOf({ passages, calendars, goals }: Draft): Content {
  return {
    calendars: Object.fromEntries(
      calendars.map(({ name, zone, from, to, holidays }) => [
        name.trim(),
        {
          zone: zone.trim(),
          hours: Object.fromEntries(
            weekdays.flatMap((day) => (from[day] === '' ? [] : [[day, { from: from[day], to: to[day] }]])),
          ),
          holidays: [...new Set(daysIn(holidays))].sort(),
        },
      ]),
    ),
    passages: Object.fromEntries(
      passages.map(({ passage, amount, unit, calendar, owner }) => {
        const minutes = Number(amount.trim()) * (lengths.find(({ id }) => id === unit) ?? lengths[0]).minutes;
        return [passage, { minutes, owner, calendar: calendar === everyMinute ? null : calendar }];
      }),
    ),
    indicators: Object.fromEntries(
      goals.map(({ name, one, text }) => [name, text.trim() === '' ? null : round(numberOf(text) * one)]),
    ),
  };
}
