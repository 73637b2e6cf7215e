// When a write of unknown outcome is looked for: soon and again, because most took effect and a record that is there is
// proof; that nothing is there counts only once a late commit is no longer possible.
import type { CommandRow } from './plan-view.ts';

/** How long an unknown outcome may stay unknown before a person is asked. */
const uncertainMs = 24 * 3_600_000;
const firstLookMs = 2_000;
/** Each look waits this much longer than the time gone by, so that five minutes cost about six looks. */
const growth = 3;
const settleMsDefault = 300_000;

interface Patience {
  readonly settleMs?: number | undefined;
}

/** A command whose call was cut just now. */
export function doubted(row: CommandRow, atMs: number): CommandRow {
  return { ...row, state: 'uncertain', dueMs: atMs + firstLookMs, deadlineMs: atMs + uncertainMs };
}

/** One that a person wants looked for once more: whatever could still come has come long ago. */
export function doubtedAnew(row: CommandRow, { settleMs = settleMsDefault }: Patience, atMs: number): CommandRow {
  return { ...row, state: 'uncertain', dueMs: atMs, deadlineMs: atMs + uncertainMs - settleMs };
}

/** Whether what is not there at `atMs` will not come any more. */
export function isPastLateCommit(
  { deadlineMs }: CommandRow,
  { settleMs = settleMsDefault }: Patience,
  atMs: number,
): boolean {
  return deadlineMs === null || atMs >= deadlineMs - uncertainMs + settleMs;
}

/** After a look that proved nothing. */
export function nextLookMs({ deadlineMs }: CommandRow, { settleMs = settleMsDefault }: Patience, atMs: number): number {
  const sinceMs = (deadlineMs ?? atMs) - uncertainMs;
  return Math.min(sinceMs + settleMs, sinceMs + Math.max(firstLookMs, (atMs - sinceMs) * growth));
}
