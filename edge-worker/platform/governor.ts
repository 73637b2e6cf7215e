// How many calls may wait at a time: at most six of a lane together, at most three to one target, and what the target
// itself allows.
import type { Limits } from '../connectors/connector.ts';

/** The platform lets six requests of one object wait for an answer; local runtimes do not enforce it, so we do. */
const laneCallsMax = 6;
const targetCallsMax = 3;

interface Target {
  running: number;
  allowed: number;
  readonly most: number;
  readonly spacingMs: number;
  nextMs: number;
}

/** One per lane. `run` waits for a free place, first come first served per target. */
export class Governor {
  readonly #targets = new Map<string, Target>();
  readonly #waiting: { readonly target: string; readonly go: () => void }[] = [];
  readonly #nowMs: () => number;
  readonly #sleep: (ms: number) => Promise<void>;
  #running = 0;
  /** The most calls that ever waited together, for tests and indicators. */
  highest = 0;

  constructor(nowMs: () => number, sleep: (ms: number) => Promise<void>) {
    this.#nowMs = nowMs;
    this.#sleep = sleep;
  }

  /** Makes a target known with its own limits; without, three calls at a time are allowed. */
  admit(target: string, limits: Limits): void {
    if (this.#targets.has(target)) return;
    const most = Math.max(1, Math.min(targetCallsMax, limits.concurrentMax - limits.concurrentReserve));
    this.#targets.set(target, {
      running: 0,
      allowed: most,
      most,
      spacingMs: 1000 / limits.requestsPerSecondMax,
      nextMs: 0,
    });
  }

  async run<Result>(target: string, call: () => Promise<Result>): Promise<Result> {
    const place = this.#target(target);
    if (!this.#isFree(place)) await new Promise<void>((go) => this.#waiting.push({ target, go }));
    else this.#enter(place);
    const waitMs = place.nextMs - this.#nowMs();
    place.nextMs = Math.max(place.nextMs, this.#nowMs()) + place.spacingMs;
    try {
      if (waitMs > 1) await this.#sleep(waitMs);
      return await call();
    } finally {
      place.running--;
      this.#running--;
      this.#admitWaiting();
    }
  }

  /** The target said "too many": half as many from now on, one more after each answer. */
  throttled(target: string): void {
    const place = this.#target(target);
    place.allowed = Math.max(1, Math.floor(place.allowed / 2));
  }

  answered(target: string): void {
    const place = this.#target(target);
    if (place.allowed < place.most) place.allowed++;
  }

  #target(name: string): Target {
    let target = this.#targets.get(name);
    if (!target) {
      target = { running: 0, allowed: targetCallsMax, most: targetCallsMax, spacingMs: 0, nextMs: 0 };
      this.#targets.set(name, target);
    }
    return target;
  }

  #isFree(target: Target): boolean {
    return this.#running < laneCallsMax && target.running < target.allowed;
  }

  #enter(target: Target): void {
    target.running++;
    this.#running++;
    this.highest = Math.max(this.highest, this.#running);
  }

  #admitWaiting(): void {
    for (let index = 0; index < this.#waiting.length && this.#running < laneCallsMax; index++) {
      const waiting = this.#waiting[index] as { target: string; go: () => void };
      const target = this.#target(waiting.target);
      if (!this.#isFree(target)) continue;
      this.#waiting.splice(index--, 1);
      this.#enter(target);
      waiting.go();
    }
  }
}
