// The REST record API: create, read, list, update, upsert, delete, transform, record actions.
import { approve, orderToInvoice } from './billing.ts';
import type { Books } from './books.ts';
import type { RecordType } from './fields.ts';
import type { Level, Role } from './permissions.ts';
import { Refusal, refusals } from './refusal.ts';
import { type ReadOptions, type RestCodec, recordBase } from './rest-codec.ts';
import { parseFilter } from './rest-filter.ts';
import type { Entry } from './shelf.ts';
import { isRecord } from './values.ts';
import { type Answer, type Call, refused, resourceJson, restError } from './wire.ts';

const pageMax = 1000;

type Json = Record<string, unknown>;

export const parseBody = (body: string): Json => {
  try {
    const parsed: unknown = body === '' ? {} : JSON.parse(body);
    if (isRecord(parsed)) return { ...parsed };
  } catch {
    // Answered below, as any other body that is no JSON object.
  }
  throw refusals.badBody();
};

/** `limit` and `offset` as every collection takes them. */
export function pagingOf(query: URLSearchParams): { limit: number; offset: number } {
  const limit = Number(query.get('limit') ?? pageMax);
  const offset = Number(query.get('offset') ?? 0);
  if (!Number.isInteger(limit) || limit < 1 || limit > pageMax) {
    throw refusals.badParameter(`Invalid query parameter: limit. Provide a number between 1 and ${pageMax}.`);
  }
  if (!Number.isInteger(offset) || offset < 0 || offset % limit !== 0) {
    throw refusals.badParameter('Invalid query parameter: offset. The offset must be divisible by the limit.');
  }
  return { limit, offset };
}

export function pageJson(
  url: string,
  query: URLSearchParams,
  page: { limit: number; offset: number },
  total: number,
  items: readonly unknown[],
) {
  const hrefAt = (offset: number) => {
    const parameters = new URLSearchParams(query);
    parameters.set('limit', String(page.limit));
    parameters.set('offset', String(offset));
    return `${url}?${parameters}`;
  };
  const hasMore = page.offset + page.limit < total;
  const links = [{ rel: 'self', href: hrefAt(page.offset) }];
  if (page.offset > 0) {
    links.push({ rel: 'first', href: hrefAt(0) }, { rel: 'previous', href: hrefAt(page.offset - page.limit) });
  }
  if (hasMore) {
    links.push({ rel: 'next', href: hrefAt(page.offset + page.limit) });
    links.push({ rel: 'last', href: hrefAt(Math.floor((total - 1) / page.limit) * page.limit) });
  }
  return { links, count: items.length, hasMore, items, offset: page.offset, totalResults: total };
}

export class RestRecords {
  readonly #books: Books;
  readonly #codec: RestCodec;
  readonly #role: Role;

  constructor(books: Books, codec: RestCodec, role: Role) {
    this.#books = books;
    this.#codec = codec;
    this.#role = role;
  }

  /** The path below the record base, e.g. `customer/12/!transform/invoice`. */
  answer(call: Call): Answer {
    const [typeName = '', key, ...rest] = decodeURIComponent(call.path.slice(recordBase.length + 1)).split('/');
    const type = this.#books.schema.find(typeName);
    try {
      if (!type) throw refusals.unknownType(typeName);
      if (call.body !== '' && !/json/i.test(call.headers.get('content-type') ?? '')) {
        return restError(415, { detail: 'Unsupported media type. Provide JSON.', code: 'INVALID_HEADER' });
      }
      if (key === undefined) return this.#collection(call, type);
      if (rest[0]?.startsWith('!')) return this.#transform(call, type, key, rest);
      if (rest[0]?.startsWith('@')) return this.#act(call, type, key, rest[0].slice(1));
      if (rest[0] !== undefined) return this.#sublist(call, type, key, rest[0]);
      return this.single(call, type, key, call.body);
    } catch (error) {
      if (error instanceof Refusal) return refused('rest', error);
      throw error;
    }
  }

  /** One record by its key; also the tasks of a batch. Throws what the books refuse. */
  single(call: Call, type: RecordType, key: string, body: string): Answer {
    switch (call.method) {
      case 'GET':
        return this.#read(call, type, key);
      case 'PATCH':
        return this.#write(call, type, this.#demand(type, key, 'EDIT'), parseBody(body));
      case 'PUT': {
        if (!key.startsWith('eid:')) throw refusals.badParameter('PUT needs an external ID. Provide eid:<externalId>.');
        const externalId = key.slice(4);
        const before = this.#books.store.byExternalId(type.id, externalId);
        return this.#write(call, type, before, { ...parseBody(body), externalId });
      }
      case 'DELETE': {
        const entry = this.#demand(type, key, 'FULL');
        this.#books.remove(type, entry.id, 'api');
        return { status: 204 };
      }
      default:
        return restError(405, { detail: 'Method not allowed.', code: 'METHOD_NOT_ALLOWED' });
    }
  }

  create(call: Call, type: RecordType, body: string): Answer {
    return this.#write(call, type, null, parseBody(body));
  }

  readOptions(query: URLSearchParams): ReadOptions {
    const isExpanded = query.get('expandSubResources') === 'true';
    const fields = query.get('fields');
    if (isExpanded && fields !== null) {
      throw refusals.badParameter('Invalid query parameter: fields cannot be combined with expandSubResources.');
    }
    const only = fields === null ? null : new Set(fields.split(',').map((each) => each.trim().toLowerCase()));
    return { isExpanded, isSimpleEnum: query.get('simpleEnumFormat') === 'true', only };
  }

  #find(type: RecordType, key: string): Entry | null {
    if (key.startsWith('eid:')) return this.#books.store.byExternalId(type.id, key.slice(4));
    return this.#books.store.get(type.id, key);
  }

  #demand(type: RecordType, key: string, level: Level): Entry {
    this.#role.demand(type, level);
    const entry = this.#find(type, key);
    if (!entry) throw refusals.unknownRecord();
    return entry;
  }

  #read(call: Call, type: RecordType, key: string): Answer {
    const entry = this.#demand(type, key, 'VIEW');
    return resourceJson(this.#codec.toJson(type, entry, this.readOptions(call.query)), 'singular');
  }

  #sublist(call: Call, type: RecordType, key: string, name: string): Answer {
    const sublist = type.sublists.get(name.toLowerCase());
    const entry = this.#demand(type, key, 'VIEW');
    if (!sublist || call.method !== 'GET') {
      return restError(404, { detail: `The sub-resource '${name}' does not exist.`, code: 'NOT_FOUND' });
    }
    const json = this.#codec.sublistJson(type, entry, sublist, this.readOptions(call.query));
    return resourceJson(json, 'collection');
  }

  #collection(call: Call, type: RecordType): Answer {
    if (call.method === 'POST') return this.create(call, type, call.body);
    if (call.method !== 'GET') {
      return restError(405, { detail: 'Method not allowed.', code: 'METHOD_NOT_ALLOWED' });
    }
    this.#role.demand(type, 'VIEW');
    const page = pagingOf(call.query);
    const { total, entries } = this.#listed(type, call.query.get('q'), page);
    const items = entries.map((entry) => ({
      links: [{ rel: 'self', href: this.#codec.urlOf(type, entry.id) }],
      id: entry.id,
    }));
    const url = this.#codec.urlOf(type, '').slice(0, -1);
    return resourceJson(pageJson(url, call.query, page, total, items), 'collection');
  }

  #listed(type: RecordType, q: string | null, page: { limit: number; offset: number }) {
    const shelf = this.#books.store.shelf(type.id);
    if (q === null) {
      const entries = shelf.page(page.offset, page.limit).filter((entry) => this.#books.isFound(entry));
      return { total: shelf.size, entries };
    }
    const test = parseFilter(type, q);
    const found: Entry[] = [];
    shelf.scanIds(0, (entry) => {
      if (test(entry) && this.#books.isFound(entry)) found.push(entry);
      return true;
    });
    return { total: found.length, entries: found.slice(page.offset, page.offset + page.limit) };
  }

  #write(call: Call, type: RecordType, before: Entry | null, body: Json): Answer {
    this.#role.demand(type, before ? 'EDIT' : 'CREATE');
    const replaced = new Set((call.query.get('replace') ?? '').toLowerCase().split(','));
    const { patch, unknown } = this.#codec.toPatch(type, body, before, replaced);
    const mode = call.headers.get('x-netsuite-propertynamevalidation')?.toLowerCase() ?? 'warning';
    const firstUnknown = unknown[0];
    if (mode === 'error' && firstUnknown !== undefined) throw refusals.unknownField(firstUnknown);
    const saved = this.#books.save(type, before?.id ?? null, patch, 'api');
    const isWarned = mode === 'warning' && unknown.length > 0;
    const headers = {
      Location: this.#codec.urlOf(type, saved.id),
      ...(isWarned ? { 'X-NetSuite-PropertyValidation': unknown.join(',') } : {}),
    };
    return { status: 204, headers };
  }

  #transform(call: Call, type: RecordType, key: string, rest: readonly string[]): Answer {
    const target = this.#books.schema.find(rest[1] ?? '');
    if (call.method !== 'POST' || rest[0] !== '!transform' || type.id !== 'salesorder' || target?.id !== 'invoice') {
      return restError(404, { detail: 'The transformation is not supported.', code: 'NOT_FOUND' });
    }
    this.#role.demand(target, 'CREATE');
    const order = this.#demand(type, key, 'VIEW');
    const { patch } = this.#codec.toPatch(target, parseBody(call.body), null, new Set());
    const invoice = orderToInvoice(order, patch, this.#books, 'api');
    return { status: 204, headers: { Location: this.#codec.urlOf(target, invoice.id) } };
  }

  /** FACTS.md#unverified: the status of a record action's answer. */
  #act(call: Call, type: RecordType, key: string, action: string): Answer {
    const isKnown = (type.id === 'timebill' || type.id === 'timesheet') && call.method === 'POST';
    if (!isKnown || !['approve', 'reject', 'submit'].includes(action)) {
      return restError(404, { detail: `The action '${action}' does not exist.`, code: 'NOT_FOUND' });
    }
    const entry = this.#demand(type, key, 'EDIT');
    if (this.#books.forced) throw this.#books.forced;
    approve(entry, action, this.#books);
    return { status: 204 };
  }
}
