// One seed's world: chance in named streams, a clock that only moves from event to event, and the queue of what
// happens when. No wall time.
import { createHash } from 'node:crypto';
import { chanceOf } from '../support/options.ts';

/** Shortly before clocks are set back or forward somewhere, before a leap day begins, and before it ends. */
const oddDays = [
  '2026-10-25T00:25:00.250Z',
  '2026-11-01T05:25:00.250Z',
  '2027-03-28T00:25:00.250Z',
  '2028-02-28T23:25:00.250Z',
  '2028-02-29T23:25:00.250Z',
] as const;
const anyDay = '2026-11-22T08:00:00.250Z';
/** The firm is older than its hub. */
const pastMs = 2 * 3_600_000;
const dayMs = 86_400_000;

interface Happening {
  readonly atMs: number;
  readonly serial: number;
  readonly run: () => void;
}

/**
 * Draws from one stream. Streams do not disturb each other, so that people do the same however often the hub crashes.
 */
export class Dice {
  readonly chance: () => number;

  constructor(seed: number, name: string) {
    this.chance = chanceOf(createHash('sha256').update(`${seed} ${name}`).digest().readUInt32LE(0));
  }

  /** Whether something with this probability happens now. */
  hits(probability: number): boolean {
    return probability > 0 && this.chance() < probability;
  }

  /** A whole number from `low` up to and including `high`. */
  between(low: number, high: number): number {
    return low + Math.floor(this.chance() * (high - low + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.chance() * list.length)] as T;
  }

  shuffle<T>(list: readonly T[]): T[] {
    const mixed = [...list];
    for (let index = mixed.length - 1; index > 0; index--) {
      const other = Math.floor(this.chance() * (index + 1));
      [mixed[index], mixed[other]] = [mixed[other] as T, mixed[index] as T];
    }
    return mixed;
  }
}

export class World {
  readonly seed: number;
  /** When the hub comes. */
  readonly startMs: number;
  ms: number;
  readonly #queue: Happening[] = [];
  #serial = 0;
  #outside = 0;

  constructor(seed: number) {
    this.seed = seed;
    const dice = this.dice('calendar');
    this.startMs = Date.parse(dice.hits(0.5) ? anyDay : dice.pick(oddDays));
    this.ms = this.startMs - pastMs;
  }

  readonly nowMs = (): number => this.ms;

  dice(name: string): Dice {
    return new Dice(this.seed, name);
  }

  /** The day on which the hub comes, or so many days after it. */
  day(after = 0): string {
    return new Date(this.startMs + after * dayMs).toISOString().slice(0, 10);
  }

  /** Something will happen at a moment. What is planned for the same moment happens in the order of planning. */
  at(atMs: number, run: () => void): void {
    // Clocks tell whole milliseconds.
    const happening = { atMs: Math.max(Math.ceil(atMs), this.ms), serial: this.#serial++, run };
    this.#queue.push(happening);
    for (let index = this.#queue.length - 1; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!isBefore(happening, this.#queue[parent] as Happening)) break;
      this.#queue[index] = this.#queue[parent] as Happening;
      this.#queue[parent] = happening;
      index = parent;
    }
  }

  after(ms: number, run: () => void): void {
    this.at(this.ms + ms, run);
  }

  readonly sleep = (ms: number): Promise<void> => new Promise((resolve) => this.after(ms, resolve));

  /** Work that really leaves this thread, such as a signature check: the clock stands still until it is done. */
  async outside<T>(work: Promise<T>): Promise<T> {
    this.#outside++;
    try {
      return await work;
    } finally {
      this.#outside--;
    }
  }

  /** Lets happen what is due, one by one, until `isDone` says so or the moment is reached. */
  async run(untilMs: number, isDone: () => boolean = () => false): Promise<void> {
    await this.#settle();
    while (!isDone()) {
      const next = this.#queue[0];
      if (next === undefined || next.atMs > untilMs) {
        this.ms = Math.max(this.ms, untilMs);
        return;
      }
      this.#take();
      this.ms = next.atMs;
      next.run();
      await this.#settle();
    }
  }

  /** Every promise that can go on without the clock has gone on. */
  async #settle(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#outside > 0);
  }

  #take(): void {
    const last = this.#queue.pop() as Happening;
    if (this.#queue.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= this.#queue.length) break;
      const right = this.#queue[child + 1];
      if (right !== undefined && isBefore(right, this.#queue[child] as Happening)) child++;
      const other = this.#queue[child] as Happening;
      if (!isBefore(other, last)) break;
      this.#queue[index] = other;
      index = child;
    }
    this.#queue[index] = last;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.serial < b.serial);
}
