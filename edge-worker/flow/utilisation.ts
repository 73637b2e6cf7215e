// How far people's working hours are charged to customers: approved billable hours of a month out of the hours that
// they could work from its first day to today. Charged hours are kept sums; working weeks are looked up when asked.
import { addDays, firstOfMonth, lastOfMonth, weekdayOf } from '../../shared/dates.ts';
import {
  addDecimal,
  compareDecimal,
  type Decimal,
  divideDecimal,
  isZeroDecimal,
  multiplyDecimal,
  subtractDecimal,
} from '../../shared/decimal.ts';
import type { Canonical } from '../../shared/entities/_registry.ts';
import type { NotKnown } from '../../shared/indicators.ts';
import { entityRows } from '../store/lane-schema.ts';
import { type LaneSql, readColumns } from '../store/rows.ts';
import { chargedIn } from './figures.ts';
import { idsOf } from './identity.ts';

interface Hours {
  readonly charged: Decimal;
  /** Null where nobody tells how many there are. */
  readonly available: Decimal | null;
  /** Rounded half up to six places; null where it is not known, and `why` says the reason. */
  readonly share: number | null;
  readonly why: NotKnown | null;
}

export interface PersonUtilised extends Hours {
  /** Null for hours of which it is not known who worked them. */
  readonly person: string | null;
  readonly name: string | null;
}

export interface Utilisation extends Hours {
  /** `2026-11`. */
  readonly month: string;
  readonly from: string;
  readonly until: string;
  /** Of whom the share is made; the others are left out of it with what was charged for them. */
  readonly counted: number;
  /** Of as many of these no system tells when they are off. */
  readonly daysOffUnknown: number;
  /** The lowest share first, then those of whom it is not known. */
  readonly people: readonly PersonUtilised[];
}

type Person = Canonical<'resource'>;
const sharePlaces = 6;

/** Of a month up to today; one that is over counts in full. */
export function utilisationOf(sql: LaneSql, month: string, today: string): Utilisation {
  const from = `${month}-01`;
  const until = today.startsWith(month) ? today : lastOfMonth(from);
  const charged = new Map(chargedIn(sql, month));
  const people: PersonUtilised[] = [];
  let daysOffUnknown = 0;
  for (const { id, record } of peopleOf(sql)) {
    const hours = charged.get(id) ?? '0';
    charged.delete(id);
    const [first, last] = employedWithin(record, from, until);
    // Who was not here has no place in the month, unless something was charged for them all the same.
    if ((last === null || first > last) && isZeroDecimal(hours)) continue;
    const available = last === null ? null : availableTo(record, first, last);
    const why = last === null ? 'has-left' : undefined;
    if (available !== null && record.daysOff == null) daysOffUnknown++;
    people.push({ person: id, name: record.name, ...shareOf(hours, available, why) });
  }
  const strangers = [...charged.values()].reduce(addDecimal, '0');
  if (!isZeroDecimal(strangers)) people.push({ person: null, name: null, ...shareOf(strangers, null, 'nobody') });
  const known = people.filter(({ available }) => available !== null);
  const total = (of: (one: PersonUtilised) => Decimal) => known.map(of).reduce(addDecimal, '0');
  const available = known.length === 0 ? null : total((one) => one.available ?? '0');
  return {
    ...{ month, from, until, counted: known.length, daysOffUnknown },
    ...shareOf(
      total((one) => one.charged),
      available,
    ),
    people: people.sort(byShare),
  };
}

/** This month and as many before it, the newest first. */
export function monthsTo(today: string, before: number): readonly string[] {
  const months: string[] = [];
  for (let first = firstOfMonth(today); months.length <= before; first = firstOfMonth(addDays(first, -1)))
    months.push(first.slice(0, 7));
  return months;
}

function peopleOf(sql: LaneSql): { readonly id: string; readonly record: Person }[] {
  const rows = readColumns(sql, entityRows, ['id', 'canonical'], 'WHERE id > ? AND id < ?', ...idsOf('resource'));
  return rows.map(({ id, canonical }) => ({ id, record: JSON.parse(canonical) as Person }));
}

/** On which of these days somebody works here, the last one too; null where they have left and nobody tells when. */
function employedWithin({ isActive, joinedOn, leftOn }: Person, from: string, until: string): [string, string | null] {
  const first = joinedOn != null && joinedOn > from ? joinedOn : from;
  if (leftOn == null) return [first, isActive ? until : null];
  return [first, leftOn < until ? leftOn : until];
}

/** The hours of the working week that holds on each of the days, less days off; null where no week is told at all. */
function availableTo({ workingWeeks, daysOff }: Person, from: string, until: string): Decimal | null {
  if (workingWeeks == null || workingWeeks.length === 0) return null;
  const off = offByDay(daysOff ?? []);
  let sum: Decimal = '0';
  for (const week of workingWeeks) {
    const days = [0, 0, 0, 0, 0, 0, 0];
    const last = week.until === null || week.until > until ? until : week.until;
    for (let day = week.from === null || week.from < from ? from : week.from; day <= last; day = addDays(day, 1)) {
      const weekday = weekdayOf(day);
      const missed = off.get(day);
      if (missed === undefined) days[weekday] = (days[weekday] ?? 0) + 1;
      else sum = addDecimal(sum, leftOf(week.hours[weekday] ?? '0', missed));
    }
    for (const [weekday, count] of days.entries())
      sum = addDecimal(sum, multiplyDecimal(week.hours[weekday] ?? '0', String(count)));
  }
  return sum;
}

/** Hours off by day; null is the whole of it. */
function offByDay(days: NonNullable<Person['daysOff']>): ReadonlyMap<string, Decimal | null> {
  const off = new Map<string, Decimal | null>();
  for (const { on, hours } of days) {
    const before = off.get(on);
    off.set(on, hours === null || before === null ? null : addDecimal(before ?? '0', hours));
  }
  return off;
}

/** Nobody can miss more of a day than there is to work. */
function leftOf(hours: Decimal, missed: Decimal | null): Decimal {
  return missed === null || compareDecimal(missed, hours) >= 0 ? '0' : subtractDecimal(hours, missed);
}

function shareOf(charged: Decimal, available: Decimal | null, why: NotKnown = 'no-capacity'): Hours {
  if (available === null) return { charged, available, share: null, why };
  if (compareDecimal(available, '0') <= 0) return { charged, available, share: null, why: 'no-working-days' };
  const share = Number(divideDecimal(charged, available, sharePlaces, 'half-up'));
  return { charged, available, share, why: null };
}

function byShare(a: PersonUtilised, b: PersonUtilised): number {
  const place = ({ share }: PersonUtilised) => share ?? Number.POSITIVE_INFINITY;
  if (place(a) !== place(b)) return place(a) - place(b);
  return (a.name ?? '') < (b.name ?? '') ? -1 : 1;
}
