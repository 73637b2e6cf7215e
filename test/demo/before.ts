// What Northwind has in its systems before the hub comes: half of its customers in two of them, two running projects
// in all three, its people.

import { legalEntities } from '../support/firm.ts';
import { type Customer, customers, deals, firmWeek, holidays, people, type WorkWeek } from './cast.ts';
import type { Desk } from './desk.ts';
import { amountText } from './fields.ts';
import type { Entry } from './hours.ts';
import { currencyOf, dateOf, type Month, soldMinor } from './month.ts';

const monthMs = 30 * 86_400_000;

/** Everything is dated a month back, as it would be. */
export function setUpBefore(desk: Desk, month: Month): void {
  const systems = Object.values(desk.systems);
  for (const system of systems) system.arm({ how: 'clock-skew', delayMs: -monthMs, times: null });
  const users = new Map(people.map((person) => [person.key, desk.plan(person)] as const));
  planWeeks(desk, users);
  for (const person of people) {
    if (!person.isContractor) seed(desk, 'employee', [desk.employeeOf(person)]);
  }
  for (const customer of customers.filter((one) => one.beforehand !== 'nowhere')) known(desk, customer);
  for (const deal of deals.filter((one) => one.wonOn === 0)) {
    running(desk, deal.key);
    bookOctober(
      desk,
      deal.key,
      month.entries.filter((entry) => entry.deal === deal.key && entry.day < 0),
    );
  }
  for (const system of systems) system.disarm('clock-skew');
}

/** When people can work: the firm's week and those of their own, the holidays of each company, and who is away. */
function planWeeks({ systems: { psa } }: Desk, users: ReadonlyMap<string, string>): void {
  const from = '2026-01-04';
  psa.create('workweeks', { start_date: from, ...minutesOf(firmWeek) });
  for (const company of new Set(holidays.map((one) => one.company))) {
    const calendar = psa.create('holiday_calendars', { name: company });
    for (const { name, day } of holidays.filter((one) => one.company === company))
      psa.create('holidays', { name, start_date: dateOf(day), holiday_calendar_ids: [calendar] });
    for (const { key } of people.filter((one) => one.company === company))
      psa.create('holiday_calendar_memberships', {
        ...{ user_id: Number(users.get(key)), holiday_calendar_id: calendar, start_date: from },
      });
  }
  for (const { key, hoursByDay, awayOn = [] } of people) {
    const user = Number(users.get(key));
    if (hoursByDay) psa.create('workweek_memberships', { user_id: user, start_date: from, ...minutesOf(hoursByDay) });
    for (const day of awayOn) psa.create('time_off_entries', { user_id: user, requested_date: dateOf(day), hours: 8 });
  }
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

function minutesOf(week: WorkWeek): Readonly<Record<string, number>> {
  return Object.fromEntries(weekdays.map((day, index) => [`${day}_minutes`, (week[index] ?? 0) * 60]));
}

/** Records from before our package: the ledger's outbox knows nothing of them. */
function seed(desk: Desk, type: string, rows: readonly Readonly<Record<string, unknown>>[]): string {
  const [id] = desk.systems.erp.act('seed', { type, rows }) as string[];
  return id as string;
}

function known(desk: Desk, customer: Customer): void {
  desk.sales.accountOf(customer.key);
  if (customer.beforehand !== 'crm and psa') {
    const { subsidiary } = legalEntities[customer.company];
    // Finance keeps another telephone number: a difference that is found on the first day and left alone.
    const values = { companyName: customer.name, subsidiary, phone: '', vatRegNumber: customer.taxNumber, terms: '2' };
    seed(desk, 'customer', [values]);
  }
  if (customer.beforehand !== 'crm and erp')
    desk.systems.psa.create('workspace_groups', { name: customer.name, company: true });
}

function running(desk: Desk, key: string): void {
  const { crm, psa, erp } = desk.systems;
  const deal = desk.deal(key);
  const customer = desk.customer(deal.customer);
  desk.sales.sell(key, '2026-09-28');
  crm.act('win', { id: desk.sales.opportunity(key) });
  const group = psa.rows('workspace_groups').find((row) => row['name'] === customer.name);
  const currency = currencyOf(customer);
  const dates = { start_date: '2026-10-01', due_date: '2027-01-29' };
  const price = Number(amountText(soldMinor(deal), currency));
  psa.create('workspaces', {
    title: deal.name,
    currency,
    price,
    primary_workspace_group_id: Number(group?.id),
    status_key: 305,
    ...dates,
  });
  const parent = erp.rows('customer').find((row) => row['companyname'] === customer.name)?.id;
  const job = seed(desk, 'job', [
    { companyName: deal.name, parent, startDate: '2026-10-01', projectedEndDate: '2027-01-29' },
  ]);
  const lines = deal.rates.map(([role, rate, hours]) => ({
    item: '1',
    quantity: String(hours),
    rate: amountText(rate, currency),
    custcol_tieout_role: role,
  }));
  seed(desk, 'salesorder', [
    {
      entity: parent,
      job,
      tranDate: '2026-09-28',
      memo: deal.name,
      otherRefNum: deal.purchaseOrder,
      terms: '2',
      item: lines,
    },
  ]);
}

function bookOctober(desk: Desk, key: string, entries: readonly Entry[]): void {
  const { erp } = desk.systems;
  desk.log(entries.map((entry) => entry.key));
  desk.approve(entries.map((entry) => entry.key));
  const job = desk.job(key);
  const currency = currencyOf(desk.customer(desk.deal(key).customer));
  const rows = entries.map((entry) => ({
    employee: desk.employee(entry.person),
    customer: job,
    tranDate: dateOf(entry.day),
    hours: String(entry.minutes / 60),
    item: '1',
    rate: amountText(entry.rateMinor, currency),
    overrideRate: true,
    isBillable: true,
    approvalStatus: '3',
    memo: entry.note,
    custcol_tieout_role: entry.role,
  }));
  seed(desk, 'timebill', rows);
  erp.act('bill', { job, date: '2026-10-31', number: `INV${1001 + deals.findIndex((deal) => deal.key === key)}` });
}
