// Drives the stand-in over plain HTTP requests, for its own tests: signs assertions, keeps a token, reads answers.
import { importPKCS8, SignJWT } from 'jose';
import type { StandIn, StandInFactory } from '../../stand-in.ts';
import { standIn } from '../stand-in.ts';
import { isBody } from './values.ts';

export const baseUrl = 'https://acme.example';
export const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const ack =
  '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">' +
  '<soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack>' +
  '</notificationsResponse></soapenv:Body></soapenv:Envelope>';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
  /** What lies at this path of the answer, as text. */
  readonly pick: (...path: readonly (string | number)[]) => string;
}

export interface Client {
  readonly org: StandIn;
  readonly clock: { nowMs: number };
  /** What the outbound message sender posted, and what the receiver answers to the next posts. */
  readonly posts: { readonly url: string; readonly headers: Headers; readonly body: string }[];
  answerWith(answer: () => Response): void;
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  query(soql: string): Promise<Reply>;
  assertion(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  askToken(assertion: string): Promise<Reply>;
  forgetToken(): void;
}

function pick(json: unknown, path: readonly (string | number)[]): string {
  let value = json;
  for (const step of path) value = isBody(value) || Array.isArray(value) ? Reflect.get(value, step) : undefined;
  return String(value);
}

async function readReply(response: Response): Promise<Reply> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  const json: unknown = isJson ? JSON.parse(text) : null;
  return { status: response.status, headers: response.headers, text, json, pick: (...path) => pick(json, path) };
}

export function openClient(factory: StandInFactory = standIn): Client {
  const clock = { nowMs: Date.UTC(2026, 4, 21, 9, 30, 2, 250) };
  const posts: { url: string; headers: Headers; body: string }[] = [];
  let token: string | null = null;
  let answer = (): Response => new Response(ack, { status: 200 });
  let seed = 7;
  const org = factory({
    baseUrl,
    nowMs: () => clock.nowMs,
    chance: () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    },
    sleep: async (ms) => {
      clock.nowMs += ms;
    },
    send: async (request) => {
      posts.push({ url: request.url, headers: request.headers, body: await request.text() });
      return answer();
    },
  });

  const assertion = async (claims: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    const { consumerKey, username, privateKey } = org.connection.secrets;
    const exp = Math.floor(clock.nowMs / 1000) + 180;
    const subject = { iss: String(consumerKey), sub: String(username) };
    const said = { ...subject, aud: 'https://login.salesforce.com', exp, ...claims };
    const key = await importPKCS8(String(privateKey), 'RS256');
    return new SignJWT(said).setProtectedHeader({ alg: 'RS256' }).sign(key);
  };
  const askToken = async (jwt: string): Promise<Reply> => {
    const body = new URLSearchParams({ grant_type: jwtBearer, assertion: jwt });
    return readReply(await org.fetch(new Request(`${baseUrl}/services/oauth2/token`, { method: 'POST', body })));
  };
  const send: Client['send'] = async (method, path, body, headers = {}) => {
    token ??= (await askToken(await assertion())).pick('access_token');
    const url = path.startsWith('/services/') ? baseUrl + path : `${baseUrl}/services/data/v66.0${path}`;
    const sent = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers };
    const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    return readReply(await org.fetch(new Request(url, { method, headers: sent, ...content })));
  };
  return {
    org,
    clock,
    posts,
    answerWith: (next) => {
      answer = next;
    },
    send,
    query: (soql) => send('GET', `/query?q=${encodeURIComponent(soql)}`),
    assertion,
    askToken,
    forgetToken: () => {
      token = null;
    },
  };
}

export const record = (type: string, values: Readonly<Record<string, unknown>>) => ({
  attributes: { type },
  ...values,
});
