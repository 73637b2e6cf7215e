// A system made of rows in memory, for lanes in tests: what it was asked, and calls that a test lets fail or hang.
import { choice, day, exact, exactOrNull, flag, text, textOrNull } from '../../edge-worker/connectors/codecs.ts';
import {
  at,
  type ChangePage,
  type Connector,
  type FindKey,
  type ReadResult,
  type RecordRef,
  type SchemaField,
  type Session,
  type Snapshot,
  type StatusResult,
  type StatusToShow,
  type Withdrawal,
  type WithdrawResult,
  type Write,
  type WriteResult,
} from '../../edge-worker/connectors/connector.ts';

type Wire = Readonly<Record<string, unknown>>;

const plain = { canCreate: true, canWrite: true, required: [] } as const;

/** Every system of the rig keeps customers, people, agreements, jobs and hours alike. */
export const rigMaps: Connector['maps'] = {
  customer: {
    ...plain,
    recordType: 'client',
    fields: {
      name: at('name', text),
      phone: at('phone', textOrNull),
      isActive: at('active', flag),
      lifecycle: at('stage', choice('stage', { prospect: 'prospect', customer: 'customer' })),
      country: at('country', textOrNull),
    },
  },
  resource: {
    ...plain,
    canCreate: false,
    canWrite: false,
    recordType: 'person',
    fields: { name: at('name', text), email: at('mail', textOrNull) },
  },
  project: { ...plain, recordType: 'job', fields: { name: at('name', text) } },
  time: {
    ...plain,
    recordType: 'hours',
    required: ['project', 'resource'],
    fields: {
      project: at('job', textOrNull),
      resource: at('person', textOrNull),
      workedOn: at('day', day),
      hours: at('hours', exact),
      rate: at('rate', exactOrNull),
      role: at('role', textOrNull),
      currency: at('currency', text),
    },
  },
};

/** A customer as the rig's systems keep it. */
export const client = (name: string, phone = '1'): Wire => ({
  name,
  phone,
  active: true,
  stage: 'customer',
  country: 'DE',
});

/** What a system answers that does not take a phone. */
export const phoneRefused = {
  outcome: 'refused',
  code: 'rejected',
  message: 'Not so',
  fields: ['phone'],
  vendorCode: null,
} as const;

/** One outside system: its rows, the calls it was asked, and what a test makes of them. */
export class RigSystem {
  readonly rows = new Map<string, Snapshot>();
  readonly calls: string[] = [];
  /** Set to answer a call in another way; `carryOut` does what was asked. */
  onRead: ((refs: readonly RecordRef[]) => void | Promise<void>) | null = null;
  onWrite:
    | ((writes: readonly Write[], carryOut: () => readonly WriteResult[]) => Promise<readonly WriteResult[]>)
    | null = null;
  onWithdraw:
    | ((
        withdrawals: readonly Withdrawal[],
        carryOut: () => readonly WithdrawResult[],
      ) => Promise<readonly WithdrawResult[]>)
    | null = null;
  /** What is withdrawn is deleted rather than kept. */
  deletes = false;
  readonly #gone = new Set<string>();
  readonly #merged = new Map<string, string>();
  /** What an admin of the system would see; nothing is told of types that are not named here. */
  readonly fields = new Map<string, readonly SchemaField[]>();
  onFind: (() => void | Promise<void>) | null = null;
  onChanges: ((feed: string, cursor: string | null) => ChangePage | Promise<ChangePage>) | null = null;
  onStatus: ((statuses: readonly StatusToShow[]) => Promise<readonly StatusResult[]>) | null = null;
  #serial = 0;

  put(recordType: string, recordId: string, wire: Wire, externalId: string | null = null): Snapshot {
    const row = {
      recordType,
      recordId,
      version: String(1_000_000 + ++this.#serial),
      externalId,
      isWithdrawn: false,
      wire,
    };
    this.rows.set(`${recordType}|${recordId}`, row);
    return row;
  }

  /** Somebody merges two records in the system's own pages; the loser names the winner. */
  merge(recordType: string, winner: string, loser: string): void {
    this.rows.delete(`${recordType}|${loser}`);
    this.#merged.set(`${recordType}|${loser}`, winner);
  }

  /** Somebody deletes one; it leaves a tombstone. */
  remove(recordType: string, recordId: string): void {
    this.rows.delete(`${recordType}|${recordId}`);
    this.#gone.add(`${recordType}|${recordId}`);
  }

  readonly count = (verb: string) => this.calls.filter((call) => call.startsWith(verb)).length;

  session(): Session {
    return {
      read: async (refs) => {
        this.calls.push(`read ${refs.map((ref) => ref.recordId).join()}`);
        await this.onRead?.(refs);
        return refs.map((ref): ReadResult => {
          const key = `${ref.recordType}|${ref.recordId}`;
          const snapshot = this.rows.get(key);
          if (snapshot) return { found: 'here', ref, snapshot, lines: this.#linesOf(ref) };
          const into = this.#merged.get(key);
          if (into) return { found: 'merged', ref, into: { recordType: ref.recordType, recordId: into } };
          return { found: ref.recordType.includes(':') || this.#gone.has(key) ? 'gone' : 'hidden', ref };
        });
      },
      find: async (keys: readonly FindKey[]) => {
        this.calls.push('find');
        await this.onFind?.();
        return keys.map(({ recordType, value }) =>
          [...this.rows.values()].filter((row) => row.recordType === recordType && row.externalId === value),
        );
      },
      write: async (writes) => {
        this.calls.push(`write ${writes.map((write) => JSON.stringify(write.wire)).join()}`);
        const carryOut = () => writes.map((write) => this.#write(write));
        return this.onWrite ? this.onWrite(writes, carryOut) : carryOut();
      },
      withdraw: async (withdrawals) => {
        this.calls.push(`withdraw ${withdrawals.map((one) => one.recordId).join()}`);
        const carryOut = () => withdrawals.map((one) => this.#withdraw(one));
        return this.onWithdraw ? this.onWithdraw(withdrawals, carryOut) : carryOut();
      },
      changes: async (feed, cursor) => {
        this.calls.push(`changes ${feed}`);
        return this.onChanges ? this.onChanges(feed, cursor) : { notices: [], cursor: 'end', hasMore: false };
      },
      showStatus: async (statuses) => {
        this.calls.push(`status ${statuses.map((one) => one.recordId).join()}`);
        return this.onStatus ? this.onStatus(statuses) : statuses.map(() => ({ outcome: 'applied' }));
      },
      describe: async (recordType) => this.fields.get(recordType) ?? [],
      check: async () => ({ account: '', missing: [] }),
    };
  }

  #withdraw({ recordType, recordId, externalId }: Withdrawal): WithdrawResult {
    const row = this.rows.get(`${recordType}|${recordId}`);
    if (row?.wire['billed'] === true) return { outcome: 'billed', message: 'On a bill', vendorCode: null };
    if (this.deletes) {
      this.remove(recordType, recordId);
      return { outcome: 'withdrawn', snapshot: null, requestId: null };
    }
    const snapshot = { ...this.put(recordType, recordId, { ...row?.wire }, externalId), isWithdrawn: true };
    this.rows.set(`${recordType}|${recordId}`, snapshot);
    return { outcome: 'withdrawn', snapshot, requestId: null };
  }

  /** Lines that are records by themselves: `<id>:<line>` of the type `<type>:<list>`. */
  #linesOf(ref: RecordRef): readonly Snapshot[] {
    const isOf = (row: Snapshot) =>
      row.recordType.startsWith(`${ref.recordType}:`) && row.recordId.startsWith(`${ref.recordId}:`);
    return [...this.rows.values()].filter(isOf);
  }

  #write({ recordType, recordId, externalId, wire }: Write): WriteResult {
    const id = recordId ?? `n${++this.#serial}`;
    const before = this.rows.get(`${recordType}|${id}`);
    const snapshot = this.put(recordType, id, { ...before?.wire, ...wire }, externalId);
    return { outcome: 'applied', created: recordId === null, snapshot, requestId: null };
  }
}
