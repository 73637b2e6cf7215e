// Routes of callers: who is asking, sessions of people, API keys.
import { z } from 'zod';
import { hostRoles } from '../../../shared/host-roles.ts';
import type { SessionRow } from '../../flow/people.ts';
import { writePass } from '../../platform/passes.ts';
import { apiKeyCopies } from '../../store/record-schema.ts';
import type { StoredRow } from '../../store/rows.ts';
import { select, sql } from '../../store/scoped-record.ts';
import { access, type Operation, scopeNames, scopes } from '../access.ts';
import { changed } from '../at.ts';
import { type Caller, forget, keyHash, mayCall } from '../caller.ts';
import { idFor, secretFor } from '../once.ts';
import { ProblemError } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';
import { sessionPass, sessionShape } from '../session.ts';
import { instant, instantOf, parsed } from '../shapes.ts';

const readMe = route({
  operation: 'readMe',
  method: 'get',
  path: '/me',
  tag: 'Callers',
  summary: 'Read who you are and what you may do',
  shape: z.object({
    kind: z.enum(['operator', 'key', 'session']),
    by: z.string().meta({ description: 'How you are called in the audit.' }),
    installation: z.string().nullable().meta({ description: 'The one you belong to; null for the operator.' }),
    roles: z.array(z.enum(hostRoles)),
    scopes: z.array(z.enum(scopeNames)),
    expiresAt: instant.nullable(),
    operations: z.array(z.string()).meta({ description: 'Every operation of the document that you may call.' }),
  }),
  handle: async ({ caller }) => {
    const { kind, by, installation, roles, scopes, endsMs } = caller;
    const operations = (Object.keys(access) as Operation[]).filter((operation) => mayCall(caller, operation));
    const rights = { roles: [...roles], scopes: [...scopes], operations };
    return ok({ kind, by, installation, ...rights, expiresAt: instantOf(endsMs) });
  },
});

const renewSession = route({
  operation: 'renewSession',
  method: 'post',
  path: '/installations/{installation}/session',
  tag: 'Callers',
  summary: 'Renew a session for another quarter of an hour',
  description: 'The old token goes on until its own end. Eight hours after the proof a person is proven anew.',
  shape: sessionShape,
  handle: async ({ at, caller, ports, env }) => {
    const row = await at.ask<SessionRow | null>({ about: 'session', session: ownSession(caller) });
    return ok(await sessionPass(env, at.id, row ?? { id: '', endsMs: 0 }, ports.nowMs()));
  },
});

const endSession = route({
  operation: 'endSession',
  method: 'delete',
  path: '/installations/{installation}/session',
  tag: 'Callers',
  summary: 'End a session, with every token of it',
  shape: changed,
  handle: async ({ at, caller }) => {
    const session = ownSession(caller);
    const ended = await at.change({ verb: 'end-session', session, by: caller.by });
    forget(session);
    return ended;
  },
});

function ownSession({ kind, id }: Caller): string {
  if (kind !== 'session')
    throw new ProblemError('not-allowed', 'Only the session of a person can be renewed or ended.');
  return id;
}

const keyShape = z
  .object({
    key: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(scopeNames)),
    perMinute: z.int(),
    madeBy: z.string(),
    madeAt: instant,
    expiresAt: instant.nullable(),
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'Key' });

function shownKey({ id, by, scopes, madeMs, expiresMs, revokedMs, ...row }: StoredRow<typeof apiKeyCopies>) {
  const { name, perMinute } = row;
  return {
    ...{ key: id, name, perMinute, madeBy: by, madeAt: instantOf(madeMs) },
    scopes: parsed<z.input<typeof keyShape>['scopes']>(scopes) ?? [],
    expiresAt: instantOf(expiresMs),
    revokedAt: instantOf(revokedMs),
  };
}

const listKeys = route({
  operation: 'listKeys',
  method: 'get',
  path: '/installations/{installation}/keys',
  tag: 'Callers',
  summary: 'List the API keys, the newest first',
  shape: z.object({
    rows: z.array(keyShape),
    scopes: z
      .array(z.object({ scope: z.enum(scopeNames), title: z.string() }))
      .meta({ description: 'Every scope that a key may be given, and what it allows.' }),
  }),
  handle: async ({ at }) => {
    const rows = await at.record.all(select(apiKeyCopies, sql`ORDER BY made_ms DESC LIMIT 1000`));
    return ok({ rows: rows.map(shownKey), scopes: scopeNames.map((scope) => ({ scope, title: scopes[scope] })) });
  },
});

const yearMs = 365 * 86_400_000;

function endOf(given: string | null | undefined, nowMs: number): number | null {
  if (given === undefined) return nowMs + yearMs;
  return given === null ? null : Date.parse(given);
}

const makeKey = route({
  operation: 'makeKey',
  method: 'post',
  path: '/installations/{installation}/keys',
  tag: 'Callers',
  summary: 'Make an API key',
  description: 'The key is shown in this answer and never again; only its hash is kept.',
  body: z.object({
    name: z.string().min(1).max(120).meta({ description: 'Who uses it, as the audit will say.' }),
    scopes: z.array(z.enum(scopeNames)).min(1),
    perMinute: z.int().min(1).max(6_000).default(600).meta({ description: 'Requests a minute.' }),
    expiresAt: instant.nullable().optional().meta({ description: 'A year from now if left out; null = never.' }),
  }),
  shape: changed.and(z.object({ key: z.string(), token: z.string() })),
  status: 201,
  handle: async ({ at, body: { name, scopes, perMinute, expiresAt }, caller: { by }, ports, env, once }) => {
    const id = idFor(ports, 'key', once);
    const secret = await secretFor(ports, env.HUB_KEY, once);
    const token = await writePass(env.HUB_KEY, { kind: 'key', installation: at.id, id, secret, untilMs: null });
    const expiresMs = endOf(expiresAt, ports.nowMs());
    const key = { id, name, scopes, hash: keyHash(token), perMinute, expiresMs };
    const { body } = await at.change({ verb: 'make-key', key, by });
    return { status: 201, body: { ...body, key: id, token } };
  },
});

const revokeKey = route({
  operation: 'revokeKey',
  method: 'delete',
  path: '/installations/{installation}/keys/{key}',
  tag: 'Callers',
  summary: 'Revoke an API key',
  description: 'It is refused everywhere within a minute.',
  params: z.object({ key: z.string() }),
  shape: changed,
  handle: async ({ at, params: { key }, caller: { by } }) => {
    const revoked = await at.change({ verb: 'revoke-key', key, by });
    forget(key);
    return revoked;
  },
});

export const callers: readonly Route[] = [readMe, renewSession, endSession, listKeys, makeKey, revokeKey];
