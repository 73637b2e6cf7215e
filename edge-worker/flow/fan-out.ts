// Puts a pointer on the queue for everybody outside who has something to hear: subscribers, and destinations of alerts.
import { callableMs, leaseMs } from './calling.ts';
import type { LaneCore } from './core.ts';
import { problemOf } from './guard.ts';
import { waitingSubscribers } from './subscribers.ts';
import { waitingDestinations } from './tell-alerts.ts';

/** Who is to be called, and when at the earliest. */
export function callsDue(core: LaneCore): readonly { readonly id: string; readonly dueMs: number }[] {
  const { storage, sql } = core.store;
  const waiting = storage.remembered('who waits', () => [...waitingSubscribers(sql), ...waitingDestinations(sql)]);
  return waiting.map(({ id, nextMs }) => ({ id, dueMs: callableMs(core, id, nextMs) }));
}

/** One pointer that is lost is missed after `leaseMs`. */
export async function fanOut(core: LaneCore): Promise<void> {
  const nowMs = core.ports.nowMs();
  const due = callsDue(core).filter(({ dueMs }) => dueMs <= nowMs);
  if (due.length === 0) return;
  for (const { id } of due) core.leases.set(id, { token: null, untilMs: nowMs + leaseMs });
  try {
    await core.ports.fanOut(due.map(({ id }) => id));
  } catch (error) {
    for (const { id } of due) core.leases.delete(id);
    core.ports.log('fan-out-failed', { subscribers: due.length, message: problemOf(error) });
  }
}
