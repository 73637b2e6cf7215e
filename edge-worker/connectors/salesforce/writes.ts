// Writing records: collections of up to 200, updates by id and creates by our id, each read back as the org saved it.
import { Fault } from '../../faults.ts';
import type { Snapshot, Write, WriteResult } from '../connector.ts';
import { collectionMax, type SalesforceRest, type Saved } from '../kits/salesforce-rest.ts';
import { refusalOf } from '../kits/salesforce-rest-faults.ts';
import { id18 } from '../kits/salesforce-rest-values.ts';
import { currencyField, type Dialect } from './dialect.ts';
import { ourIdField } from './map.ts';
import type { CarriedType } from './record-types.ts';
import type { Records } from './records.ts';

/** Sorts before every version of theirs: whatever is read later is newer. */
const unseenVersion = '';

type Refused = Extract<WriteResult, { outcome: 'refused' }>;

interface Planned {
  readonly index: number;
  readonly type: CarriedType;
  readonly write: Write;
}

/** Writes that fit into one call. */
interface Call {
  readonly isCreate: boolean;
  readonly planned: readonly Planned[];
}

interface Applied extends Planned {
  readonly recordId: string;
  readonly isCreated: boolean;
}

export class Writer {
  readonly #rest: SalesforceRest;
  readonly #dialect: Dialect;
  readonly #records: Records;

  constructor(rest: SalesforceRest, dialect: Dialect, records: Records) {
    this.#rest = rest;
    this.#dialect = dialect;
    this.#records = records;
  }

  async write(writes: readonly Write[]): Promise<readonly WriteResult[]> {
    const results: WriteResult[] = writes.map(() => ({ outcome: 'not-attempted' }));
    const applied: Applied[] = [];
    const planned: Planned[] = [];
    writes.forEach((write, index) => {
      const type = this.#dialect.recordTypes.get(write.recordType);
      const refusal = this.#refusalBefore(write, type);
      if (refusal || !type) results[index] = refusal ?? unknownType(write.recordType);
      else planned.push({ index, type, write });
    });
    const calls = callsOf(planned);
    for (const [position, call] of calls.entries()) {
      const saved = await this.#save(call).catch((fault: unknown) => stopAt(fault, position));
      if (saved === 'stop') break;
      this.#settle(call, saved, applied, results);
    }
    const snapshots = await this.#readBack(applied.filter(({ write }) => write.isRead !== false));
    for (const { index, type, write, recordId, isCreated } of applied) {
      const unseen = { recordType: type.name, recordId, version: unseenVersion, wire: write.wire };
      const snapshot = snapshots.get(recordId) ?? unseen;
      results[index] = { outcome: 'applied', created: isCreated, snapshot, requestId: null };
    }
    return results;
  }

  #refusalBefore(write: Write, type: CarriedType | undefined): Refused | null {
    if (!type) return unknownType(write.recordType);
    if (write.recordId === null && !type.canCreate)
      return refused('rejected', `${type.name} is only made in the org`, []);
    if (write.recordId !== null && id18(write.recordId) === null) {
      return refused('orphaned', `${write.recordId} is no record id`, []);
    }
    if (this.#dialect.hasForeignCurrency(write.wire)) {
      return refused('rejected', 'The org has one currency, and this amount is in another', [currencyField]);
    }
    return null;
  }

  #save({ isCreate, planned }: Call): Promise<readonly Saved[]> {
    const typeName = this.#dialect.theirs(planned[0]!.type.name);
    const externalId = this.#dialect.theirs(ourIdField);
    if (isCreate) {
      const records = planned.map(({ write }) => ({
        ...this.#dialect.outgoing(write.wire),
        [externalId]: write.externalId,
      }));
      return this.#rest.upsert(typeName, externalId, records);
    }
    const records = planned.map(({ write }) => ({
      type: typeName,
      id: id18(write.recordId) ?? '',
      fields: this.#dialect.outgoing(write.wire),
    }));
    return this.#rest.update(records);
  }

  #settle(call: Call, saved: readonly Saved[], applied: Applied[], results: WriteResult[]): void {
    call.planned.forEach((planned, position) => {
      const row = saved[position]!;
      if (row.ok) {
        applied.push({ ...planned, recordId: row.id, isCreated: row.isCreated });
        return;
      }
      const refusal = refusalOf(row.errors, this.#dialect.theirs(ourIdField));
      if (refusal === null) return;
      const { code, message, fields, vendorCode } = refusal;
      const known = planned.type.fields;
      const ours = fields.map((field) => this.#dialect.ours(field, known));
      results[planned.index] = { outcome: 'refused', code, message, fields: ours, vendorCode };
    });
  }

  /** One query per type. The records are saved by now, so whatever fails here leaves their outcome to be looked up. */
  async #readBack(applied: readonly Applied[]): Promise<ReadonlyMap<string, Snapshot>> {
    const snapshots = new Map<string, Snapshot>();
    try {
      for (const type of new Set(applied.map((done) => done.type))) {
        const ids = applied.filter((done) => done.type === type).map((done) => done.recordId);
        for (const snapshot of await this.#records.snapshots(type, [...new Set(ids)])) {
          snapshots.set(snapshot.recordId, snapshot);
        }
      }
    } catch (cause) {
      throw new Fault('uncertain', 'The records were saved but could not be read back', { cause });
    }
    return snapshots;
  }
}

/** One record type and one verb a call. */
function callsOf(planned: readonly Planned[]): Call[] {
  const groups = new Map<string, Planned[]>();
  for (const one of planned) {
    const key = `${one.type.name} ${one.write.recordId === null}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const calls: Call[] = [];
    for (let start = 0; start < group.length; start += collectionMax) {
      calls.push({
        isCreate: group[0]!.write.recordId === null,
        planned: group.slice(start, start + collectionMax),
      });
    }
    return calls;
  });
}

/** After a first call went through, a later one that surely did nothing leaves its records for the next round. */
function stopAt(fault: unknown, position: number): 'stop' {
  if (position === 0 || !(fault instanceof Fault) || fault.code === 'uncertain') throw fault;
  return 'stop';
}

function unknownType(recordType: string): Refused {
  return refused('schema-changed', `${recordType} is not carried here`, []);
}

function refused(code: Refused['code'], message: string, fields: readonly string[]): Refused {
  return { outcome: 'refused', code, message, fields, vendorCode: null };
}
