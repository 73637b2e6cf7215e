// Who is asking: the operator, an API key or a person's session; and whether they may do what they ask.
import { timingSafeEqual } from 'node:crypto';
import type { Env } from '../platform/env.ts';
import { accessTo, type HostRole, type Operation } from './access.ts';
import { ProblemError } from './problems.ts';

export interface Caller {
  readonly kind: 'operator';
  /** Who it is in audit rows and on timelines. */
  readonly by: string;
  /** The one installation they belong to; null = all. */
  readonly installation: string | null;
  readonly roles: readonly HostRole[];
}

const operator: Caller = { kind: 'operator', by: 'operator', installation: null, roles: [] };

export function identify(env: Pick<Env, 'OPERATOR_KEY'>, authorization: string | undefined): Caller {
  if (isEqual(authorization ?? '', `Bearer ${env.OPERATOR_KEY}`)) return operator;
  throw new ProblemError('not-signed-in', 'No key or session was sent, or it is not valid.', {
    headers: { 'www-authenticate': 'Bearer' },
  });
}

/** By the table, and only within the caller's own installation: a foreign one is as unknown as one that never was. */
export function mayCall(caller: Caller, operation: Operation): boolean {
  if (caller.kind === 'operator') return true;
  return accessTo(operation).roles.some((role) => caller.roles.includes(role));
}

/** Compares without telling by its duration how much was right. */
export function isEqual(a: string, b: string): boolean {
  const encoder = new TextEncoder();
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
