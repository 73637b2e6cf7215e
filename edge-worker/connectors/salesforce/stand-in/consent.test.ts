// Access that a person grants in the browser: what the vendor's usual client gets for it, and every way it is refused.
import { Connection, OAuth2 } from 'jsforce';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Clock, chanceOf } from '../../../../test/support/options.ts';
import { type Served, serve } from '../../../../test/support/serve.ts';
import type { StandIn } from '../../stand-in.ts';
import { standIn } from '../stand-in.ts';
import { callbackUrl, consumerSecret } from './consent.ts';
import { jwtBearer, openClient } from './test-client.ts';

const clock = new Clock();
const home = '203.0.113.10';
let served: Served;
let org: StandIn;

beforeAll(async () => {
  served = await serve((request) => org.fetch(request));
  const outside = { nowMs: clock.nowMs, chance: chanceOf(3), sleep: async () => {} };
  org = standIn({ baseUrl: served.url, ...outside, send: async () => new Response(null, { status: 503 }) });
});
beforeEach(() => org.reset());
afterAll(() => served.close());

const clientId = () => String(org.connection.secrets['consumerKey']);
const registered = () => ({
  ...{ clientId: clientId(), clientSecret: consumerSecret, redirectUri: callbackUrl, loginUrl: served.url },
});
const app = () => new OAuth2(registered());
const provenApp = () => new OAuth2({ ...registered(), useVerifier: true });

/** A browser in which the integration user is signed in follows the address, and is sent back with this. */
async function grantIn(address: string): Promise<URLSearchParams> {
  const cookie = `sid=${String(org.act('signIn', { user: 'integration' }))}`;
  const response = await fetch(address, { headers: { cookie }, redirect: 'manual' });
  return new URL(response.headers.get('location') ?? '', served.url).searchParams;
}

const codeFor = async (oauth2: OAuth2, scope = 'api refresh_token'): Promise<string> =>
  (await grantIn(oauth2.getAuthorizationUrl({ scope }))).get('code') ?? '';

/** Connected as a careful client is: the newest refresh token is the one it keeps. */
async function connect(): Promise<Connection> {
  const oauth2 = provenApp();
  const connection = new Connection({ oauth2, instanceUrl: served.url, version: '66.0' });
  await connection.authorize(await codeFor(oauth2));
  connection.on('refresh', (_token: string, answer: { refresh_token?: string }) => {
    connection.refreshToken = answer.refresh_token ?? connection.refreshToken;
  });
  return connection;
}

async function byAssertion(): Promise<unknown> {
  const signer = openClient((options) => standIn({ ...options, baseUrl: served.url }));
  const assertion = await signer.assertion({ exp: Math.floor(clock.nowMs() / 1000) + 180 });
  return new OAuth2({ loginUrl: served.url }).requestToken({ grant_type: jwtBearer, assertion });
}

const expired = { name: 'invalid_grant', message: 'expired access/refresh token' };
const count = (connection: Connection) => connection.query('SELECT COUNT() FROM Account').then((one) => one.totalSize);

describe('the usual client with a grant', () => {
  it('renews its session again and again, as long as it keeps the newest refresh token', async () => {
    const connection = await connect();
    const tokens = new Set([connection.refreshToken]);
    for (let renewals = 1; renewals <= 3; renewals++) {
      clock.advance(2 * 3_600_000);
      expect(await count(connection)).toBe(0);
      tokens.add(connection.refreshToken);
      expect(tokens.size).toBe(1 + renewals);
    }
  });

  it('loses the whole grant once a spent refresh token is shown: the newest one and every session', async () => {
    const connection = await connect();
    const spent = connection.refreshToken ?? '';
    const { refresh_token: newest } = await connection.oauth2.refreshToken(spent);
    const { access_token: session, refresh_token: last } = await connection.oauth2.refreshToken(String(newest));
    const other = new Connection({ instanceUrl: served.url, accessToken: session, version: '66.0' });
    expect(await count(other)).toBe(0);
    await expect(connection.oauth2.refreshToken(spent)).rejects.toMatchObject(expired);
    await expect(connection.oauth2.refreshToken(String(last))).rejects.toMatchObject(expired);
    await expect(count(other)).rejects.toMatchObject({ errorCode: 'INVALID_SESSION_ID' });
  });

  it('keeps one refresh token where the app does not rotate them', async () => {
    const connection = await connect();
    org.act('rotateTokens', { on: false });
    const kept = connection.refreshToken ?? '';
    for (let renewals = 0; renewals < 2; renewals++) {
      expect(await connection.oauth2.refreshToken(kept)).not.toHaveProperty('refresh_token');
    }
  });

  it('is told the token, whose it is and when it was made, as text', async () => {
    const oauth2 = provenApp();
    expect(await oauth2.requestToken(await codeFor(oauth2))).toEqual({
      access_token: expect.stringMatching(/^00D\w{12}!AQ/),
      refresh_token: expect.stringMatching(/^5Aep861/),
      signature: expect.stringMatching(/^[\w+/]{43}=$/),
      scope: 'refresh_token api',
      instance_url: served.url,
      id: expect.stringContaining(`/id/${org.connection.account}/005`),
      token_type: 'Bearer',
      issued_at: String(clock.nowMs()),
    });
  });

  it('gets no refresh token it did not ask for', async () => {
    const oauth2 = provenApp();
    const answer = await oauth2.requestToken(await codeFor(oauth2, 'api'));
    expect([answer.scope, 'refresh_token' in answer]).toEqual(['api', false]);
  });

  it('ends its grant by revoking the refresh token, sessions and all', async () => {
    const connection = await connect();
    await connection.oauth2.revokeToken(connection.refreshToken ?? '');
    await expect(connection.oauth2.refreshToken(connection.refreshToken ?? '')).rejects.toMatchObject(expired);
    const other = new Connection({ instanceUrl: served.url, accessToken: String(connection.accessToken) });
    await expect(count(other)).rejects.toMatchObject({ errorCode: 'INVALID_SESSION_ID' });
  });

  it('has five grants of one user at a time; the sixth ends the oldest', async () => {
    const connections: Connection[] = [];
    for (let grants = 0; grants < 6; grants++) connections.push(await connect());
    const [oldest, next] = connections;
    await expect(oldest?.oauth2.refreshToken(oldest.refreshToken ?? '')).rejects.toMatchObject(expired);
    expect(await next?.oauth2.refreshToken(next.refreshToken ?? '')).toHaveProperty('access_token');
  });
});

interface Refusal {
  readonly when: string;
  readonly error: string;
  readonly text: string;
  readonly ask: () => Promise<unknown>;
}

/** The bodies of the token endpoint, one by one; a client that is not ours reads them. */
const refusals: readonly Refusal[] = [
  {
    when: 'a refresh token that nobody was given',
    ...{ error: 'invalid_grant', text: 'expired access/refresh token' },
    ask: () => app().refreshToken('5Aep861unknown'),
  },
  {
    when: 'a refresh token unused for thirty days',
    ...{ error: 'invalid_grant', text: 'expired access/refresh token' },
    ask: async () => {
      const { oauth2, refreshToken } = await connect();
      clock.advance(30 * 86_400_000);
      return oauth2.refreshToken(refreshToken ?? '');
    },
  },
  {
    when: 'another secret',
    ...{ error: 'invalid_client', text: 'invalid client credentials' },
    ask: () => new OAuth2({ clientId: clientId(), clientSecret: 'wrong', loginUrl: served.url }).refreshToken('5Aep'),
  },
  {
    when: 'an app that is not installed',
    ...{ error: 'invalid_client_id', text: 'client identifier invalid' },
    ask: () => new OAuth2({ clientId: '3MVG9.other', loginUrl: served.url }).refreshToken('5Aep'),
  },
  {
    when: 'a code without its verifier',
    ...{ error: 'invalid_grant', text: 'invalid code verifier' },
    ask: async () => app().requestToken(await codeFor(provenApp())),
  },
  {
    when: 'a code with a verifier it was not asked for with',
    ...{ error: 'invalid_request', text: 'invalid code verifier' },
    ask: async () => provenApp().requestToken(await codeFor(provenApp())),
  },
  {
    when: 'a code shown twice',
    ...{ error: 'invalid_grant', text: 'expired authorization code' },
    ask: async () => {
      const oauth2 = provenApp();
      const code = await codeFor(oauth2);
      await oauth2.requestToken(code);
      return oauth2.requestToken(code);
    },
  },
  {
    when: 'a code shown after a quarter of an hour',
    ...{ error: 'invalid_grant', text: 'expired authorization code' },
    ask: async () => {
      const oauth2 = provenApp();
      const code = await codeFor(oauth2);
      clock.advance(15 * 60_000);
      return oauth2.requestToken(code);
    },
  },
  {
    when: 'a user who was deactivated meanwhile',
    ...{ error: 'invalid_grant', text: 'inactive user' },
    ask: async () => {
      const { oauth2, refreshToken } = await connect();
      const integration = org.rows('User').find((user) => String(user['Username']).startsWith('integration@'));
      org.update('User', integration?.id ?? '', { IsActive: false });
      return oauth2.refreshToken(refreshToken ?? '');
    },
  },
  {
    when: 'a refresh from an address that the app does not list',
    ...{ error: 'invalid_grant', text: 'ip restricted' },
    ask: async () => {
      const { oauth2, refreshToken } = await connect();
      org.act('takeTokensFrom', { ranges: [['192.0.2.1', '192.0.2.4']] });
      return oauth2.refreshToken(refreshToken ?? '');
    },
  },
  {
    when: 'a code from an address that the app does not list',
    ...{ error: 'invalid_grant', text: 'ip restricted' },
    ask: async () => {
      const oauth2 = provenApp();
      org.act('takeTokensFrom', { ranges: [['2001:db8::1', '2001:db8::4']] });
      return oauth2.requestToken(await codeFor(oauth2));
    },
  },
  {
    when: "an assertion from outside the ranges of the user's profile",
    ...{ error: 'invalid_grant', text: 'ip restricted' },
    ask: () => {
      org.act('takeLoginsFrom', { user: 'integration', ranges: [['192.0.2.0', '192.0.2.255']] });
      return byAssertion();
    },
  },
];

describe('the token endpoint refuses', () => {
  it.each(refusals)('$when: $error, $text', async ({ error, text, ask }) => {
    await expect(ask()).rejects.toMatchObject({ name: error, message: text });
  });

  it('with status 400 and a body of two texts that nobody may keep', async () => {
    const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: clientId(), client_secret: 'no' });
    const response = await fetch(`${served.url}/services/oauth2/token`, { method: 'POST', body });
    expect([response.status, response.headers.get('cache-control')]).toEqual([400, 'no-store']);
    expect(await response.json()).toEqual({ error: 'invalid_client', error_description: 'invalid client credentials' });
  });
});

describe('addresses', () => {
  it('of the app bind codes and refresh tokens, never an assertion; listed ones pass, in either family', async () => {
    const connection = await connect();
    org.act('takeTokensFrom', {
      ranges: [
        [home, home],
        ['2001:db8::1', '2001:db8::ff'],
      ],
    });
    for (const address of [home, '2001:db8::7']) {
      org.act('callFrom', { address });
      const answer = await connection.oauth2.refreshToken(connection.refreshToken ?? '');
      connection.refreshToken = String(answer.refresh_token);
    }
    org.act('callFrom', { address: '198.51.100.4' });
    const kept = connection.refreshToken ?? '';
    await expect(connection.oauth2.refreshToken(kept)).rejects.toMatchObject({ message: 'ip restricted' });
    expect(await byAssertion()).toMatchObject({ token_type: 'Bearer' });
    org.act('callFrom', { address: home });
    expect(await connection.oauth2.refreshToken(kept)).toHaveProperty('access_token');
  });

  it('of an app are 256 at most, in 128 ranges', () => {
    const take = (ranges: unknown) => () => org.act('takeTokensFrom', { ranges });
    expect(take([['192.0.2.0', '192.0.2.255']])).not.toThrow();
    expect(take([['192.0.2.0', '192.0.3.0']])).toThrow('256');
    expect(take([['2001:db8::', '2001:db8::1:0']])).toThrow('256');
    expect(take([['192.0.2.9', '192.0.2.1']])).toThrow('no range');
    expect(take(Array.from({ length: 129 }, (_, at) => [`192.0.2.${at}`, `192.0.2.${at}`]))).toThrow('128');
  });
});
