// One call to Kantata: request, envelope, side-loads, and every way a whole call can fail as a Fault.
import { z } from 'zod';
import { parseExactJson } from '../../../shared/canonical-json.ts';
import { Fault } from '../../faults.ts';
import type { ConnectOptions, WireRecord } from '../connector.ts';

const customFieldId = z.string().regex(/^\d+$/).optional();

export const settings = z.object({
  apiBase: z.url().default('https://api.mavenlink.com/api/v1').meta({ title: 'API address' }),
  accountId: z.string().min(1).optional().meta({ title: 'Account id' }),
  customFields: z
    .object({
      purchaseOrder: customFieldId.meta({ title: 'Project custom field for the purchase order (id)' }),
      billingMode: customFieldId.meta({ title: 'Project custom field for who bills (id)' }),
      deliveryRegion: customFieldId.meta({ title: 'Project custom field for the delivery region (id)' }),
      recognised: customFieldId.meta({ title: 'Project custom field for revenue recognised (id)' }),
      deferred: customFieldId.meta({ title: 'Project custom field for revenue deferred (id)' }),
    })
    .default({})
    .meta({ title: 'Custom fields' }),
  requestsPerSecond: z
    .number()
    .int()
    .min(1)
    .max(50)
    .default(4)
    .meta({ title: 'Requests a second that Kantata allows this account' }),
});
export const secrets = z.object({ accessToken: z.string().min(1).meta({ title: 'Access token' }) });
export type Settings = z.infer<typeof settings>;
/** Settings, and the paths that the installation's mapping names by record type. */
export type Asked = Settings & Pick<Options, 'paths'>;
export type Options = ConnectOptions<Settings, z.infer<typeof secrets>>;

/** `once`: an answer that never came leaves open whether the call took effect. `repeatable`: it may be sent again. */
export type Effect = 'repeatable' | 'once';
export type Query = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  /** Null when the body was no JSON. */
  readonly body: unknown;
  readonly requestId: string | null;
}

/** An answered list: the rows asked for, in their order, and what was side-loaded. */
export interface Listing {
  readonly rows: readonly WireRecord[];
  readonly count: number;
  readonly pageCount: number;
  side(collection: string, id: unknown): WireRecord | null;
}

const problems = z.object({
  errors: z.array(z.object({ type: z.string().nullish(), message: z.string().nullish(), field: z.string().nullish() })),
});
const plainProblem = z.object({ error: z.string() });
const envelope = z.looseObject({
  count: z.number(),
  results: z.array(z.object({ key: z.string(), id: z.union([z.string(), z.number()]) })),
  meta: z.looseObject({ page_count: z.number() }).optional(),
});

const tokenName = 'access';
/** How long a token that an admin has replaced goes on being used. */
const tokenKeptMs = 60 * 60_000;
const messageLengthMax = 300;
const pageRowsMax = 200;

export class Client {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  get settings(): Asked {
    return { ...this.#options.settings, paths: this.#options.paths };
  }

  nowMs(): number {
    return this.#options.nowMs();
  }

  /** One page of a collection. Only what `query` asks to be hidden is hidden. */
  async list(collection: string, query: Query): Promise<Listing> {
    const answer = await this.send('repeatable', 'GET', collection, { per_page: String(pageRowsMax), ...query });
    return this.listing(answer, 'repeatable');
  }

  /** All pages of a collection: each row with the listing that it came in. */
  async all(collection: string, query: Query): Promise<{ readonly row: WireRecord; readonly listing: Listing }[]> {
    const found: { readonly row: WireRecord; readonly listing: Listing }[] = [];
    let listing: Listing;
    let page = 1;
    do {
      listing = await this.list(collection, { ...query, page: String(page) });
      for (const row of listing.rows) found.push({ row, listing });
    } while (++page <= listing.pageCount);
    return found;
  }

  /** The envelope of a 2xx answer; of any other a Fault. */
  listing(answer: Answer, effect: Effect): Listing {
    if (answer.status < 200 || answer.status > 299) throw faultOf(answer);
    const parsed = envelope.safeParse(answer.body);
    const unknown = effect === 'once' ? 'uncertain' : 'unreadable';
    if (!parsed.success) throw new Fault(unknown, 'Kantata answered in an unknown form');
    const { results, count, meta, ...loads } = parsed.data;
    const side = (collection: string, id: unknown): WireRecord | null => {
      const table = loads[collection];
      const found = isRecord(table) ? table[String(id)] : null;
      return isRecord(found) ? found : null;
    };
    const rows = results.map(({ key, id }) => side(key, id)).filter((found) => found !== null);
    if (rows.length < results.length) throw new Fault(unknown, 'Kantata named results that it did not send');
    return { rows, count, pageCount: meta?.page_count ?? Math.ceil(count / pageRowsMax), side };
  }

  /** Answers of 2xx and 4xx are the caller's to judge; everything that fails the whole call is thrown. */
  async send(effect: Effect, method: string, path: string, query: Query, body?: unknown): Promise<Answer> {
    let token = await this.#token();
    let answer = await this.#once(effect, method, path, query, body, token);
    if (answer.status === 401) {
      // Their tokens do not expire, so a refusal stops the whole connection: it is believed when said twice.
      this.#options.tokens.drop(tokenName, token);
      token = await this.#token();
      answer = await this.#once(effect, method, path, query, body, token);
    }
    const { status } = answer;
    if (status === 401 || status === 429) throw faultOf(answer);
    if (status >= 500) {
      throw new Fault(effect === 'once' ? 'uncertain' : 'unreachable', wordsOf(answer), { vendorCode: codeOf(answer) });
    }
    return answer;
  }

  /** The token is the secret itself; the keeper has it so that all calls in flight hear of a new one together. */
  #token(): Promise<string> {
    const { tokens, secrets, nowMs } = this.#options;
    return tokens.get(tokenName, async () => ({ value: secrets.accessToken, expiresAtMs: nowMs() + tokenKeptMs }));
  }

  async #once(
    effect: Effect,
    method: string,
    path: string,
    query: Query,
    body: unknown,
    token: string,
  ): Promise<Answer> {
    const search = new URLSearchParams(query).toString();
    const url = `${this.#options.settings.apiBase}/${path}${search === '' ? '' : `?${search}`}`;
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    try {
      const response = await this.#options.fetch(new Request(url, init));
      const text = await response.text();
      return { status: response.status, body: parse(text), requestId: response.headers.get('x-request-id') };
    } catch (error) {
      // A body that breaks off is no Fault yet. A question that was cut may simply be asked again.
      const isCut = !(error instanceof Fault) || error.code === 'uncertain';
      if (!isCut) throw error;
      throw new Fault(effect === 'once' ? 'uncertain' : 'unreachable', 'Kantata did not answer', { cause: error });
    }
  }
}

/** The Fault of an answer to a question. 403: the token's user lacks a permission that only an admin there can give. */
export function faultOf(answer: Answer): Fault {
  const details = { vendorCode: codeOf(answer), fields: fieldsOf(answer) };
  const words = wordsOf(answer);
  const { status } = answer;
  if (status === 401 || status === 403) return new Fault('unauthorised', words, details);
  if (status === 404) return new Fault('schema-changed', words, details);
  // They never say how long to wait.
  if (status === 429) return new Fault('throttled', words, { ...details, retryAfterMs: null });
  return new Fault(status >= 500 ? 'unreachable' : 'unreadable', words, details);
}

/** Their own words, of all errors of the answer. */
export function wordsOf(answer: Answer): string {
  const listed = problems.safeParse(answer.body).data?.errors ?? [];
  const said = listed.flatMap(({ message }) => message ?? []).join('; ');
  const words = said === '' ? plainProblem.safeParse(answer.body).data?.error : said;
  return (words ?? `Kantata answered ${answer.status}`).slice(0, messageLengthMax);
}

export function fieldsOf(answer: Answer): readonly string[] {
  const listed = problems.safeParse(answer.body).data?.errors ?? [];
  return [...new Set(listed.flatMap(({ field }) => field ?? []))];
}

/** They have no codes of their own: the kind of error and the status stand for one. */
export function codeOf(answer: Answer): string {
  const kind = problems.safeParse(answer.body).data?.errors[0]?.type;
  return kind ? `${kind}-${answer.status}` : `http-${answer.status}`;
}

export function isRecord(value: unknown): value is WireRecord {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return null;
  }
}

/** Some collections are a right of their own: null where the token's user has it not, and everything else goes on. */
export async function unlessForbidden<Told>(ask: () => Promise<Told>): Promise<Told | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Fault && error.vendorCode?.endsWith('-403')) return null;
    throw error;
  }
}
