// What a fresh account holds before anybody works in it: currencies, subsidiaries, terms, services.
import type { Books } from './books.ts';
import type { Value } from './values.ts';

type Rows = readonly Readonly<Record<string, Value>>[];

const currencies: Rows = [
  { name: 'US Dollar', symbol: 'USD', currencyprecision: '2' },
  { name: 'British Pound', symbol: 'GBP', currencyprecision: '2' },
  { name: 'Euro', symbol: 'EUR', currencyprecision: '2' },
  { name: 'Japanese Yen', symbol: 'JPY', currencyprecision: '0' },
];

const subsidiaries: Rows = [
  { name: 'Northwind Consulting Inc', currency: '1', country: 'US' },
  { name: 'Northwind Consulting Ltd', currency: '2', country: 'GB', parent: '1' },
  { name: 'Northwind Consulting GmbH', currency: '3', country: 'DE', parent: '1' },
  { name: 'Northwind Consulting KK', currency: '4', country: 'JP', parent: '1' },
];

const terms: Rows = [
  { name: 'Net 15', daysuntilnetdue: '15' },
  { name: 'Net 30', daysuntilnetdue: '30' },
  { name: 'Net 45', daysuntilnetdue: '45' },
  { name: 'Net 60', daysuntilnetdue: '60' },
  { name: 'Due on receipt', daysuntilnetdue: '0' },
];

const soldWork: Rows = [
  { itemid: 'Consulting' },
  { itemid: 'Development' },
  { itemid: 'Project Management' },
  { itemid: 'Training' },
  { itemid: 'Fixed Fee Milestone' },
];

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const fiscalYears = [2026, 2027];

/** Years, their quarters and months; all open. */
function periods(): Rows {
  const span = (name: string, year: number, from: number, to: number, more: Rows[number]) => ({
    periodname: name,
    startdate: new Date(Date.UTC(year, from, 1)).toISOString().slice(0, 10),
    enddate: new Date(Date.UTC(year, to + 1, 0)).toISOString().slice(0, 10),
    ...more,
  });
  return fiscalYears.flatMap((year) => [
    span(`FY ${year}`, year, 0, 11, { isyear: true }),
    ...[0, 3, 6, 9].map((from) => span(`Q${from / 3 + 1} ${year}`, year, from, from + 2, { isquarter: true })),
    ...monthNames.map((name, month) => span(`${name} ${year}`, year, month, month, { isposting: true })),
  ]);
}

/** The internal ids of these lists under the names an administrator would give them on the settings page. */
export const listIds = {
  currencies: { USD: '1', GBP: '2', EUR: '3', JPY: '4' },
  subsidiaries: {
    'Northwind Consulting Inc': '1',
    'Northwind Consulting Ltd': '2',
    'Northwind Consulting GmbH': '3',
    'Northwind Consulting KK': '4',
  },
  terms: { NET15: '1', NET30: '2', NET45: '3', NET60: '4', 'DUE-ON-RECEIPT': '5' },
  serviceItems: { '*': '1' },
};

/** Customers and projects share one numbering, all transactions another. */
const firstIds = { entity: 100, transaction: 1000, timebill: 5000, timesheet: 200, crm: 300 };

export function seed(books: Books): void {
  for (const [sequence, last] of Object.entries(firstIds)) books.store.startAt(sequence, last);
  const load = (type: string, rows: Rows) => {
    for (const values of rows) books.save(books.type(type), null, { values }, 'load');
  };
  load('currency', currencies);
  load('subsidiary', subsidiaries);
  load('accountingperiod', periods());
  load('term', terms);
  load('serviceitem', soldWork);
}
