// What follows a won deal: its project is led, hours are logged and approved, bills are written and paid.
import type { Values } from './desk.ts';
import type { Diary } from './diary.ts';
import { amountText, type Client, type Deal, type Hours, worth } from './firm.ts';
import type { Seat } from './systems.ts';

export class Deliveries {
  readonly #diary: Diary;

  constructor(diary: Diary) {
    this.#diary = diary;
  }

  deliver({ mark, client, hours }: Deal): void {
    const edits = (seat: Seat, type: string, values: Values) =>
      this.#diary.edits(15, 45, { seat, type, identity: mark, values });
    this.#diary.maybe(2, () => edits('psa', 'engagement', { title: `Project ${mark}` }));
    this.#diary.maybe(2, () => edits('psa', 'engagement', { state: this.#diary.dice.pick(['paused', 'running']) }));
    this.#diary.maybe(3, () => edits('psa', 'engagement', { ends: '2027-06-30' }));
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
        values: { starts: '2027-01-07' },
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
  }

  #work(mark: string, client: Client, entry: Hours): void {
    const { task, mail } = entry;
    const key = `psa hours ${task}`;
    const values = {
      date: entry.day,
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
      const engagement = this.#diary.desk.row('psa', 'engagement', mark)?.id;
      const person = this.#diary.desk.row('psa', 'person', mail)?.id;
      if (engagement === undefined || person === undefined) return false;
      return this.#diary.desk.make('psa', 'hours', { ...values, engagement_id: engagement, person_id: person }) !== '';
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

  /** The bill is written once everything it is to hold has arrived in the ledger; then it is paid in two parts. */
  bill({ mark, client, hours }: Deal): void {
    const billed = hours.filter((entry) => entry.isBillable && !entry.isOdd && entry.end === 'approved');
    if (billed.length === 0) return;
    const { currency } = client;
    const minor = billed.map((entry) => worth(entry, currency));
    const net = minor.reduce((sum, one) => sum + one, 0n);
    const tax = (net * 19n + 50n) / 100n;
    const text = (amount: bigint) => amountText(amount, currency);
    const no = `INV-${mark}`;
    const bill = {
      no,
      state: 'open',
      date: '2026-11-22',
      due: '2026-12-22',
      currency: currency.code,
      terms: 'NET30',
      net: text(net),
      tax: text(tax),
      gross: text(net + tax),
      paid: text(0n),
      open: text(net + tax),
    };
    this.#diary.desk.plan(this.#diary.soon(40, 45), `erp bill ${no}`, `bill ${mark}`, () => {
      const rows = billed.map((entry) => this.#diary.desk.row('erp', 'hours', entry.task));
      const clientId = this.#diary.desk.row('erp', 'client', client.number)?.id;
      const engagement = this.#diary.desk.row('erp', 'engagement', mark)?.id;
      if (clientId === undefined || engagement === undefined || rows.some((row) => row?.['approval'] !== 'approved'))
        return false;
      const lines = billed.map((entry, index) => ({
        line: String(index + 1),
        hours_id: rows[index]?.id,
        text: entry.task,
        quantity: `${entry.hundredths / 100}`,
        price: entry.price,
        amount: text(minor[index] ?? 0n),
      }));
      this.#diary.desk.make('erp', 'bill', { ...bill, client_id: clientId, engagement_id: engagement, lines });
      for (const entry of billed)
        this.#diary.desk.edit({ seat: 'erp', type: 'hours', identity: entry.task, values: { billed: true } });
      return true;
    });
    const pays = (from: number, to: number, values: Values) =>
      this.#diary.edits(from, to, { seat: 'erp', type: 'bill', identity: no, values });
    const half = (net + tax) / 2n;
    pays(46, 50, { paid: text(half), open: text(net + tax - half) });
    this.#diary.maybe(2, () => pays(51, 55, { paid: text(net + tax), open: text(0n), state: 'paid' }));
    this.#diary.maybe(3, () =>
      this.#diary.edits(46, 55, { seat: 'psa', type: 'bill', identity: no, values: { paid: text(1n) } }),
    );
  }
}
