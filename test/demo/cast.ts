// Who plays in the demo's month: the firm's companies, customers, people and deals. Tables only; amounts are whole
// minor units.
import type { LegalEntity } from '../support/firm.ts';

export const roleNames = ['Architect', 'Senior Consultant', 'Consultant', 'Project Manager'] as const;
export type RoleName = (typeof roleNames)[number];

/** Where a customer is known before the hub comes. */
export type Beforehand = 'nowhere' | 'crm and erp' | 'crm and psa' | 'everywhere';

export interface Customer {
  readonly key: string;
  readonly name: string;
  readonly company: LegalEntity;
  readonly country: string;
  readonly city: string;
  readonly phone: string;
  readonly taxNumber: string;
  readonly beforehand: Beforehand;
  /** Entered a second time by a colleague who did not look. */
  readonly doubles?: string;
  /** Found in the course of the month to be the same company as another, and merged into it. */
  readonly mergedInto?: { readonly key: string; readonly on: number };
}

export interface Person {
  readonly key: string;
  readonly name: string;
  readonly email: string;
  readonly role: RoleName;
  readonly company: LegalEntity;
  /** Contractors are planned in the PSA before anybody tells the ERP. */
  readonly isContractor?: boolean;
  /** Days of the week, from Sunday; the firm's own week where nothing is said. */
  readonly hoursByDay?: WorkWeek;
  /** Days of November on which they come and go; all of it where nothing is said. */
  readonly engaged?: readonly [first: number, last: number];
  /** Days of November on which they are away. */
  readonly awayOn?: readonly number[];
}

export type WorkWeek = readonly [number, number, number, number, number, number, number];

export interface Deal {
  readonly key: string;
  readonly customer: string;
  readonly name: string;
  readonly practice: string;
  /** Day of November it is won; 0 = it was running before the month began; null = never won. */
  readonly wonOn: number | null;
  /** Day on which nothing is missing in it any more, so that its project is made; null = not this month. */
  readonly wholeOn: number | null;
  readonly purchaseOrder: string | null;
  readonly limitMinor?: number;
  readonly terms: string | null;
  readonly taxProfile: string | null;
  /** Role, minor units per hour, hours sold. */
  readonly rates: readonly (readonly [RoleName, number, number])[];
  /** Fixed prices beside the hours, each with the day of November it falls due. */
  readonly instalments?: readonly (readonly [name: string, amountMinor: number, dueOn: number])[];
  /** It is billed by the PSA: from a day of November on, agreed by finance, or null = from the beginning. */
  readonly psaBills?: { readonly fromOn: number | null };
}

const inc = 'Northwind Consulting Inc';
const ltd = 'Northwind Consulting Ltd';
const gmbh = 'Northwind Consulting GmbH';
const kk = 'Northwind Consulting KK';

const customer = (
  key: string,
  name: string,
  company: LegalEntity,
  [country, city, phone, taxNumber]: readonly [string, string, string, string],
  beforehand: Beforehand = 'nowhere',
): Customer => ({ key, name, company, country, city, phone, taxNumber, beforehand });

export const customers: readonly Customer[] = [
  customer('lakeside', 'Lakeside Hospital', gmbh, ['DE', 'Konstanz', '+49 7531 555 010', 'DE264112907'], 'everywhere'),
  customer(
    'harbour',
    'Harbour & Pine Architects',
    gmbh,
    ['DE', 'Hamburg', '+49 40 555 0100', 'DE811907980'],
    'crm and erp',
  ),
  customer('brenner', 'Brenner Maschinenbau', gmbh, ['AT', 'Innsbruck', '+43 512 555 77', 'ATU62741909']),
  customer('lumen', 'Société Lumen', gmbh, ['FR', 'Lyon', '+33 4 55 50 12 10', 'FR40303265045']),
  customer('calder', 'Calder & Finch Insurance', ltd, ['GB', 'Leeds', '+44 113 555 0142', 'GB927461180'], 'everywhere'),
  customer('tamar', 'Tamar Valley Water', ltd, ['GB', 'Plymouth', '+44 1752 555 018', 'GB118230944'], 'crm and psa'),
  customer('orkney', 'Orkney Ferries', ltd, ['GB', 'Kirkwall', '+44 1856 555 022', 'GB664019272']),
  customer(
    'redwood',
    'Redwood Grid Operators',
    inc,
    ['US', 'Sacramento', '+1 916 555 0171', '94-2817733'],
    'crm and erp',
  ),
  customer('palisade', 'Palisade Credit Union', inc, ['US', 'Newark', '+1 973 555 0126', '22-1904458'], 'crm and psa'),
  customer('bluff', 'Bluff City Freight', inc, ['US', 'Memphis', '+1 901 555 0188', '62-1180427']),
  customer('mesa', 'Mesa Verde Clinics', inc, ['US', 'Durango', '+1 970 555 0133', '84-3320916']),
  customer('copper', 'Copper Basin Mining', inc, ['US', 'Tucson', '+1 520 555 0199', '86-0455182'], 'crm and psa'),
  customer('sakura', 'Sakura Robotics', kk, ['JP', 'Nagoya', '+81 52 555 0104', 'T7180001063512']),
  customer('hakone', 'Hakone Resorts', kk, ['JP', 'Odawara', '+81 465 55 0147', 'T2021001040882']),
  customer('orchard', 'Orchard Foods', ltd, ['GB', 'Hereford', '+44 1432 555 014', 'GB284410937']),
  {
    ...customer('orchard-ltd', 'Orchard Foods Ltd', ltd, ['GB', 'Hereford', '+44 1432 555 019', 'GB284410945']),
    mergedInto: { key: 'orchard', on: 25 },
  },
  { ...customer('sakura-again', 'Sakura Robotics', kk, ['JP', 'Nagoya', '+81 52 555 0199', '']), doubles: 'sakura' },
];

const person = (key: string, name: string, role: RoleName, company: LegalEntity): Person => ({
  key,
  name,
  email: `${name.toLowerCase().replace(' ', '.')}@northwind.example`,
  role,
  company,
});

/** What an hour costs the firm by role, in the currency of the company that employs. */
export const hourCosts: Readonly<Record<LegalEntity, Readonly<Partial<Record<RoleName, string>>>>> = {
  [inc]: { Architect: '118.4', 'Senior Consultant': '97.25', Consultant: '71.8', 'Project Manager': '92' },
  [ltd]: { Architect: '88.1', 'Senior Consultant': '74.6', Consultant: '52.35', 'Project Manager': '69' },
  [gmbh]: { Architect: '98.4', 'Senior Consultant': '86.5', Consultant: '61.75', 'Project Manager': '79.2' },
  [kk]: { 'Senior Consultant': '12100', Consultant: '8650', 'Project Manager': '11200' },
};

export const people: readonly Person[] = [
  person('grace', 'Grace Okafor', 'Senior Consultant', inc),
  person('daniel', 'Daniel Reyes', 'Consultant', inc),
  person('maya', 'Maya Thompson', 'Consultant', inc),
  person('luis', 'Luis Ortega', 'Architect', inc),
  person('fiona', 'Fiona MacLeod', 'Senior Consultant', ltd),
  person('arjun', 'Arjun Patel', 'Consultant', ltd),
  person('tom', 'Tom Whitaker', 'Project Manager', ltd),
  person('ines', 'Ines Carvalho', 'Senior Consultant', gmbh),
  person('jonas', 'Jonas Weber', 'Consultant', gmbh),
  person('katrin', 'Katrin Vogel', 'Project Manager', gmbh),
  person('haruto', 'Haruto Tanaka', 'Senior Consultant', kk),
  person('yuki', 'Yuki Mori', 'Consultant', kk),
  // Who runs the practices is sold to no customer by the hour.
  person('brandon', 'Brandon Lee', 'Project Manager', inc),
  { ...person('sofia', 'Sofia Lindqvist', 'Architect', ltd), hoursByDay: [0, 8, 8, 8, 0, 0, 0] },
  { ...person('ulrike', 'Ulrike Brandt', 'Architect', gmbh), awayOn: [16, 17, 18, 19, 20] },
  person('emi', 'Emi Sato', 'Project Manager', kk),
  { ...person('priya', 'Priya Nair', 'Consultant', inc), isContractor: true, engaged: [10, 16] },
  { ...person('marek', 'Marek Dvorak', 'Consultant', gmbh), isContractor: true },
];

/** From Sunday to Saturday, in hours. */
export const firmWeek: WorkWeek = [0, 8, 8, 8, 8, 8, 0];

/** Days of November on which a company rests, beside weekends. */
export const holidays: readonly { readonly name: string; readonly company: LegalEntity; readonly day: number }[] = [
  { name: 'Thanksgiving', company: inc, day: 26 },
];

type Rates = Deal['rates'];
const euro: Rates = [
  ['Senior Consultant', 18_500, 120],
  ['Consultant', 14_250, 160],
  ['Project Manager', 16_800, 40],
];
const pound: Rates = [
  ['Senior Consultant', 16_075, 110],
  ['Consultant', 12_090, 150],
  ['Project Manager', 15_500, 60],
];
const dollar: Rates = [
  ['Architect', 24_000, 60],
  ['Senior Consultant', 21_050, 120],
  ['Consultant', 16_535, 200],
];
const yen: Rates = [
  ['Senior Consultant', 26_333, 120],
  ['Consultant', 19_450, 160],
];

const deal = (
  key: string,
  customerKey: string,
  name: string,
  wonOn: number | null,
  purchaseOrder: string | null,
  rates: Rates,
  others: Partial<Deal> = {},
): Deal => ({
  key,
  customer: customerKey,
  name,
  practice: 'ERP',
  wonOn,
  wholeOn: wonOn,
  purchaseOrder,
  terms: 'NET30',
  taxProfile: 'standard',
  rates,
  ...others,
});

export const deals: readonly Deal[] = [
  deal('lakeside-data', 'lakeside', 'Lakeside data platform', 0, 'PO-1201', euro),
  deal('calder-claims', 'calder', 'Calder claims migration', 0, 'CF/2026/88', pound),
  deal('redwood-meters', 'redwood', 'Redwood meter-to-cash', 2, 'RG-40117', dollar),
  deal('sakura-line', 'sakura', 'Sakura line planning', 2, 'SR-2026-031', yen),
  deal('harbour-erp', 'harbour', 'Harbour & Pine ERP rollout', 3, 'PO-7731', euro),
  deal('tamar-billing', 'tamar', 'Tamar billing renewal', 3, 'TVW-5520', pound),
  deal('palisade-core', 'palisade', 'Palisade core banking review', 4, '4500091822', dollar, { practice: 'Finance' }),
  deal('brenner-plant', 'brenner', 'Brenner plant ledger', 5, 'B-26-1107', euro, { practice: 'Finance' }),
  deal('bluff-yard', 'bluff', 'Bluff City yard scheduling', 6, null, dollar, { practice: 'Logistics' }),
  deal('hakone-booking', 'hakone', 'Hakone booking revamp', 6, 'HR-0091', yen, { practice: 'Hospitality' }),
  // The order covers the first three weeks to the last penny and not one entry of the fourth.
  deal('orkney-tickets', 'orkney', 'Orkney ticketing', 5, 'OF-318', [['Consultant', 12_000, 60]], {
    limitMinor: 288_000,
  }),
  deal('copper-safety', 'copper', 'Copper Basin safety records', 9, 'CB-7002', [['Consultant', 16_000, 40]], {
    limitMinor: 256_000,
  }),
  deal('mesa-intake', 'mesa', 'Mesa Verde patient intake', 9, 'MV-2210', dollar, { taxProfile: null, wholeOn: 13 }),
  deal('lumen-retail', 'lumen', 'Lumen retail analytics', 10, 'LUM-4471', euro, {
    ...{ terms: null, wholeOn: null, practice: 'Data' },
  }),
  deal('harbour-training', 'harbour', 'Harbour & Pine training', 12, 'PO-7790', [['Consultant', 13_000, 24]]),
  deal('redwood-outage', 'redwood', 'Redwood outage desk', 16, 'RG-40233', dollar),
  deal('calder-fraud', 'calder', 'Calder fraud scoring', 17, 'CF/2026/93', pound, { practice: 'Data' }),
  deal('palisade-audit', 'palisade', 'Palisade audit support', 18, null, [['Consultant', 15_000, 60]]),
  deal('sakura-warranty', 'sakura-again', 'Sakura warranty desk', 20, 'SR-2026-052', yen),
  deal('sakura-parts', 'sakura', 'Sakura spare parts', 19, 'SR-2026-040', yen),
  deal('tamar-leaks', 'tamar', 'Tamar leak detection', null, null, pound, { practice: 'Data' }),
  deal('lakeside-archive', 'lakeside', 'Lakeside archive move', null, 'PO-1377', euro),
  deal('harbour-warehouse', 'harbour', 'Harbour & Pine second warehouse', 4, 'PO-7741', euro, {
    instalments: [
      ['Design signed off', 1_200_000, 20],
      ['Go-live accepted', 800_000, 29],
    ],
  }),
  deal('orchard-supply', 'orchard', 'Orchard supply planning', 9, 'ORF-61', pound),
  deal('orchard-loyalty', 'orchard-ltd', 'Orchard loyalty scheme', 10, 'ORF-62', pound),
  // The PSA bills what it has the hours of; the second one only from the middle of the month on.
  deal('lakeside-wards', 'lakeside', 'Lakeside ward planning', 4, 'PO-1388', euro, { psaBills: { fromOn: null } }),
  deal('calder-portal', 'calder', 'Calder broker portal', 6, 'CF/2026/97', pound, { psaBills: { fromOn: 16 } }),
];
