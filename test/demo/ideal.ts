// The systems' books as they would be after a month in which everything went right: rows in the vendors' shapes, made
// from the script alone.
import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import { expenseCategories } from '../support/firm.ts';
import { issuerOf, paidOf } from './bills.ts';
import type { Books } from './books.ts';
import type { Customer, Deal } from './cast.ts';
import { amountText, fieldIn } from './fields.ts';
import { amountOf, type Entry, postedOn } from './hours.ts';
import {
  agreedMinor,
  currencyOf,
  dateOf,
  goesOnAs,
  heldContracts,
  isProvisioned,
  type Month,
  type Subject,
  type System,
} from './month.ts';

type Loose = Record<string, unknown> & { id: string };

export function idealBooks(month: Month): Books {
  const text = textIn(month);
  const rows: Record<System, Record<string, Loose[]>> = {
    crm: {
      Account: month.customers.map((one) => ({ id: one.key, Name: one.name, Phone: one.phone })),
      Opportunity: month.deals.map((deal) => ({ id: deal.key, Name: deal.name, AccountId: deal.customer })),
      tieout__Invoice__c: mirrored(month, text),
    },
    psa: idealPsa(month),
    erp: idealErp(month, text),
  };
  showFacts(month, rows, text);
  return rows satisfies Books;
}

const served = (month: Month) => month.customers.filter((one) => one.doubles === undefined);
const provisioned = (month: Month) => month.deals.filter((deal) => isProvisioned(month, deal));

const customerOf = (month: Month, deal: Deal) =>
  goesOnAs(month.customers.find((one) => one.key === deal.customer) as Customer);

function textIn(month: Month): Text {
  const customerOf = (deal: Deal) => month.customers.find((one) => one.key === deal.customer) as Customer;
  return (amountMinor, deal) => amountText(amountMinor, currencyOf(customerOf(deal)));
}

function idealPsa(month: Month): Record<string, Loose[]> {
  return {
    workspace_groups: served(month).map((one) => ({ id: one.key, name: one.name, phone_number: one.phone })),
    workspaces: provisioned(month).map((deal) => ({
      id: deal.key,
      title: deal.name,
      primary_workspace_group_id: customerOf(month, deal),
      price_in_cents: agreedMinor(deal),
    })),
    users: month.people.map((one) => ({ id: one.key, email_address: one.email })),
    roles: [...new Set(month.entries.map((entry) => entry.role))].map((role) => ({ id: role, name: role })),
    time_entries: month.entries
      .filter(({ fate }) => fate?.how !== 'deleted')
      .map((entry) => ({
        id: entry.key,
        workspace_id: entry.deal,
        user_id: entry.person,
        role_id: entry.role,
        date_performed: dateOf(entry.day),
        time_in_minutes: entry.minutes,
        notes: entry.note,
        rate_in_cents: entry.rateMinor,
        approved: entry.approvedOn !== null,
      })),
    expenses: month.expenses.map((one) => ({
      ...{ id: one.key, workspace_id: one.deal, user_id: one.person, date: dateOf(one.day) },
      ...{ category: one.category, notes: one.note, amount_in_cents: one.amountMinor },
    })),
    external_payments: month.invoices.flatMap((one) =>
      one.paysMinor.map((amountMinor, index) => ({
        ...{ id: `${one.number} ${index}`, workspace_id: one.deal, amount_in_cents: amountMinor },
      })),
    ),
    invoices: month.invoices.map((one) => ({
      id: one.number,
      user_invoice_number: Number(one.number.replace('INV', '')),
      status: one.isVoid ? 'cancelled' : 'new',
      total_in_cents: one.amountMinor,
    })),
  };
}

function idealErp(month: Month, text: Text): Record<string, Loose[]> {
  const contracts = provisioned(month).filter((deal) => !(deal.key in heldContracts));
  const days = ['15', '30', '45', '60'];
  return {
    customer: served(month).map((one) => ({ id: one.key, companyname: one.name, phone: one.phone })),
    job: provisioned(month).map((deal) => ({ id: deal.key, companyname: deal.name, parent: customerOf(month, deal) })),
    employee: month.people.map((one) => ({ id: one.key, email: one.email })),
    term: days.map((count) => ({ id: count, daysuntilnetdue: count })),
    salesorder: contracts.map((deal) => ({ id: deal.key, memo: deal.name, total: text(agreedMinor(deal), deal) })),
    timebill: timeBills(month, text),
    expensereport: reports(month, text),
    projecttask: month.milestones.map((one) => ({
      ...{ id: one.key, project: one.deal, title: one.name },
      status: one.reachedOn === null ? 'PROGRESS' : 'COMPLETE',
      custevent_tieout_amount: text(one.amountMinor, month.deals.find((deal) => deal.key === one.deal) as Deal),
    })),
    invoice: month.invoices.map((one) => {
      const deal = month.deals.find((each) => each.key === one.deal) as Deal;
      return { id: one.number, tranid: one.number, subtotal: text(one.isVoid ? 0 : one.amountMinor, deal) };
    }),
  };
}

type Text = (amountMinor: number, deal: Deal) => string;

function timeBills(month: Month, text: Text): Loose[] {
  const isTakenBack = ({ fate }: Entry) => fate !== undefined && fate.againOn === undefined;
  return month.entries
    .filter((entry) => postedOn(entry) !== null || isTakenBack(entry))
    .map((entry) => ({
      id: `bill ${entry.key}`,
      customer: entry.deal,
      employee: entry.person,
      trandate: dateOf(entry.day),
      hours: (entry.minutes / 60).toFixed(6),
      custcol_tieout_role: entry.role,
      memo: entry.note,
      isbillable: issuerOf(entry.deal, entry.day) === 'erp' && !isTakenBack(entry),
      approvalstatus: isTakenBack(entry) ? '4' : '3',
      rate: text(entry.rateMinor, month.deals.find((deal) => deal.key === entry.deal) as Deal),
      amount: amountOf(entry),
    }));
}

function reports(month: Month, text: Text): Loose[] {
  return month.expenses
    .filter(({ approvedOn }) => approvedOn !== null)
    .map((one) => {
      const deal = month.deals.find((each) => each.key === one.deal) as Deal;
      const spent = { expensedate: dateOf(one.day), category: expenseCategories[one.category], memo: one.note };
      const line = { line: '1', customer: one.deal, ...spent, foreignamount: text(one.amountMinor, deal) };
      return { id: `report ${one.key}`, entity: one.person, expense: [line] };
    });
}

function mirrored(month: Month, text: Text): Loose[] {
  return month.invoices.map((one) => {
    const deal = month.deals.find((each) => each.key === one.deal) as Deal;
    const total = one.isVoid ? 0 : one.amountMinor;
    return {
      id: one.number,
      Name: one.number,
      tieout__Status__c: one.isVoid ? 'void' : paidOf(one) === total ? 'paid' : 'open',
      tieout__Subtotal__c: Number(text(total, deal)),
      tieout__Total__c: Number(text(total, deal)),
      tieout__Paid__c: Number(text(paidOf(one), deal)),
      tieout__Balance__c: Number(text(total - paidOf(one), deal)),
    };
  });
}

/** What was edited shows its owner's value everywhere. */
function showFacts(month: Month, rows: Record<System, Record<string, Loose[]>>, text: Text): void {
  for (const { subject, key, field, value, systems } of month.facts) {
    for (const system of systems) {
      const [type, at] = fieldIn(system, subject satisfies Subject, field);
      const row = rows[system][type]?.find((one) => one.id === key);
      const deal = month.deals.find((one) => one.key === key);
      if (!row) continue;
      if (field === 'terms' && system === 'erp') row[at] = String(value).replace('NET', '');
      else row[at] = field === 'limitMinor' && deal ? text(Number(value), deal) : value;
    }
  }
}

/** A copy in which one system's rows of a type are other ones. */
export function withRows(books: Books, system: System, type: string, change: (rows: Row[]) => readonly Row[]): Books {
  const copy = structuredClone(books[system][type] ?? []) as Row[];
  return { ...books, [system]: { ...books[system], [type]: change(copy) } };
}
