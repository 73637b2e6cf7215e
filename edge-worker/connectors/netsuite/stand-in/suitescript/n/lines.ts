// The sublists of one record under a script's hands; an address book's lines carry their subrecord's fields.
import type { Field, RecordType, Sublist } from '../../fields.ts';
import type { Sublists, Value } from '../../values.ts';
import { scriptError } from '../script-error.ts';
import { fromScript, toScript } from './values.ts';

type Line = Record<string, Value>;

export interface Place {
  readonly sublistId: string;
  readonly fieldId: string;
  readonly line: number;
}

export class Lines {
  readonly #type: RecordType;
  readonly #given: Sublists;
  /** Copied when a script first changes it. */
  readonly #changed = new Map<string, Line[]>();
  readonly #current = new Map<string, { readonly at: number; readonly line: Line }>();

  constructor(type: RecordType, sublists: Sublists) {
    this.#type = type;
    this.#given = sublists;
  }

  lists(): string[] {
    return [...this.#type.sublists.keys()];
  }

  fields(list: string): string[] {
    return [...this.#sublist(list).fields.keys()];
  }

  field(list: string, id: string): Field | null {
    return this.#sublist(list).fields.get(id) ?? null;
  }

  count(list: string): number {
    this.#sublist(list);
    return this.#linesOf(list).length;
  }

  get({ sublistId, fieldId, line }: Place): unknown {
    const field = this.field(sublistId, fieldId);
    const found = this.#linesOf(sublistId)[line];
    return field && found ? toScript(field, found[field.key]) : '';
  }

  /** As the books keep it: what a drop-down list shows is looked up by it. */
  raw({ sublistId, fieldId, line }: Place): Value {
    const field = this.field(sublistId, fieldId);
    return (field && this.#linesOf(sublistId)[line]?.[field.key]) ?? null;
  }

  set({ sublistId, fieldId, line, value }: Place & { readonly value: unknown }): void {
    const field = this.#demand(sublistId, fieldId);
    const lines = this.#toChange(sublistId);
    if (line === lines.length) lines.push({});
    const found = lines[line];
    if (!found) throw scriptError('SSS_INVALID_SUBLIST_OPERATION', `no line ${line} of ${sublistId}`);
    found[field.key] = fromScript(field, value);
  }

  remove(list: string, line: number): void {
    this.#toChange(list).splice(line, 1);
  }

  insert(list: string, line: number): void {
    this.#toChange(list).splice(line, 0, {});
    this.select(list, line);
  }

  find(list: string, fieldId: string, value: unknown): number {
    const field = this.field(list, fieldId);
    return this.#linesOf(list).findIndex((line) => String(line[field?.key ?? ''] ?? '') === String(value));
  }

  /** Dynamic mode: one line of a list is worked on, and counts once it is committed. */
  select(list: string, at: number): void {
    this.#current.set(list, { at, line: { ...this.#linesOf(list)[at] } });
  }

  current(list: string, fieldId: string): unknown {
    const field = this.#demand(list, fieldId);
    return toScript(field, this.#currentOf(list).line[field.key]);
  }

  setCurrent(list: string, fieldId: string, value: unknown): void {
    const field = this.#demand(list, fieldId);
    this.#currentOf(list).line[field.key] = fromScript(field, value);
  }

  commit(list: string): void {
    const { at, line } = this.#currentOf(list);
    this.#toChange(list)[at] = line;
    this.#current.delete(list);
  }

  fill(sublists: Sublists): void {
    for (const [list, lines] of Object.entries(sublists)) {
      const copied = lines.map((line) => ({ ...line }));
      this.#changed.set(list, copied);
    }
  }

  changed(): Sublists {
    return Object.fromEntries(this.#changed);
  }

  #currentOf(list: string) {
    const current = this.#current.get(list);
    if (!current) throw scriptError('SSS_INVALID_SUBLIST_OPERATION', `no line of ${list} is selected`);
    return current;
  }

  #demand(list: string, fieldId: string): Field {
    const field = this.field(list, fieldId);
    if (!field) throw scriptError('SSS_INVALID_SUBLIST_OPERATION', `no ${list}.${fieldId} on ${this.#type.id}`);
    return field;
  }

  #sublist(list: string): Sublist {
    const sublist = this.#type.sublists.get(list);
    if (!sublist) throw scriptError('SSS_INVALID_SUBLIST_OPERATION', `no sublist ${list} on ${this.#type.id}`);
    return sublist;
  }

  #linesOf(list: string): readonly Readonly<Line>[] {
    return this.#changed.get(list) ?? this.#given[list] ?? [];
  }

  #toChange(list: string): Line[] {
    this.#sublist(list);
    const known = this.#changed.get(list);
    if (known) return known;
    const copied = this.#linesOf(list).map((line) => ({ ...line }));
    this.#changed.set(list, copied);
    return copied;
  }
}
