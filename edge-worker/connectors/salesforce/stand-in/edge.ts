// The HTTP edge: reads a request, lets the day's mishaps have their way, serves it, counts it, writes the answer.
import { ConnectionCut, type Switchboard } from '../../stand-in.ts';
import { authorize, exchangeCode, refresh } from './consent.ts';
import {
  answerInstead,
  expireSession,
  type Incoming,
  searchability,
  takeCut,
  takeSpoiler,
  tooManyAtOnce,
} from './faults.ts';
import { identity, issueToken, oauthError, revokeToken, sessionOf } from './oauth.ts';
import { dailyCallsMax, type Org } from './org.ts';
import { servePages } from './pages/sign-in.ts';
import { type Answer, Refused, sessionInvalid, unreadable } from './refusals.ts';
import { countedAs, type Match, matchRoute, serveRoute } from './routes.ts';
import type { Call, Visit } from './visit.ts';

/** Only requests that have run this long count against the limit of concurrent ones. */
const longRunMs = 20_000;
const longRunsMax = 25;
/** UNVERIFIED: the length at which an address is refused. */
const addressLengthMax = 16_384;

interface Arrival extends Incoming, Call {
  readonly counted: string;
  readonly match: Match | null;
  readonly text: string;
  readonly isTooLong: boolean;
}

export class HttpEdge {
  readonly #org: () => Org;
  readonly #board: Switchboard;
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #running = new Set<{ readonly sinceMs: number }>();

  constructor(org: () => Org, board: Switchboard, sleep: (ms: number) => Promise<void>) {
    this.#org = org;
    this.#board = board;
    this.#sleep = sleep;
  }

  async fetch(request: Request): Promise<Response> {
    this.#board.settleDue();
    const org = this.#org();
    const arrival = await read(org, request);
    const page = await servePages(org, arrival);
    if (page) return toResponse(org, page);
    if (this.#board.take('cut-before', arrival.route)) this.#cut(arrival);
    const run = { sinceMs: org.nowMs() };
    this.#running.add(run);
    try {
      const answer = this.#answer(org, arrival);
      this.#board.count(arrival.counted, answer.status);
      const slow = this.#board.take('slow', arrival.route);
      if (slow) await this.#sleep(slow.delayMs ?? 0);
      return toResponse(org, answer);
    } finally {
      this.#running.delete(run);
    }
  }

  #cut(arrival: Arrival): never {
    this.#board.count(arrival.counted, 0);
    throw new ConnectionCut(`connection dropped: ${arrival.route}`);
  }

  #answer(org: Org, arrival: Arrival): Answer {
    const instead = answerInstead(org, this.#board, arrival);
    if (instead) return instead;
    if (arrival.isTooLong) return tooLong;
    const late = takeCut(this.#board, 'late-commit', arrival);
    const cut = late ?? takeCut(this.#board, 'commit-then-cut', arrival);
    const perform = this.#prepare(org, arrival);
    if ('status' in perform) return perform;
    if (late) this.#board.later(late.delayMs ?? 0, perform.run);
    const answer = late ? null : perform.run();
    if (cut || !answer) this.#cut(arrival);
    return answer;
  }

  /** Everything that is decided when the request comes in, whenever its effect happens. */
  #prepare(org: Org, arrival: Arrival): Answer | { readonly run: () => Answer } {
    if (arrival.path.startsWith('/services/oauth2/') && arrival.method === 'POST') {
      return { run: () => oauth(org, arrival) };
    }
    if (arrival.path === '/services/oauth2/authorize') return authorize(org, arrival);
    if (/^\/services\/data\/?$/.test(arrival.path)) return versions;
    if (this.#longRuns(org) >= longRunsMax) return tooManyAtOnce();
    const session = sessionOf(org, arrival.header);
    if (session === null || expireSession(org, this.#board, arrival, session.token)) return sessionInvalid();
    if (arrival.path.startsWith('/id/') || arrival.path === '/services/oauth2/userinfo') {
      return identity(org, session.userId);
    }
    org.countCall();
    const { schema, canSee } = org.rights.of(session.userId);
    const visit: Visit = {
      org,
      call: arrival,
      version: arrival.match?.version ?? '',
      by: { id: session.userId },
      schema,
      canSee,
      spoiler: takeSpoiler(this.#board, arrival),
      isSearchable: searchability(org, this.#board, arrival),
      again: (call) => serveRoute({ ...visit, call }, matchRoute(call.method, call.path)),
    };
    return { run: () => withUsage(org, serveRoute(visit, arrival.match)) };
  }

  #longRuns(org: Org): number {
    const beforeMs = org.nowMs() - longRunMs;
    return [...this.#running].filter((run) => run.sinceMs <= beforeMs).length;
  }
}

const versions: Answer = {
  status: 200,
  json: [
    { label: "Spring '26", url: '/services/data/v66.0', version: '66.0' },
    { label: "Summer '26", url: '/services/data/v67.0', version: '67.0' },
  ],
};

const tooLong: Answer = {
  status: 414,
  text: '<html><head><title>414 URI Too Long</title></head><body><h1>URI Too Long</h1></body></html>',
  headers: { 'Content-Type': 'text/html; charset=UTF-8' },
};

const grantTypes: Readonly<Record<string, (org: Org, form: URLSearchParams) => Answer>> = {
  'urn:ietf:params:oauth:grant-type:jwt-bearer': issueToken,
  authorization_code: exchangeCode,
  refresh_token: refresh,
};

function oauth(org: Org, arrival: Arrival): Answer {
  const form = new URLSearchParams(arrival.text);
  if (arrival.isToken) {
    const issue = grantTypes[form.get('grant_type') ?? ''];
    return issue?.(org, form) ?? oauthError('unsupported_grant_type', 'grant type not supported');
  }
  if (arrival.path === '/services/oauth2/revoke') return revokeToken(org, form.get('token') ?? '');
  return { status: 404, json: { error: 'not_found', error_description: 'no such endpoint' } };
}

function withUsage(org: Org, answer: Answer): Answer {
  const usage = { 'Sforce-Limit-Info': `api-usage=${org.used()}/${dailyCallsMax}` };
  return { ...answer, headers: { ...usage, ...answer.headers } };
}

function parseBody(request: Request, text: string): unknown {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) {
    const message = 'The HTTP entity body is not in a format that this resource supports.';
    throw new Refused('UNSUPPORTED_MEDIA_TYPE', message, null, 415);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable('Unexpected character: expected a valid value (JSON String, Number, Array, Object or token)');
  }
}

async function read(org: Org, request: Request): Promise<Arrival> {
  const { method } = request;
  const url = new URL(request.url);
  const path = url.pathname;
  const match = matchRoute(method, path);
  const isOauth = path.startsWith('/services/oauth2/') || path.startsWith('/id/');
  const plain = `${method} ${isOauth ? path.replace(/^\/id\/.*/, '/id/:org/:user') : '/*'}`;
  const text = method === 'GET' ? '' : await request.text();
  return {
    method,
    path,
    route: `${method} ${path}`,
    query: url.searchParams,
    counted: match ? countedAs(org, match, url.searchParams) : plain,
    match,
    text,
    header: (name) => request.headers.get(name),
    body: () => (text === '' ? undefined : parseBody(request, text)),
    isToken: path === '/services/oauth2/token',
    isWrite: match?.route.isWrite ?? false,
    isTooLong: url.pathname.length + url.search.length > addressLengthMax,
  };
}

function toResponse(org: Org, answer: Answer): Response {
  const headers = new Headers({ Date: new Date(org.nowMs()).toUTCString() });
  if (answer.json !== undefined) headers.set('Content-Type', 'application/json;charset=UTF-8');
  for (const [name, value] of Object.entries(answer.headers ?? {})) headers.set(name, value);
  const body = answer.json === undefined ? (answer.text ?? null) : JSON.stringify(answer.json);
  return new Response(body, { status: answer.status, headers });
}
