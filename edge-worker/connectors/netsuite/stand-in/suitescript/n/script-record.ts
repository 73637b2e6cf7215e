// One record under a script's hands, in SuiteScript's own words. What it does not know fails loudly.
import type { Field, RecordType } from '../../fields.ts';
import type { Entry } from '../../shelf.ts';
import type { Value, Values } from '../../values.ts';
import { ScriptDate } from '../loader.ts';
import { scriptError } from '../script-error.ts';
import { Lines, type Place } from './lines.ts';
import { fieldTypes, fromScript, toScript } from './values.ts';

export type Ref = string | { readonly fieldId: string };
type ListRef = string | { readonly sublistId: string };
const fieldIn = (ref: Ref) => (typeof ref === 'string' ? ref : ref.fieldId);
const listIn = (ref: ListRef) => (typeof ref === 'string' ? ref : ref.sublistId);

interface SelectOption {
  readonly value: string;
  readonly text: string;
}

/** What a record needs of the platform it is in. */
export interface RecordHost {
  displayName(targets: readonly string[], id: string): string;
  idsOf(type: string): readonly string[];
  save(record: ScriptRecord): number;
}

/** What a record is made of: a saved state, a draft of one, or nothing yet. */
export interface Origin {
  readonly id: string | null;
  readonly externalId: string | null;
  readonly values: Values;
  readonly sublists: Entry['sublists'];
  readonly createdMs: number | null;
  readonly stampMs: number | null;
}

export const blank: Origin = { id: null, externalId: null, values: {}, sublists: {}, createdMs: null, stampMs: null };

/** Records are made by scripts and shown to them; `save` is there for those a script opened itself. */
export class ScriptRecord {
  readonly type: string;
  readonly id: number | null;
  readonly isDynamic: boolean;
  readonly lines: Lines;
  readonly recordType: RecordType;
  readonly #host: RecordHost;
  readonly origin: Origin;
  readonly #changed: Record<string, Value> = {};
  #externalId: string | null;
  #shown: ReadonlySet<string> | null = null;

  constructor(host: RecordHost, type: RecordType, origin: Origin, isDynamic = false) {
    this.#host = host;
    this.origin = origin;
    this.recordType = type;
    this.type = type.id;
    this.id = origin.id === null ? null : Number(origin.id);
    this.isDynamic = isDynamic;
    this.lines = new Lines(type, origin.sublists);
    this.#externalId = origin.externalId;
  }

  /** An inline edit shows only the fields that it changed. */
  showOnly(fields: ReadonlySet<string>): this {
    this.#shown = fields;
    return this;
  }

  /** With everything another record hands on. */
  fill(values: Values, sublists: Entry['sublists']): this {
    Object.assign(this.#changed, values);
    this.lines.fill(sublists);
    return this;
  }

  /** As the books keep it. */
  held({ key }: Field): Value {
    return (key in this.#changed ? this.#changed[key] : this.origin.values[key]) ?? null;
  }

  changed(): Readonly<Record<string, Value>> {
    return this.#changed;
  }

  get externalId(): string | null {
    return this.#externalId;
  }

  getFields(): string[] {
    const { createdName, modifiedName, fields } = this.recordType;
    return ['id', 'externalid', createdName.toLowerCase(), modifiedName.toLowerCase(), ...fields.keys()];
  }

  getValue(ref: Ref): unknown {
    const name = fieldIn(ref);
    const field = this.recordType.fields.get(name);
    if (!field) return this.#ownValue(name);
    if (this.#shown && !this.#shown.has(field.key)) return undefined;
    return toScript(field, this.held(field));
  }

  setValue(options: { fieldId: string; value: unknown } | string, given?: unknown): this {
    const { fieldId, value } = typeof options === 'string' ? { fieldId: options, value: given } : options;
    if (fieldId === 'externalid') this.#externalId = value === '' || value === null ? null : String(value);
    else {
      const field = this.recordType.fields.get(fieldId);
      if (!field) throw scriptError('SSS_INVALID_FIELD', `no field ${fieldId} on ${this.type}`);
      this.#changed[field.key] = fromScript(field, value);
    }
    return this;
  }

  getText(ref: Ref): string {
    const field = this.recordType.fields.get(fieldIn(ref));
    return field ? this.#textOf(field, this.held(field)) : '';
  }

  getField({ fieldId }: { fieldId: string }) {
    const field = this.recordType.fields.get(fieldId);
    if (!field) return null;
    const { id, label, isMandatory } = field;
    return { id, label, isMandatory, type: fieldTypes[field.kind], getSelectOptions: () => this.#optionsOf(field) };
  }

  getSublists(): string[] {
    return this.lines.lists();
  }

  getSublistFields(ref: ListRef): string[] {
    return this.lines.fields(listIn(ref));
  }

  getLineCount(ref: ListRef): number {
    return this.lines.count(listIn(ref));
  }

  getSublistField({ sublistId, fieldId }: Omit<Place, 'line'>) {
    const field = this.lines.field(sublistId, fieldId);
    return field && { id: field.id, label: field.label, type: fieldTypes[field.kind] };
  }

  getSublistValue(at: Place): unknown {
    return this.lines.get(at);
  }

  getSublistText(at: Place): string {
    const field = this.lines.field(at.sublistId, at.fieldId);
    return field ? this.#textOf(field, this.lines.raw(at)) : '';
  }

  setSublistValue(at: Place & { value: unknown }): this {
    this.lines.set(at);
    return this;
  }

  insertLine({ sublistId, line }: Omit<Place, 'fieldId'>): this {
    this.lines.insert(sublistId, line);
    return this;
  }

  removeLine({ sublistId, line }: Omit<Place, 'fieldId'>): this {
    this.lines.remove(sublistId, line);
    return this;
  }

  findSublistLineWithValue({ sublistId, fieldId, value }: Omit<Place, 'line'> & { value: unknown }): number {
    return this.lines.find(sublistId, fieldId, value);
  }

  /** Of an address book only, whose lines the books keep together with their address. */
  getSublistSubrecord({ sublistId, line }: Place) {
    return {
      getValue: (ref: Ref) => this.lines.get({ sublistId, line, fieldId: fieldIn(ref) }),
      setValue: ({ fieldId, value }: { fieldId: string; value: unknown }) =>
        this.lines.set({ sublistId, line, fieldId, value }),
    };
  }

  selectNewLine(ref: ListRef): this {
    const list = listIn(ref);
    this.lines.select(list, this.lines.count(list));
    return this;
  }

  selectLine({ sublistId, line }: Omit<Place, 'fieldId'>): this {
    this.lines.select(sublistId, line);
    return this;
  }

  getCurrentSublistValue({ sublistId, fieldId }: Omit<Place, 'line'>): unknown {
    return this.lines.current(sublistId, fieldId);
  }

  setCurrentSublistValue({ sublistId, fieldId, value }: Omit<Place, 'line'> & { value: unknown }): this {
    this.lines.setCurrent(sublistId, fieldId, value);
    return this;
  }

  commitLine(ref: ListRef): this {
    this.lines.commit(listIn(ref));
    return this;
  }

  get save(): (() => number) & { promise: () => Promise<number> } {
    return Object.assign(() => this.#host.save(this), { promise: async () => this.#host.save(this) });
  }

  #ownValue(name: string): unknown {
    const { createdMs, stampMs, id } = this.origin;
    if (name === 'id') return id ?? '';
    if (name === 'externalid') return this.#externalId ?? '';
    if (name === this.recordType.modifiedName.toLowerCase()) return stampMs === null ? '' : new ScriptDate(stampMs);
    if (name === this.recordType.createdName.toLowerCase()) return createdMs === null ? '' : new ScriptDate(createdMs);
    return undefined;
  }

  #textOf(field: Field, value: Value): string {
    if (value === null) return '';
    if (field.kind === 'choice') return field.choices.find(({ id }) => id === value)?.label ?? String(value);
    return field.kind === 'reference' ? this.#host.displayName(field.targets, String(value)) : String(value);
  }

  #optionsOf(field: Field): readonly SelectOption[] {
    if (field.kind === 'choice') return field.choices.map(({ id, label }) => ({ value: id, text: label }));
    const ids = field.targets.flatMap((target) => this.#host.idsOf(target));
    return ids.map((id) => ({ value: id, text: this.#host.displayName(field.targets, id) }));
  }
}
