// Calls out of one object on the virtual clock: governed and counted as on the platform, timed out, and a record in D1
// that may be slow or away.
import { Fault } from '../../edge-worker/faults.ts';
import type { Governor } from '../../edge-worker/platform/governor.ts';
import { ArchiveUnavailable } from '../../edge-worker/store/archive.ts';
import { type RecordDatabase, RecordUnavailable } from '../../edge-worker/store/flush.ts';
import type { D1OnNode } from '../support/d1-on-node.ts';
import type { Network } from './network.ts';
import type { Plant } from './plants.ts';
import type { Seat } from './systems.ts';
import type { Dice, World } from './world.ts';

/** One object's life. Once it is over, nothing that its ports were asked for ever resolves. */
export interface Life {
  isOver: boolean;
  readonly governor: Governor;
}

export interface CallOptions {
  readonly world: World;
  readonly networks: Readonly<Record<Seat, Network>>;
  readonly plant: Plant;
}

const callsMax = 6;
const callsPerTargetMax = 3;

export class Calls {
  d1DownUntilMs = 0;
  isD1Slow = false;
  readonly #world: World;
  readonly #networks: Readonly<Record<Seat, Network>>;
  readonly #d1: D1OnNode;
  readonly #d1Dice: Dice;
  readonly #queueDice: Dice;
  /** What is read and archived throws dice of its own: the days of a seed stay as they are. */
  readonly #readDice: Dice;
  readonly #waiting = new Map<Life, Map<string, number>>();
  /** What no run may show, found while it went on. */
  readonly #breaches: string[];
  readonly #planted: (query: string) => string;

  constructor({ world, networks, plant }: CallOptions, d1: D1OnNode, breaches: string[]) {
    this.#planted = plant.statement ?? ((query) => query);
    this.#world = world;
    this.#networks = networks;
    this.#d1 = d1;
    this.#d1Dice = world.dice('record');
    this.#queueDice = world.dice('queue');
    this.#readDice = world.dice('archive');
    this.#breaches = breaches;
  }

  /** Puts pointers on the queue: one call, counted like any other. */
  point(life: Life, put: () => void): Promise<void> {
    const send = async () => {
      await this.#world.sleep(this.#queueDice.between(1, 50));
      put();
    };
    return life.governor.run('queue', () => this.#counted(life, 'queue', send));
  }

  /** Counts what one object waits for, and remembers when it was ever too much. */
  async #counted<T>(life: Life, target: string, work: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(life) ?? new Map<string, number>();
    this.#waiting.set(life, waiting);
    waiting.set(target, (waiting.get(target) ?? 0) + 1);
    const all = [...waiting.values()].reduce((sum, count) => sum + count, 0);
    if (all > callsMax) this.#breaches.push(`J11: ${all} calls of one lane wait together`);
    if ((waiting.get(target) ?? 0) > callsPerTargetMax)
      this.#breaches.push(`J11: ${waiting.get(target)} calls to ${target} wait together`);
    try {
      return await work();
    } finally {
      waiting.set(target, (waiting.get(target) ?? 1) - 1);
    }
  }

  fetch(life: Life, seat: Seat, timeoutMs: number, request: Request): Promise<Response> {
    const world = this.#world;
    return life.governor.run(seat, () =>
      this.#counted(life, seat, async () => {
        try {
          if (life.isOver) return await new Promise<Response>(() => undefined);
          const late = world.sleep(timeoutMs).then(() => Promise.reject(new TypeError('timed out')));
          const response = await Promise.race([this.#networks[seat].send(request), late]);
          if (response.status === 429) life.governor.throttled(seat);
          else life.governor.answered(seat);
          return response;
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          const isHarmless = request.method === 'GET' || message.includes('refused');
          throw new Fault(isHarmless ? 'unreachable' : 'uncertain', message, { cause: error });
        }
      }),
    );
  }

  record(life: Life, statements: readonly { readonly query: string; readonly rows: string }[]): Promise<void> {
    const world = this.#world;
    const dice = this.#d1Dice;
    return life.governor.run('record', () =>
      this.#counted(life, 'record', async () => {
        await world.sleep(this.isD1Slow ? dice.between(500, 8_000) : dice.between(2, 20));
        const isDown = world.ms < this.d1DownUntilMs;
        const apply = () =>
          this.#d1.batch(statements.map(({ query, rows }) => this.#d1.prepare(this.#planted(query)).bind(rows)));
        if (isDown && dice.hits(0.3)) this.#applyLate(apply);
        else if (!isDown || !dice.hits(0.6)) await apply();
        if (isDown) throw new RecordUnavailable('D1_ERROR: Network connection lost.');
      }),
    );
  }

  readRecord(life: Life, queries: Parameters<RecordDatabase['read']>[0]): Promise<unknown[][]> {
    return life.governor.run('record', () =>
      this.#counted(life, 'record', async () => {
        await this.#world.sleep(this.#readDice.between(2, 20));
        if (this.#world.ms < this.d1DownUntilMs) throw new RecordUnavailable('D1_ERROR: Network connection lost.');
        const prepared = queries.map(({ text, bound }) => this.#d1.prepare(text).bind(...bound));
        return (await this.#d1.batch(prepared)).map(({ results }) => results);
      }),
    );
  }

  /** R2 is away now and then, before or after it has done what it was asked. */
  archive<T>(life: Life, work: () => Promise<T>): Promise<T> {
    return life.governor.run('archive', () =>
      this.#counted(life, 'archive', async () => {
        await this.#world.sleep(this.#readDice.between(5, 100));
        const fails = this.#readDice.hits(0.05);
        if (fails && this.#readDice.hits(0.5)) throw new ArchiveUnavailable('network connection lost');
        const result = await work();
        if (fails) throw new ArchiveUnavailable('network connection lost');
        return result;
      }),
    );
  }

  /** Given up by the lane and carried out all the same, after newer rows have arrived. */
  #applyLate(apply: () => Promise<unknown>): void {
    // What D1 refuses of it has no more effect than what never arrived.
    this.#world.after(this.#d1Dice.between(1_000, 900_000), () => void apply().catch(() => undefined));
  }
}
