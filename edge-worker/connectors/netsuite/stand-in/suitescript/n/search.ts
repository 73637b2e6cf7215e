// N/search: filters and columns over one record type, and the vendor's trace of deleted records.
import type { RecordType } from '../../fields.ts';
import type { Entry } from '../../shelf.ts';
import type { Module } from '../loader.ts';
import { costs } from '../meter.ts';
import type { Platform } from '../platform.ts';
import { scriptError } from '../script-error.ts';
import { withPromises } from './promises.ts';
import { ScriptRecord } from './script-record.ts';

type Named = string | { readonly name: string };
const nameIn = (given: Named) => (typeof given === 'string' ? given : given.name);

interface Filter {
  readonly name: string;
  readonly operator: string;
  readonly values: readonly unknown[];
}

interface Asked {
  readonly type: string;
  readonly filters?: unknown;
  readonly columns?: readonly Named[];
}

/** One row that a search may find. */
interface Candidate {
  readonly id: string;
  readonly type: string;
  readonly raw: (name: string) => unknown;
  readonly text: (name: string) => string;
}

const pageMax = 1000;
const eachMax = 4000;

const dayOf = (value: unknown) => Date.parse(String(value instanceof Date ? value.toISOString() : value));
const text = (value: unknown) => String(value ?? '').toLowerCase();

const operators: Readonly<Record<string, (value: unknown, wanted: readonly unknown[]) => boolean>> = {
  is: (value, [wanted]) =>
    typeof value === 'boolean' ? value === (wanted === true || wanted === 'T') : text(value) === text(wanted),
  isnot: (value, [wanted]) => text(value) !== text(wanted),
  anyof: (value, wanted) => wanted.flat().map(String).includes(String(value)),
  noneof: (value, wanted) => !wanted.flat().map(String).includes(String(value)),
  contains: (value, [wanted]) => text(value).includes(text(wanted)),
  startswith: (value, [wanted]) => text(value).startsWith(text(wanted)),
  isempty: (value) => value === '' || value === null,
  isnotempty: (value) => value !== '' && value !== null,
  equalto: (value, [wanted]) => Number(value) === Number(wanted),
  greaterthan: (value, [wanted]) => Number(value) > Number(wanted),
  lessthan: (value, [wanted]) => Number(value) < Number(wanted),
  onorafter: (value, [wanted]) => dayOf(value) >= dayOf(wanted),
  after: (value, [wanted]) => dayOf(value) > dayOf(wanted),
  onorbefore: (value, [wanted]) => dayOf(value) <= dayOf(wanted),
  before: (value, [wanted]) => dayOf(value) < dayOf(wanted),
};

/** Expressions joined by `and`, and filters as they are made; anything else is not known here. */
function filtersIn(given: unknown): readonly Filter[] {
  const list = Array.isArray(given) ? given : given ? [given] : [];
  if (typeof list[0] === 'string' && list[0].toLowerCase() !== 'not') return [filterOf(list)];
  return list.flatMap((each: unknown) => {
    if (typeof each === 'string' && each.toLowerCase() === 'and') return [];
    if (typeof each === 'string') throw new Error(`search filters joined by ${each} are not known to this platform`);
    return Array.isArray(each) ? filtersIn(each) : [each as Filter];
  });
}

function filterOf([name, operator, ...values]: readonly unknown[]): Filter {
  return { name: String(name), operator: String(operator), values };
}

function matches(candidate: Candidate, { name, operator, values }: Filter): boolean {
  const test = operators[operator.toLowerCase()];
  if (!test) throw new Error(`the search operator ${operator} is not known to this platform`);
  return test(candidate.raw(name), values.flat());
}

class Search {
  readonly #platform: Platform;
  readonly #type: string;
  readonly #columns: readonly Named[];
  readonly filters: Filter[];

  constructor(platform: Platform, { type, filters, columns = [] }: Asked) {
    this.#platform = platform;
    this.#type = type;
    this.#columns = columns;
    this.filters = [...filtersIn(filters)];
  }

  run() {
    return {
      columns: this.#columns,
      getRange: ({ start, end }: { start: number; end: number }) => {
        this.#platform.frame.meter.spend(costs.search);
        return this.#found().slice(start, Math.min(end, start + pageMax));
      },
      each: (look: (result: unknown) => boolean | undefined) => {
        this.#platform.frame.meter.spend(costs.search);
        for (const result of this.#found().slice(0, eachMax)) if (look(result) !== true) return;
      },
    };
  }

  runPaged({ pageSize = 50 }: { pageSize?: number } = {}) {
    const { meter } = this.#platform.frame;
    meter.spend(costs.pagedSearch);
    const all = this.#found();
    const pageRanges = Array.from({ length: Math.ceil(all.length / pageSize) }, (_, index) => ({ index }));
    const fetch = ({ index }: { index: number }) => {
      meter.spend(costs.pagedSearch);
      return { data: all.slice(index * pageSize, (index + 1) * pageSize) };
    };
    return { count: all.length, pageRanges, fetch };
  }

  #found() {
    const found = this.#platform.frame.step('search', () =>
      candidates(this.#platform, this.#type).filter((each) => this.filters.every((filter) => matches(each, filter))),
    );
    return found.map(({ id, type, raw, text }) => ({
      id,
      recordType: type,
      getValue: (column: Named) => raw(nameIn(column)),
      getText: (column: Named) => text(nameIn(column)),
    }));
  }
}

function candidates(platform: Platform, name: string): readonly Candidate[] {
  const { books, desk } = platform;
  if (name === 'deletedrecord') return deletions(platform);
  const type = desk.typeOf(name);
  desk.demand(type, 'VIEW');
  return [...books.store.shelf(type.id).values()]
    .filter((entry) => books.isFound(entry))
    .map((entry) => recordCandidate(platform, type, entry));
}

function recordCandidate(platform: Platform, type: RecordType, entry: Entry): Candidate {
  const shown = new ScriptRecord(platform.desk, type, entry);
  const known = (name: string) => (name === 'internalid' ? 'id' : name);
  return {
    id: entry.id,
    type: type.id,
    raw: (name) => {
      const value = shown.getValue(known(name));
      if (value === undefined) throw scriptError('SSS_INVALID_SRCH_COL', `An nlobjSearchColumn contains ${name}.`);
      return value;
    },
    text: (name) => shown.getText(known(name)),
  };
}

/** UNVERIFIED: that a result's id is the id of the record that was deleted. */
function deletions({ books, role }: Platform): readonly Candidate[] {
  if (!role.allows('ADMI_DELETEDRECORD', 'VIEW')) {
    throw scriptError('INSUFFICIENT_PERMISSION', 'You do not have permission to search deleted records.');
  }
  return [...books.store.deleted.values()].map(({ id, type, externalId, atMs }) => {
    const values: Readonly<Record<string, unknown>> = {
      recordtype: type,
      deleteddate: new Date(atMs),
      externalid: externalId ?? '',
    };
    return { id, type, raw: (name) => values[name] ?? '', text: (name) => String(values[name] ?? '') };
  });
}

function lookUp(platform: Platform, { type, id, columns }: { type: string; id: string | number; columns: unknown }) {
  platform.frame.meter.spend(costs.lookupFields);
  const { desk } = platform;
  const known = desk.typeOf(type);
  desk.demand(known, 'VIEW');
  const names = (Array.isArray(columns) ? columns : [columns]).map(String);
  const shown = platform.frame.step('lookupFields', () => new ScriptRecord(desk, known, desk.entry(known, id)));
  const values = names.map((name) => {
    const value = shown.getValue(name);
    const isList = shown.getField({ fieldId: name })?.type === 'select';
    return [name, isList ? (value === '' ? [] : [{ value, text: shown.getText(name) }]) : value];
  });
  return Object.fromEntries(values);
}

const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name.toUpperCase(), name]));

export function searchModule(platform: Platform): Module {
  return {
    Operator: named(Object.keys(operators)),
    Sort: { ASC: 'ASC', DESC: 'DESC', NONE: 'NONE' },
    get Type() {
      return Object.fromEntries([...platform.books.schema.types.keys()].map((id) => [id.toUpperCase(), id]));
    },
    createFilter: (filter: Filter) => ({ ...filter, values: [filter.values].flat() }),
    createColumn: (column: { name: string }) => column,
    ...withPromises({
      create: (asked: Asked) => new Search(platform, asked),
      lookupFields: (asked: { type: string; id: string | number; columns: unknown }) => lookUp(platform, asked),
    }),
  };
}
