// A downstream subscriber in the simulation: pointers get lost, takers die half-way, its server fails or takes an event
// without saying so. What it heard is held against what is on the lane's disk.
import { type Outcome, type Round, settle, take } from '../../edge-worker/flow/dispatch.ts';
import type { SubscriptionChange } from '../../edge-worker/flow/subscribe.ts';
import type { LaneHost } from './lane-host.ts';
import type { Dice, World } from './world.ts';

export const subscription = 'sub_1';

export const subscribing: SubscriptionChange = {
  verb: 'make',
  subscription: { id: subscription, name: 'Warehouse', url: 'https://warehouse.example/', types: ['*'] },
  key: 'whsec_c2ltdWxhdGlvbg==',
};

interface Heard {
  readonly seq: number;
  readonly id: string;
  readonly body: string;
}

interface Stored {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
}

const rows = <Row>({ storage }: LaneHost, query: string) => storage.sql.exec(query).toArray() as unknown as Row[];

export class Subscriber {
  readonly heard: Heard[] = [];
  readonly #world: World;
  readonly #dice: Dice;
  readonly #faultsUntilMs: number;
  #host: LaneHost | null = null;

  constructor(world: World, faultsUntilMs: number) {
    this.#world = world;
    this.#dice = world.dice('subscriber');
    this.#faultsUntilMs = faultsUntilMs;
  }

  attach(host: LaneHost): void {
    this.#host = host;
  }

  /** A pointer on the queue; some never arrive, some arrive twice. */
  point(id: string): void {
    if (this.#hits(0.2)) return;
    for (let copy = this.#hits(0.1) ? 2 : 1; copy > 0; copy--)
      this.#world.after(this.#dice.between(10, 2_000), () => void this.#call(id));
  }

  /** What a taker does, step by step; the object may die between any two of them. */
  async #call(id: string): Promise<void> {
    for (;;) {
      const round = this.#host?.enter((lane) => take(lane.core, id)) ?? null;
      if (!round || this.#hits(0.05)) return;
      const outcomes: Outcome[] = [];
      for (const one of round.dispatches) {
        const outcome = await this.#tell(one);
        outcomes.push(outcome);
        if (outcome.problem !== null) break;
      }
      if (this.#hits(0.05)) return;
      const isWell = this.#host?.enter((lane) => {
        const more = settle(lane.core, id, round.token, outcomes);
        lane.wake();
        return more;
      });
      if (!isWell) return;
    }
  }

  async #tell({ seq, id, body }: Round['dispatches'][number]): Promise<Outcome> {
    const tookMs = this.#dice.between(5, 400);
    await this.#world.sleep(tookMs);
    const told = { seq, tookMs, retryAfterMs: null };
    if (this.#hits(0.1)) return { ...told, status: 503, problem: 'failing' };
    this.heard.push({ seq, id, body });
    // It has taken the event, and its answer is lost.
    if (this.#hits(0.1)) return { ...told, status: null, problem: 'timed-out' };
    return { ...told, status: 204, problem: null };
  }

  #hits(probability: number): boolean {
    return this.#world.ms < this.#faultsUntilMs && this.#dice.hits(probability);
  }
}

/** Events that the subscriber has still to take. */
export function untold(host: LaneHost): string[] {
  const [row] = rows<{ n: number }>(
    host,
    'SELECT count(*) AS n FROM announcements WHERE seq > (SELECT coalesce(min(cursor), 0) FROM subscriptions)',
  );
  return row && row.n > 0 ? [`${row.n} events to be told`] : [];
}

/** J13: what is on disk was told, in order, always in the same words; nothing else was told; nothing is missing. */
export function checkSubscriber(host: LaneHost, { heard }: Subscriber): string[] {
  const stored = rows<Stored>(host, 'SELECT seq, id, type, subject FROM announcements ORDER BY seq');
  const first = new Map<string, Heard>();
  const breaches: string[] = [];
  for (const one of heard) {
    const before = first.get(one.id);
    if (before && before.body !== one.body) breaches.push(`J13: ${one.id} was told in two ways`);
    if (!before) first.set(one.id, one);
  }
  const inOrder = [...first.values()].map(({ seq }) => seq);
  if (inOrder.some((seq, index) => seq < (inOrder[index - 1] ?? 0)))
    breaches.push('J13: events were told out of order');
  for (const { id, type, subject } of stored)
    if (!first.has(id)) breaches.push(`J13: ${type} of ${subject} was never told`);
  const known = new Set(stored.map(({ id }) => id));
  for (const { id } of first.values()) if (!known.has(id)) breaches.push(`J13: ${id} was told and is not on disk`);
  return [...breaches, ...checkMade(host, stored)];
}

/** Every project that the hub has brought to the PSA and the ERP was announced, once; and whatever is open now. */
function checkMade(host: LaneHost, stored: readonly Stored[]): string[] {
  const complete = rows<{ entity: string }>(
    host,
    `SELECT entity FROM links WHERE kind = 'project' AND record_id IS NOT NULL AND connection IN ('psa', 'erp')
     GROUP BY entity HAVING count(DISTINCT connection) = 2 AND max(writes IS NOT NULL) = 1`,
  );
  const created = stored.filter(({ type }) => type === 'project.created').map(({ subject }) => subject);
  const missing = complete.filter(({ entity }) => !created.includes(entity));
  const doubled = created.filter((subject, index) => created.indexOf(subject) !== index);
  const silent = rows<{ id: string; control: string }>(
    host,
    `SELECT id, control FROM holds WHERE NOT EXISTS (SELECT 1 FROM announcements
       WHERE type = 'exception.opened' AND payload ->> '$.exception.id' = holds.id)`,
  );
  return [
    ...silent.map(({ id, control }) => `J13: ${control} ${id} is open, and nobody was told`),
    ...missing.map(({ entity }) => `J13: ${entity} is in PSA and ERP, and nobody was told`),
    ...doubled.map((entity) => `J13: ${entity} was announced twice`),
  ];
}
