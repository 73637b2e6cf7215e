// What a session needs from the hub, for tests: a fetch that counts and names cuts, tokens in memory, a clock.
import type { ConnectOptions, TokenKeeper } from '../../edge-worker/connectors/connector.ts';
import type { Mailbox } from '../../edge-worker/connectors/mailbox.ts';
import { ConnectionCut, type StandIn } from '../../edge-worker/connectors/stand-in.ts';
import { Fault } from '../../edge-worker/faults.ts';

/** A clock that stands still until it is moved. */
export class Clock {
  ms: number;

  constructor(startMs = Date.parse('2026-11-22T10:15:00.400Z')) {
    this.ms = startMs;
  }

  readonly nowMs = (): number => this.ms;

  advance(ms: number): void {
    this.ms += ms;
  }
}

/** Chance from a seed, so that a failure can be had again. */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** For systems that are called: they have none. */
export const noMailbox = new Proxy({} as Mailbox, {
  get: (_, verb) => () =>
    Promise.reject(new Error(`nobody keeps a mailbox here, and yet ${String(verb)} is asked of it`)),
});

export interface Counts {
  calls: number;
  inFlight: number;
  mostInFlight: number;
  tokensMinted: number;
  /** "METHOD /path" of each call, in order. */
  readonly routes: string[];
}

export interface TestOptions extends ConnectOptions<unknown, unknown> {
  readonly counts: Counts;
}

export function connectOptions(
  standIn: StandIn,
  nowMs: () => number,
  fetch = standIn.fetch.bind(standIn),
): TestOptions {
  const counts: Counts = { calls: 0, inFlight: 0, mostInFlight: 0, tokensMinted: 0, routes: [] };
  return {
    account: standIn.connection.account,
    environment: standIn.connection.environment,
    settings: standIn.connection.settings,
    secrets: standIn.connection.secrets,
    paths: {},
    fetch: countedFetch(fetch, counts),
    nowMs,
    tokens: tokensInMemory(nowMs, counts),
    mailbox: noMailbox,
    counts,
  };
}

/** A cut GET did nothing. Of any other cut request nobody can tell on this side whether it took effect. */
export function countedFetch(fetch: (request: Request) => Promise<Response>, counts: Counts): TestOptions['fetch'] {
  return async (request) => {
    counts.calls++;
    counts.routes.push(`${request.method} ${new URL(request.url).pathname}`);
    counts.mostInFlight = Math.max(counts.mostInFlight, ++counts.inFlight);
    try {
      // A turn of the loop, so that calls made side by side are in flight together.
      await new Promise((resolve) => setImmediate(resolve));
      return await fetch(request);
    } catch (error) {
      if (!(error instanceof ConnectionCut)) throw error;
      const code = request.method === 'GET' ? 'unreachable' : 'uncertain';
      throw new Fault(code, 'The connection was cut', { cause: error });
    } finally {
      counts.inFlight--;
    }
  };
}

/** Tokens kept in memory; each is minted at most once at a time. */
export function tokensInMemory(nowMs: () => number, counts?: Counts): TokenKeeper {
  const kept = new Map<string, { readonly value: string; readonly expiresAtMs: number }>();
  const minting = new Map<string, Promise<string>>();
  return {
    get(name, mint) {
      const token = kept.get(name);
      if (token !== undefined && token.expiresAtMs > nowMs()) return Promise.resolve(token.value);
      const known = minting.get(name);
      if (known !== undefined) return known;
      const minted = mint()
        .then((fresh) => {
          if (counts !== undefined) counts.tokensMinted++;
          kept.set(name, fresh);
          return fresh.value;
        })
        .finally(() => minting.delete(name));
      minting.set(name, minted);
      return minted;
    },
    drop(name, value) {
      if (kept.get(name)?.value === value) kept.delete(name);
    },
  };
}
