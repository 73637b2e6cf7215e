// The invoices of the month: what each bills, when it is voided and paid. Worked out from the script alone.
import { amountOf, type Entry, postedOn } from './hours.ts';
import type { Step } from './month.ts';
import { expenses, milestones } from './spending.ts';

/** What an invoice may bill: an hour, an expense or a milestone. */
export interface Source {
  readonly key: string;
  readonly deal: string;
  readonly amountMinor: number;
  /** The day it is with the ledger and may be billed; null = not this month. */
  readonly readyOn: number | null;
}

export interface Invoice {
  readonly number: string;
  readonly deal: string;
  readonly billedOn: number;
  /** Keys of what it bills. */
  readonly sources: readonly string[];
  readonly amountMinor: number;
  readonly paysMinor: readonly number[];
  readonly isVoid: boolean;
}

export const firstInvoice = 1101;

export const paidOf = ({ paysMinor }: Pick<Invoice, 'paysMinor'>): number =>
  paysMinor.reduce((sum, amountMinor) => sum + amountMinor, 0);

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
  {
    ...{ deal: 'harbour-warehouse', on: 23 },
    pays: [
      [27, 40],
      [30, 60],
    ],
  },
];

export function sourcesOf(entries: readonly Entry[]): readonly Source[] {
  const worked = entries.map((entry) => ({ ...entry, amountMinor: amountOf(entry), readyOn: postedOn(entry) }));
  const spent = expenses.map((expense) => ({ ...expense, readyOn: expense.approvedOn }));
  const reached = milestones.map((milestone) => ({ ...milestone, readyOn: milestone.reachedOn }));
  return [...worked, ...spent, ...reached].map(({ key, deal, amountMinor, readyOn }) => ({
    ...{ key, deal, amountMinor, readyOn },
  }));
}

type Timed = readonly [day: number, step: Step];

export function makeInvoices(entries: readonly Entry[]): { invoices: Invoice[]; moneySteps: readonly Timed[] } {
  const billed = new Set(entries.filter((entry) => entry.day < 0).map((entry) => entry.key));
  const moneySteps: Timed[] = [];
  const sources = sourcesOf(entries);
  const invoices = bills.map(({ deal, on, voidOn, pays = [] }, index): Invoice => {
    const number = `INV${firstInvoice + index}`;
    const isRipe = ({ readyOn, key }: Source) => readyOn !== null && readyOn <= on && !billed.has(key);
    const lines = sources.filter((source) => source.deal === deal && isRipe(source));
    const amountMinor = lines.reduce((sum, line) => sum + line.amountMinor, 0);
    const isVoid = voidOn !== undefined;
    if (!isVoid) for (const line of lines) billed.add(line.key);
    const keys = lines.map((line) => line.key);
    moneySteps.push([on, { does: 'await-work', sources: keys }], [on, { does: 'bill', invoice: number }]);
    if (isVoid) moneySteps.push([voidOn, { does: 'void', invoice: number }]);
    const paysMinor = pays.map(([, percent]) => Math.floor((amountMinor * percent) / 100));
    pays.forEach(([day], nth) => {
      moneySteps.push([day, { does: 'pay', invoice: number, amountMinor: paysMinor[nth] ?? 0 }]);
    });
    return { number, deal, billedOn: on, sources: keys, amountMinor, paysMinor, isVoid };
  });
  return { invoices, moneySteps };
}
