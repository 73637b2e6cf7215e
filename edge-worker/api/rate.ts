// Requests a minute per caller: a bucket that fills steadily and holds ten seconds' worth, so that one key that hammers
// is turned away before it costs anybody else anything. Counted per isolate, hence a shield and not an account.
import type { Caller } from './caller.ts';
import { ProblemError } from './problems.ts';

interface Bucket {
  left: number;
  atMs: number;
}

const bucketsMax = 10_000;
const burstSeconds = 10;

/** Buckets by name. */
class Buckets {
  readonly #buckets = new Map<string, Bucket>();

  spend(name: string, perMinute: number, nowMs: number): void {
    const most = Math.max(1, (perMinute * burstSeconds) / 60);
    const bucket = this.#buckets.get(name) ?? { left: most, atMs: nowMs };
    bucket.left = Math.min(most, bucket.left + ((nowMs - bucket.atMs) * perMinute) / 60_000);
    bucket.atMs = nowMs;
    if (!this.#buckets.has(name)) {
      if (this.#buckets.size >= bucketsMax) this.#buckets.clear();
      this.#buckets.set(name, bucket);
    }
    if (bucket.left < 1) {
      const headers = { 'retry-after': String(Math.ceil(((1 - bucket.left) * 60) / perMinute)) };
      throw new ProblemError('too-many-requests', `More than ${perMinute} requests a minute.`, { headers });
    }
    bucket.left -= 1;
  }
}

const callers = new Buckets();
const installations = new Buckets();
/** Proofs that an installation's own systems have to be asked about, whoever sends them. */
const proofsPerMinute = 60;

export function spend({ kind, id, perMinute }: Caller, nowMs: number): void {
  if (perMinute !== null) callers.spend(`${kind} ${id}`, perMinute, nowMs);
}

/** Anybody can send something to be proven, and looking it up costs calls of the customer's system. */
export function spendProof(installation: string, nowMs: number): void {
  installations.spend(installation, proofsPerMinute, nowMs);
}

const pairings = new Buckets();
/** A page that waits asks every few seconds; all strangers together share the second. */
const pairingsPerUserPerMinute = 30;
const pairingsPerMinute = 600;

/** Anybody can ask us to sign in somewhere. */
export function spendPairing(username: string, nowMs: number): void {
  pairings.spend('all', pairingsPerMinute, nowMs);
  pairings.spend(`user ${username.toLowerCase()}`, pairingsPerUserPerMinute, nowMs);
}
