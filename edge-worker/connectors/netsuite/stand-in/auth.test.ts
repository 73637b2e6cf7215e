// Logging in: signed assertions, the consent page with PKCE, certificates.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { withSuiteApp } from '../../../../test/hosts/suiteapp.ts';
import { clientSecret } from './credentials.ts';
import { selfSigned } from './self-signed.ts';
import { accountId, Bench, baseUrl, clientId, detailOf, type Reply, tokenUrl } from './testing.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench(withSuiteApp);
});

const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const realHost = 'https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/auth/oauth2/v1/token';

describe('a signed assertion', () => {
  test('is traded for a bearer token of an hour', async () => {
    const reply = await bench.askToken(await bench.assertion());
    expect(reply.status).toBe(200);
    expect(reply.json).toMatchObject({ expires_in: 3600, token_type: 'Bearer' });
    bench.nowMs += 3599_000;
    const headers = { Authorization: `Bearer ${String(reply.json['access_token'])}` };
    expect((await bench.call('GET', '/services/rest/record/v1/customer', undefined, headers)).status).toBe(200);
    bench.nowMs += 1000;
    const late = await bench.call('GET', '/services/rest/record/v1/customer', undefined, headers);
    expect(late.status).toBe(401);
    expect(late.headers.get('www-authenticate')).toBe(
      `Bearer realm="${accountId}", error="invalid_token", error_description="Invalid login attempt."`,
    );
    expect(detailOf(late)['o:errorCode']).toBe('INVALID_LOGIN');
  });

  test.each([
    ['a list', ['restlets', 'rest_webservices']],
    ['a comma', 'restlets,rest_webservices'],
    ['a space', 'restlets rest_webservices'],
    ['one scope', 'rest_webservices'],
  ])('may name its scopes as %s', async (_, scope) => {
    expect((await bench.askToken(await bench.assertion({ scope }))).status).toBe(200);
  });

  test.each([
    ['of an unknown certificate', { kid: 'unknown' }, 400, 'invalid_grant'],
    ['for another audience', { audience: 'https://elsewhere.test/token' }, 400, 'invalid_grant'],
    ['that lives too long', { lifeSeconds: 3601 }, 400, 'invalid_grant'],
    ['issued in the future', { issuedAt: 1795341600 + 120 }, 400, 'invalid_grant'],
    ['that has expired', { issuedAt: 1795341600 - 4000 }, 400, 'invalid_grant'],
    ['with an unknown scope', { scope: 'everything' }, 400, 'invalid_scope'],
    ['of an unknown client', { issuer: 'nobody' }, 401, 'invalid_client'],
  ])('%s is refused', async (_, options, status, error) => {
    const reply = await bench.askToken(await bench.assertion(options));
    expect([reply.status, reply.json['error']]).toEqual([status, error]);
    if (status === 401) expect(reply.headers.get('www-authenticate')).toBe(`Basic realm="${accountId}"`);
  });

  test('may name the account-specific host as its audience', async () => {
    expect((await bench.askToken(await bench.assertion({ audience: realHost }))).status).toBe(200);
  });

  test('signed by another key, or by none, is refused', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect((await bench.askToken(await bench.assertion({ key }))).json['error']).toBe('invalid_grant');
    expect((await bench.askToken('a.b')).json['error']).toBe('invalid_request');
  });

  test('of another grant type is refused by its own name', async () => {
    const reply = await bench.call('POST', tokenUrl, 'grant_type=password', form);
    expect([reply.status, reply.json['error']]).toEqual([400, 'unsupported_grant_type']);
  });
});

test('a token opens only the doors of its scopes', async () => {
  const headers = { Authorization: `Bearer ${await bench.token('restlets')}` };
  expect((await bench.call('GET', '/services/rest/record/v1/customer', undefined, headers)).status).toBe(401);
  const reply = await bench.restlet({ v: 1, verb: 'ping' });
  expect(reply.status).toBe(200);
});

describe('the consent page', () => {
  const verifier = 'v'.repeat(43);
  const state = 's'.repeat(22);

  const consent = async (more: Record<string, string> = {}): Promise<URL> => {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: 'https://hub.test/oauth/netsuite',
      scope: 'rest_webservices restlets',
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...more,
    });
    const reply = await bench.call('GET', `/app/login/oauth2/authorize.nl?${query}`);
    expect(reply.status).toBe(302);
    return new URL(reply.headers.get('location') ?? '');
  };

  const exchange = (parameters: Record<string, string>, headers: Record<string, string> = {}): Promise<Reply> =>
    bench.call('POST', tokenUrl, new URLSearchParams(parameters).toString(), { ...form, ...headers });

  const codeForm = (code: string) => ({
    grant_type: 'authorization_code',
    code,
    redirect_uri: 'https://hub.test/oauth/netsuite',
    code_verifier: verifier,
  });
  const basic = { Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };

  test('sends the administrator back with code, role, entity and account', async () => {
    const back = await consent();
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      state,
      // Roles of an account's own are numbered as they come, those of the package in the order of their files.
      role: '1006',
      entity: '-5',
      company: accountId,
    });
    const reply = await exchange(codeForm(back.searchParams.get('code') ?? ''), basic);
    expect(reply.json).toMatchObject({ expires_in: '3600', token_type: 'bearer' });
    const refreshed = await exchange(
      { grant_type: 'refresh_token', refresh_token: String(reply.json['refresh_token']) },
      basic,
    );
    expect(refreshed.status).toBe(200);
    expect(refreshed.json['refresh_token']).toBeUndefined();
  });

  test('gives a code that works once, with its verifier only', async () => {
    const code = (await consent()).searchParams.get('code') ?? '';
    const wrong = await exchange({ ...codeForm(code), code_verifier: 'w'.repeat(43) }, basic);
    expect(wrong.json['error']).toBe('invalid_grant');
    const second = await exchange(codeForm(code), basic);
    expect(second.json['error']).toBe('invalid_grant');
  });

  test('gives public clients refresh tokens that work once', async () => {
    const code = (await consent()).searchParams.get('code') ?? '';
    const reply = await exchange({ ...codeForm(code), client_id: clientId });
    const refresh = {
      grant_type: 'refresh_token',
      refresh_token: String(reply.json['refresh_token']),
      client_id: clientId,
    };
    expect((await exchange(refresh)).status).toBe(200);
    expect((await exchange(refresh)).json['error']).toBe('invalid_grant');
  });

  test('reports a refusal and a short state to the redirect address', async () => {
    expect((await consent({ state: 'short' })).searchParams.get('error')).toBe('invalid_request');
    bench.standIn.act('deny-consent', {});
    expect((await consent()).searchParams.get('error')).toBe('access_denied');
  });
});

describe('certificates', () => {
  const path = `/auth/oauth2/v1/clients/${clientId}/certificates`;

  test('can be listed, uploaded and used at once, and revoked', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const notAfter = new Date(bench.nowMs + 365 * 86_400_000);
    const fileContent = selfSigned(pair, { notBefore: new Date(bench.nowMs), notAfter });
    const uploaded = await bench.rest('POST', path, { fileContent, role: 1000, entity: -5 });
    expect(uploaded.json).toMatchObject({ algorithm: 'EC', valid_until: '2027-11-22', invalidated: false });
    const kid = String(uploaded.json['certificate_id']);
    const key = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect((await bench.askToken(await bench.assertion({ kid, key }))).status).toBe(200);
    const revoked = await bench.rest('POST', `${path}/${kid}/revoke`);
    expect([revoked.status, revoked.text]).toEqual([200, 'Successfully revoked']);
    expect((await bench.askToken(await bench.assertion({ kid, key }))).json['error']).toBe('invalid_grant');
    const listed: unknown = JSON.parse((await bench.rest('GET', path)).text);
    expect(listed).toContainEqual({ certificate_id: kid, algorithm: 'EC', revoked: true });
  });

  test('are cut to two years, and refused when they cannot be read', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const notAfter = new Date(bench.nowMs + 5 * 365 * 86_400_000);
    const fileContent = selfSigned(pair, { notBefore: new Date(bench.nowMs), notAfter });
    expect((await bench.rest('POST', path, { fileContent })).json['valid_until']).toBe('2028-11-21');
    const bad = await bench.rest('POST', path, { fileContent: 'no certificate' });
    expect([bad.status, detailOf(bad)['o:errorCode']]).toEqual([400, 'INVALID_CONTENT']);
    bench.standIn.act('set-permission', { permission: 'ADMI_OWN_CERTIFICATES', level: 'NONE' });
    const forbidden = await bench.rest('GET', path);
    expect([forbidden.status, detailOf(forbidden)['o:errorCode']]).toEqual([403, 'INSUFFICIENT_PERMISSION']);
  });
});

test('old token-based clients are let in unchecked', async () => {
  const headers = { Authorization: `OAuth realm="${accountId}", oauth_token="x"` };
  const reply = await bench.call('GET', `${baseUrl}/services/rest/record/v1/customer`, undefined, headers);
  expect(reply.status).toBe(200);
});
