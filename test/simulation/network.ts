// What lies between the hub and one system: travel times, losses, cuts, hours in which it is down, and an account's
// own rules on what it saves.
import type { StandIn } from '../../edge-worker/connectors/stand-in.ts';
import type { Drifted } from './drift.ts';
import type { Seat } from './systems.ts';
import type { Dice, World } from './world.ts';

export interface SentRecord {
  readonly id: string | null;
  readonly external_id: string | null;
  readonly stamp: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** One batch of writes as it leaves the hub, or as the system has just saved it. */
export interface Batch {
  readonly seat: Seat;
  readonly type: string;
  readonly records: readonly SentRecord[];
}

export interface Saved extends Batch {
  /** The record's id, or null where it was refused. In the order of `records`. */
  readonly ids: readonly (string | null)[];
}

/** How rough the way is. Probabilities per request. */
export interface Weather {
  readonly lose: number;
  readonly cut: number;
  readonly slow: number;
}

export const calm: Weather = { lose: 0, cut: 0, slow: 0 };

/** Example commits at most 20 s after a request was sent; on the way it may take this much of them. */
const travelMsMax = 7_000;

interface Answered {
  readonly results: readonly (Readonly<Record<string, unknown>> & { readonly record?: { readonly id: string } })[];
}

export class Network {
  readonly seat: Seat;
  readonly standIn: StandIn;
  weather: Weather = calm;
  downUntilMs = 0;
  /** Records that hold one of these texts are refused by a rule of the account, until somebody lifts the rule. */
  readonly refusedTexts = new Set<string>();
  /** Its fields, once they have changed. */
  drifted: Drifted | null = null;
  /** Sees what is about to be written, and what has just been saved. */
  onSend: (batch: Batch) => void = () => undefined;
  onSaved: (saved: Saved) => void = () => undefined;
  /** Calls that may have changed something. */
  writes = 0;
  calls = 0;
  readonly #world: World;
  readonly #dice: Dice;

  constructor(seat: Seat, standIn: StandIn, world: World) {
    this.seat = seat;
    this.standIn = standIn;
    this.#world = world;
    this.#dice = world.dice(`network ${seat}`);
  }

  /** Errors carry the words by which the platform tells "never sent" from "nobody knows". */
  async send(request: Request): Promise<Response> {
    this.calls++;
    const { weather } = this;
    const dice = this.#dice;
    const batch = await this.#batchOf(request);
    if (batch) this.onSend(batch);
    if (request.method === 'PUT') this.writes++;
    const isSlow = dice.hits(weather.slow);
    await this.#world.sleep(isSlow ? dice.between(500, travelMsMax) : dice.between(5, 80));
    if (this.#world.ms < this.downUntilMs) return this.#refuse();
    if (dice.hits(weather.lose)) return this.#lose();
    const response = this.drifted?.refusal(request) ?? (await this.#pass(request, batch));
    await this.#world.sleep(isSlow ? dice.between(500, travelMsMax) : dice.between(5, 80));
    if (dice.hits(weather.cut)) return this.#lose();
    return response;
  }

  async #pass(request: Request, batch: Batch | null): Promise<Response> {
    const response = batch ? await this.#save(request, batch) : await this.standIn.fetch(request);
    return this.drifted ? this.drifted.described(request, response) : response;
  }

  async #refuse(): Promise<Response> {
    if (this.#dice.hits(0.5)) throw new TypeError('connect refused');
    return new Response('{"code":"down","message":"Back soon"}', { status: 503 });
  }

  async #lose(): Promise<Response> {
    await this.#world.sleep(this.#dice.between(1, 2_000));
    throw new TypeError('network connection lost');
  }

  async #batchOf(request: Request): Promise<Batch | null> {
    const type = /^\/v1\/([a-z]+)\/batch$/.exec(new URL(request.url).pathname)?.[1];
    if (type === undefined || request.method !== 'PUT') return null;
    const { records } = JSON.parse(await request.clone().text()) as { records: readonly SentRecord[] };
    return { seat: this.seat, type, records };
  }

  /** The account's rule refuses some records; the others are saved as usual. */
  async #save(request: Request, batch: Batch): Promise<Response> {
    const texts = [...this.refusedTexts];
    const isRefused = batch.records.map(({ values }) => texts.some((text) => JSON.stringify(values).includes(text)));
    const passed = batch.records.filter((_, index) => !isRefused[index]);
    const body = JSON.stringify({ records: passed });
    const response = await this.standIn.fetch(
      new Request(request.url, { method: 'PUT', headers: request.headers, body }),
    );
    if (!response.ok) return response;
    const answer = (await response.json()) as Answered;
    const left = [...answer.results];
    const refusal = {
      status: 422,
      code: 'account_rule',
      message: 'A rule of the account refuses this text',
      fields: ['text'],
    };
    const results = isRefused.map((refused) => (refused ? refusal : left.shift())) as Answered['results'];
    this.onSaved({ ...batch, ids: results.map((result) => result.record?.id ?? null) });
    return new Response(JSON.stringify({ results }), { status: 200, headers: response.headers });
  }
}
