// Our own RESTlet as PROTOCOL.md has it, behind one function: `runRestlet`.
import type { Books } from './books.ts';
import type { RecordType } from './fields.ts';
import { Meter, queryUnits, recordCosts, restletUnits } from './governance.ts';
import { type Outbox, shuffle } from './outbox.ts';
import type { Permissions } from './permissions.ts';
import { Refusal, refusals } from './refusal.ts';
import {
  addressLines,
  badRequest,
  describedFields,
  hasAddress,
  type Json,
  limitIn,
  listIn,
  optionalTextIn,
  recordsMax,
  refusedOutcome,
  shownAddress,
  shownValues,
  statusesMax,
  strictValue,
  textIn,
  valuesFrom,
} from './restlet-forms.ts';
import type { Entry } from './shelf.ts';
import { isoOf, isRecord, type Line, type Value } from './values.ts';

export interface RestletHost {
  readonly books: Books;
  readonly permissions: Permissions;
  readonly outbox: Outbox;
  readonly account: string;
  readonly isDoubled: () => boolean;
  readonly isShuffled: () => boolean;
  readonly chance: () => number;
}

const statusUnits = recordCosts.custom.open + recordCosts.custom.save;

class Run {
  readonly #host: RestletHost;
  readonly #books: Books;
  readonly meter = new Meter(restletUnits);

  constructor(host: RestletHost) {
    this.#host = host;
    this.#books = host.books;
  }

  answer(request: Json): readonly unknown[] {
    if (request['v'] !== 1) throw badRequest('"v" must be 1.');
    switch (request['verb']) {
      case 'apply':
        return this.#apply(listIn(request, 'records', recordsMax));
      case 'read':
        return listIn(request, 'records', recordsMax).map((each) => this.#read(each));
      case 'find':
        return this.#find(listIn(request, 'keys', recordsMax));
      case 'changes':
        return this.#changes(request);
      case 'drain':
        return this.#drain(request);
      case 'describe':
        return this.#describe(this.#books.type(textIn(request, 'type')));
      case 'ping':
        return this.#ping();
      case 'status':
        return this.#status(listIn(request, 'statuses', statusesMax));
      default:
        throw badRequest(`Unknown verb "${String(request['verb'])}".`);
    }
  }

  /** One query finds records by external id, another the status rows; then each is opened, saved and read again. */
  #apply(records: readonly Json[]): readonly unknown[] {
    const plans = records.map((each) => {
      const type = this.#books.schema.find(textIn(each, 'type'));
      const statuses = each['statuses'] === undefined ? [] : listIn(each, 'statuses', statusesMax);
      const { open, save } = recordCosts[type?.cost ?? 'other'];
      return { each, type, statuses, open, units: open + save + open + statuses.length * statusUnits };
    });
    const sought = new Set(plans.filter(({ each }) => !each['id']).map(({ type }) => type));
    const hasStatuses = plans.some(({ statuses }) => statuses.length > 0);
    this.meter.spend(queryUnits * (sought.size + (hasStatuses ? 1 : 0)));
    let isShort = false;
    return plans.map(({ each, type, statuses, open, units }) => {
      isShort ||= !this.meter.affords(units);
      if (isShort) return { outcome: 'not-attempted' };
      try {
        const rows = statuses.map((status) => this.#statusRow(status));
        const applied = this.#applyOne(each, type);
        for (const row of rows) this.#saveStatus(type?.id ?? '', applied.id, row);
        this.meter.spend(units);
        return applied;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        this.meter.spend(open);
        return refusedOutcome(error);
      }
    });
  }

  #applyOne(each: Json, type: RecordType | null) {
    if (!type) throw refusals.unknownType(textIn(each, 'type'));
    const externalId = optionalTextIn(each, 'externalid');
    const id = optionalTextIn(each, 'id');
    const { store } = this.#books;
    const before =
      id === null ? (externalId === null ? null : store.byExternalId(type.id, externalId)) : store.get(type.id, id);
    if (id !== null && !before) throw refusals.unknownRecord();
    this.#host.permissions.demand(type, before ? 'EDIT' : 'CREATE');
    const asked = { ...(isRecord(each['values']) ? each['values'] : {}) };
    const lines = before?.sublists['addressbook'] ?? [];
    const address = hasAddress(type) ? addressLines(asked, lines) : null;
    const values = valuesFrom(type.fields, asked);
    const stamp = optionalTextIn(each, 'stamp');
    if (type.revisionKey !== null && stamp !== null) values[type.revisionKey] = stamp;
    const sublists: Record<string, readonly Line[]> = address === null ? {} : { addressbook: address };
    const given = each['sublists'] ?? {};
    if (!isRecord(given)) throw badRequest('"sublists" must be an object.');
    for (const name of Object.keys(given)) {
      const sublist = type.sublists.get(name);
      if (!sublist) throw refusals.unknownField(name);
      sublists[name] = listIn(given, name, 10_000).map((line) => valuesFrom(sublist.fields, line));
    }
    // A record found by id keeps the external id it has: somebody else may rely on it.
    const kept = before?.externalId ?? externalId;
    const saved = this.#books.save(type, before?.id ?? null, { values, sublists, externalId: kept }, 'api');
    return { outcome: 'applied', id: saved.id, created: before === null, record: this.#shown(type, saved) };
  }

  #statusRow(status: Json): Record<string, Value> {
    const { fields } = this.#books.type('customrecord_tieout_status');
    const values: Record<string, Value> = {};
    for (const name of ['system', 'state', 'reason', 'params', 'link', 'last', 'next', 'owner', 'amounts']) {
      const raw = isRecord(status[name]) ? JSON.stringify(status[name]) : (status[name] ?? null);
      const field = fields.get(`custrecord_tieout_st_${name}`);
      if (field) values[field.key] = strictValue(field, raw);
    }
    return values;
  }

  #saveStatus(typeId: string, id: string, row: Record<string, Value>): void {
    const type = this.#books.type('customrecord_tieout_status');
    const externalId = `${typeId}-${id}-${row['custrecord_tieout_st_system']}`;
    const values = { ...row, custrecord_tieout_st_rectype: typeId, custrecord_tieout_st_recid: id };
    const before = this.#books.store.byExternalId(type.id, externalId);
    this.#books.save(type, before?.id ?? null, { values, externalId }, 'api');
  }

  #status(statuses: readonly Json[]): readonly unknown[] {
    this.meter.spend(queryUnits);
    return statuses.map((each) => {
      try {
        const type = this.#books.type(textIn(each, 'type'));
        this.#saveStatus(type.id, textIn(each, 'id'), this.#statusRow(each));
        this.meter.spend(statusUnits);
        return { outcome: 'applied' };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return refusedOutcome(error);
      }
    });
  }

  #read(each: Json) {
    const type = this.#books.type(textIn(each, 'type'));
    const id = textIn(each, 'id');
    this.#host.permissions.demand(type, 'VIEW');
    this.meter.spend(recordCosts[type.cost].open);
    const entry = this.#books.store.get(type.id, id);
    if (entry) return { found: true, record: this.#shown(type, entry) };
    return { found: false, deleted: this.#books.store.deleted.has(`${type.id}/${id}`) };
  }

  #find(keys: readonly Json[]): readonly unknown[] {
    const asked = keys.map((each) => ({
      type: this.#books.type(textIn(each, 'type')),
      field: textIn(each, 'field'),
      value: textIn(each, 'value'),
    }));
    const groups = new Map<string, { type: RecordType; field: string; values: Set<string> }>();
    for (const { type, field, value } of asked) {
      const group = groups.get(`${type.id}.${field}`) ?? { type, field, values: new Set<string>() };
      groups.set(`${type.id}.${field}`, group);
      group.values.add(value);
    }
    const found = new Map<string, Entry[]>();
    for (const [name, { type, field, values }] of groups) {
      this.#host.permissions.demand(type, 'VIEW');
      this.meter.spend(queryUnits);
      for (const [value, entry] of this.#search(type, field, values)) {
        if (!this.#books.isFound(entry)) continue;
        const key = `${name}=${value}`;
        found.set(key, [...(found.get(key) ?? []), entry]);
      }
    }
    return asked.map(({ type, field, value }) => {
      const records = (found.get(`${type.id}.${field}=${value}`) ?? []).map((entry) => {
        const { sublists, ...shown } = this.#shown(type, entry);
        return shown;
      });
      return { records };
    });
  }

  #search(type: RecordType, name: string, values: ReadonlySet<string>): (readonly [string, Entry])[] {
    const { store } = this.#books;
    const direct = (look: (value: string) => readonly (Entry | null)[]) =>
      [...values].flatMap((value) => look(value).flatMap((entry) => (entry ? [[value, entry] as const] : [])));
    if (name === 'id') return direct((value) => [store.get(type.id, value)]);
    if (name === 'externalid') return direct((value) => [store.byExternalId(type.id, value)]);
    const field = type.fields.get(name);
    if (!field) throw refusals.unknownField(name);
    if (type.indexed.includes(field.key)) return direct((value) => store.where(type.id, field.key, value));
    const hits: (readonly [string, Entry])[] = [];
    for (const entry of store.shelf(type.id).values()) {
      const value = String(entry.values[field.key] ?? '');
      if (values.has(value)) hits.push([value, entry]);
    }
    return hits;
  }

  #changes(request: Json): readonly unknown[] {
    const type = this.#books.type(textIn(request, 'type'));
    this.#host.permissions.demand(type, 'VIEW');
    this.meter.spend(queryUnits);
    const since = optionalTextIn(request, 'since');
    const afterId = optionalTextIn(request, 'afterId');
    const sinceMs = since === null ? Number.NEGATIVE_INFINITY : Date.parse(since);
    if (Number.isNaN(sinceMs)) throw badRequest('"since" must be an ISO 8601 instant.');
    const limit = limitIn(request);
    const rows: { id: string; lastmodified: string }[] = [];
    this.#books.store.shelf(type.id).scanChanges(sinceMs, afterId === null ? -1 : Number(afterId), (entry) => {
      if (this.#books.isFound(entry)) rows.push({ id: entry.id, lastmodified: isoOf(entry.stampMs) });
      return rows.length < limit;
    });
    return rows;
  }

  #drain(request: Json): readonly unknown[] {
    const after = optionalTextIn(request, 'after');
    const confirmed = after === null ? 0 : this.#host.outbox.confirmUpTo(Number(after));
    this.meter.spend(queryUnits + confirmed * recordCosts.custom.submitFields);
    const rows = this.#host.outbox.waiting(Number(after ?? 0), limitIn(request));
    const notices = rows.map((row) => this.#host.outbox.noticeOf(row));
    const sent = this.#host.isDoubled() ? notices.flatMap((each) => [each, each]) : notices;
    if (this.#host.isShuffled()) shuffle(sent, this.#host.chance);
    return sent;
  }

  #describe(type: RecordType): readonly unknown[] {
    this.meter.spend(recordCosts[type.cost].open);
    return describedFields(type, this.#books);
  }

  #ping(): readonly unknown[] {
    this.meter.spend(queryUnits);
    const { permissions, account } = this.#host;
    const role = 'customrole_tieout_integration';
    const missing = permissions.missing();
    return [{ account, environment: 'sandbox', role, permissions: permissions.held(), missing }];
  }

  #shown(type: RecordType, entry: Entry) {
    const sublists: Record<string, unknown> = {};
    for (const sublist of type.sublists.values()) {
      sublists[sublist.id] = (entry.sublists[sublist.id] ?? []).map((line) => shownValues(sublist.fields, line));
    }
    return {
      type: type.id,
      id: entry.id,
      externalid: entry.externalId,
      lastmodified: isoOf(entry.stampMs),
      values: { ...shownValues(type.fields, entry.values), ...(hasAddress(type) ? shownAddress(entry) : {}) },
      sublists,
    };
  }
}

/** The script's whole run: takes the request's text, gives the answer's text or throws a `Refusal`. */
export function runRestlet(body: string, host: RestletHost): string {
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch {
    throw badRequest('The request is no JSON.');
  }
  if (!isRecord(request)) throw badRequest('The request must be an object.');
  const run = new Run(host);
  const results = run.answer(request);
  return JSON.stringify({ v: 1, results, unitsLeft: run.meter.left });
}
