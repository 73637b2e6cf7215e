// One call to Example: token, request, answer parsed exactly, and every way it can fail as a Fault.
import { z } from 'zod';
import { parseExactJson } from '../../../shared/canonical-json.ts';
import { Fault } from '../../faults.ts';
import type { ConnectOptions } from '../connector.ts';

export const settings = z.object({
  baseUrl: z.url().meta({ title: 'Address' }),
  clientId: z.string().min(1).meta({ title: 'Client id' }),
});
export const secrets = z.object({ clientSecret: z.string().min(8).meta({ title: 'Client secret' }) });
export type Options = ConnectOptions<z.infer<typeof settings>, z.infer<typeof secrets>>;

/** `write`: the request changes something, so that an answer that never came leaves its outcome unknown. */
type Effect = 'read' | 'write';
interface Answer<T> {
  readonly body: T;
  readonly requestId: string | null;
}
export type Call = <T>(effect: Effect, route: string, body: unknown, shape: z.ZodType<T>) => Promise<Answer<T>>;

const tokenName = 'access';
const issuedToken = z.object({ access_token: z.string(), expires_in: z.int() });
const problem = z.object({ code: z.string() });

export function callerOf(options: Options): Call {
  return async (effect, route, body, shape) => {
    const token = await options.tokens.get(tokenName, () => mintToken(options));
    let response = await send(options, effect, route, token, body);
    if (response.status === 401) {
      // Tokens end before their time; the keeper mints one for everybody who finds out at once.
      options.tokens.drop(tokenName, token);
      const renewed = await options.tokens.get(tokenName, () => mintToken(options));
      response = await send(options, effect, route, renewed, body);
    }
    return { body: await parse(effect, response, shape), requestId: response.headers.get('x-request-id') };
  };
}

async function mintToken(options: Options): Promise<{ readonly value: string; readonly expiresAtMs: number }> {
  const { settings, secrets, nowMs } = options;
  const form = new URLSearchParams({ client_id: settings.clientId, client_secret: secrets.clientSecret });
  const request = new Request(`${settings.baseUrl}/oauth/token`, { method: 'POST', body: form });
  const issued = await parse('read', await fetchAs('read', options, request), issuedToken);
  return { value: issued.access_token, expiresAtMs: nowMs() + issued.expires_in * 1000 };
}

function send(options: Options, effect: Effect, route: string, token: string, body: unknown): Promise<Response> {
  const [method = 'GET', path = ''] = route.split(' ');
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  return fetchAs(effect, options, new Request(options.settings.baseUrl + path, init));
}

async function fetchAs(effect: Effect, options: Options, request: Request): Promise<Response> {
  try {
    return await options.fetch(request);
  } catch (error) {
    // A read that was cut changed nothing, whatever became of it.
    const isUnknown = error instanceof Fault && error.code === 'uncertain';
    if (effect === 'read' && isUnknown) throw new Fault('unreachable', 'Example did not answer', { cause: error });
    throw error;
  }
}

async function parse<T>(effect: Effect, response: Response, shape: z.ZodType<T>): Promise<T> {
  const text = await response.text();
  const answer = parseOrNull(text);
  if (!response.ok) throw faultOf(effect, response, problem.safeParse(answer).data?.code ?? null);
  const parsed = shape.safeParse(answer);
  if (parsed.success) return parsed.data;
  // The write was answered, but not in words we know: whether it took effect must be looked up.
  throw new Fault(effect === 'read' ? 'unreadable' : 'uncertain', 'Example answered in an unknown form', {
    cause: parsed.error,
  });
}

function faultOf(effect: Effect, response: Response, vendorCode: string | null): Fault {
  const { status } = response;
  const message = `Example answered ${status}${vendorCode === null ? '' : ` ${vendorCode}`}`;
  if (status === 401 || status === 403) return new Fault('unauthorised', message, { vendorCode });
  if (status === 404) return new Fault('schema-changed', message, { vendorCode });
  if (status === 429) {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : null;
    return new Fault('throttled', message, { vendorCode, retryAfterMs });
  }
  // 503 comes from Example's own door, before any work; other 5xx may come after it.
  if (status === 503) return new Fault('unreachable', message, { vendorCode });
  if (status >= 500) return new Fault(effect === 'read' ? 'unreachable' : 'uncertain', message, { vendorCode });
  return new Fault('unreadable', message, { vendorCode });
}

function parseOrNull(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return null;
  }
}
