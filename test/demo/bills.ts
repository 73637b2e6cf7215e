// The invoices of the month: what each bills, when it is voided and paid. Worked out from the script alone.
import { deals } from './cast.ts';
import { amountOf, type Entry, postedOn } from './hours.ts';
import type { Step } from './month.ts';
import { expenses, milestones } from './spending.ts';

export type Issuer = 'erp' | 'psa';

/** What an invoice may bill: an hour, an expense or a milestone. */
export interface Source {
  readonly key: string;
  readonly deal: string;
  readonly amountMinor: number;
  /** Who bills it. */
  readonly issuer: Issuer;
  /** The day it is with the ledger and may be billed; null = not this month. */
  readonly readyOn: number | null;
  /** The day its approval is revoked, after that day's invoice. */
  readonly revokedOn: number | null;
}

export interface Invoice {
  readonly number: string;
  readonly issuer: Issuer;
  readonly deal: string;
  readonly billedOn: number;
  /** Keys of what it bills. */
  readonly sources: readonly string[];
  readonly amountMinor: number;
  readonly paysMinor: readonly number[];
  readonly isVoid: boolean;
}

export const firstInvoice = 1101;
/** The PSA numbers its own. */
export const firstOfPsa = 7001;

export const paidOf = ({ paysMinor }: Pick<Invoice, 'paysMinor'>): number =>
  paysMinor.reduce((sum, amountMinor) => sum + amountMinor, 0);

interface Bill {
  readonly deal: string;
  /** The ledger, unless it says so. */
  readonly issuer?: Issuer;
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
  { deal: 'lakeside-wards', issuer: 'psa', on: 18, pays: [[26, 100]] },
  { deal: 'lakeside-wards', issuer: 'psa', on: 30 },
  { deal: 'calder-portal', on: 24, pays: [[30, 100]] },
  { deal: 'calder-portal', issuer: 'psa', on: 30 },
  { deal: 'orchard-loyalty', on: 30 },
];

/** Who bills what a deal brought on a day. */
export function issuerOf(key: string, day: number): Issuer {
  const { psaBills } = deals.find((deal) => deal.key === key) ?? {};
  return psaBills && day >= (psaBills.fromOn ?? Number.NEGATIVE_INFINITY) ? 'psa' : 'erp';
}

function sourcesOf(entries: readonly Entry[]): readonly Source[] {
  const worked = entries.map((entry) => {
    const revokedOn = entry.fate?.isInvoiced ? entry.fate.on : null;
    const readyOn = revokedOn === null ? postedOn(entry) : entry.approvedOn;
    return { ...entry, amountMinor: amountOf(entry), readyOn, revokedOn };
  });
  const spent = expenses.map((expense) => ({ ...expense, readyOn: expense.approvedOn, revokedOn: null }));
  const reached = milestones.map((one) => ({
    ...{ ...one, day: one.reachedOn ?? one.dueOn, readyOn: one.reachedOn, revokedOn: null },
  }));
  return [...worked, ...spent, ...reached].map(({ key, deal, day, amountMinor, readyOn, revokedOn }) => ({
    ...{ key, deal, amountMinor, readyOn, revokedOn, issuer: issuerOf(deal, day) },
  }));
}

type Timed = readonly [day: number, step: Step];

export function makeInvoices(entries: readonly Entry[]): { invoices: Invoice[]; moneySteps: readonly Timed[] } {
  const billed = new Set(entries.filter((entry) => entry.day < 0).map((entry) => entry.key));
  const moneySteps: Timed[] = [];
  const sources = sourcesOf(entries);
  const count = { erp: 0, psa: 0 };
  const invoices = bills.map(({ deal, issuer = 'erp', on, voidOn, pays = [] }): Invoice => {
    const nth = count[issuer]++;
    const number = issuer === 'erp' ? `INV${firstInvoice + nth}` : String(firstOfPsa + nth);
    const isRipe = ({ key, readyOn, revokedOn }: Source) =>
      readyOn !== null && readyOn <= on && (revokedOn === null || on <= revokedOn) && !billed.has(key);
    const lines = sources.filter((one) => one.deal === deal && one.issuer === issuer && isRipe(one));
    const amountMinor = lines.reduce((sum, line) => sum + line.amountMinor, 0);
    const isVoid = voidOn !== undefined;
    if (!isVoid) for (const line of lines) billed.add(line.key);
    const keys = lines.map((line) => line.key);
    const revoked = lines.filter(({ revokedOn }) => revokedOn === on).map(({ key }) => key);
    moneySteps.push(
      [on, { does: 'await-taken-back', entries: takenBackBefore(entries, deal, on) }],
      [on, { does: 'await-work', sources: keys }],
      [on, { does: 'bill', invoice: number }],
    );
    if (isVoid) moneySteps.push(...voiding(number, on, voidOn, revoked));
    const paysMinor = pays.map(([, percent]) => Math.floor((amountMinor * percent) / 100));
    pays.forEach(([day], nth) => {
      moneySteps.push([day, { does: 'pay', invoice: number, amountMinor: paysMinor[nth] ?? 0 }]);
    });
    return { number, issuer, deal, billedOn: on, sources: keys, amountMinor, paysMinor, isVoid };
  });
  return { invoices, moneySteps };
}

/** What no invoice of that day may bill any more. */
function takenBackBefore(entries: readonly Entry[], of: string, day: number): string[] {
  const isGone = ({ deal, fate }: Entry) =>
    deal === of && fate && fate.againOn === undefined && (fate.isInvoiced ? fate.on < day : fate.on <= day);
  return entries.filter(isGone).map(({ key }) => key);
}

/** Somebody revokes what is on it while it goes out; finance credit the customer. */
function voiding(invoice: string, on: number, voidOn: number, revoked: readonly string[]): readonly Timed[] {
  const control = 'withdrawn-after-invoice';
  const credit = { does: 'answer', control, answer: 'credit', reason: '', by: 'finance' } as const;
  const taken: readonly Timed[] = [
    [on, { does: 'revoke', entries: revoked }],
    [voidOn, { ...credit, entries: revoked }],
  ];
  return [...(revoked.length > 0 ? taken : []), [voidOn, { does: 'void', invoice }]];
}
