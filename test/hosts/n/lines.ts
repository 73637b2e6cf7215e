// The sublists of one record under a script's hands; an address book's lines carry their subrecord's fields.
import type { RecordType } from '../../../edge-worker/connectors/netsuite/stand-in/fields.ts';
import type { Sublists, Value } from '../../../edge-worker/connectors/netsuite/stand-in/values.ts';
import type { Account } from '../account.ts';
import { scriptError } from './error.ts';
import { asScriptError, fromScript, toScript } from './record.ts';

type Line = Record<string, Value>;
interface Place {
  readonly sublistId: string;
  readonly fieldId: string;
  readonly line: number;
}

export class Lines {
  readonly #account: Account;
  readonly #type: RecordType;
  readonly #lists: Map<string, Line[]>;
  readonly #changed = new Set<string>();

  constructor(account: Account, type: RecordType, sublists: Sublists) {
    this.#account = account;
    this.#type = type;
    this.#lists = new Map(
      [...type.sublists.keys()].map((id) => [id, (sublists[id] ?? []).map((line) => ({ ...line }))]),
    );
  }

  lists(): string[] {
    return [...this.#type.sublists.keys()];
  }

  fields(list: string): string[] {
    return [...this.#sublist(list).fields.keys()];
  }

  field(list: string, id: string) {
    return this.#sublist(list).fields.get(id) ?? null;
  }

  count(list: string): number {
    return this.#linesOf(list).length;
  }

  get({ sublistId, fieldId, line }: Place): unknown {
    const field = this.field(sublistId, fieldId);
    const found = this.#linesOf(sublistId)[line];
    if (!field || !found) return '';
    return toScript(this.#account, field, found[field.key] ?? null);
  }

  set({ sublistId, fieldId, line, value }: Place & { readonly value: unknown }): void {
    const field = this.field(sublistId, fieldId);
    if (!field) throw scriptError('SSS_INVALID_SUBLIST_OPERATION', `no ${sublistId}.${fieldId} on ${this.#type.id}`);
    const lines = this.#linesOf(sublistId);
    if (line === lines.length) lines.push({});
    const found = lines[line];
    if (!found) throw scriptError('SSS_INVALID_SUBLIST_OPERATION', `no line ${line} of ${sublistId}`);
    try {
      found[field.key] = fromScript(field, value);
    } catch (problem) {
      throw asScriptError(problem);
    }
    this.#changed.add(sublistId);
  }

  remove(list: string, line: number): void {
    this.#linesOf(list).splice(line, 1);
    this.#changed.add(list);
  }

  find(list: string, fieldId: string, value: unknown): number {
    return this.#linesOf(list).findIndex((line) => String(line[fieldId] ?? '') === String(value));
  }

  changed(): Sublists {
    return Object.fromEntries([...this.#changed].map((list) => [list, this.#linesOf(list)]));
  }

  #sublist(list: string) {
    const sublist = this.#type.sublists.get(list);
    if (!sublist) throw scriptError('SSS_INVALID_SUBLIST_OPERATION', `no sublist ${list} on ${this.#type.id}`);
    return sublist;
  }

  #linesOf(list: string): Line[] {
    this.#sublist(list);
    return this.#lists.get(list) ?? [];
  }
}
