// N/record over the account's books: values in the forms SuiteScript gives and takes them, each call at its price.
import type { Field, RecordType } from '../../../edge-worker/connectors/netsuite/stand-in/fields.ts';
import { Refusal } from '../../../edge-worker/connectors/netsuite/stand-in/refusal.ts';
import type { Entry } from '../../../edge-worker/connectors/netsuite/stand-in/shelf.ts';
import { type Value, valueFrom } from '../../../edge-worker/connectors/netsuite/stand-in/values.ts';
import type { Account } from '../account.ts';
import type { Module } from '../loader.ts';
import { costs } from '../meter.ts';
import { scriptError } from './error.ts';
import { Lines } from './lines.ts';

const fieldTypes: Readonly<Record<Field['kind'], string>> = {
  text: 'text',
  number: 'float',
  amount: 'currency',
  hours: 'timetrack',
  flag: 'checkbox',
  date: 'date',
  instant: 'datetimetz',
  choice: 'select',
  reference: 'select',
};

export type FieldRef = string | { readonly fieldId: string };
const nameOf = (ref: FieldRef) => (typeof ref === 'string' ? ref : ref.fieldId);

/** Days are dates at midnight of the script's own zone, figures are numbers, what is empty is ''. */
export function toScript(account: Account, field: Field, value: Value): unknown {
  if (value === null || value === undefined) return field.kind === 'flag' ? false : '';
  if (field.kind === 'date') {
    const [year = 0, month = 1, day = 1] = String(value).split('-').map(Number);
    return new account.clock(year, month - 1, day);
  }
  if (field.kind === 'instant') return new account.clock(String(value));
  if (field.kind === 'number' || field.kind === 'amount' || field.kind === 'hours') return Number(value);
  return value;
}

const two = (part: number) => String(part).padStart(2, '0');

export function fromScript(field: Field, value: unknown): Value {
  if (value instanceof Date) {
    const day = `${value.getFullYear()}-${two(value.getMonth() + 1)}-${two(value.getDate())}`;
    return valueFrom(field, field.kind === 'date' ? day : value.toISOString(), () => null);
  }
  if (field.kind === 'date' && value !== '' && value !== null)
    throw scriptError('INVALID_FLD_VALUE', `${field.id}: no date`);
  return valueFrom(field, value, () => null);
}

/** The vendor's names for what the books refuse. */
export function asScriptError(problem: unknown): unknown {
  if (!(problem instanceof Refusal)) return problem;
  const name = problem.code === 'NONEXISTENT_ID' ? 'RCRD_DSNT_EXIST' : problem.code;
  return scriptError(name, problem.message);
}

export class ScriptRecord {
  readonly type: string;
  readonly id: number | null;
  readonly lines: Lines;
  readonly #account: Account;
  readonly #type: RecordType;
  readonly #entry: Entry | null;
  readonly #values: Record<string, Value>;
  readonly #changed: Record<string, Value> = {};
  #externalId: string | null;
  #shown: ReadonlySet<string> | null = null;

  constructor(account: Account, type: RecordType, entry: Entry | null, shown: Entry | null = entry) {
    this.#account = account;
    this.#type = type;
    this.#entry = entry;
    this.type = type.id;
    this.id = entry ? Number(entry.id) : null;
    this.#values = { ...shown?.values };
    this.#externalId = entry?.externalId ?? null;
    this.lines = new Lines(account, type, shown?.sublists ?? {});
  }

  showOnly(fields: ReadonlySet<string>): void {
    this.#shown = fields;
  }

  changed(): Readonly<Record<string, Value>> {
    return this.#changed;
  }

  getFields(): string[] {
    return [
      'id',
      'externalid',
      this.#type.createdName.toLowerCase(),
      this.#type.modifiedName.toLowerCase(),
      ...this.#type.fields.keys(),
    ];
  }

  getValue(ref: FieldRef): unknown {
    const name = nameOf(ref);
    if (name === 'id') return this.#entry?.id ?? '';
    if (name === 'externalid') return this.#externalId ?? '';
    if (name === this.#type.modifiedName.toLowerCase())
      return this.#entry ? new this.#account.clock(this.#entry.stampMs) : '';
    if (name === this.#type.createdName.toLowerCase())
      return this.#entry ? new this.#account.clock(this.#entry.createdMs) : '';
    const field = this.#type.fields.get(name);
    if (!field || (this.#shown && !this.#shown.has(field.key))) return undefined;
    return toScript(this.#account, field, this.#values[field.key] ?? null);
  }

  setValue({ fieldId, value }: { fieldId: string; value: unknown }): this {
    if (fieldId === 'externalid') {
      this.#externalId = value === '' ? null : String(value);
      return this;
    }
    const field = this.#type.fields.get(fieldId);
    if (!field) throw scriptError('SSS_INVALID_FIELD', `no field ${fieldId} on ${this.type}`);
    try {
      this.#values[field.key] = fromScript(field, value);
    } catch (problem) {
      throw asScriptError(problem);
    }
    this.#changed[field.key] = this.#values[field.key] ?? null;
    return this;
  }

  getField({ fieldId }: { fieldId: string }) {
    const field = this.#type.fields.get(fieldId);
    if (!field) return null;
    const { books } = this.#account;
    const [target] = field.targets;
    const ids = target === undefined ? [] : [...books.store.shelf(target).values()].map(({ id }) => id);
    const listed = ids.map((id) => ({ value: id, text: books.store.displayName(field.targets, id) }));
    const choices = field.choices.map(({ id, label }) => ({ value: id, text: label }));
    const options = field.kind === 'choice' ? choices : listed;
    const { id, label, isMandatory } = field;
    return { id, label, isMandatory, type: fieldTypes[field.kind], getSelectOptions: () => options };
  }

  getSublists = () => this.lines.lists();
  getSublistFields = ({ sublistId }: { sublistId: string }) => this.lines.fields(sublistId);
  getLineCount = ({ sublistId }: { sublistId: string }) => this.lines.count(sublistId);
  getSublistField = ({ sublistId, fieldId }: { sublistId: string; fieldId: string }) => {
    const field = this.lines.field(sublistId, fieldId);
    return field && { id: field.id, label: field.label, type: fieldTypes[field.kind] };
  };
  getSublistValue = (at: { sublistId: string; fieldId: string; line: number }) => this.lines.get(at);
  setSublistValue = (at: { sublistId: string; fieldId: string; line: number; value: unknown }) => this.lines.set(at);
  removeLine = ({ sublistId, line }: { sublistId: string; line: number }) => this.lines.remove(sublistId, line);
  getSublistSubrecord = ({ sublistId, line }: { sublistId: string; line: number }) => ({
    getValue: (ref: FieldRef) => this.lines.get({ sublistId, line, fieldId: nameOf(ref) }),
    setValue: ({ fieldId, value }: { fieldId: string; value: unknown }) =>
      this.lines.set({ sublistId, line, fieldId, value }),
  });
  findSublistLineWithValue = ({ sublistId, fieldId, value }: { sublistId: string; fieldId: string; value: unknown }) =>
    this.lines.find(sublistId, fieldId, value);

  save(): number {
    const { books, frame } = this.#account;
    frame.meter.spend(costs.save[this.#type.cost]);
    try {
      this.#account.permissions(frame.role).demand(this.#type, this.#entry ? 'EDIT' : 'CREATE');
      const sublists = this.lines.changed();
      const patch = { values: this.#changed, sublists, externalId: this.#externalId };
      return Number(books.save(this.#type, this.#entry?.id ?? null, patch, 'api').id);
    } catch (problem) {
      throw asScriptError(problem);
    }
  }
}

interface Named {
  readonly type: string;
  readonly id?: string | number;
}

export function recordModule(account: Account): Module {
  const typeOf = (name: string): RecordType => {
    const type = account.books.schema.find(name);
    if (!type) throw scriptError('SSS_INVALID_RECORD_TYPE', `no record type ${name}`);
    return type;
  };
  const spend = (type: RecordType, what: 'open' | 'remove' | 'submitFields') =>
    account.frame.meter.spend(costs[what][type.cost]);
  const load = ({ type: name, id }: Named): ScriptRecord => {
    const type = typeOf(name);
    spend(type, 'open');
    try {
      account.permissions(account.frame.role).demand(type, 'VIEW');
    } catch (problem) {
      throw asScriptError(problem);
    }
    const entry = account.books.store.get(type.id, String(id));
    if (!entry) throw scriptError('RCRD_DSNT_EXIST', 'That record does not exist.');
    return new ScriptRecord(account, type, entry);
  };
  return {
    load,
    create: ({ type: name }: Named) => {
      const type = typeOf(name);
      spend(type, 'open');
      return new ScriptRecord(account, type, null);
    },
    delete: ({ type: name, id }: Named) => {
      const type = typeOf(name);
      spend(type, 'remove');
      const entry = account.books.store.get(type.id, String(id));
      if (!entry) throw scriptError('RCRD_DSNT_EXIST', 'That record does not exist.');
      account.permissions(account.frame.role).demand(type, 'FULL');
      // The vendor keeps a trace of every deletion; those of our own rows are of no interest to anybody.
      account.books.store.remove(type, entry, type.cost === 'custom' ? null : account.nowMs);
      return Number(id);
    },
    submitFields: ({ type: name, id, values }: Named & { values: Record<string, unknown> }) => {
      const type = typeOf(name);
      spend(type, 'submitFields');
      const entry = account.books.store.get(type.id, String(id));
      if (!entry) throw scriptError('RCRD_DSNT_EXIST', 'That record does not exist.');
      const shown = new ScriptRecord(account, type, entry);
      for (const [fieldId, value] of Object.entries(values)) shown.setValue({ fieldId, value });
      try {
        account.permissions(account.frame.role).demand(type, 'EDIT');
        account.books.save(type, entry.id, { values: shown.changed() }, 'api');
      } catch (problem) {
        throw asScriptError(problem);
      }
      return Number(id);
    },
  };
}
