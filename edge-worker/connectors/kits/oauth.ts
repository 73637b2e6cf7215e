// Asking an authorisation server for a token: a signed assertion out, the answer or a Fault back.
import type { JWTPayload } from 'jose';
import { Fault } from '../../faults.ts';

type Fetch = (request: Request) => Promise<Response>;

export interface Assertion {
  readonly algorithm: 'RS256' | 'PS256' | 'ES256';
  /** PKCS #8, as PEM. */
  readonly privateKey: string;
  /** The header's key id, for servers that hold several certificates. */
  readonly keyId?: string;
  readonly claims: JWTPayload;
}

export async function signAssertion(assertion: Assertion): Promise<string> {
  return (await import('./assertion.ts')).sign(assertion);
}

/** The token answer. Asking twice does no harm, so a cut call is `unreachable` even in the middle of a write. */
export async function requestToken(
  fetch: Fetch,
  url: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const request = new Request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...headers },
    body: new URLSearchParams(form).toString(),
  });
  const { response, answer } = await exchange(fetch, request);
  if (response.ok && answer !== null && typeof answer['access_token'] === 'string') return answer;
  if (response.status === 429) {
    throw new Fault('throttled', 'The authorisation server asks us to slow down', { retryAfterMs: waitOf(response) });
  }
  if (response.status >= 500 || answer === null || typeof answer['error'] !== 'string') {
    throw new Fault('unreachable', `The authorisation server answered ${response.status} without a token`);
  }
  const description = typeof answer['error_description'] === 'string' ? answer['error_description'] : 'no description';
  throw new Fault('unauthorised', `${answer['error']}: ${description}`, { vendorCode: answer['error'] });
}

async function exchange(
  fetch: Fetch,
  request: Request,
): Promise<{ readonly response: Response; readonly answer: Readonly<Record<string, unknown>> | null }> {
  try {
    const response = await fetch(request);
    return { response, answer: parseRecord(await response.text()) };
  } catch (cause) {
    if (cause instanceof Fault && cause.code !== 'uncertain') throw cause;
    throw new Fault('unreachable', 'The authorisation server did not answer', { cause });
  }
}

function parseRecord(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function waitOf(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
