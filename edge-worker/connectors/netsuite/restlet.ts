// One call of our RESTlet: token, request, and what became of it. Throws `Fault` and nothing else.
import { z } from 'zod';
import { parseExactJson } from '../../../shared/canonical-json.ts';
import { Fault } from '../../faults.ts';
import type { ConnectOptions } from '../connector.ts';
import { requestToken, signAssertion } from '../kits/oauth.ts';
import { faultOf, isLoginRefused, isPage } from './refusals.ts';
import { addressesOf, type Secrets, type Settings } from './settings.ts';

/** What a cut means: calls that may be repeated without harm are `unreachable`, the others `uncertain`. */
export type IfCut = 'unreachable' | 'uncertain';

export interface Answer<Body> {
  readonly body: Body;
  /** The vendor's support asks for it. */
  readonly requestId: string | null;
}

export interface Restlet {
  call<Shape extends z.ZodType>(request: CallBody, shape: Shape, ifCut: IfCut): Promise<Answer<z.infer<Shape>>>;
}

export interface CallBody {
  readonly verb: 'apply' | 'read' | 'find' | 'changes' | 'drain' | 'describe' | 'ping' | 'status';
  readonly [field: string]: unknown;
}

interface Reached {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const protocolVersion = 1;
const tokenName = 'restlets';
/** The vendor allows an hour between the two; wide, because its clock may be behind ours or ahead of it. */
const assertedBeforeSeconds = 300;
const assertedForSeconds = 3600;
/** A token is asked for anew this long before it ends. */
const tokenMarginMs = 300_000;

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

export function openRestlet(options: ConnectOptions<Settings, Secrets>): Restlet {
  const addresses = addressesOf(options.settings);
  const token = () => options.tokens.get(tokenName, () => mintToken(options, addresses.token));
  const post = (bearer: string, body: string, ifCut: IfCut) =>
    reach(
      options,
      new Request(addresses.restlet, {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', accept: 'application/json' },
        body,
      }),
      ifCut,
    );
  return {
    call: async (request, shape, ifCut) => {
      const body = JSON.stringify({ v: protocolVersion, ...request });
      const bearer = await token();
      let reached = await post(bearer, body, ifCut);
      // The token may have ended or been revoked since it was made; a login that was refused has done nothing.
      if (isLoginRefused(reached.status, reached.text)) {
        options.tokens.drop(tokenName, bearer);
        reached = await post(await token(), body, ifCut);
      }
      return understand(reached, shape, ifCut);
    },
  };
}

function understand<Shape extends z.ZodType>(reached: Reached, shape: Shape, ifCut: IfCut): Answer<z.infer<Shape>> {
  if (reached.status !== 200) throw faultOf({ ...reached, ifCut });
  if (isPage(reached)) throw new Fault(ifCut, 'NetSuite answered with a web page instead of JSON');
  const parsed = shape.safeParse(parseJson(reached.text));
  if (!parsed.success) {
    // A write whose answer cannot be read may well have been done.
    const code = ifCut === 'uncertain' ? 'uncertain' : 'unreadable';
    throw new Fault(code, 'the answer of the Tieout RESTlet was not understood', { cause: parsed.error });
  }
  return { body: parsed.data, requestId: reached.headers.get('x-n-operationid') };
}

async function mintToken(options: ConnectOptions<Settings, Secrets>, tokenUrl: string) {
  const { clientId, certificateId, privateKey } = options.secrets;
  const nowMs = options.nowMs();
  const iat = Math.floor(nowMs / 1000) - assertedBeforeSeconds;
  const assertion = await signAssertion({
    algorithm: 'ES256',
    privateKey,
    keyId: certificateId,
    claims: { iss: clientId, scope: ['restlets'], aud: tokenUrl, iat, exp: iat + assertedForSeconds },
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
async function reach(options: ConnectOptions<Settings, Secrets>, request: Request, ifCut: IfCut): Promise<Reached> {
  try {
    const response = await options.fetch(request);
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (cause) {
    if (cause instanceof Fault && cause.code !== 'uncertain') throw cause;
    throw new Fault(ifCut, 'the connection to NetSuite was cut', { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}
