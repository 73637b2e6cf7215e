// The token endpoint's vocabulary, and its way without people: JWT bearer assertions in, opaque session ids out.
import { generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import type { Org, Session } from './org.ts';
import type { Answer } from './refusals.ts';
import type { Stored } from './table.ts';
import { isBody } from './values.ts';

export const consumerKey = '3MVG9.tieout.hub.consumer.key';
/** UNVERIFIED: how far ahead an assertion may expire; three minutes are documented, a little drift is let through. */
const expiryAheadSecondsMax = 300;

interface Keys {
  readonly publicKey: KeyObject;
  readonly privatePem: string;
}

let keys: Keys | null = null;

/** One pair per process, made when first asked for: making one is slow, and which one it is shows nowhere. */
export function signingKeys(): Keys {
  if (keys) return keys;
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const privatePem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  keys = { publicKey: pair.publicKey, privatePem };
  return keys;
}

export const oauthError = (error: string, description: string, status = 400): Answer => ({
  status,
  json: { error, error_description: description },
  headers: { 'Cache-Control': 'no-store' },
});

const badAssertion = (): Answer => oauthError('invalid_grant', 'invalid assertion');

function parsePart(part: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isBody(value) ? value : null;
  } catch {
    return null;
  }
}

/** The user whom a good assertion names. */
function userOf(org: Org, assertion: string): Stored | Answer {
  const [head = '', claims = '', signature = ''] = assertion.split('.');
  const header = parsePart(head);
  const said = parsePart(claims);
  if (!header || !said || header['alg'] !== 'RS256') return badAssertion();
  if (said['iss'] !== consumerKey || !org.hasApp) return oauthError('invalid_client_id', 'client identifier invalid');
  const signed = Buffer.from(`${head}.${claims}`);
  const isGenuine = verify('RSA-SHA256', signed, signingKeys().publicKey, Buffer.from(signature, 'base64url'));
  if (!isGenuine) return badAssertion();
  const { environment, baseUrl } = org.traits;
  const audiences = [
    environment === 'sandbox' ? 'https://test.salesforce.com' : 'https://login.salesforce.com',
    baseUrl,
  ];
  if (!audiences.includes(String(said['aud']))) return oauthError('invalid_grant', 'audience is invalid');
  const nowSeconds = org.nowMs() / 1000;
  const expiry = Number(said['exp']);
  if (!(expiry > nowSeconds)) return oauthError('invalid_grant', 'expired authorization code');
  if (expiry > nowSeconds + expiryAheadSecondsMax) return badAssertion();
  return admitted(org, String(said['sub']));
}

/**
 * What the admin's policy of the app and the profile's ranges say: no user of an org that has no policy, and otherwise
 * those who have the permission set, from where they may sign in. A name that nobody bears has not agreed.
 */
export function admitted(org: Org, username: string): Stored | Answer {
  const user = org.userNamed(username);
  if (!user || !org.isAppAdmitted) return oauthError('invalid_grant', "user hasn't approved this consumer");
  if (user.values['IsActive'] !== true) return oauthError('invalid_grant', 'inactive user');
  const isAtHome = org.loginsFrom.get(user.id)?.holds(org.callerAddress) ?? true;
  if (!isAtHome) return oauthError('invalid_grant', 'ip restricted');
  const has = org.mayUseApp(user.id);
  return has ? user : oauthError('invalid_app_access', 'user is not admin approved to access this app');
}

export function issueToken(org: Org, form: URLSearchParams): Answer {
  const user = userOf(org, form.get('assertion') ?? '');
  if ('status' in user) return user;
  const json = { ...tokenAnswer(org, user.id), scope: 'api' };
  return { status: 200, json, headers: { 'Cache-Control': 'no-store' } };
}

/** A new session, as every grant tells it. */
export function tokenAnswer(org: Org, userId: string) {
  const { baseUrl } = org.traits;
  return {
    access_token: org.signIn(userId, true),
    instance_url: baseUrl,
    id: `${baseUrl}/id/${org.id}/${userId}`,
    token_type: 'Bearer',
  };
}

/** The session that a request came with, in its `Authorization` header or its cookie; null when it is none or over. */
export function sessionOf(
  org: Org,
  header: (name: string) => string | null,
): (Session & { readonly token: string }) | null {
  const bearer = /^(?:Bearer|OAuth)\s+(\S+)$/.exec(header('authorization') ?? '')?.[1];
  const token = bearer ?? /(?:^|;\s*)sid=([^;]+)/.exec(header('cookie') ?? '')?.[1] ?? '';
  const session = org.sessions.get(token);
  if (!session) return null;
  if (session.untilMs > org.nowMs()) return { ...session, token };
  org.sessions.delete(token);
  return null;
}

export function revokeToken(org: Org, token: string): Answer {
  const grant = org.grants.withRefreshToken(token);
  if (grant) org.grants.end(grant);
  if (grant || org.sessions.delete(token)) return { status: 200 };
  return oauthError('unsupported_token_type', 'this token is not known');
}

/** Who the caller is: the answer of the identity address and of userinfo. */
export function identity(org: Org, userId: string): Answer {
  const { baseUrl } = org.traits;
  const address = `${baseUrl}/id/${org.id}/${userId}`;
  const username = org.books.find(org.type('User'), userId)?.values['Username'] ?? null;
  return {
    status: 200,
    json: {
      id: address,
      sub: address,
      user_id: userId,
      organization_id: org.id,
      username,
      preferred_username: username,
      active: true,
    },
  };
}
