// How many calls may wait at a time: at most six of a lane together, one of them kept for the record, at most three to
// one target, and what the target itself allows.
import type { Limits } from '../connectors/connector.ts';
import type { CallLoad } from '../flow/health.ts';
import { CallMinutes } from './call-minutes.ts';

/** The platform lets six requests of one object wait for an answer; local runtimes do not enforce it, so we do. */
const laneCallsMax = 6;
/** The record is never kept out by systems that hang: one place is its own. */
const recordTarget = 'record';
const systemCallsMax = laneCallsMax - 1;
const targetCallsMax = 3;
/** A call that takes longer than this hangs, as far as the others who wait are concerned. */
const overdueMs = 20_000;
/**
 * After "too many" a target is asked for one call more only after a rest, which doubles while the answer stays the
 * same.
 */
const firstRestMs = 15_000;
const longestRestMs = 600_000;
/** Calls refused side by side are one refusal. */
const sameMomentMs = 1_000;
/** Longer than it takes to understand an answer. */
const doubtMs = 5;

interface Call {
  readonly atMs: number;
}

interface Target {
  readonly name: string;
  readonly under: Set<Call>;
  allowed: number;
  readonly most: number;
  readonly spacingMs: number;
  nextMs: number;
  /** Whether its latest call was overdue: it gets one place while others wait, until it is quick again. */
  wasSlow: boolean;
  restMs: number;
  throttledMs: number;
  growAtMs: number;
  /** Whether it has grown since it was throttled last. */
  hasGrown: boolean;
  /** An answer was not what was hoped for, and what it means is being found out. */
  isDoubted: boolean;
  readonly minutes: CallMinutes;
}

interface Waiting {
  readonly target: Target;
  readonly go: (call: Call) => void;
}

/** One per lane. `run` waits for a free place, first come first served per target. */
export class Governor {
  readonly #targets = new Map<string, Target>();
  readonly #waiting: Waiting[] = [];
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
  admit(name: string, limits: Limits): void {
    const most = Math.max(1, Math.min(targetCallsMax, limits.concurrentMax - limits.concurrentReserve));
    if (!this.#targets.has(name)) this.#add(name, most, 1000 / limits.requestsPerSecondMax);
  }

  async run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const target = this.#target(name);
    const call = this.#isFree(target)
      ? this.#enter(target)
      : await new Promise<Call>((go) => this.#waiting.push({ target, go }));
    const waitMs = Math.max(0, target.nextMs - this.#nowMs());
    target.nextMs = Math.max(target.nextMs, this.#nowMs()) + target.spacingMs;
    try {
      if (waitMs > 1) await this.#sleep(waitMs);
      return await work();
    } finally {
      target.wasSlow = this.#nowMs() - call.atMs - waitMs > overdueMs;
      target.under.delete(call);
      this.#running--;
      this.#admitWaiting();
    }
  }

  /** Called within a call whose answer may turn out to be "too many": nobody follows it before that is known. */
  doubted(name: string): void {
    const target = this.#target(name);
    target.isDoubted = true;
    void this.#sleep(doubtMs).then(() => {
      target.isDoubted = false;
      this.#admitWaiting();
    });
  }

  /**
   * The target said "too many": half as many from now on. Trying for more costs somebody a refusal, so it is done
   * seldom.
   */
  throttled(name: string): void {
    const target = this.#target(name);
    const nowMs = this.#nowMs();
    target.minutes.refused(nowMs);
    if (nowMs - target.throttledMs < sameMomentMs) return;
    target.throttledMs = nowMs;
    target.allowed = Math.max(1, Math.floor(target.allowed / 2));
    target.restMs = Math.min(Math.max(target.restMs * 2, firstRestMs), longestRestMs);
    target.growAtMs = nowMs + target.restMs;
    target.hasGrown = false;
  }

  /** One call more than before, once the rest is over. A target that took two in a row is rested less. */
  answered(name: string): void {
    const target = this.#target(name);
    const nowMs = this.#nowMs();
    if (target.allowed >= target.most || nowMs < target.growAtMs) return;
    target.allowed++;
    if (target.hasGrown) target.restMs = Math.max(target.restMs / 2, firstRestMs);
    target.hasGrown = true;
    target.growAtMs = nowMs + target.restMs;
  }

  /** Calls of the last hour against what the target has turned out to take; null for one that was never met. */
  loadOf(name: string): CallLoad | null {
    const target = this.#targets.get(name);
    if (!target) return null;
    const { allowed, most, spacingMs, throttledMs, minutes } = target;
    return {
      ...minutes.lastHour(this.#nowMs()),
      ...{ allowed, most, perSecond: spacingMs > 0 ? 1000 / spacingMs : null },
      throttledMs: Number.isFinite(throttledMs) ? throttledMs : null,
    };
  }

  #target(name: string): Target {
    return this.#targets.get(name) ?? this.#add(name, targetCallsMax, 0);
  }

  #add(name: string, most: number, spacingMs: number): Target {
    const rested = { restMs: 0, throttledMs: Number.NEGATIVE_INFINITY, growAtMs: 0, hasGrown: false, isDoubted: false };
    const target = {
      name,
      under: new Set<Call>(),
      allowed: most,
      most,
      spacingMs,
      nextMs: 0,
      wasSlow: false,
      ...rested,
      minutes: new CallMinutes(),
    };
    this.#targets.set(name, target);
    return target;
  }

  #isFree(target: Target): boolean {
    if (target.isDoubted || this.#running >= laneCallsMax || target.under.size >= this.#allowed(target)) return false;
    if (target.name === recordTarget) return true;
    const record = this.#targets.get(recordTarget);
    const left = systemCallsMax - (this.#running - (record?.under.size ?? 0));
    // Where three or more share, the last place is for one that has none, or two that hang would keep all others out.
    const systems = this.#targets.size - (record ? 1 : 0);
    return left > (target.under.size > 0 && systems > 2 ? 1 : 0);
  }

  #allowed(target: Target): number {
    const nowMs = this.#nowMs();
    const hangs = target.wasSlow || [...target.under].some((call) => nowMs - call.atMs > overdueMs);
    return hangs && this.#waiting.some((waiting) => waiting.target !== target) ? 1 : target.allowed;
  }

  #enter(target: Target): Call {
    const call = { atMs: this.#nowMs() };
    target.under.add(call);
    target.minutes.began(call.atMs, target.under.size);
    this.#running++;
    this.highest = Math.max(this.highest, this.#running);
    return call;
  }

  #admitWaiting(): void {
    for (let index = 0; index < this.#waiting.length && this.#running < laneCallsMax; index++) {
      const { target, go } = this.#waiting[index] as Waiting;
      if (!this.#isFree(target)) continue;
      this.#waiting.splice(index--, 1);
      go(this.#enter(target));
    }
  }
}
