// How one org spells our names and records: with the package's prefix or without it, with many currencies or one, and
// which record types and fields are read there.

import { Fault } from '../../faults.ts';
import type { ConnectOptions, Snapshot, WireRecord } from '../connector.ts';
import type { SObject } from '../kits/salesforce-rest.ts';
import { id18 } from '../kits/salesforce-rest-values.ts';
import { type CarriedType, type RecordTypes, recordTypesFor } from './record-types.ts';

const prefix = 'tieout__';
export const currencyField = 'CurrencyIsoCode';

export interface DialectOptions {
  readonly namespace: string;
  /** The currency of an org that has one only; such an org has no currency field. */
  readonly singleCurrency: string | null;
  /** What the installation's mapping names; without, what our own maps name. */
  readonly paths?: ConnectOptions<unknown, unknown>['paths'];
}

interface Column {
  /** As a query names it. */
  readonly path: string;
  /** Where it stands in a row: fields of a related record come inside it, under what the path begins with. */
  readonly ours: string;
  readonly theirs: string;
}

export class Dialect {
  readonly #options: DialectOptions;
  readonly #isPrefixed: boolean;
  readonly #singleCurrency: string | null;
  readonly #known = new WeakMap<CarriedType, readonly Column[]>();
  #recordTypes: RecordTypes | null = null;

  constructor(options: DialectOptions) {
    this.#isPrefixed = options.namespace !== '';
    this.#singleCurrency = options.singleCurrency;
    this.#options = options;
  }

  /** Worked out for sessions; a link to a page is spelt without. */
  get recordTypes(): RecordTypes {
    this.#recordTypes ??= recordTypesFor(this.#options.paths ?? {});
    return this.#recordTypes;
  }

  /** Our spelling -> the org's. Also for dotted paths. */
  theirs(name: string): string {
    return this.#isPrefixed ? name : name.replaceAll(prefix, '');
  }

  /** The org's spelling -> ours, for names out of `known`. The package itself may leave its prefix out in texts. */
  ours(name: string, known: Iterable<string>): string {
    for (const ourName of known) {
      if (this.theirs(ourName) === name || ourName === prefix + name) return ourName;
    }
    return name;
  }

  select(type: CarriedType): string {
    const columns = this.#columns(type).map(({ path }) => path);
    if (type.children) columns.push(`(SELECT ${type.children.fields.join(', ')} FROM ${type.children.relationship})`);
    return `SELECT ${columns.join(', ')} FROM ${this.theirs(type.name)}`;
  }

  snapshot(type: CarriedType, row: SObject): Snapshot {
    const recordId = id18(row['Id']);
    const version = row['SystemModstamp'];
    if (recordId === null || typeof version !== 'string') {
      throw new Fault('unreadable', `A ${type.name} came without an id or a version`);
    }
    const wire: Record<string, unknown> = {};
    for (const { ours, theirs } of this.#columns(type)) wire[ours] = row[theirs] ?? null;
    if (this.#singleCurrency !== null) wire[currencyField] = this.#singleCurrency;
    if (type.children) wire[type.children.relationship] = childrenOf(row[type.children.relationship]);
    return { recordType: type.name, recordId, version, wire };
  }

  /** What is sent of a wire record. The one field that an org with one currency lacks is left out. */
  outgoing(wire: WireRecord): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    for (const [field, value] of Object.entries(wire)) {
      if (field === 'Id' || !this.reads(field)) continue;
      fields[this.theirs(field)] = value;
    }
    return fields;
  }

  /** An amount in another currency than the org's only one would be taken for that one. */
  hasForeignCurrency(wire: WireRecord): boolean {
    const currency = wire[currencyField];
    return this.#singleCurrency !== null && currency !== undefined && currency !== this.#singleCurrency;
  }

  /** Whether a field is asked for in this org. */
  reads(field: string): boolean {
    return this.#singleCurrency === null || field !== currencyField;
  }

  /** Worked out once per type, used for every record. */
  #columns(type: CarriedType): readonly Column[] {
    let columns = this.#known.get(type);
    if (!columns) {
      const read = type.fields.filter((field) => this.reads(field));
      columns = read.map((field) => {
        const [top = field] = field.split('.');
        return { path: this.theirs(field), ours: top, theirs: this.theirs(top) };
      });
      this.#known.set(type, columns);
    }
    return columns;
  }
}

/** In the order of their ids, because a query without an order promises none. */
function childrenOf(value: unknown): readonly SObject[] {
  if (!Array.isArray(value)) return [];
  const rows = value.filter((row): row is SObject => row !== null && typeof row === 'object');
  return rows.sort((a, b) => (String(a['Id']) < String(b['Id']) ? -1 : 1));
}
