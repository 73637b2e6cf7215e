// What people do beside hours: hand in expenses, plan and reach milestones, propose and agree change orders.
import { approveTime, salesperson } from '../support/people.ts';
import type { Systems } from './desk.ts';
import { amountText } from './fields.ts';
import { dateOf } from './month.ts';
import { amountOfOrder, type ChangeOrder, changeOrders, expenses, type Milestone, milestones } from './spending.ts';

/** Where a deal is kept, and who works on it. */
export interface Places {
  workspace(deal: string): string | null;
  opportunity(deal: string): string;
  user(person: string): string;
  currency(deal: string): string;
}

const named = <One extends { readonly key: string }>(list: readonly One[], key: string): One => {
  const found = list.find((one) => one.key === key);
  if (!found) throw new Error(`the month has no ${key}`);
  return found;
};

export class SpendingDesk {
  readonly #systems: Systems;
  readonly #places: Places;
  readonly #records = new Map<string, string>();

  constructor(systems: Systems, places: Places) {
    this.#systems = systems;
    this.#places = places;
  }

  /** The PSA's or the CRM's record of a thing of the script. */
  record(key: string): string {
    return this.#records.get(key) ?? '';
  }

  /** Entered and handed in. */
  spend(keys: readonly string[]): void {
    const { psa } = this.#systems;
    for (const key of keys) {
      const { deal, person, day, category, amountMinor, note } = named(expenses, key);
      const values = { category, amount_in_cents: amountMinor, notes: note, date: dateOf(day) };
      const of = { workspace_id: this.#places.workspace(deal), user_id: this.#places.user(person) };
      this.#records.set(key, psa.create('expenses', { ...of, ...values, billable: true, reimbursable: true }));
    }
    psa.act('submit-time', { ids: keys.map((key) => Number(this.record(key))) });
  }

  signOff(keys: readonly string[]): void {
    approveTime(
      this.#systems,
      keys.map((key) => this.record(key)),
    );
  }

  plan(key: string): void {
    const { psa } = this.#systems;
    const { deal, name, amountMinor, dueOn }: Milestone = named(milestones, key);
    const place = { workspace_id: this.#places.workspace(deal), title: name };
    const story = psa.create('stories', { ...place, story_type: 'milestone' });
    this.#records.set(key, story);
    const billed = { amount_in_cents: amountMinor, date_to_invoice: dateOf(dueOn), story_id: story };
    psa.create('billing_milestones', { ...place, ...billed });
  }

  reach(key: string): void {
    this.#systems.psa.update('stories', this.record(key), { state: 'completed', percentage_complete: 100 });
  }

  propose(key: string): void {
    const order: ChangeOrder = named(changeOrders, key);
    const currency = this.#places.currency(order.deal);
    const text = (amountMinor: number) => Number(amountText(amountMinor, currency));
    const values = {
      Name: order.name,
      tieout__Opportunity__c: this.#places.opportunity(order.deal),
      tieout__Status__c: 'submitted',
      tieout__Amount__c: text(amountOfOrder(order)),
      CurrencyIsoCode: currency,
      tieout__Role__c: order.role,
      tieout__Rate__c: text(order.rateMinor),
      tieout__Hours__c: order.hours,
    };
    this.#records.set(key, this.#systems.crm.create('tieout__Change_Order__c', values, salesperson));
  }

  agree(key: string): void {
    const change = { tieout__Status__c: 'approved' };
    this.#systems.crm.update('tieout__Change_Order__c', this.record(key), change, salesperson);
  }
}
