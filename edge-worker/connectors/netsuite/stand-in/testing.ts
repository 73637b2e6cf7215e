// What the tests of this folder share: a stand-in with a clock they turn, and raw calls to its doors.
import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { controlled, type StandIn, type StandInFactory } from '../../stand-in.ts';
import { standIn } from '../stand-in.ts';
import { accountId, certificateId, clientId, privateKeyPem } from './credentials.ts';
import { isRecord } from './values.ts';

export const baseUrl = 'http://stand-in.test';
export const tokenUrl = `${baseUrl}/services/rest/auth/oauth2/v1/token`;
export const startMs = Date.parse('2026-11-22T10:00:00.000Z');

export type Json = Readonly<Record<string, unknown>>;

/** The objects of a list; anything else is a failure of the test. */
export function listOf(value: unknown): Json[] {
  if (!Array.isArray(value) || !value.every(isRecord)) throw new Error(`No list: ${JSON.stringify(value)}`);
  return value;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Json;
}

export interface AssertionOptions {
  readonly scope?: unknown;
  readonly audience?: string;
  readonly issuer?: string;
  readonly kid?: string;
  readonly key?: string;
  readonly alg?: string;
  readonly issuedAt?: number;
  readonly lifeSeconds?: number;
}

export class Bench {
  nowMs = startMs;
  readonly pushed: Request[] = [];
  readonly slept: number[] = [];
  /** What the hub answers to what scripts send. */
  hub: (request: Request) => Response = () => new Response(null, { status: 202 });
  readonly standIn: StandIn;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly #tokens = new Map<string, string>();

  /** With what the customer has installed, if anything. */
  constructor(installed: (factory: StandInFactory) => StandInFactory = (factory) => factory) {
    let state = 7;
    const make = installed(standIn);
    this.standIn = make({
      baseUrl,
      nowMs: () => this.nowMs,
      chance: () => {
        state = (state * 16807) % 2147483647;
        return state / 2147483647;
      },
      sleep: async (ms) => {
        this.slept.push(ms);
        this.nowMs += ms;
      },
      send: async (request) => {
        this.pushed.push(request.clone());
        return this.hub(request);
      },
    });
    this.fetch = controlled(this.standIn);
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const url = path.startsWith('http') ? path : `${baseUrl}${path}`;
    const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
    const given = text === null ? headers : { 'Content-Type': 'application/json', ...headers };
    return replyOf(await this.fetch(new Request(url, { method, headers: given, body: text })));
  }

  async rest(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const Authorization = `Bearer ${await this.token('rest_webservices')}`;
    return this.call(method, `/services/rest${path}`, body, { Authorization, ...headers });
  }

  record(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.rest(method, `/record/v1/${path}`, body, headers);
  }

  async suiteql(q: string, params: readonly unknown[] = [], paging = ''): Promise<Reply> {
    return this.rest('POST', `/query/v1/suiteql${paging}`, { q, params }, { Prefer: 'transient' });
  }

  async restlet(body: unknown): Promise<Reply> {
    const path = '/app/site/hosting/restlet.nl?script=customscript_tieout_rl_api&deploy=customdeploy_tieout_rl_api';
    return this.call('POST', path, body, { Authorization: `Bearer ${await this.token('restlets')}` });
  }

  async results(request: Json): Promise<Json[]> {
    const reply = await this.restlet({ v: 1, ...request });
    if (reply.status !== 200) throw new Error(reply.text);
    return listOf(reply.json['results']);
  }

  async token(scope: string): Promise<string> {
    const held = this.#tokens.get(scope);
    if (held !== undefined) return held;
    const reply = await this.askToken(await this.assertion({ scope: [scope] }));
    const token = String(reply.json['access_token']);
    this.#tokens.set(scope, token);
    return token;
  }

  forgetTokens(): void {
    this.#tokens.clear();
  }

  askToken(assertion: string): Promise<Reply> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
    return this.call('POST', tokenUrl, form.toString(), { 'Content-Type': 'application/x-www-form-urlencoded' });
  }

  assertion(options: AssertionOptions = {}): Promise<string> {
    const alg = options.alg ?? 'ES256';
    const issuedAt = options.issuedAt ?? Math.floor(this.nowMs / 1000);
    return new SignJWT({ scope: options.scope ?? ['restlets', 'rest_webservices'] })
      .setProtectedHeader({ typ: 'JWT', alg, kid: options.kid ?? certificateId })
      .setIssuer(options.issuer ?? clientId)
      .setAudience(options.audience ?? tokenUrl)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + (options.lifeSeconds ?? 3600))
      .sign(createPrivateKey(options.key ?? privateKeyPem));
  }

  /** A customer, a project of it, and a person who can work on it, all of subsidiary 1. */
  people(): { customer: string; job: string; employee: string } {
    const customer = this.standIn.create('customer', { companyName: 'Acme', subsidiary: '1' });
    const job = this.standIn.create('job', { companyName: 'Acme rollout', parent: customer });
    const employee = this.standIn.create('employee', { firstName: 'Ada', lastName: 'Byron', subsidiary: '1' });
    return { customer, job, employee };
  }

  row(type: string, id: string): Json {
    const found = this.standIn.rows(type).find((each) => each.id === id);
    if (!found) throw new Error(`No ${type} ${id}.`);
    return found;
  }
}

async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const parsed: unknown = isJson ? JSON.parse(text) : {};
  const json = isRecord(parsed) ? parsed : {};
  return { status: response.status, headers: response.headers, text, json };
}

/** The id at the end of a Location header. */
export const idOf = (reply: Reply) => reply.headers.get('location')?.split('/').pop() ?? '';

/** The first detail of a REST error body. */
export const detailOf = (reply: Reply): Json => listOf(reply.json['o:errorDetails'] ?? [])[0] ?? {};

export { accountId, certificateId, clientId };
