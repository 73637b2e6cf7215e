// Who is asking: the operator, an API key or a person's session; and whether they may do what they ask.
import { timingSafeEqual } from 'node:crypto';
import { hashOf } from '../../shared/canonical-json.ts';
import type { HostRole } from '../../shared/host-roles.ts';
import type { Context as Ports } from '../context.ts';
import type { KeyRow } from '../flow/keys.ts';
import type { SessionRow } from '../flow/people.ts';
import type { Env } from '../platform/env.ts';
import { type Pass, readPass } from '../platform/passes.ts';
import { accessTo, type Operation, type Scope } from './access.ts';
import { InstallationAt, placeOfInstallation } from './at.ts';
import { ProblemError } from './problems.ts';

export interface Caller {
  readonly kind: 'operator' | 'key' | 'session';
  /** Of the key or the session. */
  readonly id: string;
  /** Who it is in audit rows and on timelines. */
  readonly by: string;
  /** The one installation they belong to; null = all. */
  readonly installation: string | null;
  readonly roles: readonly HostRole[];
  readonly scopes: readonly Scope[];
  /** Requests a minute; null = as many as they like. */
  readonly perMinute: number | null;
  /** When they have to prove themselves anew; null = never. */
  readonly endsMs: number | null;
}

const operator: Caller = {
  ...{ kind: 'operator', id: '', by: 'operator', installation: null },
  ...{ roles: [], scopes: [], perMinute: null, endsMs: null },
};

/** What a person at a page does by hand, and what the page does for them. */
const sessionPerMinute = 1_200;
/** What was found out about a pass is believed this long: a revocation is seen within a minute. */
const believedMs = 30_000;
const believedMax = 10_000;
const believed = new Map<string, { readonly caller: Caller; readonly untilMs: number }>();

export async function identify(env: Env, ports: Ports, authorization: string | undefined): Promise<Caller> {
  const text = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '';
  if (isEqual(text, env.OPERATOR_KEY)) return operator;
  const nowMs = ports.nowMs();
  const known = believed.get(text);
  const caller = known && known.untilMs > nowMs ? known.caller : await lookUp(env, text, nowMs);
  if (!known || known.untilMs <= nowMs) {
    if (believed.size >= believedMax) believed.clear();
    believed.set(text, { caller, untilMs: nowMs + believedMs });
  }
  if (caller.endsMs !== null && caller.endsMs <= nowMs) throw ended(caller.kind);
  return caller;
}

/** After a key or session was ended through this isolate: here at least it is not believed a moment longer. */
export function forget(id: string): void {
  for (const [text, { caller }] of believed) if (caller.id === id) believed.delete(text);
}

async function lookUp(env: Env, text: string, nowMs: number): Promise<Caller> {
  const pass = await readPass(env.HUB_KEY, text);
  if (!pass) throw notSignedIn();
  const place = await placeOfInstallation(env, pass.installation, nowMs);
  const at = new InstallationAt(env, pass.installation, place, null);
  return pass.kind === 'key' ? keyCaller(at, pass, text) : sessionCaller(at, pass);
}

async function keyCaller(at: InstallationAt, { id }: Pass, text: string): Promise<Caller> {
  const row = await at.ask<KeyRow | null>({ about: 'key', key: id });
  if (!row || !isEqual(row.hash, keyHash(text))) throw notSignedIn();
  if (row.revokedMs !== null) throw ended('key');
  const { name, perMinute, expiresMs } = row;
  const scopes = JSON.parse(row.scopes) as Scope[];
  const by = `${name} (key ${id})`;
  return { kind: 'key', id, by, installation: at.id, roles: [], scopes, perMinute, endsMs: expiresMs };
}

async function sessionCaller(at: InstallationAt, { id, untilMs }: Pass): Promise<Caller> {
  const row = await at.ask<SessionRow | null>({ about: 'session', session: id });
  if (!row) throw ended('session');
  const by = `${row.name} (${row.connection} ${row.user})`;
  const roles = JSON.parse(row.roles) as HostRole[];
  const endsMs = Math.min(row.endsMs, untilMs ?? 0);
  const rest = { installation: at.id, roles, scopes: [], perMinute: sessionPerMinute, endsMs };
  return { kind: 'session', id, by, ...rest };
}

/** A key is random and long: a plain hash of it tells nothing, and takes no time. */
export function keyHash(text: string): string {
  return hashOf(text);
}

function notSignedIn(): ProblemError {
  const headers = { 'www-authenticate': 'Bearer' };
  return new ProblemError('not-signed-in', 'No key or session was sent, or it is not valid.', { headers });
}

function ended(kind: Caller['kind']): ProblemError {
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
  if (kind === 'key') return new ProblemError('key-ended', 'This API key was revoked or has expired.', { headers });
  return new ProblemError('session-ended', 'This session has ended.', { headers });
}

/** Whose exceptions a role answers. Who approves mappings need not answer for what they hold back. */
const ownersByRole: Readonly<Record<HostRole, readonly string[]>> = {
  viewer: [],
  sales: ['sales'],
  finance: ['finance'],
  delivery: ['delivery'],
  admin: ['integration', 'operator'],
  approver: [],
};

/** Null = everybody's. */
export function ownersOf({ kind, roles }: Caller): readonly string[] | null {
  return kind === 'operator' ? null : roles.flatMap((role) => ownersByRole[role]);
}

/** By the table. That the installation is theirs, the door has seen before. */
export function mayCall(caller: Caller, operation: Operation): boolean {
  if (caller.kind === 'operator') return true;
  const { roles, scope } = accessTo(operation);
  if (caller.kind === 'key') return scope !== null && caller.scopes.includes(scope);
  return roles.some((role) => caller.roles.includes(role));
}

/** Compares without telling by its duration how much was right. */
function isEqual(a: string, b: string): boolean {
  const encoder = new TextEncoder();
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
