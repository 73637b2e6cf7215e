// Holds that a plan raises by itself, besides those of the controls: content that cannot be written, loops, routes
// that are missing or have moved.
import type { govern } from './govern.ts';
import type { LinkRow } from './links.ts';
import type { Encoded } from './translate.ts';

export type HoldVerdict = Extract<ReturnType<typeof govern>, { verdict: 'hold' }>;

/** The same content written to one record this often within ten minutes is a loop. */
const loopWrites = 3;
const loopWindowMs = 600_000;

/** Holds that settle raises after a call, as against those that govern raises before it. */
export const outcomeControls: ReadonlySet<string> = new Set([
  'refused',
  'two-found',
  'uncertain-too-long',
  'settle-failed',
  'target-gone',
]);
function byIntegration(
  control: string,
  code: string,
  dueMinutes: number,
  params: Readonly<Record<string, string>>,
): HoldVerdict {
  return { verdict: 'hold', control, owner: 'integration', dueMinutes, code, params };
}

export function problemVerdict(encoded: Encoded): HoldVerdict | null {
  const problem = encoded.problems[0];
  return problem ? byIntegration('unreadable-value', problem.code, 480, problem.params) : null;
}

export function loopVerdict(link: LinkRow | null, hash: string, nowMs: number): HoldVerdict | null {
  const writes = link?.writes ? (JSON.parse(link.writes) as [string, number][]) : [];
  const recent = writes.filter(([written, at]) => written === hash && nowMs - at < loopWindowMs);
  return recent.length < loopWrites
    ? null
    : byIntegration('write-loop', 'write-loop', 240, { connection: link?.connection ?? '' });
}

/** Several connections share the role, and the routing sends this entity to none of them. */
export function unroutedVerdict(role: string): HoldVerdict {
  return byIntegration('no-route', 'no-route', 240, { role });
}

/** The routing names another connection than the one that holds the record: a second record would be billed twice. */
export function movedVerdict(from: string, to: string): HoldVerdict {
  return byIntegration('moved-route', 'moved-route', 480, { from, connection: to });
}
