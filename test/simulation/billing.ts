// Finance at work in the ledger: a bill for whatever of a deal was approved there, and payments for it.
import type { Values } from './desk.ts';
import type { Diary } from './diary.ts';
import { isBilledFirst, isRebilled } from './fates.ts';
import { amountText, type Currency, type Deal, worth } from './firm.ts';

/** What one line of a bill is for. */
export interface Billed {
  readonly type: 'hours' | 'cost' | 'milestone';
  readonly identity: string;
  readonly minor: bigint;
  readonly quantity: string;
  readonly price: string | null;
}

/** What the customer is asked for, as it was worked, spent and reached; without what is taken back before. */
export function billedOf(deal: Deal): readonly Billed[] {
  const { client, hours, costs, milestones, fate, fated, erasure } = deal;
  const once = { quantity: '1', price: null };
  const isLeft = (task: string) => !erasure?.tasks.includes(task) && (isBilledFirst(fate) || task !== fated);
  return [
    ...hours
      .filter((entry) => entry.isBillable && !entry.isOdd && entry.end === 'approved' && isLeft(entry.task))
      .map((entry) => ({
        ...{ type: 'hours' as const, identity: entry.task, minor: worth(entry, client.currency) },
        ...{ quantity: `${entry.hundredths / 100}`, price: entry.price },
      })),
    ...costs
      .filter((cost) => cost.isBillable && cost.end === 'approved')
      .map(({ report, minor }) => ({ type: 'cost' as const, identity: report, minor, ...once })),
    ...milestones
      .filter(({ isReached }) => isReached)
      .map(({ title, minor }) => ({ type: 'milestone' as const, identity: title, minor, ...once })),
  ];
}

/** What a second bill is for, once the first was voided. */
export function rebilledOf(deal: Deal): readonly Billed[] {
  if (!isRebilled(deal.fate)) return [];
  return billedOf(deal).filter(({ identity }) => deal.fate === 'voided' || identity !== deal.fated);
}

export const sumOf = (billed: readonly Billed[]) => billed.reduce((sum, { minor }) => sum + minor, 0n);

export function taxOf(net: bigint): bigint {
  return (net * 19n + 50n) / 100n;
}

/** Bills carry what was received for them; what is voided was never paid. */
export function receiptsOf(deal: Deal): readonly { readonly no: string; readonly minor: bigint }[] {
  if (isRebilled(deal.fate)) return [];
  const net = sumOf(billedOf(deal));
  const half = (net + taxOf(net)) / 2n;
  return [
    { no: `PAY-${deal.mark}-1`, minor: half },
    { no: `PAY-${deal.mark}-2`, minor: net + taxOf(net) - half },
  ];
}

export class Billing {
  readonly #diary: Diary;

  constructor(diary: Diary) {
    this.#diary = diary;
  }

  /** The bill is written once everything it is to hold has arrived in the ledger; then it is paid in two parts. */
  bill(deal: Deal): void {
    const billed = billedOf(deal);
    if (billed.length === 0) return;
    const no = `INV-${deal.mark}`;
    this.#diary.desk.plan(this.#diary.soon(40, 45), `erp bill ${no}`, `bill ${deal.mark}`, () =>
      this.#write(deal, no, billed),
    );
    const [first, last] = receiptsOf(deal);
    if (first) this.#pay(deal, no, 46, 50, first, 0n);
    if (first && last) this.#diary.maybe(2, () => this.#pay(deal, no, 51, 55, last, first.minor));
    if (deal.fate === 'voided')
      this.#diary.desk.plan(this.#diary.soon(46, 50), `erp bill ${no}`, `void ${no}`, () => this.rebill(deal));
    const overstep = { paid: amountText(1n, deal.client.currency) };
    this.#diary.maybe(3, () =>
      this.#diary.edits(46, 55, { seat: 'psa', type: 'bill', identity: no, values: overstep }),
    );
  }

  #write({ mark, client }: Deal, no: string, billed: readonly Billed[]): boolean {
    const { desk } = this.#diary;
    const rows = billed.map(({ type, identity }) => desk.row('erp', type, identity));
    const place = this.#placeOf(mark, client.number);
    if (place === null || rows.some((row) => row?.['approval'] !== 'approved' && row?.['done'] !== true)) return false;
    const lines = billed.map(({ type, identity, minor, quantity, price }, index) => ({
      line: String(index + 1),
      [`${type}_id`]: rows[index]?.id,
      text: identity,
      ...{ quantity, price, amount: amountText(minor, client.currency) },
    }));
    desk.make('erp', 'bill', {
      no,
      standing: 'issued',
      ...this.#sums(sumOf(billed), client.currency),
      ...place,
      lines,
    });
    for (const { type, identity } of billed) desk.edit({ seat: 'erp', type, identity, values: { billed: true } });
    return true;
  }

  /** Finance void the bill, what it was for is billable again, and what is left of it is billed anew. */
  rebill(deal: Deal): boolean {
    const { desk } = this.#diary;
    const no = `INV-${deal.mark}`;
    const isBilled = desk.row('erp', 'bill', no) !== undefined && desk.row('erp', 'bill', `${no}-B`) === undefined;
    if (!isBilled) return false;
    desk.edit({ seat: 'erp', type: 'bill', identity: no, values: { state: 'void' } });
    for (const { type, identity } of billedOf(deal))
      desk.edit({ seat: 'erp', type, identity, values: { billed: false } });
    const left = rebilledOf(deal);
    return left.length === 0 || this.#write(deal, `${no}-B`, left);
  }

  #sums(net: bigint, currency: Currency): Values {
    const text = (minor: bigint) => amountText(minor, currency);
    const gross = text(net + taxOf(net));
    return {
      ...{ state: 'open', date: this.#diary.day(), due: this.#diary.day(30), currency: currency.code, terms: 'NET30' },
      ...{ net: text(net), tax: text(taxOf(net)), gross, paid: text(0n), open: gross },
    };
  }

  /** Cash comes in: a receipt of its own, and less is open. */
  #pay(
    deal: Deal,
    bill: string,
    fromMinutes: number,
    toMinutes: number,
    { no, minor }: { readonly no: string; readonly minor: bigint },
    before: bigint,
  ): void {
    const { desk } = this.#diary;
    const { mark, client } = deal;
    const net = sumOf(billedOf(deal));
    const left = net + taxOf(net) - before - minor;
    const text = (amount: bigint) => amountText(amount, client.currency);
    desk.plan(this.#diary.soon(fromMinutes, toMinutes), `erp bill ${bill}`, `pay ${no}`, () => {
      const billId = desk.row('erp', 'bill', bill)?.id;
      const place = this.#placeOf(mark, client.number);
      if (billId === undefined || place === null) return false;
      const paid = { amount: text(minor), currency: client.currency.code };
      const received = { no, bill_id: billId, date: this.#diary.day(), ...paid };
      desk.make('erp', 'receipt', { ...received, ...place, full: false, method: 'Bank transfer' });
      const state = left === 0n ? { state: 'paid' } : {};
      const values = { paid: text(before + minor), open: text(left), ...state };
      return desk.edit({ seat: 'erp', type: 'bill', identity: bill, values });
    });
  }

  #placeOf(mark: string, number: string): Values | null {
    const { desk } = this.#diary;
    const client = desk.row('erp', 'client', number) ?? desk.row('erp', 'client', desk.goesOnAs('client', number));
    const engagement = desk.row('erp', 'engagement', mark);
    return client && engagement ? { client_id: client.id, engagement_id: engagement.id } : null;
  }
}
