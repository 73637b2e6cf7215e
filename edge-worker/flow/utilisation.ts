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
} from '../../shared/decimal.ts';
import { type Canonical, entities } from '../../shared/entities/_registry.ts';
import type { NotKnown } from '../../shared/indicators.ts';
import type { LaneSql } from '../store/rows.ts';
import { chargedIn } from './figures.ts';

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
  for (const { id, record } of peopleOf(sql)) {
    const hours = charged.get(id) ?? '0';
    charged.delete(id);
    // Of somebody who has left it is not known when: nothing is to be said of them but what was charged.
    if (!record.isActive && isZeroDecimal(hours)) continue;
    const available = record.isActive ? availableTo(record, from, until) : null;
    const why = record.isActive ? undefined : 'has-left';
    people.push({ person: id, name: record.name, ...shareOf(hours, available, why) });
  }
  const strangers = [...charged.values()].reduce(addDecimal, '0');
  if (!isZeroDecimal(strangers)) people.push({ person: null, name: null, ...shareOf(strangers, null, 'nobody') });
  const known = people.filter(({ available }) => available !== null);
  const total = (of: (one: PersonUtilised) => Decimal) => known.map(of).reduce(addDecimal, '0');
  const available = known.length === 0 ? null : total((one) => one.available ?? '0');
  return {
    ...{ month, from, until, counted: known.length },
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

/** Those that were merged into another person are that one. */
function peopleOf(sql: LaneSql): { readonly id: string; readonly record: Person }[] {
  const { prefix } = entities.resource;
  const rows = sql
    .exec(
      'SELECT id, canonical FROM entities WHERE id > ? AND id < ? AND id NOT IN (SELECT entity FROM aliases)',
      `${prefix}_`,
      // What begins with the prefix lies between it and what follows its last sign.
      `${prefix}\``,
    )
    .toArray() as { id: string; canonical: string }[];
  return rows.map(({ id, canonical }) => ({ id, record: JSON.parse(canonical) as Person }));
}

/** The hours of the working week that holds on each of the days; null where no week is told at all. */
function availableTo({ workingWeeks }: Person, from: string, until: string): Decimal | null {
  if (workingWeeks == null || workingWeeks.length === 0) return null;
  let sum: Decimal = '0';
  for (const week of workingWeeks) {
    const days = [0, 0, 0, 0, 0, 0, 0];
    const last = week.until === null || week.until > until ? until : week.until;
    for (let day = week.from === null || week.from < from ? from : week.from; day <= last; day = addDays(day, 1))
      days[weekdayOf(day)] = (days[weekdayOf(day)] ?? 0) + 1;
    for (const [weekday, count] of days.entries())
      sum = addDecimal(sum, multiplyDecimal(week.hours[weekday] ?? '0', String(count)));
  }
  return sum;
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
