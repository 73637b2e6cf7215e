// By when a passage has to be over.
import type { PassageName } from './passages.ts';

/** Minutes from the state that begins a passage until it is late. */
export const targetMinutes: Readonly<Record<PassageName, number>> = {
  'deal-to-project': 60,
  'deal-to-ledger': 60,
  'time-to-ledger': 240,
  'expense-to-ledger': 240,
  'milestone-to-ledger': 240,
};

/** What began then or earlier is late now. */
export function latestStartMs(passage: PassageName, nowMs: number): number {
  return nowMs - targetMinutes[passage] * 60_000;
}
