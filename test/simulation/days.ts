// The firm's working days as people live them: deals are won, hours logged and approved, bills written and paid, and
// everybody edits something somewhere.
import type { Desk, Edit, Values } from './desk.ts';
import { identityOfRow } from './fields.ts';
import { amountText, type Client, type Deal, type Firm, type Hours, rateCard, refusedTextOf, worth } from './firm.ts';
import type { Saved } from './network.ts';
import { type Seat, seats } from './systems.ts';
import { type Dice, startMs } from './world.ts';

const minuteMs = 60_000;
/** Nobody begins anything after this. */
export const workMs = 45 * minuteMs;

/** Whether the hub has linked a record, as the page of matches shows. */
export type IsKnown = (seat: Seat, type: string, identity: string) => boolean;

export class Days {
  readonly #desk: Desk;
  readonly #dice: Dice;
  readonly #firm: Firm;
  /** Edits that fall into the same second as the hub's first save of a record. Each is made once. */
  readonly #sameSecond = new Map<string, Values>();

  readonly #isKnown: IsKnown;

  constructor(desk: Desk, dice: Dice, firm: Firm, isKnown: IsKnown) {
    this.#desk = desk;
    this.#dice = dice;
    this.#firm = firm;
    this.#isKnown = isKnown;
  }

  plan(): void {
    this.#hire();
    for (const client of this.#firm.clients) this.#meet(client);
    for (const deal of this.#firm.deals) {
      this.#sell(deal);
      if (deal.isWon) this.#deliver(deal);
      if (deal.isWon) this.#bill(deal);
    }
  }

  /** A colleague saves in the same whole second as the hub, before the hub has heard of its own save. */
  beside({ seat, type, ids }: Saved): void {
    for (const id of ids) {
      const row = this.#desk.standIns[seat].rows(type).find((one) => one.id === id);
      if (row === undefined) continue;
      const identity = identityOfRow(type, row);
      const values = this.#sameSecond.get(`${seat}|${type}|${identity}`);
      if (values === undefined) continue;
      this.#sameSecond.delete(`${seat}|${type}|${identity}`);
      this.#desk.edit({ seat, type, identity, values });
    }
  }

  #soon(fromMinutes: number, toMinutes: number): number {
    return startMs + this.#dice.between(fromMinutes * minuteMs, toMinutes * minuteMs);
  }

  #edits(fromMinutes: number, toMinutes: number, edit: Edit, mayBegin = () => true): void {
    const { seat, type, identity, values } = edit;
    const title = `${seat} ${type} ${identity} ${Object.keys(values).join()}`;
    const act = () => mayBegin() && this.#desk.edit(edit);
    this.#desk.plan(this.#soon(fromMinutes, toMinutes), `${seat} ${type} ${identity}`, title, act);
  }

  /**
   * Somebody edits what another system owns, in a record that began here: only once that other system holds it, for
   * until then he may.
   */
  #oversteps(owner: Seat, edit: Edit, mayBegin = () => true): void {
    const { seat, type, identity } = edit;
    const isThere = () => mayBegin() && this.#desk.row(owner, type, identity) !== undefined;
    const title = `${seat} ${type} ${identity} oversteps ${Object.keys(edit.values).join()}`;
    this.#desk.plan(this.#soon(10, 45), title, title, () => isThere() && this.#desk.edit(edit));
  }

  /** With one in `odds`. */
  #maybe(odds: number, act: () => void): void {
    if (this.#dice.hits(1 / odds)) act();
  }

  #hire(): void {
    for (const { mail, name, job } of this.#firm.people) {
      const common = { full_name: name, mail, entity: 'HQ', active: true };
      for (const seat of ['erp', 'psa'] as const) {
        const values = seat === 'psa' ? { ...common, job } : common;
        this.#desk.plan(
          this.#soon(0, 3),
          `${seat} person ${mail}`,
          `hire ${mail} in ${seat}`,
          () => this.#desk.make(seat, 'person', values) !== '',
        );
      }
      // Differences that are there before two records are matched are listed, not written: people wait for the match.
      const edits = (values: Values) => {
        const edit: Edit = { seat: 'erp', type: 'person', identity: mail, values };
        const isMatched = () => this.#isKnown('psa', 'person', mail);
        this.#desk.plan(
          this.#soon(5, 40),
          `erp person ${mail}`,
          `edit ${mail}`,
          () => isMatched() && this.#desk.edit(edit),
        );
      };
      this.#maybe(2, () => edits({ full_name: `${name} Junior` }));
      this.#maybe(2, () => edits({ entity: 'Branch' }));
    }
  }

  /**
   * What was there before the hub came. Afterwards people wait until both copies are matched: older differences stay.
   */
  before(): void {
    for (const client of this.#firm.clients.filter(({ isOld }) => isOld)) {
      for (const seat of seats) this.#desk.make(seat, 'client', { ...this.#card(client), stage: 'client' });
    }
  }

  #card({ number, name, currency }: Client): Values {
    return {
      display_name: name,
      number,
      stage: 'lead',
      currency: currency.code,
      entity: 'HQ',
      phone: '+49 40 1',
      mail: `${number}@client.example`.toLowerCase(),
      vat: `VAT-${number}`,
      active: true,
      address: { street: 'Kai 4', city: 'Hamburg', zip: '20457', country: 'DE' },
    };
  }

  #meet(client: Client): void {
    const { number, name, isOld } = client;
    const meet = () => isOld || this.#desk.make('crm', 'client', this.#card(client)) !== '';
    this.#desk.plan(this.#soon(0, 5), `crm client ${number}`, `meet ${number}`, meet);
    const isMatched = () =>
      !isOld || (this.#isKnown('psa', 'client', number) && this.#isKnown('erp', 'client', number));
    const edits = (seat: Seat, values: Values) =>
      this.#edits(5, 45, { seat, type: 'client', identity: number, values }, isMatched);
    this.#maybe(1.5, () => edits('crm', { phone: `+49 40 ${this.#dice.between(2, 9)}` }));
    this.#maybe(2, () => edits('crm', { display_name: `${name} renamed` }));
    this.#maybe(2, () => edits('crm', { address: { city: 'Bremen' } }));
    // Either in the same second as the hub's first save, or some other time: two words on one field have an order.
    if (!isOld && this.#dice.hits(0.5)) this.#sameSecond.set(`erp|client|${number}`, { terms: 'NET45' });
    else this.#maybe(2, () => edits('erp', { terms: this.#dice.pick(['NET14', 'NET60']) }));
    this.#maybe(2, () => edits('psa', { phone: 'not the owner' }));
    this.#maybe(3, () => {
      const overstep: Edit = { seat: 'crm', type: 'client', identity: number, values: { terms: 'not the owner' } };
      this.#oversteps('erp', overstep, isMatched);
    });
    this.#maybe(3, () => edits('erp', { mail: 'not.the@owner.example' }));
    this.#maybe(4, () => edits('erp', { address: { city: 'Nowhere' } }));
    if (isOld) return;
    this.#maybe(2, () => this.#sameSecond.set(`psa|client|${number}`, { phone: 'not the owner either' }));
  }

  #sell(deal: Deal): void {
    const { mark, client, amount } = deal;
    const values = {
      title: `Deal ${mark}`,
      phase: 'Proposal',
      won: false,
      closed: false,
      amount,
      currency: client.currency.code,
      close_date: '2026-11-20',
      starts: '2026-11-22',
      ends: '2027-03-31',
      model: 'hourly',
      entity: mark,
      practice: mark,
      notes: deal.refused === 'no' ? 'As agreed' : refusedTextOf(mark),
      po: `PO-${mark}`,
      po_limit: amountText(10n ** 12n, client.currency),
      terms: 'NET30',
      tax: 'DE-standard',
      rates: rateCard.map((line) => ({ ...line, quantity: '1000' })),
    };
    this.#desk.plan(this.#soon(5, 10), `crm opportunity ${mark}`, `sell ${mark}`, () => {
      const clientId = this.#desk.row('crm', 'client', client.number)?.id;
      return clientId !== undefined && this.#desk.make('crm', 'opportunity', { ...values, client_id: clientId }) !== '';
    });
    const edits = (edit: Values) =>
      this.#edits(9, 12, { seat: 'crm', type: 'opportunity', identity: mark, values: edit });
    this.#maybe(2, () => edits({ title: `Deal ${mark} extended` }));
    this.#maybe(3, () => edits({ amount: amountText(1_234_500n, client.currency) }));
    const outcome = deal.isWon
      ? { won: true, closed: true, phase: 'Closed Won' }
      : { closed: true, phase: 'Closed Lost' };
    this.#edits(12, 20, { seat: 'crm', type: 'opportunity', identity: mark, values: outcome });
    // What a won deal hands on to its project is handed on once; later it says only what belongs to itself and its
    // contract.
    this.#maybe(2, () =>
      this.#edits(21, 45, { seat: 'crm', type: 'opportunity', identity: mark, values: { po: `PO-${mark}-B` } }),
    );
    this.#maybe(3, () =>
      this.#edits(21, 45, { seat: 'crm', type: 'opportunity', identity: mark, values: { terms: 'NET10' } }),
    );
  }

  #deliver({ mark, client, hours }: Deal): void {
    const edits = (seat: Seat, type: string, values: Values) =>
      this.#edits(15, 45, { seat, type, identity: mark, values });
    this.#maybe(2, () => edits('psa', 'engagement', { title: `Project ${mark}` }));
    this.#maybe(2, () => edits('psa', 'engagement', { state: this.#dice.pick(['paused', 'running']) }));
    this.#maybe(3, () => edits('psa', 'engagement', { ends: '2027-06-30' }));
    this.#maybe(3, () => edits('crm', 'engagement', { budget: amountText(777_000n, client.currency) }));
    this.#maybe(3, () => edits('erp', 'engagement', { title: 'not the owner' }));
    this.#maybe(3, () => edits('crm', 'engagement', { state: 'done' }));
    this.#maybe(3, () => edits('erp', 'agreement', { po: 'not the owner' }));
    this.#maybe(3, () => edits('psa', 'agreement', { terms: 'not the owner' }));
    this.#maybe(2, () => this.#sameSecond.set(`psa|engagement|${mark}`, { starts: '2027-01-07' }));
    this.#maybe(2, () => this.#sameSecond.set(`crm|engagement|${mark}`, { model: 'fixed' }));
    this.#maybe(2, () => this.#sameSecond.set(`erp|engagement|${mark}`, { title: 'not the owner either' }));
    for (const entry of hours) this.#work(mark, client, entry);
  }

  #work(mark: string, client: Client, entry: Hours): void {
    const { task, mail } = entry;
    const key = `psa hours ${task}`;
    const values = {
      date: entry.day,
      quantity: `${entry.hundredths / 100}`,
      job: entry.job,
      price: entry.price,
      currency: client.currency.code,
      billable: entry.isBillable,
      taxable: true,
      text: `Work on ${task}`,
      activity: task,
      approval: 'open',
      billed: false,
    };
    this.#desk.plan(this.#soon(13, 30), key, `log ${task}`, () => {
      const engagement = this.#desk.row('psa', 'engagement', mark)?.id;
      const person = this.#desk.row('psa', 'person', mail)?.id;
      if (engagement === undefined || person === undefined) return false;
      return this.#desk.make('psa', 'hours', { ...values, engagement_id: engagement, person_id: person }) !== '';
    });
    const edits = (from: number, to: number, edit: Values) =>
      this.#edits(from, to, { seat: 'psa', type: 'hours', identity: task, values: edit });
    edits(30, 33, { approval: 'submitted' });
    this.#maybe(3, () => edits(33, 34, { text: `More work on ${task}` }));
    if (entry.end !== 'submitted') edits(34, 40, { approval: entry.end });
    this.#maybe(4, () =>
      this.#oversteps('erp', { seat: 'psa', type: 'hours', identity: task, values: { billed: true } }),
    );
    this.#maybe(4, () =>
      this.#edits(34, 45, { seat: 'erp', type: 'hours', identity: task, values: { text: 'not the owner' } }),
    );
  }

  /** The bill is written once everything it is to hold has arrived in the ledger; then it is paid in two parts. */
  #bill({ mark, client, hours }: Deal): void {
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
    this.#desk.plan(this.#soon(40, 45), `erp bill ${no}`, `bill ${mark}`, () => {
      const rows = billed.map((entry) => this.#desk.row('erp', 'hours', entry.task));
      const clientId = this.#desk.row('erp', 'client', client.number)?.id;
      const engagement = this.#desk.row('erp', 'engagement', mark)?.id;
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
      this.#desk.make('erp', 'bill', { ...bill, client_id: clientId, engagement_id: engagement, lines });
      for (const entry of billed)
        this.#desk.edit({ seat: 'erp', type: 'hours', identity: entry.task, values: { billed: true } });
      return true;
    });
    const pays = (from: number, to: number, values: Values) =>
      this.#edits(from, to, { seat: 'erp', type: 'bill', identity: no, values });
    const half = (net + tax) / 2n;
    pays(46, 50, { paid: text(half), open: text(net + tax - half) });
    this.#maybe(2, () => pays(51, 55, { paid: text(net + tax), open: text(0n), state: 'paid' }));
    this.#maybe(3, () => this.#edits(46, 55, { seat: 'psa', type: 'bill', identity: no, values: { paid: text(1n) } }));
  }
}
