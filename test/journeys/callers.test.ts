// Story: who may do what. Every role and every scope meets every route, at home and in a foreign installation; keys are
// shown once, end when they should, and one that hammers slows nobody else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Scope, scopeNames } from '../../edge-worker/api/access.ts';
import type { Route } from '../../edge-worker/api/route.ts';
import { routes } from '../../edge-worker/api/routes/_registry.ts';
import { type Api, apiClient, must } from '../../edge-worker/console/client.ts';
import { type HostRole, hostRoles } from '../../shared/host-roles.ts';
import { expectedAccess } from '../support/expected-access.ts';
import { type Hub, startHub } from '../support/hub.ts';
import { readStored } from '../support/hub-process.ts';
import { Operator } from '../support/operator.ts';
import { freePort } from '../support/serve.ts';

const state = mkdtempSync(join(tmpdir(), 'tieout-callers-'));
let hub: Hub;
let operator: Api;
let home = '';
let foreign = '';

beforeAll(async () => {
  hub = await startHub({ port: await freePort(), state });
  operator = apiClient(hub.url, hub.operatorKey);
  const client = new Operator(hub.url, hub.operatorKey);
  [home, foreign] = [(await client.found('Home')).id, (await client.found('Foreign')).id];
});

afterAll(async () => {
  await hub?.close();
  rmSync(state, { recursive: true, force: true });
});

async function signIn(installation: string, roles: readonly HostRole[]): Promise<string> {
  const response = await fetch(`${hub.url}/v1/development/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ installation, roles, user: roles.join('+'), name: 'Mara Lindt' }),
  });
  return ((await response.json()) as { token: string }).token;
}

async function makeKey(scopes: Scope[], more: { perMinute?: number; expiresAt?: string } = {}) {
  const body = { name: 'Warehouse', scopes, ...more };
  return must(operator.POST('/installations/{installation}/keys', { params: { path: { installation: home } }, body }));
}

/** What a route answers to somebody who sends it nothing useful. */
async function knock(route: Route, token: string, installation: string): Promise<[number, string]> {
  const path = route.path.replace('{installation}', installation).replace(/\{\w+\}/g, 'x');
  const response = await fetch(`${hub.url}/v1${path}`, {
    method: route.method.toUpperCase(),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(route.method !== 'get' && { body: '{}' }),
  });
  // An export is lines of JSON, a refusal one object.
  const [first = '{}'] = (await response.text()).split('\n');
  const { type = '' } = JSON.parse(first) as { type?: string };
  return [response.status, type];
}

/** Ending a session ends the walk, so it comes last. */
const walk = [...routes].sort((a, b) => Number(a.operation === 'endSession') - Number(b.operation === 'endSession'));

describe('Role by role and route by route', () => {
  it.each(hostRoles)(
    '%s may do what the table says and nothing else, and nothing in a foreign installation',
    async (role) => {
      // One session may not ask as quickly as both walks together.
      const [token, abroad] = [await signIn(home, [role]), await signIn(home, [role])];
      for (const route of walk) {
        if (route.path.includes('{installation}')) {
          expect(await knock(route, abroad, foreign), `${role} ${route.operation} abroad`).toEqual([
            404,
            'unknown-installation',
          ]);
        }
        const [status, type] = await knock(route, token, home);
        const isAllowed = status !== 401 && type !== 'not-allowed';
        expect([route.operation, isAllowed]).toEqual([
          route.operation,
          expectedAccess[route.operation][0].includes(role),
        ]);
        expect(status, `${role} ${route.operation}`).toBeLessThan(500);
      }
      expect(await knock(walk[0]!, token, home)).toEqual([401, 'session-ended']);
    },
  );

  it.each(scopeNames)(
    'a key with %s alone may do what the table says, and nothing in a foreign installation',
    async (scope) => {
      const { token } = await makeKey([scope], { perMinute: 6_000 });
      for (const route of walk) {
        if (route.path.includes('{installation}')) {
          expect(await knock(route, token, foreign)).toEqual([404, 'unknown-installation']);
        }
        const [status, type] = await knock(route, token, home);
        const isAllowed = status !== 401 && type !== 'not-allowed';
        expect([route.operation, isAllowed]).toEqual([route.operation, expectedAccess[route.operation][1] === scope]);
      }
    },
  );
});

describe('A session', () => {
  it('is renewed for a quarter of an hour, and ends with all its tokens when its person says so', async () => {
    const first = await signIn(home, ['finance']);
    const path = { installation: home };
    const renewed = await must(
      apiClient(hub.url, first).POST('/installations/{installation}/session', { params: { path } }),
    );
    const leftMs = Date.parse(renewed.expiresAt) - Date.now();
    expect(leftMs).toBeGreaterThan(14 * 60_000);
    expect(leftMs).toBeLessThanOrEqual(15 * 60_000);
    const page = apiClient(hub.url, renewed.token);
    expect(await must(page.GET('/me'))).toMatchObject({
      kind: 'session',
      roles: ['finance'],
      by: expect.stringContaining('Mara'),
    });
    await must(page.DELETE('/installations/{installation}/session', { params: { path } }));
    for (const token of [first, renewed.token]) {
      expect((await apiClient(hub.url, token).GET('/me')).error).toMatchObject({ type: 'session-ended' });
    }
  });

  it('cannot be forged: any character changed and it is nobody’s', async () => {
    const token = await signIn(home, ['admin']);
    for (let at = 0; at < token.length; at += 7) {
      const forged = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      expect((await apiClient(hub.url, forged).GET('/me')).response.status).toBe(401);
    }
  });

  it('is given away for the asking only where the Worker says that it is a development one', async () => {
    const body = JSON.stringify({ installation: home });
    const headers = { 'content-type': 'application/json' };
    const port = await freePort();
    const other = mkdtempSync(join(tmpdir(), 'tieout-production-'));
    const production = await startHub({ port, state: other, vars: { DEVELOPMENT: '' } });
    const response = await fetch(`${production.url}/v1/development/session`, { method: 'POST', headers, body });
    await production.close();
    rmSync(other, { recursive: true, force: true });
    expect(response.status).toBe(404);
  });
});

describe('Another site’s page, opened by somebody who is signed in', () => {
  /** What a browser adds by itself: where it comes from, and every cookie it has. */
  const foreignHeaders = { origin: 'https://elsewhere.example', cookie: 'session=tieout; token=tieout' };
  const call = (route: Route, headers: Record<string, string>, body: string | null) =>
    fetch(`${hub.url}/v1${route.path.replace('{installation}', home).replace(/\{\w+\}/g, 'x')}`, {
      method: route.method.toUpperCase(),
      headers: { ...foreignHeaders, ...headers },
      ...(body !== null && { body }),
    });
  const changing = routes.filter(({ method }) => method !== 'get');

  it('changes nothing by posting forms: no route takes a cookie for a person, whatever a form can send', async () => {
    await signIn(home, ['admin', 'approver']);
    expect(changing.length).toBeGreaterThan(40);
    const forms = ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'];
    for (const [index, route] of changing.entries()) {
      const response = await call(
        route,
        { 'content-type': forms[index % forms.length] ?? '' },
        'reason=because&by=ada',
      );
      const { type } = (await response.json()) as { type: string };
      expect([route.operation, response.status, type]).toEqual([route.operation, 401, 'not-signed-in']);
      expect(response.headers.get('set-cookie')).toBeNull();
    }
    // A token counts as a header alone, and a form cannot send one.
    const token = await signIn(home, ['admin']);
    const smuggled = await call(changing[0]!, { 'content-type': 'text/plain' }, `authorization=Bearer ${token}`);
    expect(smuggled.status).toBe(401);
  });

  it('reads nothing and is never asked first: no answer names another origin, with a session or without', async () => {
    const token = await signIn(home, ['viewer']);
    for (const route of routes.filter(({ operation }) => operation !== 'endSession')) {
      const asked = {
        'access-control-request-method': route.method,
        'access-control-request-headers': 'authorization',
      };
      const preflight = await fetch(`${hub.url}/v1${route.path.replace(/\{\w+\}/g, 'x')}`, {
        method: 'OPTIONS',
        headers: { ...foreignHeaders, ...asked },
      });
      expect([route.operation, preflight.status]).toEqual([route.operation, 405]);
      const opened = route.method === 'get' ? await call(route, { authorization: `Bearer ${token}` }, null) : preflight;
      await opened.body?.cancel();
      for (const { headers } of [preflight, opened]) {
        expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
        expect(headers.get('set-cookie')).toBeNull();
      }
    }
  });
});

describe('An API key', () => {
  it('is shown once, kept as a hash, listed without it, and refused once revoked or expired', async () => {
    const { key, token } = await makeKey(['records:read']);
    const path = { installation: home };
    const listed = await must(operator.GET('/installations/{installation}/keys', { params: { path } }));
    expect(listed.rows.find((row) => row.key === key)).toMatchObject({ name: 'Warehouse', revokedAt: null });
    expect(JSON.stringify(listed)).not.toContain(token.slice(-40));
    expect((await apiClient(hub.url, token).GET('/me')).response.status).toBe(403);
    await must(operator.DELETE('/installations/{installation}/keys/{key}', { params: { path: { ...path, key } } }));
    expect((await apiClient(hub.url, token).GET('/me')).error).toMatchObject({ type: 'key-ended' });
    const past = await makeKey(['installation:read'], { expiresAt: '2020-01-01T00:00:00Z' });
    expect((await apiClient(hub.url, past.token).GET('/me')).error).toMatchObject({ type: 'key-ended' });
  });

  it('is the same one when the same request is sent again', async () => {
    const send = () =>
      must(
        operator.POST('/installations/{installation}/keys', {
          params: { path: { installation: home }, header: { 'Idempotency-Key': 'key-for-the-warehouse' } },
          body: { name: 'Again', scopes: ['installation:read'], perMinute: 600 },
        }),
      );
    const first = await send();
    expect(await send()).toEqual(first);
    expect((await apiClient(hub.url, first.token).GET('/me')).response.status).toBe(200);
  });

  it('that hammers is turned away with the time to wait, while others are served', async () => {
    const [loud, quiet] = [
      await makeKey(['installation:read'], { perMinute: 60 }),
      await makeKey(['installation:read']),
    ];
    const answers = await Promise.all(Array.from({ length: 200 }, () => apiClient(hub.url, loud.token).GET('/me')));
    const turnedAway = answers.filter(({ response }) => response.status === 429);
    expect(turnedAway.length).toBeGreaterThan(150);
    expect(Number(turnedAway[0]?.response.headers.get('retry-after'))).toBeGreaterThan(0);
    for (let index = 0; index < 20; index++) {
      expect((await apiClient(hub.url, quiet.token).GET('/me')).response.status).toBe(200);
    }
  });
});

it('Nothing that opens a door lies on disk in the clear', async () => {
  const { token } = await makeKey(['records:read']);
  const session = await signIn(home, ['viewer']);
  await hub.close();
  const rows = [
    ...readStored(state, 'lane', 'api_keys', 'SELECT * FROM api_keys'),
    ...readStored(state, 'lane', 'sessions', 'SELECT * FROM sessions'),
    ...readStored(state, 'd1', 'api_keys', 'SELECT * FROM api_keys'),
    ...readStored(state, 'd1', 'audit', 'SELECT * FROM audit'),
  ];
  expect(rows.length).toBeGreaterThan(20);
  for (const text of [token, session]) expect(JSON.stringify(rows)).not.toContain(text.slice(-43));
  const audit = readStored(state, 'd1', 'audit', 'SELECT action FROM audit').map((row) => row['action']);
  for (const action of ['key-made', 'key-revoked', 'session-opened', 'session-ended']) expect(audit).toContain(action);
});
