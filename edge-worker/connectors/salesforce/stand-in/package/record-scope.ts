// What flows and validation rules may name: the record that is saved, as it was before, its user and their permissions.
import type { Compiled, Scope } from './formula.ts';
import type { PackageNames } from './names.ts';

/** Tells whether a type of this org has a field. */
export type FieldFinder = (type: string, field: string) => boolean;

export class RecordScope implements Scope {
  readonly type: string;
  readonly #names: PackageNames;
  readonly #hasField: FieldFinder;

  constructor(type: string, names: PackageNames, hasField: FieldFinder) {
    this.type = type;
    this.#names = names;
    this.#hasField = hasField;
  }

  read(path: string): Compiled {
    const [owner = '', name, ...more] = path.split('.');
    if (name === undefined || more.length > 0) throw new Error(`the reference ${path} is not known`);
    if (owner === '$Record') {
      const key = this.keyOf(name);
      return ({ values }) => values[key] ?? null;
    }
    if (owner === '$Record__Prior') {
      const key = this.keyOf(name);
      return ({ prior, values }) => (prior === null ? null : ((key in prior ? prior[key] : values[key]) ?? null));
    }
    if (owner === '$Permission') {
      const permission = this.#names.theirs(name);
      return ({ permissions }) => permissions.has(permission);
    }
    if (path === '$User.Id') return ({ userId }) => userId;
    throw new Error(`the reference ${path} is not known`);
  }

  keyOf(field: string): string {
    return this.fieldOf(this.type, field);
  }

  theirs(name: string): string {
    return this.#names.theirs(name);
  }

  theirPath(path: string): string {
    return this.#names.theirPath(path);
  }

  fieldOf(type: string, field: string): string {
    const key = this.#names.theirs(field);
    if (!this.#hasField(type, key)) throw new Error(`${type} has no field ${key}`);
    return key;
  }
}
