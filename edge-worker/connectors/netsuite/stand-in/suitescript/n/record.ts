// N/record over the account's books: each call at its price, and as far as the role of the run lets it.
import { invoiceOf } from '../../billing.ts';
import type { RecordType } from '../../fields.ts';
import type { Level } from '../../permissions.ts';
import type { Entry } from '../../shelf.ts';
import type { Module } from '../loader.ts';
import { costs } from '../meter.ts';
import type { Platform } from '../platform.ts';
import { inWordsOfScripts, scriptError } from '../script-error.ts';
import { withPromises } from './promises.ts';
import { blank, type RecordHost, ScriptRecord } from './script-record.ts';

interface Named {
  readonly type: string;
  readonly id?: string | number;
  readonly isDynamic?: boolean;
  readonly defaultValues?: Readonly<Record<string, unknown>>;
}

interface Transformed {
  readonly fromType: string;
  readonly fromId: string | number;
  readonly toType: string;
}

/** A record as a script opens it; `patch` is what a save then asks of the books. */
export class RecordDesk implements RecordHost {
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  displayName(targets: readonly string[], id: string): string {
    return this.#platform.books.store.displayName(targets, id);
  }

  idsOf(type: string): readonly string[] {
    return [...this.#platform.books.store.shelf(type).values()].map(({ id }) => id);
  }

  typeOf(name: string): RecordType {
    const type = this.#platform.books.schema.find(String(name));
    if (!type) throw scriptError('SSS_INVALID_RECORD_TYPE', `The record type [${name}] is invalid.`);
    return type;
  }

  demand(type: RecordType, level: Level): void {
    inWordsOfScripts(() => this.#platform.role.demand(type, level));
  }

  entry(type: RecordType, id: string | number | undefined): Entry {
    const entry = this.#platform.books.store.get(type.id, String(id));
    if (!entry) throw scriptError('RCRD_DSNT_EXIST', 'That record does not exist.');
    return entry;
  }

  load({ type: name, id, isDynamic }: Named): ScriptRecord {
    const { frame } = this.#platform;
    const type = this.typeOf(name);
    frame.meter.spend(costs.open[type.cost]);
    this.demand(type, 'VIEW');
    return new ScriptRecord(
      this,
      type,
      frame.step('load', () => this.entry(type, id)),
      isDynamic,
    );
  }

  create({ type: name, isDynamic, defaultValues = {} }: Named): ScriptRecord {
    const type = this.typeOf(name);
    this.#platform.frame.meter.spend(costs.open[type.cost]);
    const made = new ScriptRecord(this, type, blank, isDynamic);
    for (const [fieldId, value] of Object.entries(defaultValues)) made.setValue({ fieldId, value });
    return made;
  }

  copy({ type: name, id }: Named): ScriptRecord {
    const { origin, recordType } = this.load({ type: name, ...(id === undefined ? {} : { id }) });
    return new ScriptRecord(this, recordType, blank).fill(origin.values, origin.sublists);
  }

  save(record: ScriptRecord): number {
    const { frame, books } = this.#platform;
    const { recordType: type, origin } = record;
    frame.meter.spend(costs.save[type.cost]);
    this.demand(type, origin.id === null ? 'CREATE' : 'EDIT');
    const patch = { values: record.changed(), sublists: record.lines.changed(), externalId: record.externalId };
    const work = () => Number(books.save(type, origin.id, patch, 'api').id);
    return frame.step('save', () => inWordsOfScripts(work));
  }

  delete({ type: name, id }: Named): number {
    const { frame, books } = this.#platform;
    const type = this.typeOf(name);
    frame.meter.spend(costs.save[type.cost]);
    this.demand(type, 'FULL');
    frame.step('delete', () => {
      const { id: found } = this.entry(type, id);
      inWordsOfScripts(() => books.remove(type, found, 'api'));
    });
    return Number(id);
  }

  submitFields({ type: name, id, values }: Named & { values: Readonly<Record<string, unknown>> }): number {
    const { frame, books } = this.#platform;
    const type = this.typeOf(name);
    frame.meter.spend(costs.submitFields[type.cost]);
    this.demand(type, 'EDIT');
    frame.step('submitFields', () => {
      const entry = this.entry(type, id);
      const shown = new ScriptRecord(this, type, entry);
      for (const [fieldId, value] of Object.entries(values)) shown.setValue({ fieldId, value });
      inWordsOfScripts(() => books.save(type, entry.id, { values: shown.changed(), event: 'xedit' }, 'api'));
    });
    return Number(id);
  }

  transform({ fromType, fromId, toType }: Transformed): ScriptRecord {
    const { frame } = this.#platform;
    const [from, to] = [this.typeOf(fromType), this.typeOf(toType)];
    if (from.id !== 'salesorder' || to.id !== 'invoice') {
      throw new Error(`record.transform from ${from.id} to ${to.id} is not known to this platform`);
    }
    frame.meter.spend(costs.open[to.cost]);
    this.demand(to, 'CREATE');
    const { values, sublists } = inWordsOfScripts(() => invoiceOf(this.entry(from, fromId)));
    return new ScriptRecord(this, to, blank).fill(values, sublists);
  }
}

const camelToSnake = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();

/** `record.Type.SALES_ORDER`, for every type the account has. */
function typeNames(platform: Platform): Readonly<Record<string, string>> {
  const names = [...platform.books.schema.types.values()].map((type) => [camelToSnake(type.name), type.id]);
  return Object.fromEntries(names);
}

export function recordModule(platform: Platform): Module {
  const desk = platform.desk;
  return {
    get Type() {
      return typeNames(platform);
    },
    ...withPromises({
      load: (options: Named) => desk.load(options),
      create: (options: Named) => desk.create(options),
      copy: (options: Named) => desk.copy(options),
      transform: (options: Transformed) => desk.transform(options),
      delete: (options: Named) => desk.delete(options),
      submitFields: (options: Named & { values: Record<string, unknown> }) => desk.submitFields(options),
    }),
  };
}
