// The vendor's HTTP side: one shared concurrency limit, the armed misbehaviours, then the doors behind each path.
import { ConnectionCut, type StandInOptions, type Switchboard } from '../../stand-in.ts';
import { AsyncJobs, batchRuns, isAsync, isBatch, jobBase } from './async-jobs.ts';
import type { Books } from './books.ts';
import { Certificates, isCertificatePath } from './certificates.ts';
import { answerConsent, consentPath } from './consent.ts';
import { accountId } from './credentials.ts';
import { Faults } from './faults.ts';
import { answerMetadata, isMetadataPath } from './metadata.ts';
import type { Outbox } from './outbox.ts';
import type { Permissions } from './permissions.ts';
import { refusals } from './refusal.ts';
import { RestCodec, recordBase } from './rest-codec.ts';
import { RestRecords } from './rest-records.ts';
import { runRestlet } from './restlet.ts';
import { SuiteQl, suiteqlPath } from './suiteql.ts';
import { Tokens, tokenPath } from './tokens.ts';
import {
  type Answer,
  type Call,
  type Door,
  doorOf,
  guarded,
  patternOf,
  plainJson,
  restError,
  restletError,
  throttled,
  unauthorised,
} from './wire.ts';

const governancePath = '/services/rest/system/v1/governanceLimits';
const standardConcurrency = 5;
const ours = { script: 'customscript_tieout_rl_api', deploy: 'customdeploy_tieout_rl_api' };

export interface ServerWorld {
  readonly options: StandInOptions;
  readonly board: Switchboard;
  readonly books: Books;
  readonly permissions: Permissions;
  readonly outbox: Outbox;
}

export class Server {
  readonly #world: ServerWorld;
  readonly #faults: Faults;
  readonly #certificates: Certificates;
  readonly #tokens: Tokens;
  readonly #records: RestRecords;
  readonly #jobs: AsyncJobs;
  readonly #suiteql: SuiteQl;
  #slotsMax = standardConcurrency;
  #slotsTaken = 0;
  #slotsHeld = 0;
  #latencyMs = 0;
  #isConsentDenied = false;
  #operations = 0;

  constructor(world: ServerWorld) {
    const { options, board, books, permissions } = world;
    const { clock } = books;
    this.#world = world;
    this.#certificates = new Certificates(clock());
    this.#tokens = new Tokens(options.baseUrl, clock, this.#certificates);
    this.#tokens.isRevoked = () => this.#faults.isRevoked();
    this.#faults = new Faults(board, books, this.#tokens);
    this.#records = new RestRecords(books, new RestCodec(books, options.baseUrl), permissions);
    this.#jobs = new AsyncJobs(board, options.baseUrl, clock);
    this.#suiteql = new SuiteQl(books, permissions, options.baseUrl);
  }

  setConcurrency(limit: number): void {
    this.#slotsMax = limit;
  }

  /** Slots that the customer's other tools are using. */
  holdSlots(count: number): void {
    this.#slotsHeld = count;
  }

  setLatency(ms: number): void {
    this.#latencyMs = ms;
  }

  setAsyncDelay(ms: number): void {
    this.#jobs.delayMs = ms;
  }

  setTimeZone(offsetMinutes: number): void {
    this.#suiteql.offsetMs = offsetMinutes * 60_000;
  }

  setConsentDenied(isDenied: boolean): void {
    this.#isConsentDenied = isDenied;
  }

  rotateNoticeKey(key: string | null): void {
    this.#world.outbox.rotate(key);
  }

  async fetch(request: Request): Promise<Response> {
    const { board } = this.#world;
    board.settleDue();
    const url = new URL(request.url);
    const door = doorOf(url.pathname);
    const pattern = patternOf(request.method, url.pathname);
    const isGoverned = door === 'rest' || door === 'restlet';
    if (isGoverned && this.#slotsTaken + this.#slotsHeld >= this.#slotsMax) {
      return this.#respond(pattern, throttled(door));
    }
    if (isGoverned) this.#slotsTaken++;
    try {
      return this.#respond(pattern, await this.#serve(request, url, door));
    } catch (error) {
      if (error instanceof ConnectionCut) board.count(pattern, 0);
      throw error;
    } finally {
      if (isGoverned) this.#slotsTaken--;
    }
  }

  async #serve(request: Request, url: URL, door: Door): Promise<Answer> {
    const route = `${request.method} ${url.pathname}`;
    this.#faults.cutBefore(route);
    const slowMs = this.#faults.slowMs(route) + this.#latencyMs;
    const body = await request.text();
    if (slowMs > 0) await this.#world.options.sleep(slowMs);
    const call: Call = {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
    };
    const refusal = this.#faults.answerFor(door, route, call);
    if (refusal) return refusal;
    return this.#faults.around(door, route, call, () => this.#dispatch(door, call));
  }

  #respond(pattern: string, answer: Answer): Response {
    this.#world.board.count(pattern, answer.status);
    const operation = `${accountId}-${String(++this.#operations).padStart(8, '0')}`;
    const headers = { 'X-N-OperationId': operation, ...answer.headers };
    return new Response(answer.body ?? null, { status: answer.status, headers });
  }

  #dispatch(door: Door, call: Call): Answer {
    const { books, permissions, options } = this.#world;
    if (call.method === 'OPTIONS') return { status: 204 };
    if (call.path === tokenPath) return this.#tokens.answer(call);
    if (call.path === consentPath) return answerConsent(call, this.#tokens, this.#isConsentDenied);
    if (door === 'page') return { status: 404, headers: { 'Content-Type': 'text/html' }, body: 'Page Not Found' };
    const scopes = this.#tokens.scopesOf(call.headers.get('authorization'));
    if (!scopes?.has(door === 'restlet' ? 'restlets' : 'rest_webservices')) return unauthorised(door, accountId);
    if (door === 'restlet') return this.#restlet(call);
    if (isCertificatePath(call.path)) {
      return this.#certificates.answer(call, books.clock(), permissions.allows('ADMI_OWN_CERTIFICATES', 'EDIT'));
    }
    if (isMetadataPath(call.path)) return answerMetadata(call, books.schema, options.baseUrl);
    if (call.path === suiteqlPath) return this.#query(call);
    if (call.path === governancePath) return this.#limits();
    if (call.path.startsWith(`${jobBase}/`)) return this.#jobs.answer(call);
    if (call.path.startsWith(`${recordBase}/`)) return this.#record(call);
    return restError(404, { detail: 'The requested resource was not found.', code: 'NOT_FOUND' });
  }

  #record(call: Call): Answer {
    if (!isAsync(call)) {
      if (!isBatch(call)) return this.#records.answer(call);
      const detail = 'A batch needs the header Prefer: respond-async.';
      return restError(400, { detail, code: 'INVALID_HEADER', more: { 'o:errorHeader': 'Prefer' } });
    }
    if (!isBatch(call)) return this.#jobs.submit(call, [() => this.#records.answer(call)]);
    return guarded('rest', () => {
      const name = call.path.slice(recordBase.length + 1).split('/')[0] ?? '';
      const type = this.#world.books.schema.find(name);
      if (!type) throw refusals.unknownType(name);
      return this.#jobs.submit(call, batchRuns(call, type, this.#records));
    });
  }

  #query(call: Call): Answer {
    if (!isAsync(call)) return this.#suiteql.answer(call);
    return this.#jobs.submit(call, [() => this.#suiteql.run(call)]);
  }

  #limits(): Answer {
    return plainJson({
      accountConcurrencyLimit: this.#slotsMax,
      accountUnallocatedConcurrencyLimit: this.#slotsMax,
      integrationConcurrencyLimit: this.#slotsMax,
      integrationLimitType: 'accountLimit',
    });
  }

  #restlet(call: Call): Answer {
    const { books, permissions, outbox, options } = this.#world;
    const isOurs = call.query.get('script') === ours.script && call.query.get('deploy') === ours.deploy;
    if (!isOurs)
      return restletError(400, 'SSS_INVALID_SCRIPTLET_ID', 'That Suitelet is invalid, disabled, or no longer exists.');
    if (call.method !== 'POST') return restletError(405, 'SSS_INVALID_METHOD', 'The script has no such entry point.');
    if (!/^application\/json/i.test(call.headers.get('content-type') ?? '')) {
      return restletError(415, 'SSS_INVALID_CONTENT_TYPE', 'Unsupported content type. Provide application/json.');
    }
    const route = `${call.method} ${call.path}`;
    return guarded('restlet', () => ({
      status: 200,
      headers: { 'Content-Type': 'application/json; charset=UTF-8' },
      body: runRestlet(call.body, {
        books,
        permissions,
        outbox,
        account: accountId,
        chance: options.chance,
        isDoubled: () => this.#world.board.take('duplicate-notices', route) !== null,
        isShuffled: () => this.#world.board.take('shuffle-notices', route) !== null,
      }),
    }));
  }
}
