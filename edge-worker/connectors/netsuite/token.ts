// Logging in: a signed assertion becomes a token for one of the vendor's interfaces, and a call carries it.
import { z } from 'zod';
import { Fault } from '../../faults.ts';
import type { ConnectOptions } from '../connector.ts';
import { requestToken, signAssertion } from '../kits/oauth.ts';
import type { IfCut } from './access.ts';
import { isLoginRefused } from './refusals.ts';
import { addressesOf, type Secrets, type Settings } from './settings.ts';

export type Options = ConnectOptions<Settings, Secrets>;
/** A token is for one of them. */
export type Scope = 'restlets' | 'rest_webservices';

export interface Reached {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The vendor allows an hour between the two; wide, because its clock may be behind ours or ahead of it. */
const assertedBeforeSeconds = 300;
const assertedForSeconds = 3600;
/** A token is asked for anew this long before it ends. */
const tokenMarginMs = 300_000;

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

/** One call with a token of the scope; `make` is asked again when the token turns out to be no good any more. */
export async function callWithToken(
  options: Options,
  scope: Scope,
  make: (bearer: string) => Request,
  ifCut: IfCut,
): Promise<Reached> {
  const token = () => options.tokens.get(scope, () => mintToken(options, scope));
  const bearer = await token();
  const reached = await reach(options, make(bearer), ifCut);
  // The token may have ended or been revoked since it was made; a login that was refused has done nothing.
  if (!isLoginRefused(reached.status, reached.text)) return reached;
  options.tokens.drop(scope, bearer);
  return reach(options, make(await token()), ifCut);
}

export type Login = Pick<Options, 'settings' | 'secrets' | 'fetch' | 'nowMs'>;

export async function mintToken(options: Login, scope: Scope) {
  const { clientId, certificateId, privateKey } = options.secrets;
  const tokenUrl = addressesOf(options.settings).token;
  const nowMs = options.nowMs();
  const iat = Math.floor(nowMs / 1000) - assertedBeforeSeconds;
  const assertion = await signAssertion({
    algorithm: 'ES256',
    privateKey,
    keyId: certificateId,
    claims: { iss: clientId, scope: [scope], aud: tokenUrl, iat, exp: iat + assertedForSeconds },
  });
  const answer = await requestToken(options.fetch, tokenUrl, {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  });
  const parsed = tokenAnswer.safeParse(answer);
  if (!parsed.success) throw new Fault('unreadable', 'the answer of the NetSuite token address was not understood');
  const { access_token: value, expires_in: seconds } = parsed.data;
  // A short-lived token is used for half its life rather than not at all.
  return { value, expiresAtMs: nowMs + Math.max(seconds * 1000 - tokenMarginMs, seconds * 500) };
}

/** The whole answer. A connection cut while the body was on its way is a cut as well. */
async function reach(options: Options, request: Request, ifCut: IfCut): Promise<Reached> {
  try {
    const response = await options.fetch(request);
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (cause) {
    if (cause instanceof Fault && cause.code !== 'uncertain') throw cause;
    throw new Fault(ifCut, 'the connection to NetSuite was cut', { cause });
  }
}
