// Platform events on their way to open pages: Bayeux over long polling, as the pages' own client speaks it.
import { Refused } from '../refusals.ts';
import type { Schema } from '../shape.ts';
import type { Stored } from '../table.ts';
import { type Body, isBody } from '../values.ts';

/** A poll without news ends after this long and is made again. */
const holdMs = 110_000;
/** Whoever has not asked for so much news is gone. */
const newsMax = 100;

interface Client {
  readonly id: string;
  readonly userId: string;
  readonly channels: Set<string>;
  readonly news: unknown[];
  wake: (() => void) | null;
}

export interface Listener {
  readonly userId: string;
  /** What the listener may see decides what may be listened to. */
  readonly schema: Schema;
}

export class Events {
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #clients = new Map<string, Client>();
  #clientCount = 0;
  #replayId = 0;
  /** Deliveries, which are an allowance that the whole org shares. */
  delivered = 0;

  constructor(sleep: (ms: number) => Promise<void>) {
    this.#sleep = sleep;
  }

  /** The channels that pages listen to right now. */
  channels(): readonly string[] {
    return [...this.#clients.values()].flatMap((client) => [...client.channels]);
  }

  publish({ type, values }: Stored): void {
    this.#replayId++;
    const channel = `/event/${type.name}`;
    const payload = Object.fromEntries(
      type.fields
        .filter(({ key }) => key.endsWith('__c') || /^Created/.test(key))
        .map(({ name, key }) => [name, values[key]]),
    );
    const message = { channel, data: { schema: type.name, payload, event: { replayId: this.#replayId } } };
    for (const client of this.#clients.values()) {
      if (!client.channels.has(channel)) continue;
      this.delivered++;
      client.news.push(message);
      if (client.news.length > newsMax) this.#clients.delete(client.id);
      client.wake?.();
    }
  }

  async serve(listener: Listener, body: unknown): Promise<readonly unknown[]> {
    const answers: unknown[] = [];
    for (const message of Array.isArray(body) ? body.filter(isBody) : []) {
      answers.push(...(await this.#answer(listener, message)));
    }
    return answers;
  }

  async #answer(listener: Listener, message: Body): Promise<readonly unknown[]> {
    const channel = String(message['channel']);
    const id = message['id'];
    if (channel === '/meta/handshake') return [{ ...this.#greet(listener), channel, id }];
    const client = this.#clients.get(String(message['clientId']));
    if (!client || client.userId !== listener.userId) {
      return [{ channel, id, successful: false, error: '403::Unknown client', advice: { reconnect: 'handshake' } }];
    }
    const done = { channel, id, clientId: client.id, successful: true };
    const subscription = String(message['subscription']);
    switch (channel) {
      case '/meta/subscribe':
        if (!mayListen(listener, subscription)) {
          return [{ ...done, successful: false, subscription, error: '403:denied_by_security_policy:create_denied' }];
        }
        client.channels.add(subscription);
        return [{ ...done, subscription }];
      case '/meta/unsubscribe':
        client.channels.delete(subscription);
        return [{ ...done, subscription }];
      case '/meta/disconnect':
        this.#clients.delete(client.id);
        client.wake?.();
        return [done];
      case '/meta/connect':
        await this.#hold(client);
        return [{ ...done, advice: { interval: 0, timeout: holdMs, reconnect: 'retry' } }, ...client.news.splice(0)];
    }
    throw new Refused('UNKNOWN_CHANNEL', `no such channel: ${channel}`, null);
  }

  #greet({ userId }: Listener): Body {
    this.#clientCount++;
    const client: Client = { id: `client${this.#clientCount}`, userId, channels: new Set(), news: [], wake: null };
    this.#clients.set(client.id, client);
    return { clientId: client.id, successful: true, version: '1.0', supportedConnectionTypes: ['long-polling'] };
  }

  /** An older poll of the same client ends when a newer one comes. */
  async #hold(client: Client): Promise<void> {
    client.wake?.();
    if (client.news.length > 0) return;
    await Promise.race([
      this.#sleep(holdMs),
      new Promise<void>((resolve) => {
        client.wake = resolve;
      }),
    ]);
    client.wake = null;
  }
}

function mayListen({ schema }: Listener, channel: string): boolean {
  const type = schema.type(channel.replace(/^\/event\//, ''));
  return channel.startsWith('/event/') && type?.isEvent === true;
}
