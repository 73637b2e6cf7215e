// November at Northwind Consulting: what people do, day by day, as data. Pure and seeded; every amount is a whole
// number of minor units.
import type { FaultSwitch } from '../../edge-worker/connectors/stand-in.ts';
import { legalEntities } from '../support/firm.ts';
import { type Customer, customers, type Deal, deals, type Person, people } from './cast.ts';
import { edits, type Fact, facts, mishaps, specialSteps } from './events.ts';
import { type Entry, makeHours, workDays } from './hours.ts';

export type System = 'crm' | 'psa' | 'erp';
export type Field = 'phone' | 'name' | 'endOn' | 'terms' | 'purchaseOrder' | 'limitMinor' | 'taxProfile';
export type Subject = 'customer' | 'project' | 'contract';

/** One thing that somebody does, or that happens. */
export type Step =
  | { readonly does: 'sell' | 'win' | 'lose'; readonly deal: string }
  | { readonly does: 'log' | 'submit' | 'approve' | 'correct'; readonly entries: readonly string[] }
  | { readonly does: 'hire'; readonly person: string }
  | {
      readonly does: 'edit';
      readonly system: System;
      readonly subject: Subject;
      readonly key: string;
      readonly field: Field;
      readonly value: string | number;
    }
  | {
      readonly does: 'answer';
      readonly control: string;
      readonly entries: readonly string[];
      readonly answer: 'approve' | 'reject' | 'retry';
      readonly reason: string;
      readonly by: string;
    }
  /** The book-keeper looks whether all of this time has reached the ledger. */
  | { readonly does: 'await-time'; readonly entries: readonly string[] }
  | { readonly does: 'bill' | 'void'; readonly invoice: string }
  | { readonly does: 'pay'; readonly invoice: string; readonly amountMinor: number }
  | { readonly does: 'misbehave'; readonly system: System; readonly fault: FaultSwitch };

export interface Invoice {
  readonly number: string;
  readonly deal: string;
  readonly billedOn: number;
  readonly entries: readonly string[];
  readonly amountMinor: number;
  readonly paidMinor: number;
  readonly isVoid: boolean;
}

export interface Day {
  readonly day: number;
  readonly date: string;
  readonly steps: readonly Step[];
}

export interface Month {
  readonly cutoverOn: string;
  readonly customers: readonly Customer[];
  readonly people: readonly Person[];
  readonly deals: readonly Deal[];
  readonly entries: readonly Entry[];
  readonly invoices: readonly Invoice[];
  readonly days: readonly Day[];
  /** What fields that were edited show at the end, and where. */
  readonly facts: readonly Fact[];
}

export const firstInvoice = 1101;

/** 1 is the first of November; 0 and below count back from the 31st of October. */
export function dateOf(day: number): string {
  return new Date(Date.UTC(2026, 10, day < 0 ? day + 1 : day)).toISOString().slice(0, 10);
}

export function currencyOf(customer: Customer): string {
  return legalEntities[customer.company].currency;
}

export function exponentOf(currency: string): number {
  return currency === 'JPY' ? 0 : 2;
}

/** Minutes at a rate per hour, half a minor unit rounded up. */
export function amountOf(entry: Pick<Entry, 'minutes' | 'rateMinor'>): number {
  return Math.floor((entry.minutes * entry.rateMinor * 2 + 60) / 120);
}

export function soldMinor(deal: Deal): number {
  return deal.rates.reduce((sum, [, rate, hours]) => sum + rate * hours, 0);
}

/** The day an entry reaches the ledger; null = not this month. */
export function postedOn({ approvedOn, trouble }: Entry): number | null {
  if (approvedOn === null || trouble?.solvedOn === null) return null;
  return Math.max(approvedOn, trouble?.solvedOn ?? 0);
}

/** Whether a deal's customer is made in the other systems. */
export function isSold(month: Pick<Month, 'customers'>, deal: Deal): boolean {
  return deal.wonOn !== null && month.customers.find((one) => one.key === deal.customer)?.doubles === undefined;
}

/** Whether its project and contract are made as well; a contract may still be held. */
export function isProvisioned(month: Pick<Month, 'customers'>, deal: Deal): boolean {
  return isSold(month, deal) && deal.wholeOn !== null;
}

/** Won deals whose contract never reaches the ledger this month, by the control that holds it. */
export const heldContracts: Readonly<Record<string, string>> = {
  'palisade-audit': 'missing-purchase-order',
  'lumen-retail': 'missing-terms',
};

interface Bill {
  readonly deal: string;
  readonly on: number;
  readonly voidOn?: number;
  readonly pays?: readonly (readonly [day: number, percent: number])[];
}
/** Redwood's outage desk and Sakura's spare parts stay work in progress; Lumen has no project without its terms. */
const bills: readonly Bill[] = [
  { deal: 'lakeside-data', on: 16, pays: [[25, 100]] },
  { deal: 'calder-claims', on: 16, pays: [[27, 40]] },
  { deal: 'harbour-erp', on: 23, voidOn: 24 },
  { deal: 'harbour-erp', on: 25, pays: [[30, 100]] },
  { deal: 'lakeside-data', on: 30 },
  { deal: 'calder-claims', on: 30 },
  { deal: 'redwood-meters', on: 30, pays: [[30, 25]] },
  { deal: 'sakura-line', on: 30 },
  { deal: 'tamar-billing', on: 30 },
  { deal: 'palisade-core', on: 30 },
  { deal: 'brenner-plant', on: 30 },
  { deal: 'bluff-yard', on: 30 },
  { deal: 'hakone-booking', on: 30, pays: [[30, 100]] },
  { deal: 'orkney-tickets', on: 30 },
  { deal: 'copper-safety', on: 30 },
  { deal: 'mesa-intake', on: 30 },
  { deal: 'harbour-training', on: 30 },
  { deal: 'calder-fraud', on: 30 },
];

export function makeMonth(seed = 2026): Month {
  const entries = makeHours(seed);
  const { invoices, moneySteps } = makeInvoices(entries);
  const days = workDays.map((day): Day => ({ day, date: dateOf(day), steps: stepsOf(day, entries, moneySteps) }));
  return { cutoverOn: '2026-11-01', customers, people, deals, entries, invoices, days, facts };
}

function makeInvoices(entries: readonly Entry[]): {
  invoices: Invoice[];
  moneySteps: readonly (readonly [number, Step])[];
} {
  const billed = new Set(entries.filter((entry) => entry.day < 0).map((entry) => entry.key));
  const moneySteps: [number, Step][] = [];
  const invoices = bills.map((bill, index): Invoice => {
    const number = `INV${firstInvoice + index}`;
    const lines = entries.filter((entry) => {
      const posted = postedOn(entry);
      return entry.deal === bill.deal && posted !== null && posted <= bill.on && !billed.has(entry.key);
    });
    const amountMinor = lines.reduce((sum, entry) => sum + amountOf(entry), 0);
    if (bill.voidOn === undefined) for (const line of lines) billed.add(line.key);
    moneySteps.push([bill.on, { does: 'await-time', entries: lines.map((line) => line.key) }]);
    moneySteps.push([bill.on, { does: 'bill', invoice: number }]);
    if (bill.voidOn !== undefined) moneySteps.push([bill.voidOn, { does: 'void', invoice: number }]);
    let paidMinor = 0;
    for (const [day, percent] of bill.pays ?? []) {
      const part = Math.floor((amountMinor * percent) / 100);
      paidMinor += part;
      moneySteps.push([day, { does: 'pay', invoice: number, amountMinor: part }]);
    }
    const isVoid = bill.voidOn !== undefined;
    return {
      number,
      deal: bill.deal,
      billedOn: bill.on,
      entries: lines.map((line) => line.key),
      amountMinor,
      paidMinor,
      isVoid,
    };
  });
  return { invoices, moneySteps };
}

const on = <One extends readonly [number, Step]>(list: readonly One[], day: number): Step[] =>
  list.filter(([when]) => when === day).map(([, step]) => step);

function stepsOf(day: number, entries: readonly Entry[], moneySteps: readonly (readonly [number, Step])[]): Step[] {
  const keysOf = (isMeant: (entry: Entry) => boolean) =>
    entries.filter((entry) => entry.day > 0 && isMeant(entry)).map((entry) => entry.key);
  const about = (does: 'log' | 'submit' | 'approve', keys: readonly string[]): Step[] =>
    keys.length > 0 ? [{ does, entries: keys }] : [];
  const sales = deals.flatMap((deal): Step[] => {
    if (deal.wonOn === 0) return [];
    if (deal.wonOn === null)
      return day === 12
        ? [{ does: 'sell', deal: deal.key }]
        : day === 24 && deal.purchaseOrder
          ? [{ does: 'lose', deal: deal.key }]
          : [];
    const soldOn = Math.max(2, [...workDays].reverse().find((one) => one < (deal.wonOn ?? 0)) ?? 2);
    const steps: Step[] = [];
    if (soldOn === day) steps.push({ does: 'sell', deal: deal.key });
    if (deal.wonOn === day) steps.push({ does: 'win', deal: deal.key });
    return steps;
  });
  const approvals = about(
    'approve',
    keysOf((entry) => entry.approvedOn === day),
  );
  const work = [
    ...about(
      'log',
      keysOf((entry) => entry.loggedOn === day),
    ),
    ...about(
      'submit',
      keysOf((entry) => entry.submittedOn === day),
    ),
  ];
  const decisions = [...on(specialSteps(entries), day), ...on(edits, day), ...on(moneySteps, day)];
  const morning = [...on(mishaps, day), ...sales];
  // On the last day everything is in and approved before the books are closed; on all others work is logged in the
  // evening.
  return day === workDays.at(-1)
    ? [...morning, ...work, ...approvals, ...decisions]
    : [...morning, ...approvals, ...decisions, ...work];
}
