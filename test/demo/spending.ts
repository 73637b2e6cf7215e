// What the month brings beside hours: money spent, milestones reached, change orders agreed. Tables only; amounts are
// whole minor units.
import type { RoleName } from './cast.ts';

export interface Expense {
  readonly key: string;
  readonly deal: string;
  readonly person: string;
  /** Day of November it was spent and handed in. */
  readonly day: number;
  readonly category: 'Travel' | 'Hotel' | 'Meals';
  readonly amountMinor: number;
  readonly note: string;
  /** Null = nobody has approved it this month. */
  readonly approvedOn: number | null;
}

export interface Milestone {
  readonly key: string;
  readonly deal: string;
  readonly name: string;
  readonly amountMinor: number;
  readonly plannedOn: number;
  readonly dueOn: number;
  /** Null = not reached this month. */
  readonly reachedOn: number | null;
}

export interface ChangeOrder {
  readonly key: string;
  readonly deal: string;
  readonly name: string;
  readonly role: RoleName;
  readonly rateMinor: number;
  readonly hours: number;
  readonly proposedOn: number;
  /** Null = nobody has agreed to it this month, so it counts for nothing. */
  readonly agreedOn: number | null;
}

const spent = (
  key: string,
  deal: string,
  person: string,
  [day, approvedOn]: readonly [number, number | null],
  category: Expense['category'],
  amountMinor: number,
  note: string,
): Expense => ({ key, deal, person, day, category, amountMinor, note, approvedOn });

export const expenses: readonly Expense[] = [
  spent('E1', 'harbour-warehouse', 'ines', [11, 12], 'Travel', 21_840, 'Train to Hamburg and back'),
  spent('E2', 'harbour-warehouse', 'ines', [11, 12], 'Hotel', 14_905, 'One night in Hamburg'),
  spent('E3', 'redwood-meters', 'daniel', [17, 18], 'Travel', 41_299, 'Flight to Sacramento'),
  spent('E4', 'redwood-meters', 'daniel', [18, 19], 'Meals', 3_767, 'Dinner with the meter team'),
  spent('E5', 'tamar-billing', 'fiona', [19, 20], 'Travel', 18_355, 'Train to Plymouth'),
  spent('E8', 'lakeside-wards', 'ines', [13, 16], 'Travel', 6_240, 'Train to Konstanz'),
  // Yen have no hundredths.
  spent('E6', 'hakone-booking', 'haruto', [20, 24], 'Travel', 4_620, 'Romancecar to Hakone'),
  spent('E7', 'brenner-plant', 'katrin', [25, null], 'Hotel', 13_250, 'Two nights in Innsbruck'),
];

const planned = (
  key: string,
  deal: string,
  name: string,
  amountMinor: number,
  [plannedOn, dueOn, reachedOn]: readonly [number, number, number | null],
): Milestone => ({ key, deal, name, amountMinor, plannedOn, dueOn, reachedOn });

export const milestones: readonly Milestone[] = [
  planned('M1', 'harbour-warehouse', 'Design signed off', 1_200_000, [9, 20, 20]),
  planned('M2', 'harbour-warehouse', 'Go-live accepted', 800_000, [9, 29, null]),
  planned('M3', 'hakone-booking', 'Spa booking live', 450_000, [13, 27, 26]),
  planned('M4', 'tamar-billing', 'Tariff tables accepted', 210_050, [16, 25, 25]),
];

export const changeOrders: readonly ChangeOrder[] = [
  {
    ...{ key: 'C1', deal: 'harbour-warehouse', name: 'Loading bays as well', role: 'Architect' },
    ...{ rateMinor: 21_050, hours: 24, proposedOn: 12, agreedOn: 16 },
  },
  {
    ...{ key: 'C2', deal: 'hakone-booking', name: 'Two more languages', role: 'Consultant' },
    ...{ rateMinor: 19_450, hours: 30, proposedOn: 18, agreedOn: 19 },
  },
  {
    ...{ key: 'C3', deal: 'brenner-plant', name: 'A second plant', role: 'Consultant' },
    ...{ rateMinor: 14_250, hours: 60, proposedOn: 24, agreedOn: null },
  },
];

export const amountOfOrder = ({ rateMinor, hours }: ChangeOrder): number => rateMinor * hours;
