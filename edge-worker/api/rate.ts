// Requests a minute per caller: a bucket that fills steadily and holds ten seconds' worth, so that one key that hammers
// is turned away before it costs anybody else anything. Counted per isolate, hence a shield and not an account.
import type { Caller } from './caller.ts';
import { ProblemError } from './problems.ts';

interface Bucket {
  left: number;
  atMs: number;
}

const buckets = new Map<string, Bucket>();
const bucketsMax = 10_000;
const burstSeconds = 10;

export function spend({ kind, id, perMinute }: Caller, nowMs: number): void {
  if (perMinute === null) return;
  const most = Math.max(1, (perMinute * burstSeconds) / 60);
  const key = `${kind} ${id}`;
  const bucket = buckets.get(key) ?? { left: most, atMs: nowMs };
  bucket.left = Math.min(most, bucket.left + ((nowMs - bucket.atMs) * perMinute) / 60_000);
  bucket.atMs = nowMs;
  if (!buckets.has(key)) {
    if (buckets.size >= bucketsMax) buckets.clear();
    buckets.set(key, bucket);
  }
  if (bucket.left < 1) {
    const waitSeconds = Math.ceil(((1 - bucket.left) * 60) / perMinute);
    const headers = { 'retry-after': String(waitSeconds) };
    throw new ProblemError('too-many-requests', `More than ${perMinute} requests a minute.`, { headers });
  }
  bucket.left -= 1;
}
