// How Example tells the hub of saves: signed batches of notices, kept until they are answered, and its feeds' bad days.
import { createHmac } from 'node:crypto';
import type { StandIn, StandInOptions, Switchboard } from '../../stand-in.ts';
import type { Saved } from './books.ts';

const noticesMax = 100;

type Notice = Saved & { readonly serial: number };
interface Delivery {
  readonly id: string;
  readonly notices: readonly Notice[];
}
interface Subscription {
  readonly url: string;
  readonly key: string;
  readonly installation: string;
  deliveries: readonly Delivery[];
  isSending: boolean;
}

export class Webhooks {
  readonly #options: StandInOptions;
  readonly #board: Switchboard;
  readonly #connection: StandIn['connection'];
  #subscriptions: readonly Subscription[] = [];
  #fresh: Notice[] = [];
  #serial = 0;

  constructor(options: StandInOptions, board: Switchboard, connection: StandIn['connection']) {
    this.#options = options;
    this.#board = board;
    this.#connection = connection;
  }

  subscribe(to: { readonly url: string; readonly key?: string; readonly installation?: string }): void {
    const { url, key = '', installation = '' } = to;
    const others = this.#subscriptions.filter((other) => other.url !== url);
    this.#subscriptions = [...others, { url, key, installation, deliveries: [], isSending: false }];
  }

  announce(saved: Saved): void {
    if (this.#subscriptions.length > 0) this.#fresh.push({ ...saved, serial: ++this.#serial });
  }

  /** Sends what waits, a hundred notices at a time. Returns how many notices still wait for an answer. */
  async deliver(nowMs: number): Promise<number> {
    const fresh = disturb(this.#fresh, 'NOTICE', this.#board, this.#options.chance);
    this.#fresh = [];
    for (let from = 0; from < fresh.length; from += noticesMax) {
      const delivery = { id: `delivery-${++this.#serial}`, notices: fresh.slice(from, from + noticesMax) };
      for (const one of this.#subscriptions) one.deliveries = [...one.deliveries, delivery];
    }
    await Promise.all(this.#subscriptions.map((subscription) => this.#deliverTo(subscription, nowMs)));
    return this.#subscriptions.flatMap((one) => one.deliveries).reduce((sum, { notices }) => sum + notices.length, 0);
  }

  async #deliverTo(subscription: Subscription, nowMs: number): Promise<void> {
    if (subscription.isSending) return;
    subscription.isSending = true;
    const route = `POST ${new URL(subscription.url).pathname}`;
    try {
      for (const delivery of disturb(subscription.deliveries, route, this.#board, this.#options.chance)) {
        const isSettled =
          this.#board.take('lose-notices', route) !== null || (await this.#send(subscription, delivery, nowMs));
        if (!isSettled) return;
        subscription.deliveries = subscription.deliveries.filter((other) => other !== delivery);
      }
    } finally {
      subscription.isSending = false;
    }
  }

  /** True when the delivery need not be sent again. */
  async #send(subscription: Subscription, delivery: Delivery, nowMs: number): Promise<boolean> {
    const { account, environment } = this.#connection;
    const body = JSON.stringify({
      v: 1,
      installation: subscription.installation,
      system: 'example',
      account,
      environment,
      sentAt: new Date(nowMs).toISOString(),
      delivery: delivery.id,
      notices: delivery.notices.map(({ serial, type, id, kind, atMs }) => ({
        id: String(serial),
        type,
        record: id,
        kind,
        at: new Date(atMs).toISOString(),
      })),
    });
    const timestamp = String(Math.floor(nowMs / 1000));
    const signature = createHmac('sha256', subscription.key).update(`${timestamp}.${body}`).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'tieout-timestamp': timestamp,
      'tieout-signature': `v1=${signature}`,
    };
    try {
      const answer = await this.#options.send(new Request(subscription.url, { method: 'POST', headers, body }));
      if (answer.status === 410) this.#subscriptions = this.#subscriptions.filter((other) => other !== subscription);
      return answer.ok || answer.status === 409 || answer.status === 410;
    } catch {
      return false;
    }
  }
}

/** The list as it goes out on a day when rows come twice or out of order. */
export function disturb<T>(list: readonly T[], route: string, board: Switchboard, chance: () => number): readonly T[] {
  if (list.length === 0) return list;
  const sent = board.take('duplicate-notices', route) ? list.flatMap((one) => [one, one]) : list;
  if (sent.length < 2 || !board.take('shuffle-notices', route)) return sent;
  return sent
    .map((one) => ({ one, place: chance() }))
    .sort((a, b) => a.place - b.place)
    .map(({ one }) => one);
}
