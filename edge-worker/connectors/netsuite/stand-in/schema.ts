// The record types of one stand-in. Administrators may add and rename fields, so each stand-in has its own copy.
import { entityTypes } from './entity-types.ts';
import { byName, type Field, type FieldKind, type RecordType } from './fields.ts';
import { listTypes } from './list-types.ts';
import { timeTypes } from './time-types.ts';
import { transactionTypes } from './transaction-types.ts';

export class Schema {
  readonly #types: Map<string, RecordType>;
  readonly #byRestName: Map<string, RecordType>;
  readonly #renamed: { fields: Map<string, Field>; from: Field; to: Field }[] = [];

  constructor() {
    const types = [...entityTypes(), ...listTypes(), ...timeTypes(), ...transactionTypes()];
    this.#types = new Map(types.map((type) => [type.id, type]));
    this.#byRestName = new Map(types.map((type) => [type.name.toLowerCase(), type]));
  }

  get types(): ReadonlyMap<string, RecordType> {
    return this.#types;
  }

  /** By SuiteScript id or REST name, in any case. */
  find(name: string): RecordType | null {
    const lower = name.toLowerCase();
    return this.#types.get(lower) ?? this.#byRestName.get(lower) ?? null;
  }

  /** A custom record type, of a package or of the customer's own. */
  addType(type: RecordType): void {
    this.#types.set(type.id, type);
    this.#byRestName.set(type.name.toLowerCase(), type);
  }

  removeType(type: RecordType): void {
    this.#types.delete(type.id);
    this.#byRestName.delete(type.name.toLowerCase());
  }

  /** `path` is "type.old:new", or "type.sublist.old:new" for a line field. */
  rename(path: string): void {
    const [place = '', newName = ''] = path.split(':');
    const parts = place.split('.');
    const oldName = parts.pop() ?? '';
    const type = this.find(parts[0] ?? '');
    const fields = parts[1] === undefined ? type?.fields : type?.sublists.get(parts[1].toLowerCase())?.fields;
    const from = fields?.get(oldName.toLowerCase());
    if (!fields || !from || newName === '') throw new Error(`No field to rename at "${path}".`);
    const to = { ...from, name: newName, id: newName.toLowerCase() };
    swap(fields, from, to);
    this.#renamed.push({ fields, from, to });
  }

  restoreNames(): void {
    for (const { fields, from, to } of this.#renamed.reverse()) swap(fields, to, from);
    this.#renamed.length = 0;
  }

  /** A custom field that the customer's own administrator adds. */
  addField(typeName: string, name: string, kind: FieldKind, label: string): void {
    const type = this.find(typeName);
    if (!type) throw new Error(`Record type '${typeName}' does not exist`);
    const id = name.toLowerCase();
    type.fields.set(id, {
      name,
      id,
      key: id,
      label,
      kind,
      isMandatory: false,
      isReadOnly: false,
      isViewOnly: false,
      display: 'normal',
      maxLength: kind === 'text' ? 300 : null,
      choices: [],
      targets: [],
      within: null,
    });
  }
}

/** Keeps the order of the fields, which is the order readers see. */
function swap(fields: Map<string, Field>, from: Field, to: Field): void {
  const ordered = [...fields.values()].map((each) => (each === from ? to : each));
  fields.clear();
  for (const [id, each] of byName(ordered)) fields.set(id, each);
}
