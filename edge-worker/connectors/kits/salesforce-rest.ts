// A thin client of this API: a token by signed assertion, SOQL, collections of up to 200 records. No package's names.
import { z } from 'zod';
import { parseExactJson } from '../../../shared/canonical-json.ts';
import { Fault } from '../../faults.ts';
import type { ConnectOptions } from '../connector.ts';
import { requestToken, signAssertion } from './oauth.ts';
import { type Answer, faultOf, isExpiredSession, type RecordError, recordErrors } from './salesforce-rest-faults.ts';
import { id18, isSameId } from './salesforce-rest-values.ts';

const apiVersion = 'v66.0';
const assertionLifeSeconds = 180;
/** Answers name no expiry; sessions last two hours unless the org says otherwise, and a 401 ends them sooner. */
const tokenLifeMs = 110 * 60_000;
const tokenName = 'access';
/** The app comes and goes with our package, so this is what an org says whose admin has uninstalled it. */
const appIsGone = 'Our package is not installed there: install it again, then choose Connect on its settings page';
export const collectionMax = 200;

export interface RestOptions extends Pick<ConnectOptions<unknown, unknown>, 'fetch' | 'nowMs' | 'tokens'> {
  /** Null while it is not known whose the credentials are: then any organisation is taken. */
  readonly account: string | null;
  readonly loginUrl: string;
  /** Overrules the address in the token answer. */
  readonly instanceUrl: string | null;
  readonly username: string;
  readonly consumerKey: string;
  readonly privateKey: string;
  /** Shown in the org's own API usage pages. */
  readonly clientName: string;
}

/** A row of a query: parents nested, children as a list, without the vendor's `attributes`. */
export type SObject = Readonly<Record<string, unknown>>;

export type Saved =
  | { readonly ok: true; readonly id: string; readonly isCreated: boolean }
  | { readonly ok: false; readonly errors: readonly RecordError[] };

/** Records of one call to be saved. Keys are the org's own names. */
export interface Saving {
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const tokenAnswer = z.object({ access_token: z.string(), instance_url: z.string(), id: z.string() });
const keptToken = z.object({ accessToken: z.string(), instanceUrl: z.string(), account: z.string() });
const queryPage = z.object({
  done: z.boolean(),
  nextRecordsUrl: z.string().startsWith('/services/data/').nullish(),
  records: z.array(z.custom<SObject>(isRecord)),
});
const savedRows = z.array(
  z.object({ success: z.boolean(), id: z.string().nullish(), created: z.boolean().nullish(), errors: recordErrors }),
);
type SavedRow = z.infer<typeof savedRows>[number];

/** A long list of children goes on at an address of its own. */
interface Unfinished {
  readonly children: SObject[];
  readonly path: string;
}

export class SalesforceRest {
  readonly #options: RestOptions;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  /** Every row of a query, over all its pages. `withDeleted` also shows what lies in the recycle bin. */
  async query(soql: string, scope: 'live' | 'with-deleted' = 'live'): Promise<readonly SObject[]> {
    const verb = scope === 'live' ? 'query' : 'queryAll';
    return this.#rows(`${this.#base}/${verb}?q=${encodeURIComponent(soql)}`);
  }

  /** Updates by record id. Results are in the order of the records. */
  update(records: readonly (Saving & { readonly id: string })[]): Promise<readonly Saved[]> {
    const body = records.map(({ type, id, fields }) => ({ attributes: { type }, id, ...fields }));
    return this.#save('PATCH', '/composite/sobjects', body);
  }

  create(records: readonly Saving[]): Promise<readonly Saved[]> {
    const body = records.map(({ type, fields }) => ({ attributes: { type }, ...fields }));
    return this.#save('POST', '/composite/sobjects', body);
  }

  /** Creates or updates by an external id that stands among the fields. */
  upsert(type: string, externalIdField: string, records: readonly SObject[]): Promise<readonly Saved[]> {
    const body = records.map((fields) => ({ attributes: { type }, ...fields }));
    return this.#save('PATCH', `/composite/sobjects/${type}/${externalIdField}`, body);
  }

  /** Deletes into the recycle bin. Results are in the order of the ids. */
  async remove(ids: readonly string[]): Promise<readonly Saved[]> {
    const path = `${this.#base}/composite/sobjects?ids=${ids.join(',')}&allOrNone=false`;
    return savedFrom(await this.#send('DELETE', path, null), ids.length);
  }

  async describe(type: string): Promise<unknown> {
    return this.#send('GET', `${this.#base}/sobjects/${type}/describe`, null);
  }

  /** The org that the credentials belong to. */
  async account(): Promise<string> {
    await this.#send('GET', `${this.#base}/limits`, null);
    return (await this.identity()).account;
  }

  /** Whose the credentials are, and where, as the token answer says. */
  async identity(): Promise<{ readonly account: string; readonly instanceUrl: string }> {
    return this.#readToken(await this.#token());
  }

  get #base(): string {
    return `/services/data/${apiVersion}`;
  }

  async #rows(firstPath: string): Promise<SObject[]> {
    const rows: SObject[] = [];
    const unfinished: Unfinished[] = [];
    for (let path: string | null = firstPath; path !== null; ) {
      const page: z.infer<typeof queryPage> = parsed(queryPage, await this.#send('GET', path, null), 'unreadable');
      for (const record of page.records) rows.push(plainOf(record, unfinished));
      path = page.done ? null : (page.nextRecordsUrl ?? null);
    }
    for (const { children, path } of unfinished) children.push(...(await this.#rows(path)));
    return rows;
  }

  async #save(method: string, path: string, records: readonly SObject[]): Promise<readonly Saved[]> {
    const answer = await this.#send(method, `${this.#base}${path}`, { allOrNone: false, records });
    return savedFrom(answer, records.length);
  }

  async #send(method: string, path: string, body: unknown): Promise<unknown> {
    const isWrite = method !== 'GET';
    for (let attempt = 1; ; attempt++) {
      const kept = await this.#token();
      const answer = await this.#exchange(this.#request(method, path, body, kept), isWrite);
      if (attempt === 1 && isExpiredSession(answer)) {
        this.#options.tokens.drop(tokenName, kept);
        continue;
      }
      if (answer.status < 200 || answer.status > 299) throw faultOf(answer, isWrite);
      return answer.text === '' ? null : parsedJson(answer.text, isWrite);
    }
  }

  #request(method: string, path: string, body: unknown, kept: string): Request {
    const { accessToken, instanceUrl } = this.#readToken(kept);
    return new Request((this.#options.instanceUrl ?? instanceUrl) + path, {
      method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        accept: 'application/json',
        'sforce-call-options': `client=${this.#options.clientName}`,
        ...(body === null ? {} : { 'content-type': 'application/json; charset=UTF-8' }),
      },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    });
  }

  async #exchange(request: Request, isWrite: boolean): Promise<Answer> {
    try {
      const response = await this.#options.fetch(request);
      return { status: response.status, text: await response.text() };
    } catch (cause) {
      if (cause instanceof Fault && (cause.code !== 'uncertain' || isWrite)) throw cause;
      throw new Fault(isWrite ? 'uncertain' : 'unreachable', 'The connection was cut', { cause });
    }
  }

  #token(): Promise<string> {
    return this.#options.tokens.get(tokenName, () => this.#mint());
  }

  async #mint(): Promise<{ readonly value: string; readonly expiresAtMs: number }> {
    const { account, nowMs } = this.#options;
    const answer = tokenAnswer.safeParse(await this.#askForToken().catch((fault: unknown) => this.#askAgain(fault)));
    if (!answer.success) throw new Fault('unreadable', 'The token answer lacks an address or an identity');
    const { access_token: accessToken, instance_url, id } = answer.data;
    const organisation = /\/id\/(\w+)\//.exec(id)?.[1] ?? '';
    if (account !== null && !isSameId(organisation, account)) {
      throw new Fault('unauthorised', 'The credentials belong to another organisation than this connection');
    }
    const instanceUrl = withoutSlash(instance_url);
    const value = JSON.stringify({ accessToken, instanceUrl, account: id18(organisation) ?? organisation });
    return { value, expiresAtMs: nowMs() + tokenLifeMs };
  }

  /** An assertion that was refused as such may have met a clock that is a little off; one fresh one is tried. */
  #askAgain(fault: unknown): Promise<Readonly<Record<string, unknown>>> {
    if (fault instanceof Fault && /invalid assertion/i.test(fault.message)) return this.#askForToken();
    if (fault instanceof Fault && fault.vendorCode === 'invalid_client_id') {
      throw new Fault('unauthorised', `${fault.message}. ${appIsGone}`, { vendorCode: fault.vendorCode, cause: fault });
    }
    throw fault;
  }

  async #askForToken(): Promise<Readonly<Record<string, unknown>>> {
    const { loginUrl, username, consumerKey, privateKey, nowMs, fetch } = this.#options;
    const expiresAt = Math.floor(nowMs() / 1000) + assertionLifeSeconds;
    const claims = { iss: consumerKey, sub: username, aud: withoutSlash(loginUrl), exp: expiresAt };
    const assertion = await signAssertion({ algorithm: 'RS256', privateKey, claims });
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
    return requestToken(fetch, `${withoutSlash(loginUrl)}/services/oauth2/token`, form);
  }

  #readToken(kept: string): z.infer<typeof keptToken> {
    return parsed(keptToken, parsedJson(kept, false), 'unreadable');
  }
}

function savedFrom(answer: unknown, sent: number): readonly Saved[] {
  const rows = parsed(savedRows, answer, 'uncertain');
  if (rows.length !== sent) throw new Fault('uncertain', `${sent} records were sent and ${rows.length} answered`);
  return rows.map(savedOf);
}

function plainOf(record: SObject, unfinished: Unfinished[]): SObject {
  const plain: Record<string, unknown> = {};
  for (const key in record) {
    const value = record[key];
    if (key !== 'attributes') plain[key] = isRecord(value) ? nestedIn(value, unfinished) : value;
  }
  return plain;
}

/** A parent, or a page of children. */
function nestedIn(value: SObject, unfinished: Unfinished[]): unknown {
  if (!Array.isArray(value['records'])) return plainOf(value, unfinished);
  const { done, nextRecordsUrl, records } = parsed(queryPage, value, 'unreadable');
  const children = records.map((record) => plainOf(record, unfinished));
  if (!done && nextRecordsUrl) unfinished.push({ children, path: nextRecordsUrl });
  return children;
}

function savedOf(row: SavedRow): Saved {
  if (!row.success) return { ok: false, errors: row.errors };
  const id = id18(row.id);
  if (id === null) throw new Fault('uncertain', 'A saved record came back without an id');
  return { ok: true, id, isCreated: row.created ?? false };
}

/** After a write an answer that makes no sense proves nothing about what was saved. */
function parsedJson(text: string, isWrite: boolean): unknown {
  try {
    return parseExactJson(text);
  } catch (cause) {
    throw new Fault(isWrite ? 'uncertain' : 'unreadable', 'The answer is no JSON', { cause });
  }
}

function parsed<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  otherwise: 'unreadable' | 'uncertain',
): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Fault(otherwise, `The answer has another shape than expected: ${result.error.issues[0]?.message ?? ''}`);
}

function isRecord(value: unknown): value is SObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
