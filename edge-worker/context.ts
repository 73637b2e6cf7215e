// The only way to the clock, to chance, to ids and to the network. Tests and the simulation hand in their own.
import { monotonicFactory } from 'ulid';

export interface Context {
  readonly nowMs: () => number;
  readonly chance: () => number;
  /** A ULID behind its kind's prefix; later ids of one isolate sort later. */
  readonly makeId: (prefix: string) => string;
  readonly sleep: (ms: number) => Promise<void>;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly randomBytes: (count: number) => Uint8Array<ArrayBuffer>;
}

export function liveContext(): Context {
  const chance = () => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
  const makeUlid = monotonicFactory(chance);
  return {
    nowMs: () => Date.now(),
    chance,
    makeId: (prefix) => `${prefix}_${makeUlid(Date.now())}`,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    fetch: (request) => fetch(request),
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  };
}
