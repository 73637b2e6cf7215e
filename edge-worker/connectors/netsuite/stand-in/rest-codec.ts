// Between the books and the JSON of the REST record API: references with links, durations as h:mm, amounts as numbers.
import type { Books, Patch } from './books.ts';
import { durationOfHours } from './decimals.ts';
import type { Field, RecordType, Sublist } from './fields.ts';
import { refusals } from './refusal.ts';
import type { Entry } from './shelf.ts';
import { isoOf, isRecord, type Line, type Resolve, textOf, type Value, type Values, valueFrom } from './values.ts';

export const recordBase = '/services/rest/record/v1';

export interface ReadOptions {
  readonly isExpanded: boolean;
  readonly isSimpleEnum: boolean;
  /** Lower-case names; null = all. */
  readonly only: ReadonlySet<string> | null;
}

type Json = Record<string, unknown>;

const linkTo = (href: string) => [{ rel: 'self', href }];

export class RestCodec {
  readonly #books: Books;
  readonly #base: string;

  constructor(books: Books, baseUrl: string) {
    this.#books = books;
    this.#base = `${baseUrl}${recordBase}`;
  }

  urlOf(type: RecordType, id: string): string {
    return `${this.#base}/${type.name}/${id}`;
  }

  toJson(type: RecordType, entry: Entry, options: ReadOptions): Json {
    const self = this.urlOf(type, entry.id);
    const wants = (name: string) => options.only === null || options.only.has(name.toLowerCase());
    const json: Json = { links: linkTo(self), id: entry.id };
    if (entry.externalId !== null && wants('externalId')) json['externalId'] = entry.externalId;
    for (const field of type.fields.values()) {
      const value = entry.values[field.key] ?? null;
      if (value !== null && wants(field.name)) json[field.name] = this.#shown(field, value, options);
    }
    if (wants(type.createdName)) json[type.createdName] = isoOf(entry.createdMs);
    if (wants(type.modifiedName)) json[type.modifiedName] = isoOf(entry.stampMs);
    for (const sublist of type.sublists.values()) {
      if (!wants(sublist.name)) continue;
      json[sublist.name] = options.isExpanded
        ? this.sublistJson(type, entry, sublist, options)
        : { links: linkTo(`${self}/${sublist.name}`) };
    }
    return json;
  }

  sublistJson(type: RecordType, entry: Entry, sublist: Sublist, options: ReadOptions): Json {
    const base = `${this.urlOf(type, entry.id)}/${sublist.name}`;
    const lines = entry.sublists[sublist.id] ?? [];
    const items = lines.map((line) => this.#lineJson(base, sublist, line, options));
    return { links: linkTo(base), items, totalResults: items.length, count: items.length, hasMore: false, offset: 0 };
  }

  #lineJson(base: string, sublist: Sublist, line: Line, options: ReadOptions): Json {
    const json: Json = { links: linkTo(`${base}/${textOf(line, 'line') ?? ''}`) };
    for (const field of sublist.fields.values()) {
      const value = line[field.key] ?? null;
      if (value === null) continue;
      const shown = field.key === 'line' ? Number(value) : this.#shown(field, value, options);
      if (field.within === null) json[field.name] = shown;
      else {
        const within = json[field.within];
        json[field.within] = { ...(isRecord(within) ? within : {}), [field.name]: shown };
      }
    }
    return json;
  }

  #shown(field: Field, value: string | boolean, options: ReadOptions): unknown {
    if (typeof value === 'boolean') return value;
    switch (field.kind) {
      case 'number':
      case 'amount':
        return Number(value);
      case 'hours':
        return durationOfHours(value);
      case 'choice':
        return options.isSimpleEnum ? value : { id: value, refName: choiceLabel(field, value) };
      case 'reference': {
        const target = field.targets.find((each) => this.#books.store.get(each, value));
        const type = target === undefined ? null : this.#books.type(target);
        const links = type ? linkTo(this.urlOf(type, value)) : [];
        return { links, id: value, refName: this.#books.store.displayName(field.targets, value) };
      }
      default:
        return value;
    }
  }

  /** What a body asks to change. `unknown` are the names that no field has. */
  toPatch(type: RecordType, body: Json, before: Entry | null, replaced: ReadonlySet<string>) {
    const values: Record<string, Value> = {};
    const sublists: Record<string, readonly Line[]> = {};
    const unknown: string[] = [];
    let externalId: string | null | undefined;
    for (const [name, raw] of Object.entries(body)) {
      const lower = name.toLowerCase();
      const sublist = type.sublists.get(lower);
      const field = type.fields.get(lower);
      if (lower === 'externalid') externalId = externalIdFrom(raw);
      else if (sublist) {
        const kept = replaced.has(lower) ? [] : (before?.sublists[sublist.id] ?? []);
        sublists[sublist.id] = this.#linesFrom(sublist, raw, kept, unknown);
      } else if (field) {
        if (!field.isReadOnly) values[field.key] = valueFrom(field, raw, this.#resolve);
      } else if (!isOwnName(type, lower)) unknown.push(name);
    }
    const patch: Patch = { values, sublists, ...(externalId === undefined ? {} : { externalId }) };
    return { patch, unknown };
  }

  #linesFrom(sublist: Sublist, raw: unknown, kept: readonly Line[], unknown: string[]): readonly Line[] {
    const items = isRecord(raw) ? raw['items'] : raw;
    if (items === null || items === undefined) return [];
    if (!Array.isArray(items)) throw refusals.wrongKind(sublist.name, 'collection');
    const lines = [...kept];
    for (const each of items) {
      if (!isRecord(each)) throw refusals.wrongKind(`${sublist.name}.items`, 'object');
      const line = this.#lineFrom(sublist, each, unknown);
      const at = lines.findIndex((other) => isSameLine(other, line));
      const before = lines[at];
      if (before) lines[at] = merged(before, line);
      else lines.push(line);
    }
    return lines;
  }

  #lineFrom(sublist: Sublist, raw: Json, unknown: string[]): Line {
    const line: Record<string, Value> = {};
    for (const [name, value] of Object.entries(raw)) {
      const field = sublist.fields.get(name.toLowerCase());
      if (field) line[field.key] = valueFrom(field, value, this.#resolve);
      else if (isRecord(value) && [...sublist.fields.values()].some((each) => each.within === name)) {
        Object.assign(line, this.#lineFrom(sublist, value, unknown));
      } else if (name !== 'links' && name !== 'id') unknown.push(`${sublist.name}.items.${name}`);
    }
    return line;
  }

  readonly #resolve: Resolve = (field, externalId) => {
    for (const target of field.targets) {
      const found = this.#books.store.byExternalId(target, externalId);
      if (found) return found.id;
    }
    return null;
  };
}

export const choiceLabel = (field: Field, id: string) => field.choices.find((each) => each.id === id)?.label ?? id;

const isOwnName = (type: RecordType, lower: string) =>
  lower === 'id' ||
  lower === 'links' ||
  lower === type.createdName.toLowerCase() ||
  lower === type.modifiedName.toLowerCase();

function externalIdFrom(raw: unknown): string | null {
  if (raw === null || raw === '') return null;
  if (typeof raw !== 'string') throw refusals.wrongKind('externalId', 'string');
  return raw;
}

/** Keyed sublists: by line number where it is given, by the applied document where there is one. */
function isSameLine(before: Line, line: Line): boolean {
  if (typeof line['line'] === 'string') return before['line'] === line['line'];
  return typeof line['doc'] === 'string' && before['doc'] === line['doc'];
}

/** A new rate or quantity makes the old amount of the line void, unless an amount comes with it. */
function merged(before: Values, line: Values): Line {
  const isRepriced = ('rate' in line || 'quantity' in line) && !('amount' in line);
  return { ...before, ...(isRepriced ? { amount: null } : {}), ...line };
}
