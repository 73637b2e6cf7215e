// Reading and looking up records: one query per record type for up to 200 of them.
import type { FindKey, ReadResult, RecordRef, Snapshot } from '../connector.ts';
import type { SalesforceRest } from '../kits/salesforce-rest.ts';
import { id18, inLots, soqlList } from '../kits/salesforce-rest-values.ts';
import type { Dialect } from './dialect.ts';
import { ourIdField } from './map.ts';
import type { CarriedType, RecordTypes } from './record-types.ts';

const idsPerQueryMax = 200;
/** Their servers refuse addresses of 16 KiB; the field list needs its share. */
const literalsLengthMax = 10_000;

export class Records {
  readonly #rest: SalesforceRest;
  readonly #dialect: Dialect;

  constructor(rest: SalesforceRest, dialect: Dialect) {
    this.#rest = rest;
    this.#dialect = dialect;
  }

  async read(refs: readonly RecordRef[]): Promise<readonly ReadResult[]> {
    const found = new Map<string, Snapshot>();
    const gone = new Map<string, string | null>();
    for (const [type, ids] of idsByType(this.#dialect.recordTypes, refs)) {
      for (const snapshot of await this.snapshots(type, ids)) found.set(keyOf(type.name, snapshot.recordId), snapshot);
      const missing = ids.filter((id) => !found.has(keyOf(type.name, id)));
      for (const [id, into] of await this.#deleted(type, missing)) gone.set(keyOf(type.name, id), into);
    }
    return refs.map((ref): ReadResult => {
      const key = keyOf(ref.recordType, id18(ref.recordId) ?? '');
      const snapshot = found.get(key);
      if (snapshot) return { found: 'here', ref, snapshot };
      const into = gone.get(key);
      if (into) return { found: 'merged', ref, into: { recordType: ref.recordType, recordId: into } };
      return { found: gone.has(key) ? 'gone' : 'hidden', ref };
    });
  }

  async snapshots(type: CarriedType, ids: readonly string[]): Promise<Snapshot[]> {
    return this.#select(type, 'Id', ids);
  }

  async find(keys: readonly FindKey[]): Promise<readonly (readonly Snapshot[])[]> {
    const groups = new Map<string, { type: CarriedType; field: string; values: Set<string> }>();
    for (const { recordType, field, value } of keys) {
      const type = this.#dialect.recordTypes.get(recordType);
      const path = field ?? ourIdField;
      if (!type || !isFieldName(path) || value === '') continue;
      const group = groups.get(`${recordType} ${path}`) ?? { type, field: path, values: new Set<string>() };
      groups.set(`${recordType} ${path}`, group);
      group.values.add(value);
    }
    const found = new Map<string, Snapshot[]>();
    for (const [name, { type, field, values }] of groups) {
      const wide = type.fields.includes(field) ? type : { ...type, fields: [...type.fields, field] };
      for (const snapshot of await this.#select(wide, field, [...values])) {
        const key = `${name} ${spelling(snapshot.wire[field])}`;
        found.set(key, [...(found.get(key) ?? []), snapshot]);
      }
    }
    return keys.map(
      ({ recordType, field, value }) => found.get(`${recordType} ${field ?? ourIdField} ${spelling(value)}`) ?? [],
    );
  }

  async #select(type: CarriedType, field: string, values: readonly string[]): Promise<Snapshot[]> {
    const snapshots: Snapshot[] = [];
    for (const lot of inLots(values, idsPerQueryMax, literalsLengthMax)) {
      const where = `${this.#dialect.theirs(field)} IN ${soqlList(lot)}`;
      const rows = await this.#rest.query(`${this.#dialect.select(type)} WHERE ${where}`);
      for (const row of rows) snapshots.push(this.#dialect.snapshot(type, row));
    }
    return snapshots.sort((a, b) => (a.recordId < b.recordId ? -1 : 1));
  }

  /** Only the recycle bin proves a deletion; a record that is merely not seen may be out of our sight. */
  async #deleted(type: CarriedType, ids: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    const deleted = new Map<string, string | null>();
    const { mergedField } = type;
    const columns = ['Id', 'IsDeleted', ...(mergedField ? [mergedField] : [])].join(', ');
    for (const lot of inLots(ids, idsPerQueryMax, literalsLengthMax)) {
      const soql = `SELECT ${columns} FROM ${this.#dialect.theirs(type.name)} WHERE Id IN ${soqlList(lot)}`;
      for (const row of await this.#rest.query(soql, 'with-deleted')) {
        const id = id18(row['Id']);
        if (row['IsDeleted'] === true && id !== null) deleted.set(id, mergedField ? id18(row[mergedField]) : null);
      }
    }
    return deleted;
  }
}

function idsByType(recordTypes: RecordTypes, refs: readonly RecordRef[]): ReadonlyMap<CarriedType, readonly string[]> {
  const byType = new Map<CarriedType, Set<string>>();
  for (const ref of refs) {
    const type = recordTypes.get(ref.recordType);
    const id = id18(ref.recordId);
    if (!type || id === null) continue;
    byType.set(type, (byType.get(type) ?? new Set()).add(id));
  }
  return new Map([...byType].map(([type, ids]) => [type, [...ids].sort()]));
}

function keyOf(recordType: string, id: string): string {
  return `${recordType} ${id}`;
}

function isFieldName(name: string): boolean {
  return /^[A-Za-z]\w*$/.test(name);
}

/** Their text comparison knows no upper and lower case. */
function spelling(value: unknown): string {
  return String(value ?? '')
    .trim()
    .toLowerCase();
}
