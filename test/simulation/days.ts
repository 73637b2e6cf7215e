// The firm's working days as people live them: people are hired, clients met, deals sold and won, and everybody edits
// something somewhere.
import { Billing } from './billing.ts';
import { Deliveries } from './deliveries.ts';
import type { Edit, Values } from './desk.ts';
import type { Diary } from './diary.ts';
import { isCut, isLost } from './fates.ts';
import { amountText, type Client, type Deal, type Firm, type Merger, rateCard, refusedTextOf } from './firm.ts';
import { Reversals } from './reversals.ts';
import { type Seat, seats } from './systems.ts';

const minuteMs = 60_000;
/** Nobody begins anything after this. */
export const workMs = 45 * minuteMs;

/** Whether the hub has linked a record, as the page of matches shows. */
export type IsKnown = (seat: Seat, type: string, identity: string) => boolean;

export class Days {
  readonly #diary: Diary;
  readonly #firm: Firm;
  readonly #isKnown: IsKnown;
  readonly billing: Billing;

  constructor(diary: Diary, firm: Firm, isKnown: IsKnown) {
    this.#diary = diary;
    this.#firm = firm;
    this.#isKnown = isKnown;
    this.billing = new Billing(diary);
  }

  plan(): void {
    const deliveries = new Deliveries(this.#diary);
    const reversals = new Reversals(this.#diary);
    this.#hire();
    for (const client of this.#firm.clients) this.#meet(client);
    if (this.#firm.merger) this.#merge(this.#firm.merger);
    for (const deal of this.#firm.deals) {
      this.#sell(deal);
      if (!deal.isWon) continue;
      if (!isLost(deal.fate)) deliveries.deliver(deal);
      this.billing.bill(deal);
      reversals.plan(deal);
    }
  }

  #hire(): void {
    for (const { mail, name, job } of this.#firm.people) {
      const common = { full_name: name, mail, entity: 'HQ', active: true };
      for (const seat of ['erp', 'psa'] as const) {
        const values = seat === 'psa' ? { ...common, job } : common;
        this.#diary.desk.plan(
          this.#diary.soon(0, 3),
          `${seat} person ${mail}`,
          `hire ${mail} in ${seat}`,
          () => this.#diary.desk.make(seat, 'person', values) !== '',
        );
      }
      // Differences that are there before two records are matched are listed, not written: people wait for the match.
      const edits = (values: Values) => {
        const edit: Edit = { seat: 'erp', type: 'person', identity: mail, values };
        const isMatched = () => this.#isKnown('psa', 'person', mail);
        this.#diary.desk.plan(
          this.#diary.soon(5, 40),
          `erp person ${mail}`,
          `edit ${mail}`,
          () => isMatched() && this.#diary.desk.edit(edit),
        );
      };
      this.#diary.maybe(2, () => edits({ full_name: `${name} Junior` }));
      this.#diary.maybe(2, () => edits({ entity: 'Branch' }));
    }
  }

  /**
   * What was there before the hub came. Afterwards people wait until both copies are matched: older differences stay.
   */
  before(): void {
    for (const client of this.#firm.clients.filter(({ isOld }) => isOld)) {
      for (const seat of seats) this.#diary.desk.make(seat, 'client', { ...this.#card(client), stage: 'client' });
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
    const meet = () => isOld || this.#diary.desk.make('crm', 'client', this.#card(client)) !== '';
    this.#diary.desk.plan(this.#diary.soon(0, 5), `crm client ${number}`, `meet ${number}`, meet);
    const isMatched = () =>
      !isOld || (this.#isKnown('psa', 'client', number) && this.#isKnown('erp', 'client', number));
    const edits = (seat: Seat, values: Values) =>
      this.#diary.edits(5, 45, { seat, type: 'client', identity: number, values }, isMatched);
    this.#diary.maybe(1.5, () => edits('crm', { phone: `+49 40 ${this.#diary.dice.between(2, 9)}` }));
    this.#diary.maybe(2, () => edits('crm', { display_name: `${name} renamed` }));
    this.#diary.maybe(2, () => edits('crm', { address: { city: 'Bremen' } }));
    // Either in the same second as the hub's first save, or some other time: two words on one field have an order.
    if (!isOld && this.#diary.dice.hits(0.5))
      this.#diary.inTheSameSecond({ seat: 'erp', type: 'client', identity: number, values: { terms: 'NET45' } });
    else this.#diary.maybe(2, () => edits('erp', { terms: this.#diary.dice.pick(['NET14', 'NET60']) }));
    this.#diary.maybe(2, () => edits('psa', { phone: 'not the owner' }));
    this.#diary.maybe(3, () => {
      const overstep: Edit = { seat: 'crm', type: 'client', identity: number, values: { terms: 'not the owner' } };
      this.#diary.oversteps('erp', overstep, isMatched);
    });
    this.#diary.maybe(3, () => edits('erp', { mail: 'not.the@owner.example' }));
    this.#diary.maybe(4, () => edits('erp', { address: { city: 'Nowhere' } }));
    if (isOld) return;
    this.#diary.maybe(2, () =>
      this.#diary.inTheSameSecond({
        seat: 'psa',
        type: 'client',
        identity: number,
        values: { phone: 'not the owner either' },
      }),
    );
  }

  /** Once both are customers wherever they are to be: who has bought nothing is known to sales alone. */
  #merge({ winner, loser }: Merger): void {
    const { desk } = this.#diary;
    const isThere = (number: string) => {
      const hasBought = this.#firm.deals.some(({ client, isWon }) => isWon && client.number === number);
      return !hasBought || (['psa', 'erp'] as const).every((seat) => this.#isKnown(seat, 'client', number));
    };
    desk.plan(
      this.#diary.soon(46, 55),
      `crm client ${loser}`,
      `merge ${loser} into ${winner}`,
      () => isThere(winner) && isThere(loser) && desk.merge('crm', 'client', winner, loser),
    );
  }

  #sell(deal: Deal): void {
    const { mark, client, amount } = deal;
    // What is missing at first is entered before or after it is won; nothing of the sale is made until then.
    const isWhole = this.#diary.dice.hits(0.75);
    const values = {
      title: `Deal ${mark}`,
      phase: 'Proposal',
      won: false,
      closed: false,
      amount,
      currency: client.currency.code,
      close_date: this.#diary.day(-2),
      starts: this.#diary.day(),
      ends: this.#diary.day(129),
      model: 'hourly',
      entity: mark,
      region: isWhole ? mark : null,
      practice: mark,
      notes: deal.refused === 'no' ? 'As agreed' : refusedTextOf(mark),
      po: `PO-${mark}`,
      po_limit: deal.hasLimit ? amountText(10n ** 12n, client.currency) : null,
      terms: 'NET30',
      tax: 'DE-standard',
      rates: rateCard.map((line) => ({ ...line, quantity: '1000' })),
    };
    this.#diary.desk.plan(this.#diary.soon(5, 10), `crm opportunity ${mark}`, `sell ${mark}`, () => {
      const clientId = this.#diary.desk.row('crm', 'client', client.number)?.id;
      return (
        clientId !== undefined && this.#diary.desk.make('crm', 'opportunity', { ...values, client_id: clientId }) !== ''
      );
    });
    const edits = (edit: Values) =>
      this.#diary.edits(9, 12, { seat: 'crm', type: 'opportunity', identity: mark, values: edit });
    this.#diary.maybe(2, () => edits({ title: `Deal ${mark} extended` }));
    if (!isWhole)
      this.#diary.edits(14, 30, { seat: 'crm', type: 'opportunity', identity: mark, values: { region: mark } });
    if (!isCut(deal.fate)) this.#diary.maybe(3, () => edits({ amount: amountText(1_234_500n, client.currency) }));
    const outcome = deal.isWon
      ? { won: true, closed: true, phase: 'Closed Won' }
      : { closed: true, phase: 'Closed Lost' };
    this.#diary.edits(12, 20, { seat: 'crm', type: 'opportunity', identity: mark, values: outcome });
    // Nothing else is said of a deal that is lost or cut after all.
    if (isLost(deal.fate) || isCut(deal.fate)) return;
    // What a won deal hands on to its project is handed on once; later it says only what belongs to itself and its
    // contract.
    this.#diary.maybe(2, () =>
      this.#diary.edits(21, 45, { seat: 'crm', type: 'opportunity', identity: mark, values: { po: `PO-${mark}-B` } }),
    );
    this.#diary.maybe(3, () =>
      this.#diary.edits(21, 45, { seat: 'crm', type: 'opportunity', identity: mark, values: { terms: 'NET10' } }),
    );
  }
}
