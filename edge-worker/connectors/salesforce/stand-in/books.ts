// The rows of the whole org and the only ways to change them: insert, update, remove, each undone as one when it fails.
import type { IdMaker } from './ids.ts';
import { isDeleted, Refused } from './refusals.ts';
import type { FieldShape, Schema, TypeShape } from './shape.ts';
import { type Stored, Table, type Value, type Values } from './table.ts';
import { formatDateTime, wholeSecond } from './times.ts';
import type { RowFinder } from './values.ts';

export interface Actor {
  readonly id: string;
}

/** What the platform and the packages installed do around a save. Each may refuse it. */
export interface Automation {
  /** Completes the values that are about to be written; `row` is null for a new one. */
  saving(type: TypeShape, values: Values, row: Stored | null, by: Actor): void;
  /** `prior`: what the fields written held before; null for a new record. */
  saved(row: Stored, prior: Values | null, by: Actor): void;
  deleting(row: Stored, by: Actor): void;
  deleted(row: Stored): void;
}

export class Books implements RowFinder {
  readonly schema: Schema;
  readonly #ids: IdMaker;
  readonly #nowMs: () => number;
  readonly #tables = new Map<string, Table>();
  readonly #unique = new Map<string, readonly FieldShape[]>();
  readonly #numbers = new Map<string, number>();
  readonly #undo: (() => void)[] = [];
  /** What waits for the outermost part to end well. */
  readonly #afterwards: (() => void)[] = [];
  #depth = 0;
  #automation: Automation | null = null;

  constructor(schema: Schema, ids: IdMaker, nowMs: () => number) {
    this.schema = schema;
    this.#ids = ids;
    this.#nowMs = nowMs;
    for (const type of schema.all()) {
      this.#tables.set(type.name, new Table(type));
      this.#unique.set(
        type.name,
        type.fields.filter((field) => field.isUnique),
      );
    }
  }

  automate(automation: Automation): void {
    this.#automation = automation;
  }

  table(type: TypeShape): Table {
    const table = this.#tables.get(type.name);
    if (!table) throw new Error(`no table for ${type.name}`);
    return table;
  }

  find(type: TypeShape, id: string): Stored | undefined {
    return this.table(type).get(id);
  }

  findByValue(type: TypeShape, field: FieldShape, value: Value): readonly Stored[] {
    if (value === null) return [];
    return [...(this.table(type).lookUp(field.key, value) ?? [])].filter((row) => !row.isDeleted);
  }

  /** Takes over what another state of the org holds: every row of a type that both know, without running a flow. */
  adopt(other: Books, isKept: (row: Stored) => boolean): void {
    for (const [name, from] of other.#tables) {
      const into = this.#tables.get(name);
      if (!into) continue;
      into.saves = from.saves;
      const moved = new Map<Stored, Stored>();
      from.byId.walk(0, from.byId.length, false, (row) => {
        if (isKept(row)) moved.set(row, { ...row, type: into.type, values: valuesIn(into, row) });
        return true;
      });
      for (const row of moved.values()) into.add(row);
      into.deletions.push(...from.deletions.flatMap((row) => moved.get(row) ?? []));
    }
  }

  /** Everything inside is undone when it throws. Calls may nest; an inner failure undoes the inner part only. */
  atomically<Result>(run: () => Result): Result {
    const mark = this.#undo.length;
    const afterwardsMark = this.#afterwards.length;
    this.#depth++;
    try {
      return run();
    } catch (error) {
      while (this.#undo.length > mark) this.#undo.pop()?.();
      this.#afterwards.length = afterwardsMark;
      throw error;
    } finally {
      this.#depth--;
      if (this.#depth === 0) {
        this.#undo.length = 0;
        for (const one of this.#afterwards.splice(0)) one();
      }
    }
  }

  /** Runs once everything around it is saved for good. */
  afterCommit(run: () => void): void {
    if (this.#depth > 0) this.#afterwards.push(run);
    else run();
  }

  undoable(undo: () => void): void {
    if (this.#depth > 0) this.#undo.push(undo);
  }

  insert(type: TypeShape, given: Values, by: Actor, id?: string): Stored {
    return this.atomically(() => {
      this.#automation?.saving(type, given, null, by);
      this.#refuseDuplicates(type, given, null);
      const row = this.#draft(type, given, by, id ?? this.#ids.next(type.prefix));
      const table = this.table(type);
      table.add(row);
      this.undoable(() => table.take(row));
      this.#countSave(table);
      this.#automation?.saved(row, null, by);
      return row;
    });
  }

  update(row: Stored, given: Values, by: Actor): void {
    if (row.isDeleted) throw isDeleted();
    this.atomically(() => {
      this.#automation?.saving(row.type, given, row, by);
      this.#refuseDuplicates(row.type, given, row);
      const prior = this.touch(row, given, by);
      this.#countSave(this.table(row.type));
      this.#automation?.saved(row, prior, by);
    });
  }

  #countSave(table: Table): void {
    table.saves++;
    this.undoable(() => table.saves--);
  }

  /** Writes without running any flow, as the platform's own roll-ups and cascades do; answers what was there. */
  touch(row: Stored, changes: Values, by?: Actor): Values {
    const stampMs = wholeSecond(this.#nowMs());
    const stamps: Values = { LastModifiedDate: formatDateTime(stampMs) };
    if (by) stamps['LastModifiedById'] = by.id;
    const table = this.table(row.type);
    const before = table.write(row, { ...changes, ...stamps }, stampMs);
    this.undoable(() => table.write(row, before.values, before.stampMs));
    return before.values;
  }

  remove(row: Stored, by: Actor): void {
    if (row.isDeleted) throw isDeleted();
    this.atomically(() => {
      this.#automation?.deleting(row, by);
      this.#bury(row);
      this.#automation?.deleted(row);
    });
  }

  restore(row: Stored): void {
    const { deletions } = this.table(row.type);
    deletions.splice(deletions.indexOf(row), 1);
    row.isDeleted = false;
    this.touch(row, { IsDeleted: false });
  }

  /** Children of a deleted record go with it, or lose their link. Neither runs their flows. */
  #bury(row: Stored): void {
    for (const { type, field } of this.schema.children(row.type).values()) {
      for (const child of this.findByValue(type, field, row.id)) {
        if (field.onParentDelete === 'cascade') this.#bury(child);
        else this.touch(child, { [field.key]: null });
      }
    }
    const { deletions } = this.table(row.type);
    row.isDeleted = true;
    row.deletedMs = wholeSecond(this.#nowMs());
    deletions.push(row);
    this.undoable(() => {
      row.isDeleted = false;
      deletions.splice(deletions.lastIndexOf(row), 1);
    });
    this.touch(row, { IsDeleted: true });
  }

  #draft(type: TypeShape, given: Values, by: Actor, id: string): Stored {
    const bornMs = this.#nowMs();
    const stampMs = wholeSecond(bornMs);
    const stamp = formatDateTime(stampMs);
    const values = this.table(type).blank();
    for (const key in given) values[key] = given[key] ?? values[key] ?? null;
    values['Id'] = id;
    for (const key of ['CreatedDate', 'LastModifiedDate', 'SystemModstamp']) values[key] = stamp;
    for (const key of ['CreatedById', 'LastModifiedById']) values[key] = by.id;
    if ('OwnerId' in values) values['OwnerId'] ??= by.id;
    if ('CurrencyIsoCode' in values) values['CurrencyIsoCode'] ??= 'EUR';
    const number = type.byName.get('name')?.autoNumber;
    if (number !== undefined) values['Name'] = number + this.#nextNumber(type);
    const times = { bornMs, createdMs: stampMs, stampMs, deletedMs: 0 };
    return { id, type, values, isDeleted: false, isGone: false, ...times };
  }

  /** A number taken by an insert that fails afterwards is not given again: gaps are normal. */
  #nextNumber(type: TypeShape): string {
    const next = (this.#numbers.get(type.name) ?? 0) + 1;
    this.#numbers.set(type.name, next);
    return String(next).padStart(9, '0');
  }

  #refuseDuplicates(type: TypeShape, values: Values, self: Stored | null): void {
    for (const field of this.#unique.get(type.name) ?? []) {
      const value = values[field.key] ?? null;
      if (value === null) continue;
      const other = this.findByValue(type, field, value).find((row) => row !== self);
      if (!other) continue;
      const message = `duplicate value found: ${field.name} duplicates value on record with id: ${other.id}`;
      throw new Refused('DUPLICATE_VALUE', message);
    }
  }
}

/** What a field that is there no longer held is gone; one that is new is empty. */
function valuesIn(table: Table, row: Stored): Values {
  const values = table.blank();
  for (const key in values) values[key] = row.values[key] ?? values[key] ?? null;
  return values;
}
