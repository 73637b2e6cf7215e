// The time entries of the month: who worked how long on what, when it was logged and approved, and what is wrong with
// some. Pure; one seed, one month.
import { chanceOf } from '../support/options.ts';
import { customers, type Deal, deals, holidays, type Person, people, type RoleName } from './cast.ts';

/** What keeps an entry from the ledger at first, and the day it is put right; null = nobody does this month. */
export interface Trouble {
  readonly control: string;
  readonly solvedOn: number | null;
}

export interface Entry {
  readonly key: string;
  readonly deal: string;
  readonly person: string;
  /** Day of November it was worked; October days are negative: -1 is the 31st, -2 the 30th. */
  readonly day: number;
  readonly minutes: number;
  readonly role: RoleName;
  /** As it stands at the end of the month. */
  readonly rateMinor: number;
  /** As it was typed first, where somebody mistyped it. */
  readonly typedRateMinor?: number;
  readonly note: string;
  readonly loggedOn: number;
  readonly submittedOn: number | null;
  readonly approvedOn: number | null;
  readonly trouble: Trouble | null;
  readonly fate?: Fate;
}

/** What becomes of an entry that was approved once. */
export interface Fate {
  readonly how: 'revoked' | 'deleted';
  readonly on: number;
  /** The day it is approved again. */
  readonly againOn?: number;
  /** It was invoiced that day already, so finance have to say what is to be done. */
  readonly isInvoiced?: boolean;
}

/** Minutes at a rate per hour, half a minor unit rounded up. */
export function amountOf(entry: Pick<Entry, 'minutes' | 'rateMinor'>): number {
  return Math.floor((entry.minutes * entry.rateMinor * 2 + 60) / 120);
}

/** The day an entry reaches the ledger to stay there; null = not this month. */
export function postedOn({ approvedOn, trouble, fate }: Entry): number | null {
  if (approvedOn === null || trouble?.solvedOn === null) return null;
  if (fate) return fate.againOn ?? null;
  return Math.max(approvedOn, trouble?.solvedOn ?? 0);
}

/** Monday to Friday, 2 to 30 November 2026. */
export const workDays: readonly number[] = Array.from({ length: 29 }, (_, index) => index + 2).filter(
  (day) => ![0, 6].includes(new Date(Date.UTC(2026, 10, day)).getUTCDay()),
);
const lastDay = 30;

const notes: readonly string[] = [
  'Requirements workshop with key users',
  'Chart of accounts mapping',
  'Interface specification reviewed',
  'Data quality findings and next steps',
  'Cut-over plan, second draft',
  'Role and permission concept',
  'Test cases for billing run',
  'Regression test, defects logged',
  'Steering committee preparation',
  'Migration rehearsal',
  'Training material for finance',
  'Report layouts agreed',
  'Month-end procedure walk-through',
  'Tax determination rules',
  'Bank statement import',
  'Open points with the vendor',
];
/** A day's work, cut as people cut it: quarters of an hour, and tenths where a stopwatch runs. */
const cuts: readonly (readonly number[])[] = [
  [240, 240],
  [180, 300],
  [150, 330],
  [150, 150, 180],
  [96, 204, 180],
  [105, 195, 150],
  [225, 255],
];

/** Projects whose hours follow no rule, because something happens to them; see `specials`. */
const apart = new Set([
  'bluff-yard',
  'orkney-tickets',
  'copper-safety',
  'harbour-training',
  'palisade-audit',
  'sakura-warranty',
  'harbour-warehouse',
  'lakeside-wards',
  'calder-portal',
  'orchard-supply',
  'orchard-loyalty',
]);

const companyOf = new Map(customers.map((customer) => [customer.key, customer.company] as const));

function dealsFor(person: Person, day: number): readonly Deal[] {
  return deals.filter(
    (deal) =>
      !apart.has(deal.key) &&
      deal.wholeOn !== null &&
      deal.wholeOn < day &&
      companyOf.get(deal.customer) === person.company &&
      deal.rates.some(([role]) => role === person.role),
  );
}

function rateOf(deal: Deal, role: RoleName): number {
  return deal.rates.find(([name]) => name === role)?.[1] ?? 0;
}

function restsOn({ company }: Person, day: number): boolean {
  return holidays.some((holiday) => holiday.day === day && holiday.company === company);
}

/** Some project managers approve every morning, the others on Mondays; at month end everybody does. */
function rhythmOf(deal: Deal): 'daily' | 'weekly' {
  return deals.indexOf(deal) % 2 === 0 ? 'daily' : 'weekly';
}

function fridayOf(day: number): number {
  return Math.min(day + ((12 - new Date(Date.UTC(2026, 10, day)).getUTCDay()) % 7), lastDay);
}

function nextWorkDay(day: number): number {
  return workDays.find((one) => one > day) ?? lastDay;
}

function timely(deal: Deal, day: number): Pick<Entry, 'loggedOn' | 'submittedOn' | 'approvedOn'> {
  const submittedOn = rhythmOf(deal) === 'daily' ? day : fridayOf(day);
  return { loggedOn: day, submittedOn, approvedOn: nextWorkDay(submittedOn) };
}

/** The hours of the month, in the order of the days. */
export function makeHours(seed: number): readonly Entry[] {
  const chance = chanceOf(seed);
  const pick = <One>(list: readonly One[]): One => list[Math.floor(chance() * list.length)] as One;
  const entries: Omit<Entry, 'key'>[] = [...october(), ...specials()];
  for (const day of workDays) {
    for (const person of people.filter((one) => !one.isContractor && !restsOn(one, day))) {
      const open = dealsFor(person, day);
      if (open.length === 0) continue;
      const left = [...notes];
      for (const minutes of pick(cuts)) {
        const deal = pick(open);
        // Two entries of one person and day never bear the same note: what looks the same is meant to.
        const note = left.splice(Math.floor(chance() * left.length), 1)[0] as string;
        const { role } = person;
        const worked = { deal: deal.key, person: person.key, day, minutes, role, rateMinor: rateOf(deal, role), note };
        entries.push({ ...worked, ...timely(deal, day), trouble: null });
      }
    }
  }
  return mend(entries.sort((a, b) => a.day - b.day)).map((entry, index) => ({
    key: `T${String(index + 1).padStart(4, '0')}`,
    ...entry,
  }));
}

type Bare = Omit<Entry, 'key'>;

/** Hours from before the hub, in PSA and ERP both: matched, never posted again. */
function october(): Bare[] {
  const rows: readonly (readonly [string, string, number, number, RoleName])[] = [
    ['lakeside-data', 'ines', -5, 450, 'Senior Consultant'],
    ['lakeside-data', 'jonas', -4, 480, 'Consultant'],
    ['lakeside-data', 'ines', -3, 435, 'Senior Consultant'],
    ['calder-claims', 'fiona', -4, 480, 'Senior Consultant'],
    ['calder-claims', 'arjun', -3, 360, 'Consultant'],
    ['calder-claims', 'arjun', -2, 465, 'Consultant'],
  ];
  return rows.map(([key, person, day, minutes, role], index) => ({
    ...worked(key, person, day, minutes, role, notes[index] as string),
    loggedOn: 0,
    submittedOn: 0,
    approvedOn: 0,
    trouble: null,
  }));
}

function worked(key: string, person: string, day: number, minutes: number, role: RoleName, note: string) {
  const deal = deals.find((one) => one.key === key) as Deal;
  return { deal: key, person, day, minutes, role, rateMinor: rateOf(deal, role), note };
}

/** Hours of the projects that something happens to. */
function specials(): Bare[] {
  const rows: Bare[] = [];
  const add = (
    key: string,
    person: string,
    days: readonly number[],
    minutes: number,
    trouble: Trouble | null = null,
    fate: Fate | null = null,
  ) => {
    const role: RoleName = 'Consultant';
    days.forEach((day, index) => {
      const approvedOn = nextWorkDay(day);
      const note = notes[(index * 5 + day) % notes.length] as string;
      rows.push({
        ...worked(key, person, day, minutes, role, note),
        loggedOn: day,
        submittedOn: day,
        approvedOn,
        trouble,
        ...(fate && { fate }),
      });
    });
  };
  // Twenty-four hours under the purchase order, two at a time; six more that do not fit any longer.
  add('orkney-tickets', 'arjun', [6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 19, 20], 120);
  add('orkney-tickets', 'arjun', [24, 25, 26], 120, { control: 'exhausted-purchase-order', solvedOn: null });
  add('copper-safety', 'maya', [10, 11, 12, 13, 16, 17, 18, 19], 120);
  add('copper-safety', 'maya', [23, 24], 120, { control: 'exhausted-purchase-order', solvedOn: 26 });
  add('bluff-yard', 'daniel', [9, 10, 11, 12, 13], 300, { control: 'missing-purchase-order', solvedOn: 17 });
  add('bluff-yard', 'daniel', [18, 19, 20], 360);
  add('palisade-audit', 'maya', [20, 23, 24], 210, { control: 'missing-purchase-order', solvedOn: null });
  add('harbour-warehouse', 'jonas', [9, 10, 11, 12], 225);
  // Taken back before any invoice: once by mistake, once for good; and one that should never have been entered.
  add('harbour-warehouse', 'jonas', [13], 210, null, { how: 'revoked', on: 17, againOn: 19 });
  add('harbour-warehouse', 'jonas', [16], 195, null, { how: 'revoked', on: 18 });
  add('harbour-warehouse', 'jonas', [17], 255, null, { how: 'deleted', on: 19 });
  // Taken back when the invoice is out.
  add('harbour-erp', 'jonas', [20], 105, null, { how: 'revoked', on: 23, isInvoiced: true });
  add('orchard-supply', 'arjun', [12, 13], 110);
  add('orchard-loyalty', 'arjun', [23, 24], 96);
  // Eighty minutes are no whole number of hundredths of an hour.
  add('lakeside-wards', 'jonas', [6, 9, 10, 13], 80);
  add('lakeside-wards', 'jonas', [19, 20, 23], 165);
  add('calder-portal', 'arjun', [11, 12, 13], 150);
  add('calder-portal', 'arjun', [16, 17, 19, 20], 135);
  add('harbour-training', 'jonas', [17, 18, 19], 480);
  add('redwood-meters', 'priya', [10, 11, 12, 13, 16], 390, { control: 'unknown-reference', solvedOn: 19 });
  add('brenner-plant', 'marek', [23, 24], 420, { control: 'unknown-reference', solvedOn: null });
  return rows;
}

/** What goes wrong with single entries: rates, doubles, lateness, approvals that never come. */
function mend(entries: Bare[]): Bare[] {
  const nth = (person: string, day: number): number => {
    const found = entries.findIndex(
      (one) => one.person === person && one.day === day && one.trouble === null && !apart.has(one.deal),
    );
    if (found < 0) throw new Error(`${person} did nothing on ${day} November`);
    return found;
  };
  const change = (index: number, to: Partial<Bare>) => {
    entries[index] = { ...(entries[index] as Bare), ...to };
  };
  const mismatch = (solvedOn: number | null): Trouble => ({ control: 'rate-mismatch', solvedOn });
  change(nth('grace', 10), { rateMinor: 22_500, trouble: mismatch(16) });
  const typo = nth('jonas', 12);
  change(typo, { typedRateMinor: 14_520, rateMinor: entries[typo]?.rateMinor ?? 0, trouble: mismatch(18) });
  change(nth('arjun', 18), { rateMinor: 12_900, trouble: mismatch(null) });
  change(nth('yuki', 23), { role: 'Project Manager', trouble: mismatch(null) });
  // Forgotten weeks, logged and approved at the end of the month.
  const late = { loggedOn: 26, submittedOn: 26, approvedOn: 27 };
  entries.forEach((one, index) => {
    const isForgotten =
      (one.person === 'tom' && one.day >= 9 && one.day <= 13) ||
      (one.person === 'luis' && one.day >= 16 && one.day <= 18);
    if (isForgotten && one.trouble === null) change(index, late);
    if (one.person === 'katrin' && one.day >= 25) {
      change(index, {
        submittedOn: one.day,
        approvedOn: null,
        trouble: { control: 'unapproved-time', solvedOn: null },
      });
    }
    // Still being written: not submitted, so nobody waits for it.
    if (one.person === 'haruto' && one.day === 30) change(index, { submittedOn: null, approvedOn: null });
  });
  const double = (index: number, solvedOn: number | null) => {
    entries.push({ ...(entries[index] as Bare), trouble: { control: 'duplicate-time', solvedOn } });
  };
  double(nth('ines', 11), null);
  double(nth('fiona', 19), 23);
  double(nth('jonas', 25), null);
  return entries;
}
