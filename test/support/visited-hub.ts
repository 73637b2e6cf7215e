// The hub as a system that comes by itself meets it, without the lane around it: the same mailbox and counter over real
// SQL, and a coming whenever the suite asks for something.
import { expect } from 'vitest';
import type { Connector, Session } from '../../edge-worker/connectors/connector.ts';
import type { VisitAnswer, Visits } from '../../edge-worker/connectors/mailbox.ts';
import type { StandIn } from '../../edge-worker/connectors/stand-in.ts';
import { Counter, leaseMs } from '../../edge-worker/flow/counter.ts';
import { LaneMailbox } from '../../edge-worker/flow/mailbox.ts';
import { migratedLane } from './migrated.ts';
import type { Clock } from './options.ts';

export const visitedHub = {
  url: 'http://hub.test/v1/exchange/test/token',
  key: 'a-key-of-the-hub-for-tests-0123456789',
  installation: 'ins_01JTEST0000000000000000000',
};

type Withdraw = NonNullable<Session['withdraw']>;

export class VisitedHub {
  readonly mailbox: LaneMailbox;
  readonly #visits: Visits;
  readonly #clock: Clock;
  readonly #counter: Counter;
  /** Leases end when the suite says so, not when records grow old. */
  #leaseMs = 0;

  constructor(connector: Connector, visits: Visits, clock: Clock) {
    this.#visits = visits;
    this.#clock = clock;
    this.#counter = new Counter(() => this.#leaseMs);
    this.mailbox = new LaneMailbox(migratedLane().storage, connector.name, this.#counter, clock.nowMs);
  }

  /** One call of the system. */
  async take(request: Request, { account, environment }: StandIn['connection']): Promise<Response> {
    const { url: address, headers } = request;
    const url = new URL(address);
    const body = new Uint8Array(await request.arrayBuffer());
    const { key, installation } = visitedHub;
    const expected = { installation, account, environment, keys: ['an-older-key', key], nowMs: this.#clock.ms };
    const received = await this.#visits.receive(url.pathname.split('/').at(-1) ?? '', { url, headers, body }, expected);
    if (!received.ok) throw new Error(`refused: ${received.refusal} ${received.detail ?? ''}`);
    const { status, contentType, body: text } = this.#visits.answer(this.#answerTo(received.visit));
    return new Response(text, { status, headers: { 'content-type': contentType } });
  }

  #answerTo(visit: Extract<Awaited<ReturnType<Visits['receive']>>, { ok: true }>['visit']): VisitAnswer {
    switch (visit.verb) {
      case 'records':
        this.mailbox.tell(visit.records);
        return { verb: 'records', outcome: 'recorded' };
      case 'work':
        return { verb: 'work', work: this.#counter.take(visit.limit, () => undefined), leaseMs };
      case 'receipts':
        return { verb: 'receipts', unknown: this.mailbox.report(visit.reports) };
      case 'statuses':
        return { verb: 'statuses', ...this.mailbox.statuses(visit.after, visit.limit) };
    }
  }

  /** The session as the suite uses it: the system comes first, so that what it has to tell is told. */
  visited(session: Session, standIn: StandIn): Session {
    standIn.subscribe(visitedHub);
    return {
      ...session,
      read: async (refs) => {
        await standIn.deliver();
        return session.read(refs);
      },
      find: async (keys) => {
        await standIn.deliver();
        return session.find(keys);
      },
      changes: async (feed, cursor) => {
        await standIn.deliver();
        return session.changes(feed, cursor);
      },
      write: (writes) => this.#await(session.write(writes), standIn),
      withdraw: (withdrawals) => this.#await((session.withdraw as Withdraw)(withdrawals), standIn),
    };
  }

  async #await<Result>(outcome: Promise<Result>, standIn: StandIn): Promise<Result> {
    // Whatever comes of it is looked at below; until then nobody waits for it.
    outcome.catch(() => undefined);
    await standIn.deliver();
    expect(this.#counter.waitsSinceMs, 'it came and fetched nothing').toBeNull();
    this.#leaseMs += leaseMs;
    this.#counter.expire();
    return outcome;
  }
}
