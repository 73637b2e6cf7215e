// What follows a won deal: its project is led, hours are logged and approved, money is spent, milestones are reached,
// and more is agreed.
import type { Values } from './desk.ts';
import type { Diary } from './diary.ts';
import { amountText, type ChangeOrder, type Client, type Cost, type Deal, type Hours, type Milestone } from './firm.ts';
import type { Seat } from './systems.ts';

export class Deliveries {
  readonly #diary: Diary;

  constructor(diary: Diary) {
    this.#diary = diary;
  }

  deliver({ mark, client, hours, costs, milestones, changeOrder }: Deal): void {
    const edits = (seat: Seat, type: string, values: Values) =>
      this.#diary.edits(15, 45, { seat, type, identity: mark, values });
    this.#diary.maybe(2, () => edits('psa', 'engagement', { title: `Project ${mark}` }));
    this.#diary.maybe(2, () => edits('psa', 'engagement', { state: this.#diary.dice.pick(['paused', 'running']) }));
    this.#diary.maybe(3, () => edits('psa', 'engagement', { ends: this.#diary.day(220) }));
    // What change orders add up to is nobody's to enter by hand.
    if (!changeOrder)
      this.#diary.maybe(3, () => edits('crm', 'engagement', { budget: amountText(777_000n, client.currency) }));
    this.#diary.maybe(3, () => edits('erp', 'engagement', { title: 'not the owner' }));
    this.#diary.maybe(3, () => edits('crm', 'engagement', { state: 'done' }));
    this.#diary.maybe(3, () => edits('erp', 'agreement', { po: 'not the owner' }));
    this.#diary.maybe(3, () => edits('psa', 'agreement', { terms: 'not the owner' }));
    this.#diary.maybe(2, () =>
      this.#diary.inTheSameSecond({
        seat: 'psa',
        type: 'engagement',
        identity: mark,
        values: { starts: this.#diary.day(46) },
      }),
    );
    this.#diary.maybe(2, () =>
      this.#diary.inTheSameSecond({ seat: 'crm', type: 'engagement', identity: mark, values: { model: 'fixed' } }),
    );
    this.#diary.maybe(2, () =>
      this.#diary.inTheSameSecond({
        seat: 'erp',
        type: 'engagement',
        identity: mark,
        values: { title: 'not the owner either' },
      }),
    );
    for (const entry of hours) this.#work(mark, client, entry);
    for (const cost of costs) this.#spend(mark, client, cost);
    for (const milestone of milestones) this.#plan(mark, client, milestone);
    if (changeOrder) this.#change(mark, client, changeOrder);
  }

  #work(mark: string, client: Client, entry: Hours): void {
    const { task, mail } = entry;
    const key = `psa hours ${task}`;
    const values = {
      date: this.#diary.day(-entry.daysAgo),
      quantity: `${entry.hundredths / 100}`,
      job: entry.job,
      price: entry.firstPrice,
      currency: client.currency.code,
      billable: entry.isBillable,
      taxable: true,
      text: `Work on ${task}`,
      activity: task,
      approval: 'open',
      billed: false,
    };
    this.#diary.desk.plan(this.#diary.soon(13, 30), key, `log ${task}`, () => {
      const place = this.#placeOf(mark, mail);
      return place !== null && this.#diary.desk.make('psa', 'hours', { ...values, ...place }) !== '';
    });
    const edits = (from: number, to: number, edit: Values) =>
      this.#diary.edits(from, to, { seat: 'psa', type: 'hours', identity: task, values: edit });
    edits(30, 33, { approval: 'submitted' });
    this.#diary.maybe(3, () => edits(33, 34, { text: `More work on ${task}` }));
    if (entry.end !== 'submitted') edits(34, 40, { approval: entry.end });
    if (entry.price !== entry.firstPrice) edits(44, 45, { price: entry.price });
    this.#diary.maybe(4, () =>
      this.#diary.oversteps('erp', { seat: 'psa', type: 'hours', identity: task, values: { billed: true } }),
    );
    this.#diary.maybe(4, () =>
      this.#diary.edits(34, 45, { seat: 'erp', type: 'hours', identity: task, values: { text: 'not the owner' } }),
    );
  }

  #spend(mark: string, client: Client, cost: Cost): void {
    const { report, mail, daysAgo, minor, isBillable, end } = cost;
    this.#file(report, 'cost', () => {
      const place = this.#placeOf(mark, mail);
      const amount = amountText(minor, client.currency);
      const values = {
        date: this.#diary.day(-daysAgo),
        amount,
        currency: client.currency.code,
        billable: isBillable,
        report,
      };
      const said = { reimbursable: true, taxable: false, text: `Spent for ${report}`, approval: 'open', billed: false };
      return place && { ...place, category: 'Travel', ...values, ...said };
    });
    const edits = (from: number, to: number, edit: Values) =>
      this.#diary.edits(from, to, { seat: 'psa', type: 'cost', identity: report, values: edit });
    edits(28, 32, { approval: 'submitted' });
    this.#diary.maybe(3, () => edits(32, 33, { text: `Tickets for ${report}` }));
    if (end !== 'submitted') edits(33, 40, { approval: end });
    this.#diary.maybe(4, () =>
      this.#diary.edits(34, 45, { seat: 'erp', type: 'cost', identity: report, values: { text: 'not the owner' } }),
    );
  }

  #plan(mark: string, { currency }: Client, { title, minor, isReached }: Milestone): void {
    this.#file(title, 'milestone', () => {
      const engagement = this.#diary.desk.row('psa', 'engagement', mark)?.id;
      const values = { title, due: this.#diary.day(9), currency: currency.code, done: false, billed: false };
      return engagement === undefined
        ? null
        : { ...values, engagement_id: engagement, amount: amountText(minor, currency), percent: '0' };
    });
    const edits = (from: number, to: number, values: Values) =>
      this.#diary.edits(from, to, { seat: 'psa', type: 'milestone', identity: title, values });
    edits(28, 33, { percent: '40' });
    if (isReached) edits(34, 40, { percent: '100', done: true, done_date: this.#diary.day() });
    this.#diary.maybe(4, () =>
      this.#diary.edits(34, 45, { seat: 'erp', type: 'milestone', identity: title, values: { percent: '7' } }),
    );
  }

  /** Agreed with the customer once the work has begun; what is approved amends the contract. */
  #change(mark: string, { number, currency }: Client, { title, minor, end }: ChangeOrder): void {
    const { desk } = this.#diary;
    desk.plan(this.#diary.soon(22, 30), `crm change ${title}`, `agree on ${title}`, () => {
      const opportunity = desk.row('crm', 'opportunity', mark);
      const clientId = desk.row('crm', 'client', number)?.id;
      if (opportunity?.['won'] !== true || clientId === undefined) return false;
      const values = { title, client_id: clientId, opportunity_id: opportunity.id, state: 'draft', notes: 'More work' };
      const amount = amountText(minor, currency);
      return desk.make('crm', 'change', { ...values, amount, currency: currency.code }) !== '';
    });
    const edits = (from: number, to: number, values: Values) =>
      this.#diary.edits(from, to, { seat: 'crm', type: 'change', identity: title, values });
    edits(30, 34, { state: 'submitted' });
    if (end === 'approved') edits(34, 45, { state: end, approved_date: this.#diary.day() });
    if (end === 'rejected') edits(34, 45, { state: end });
    this.#diary.maybe(3, () =>
      this.#diary.edits(34, 45, { seat: 'erp', type: 'change', identity: title, values: { state: 'approved' } }),
    );
  }

  /** Entered in the PSA as soon as its project is there. */
  #file(identity: string, type: string, valuesOf: () => Values | null): void {
    this.#diary.desk.plan(this.#diary.soon(13, 28), `psa ${type} ${identity}`, `file ${identity}`, () => {
      const values = valuesOf();
      return values !== null && this.#diary.desk.make('psa', type, values) !== '';
    });
  }

  #placeOf(mark: string, mail: string): Values | null {
    const engagement = this.#diary.desk.row('psa', 'engagement', mark)?.id;
    const person = this.#diary.desk.row('psa', 'person', mail)?.id;
    return engagement === undefined || person === undefined ? null : { engagement_id: engagement, person_id: person };
  }
}
