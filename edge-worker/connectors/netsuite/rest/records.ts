// Reading and saving without our SuiteApp: flat records by query, the others one by one; saves by external id or by id.
import { Fault } from '../../../faults.ts';
import type { Named, ToApply } from '../access.ts';
import type { AnsweredRecord } from '../answers.ts';
import { maps } from '../map.ts';
import { isValues, type Values } from '../records.ts';
import { faultOf, problemIn } from '../refusals.ts';
import type { Options, Reached } from '../token.ts';
import type { Catalog } from './catalog.ts';
import { type Door, jsonOf, recordPath } from './door.ts';
import { readRecord, Untakeable, writtenBody } from './form.ts';
import type { Queries } from './query.ts';
import { type RestType, restTypeOf } from './types.ts';

/** Records read side by side; the account's limit is shared with the customer's other tools. */
const abreast = 3;
/** What the session itself looks at, whatever the mapping names. */
const alsoRead: Readonly<Record<string, readonly string[]>> = {
  timebill: ['customer', 'item', 'approvalstatus', 'isbillable', 'billed'],
  employee: ['firstname', 'lastname', 'entityid'],
  job: ['currency'],
};

export type Read = { readonly found: true; readonly record: AnsweredRecord } | { readonly found: false };
export type Applied =
  | { readonly outcome: 'applied'; readonly id: string; readonly created: boolean; readonly record: AnsweredRecord }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string; readonly field: string | null }
  | { readonly outcome: 'not-attempted' };
type Refused = Extract<Applied, { readonly outcome: 'refused' }>;

export class Records {
  readonly #door: Door;
  readonly #catalog: Catalog;
  readonly #queries: Queries;
  readonly #paths: Options['paths'];

  constructor(door: Door, catalog: Catalog, queries: Queries, paths: Options['paths']) {
    this.#door = door;
    this.#catalog = catalog;
    this.#queries = queries;
    this.#paths = paths;
  }

  async read(refs: readonly Named[]): Promise<readonly Read[]> {
    const found = new Map<string, AnsweredRecord>();
    const byType = new Map<string, string[]>();
    for (const { type, id } of refs) if (/^\d{1,15}$/.test(id)) byType.set(type, [...(byType.get(type) ?? []), id]);
    for (const [name, ids] of byType) {
      const type = restTypeOf(name);
      const records = type.isFlat
        ? await this.#queries.records(type, ids, this.#wanted(name))
        : await inTurns(ids, (id) => this.#readOne(type, id));
      for (const record of records) if (record) found.set(`${name} ${record.id}`, record);
    }
    return refs.map(({ type, id }) => {
      const record = found.get(`${type} ${id}`);
      return record ? { found: true, record } : { found: false };
    });
  }

  async #readOne(type: RestType, id: string): Promise<AnsweredRecord | null> {
    const json = await this.#jsonOf(type, id);
    return json && readRecord(type.id, json);
  }

  async #jsonOf(type: RestType, id: string): Promise<Values | null> {
    const path = `${recordPath}/${type.name}/${id}`;
    const call = { method: 'GET', path, query: { expandSubResources: 'true' } } as const;
    const reached = await this.#door.send(call, 'unreachable');
    if (reached.status === 404) return null;
    if (reached.status > 299) throw faultOf({ ...reached, ifCut: 'unreachable' });
    const json = jsonOf(reached);
    if (!isValues(json)) throw new Fault('unreadable', `NetSuite showed a ${type.name} in an unknown form`);
    return json;
  }

  /** Fields that the mapping names, or our own maps where it says nothing of the type. */
  #wanted(recordType: string): readonly string[] {
    const own = Object.values(maps)
      .filter((map) => map.recordType === recordType)
      .flatMap((map) => Object.values<{ readonly at: string }>(map.fields).map((row) => row.at));
    const paths = this.#paths[recordType] ?? own;
    const named = paths.flatMap((path) => (path.startsWith('values.') ? [path.slice('values.'.length)] : []));
    return [...new Set([...named, ...(alsoRead[recordType] ?? [])])];
  }

  /**
   * One save after the other: this interface has no batch that answers at once. A call that fails as a whole ends the
   * round; what was saved by then is answered, unless the failed one may have been saved as well.
   */
  async apply(wanted: readonly ToApply[]): Promise<readonly Applied[]> {
    const known = await this.#known(wanted);
    const saved = new Map<ToApply, { readonly id: string; readonly isNew: boolean }>();
    const results = new Map<ToApply, Refused>();
    for (const one of wanted) {
      const id = one.id ?? known.get(`${one.type} ${one.externalid}`) ?? null;
      try {
        const outcome = await this.#save(one, id);
        if (typeof outcome === 'string') saved.set(one, { id: outcome, isNew: id === null });
        else results.set(one, outcome);
      } catch (fault) {
        const isClean = fault instanceof Fault && fault.code !== 'uncertain';
        if (!isClean || saved.size + results.size === 0) throw fault;
        break;
      }
    }
    const read = await this.#readBack([...saved].map(([{ type }, { id }]) => ({ type, id })));
    return wanted.map((one): Applied => {
      const done = saved.get(one);
      const record = done && read.get(`${one.type} ${done.id}`);
      if (done && record) return { outcome: 'applied', id: done.id, created: done.isNew, record };
      return results.get(one) ?? { outcome: 'not-attempted' };
    });
  }

  /** Ids of what is there under our external ids: a save itself does not say whether it made a record. */
  async #known(wanted: readonly ToApply[]): Promise<ReadonlyMap<string, string>> {
    const known = new Map<string, string>();
    for (const type of new Set(wanted.filter(({ id }) => id === null).map((one) => one.type))) {
      const made = wanted.filter((one) => one.type === type && one.id === null);
      const ours = made.flatMap(({ externalid }) => externalid ?? []);
      for (const [externalId, ids] of await this.#queries.idsBy(restTypeOf(type), 'externalid', ours))
        if (ids[0] !== undefined) known.set(`${type} ${externalId}`, ids[0]);
    }
    return known;
  }

  /** The id of the saved record, or why it was refused. May be repeated: the external id names the record. */
  async #save(one: ToApply, id: string | null): Promise<string | Refused> {
    const type = restTypeOf(one.type);
    const before = one.type === 'customer' && id !== null ? await this.#jsonOf(type, id) : null;
    let body: Values;
    try {
      body = writtenBody(one.type, await this.#catalog.fieldsOf(one.type), one, before);
    } catch (problem) {
      if (!(problem instanceof Untakeable)) throw problem;
      return { outcome: 'refused', code: 'USER_ERROR', message: problem.message, field: problem.field };
    }
    const lists = Object.keys(one.sublists ?? {});
    const key = one.id === null ? `eid:${one.externalid}` : one.id;
    const reached = await this.#door.send(
      {
        method: one.id === null ? 'PUT' : 'PATCH',
        path: `${recordPath}/${type.name}/${key}`,
        query: lists.length > 0 ? { replace: lists.join(',') } : {},
        headers: { 'x-netsuite-propertynamevalidation': 'Error' },
        body,
      },
      'uncertain',
    );
    if (reached.status > 299) {
      this.#catalog.forget(one.type);
      return refused(reached);
    }
    const made = /\/(\d+)$/.exec(reached.headers.get('location') ?? '')?.[1] ?? id;
    if (made === null) throw new Fault('uncertain', 'NetSuite did not say which record it has saved');
    return made;
  }

  async #readBack(refs: readonly Named[]): Promise<ReadonlyMap<string, AnsweredRecord>> {
    try {
      const read = await this.read(refs);
      return new Map(read.flatMap((one) => (one.found ? [[`${one.record.type} ${one.record.id}`, one.record]] : [])));
    } catch (cause) {
      throw new Fault('uncertain', 'the records were saved but could not be read back', { cause });
    }
  }
}

function refused(reached: Reached): Refused {
  const { code, message, path } = problemIn(reached.text);
  return { outcome: 'refused', code: code ?? 'UNEXPECTED_ERROR', message, field: path?.toLowerCase() ?? null };
}

/** A few at a time, results in order. */
async function inTurns<Asked, Told>(list: readonly Asked[], ask: (one: Asked) => Promise<Told>): Promise<Told[]> {
  const told: Told[] = [];
  for (let start = 0; start < list.length; start += abreast)
    told.push(...(await Promise.all(list.slice(start, start + abreast).map(ask))));
  return told;
}
