// Example's server, imitated from FACTS.md alone: an invented system for any role. Its parts are in stand-in/.
import {
  ConnectionCut,
  type Row,
  type StandIn,
  type StandInFactory,
  type StandInOptions,
  Switchboard,
} from '../stand-in.ts';
import { perform } from './stand-in/acts.ts';
import {
  type Answer,
  batch,
  failure,
  parseBody,
  type Renamed,
  readOne,
  refusal,
  renamedBy,
  textOrNull,
  tooMany,
} from './stand-in/answers.ts';
import { isValues, schemas, Table, type Values } from './stand-in/books.ts';
import { disturb, Webhooks } from './stand-in/webhooks.ts';
import { withdrawOne } from './stand-in/withdrawals.ts';

const client = { id: 'example-client', secret: 'example-secret' };
const concurrentMax = 8;
const batchMax = { read: 200, batch: 100, withdraw: 100, find: 100, statuses: 200 };
const feedPageMax = 500;
const tokenLifeMs = 3_600_000;

export const standIn: StandInFactory = (options) => new ExampleServer(options);

class ExampleServer implements StandIn {
  readonly name = 'example';
  readonly connection: StandIn['connection'];
  readonly #options: StandInOptions;
  readonly #board: Switchboard;
  readonly #tables = new Map<string, Table>();
  readonly #statuses = new Map<string, Row>();
  readonly #tokens = new Map<string, number>();
  /** The values each idempotency key came with, as text. */
  readonly #keys = new Map<string, string>();
  #webhooks: Webhooks;
  #serial = 0;
  #inFlight = 0;

  constructor(options: StandInOptions) {
    this.#options = options;
    this.#board = new Switchboard(options.nowMs);
    this.connection = {
      account: new URL(options.baseUrl).host.replace(/[^a-z0-9]+/g, '-'),
      environment: 'sandbox',
      settings: { baseUrl: options.baseUrl, clientId: client.id },
      secrets: { clientSecret: client.secret },
    };
    this.#webhooks = new Webhooks(options, this.#board, this.connection);
    this.reset();
  }

  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const route = `${request.method} ${pathname}`;
    const body = request.method === 'GET' ? '' : await request.text();
    this.#board.settleDue();
    this.#inFlight++;
    try {
      const slow = this.#board.take('slow', route);
      if (slow) await this.#options.sleep(slow.delayMs ?? 0);
      const answer = this.#misbehave(route, request) ?? this.#perform(route, body, searchParams);
      this.#board.count(route.replace(/\/v1\/[a-z]+\//, '/v1/{type}/'), answer.status);
      return this.#respond(answer);
    } finally {
      this.#inFlight--;
    }
  }

  #respond({ status, body, headers }: Answer): Response {
    const isText = typeof body === 'string';
    return new Response(isText ? body : JSON.stringify(body), {
      status,
      headers: {
        'content-type': isText ? 'text/html' : 'application/json',
        'x-request-id': `rq${++this.#serial}`,
        ...headers,
      },
    });
  }

  /** Answers of a bad day, in place of the real work; null when there is none. */
  #misbehave(route: string, request: Request): Answer | null {
    const board = this.#board;
    if (board.take('cut-before', route)) throw new ConnectionCut();
    if (board.take('throttle', route)) return tooMany('Slow down', 7);
    if (this.#inFlight > concurrentMax) return tooMany('Too many requests at a time', 1);
    if (board.take('break', route)) return failure(503, 'down', 'Back soon');
    if (board.take('html', route)) return { status: 502, body: '<html><body>Bad gateway</body></html>' };
    if (board.take('revoke', route)) return failure(401, 'revoked', 'This client was revoked');
    if (route === 'POST /oauth/token') return null;
    const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? '';
    if (board.take('expire-token', route)) this.#tokens.delete(token);
    const isAlive = (this.#tokens.get(token) ?? 0) > this.#nowMs();
    return isAlive ? null : failure(401, 'token_expired', 'The token is no longer valid');
  }

  #perform(route: string, body: string, query: URLSearchParams): Answer {
    const late = this.#board.take('late-commit', route);
    if (late) {
      this.#board.later(late.delayMs ?? 0, () => this.#dispatch(route, body, query));
      throw new ConnectionCut();
    }
    const answer = this.#dispatch(route, body, query);
    if (this.#board.take('commit-then-cut', route)) throw new ConnectionCut();
    return answer;
  }

  #dispatch(route: string, body: string, query: URLSearchParams): Answer {
    if (route === 'POST /oauth/token') return this.#issueToken(new URLSearchParams(body));
    const { account, environment } = this.connection;
    if (route === 'GET /v1/account') return { status: 200, body: { account, environment, missing: [] } };
    const posted = body === '' ? {} : parseBody(body);
    if (posted === null) return failure(400, 'malformed', 'The body is not a JSON object');
    if (route === 'PUT /v1/statuses') return this.#saveStatuses(posted['statuses']);
    const [, method, type = '', verb] = /^([A-Z]+) \/v1\/([a-z]+)\/([a-z]+)$/.exec(route) ?? [];
    const table = this.#tables.get(type);
    if (table === undefined) return failure(404, 'not_found', 'No such address');
    const renamed = renamedBy(this.#board.isArmed('schema-change')?.detail, type);
    switch (`${method} ${verb}`) {
      case 'POST read':
        return batch(posted['ids'], batchMax.read, (id) => readOne(table, String(id), renamed.outward));
      case 'PUT batch':
        return this.#write(type, table, posted['records'], route, renamed);
      case 'PUT withdraw':
        return this.#withdraw(type, table, posted['records'], route, renamed);
      case 'POST find':
        return batch(posted['keys'], batchMax.find, (key) => {
          const { field, value } = isValues(key) ? key : {};
          const path = renamed.pathBehind(String(field));
          return table.find(path, String(value), this.#options.nowMs()).map(renamed.outward);
        });
      case 'GET changes':
        return this.#changes(table, query, route);
      case 'GET schema':
        return {
          status: 200,
          body: { fields: table.fields.map((one) => ({ ...one, path: renamed.pathOf(one.path) })) },
        };
      default:
        return failure(404, 'not_found', 'No such address');
    }
  }

  #issueToken(form: URLSearchParams): Answer {
    if (form.get('client_id') !== client.id || form.get('client_secret') !== client.secret) {
      return failure(401, 'invalid_client', 'Unknown client or wrong secret');
    }
    const token = `token-${++this.#serial}`;
    this.#tokens.set(token, this.#nowMs() + tokenLifeMs);
    return { status: 200, body: { access_token: token, expires_in: tokenLifeMs / 1000 } };
  }

  #write(type: string, table: Table, records: unknown, route: string, renamed: Renamed): Answer {
    const rejected = this.#board.take('reject', route);
    const locked = this.#board.take('lock', route);
    const late = this.#board.take('late-search', route);
    return batch(records, batchMax.batch, (record) => {
      const { id, external_id, idempotency_key, stamp, values } = isValues(record) ? record : {};
      if (!isValues(values)) return refusal(422, 'malformed', 'values must be an object');
      if (rejected) {
        const field = rejected.detail ?? Object.keys(values)[0] ?? 'id';
        return refusal(422, 'business_rule', 'A rule of this account refuses the record', field);
      }
      if (locked) return refusal(423, 'locked', 'Somebody else has the record open');
      const known = typeof id === 'string' ? id : table.byExternalId.get(String(external_id));
      const before = known === undefined ? undefined : table.rows.get(known);
      if (typeof id === 'string' && before === undefined) return refusal(404, 'no_such_record', `No ${type} ${id}`);
      const key = `${type} ${idempotency_key}`;
      const text = JSON.stringify(values);
      const isRepeat = before !== undefined && typeof idempotency_key === 'string' && this.#keys.get(key) === text;
      if (isRepeat) return { status: 200, record: renamed.outward(before) };
      const inward = renamed.inward(values);
      const wrong = table.refusal(inward, before === undefined, this.#exists);
      if (wrong !== null) return { status: 422, ...wrong };
      const own = { externalId: textOrNull(external_id), stamp: textOrNull(stamp), by: 'api' };
      const row = table.save(before?.id ?? null, inward, own, this.#nowMs());
      if (typeof idempotency_key === 'string') this.#keys.set(key, text);
      const foundMs = this.#options.nowMs() + (late?.delayMs ?? 0);
      if (before === undefined && late) table.unsearchableUntilMs.set(row.id, foundMs);
      // A save that changed the stamp is the integration's own and is not told.
      if (row.stamp === (before?.stamp ?? null)) this.#announce(type, row.id, 'changed');
      return { status: before === undefined ? 201 : 200, record: renamed.outward(row) };
    });
  }

  #withdraw(type: string, table: Table, records: unknown, route: string, renamed: Renamed): Answer {
    const desk = {
      ...{ table, nowMs: this.#nowMs(), show: renamed.outward },
      isRejected: this.#board.take('reject', route) !== null,
      isLocked: this.#board.take('lock', route) !== null,
      announce: (id: string, kind: 'changed' | 'deleted') => this.#announce(type, id, kind),
    };
    return batch(records, batchMax.withdraw, (record) => withdrawOne(type, record, desk));
  }

  #changes(table: Table, query: URLSearchParams, route: string): Answer {
    const [, mark, count] = /^([nt])(\d+)$/.exec(query.get('after') ?? 'n0') ?? [];
    if (mark === undefined) return failure(400, 'bad_cursor', 'after is none of our cursors');
    const from = mark === 'n' ? Number(count) : table.seek(Number(count));
    const limit = Math.min(feedPageMax, Number(query.get('limit') ?? feedPageMax));
    const page = table.log.slice(from, from + limit);
    const next = from + page.length;
    const rows = disturb(page, route, this.#board, this.#options.chance).map(({ id, kind, atMs }) => ({
      id,
      kind,
      at: new Date(atMs).toISOString(),
    }));
    return { status: 200, body: { rows, next: `n${next}`, more: next < table.log.length } };
  }

  #saveStatuses(statuses: unknown): Answer {
    return batch(statuses, batchMax.statuses, (status) => {
      const { type, record, system, ...shown } = isValues(status) ? status : {};
      if (!this.#exists(String(type), String(record))) return refusal(404, 'no_such_record', `No ${type} ${record}`);
      const id = `${type}-${record}-${system}`;
      this.#statuses.set(id, { ...shown, type, record, system, id });
      return { status: 200 };
    });
  }

  create(type: string, values: Values, by = 'person'): string {
    return this.#saveByHand(type, null, values, by);
  }

  update(type: string, id: string, values: Values, by = 'person'): void {
    if (!this.#exists(type, id)) throw new Error(`There is no ${type} ${id}`);
    this.#saveByHand(type, id, values, by);
  }

  remove(type: string, id: string): void {
    if (this.#table(type).remove(id, this.#nowMs())) this.#announce(type, id, 'deleted');
  }

  #saveByHand(type: string, id: string | null, values: Values, by: string): string {
    const wrong = this.#table(type).refusal(values, id === null, this.#exists);
    if (wrong !== null) throw new Error(wrong.message);
    const row = this.#table(type).save(id, values, { by }, this.#nowMs());
    this.#announce(type, row.id, 'changed');
    return row.id;
  }

  act(verb: string, parameters: Values): unknown {
    const announce = (type: string, id: string, kind: 'changed' | 'deleted') => this.#announce(type, id, kind);
    return perform(verb, parameters, { tables: this.#tables, nowMs: this.#nowMs(), announce });
  }

  rows(type: string): readonly Row[] {
    return [...(type === 'status' ? this.#statuses : this.#table(type).rows).values()];
  }

  types(): readonly string[] {
    return [...schemas.keys(), 'status'];
  }

  subscribe(to: { readonly url: string; readonly key?: string; readonly installation?: string }): void {
    this.#webhooks.subscribe(to);
  }

  deliver(): Promise<number> {
    this.#board.settleDue();
    return this.#webhooks.deliver(this.#nowMs());
  }

  arm: StandIn['arm'] = (fault) => this.#board.arm(fault);
  disarm: StandIn['disarm'] = (how) => this.#board.disarm(how);
  calls: StandIn['calls'] = () => this.#board.calls();

  reset(): void {
    for (const type of schemas.keys()) this.#tables.set(type, new Table(type));
    for (const book of [this.#statuses, this.#tokens, this.#keys]) book.clear();
    this.#webhooks = new Webhooks(this.#options, this.#board, this.connection);
    this.#board.reset();
  }

  readonly #exists = (type: string, id: string): boolean => this.#tables.get(type)?.rows.has(id) ?? false;

  #table(type: string): Table {
    const table = this.#tables.get(type);
    if (table === undefined) throw new Error(`Example has no ${type}`);
    return table;
  }

  #announce(type: string, id: string, kind: 'changed' | 'deleted'): void {
    this.#webhooks.announce({ type, id, kind, atMs: this.#nowMs() });
  }

  #nowMs(): number {
    return this.#options.nowMs() + (this.#board.isArmed('clock-skew')?.delayMs ?? 0);
  }
}
