// The way by a browser to a token: a person grants our app access, the code is exchanged under its verifier, and the
// session renewed by refresh tokens from addresses that the app's owner has listed.
import { createHash, createHmac } from 'node:crypto';
import type { Grant } from './grants.ts';
import { admitted, consumerKey, oauthError, sessionOf, tokenAnswer } from './oauth.ts';
import type { Org } from './org.ts';
import type { Answer } from './refusals.ts';
import type { Call } from './visit.ts';

export const consumerSecret = '8F2C41D07B9E36A5';
/** What an app with a placeholder registers: nothing listens there but the vendor's own page. */
export const callbackUrl = 'https://login.salesforce.com/services/oauth2/success';

/** UNVERIFIED: a refusal on the page itself, where it cannot be sent back because nobody knows where to. */
const pageRefusal = (error: string, description: string): Answer => ({
  status: 400,
  text: `error=${error}&error_description=${encodeURIComponent(description)}`,
  headers: { 'Content-Type': 'text/html; charset=UTF-8' },
});

const sendTo = (address: string, query: Readonly<Record<string, string>>): Answer => {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return { status: 302, headers: { Location: url.href } };
};

/** The address a person is sent to. Whoever is signed in and admitted is taken to have pressed Allow. */
export function authorize(org: Org, call: Call): Answer {
  const asked = (name: string): string => call.query.get(name) ?? '';
  if (asked('client_id') !== consumerKey) return pageRefusal('invalid_client_id', 'client identifier invalid');
  if (asked('redirect_uri') !== callbackUrl) {
    return pageRefusal('redirect_uri_mismatch', 'redirect_uri must match configuration');
  }
  const state = call.query.has('state') ? { state: asked('state') } : {};
  const refuse = (error: string, description: string): Answer =>
    sendTo(callbackUrl, { error, error_description: description, ...state });
  if (asked('response_type') !== 'code') return refuse('unsupported_response_type', 'response type not supported');
  const challenge = asked('code_challenge');
  // The usual client names no method: there is but one.
  if (challenge !== '' && (call.query.get('code_challenge_method') ?? 'S256') !== 'S256') {
    return refuse('invalid_request', 'invalid code challenge method');
  }
  const session = sessionOf(org, call.header);
  if (!session) {
    const back = encodeURIComponent(`${call.path}?${call.query}`);
    return { status: 302, headers: { Location: `/?ec=302&startURL=${back}` } };
  }
  const user = admitted(org, String(org.books.find(org.type('User'), session.userId)?.values['Username']));
  if ('status' in user) return refuse('OAUTH_APP_ACCESS_DENIED', 'user is not admin approved to access this app');
  const code = org.grants.addCode({
    userId: user.id,
    redirectUri: callbackUrl,
    challenge: challenge === '' ? null : challenge,
    canRefresh: asked('scope') === '' || /\b(refresh_token|offline_access|full)\b/.test(asked('scope')),
    madeMs: org.nowMs(),
  });
  return sendTo(callbackUrl, { code, ...state });
}

/** What both grants of this way are asked first. */
function clientRefusal(org: Org, form: URLSearchParams): Answer | null {
  if (form.get('client_id') !== consumerKey || !org.hasApp)
    return oauthError('invalid_client_id', 'client identifier invalid');
  if (form.get('client_secret') !== consumerSecret) return oauthError('invalid_client', 'invalid client credentials');
  const isAllowed = org.grants.allowed?.holds(org.callerAddress) ?? true;
  return isAllowed ? null : oauthError('invalid_grant', 'ip restricted');
}

export function exchangeCode(org: Org, form: URLSearchParams): Answer {
  const refusal = clientRefusal(org, form);
  if (refusal) return refusal;
  const code = org.grants.takeCode(form.get('code') ?? '', org.nowMs());
  if (!code) return oauthError('invalid_grant', 'expired authorization code');
  if (form.get('redirect_uri') !== code.redirectUri) {
    return oauthError('redirect_uri_mismatch', 'redirect_uri must match configuration');
  }
  const verifier = form.get('code_verifier');
  if (!verifier || code.challenge === null) return oauthError('invalid_grant', 'invalid code verifier');
  const isProven = createHash('sha256').update(verifier).digest('base64url') === code.challenge;
  if (!isProven) return oauthError('invalid_request', 'invalid code verifier');
  const grant = code.canRefresh ? org.grants.open(code.userId, org.nowMs()) : null;
  return granted(org, code.userId, grant, () => grant?.refreshToken ?? null);
}

export function refresh(org: Org, form: URLSearchParams): Answer {
  const refusal = clientRefusal(org, form);
  if (refusal) return refusal;
  const grant = org.grants.renewedBy(form.get('refresh_token') ?? '', org.nowMs());
  if (!grant) return oauthError('invalid_grant', 'expired access/refresh token');
  return granted(org, grant.userId, grant, () => (org.grants.isRotating ? org.grants.rotate(grant) : null));
}

/** A user who was sent away or lost the app since is refused here too, and no refresh token is spent on that. */
function granted(org: Org, userId: string, grant: Grant | null, next: () => string | null): Answer {
  const user = admitted(org, String(org.books.find(org.type('User'), userId)?.values['Username']));
  if ('status' in user) return user;
  const refreshToken = next();
  const answer = tokenAnswer(org, user.id);
  grant?.sessions.add(answer.access_token);
  const issuedAt = String(org.nowMs());
  const signature = createHmac('sha256', consumerSecret).update(`${answer.id}${issuedAt}`).digest('base64');
  const scope = grant ? 'refresh_token api' : 'api';
  return {
    status: 200,
    json: { ...answer, scope, signature, issued_at: issuedAt, ...(refreshToken && { refresh_token: refreshToken }) },
    headers: { 'Cache-Control': 'no-store' },
  };
}
