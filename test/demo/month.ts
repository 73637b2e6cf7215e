// November at Northwind Consulting: what people do, day by day, as data. Pure and seeded; every amount is a whole
// number of minor units.
import type { FaultSwitch } from '../../edge-worker/connectors/stand-in.ts';
import { legalEntities } from '../support/firm.ts';
import { type Invoice, makeInvoices } from './bills.ts';
import { type Customer, customers, type Deal, deals, type Person, people } from './cast.ts';
import { edits, type Fact, facts, mishaps, specialSteps } from './events.ts';
import { type Entry, makeHours, workDays } from './hours.ts';
import {
  amountOfOrder,
  type ChangeOrder,
  changeOrders,
  type Expense,
  expenses,
  type Milestone,
  milestones,
} from './spending.ts';

export type System = 'crm' | 'psa' | 'erp';
export type Field = 'phone' | 'name' | 'endOn' | 'terms' | 'purchaseOrder' | 'limitMinor' | 'taxProfile';
export type Subject = 'customer' | 'project' | 'contract';

/** One thing that somebody does, or that happens. */
export type Step =
  | { readonly does: 'sell' | 'win' | 'lose'; readonly deal: string }
  | {
      readonly does: 'log' | 'submit' | 'approve' | 'correct' | 'revoke' | 'delete';
      readonly entries: readonly string[];
    }
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
      /** The hours that are held; null = whatever the control holds, so many times. */
      readonly entries: readonly string[] | null;
      readonly holds?: number;
      readonly answer: 'approve' | 'reject' | 'retry' | 'credit' | 'this-one';
      readonly reason: string;
      readonly by: string;
    }
  | { readonly does: 'spend' | 'sign-off'; readonly expenses: readonly string[] }
  | { readonly does: 'plan' | 'reach'; readonly milestone: string }
  | { readonly does: 'propose' | 'agree'; readonly changeOrder: string }
  /** The book-keeper looks whether all of this work has reached the ledger. */
  | { readonly does: 'await-work'; readonly sources: readonly string[] }
  | { readonly does: 'await-taken-back'; readonly entries: readonly string[] }
  /** Delivery let invoices of a project pass without asking for approvals. */
  | { readonly does: 'relax'; readonly deal: string }
  | { readonly does: 'merge'; readonly winner: string; readonly loser: string }
  | { readonly does: 'switch-biller'; readonly deal: string; readonly fromOn: number }
  | { readonly does: 'bill' | 'void'; readonly invoice: string }
  | { readonly does: 'pay'; readonly invoice: string; readonly amountMinor: number }
  | { readonly does: 'misbehave'; readonly system: System; readonly fault: FaultSwitch };

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
  readonly expenses: readonly Expense[];
  readonly milestones: readonly Milestone[];
  readonly changeOrders: readonly ChangeOrder[];
  readonly invoices: readonly Invoice[];
  readonly days: readonly Day[];
  /** What fields that were edited show at the end, and where. */
  readonly facts: readonly Fact[];
}

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

export function soldMinor({ rates, instalments = [] }: Deal): number {
  const fixed = instalments.reduce((sum, [, amountMinor]) => sum + amountMinor, 0);
  return rates.reduce((sum, [, rate, hours]) => sum + rate * hours, fixed);
}

/** What was sold, with the change orders that were agreed. */
export function agreedMinor(deal: Deal): number {
  const agreed = changeOrders.filter((order) => order.deal === deal.key && order.agreedOn !== null);
  return agreed.reduce((sum, order) => sum + amountOfOrder(order), soldMinor(deal));
}

/** The customer that it is at the end of the month. */
export function goesOnAs({ key, mergedInto }: Customer): string {
  return mergedInto?.key ?? key;
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

export function makeMonth(seed = 2026): Month {
  const entries = makeHours(seed);
  const { invoices, moneySteps } = makeInvoices(entries);
  const days = workDays.map((day): Day => ({ day, date: dateOf(day), steps: stepsOf(day, entries, moneySteps) }));
  return {
    ...{ cutoverOn: '2026-11-01', customers, people, deals, entries, expenses, milestones, changeOrders },
    ...{ invoices, days, facts },
  };
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
    keysOf(({ approvedOn, fate }) => approvedOn === day || fate?.againOn === day),
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
  const morning = [...on(mishaps, day), ...sales, ...beside(day)];
  // On the last day everything is in and approved before the books are closed; on all others work is logged in the
  // evening.
  return day === workDays.at(-1)
    ? [...morning, ...work, ...approvals, ...decisions]
    : [...morning, ...approvals, ...decisions, ...work];
}

/** What happens beside the hours: spent, planned, proposed, and what becomes of each. */
function beside(day: number): Step[] {
  const keysOf = <One extends { readonly key: string }>(list: readonly One[], isMeant: (one: One) => boolean) =>
    list.filter(isMeant).map(({ key }) => key);
  const money = (does: 'spend' | 'sign-off', keys: readonly string[]): Step[] =>
    keys.length > 0 ? [{ does, expenses: keys }] : [];
  return [
    ...money(
      'spend',
      keysOf(expenses, (one) => one.day === day),
    ),
    ...money(
      'sign-off',
      keysOf(expenses, (one) => one.approvedOn === day),
    ),
    ...keysOf(milestones, (one) => one.plannedOn === day).map((milestone): Step => ({ does: 'plan', milestone })),
    ...keysOf(milestones, (one) => one.reachedOn === day).map((milestone): Step => ({ does: 'reach', milestone })),
    ...keysOf(changeOrders, (one) => one.proposedOn === day).map(
      (key): Step => ({ does: 'propose', changeOrder: key }),
    ),
    ...keysOf(changeOrders, (one) => one.agreedOn === day).map((key): Step => ({ does: 'agree', changeOrder: key })),
  ];
}
