// The vendor's OAuth server (Doorkeeper): consent, code exchange, revocation. Access tokens never expire by themselves.
import { type Answer, json } from './answers.ts';
import { isInput } from './rows.ts';

/** The application an administrator registered, as FACTS.md#sign-in names it. */
export const application = { clientId: 'stand-in-app', clientSecret: 'stand-in-app-secret' } as const;
export const firstToken = 'stand-in-token-0';

const unknownClient =
  'Client authentication failed due to unknown client, no client authentication included, ' +
  'or unsupported authentication method.';
const badGrant =
  'The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the ' +
  'authorization request, or was issued to another client.';
const grants = ['authorization_code', 'client_credentials', 'refresh_token'];

export class TokenDesk {
  readonly #baseUrl: string;
  readonly #nowMs: () => number;
  readonly #tokens = new Set<string>([firstToken]);
  readonly #codes = new Map<string, string>();
  #issued = 0;

  constructor(baseUrl: string, nowMs: () => number) {
    this.#baseUrl = baseUrl;
    this.#nowMs = nowMs;
  }

  isValid(token: string): boolean {
    return this.#tokens.has(token);
  }

  /** A user took the application's access away: the token is dead until somebody consents again. */
  revoke(token: string): void {
    this.#tokens.delete(token);
  }

  answer(route: string, query: URLSearchParams, form: ReadonlyMap<string, string>): Answer | null {
    switch (route) {
      case 'GET /.well-known/openid-configuration':
        return this.#discovery();
      case 'GET /oauth/authorize':
        return this.#authorize(query);
      case 'POST /oauth/token':
        return this.#token(form);
      case 'POST /oauth/introspect':
        return json(200, { active: this.isValid(form.get('token') ?? '') });
      case 'POST /oauth/revoke':
        this.revoke(form.get('token') ?? '');
        return json(200, {});
      default:
        return null;
    }
  }

  #discovery(): Answer {
    return json(200, {
      issuer: this.#baseUrl,
      authorization_endpoint: `${this.#baseUrl}/oauth/authorize`,
      token_endpoint: `${this.#baseUrl}/oauth/token`,
      revocation_endpoint: `${this.#baseUrl}/oauth/revoke`,
      introspection_endpoint: `${this.#baseUrl}/oauth/introspect`,
      scopes_supported: ['api_only', 'openid', 'email', 'profile', 'mcp', 'offline_access'],
      response_types_supported: ['code'],
      grant_types_supported: grants,
      code_challenge_methods_supported: ['plain', 'S256'],
    });
  }

  /** The administrator consents at once: back to the application with a code. */
  #authorize(query: URLSearchParams): Answer {
    const redirect = query.get('redirect_uri');
    if (query.get('client_id') !== application.clientId || query.get('response_type') !== 'code' || !redirect)
      return json(401, {
        error: 'invalid_client',
        error_description: unknownClient,
      });
    const code = `stand-in-code-${++this.#issued}`;
    this.#codes.set(code, redirect);
    const location = new URL(redirect);
    location.searchParams.set('code', code);
    const state = query.get('state');
    if (state) location.searchParams.set('state', state);
    return { status: 302, contentType: 'text/html; charset=utf-8', body: '', location: location.href };
  }

  #token(form: ReadonlyMap<string, string>): Answer {
    const isKnown =
      form.get('client_id') === application.clientId && form.get('client_secret') === application.clientSecret;
    if (!isKnown)
      return json(401, {
        error: 'invalid_client',
        error_description: unknownClient,
      });
    const grant = form.get('grant_type') ?? '';
    if (!grants.includes(grant))
      return json(400, {
        error: 'unsupported_grant_type',
        error_description: 'The authorization grant type is not supported by the authorization server.',
      });
    if (grant === 'authorization_code' && !this.#redeem(form.get('code') ?? '', form.get('redirect_uri') ?? ''))
      return json(400, {
        error: 'invalid_grant',
        error_description: badGrant,
      });
    const token = `stand-in-token-${++this.#issued}`;
    this.#tokens.add(token);
    return json(200, {
      access_token: token,
      token_type: 'Bearer',
      scope: 'api_only',
      created_at: Math.floor(this.#nowMs() / 1000),
    });
  }

  /** A code works once, and only with the address it was sent to. */
  #redeem(code: string, redirect: string): boolean {
    const isRight = this.#codes.get(code) === redirect;
    this.#codes.delete(code);
    return isRight;
  }
}

/** Form or JSON, as Rails takes both. */
export function readForm(body: string, contentType: string): ReadonlyMap<string, string> {
  if (!contentType.includes('json')) return new Map(new URLSearchParams(body));
  const parsed: unknown = JSON.parse(body || '{}');
  return new Map(Object.entries(isInput(parsed) ? parsed : {}).map(([name, value]) => [name, String(value)]));
}
