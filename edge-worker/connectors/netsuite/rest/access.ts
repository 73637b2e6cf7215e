// Access without our SuiteApp: the questions of PROTOCOL.md, answered by the vendor's record API and SuiteQL.
import type { z } from 'zod';
import { Fault } from '../../../faults.ts';
import type { Access, Answer, Question, ToFind } from '../access.ts';
import { typesWithoutPackage } from '../map-without-package.ts';
import { faultOf } from '../refusals.ts';
import type { Options } from '../token.ts';
import { Catalog, type CatalogField } from './catalog.ts';
import { Door, recordPath } from './door.ts';
import { Queries } from './query.ts';
import { Records } from './records.ts';
import { restTypeOf } from './types.ts';

/** SuiteScript's names of what the catalogue calls otherwise. */
const typeNames: Readonly<Record<string, string>> = {
  flag: 'checkbox',
  number: 'float',
  date: 'date',
  instant: 'datetime',
  reference: 'select',
};

/** What a record shows of what lies elsewhere: the default billing address, the role and currency of time. */
const filledIn: Readonly<Record<string, readonly (readonly [id: string, label: string])[]>> = {
  customer: [
    ['addr1', 'Address: street'],
    ['addr2', 'Address: second line'],
    ['city', 'Address: city'],
    ['state', 'Address: state'],
    ['zip', 'Address: postal code'],
    ['country', 'Address: country'],
  ],
  timebill: [
    ['custcol_tieout_role', 'Role of the service'],
    ['custcol_tieout_currency', 'Currency of the project'],
  ],
};

export class RestAccess implements Access {
  readonly #account: string;
  readonly #door: Door;
  readonly #catalog: Catalog;
  readonly #queries: Queries;
  readonly #records: Records;

  constructor(options: Options) {
    this.#account = options.settings.accountId;
    this.#door = new Door(options);
    this.#catalog = new Catalog(this.#door);
    this.#queries = new Queries(this.#door, this.#catalog);
    this.#records = new Records(this.#door, this.#catalog, this.#queries, options.paths);
  }

  async call<Shape extends z.ZodType>(question: Question, shape: Shape): Promise<Answer<z.infer<Shape>>> {
    const parsed = shape.safeParse({ results: await this.#answer(question) });
    if (parsed.success) return { body: parsed.data, requestId: null };
    const code = question.verb === 'apply' ? 'uncertain' : 'unreadable';
    throw new Fault(code, `NetSuite's answer to "${question.verb}" was not understood`, { cause: parsed.error });
  }

  async #answer(question: Question): Promise<readonly unknown[]> {
    switch (question.verb) {
      case 'read':
        // That a record is not there proves no deletion: the role may not see it.
        return (await this.#records.read(question.records)).map((one) => ({ deleted: false, ...one }));
      case 'apply':
        return this.#records.apply(question.records);
      case 'find':
        return this.#find(question.keys);
      case 'changes': {
        const { type, since, afterId, limit } = question;
        return this.#queries.changes(restTypeOf(type), since, afterId, limit);
      }
      case 'describe':
        return this.#describe(question.type);
      case 'ping':
        return [await this.#ping()];
      default:
        throw new Fault('unreadable', `without the Tieout SuiteApp nothing answers "${question.verb}"`);
    }
  }

  async #find(keys: readonly ToFind[]): Promise<readonly unknown[]> {
    const groups = new Map<string, ReadonlyMap<string, readonly string[]>>();
    for (const { type, field } of keys) {
      if (groups.has(`${type} ${field}`)) continue;
      const values = keys.filter((key) => key.type === type && key.field === field).map(({ value }) => value);
      groups.set(`${type} ${field}`, await this.#queries.idsBy(restTypeOf(type), field, values));
    }
    const refs = keys.map(({ type, field, value }) =>
      (groups.get(`${type} ${field}`)?.get(value) ?? []).map((id) => ({ type, id })),
    );
    const read = (await this.#records.read(refs.flat())).flatMap((one) => (one.found ? [one.record] : []));
    const found = new Map(read.map((record) => [`${record.type} ${record.id}`, record]));
    return refs.map((list) => ({ records: list.flatMap(({ type, id }) => found.get(`${type} ${id}`) ?? []) }));
  }

  async #describe(recordType: string): Promise<readonly unknown[]> {
    this.#catalog.forget(recordType);
    const fields = [...(await this.#catalog.fieldsOf(recordType))].filter(([, { kind }]) => kind !== 'lines');
    const described = fields.map(([id, field]) => describedField(id, field));
    return [...described, ...(filledIn[recordType] ?? []).map(([id, label]) => textField(id, label))];
  }

  /** The address of the account's interfaces is its own: credentials of another account are refused there. */
  async #ping() {
    const missing: string[] = [];
    for (const type of typesWithoutPackage) if (!(await this.#canSee(type))) missing.push(`read:${type}`);
    const environment = /_SB\d*$/i.test(this.#account) ? 'sandbox' : 'production';
    return { account: this.#account, environment, missing };
  }

  /** Whether the role sees records of a type at all. */
  async #canSee(recordType: string): Promise<boolean> {
    const path = `${recordPath}/${restTypeOf(recordType).name}`;
    const reached = await this.#door.send({ method: 'GET', path, query: { limit: '1' } }, 'unreachable');
    if (reached.status === 403) return false;
    if (reached.status > 299) throw faultOf({ ...reached, ifCut: 'unreachable' });
    return true;
  }
}

function textField(id: string, label: string) {
  return { id, label, type: 'text', mandatory: false, options: null, maxLength: null };
}

function describedField(id: string, { label, kind, isRequired, lengthMax, choices }: CatalogField) {
  const options = choices?.map((choice) => ({ id: choice, label: choice })) ?? null;
  return { id, label, type: typeNames[kind] ?? 'text', mandatory: isRequired, options, maxLength: lengthMax };
}
