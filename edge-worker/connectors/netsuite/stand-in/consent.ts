// The page on which an administrator lets our integration in. The administrator of a stand-in says yes at once.
import { accountId, clientId, consentEntity } from './credentials.ts';
import { parseScopes, type Tokens } from './tokens.ts';
import { type Answer, type Call, ok } from './wire.ts';

export const consentPath = '/app/login/oauth2/authorize.nl';
const statePattern = /^[\x20-\x7e]{22,1024}$/;

export interface Consent {
  readonly isDenied: boolean;
  /** The role in which the administrator gives it. */
  readonly role: number;
}

export function answerConsent(call: Call, tokens: Tokens, { isDenied, role }: Consent): Answer {
  const { query } = call;
  const redirectUri = query.get('redirect_uri');
  const state = query.get('state') ?? '';
  if (redirectUri === null || !URL.canParse(redirectUri) || query.get('client_id') !== clientId) {
    return ok('<html><body>Invalid login attempt.</body></html>', 'text/html', 400);
  }
  const back = (parameters: Readonly<Record<string, string>>): Answer => {
    const url = new URL(redirectUri);
    for (const [name, value] of Object.entries({ state, ...parameters })) url.searchParams.set(name, value);
    return { status: 302, headers: { Location: url.href } };
  };
  const challenge = query.get('code_challenge');
  const isOtherMethod = challenge !== null && query.get('code_challenge_method') !== 'S256';
  if (query.get('response_type') !== 'code' || !statePattern.test(state) || isOtherMethod) {
    return back({ error: 'invalid_request' });
  }
  if (isDenied) return back({ error: 'access_denied' });
  let scopes: ReadonlySet<string>;
  try {
    scopes = parseScopes(query.get('scope'));
  } catch {
    return back({ error: 'invalid_scope' });
  }
  const code = tokens.addCode({ redirectUri, role, scopes, challenge });
  return back({ code, role: String(role), entity: String(consentEntity), company: accountId });
}
