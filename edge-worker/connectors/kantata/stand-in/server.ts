// The HTTP side: who may come in, what is counted, and every misbehaviour, each with this vendor's own answer.
import {
  ConnectionCut,
  type FaultSwitch,
  type Misbehaviour,
  type StandInOptions,
  type Switchboard,
} from '../../stand-in.ts';
import {
  type Answer,
  badGateway,
  forbidden,
  json,
  malformed,
  notFound,
  Refusal,
  refused,
  throttled,
  timedOut,
  unauthorised,
  unavailable,
} from './answers.ts';
import { type Actor, type Books, stampOf } from './books.ts';
import { readForm, type TokenDesk } from './oauth.ts';
import type { Renaming } from './present.ts';
import { type Call, dispatch, patternOf } from './routes.ts';
import { type Input, isInput, text } from './rows.ts';
import type { Test } from './shape.ts';
import { shapes } from './shapes.ts';

const apiRoot = '/api/v1/';

/** The numbers are behind the vendor's login, so nothing is limited until a test says so. FACTS.md#limits */
export interface Limits {
  concurrentMax: number;
  perMinuteMax: number;
}

interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly route: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

const isWrite = (incoming: Incoming): boolean => incoming.method !== 'GET' && incoming.path.startsWith(apiRoot);

const fieldsAtFault: Readonly<Record<string, string>> = {
  workspaces: 'title',
  time_entries: 'date_performed',
  expenses: 'category',
  invoices: 'user_invoice_number',
  billing_milestones: 'amount_in_cents',
};

export class Server {
  readonly limits: Limits = { concurrentMax: Number.POSITIVE_INFINITY, perMinuteMax: Number.POSITIVE_INFINITY };
  readonly #books: Books;
  readonly #desk: TokenDesk;
  readonly #board: Switchboard;
  readonly #options: StandInOptions;
  #inFlight = 0;
  #minute = 0;
  #inMinute = 0;
  #requests = 0;

  constructor(books: Books, desk: TokenDesk, board: Switchboard, options: StandInOptions) {
    this.#books = books;
    this.#desk = desk;
    this.#board = board;
    this.#options = options;
  }

  async fetch(request: Request): Promise<Response> {
    this.#board.settleDue();
    const url = new URL(request.url);
    const path = url.pathname.replace(/\.json$/, '');
    const route = `${request.method} ${path}`;
    const pattern = patternOf(request.method, path);
    this.#inFlight++;
    const isOver = this.#isOverLimit();
    try {
      const body = request.method === 'GET' ? '' : await request.text();
      const incoming = { method: request.method, path, route, url, headers: request.headers, body };
      const answer = await this.#answer(incoming, isOver);
      this.#board.count(pattern, answer.status);
      return this.#respond(answer);
    } catch (error) {
      if (error instanceof ConnectionCut) this.#board.count(pattern, 0);
      throw error;
    } finally {
      this.#inFlight--;
    }
  }

  async #answer(incoming: Incoming, isOver: boolean): Promise<Answer> {
    const { route } = incoming;
    if (this.#board.take('cut-before', route)) throw new ConnectionCut(route);
    const slow = this.#board.take('slow', route);
    if (slow) await this.#options.sleep(slow.delayMs ?? 0);
    if (isOver || this.#board.take('throttle', route)) return throttled;
    const broken = this.#board.take('break', route);
    if (broken) return broken.detail === '504' ? timedOut : unavailable;
    if (this.#board.take('html', route)) return badGateway;
    // Everything from here on happens in one go: body and waiting are behind us.
    this.#books.skewMs = this.#board.take('clock-skew', route)?.delayMs ?? 0;
    if (!incoming.path.startsWith(apiRoot)) return this.#signIn(incoming);
    return this.#refusal(incoming) ?? this.#run(incoming);
  }

  #isOverLimit(): boolean {
    const minute = Math.floor(this.#options.nowMs() / 60_000);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#inMinute = 0;
    }
    this.#inMinute++;
    return this.#inFlight > this.limits.concurrentMax || this.#inMinute > this.limits.perMinuteMax;
  }

  /** What is refused before the books are opened. */
  #refusal(incoming: Incoming): Answer | null {
    const { route, path } = incoming;
    const token = /^Bearer (.+)$/.exec(incoming.headers.get('authorization') ?? '')?.[1] ?? '';
    if (this.#armed('revoke', route) || !this.#desk.isValid(token)) return unauthorised;
    if (this.#board.take('expire-token', route)) return unauthorised;
    const [key = ''] = path.slice(apiRoot.length).split('/');
    if (this.#books.denied.has(key)) return forbidden;
    if (!isWrite(incoming)) return null;
    const rejected = this.#board.take('reject', route);
    if (rejected) {
      const field = rejected.detail ?? fieldsAtFault[key] ?? 'base';
      return Refusal.of(field, 'is not allowed by a rule of this account').answer();
    }
    if (!this.#board.take('lock', route)) return null;
    return refused(422, { type: 'validation', message: 'This record is locked and cannot be changed', field: 'base' });
  }

  /** The request takes effect: now with an answer, now without one, or later. */
  #run(incoming: Incoming): Answer {
    const late = this.#board.take('late-commit', incoming.route);
    if (late) {
      this.#board.later(late.delayMs ?? 0, () => this.#perform(incoming));
      return lost(late, incoming.route);
    }
    const answer = this.#perform(incoming);
    const cut = this.#board.take('commit-then-cut', incoming.route);
    return cut ? lost(cut, incoming.route) : answer;
  }

  #perform(incoming: Incoming): Answer {
    let body: Input;
    try {
      body = readBody(incoming);
    } catch {
      return malformed;
    }
    this.#books.lateMs = this.#lateness(incoming.route);
    const call = this.#callOf(incoming, body);
    try {
      return incoming.method === 'GET'
        ? dispatch(this.#books, call)
        : this.#books.atomically(() => dispatch(this.#books, call));
    } catch (error) {
      if (error instanceof Refusal) return error.answer();
      throw error;
    }
  }

  #callOf(incoming: Incoming, body: Input): Call {
    const { method, path, url, route } = incoming;
    const isList = method === 'GET';
    const actor: Actor = { userId: this.#books.tokenUserId, isPerson: false };
    return {
      method,
      segments: path.slice(apiRoot.length).split('/'),
      query: url.searchParams,
      body,
      actor,
      hide: isList ? this.#lag(route) : null,
      habits: {
        isDoubled: isList && this.#board.take('duplicate-notices', route) !== null,
        isShuffled: isList && this.#board.take('shuffle-notices', route) !== null,
        chance: this.#options.chance,
      },
      renaming: this.#renaming(),
    };
  }

  /** `late-search` on a write: what this request creates is left out of lists for a while. Asked once, if at all. */
  #lateness(route: string): () => number {
    let known: number | null = null;
    return () => {
      known ??= this.#board.take('late-search', route)?.delayMs ?? 0;
      return known;
    };
  }

  /** `late-search` on a list: whatever is younger than the delay is not found yet. */
  #lag(route: string): Test | null {
    const armed = this.#armed('late-search', route);
    if (!armed) return null;
    // Without a route the switch is meant for the next creates, so that a list does not use it up.
    if (armed.route) this.#board.take('late-search', route);
    const newest = stampOf(this.#books.nowMs() - (armed.delayMs ?? 0));
    return (row) => text(row, 'created_at') > newest;
  }

  #renaming(): Renaming | null {
    const [where = '', to = ''] = this.#board.isArmed('schema-change')?.detail?.split(':') ?? [];
    const [type = '', from = ''] = where.split('.');
    for (const shape of shapes.values())
      if (shape.key === type || shape.singular === type) return { key: shape.key, from, to };
    return null;
  }

  /** An armed switch that fits the route, without counting it down. */
  #armed(how: Misbehaviour, route: string): FaultSwitch | null {
    const fault = this.#board.isArmed(how);
    return fault && (!fault.route || new RegExp(fault.route).test(route)) ? fault : null;
  }

  #signIn(incoming: Incoming): Answer {
    const { route, url } = incoming;
    if (this.#board.take('expire-token', route) || this.#armed('revoke', route))
      return json(401, { error: 'invalid_client', error_description: 'Client authentication failed.' });
    let answer: Answer;
    try {
      const form = readForm(incoming.body, incoming.headers.get('content-type') ?? '');
      answer = this.#desk.answer(route, url.searchParams, form) ?? notFound;
    } catch {
      return malformed;
    }
    const cut = this.#board.take('commit-then-cut', route);
    return cut ? lost(cut, route) : answer;
  }

  #respond(answer: Answer): Response {
    const headers = new Headers({ 'x-request-id': requestId(++this.#requests) });
    if (answer.contentType) headers.set('content-type', answer.contentType);
    if (answer.location) headers.set('location', answer.location);
    return new Response(answer.body, { status: answer.status, headers });
  }
}

/** Nothing comes back, or the gateway's 504 where the switch asks for it. */
function lost(fault: FaultSwitch, route: string): Answer {
  if (fault.detail === '504') return timedOut;
  throw new ConnectionCut(route);
}

function requestId(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** JSON, or Rails' form fields one level deep: `time_entry[notes]=Design`. */
function readBody(incoming: Incoming): Input {
  if (incoming.body === '') return {};
  if (!(incoming.headers.get('content-type') ?? '').includes('form-urlencoded')) {
    const parsed: unknown = JSON.parse(incoming.body);
    return isInput(parsed) ? parsed : {};
  }
  const fields: Record<string, Record<string, unknown>> = {};
  for (const [name, value] of new URLSearchParams(incoming.body)) {
    const [, outer = '', inner = '', isList] = /^(\w+)\[(\w+)\](\[\])?$/.exec(name) ?? [];
    const record = fields[outer] ?? {};
    fields[outer] = record;
    const known = record[inner];
    record[inner] = isList ? [...(Array.isArray(known) ? known : []), value] : value;
  }
  return fields;
}
