// The vendor's HTTP side: one shared concurrency limit, the armed misbehaviours, then the doors behind each path.
import { ConnectionCut, type StandInOptions, type Switchboard } from '../../stand-in.ts';
import { AsyncJobs, batchRuns, isAsync, isBatch, jobBase } from './async-jobs.ts';
import type { Books } from './books.ts';
import { Certificates, isCertificatePath } from './certificates.ts';
import { answerConsent, consentPath } from './consent.ts';
import { accountId, certificateId } from './credentials.ts';
import { Faults } from './faults.ts';
import { answerMetadata, isMetadataPath } from './metadata.ts';
import { Pages } from './pages/pages.ts';
import { handMade, type Role, type Roles } from './permissions.ts';
import { refusals } from './refusal.ts';
import { RestCodec, recordBase } from './rest-codec.ts';
import { RestRecords } from './rest-records.ts';
import type { Scripts } from './scripts.ts';
import { SuiteQl, suiteqlPath } from './suiteql.ts';
import type { Doing } from './suitescript/frame.ts';
import { Tokens, tokenPath } from './tokens.ts';
import { owner } from './users.ts';
import {
  type Answer,
  type Call,
  type Door,
  doorOf,
  guarded,
  patternOf,
  plainJson,
  restError,
  throttled,
  unauthorised,
} from './wire.ts';

const governancePath = '/services/rest/system/v1/governanceLimits';
const standardConcurrency = 5;

export interface ServerWorld {
  readonly options: StandInOptions;
  readonly board: Switchboard;
  readonly books: Books;
  readonly roles: Roles;
  readonly scripts: Scripts;
}

export class Server {
  readonly #world: ServerWorld;
  readonly #faults: Faults;
  readonly #certificates: Certificates;
  readonly #tokens: Tokens;
  readonly #codec: RestCodec;
  readonly #jobs: AsyncJobs;
  readonly #pages: Pages;
  #slotsMax = standardConcurrency;
  #slotsTaken = 0;
  #slotsHeld = 0;
  #latencyMs = 0;
  #isConsentDenied = false;
  #operations = 0;
  /** The role of the integration's certificate, and of the administrator's consent. */
  #mappedRole = handMade;

  constructor(world: ServerWorld) {
    const { options, board, books } = world;
    const { clock } = books;
    this.#world = world;
    this.#certificates = new Certificates(clock());
    this.#tokens = new Tokens(options.baseUrl, clock, this.#certificates);
    this.#tokens.isRevoked = () => this.#faults.isRevoked();
    this.#faults = new Faults(board, books, this.#tokens);
    this.#codec = new RestCodec(books, options.baseUrl);
    this.#jobs = new AsyncJobs(board, options.baseUrl, clock);
    this.#pages = new Pages(world);
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

  setConsentDenied(isDenied: boolean): void {
    this.#isConsentDenied = isDenied;
  }

  storeCertificate(fileContent: string): string {
    return this.#certificates.store(fileContent, this.#world.books.clock());
  }

  get mappedRole(): string {
    return this.#mappedRole;
  }

  mapRole(id: string): void {
    this.#mappedRole = id;
    this.#certificates.map(certificateId, this.#world.roles.named(id).serial);
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
    if (door === 'page' && call.path !== consentPath) return this.#pages.answer(call);
    return this.#faults.around(door, route, call, () => this.#dispatch(door, call));
  }

  #respond(pattern: string, answer: Answer): Response {
    this.#world.board.count(pattern, answer.status);
    const operation = `${accountId}-${String(++this.#operations).padStart(8, '0')}`;
    const headers = { 'X-N-OperationId': operation, ...answer.headers };
    return new Response(answer.body ?? null, { status: answer.status, headers });
  }

  #dispatch(door: Door, call: Call): Answer {
    const { books, options, roles, scripts } = this.#world;
    if (call.method === 'OPTIONS') return { status: 204 };
    if (call.path === tokenPath) return this.#tokens.answer(call);
    if (call.path === consentPath) {
      const role = roles.named(this.#mappedRole).serial;
      return answerConsent(call, this.#tokens, { isDenied: this.#isConsentDenied, role });
    }
    const access = this.#tokens.accessOf(call.headers.get('authorization'));
    const role = access && roles.withSerial(access.role);
    const isLet = role && access.scopes.has(door === 'restlet' ? 'restlets' : 'rest_webservices');
    if (!isLet) return unauthorised(door, accountId);
    if (door === 'restlet') return scripts.doors.restlet(call, { user: owner, role: role.id, context: 'RESTLET' });
    if (isCertificatePath(call.path)) {
      return this.#certificates.answer(call, books.clock(), role.allows('ADMI_OWN_CERTIFICATES', 'EDIT'));
    }
    if (isMetadataPath(call.path)) return answerMetadata(call, books.schema, options.baseUrl);
    if (call.path === suiteqlPath) return this.#query(call, role);
    if (call.path === governancePath) return this.#limits();
    if (call.path.startsWith(`${jobBase}/`)) return this.#jobs.answer(call);
    if (call.path.startsWith(`${recordBase}/`)) return this.#record(call, role);
    return restError(404, { detail: 'The requested resource was not found.', code: 'NOT_FOUND' });
  }

  #record(call: Call, role: Role): Answer {
    const { books, scripts } = this.#world;
    const records = new RestRecords(books, this.#codec, role);
    const doing: Doing = { user: owner, role: role.id, context: 'RESTWEBSERVICES' };
    const once = (run: () => Answer) => () => scripts.events.as(doing, run);
    if (!isAsync(call)) {
      if (!isBatch(call)) return once(() => records.answer(call))();
      const detail = 'A batch needs the header Prefer: respond-async.';
      return restError(400, { detail, code: 'INVALID_HEADER', more: { 'o:errorHeader': 'Prefer' } });
    }
    if (!isBatch(call)) return this.#jobs.submit(call, [once(() => records.answer(call))]);
    return guarded('rest', () => {
      const name = call.path.slice(recordBase.length + 1).split('/')[0] ?? '';
      const type = books.schema.find(name);
      if (!type) throw refusals.unknownType(name);
      return this.#jobs.submit(call, batchRuns(call, type, records).map(once));
    });
  }

  #query(call: Call, role: Role): Answer {
    const suiteql = new SuiteQl(this.#world.books, role, this.#world.options.baseUrl);
    suiteql.offsetMs = this.#world.scripts.platform.sqlOffsetMs;
    if (!isAsync(call)) return suiteql.answer(call);
    return this.#jobs.submit(call, [() => suiteql.run(call)]);
  }

  #limits(): Answer {
    return plainJson({
      accountConcurrencyLimit: this.#slotsMax,
      accountUnallocatedConcurrencyLimit: this.#slotsMax,
      integrationConcurrencyLimit: this.#slotsMax,
      integrationLimitType: 'accountLimit',
    });
  }
}
