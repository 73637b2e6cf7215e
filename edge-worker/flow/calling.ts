// What holds for every call to an address that a customer named: one taker at a time, ever longer waits, and when a
// person is asked.
import type { LaneCore } from './core.ts';

/** A pointer or a taker that is not heard of for this long is lost, and another is sent. */
export const leaseMs = 90_000;
/** Waits after one failure, two, and so on; the last one for ever. */
const waitsMs = [2_000, 10_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000] as const;
const longestWaitMs = 3_600_000;
/** After this many failures in a row a person is asked. */
export const failuresMax = 5;

/** How long to wait after so many failures in a row; `chance` spreads those who failed together. */
export function waitAfter(failures: number, chance: number, retryAfterMs: number | null): number {
  const waitMs = waitsMs[Math.min(failures, waitsMs.length) - 1] ?? longestWaitMs;
  return Math.min(Math.max(waitMs * (0.75 + chance / 2), retryAfterMs ?? 0), longestWaitMs);
}

/** Not while somebody is at it. */
export function callableMs(core: Pick<LaneCore, 'leases'>, id: string, nextMs: number): number {
  return Math.max(nextMs, core.leases.get(id)?.untilMs ?? 0);
}

/** Whether somebody else has taken it and may still be at it. */
export function isTaken({ leases, ports }: Pick<LaneCore, 'leases' | 'ports'>, id: string): boolean {
  const lease = leases.get(id);
  return lease?.token != null && lease.untilMs > ports.nowMs();
}
