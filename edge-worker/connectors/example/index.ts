// Example, an invented system that can play any role: the smallest honest connector, and the mould for new ones.
import { parseInstant } from '../../../shared/dates.ts';
import { Fault, type FaultCode } from '../../faults.ts';
import {
  compareText,
  defineConnector,
  type Session,
  type Snapshot,
  type WireRecord,
  type Withdrawal,
  type WithdrawResult,
  type Write,
  type WriteResult,
} from '../connector.ts';
import {
  accountAnswer,
  changesAnswer,
  findAnswer,
  readAnswer,
  schemaAnswer,
  statusAnswer,
  withdrawAnswer,
  writeAnswer,
} from './answers.ts';
import { type Call, callerOf, type Options, secrets, settings } from './client.ts';
import { maps } from './map.ts';
import { receiver } from './receiver.ts';

/** FACTS.md#writes: a record is committed, and found by search, at most this long after it was sent. */
const settleMs = 20_000;
/** FACTS.md#changes: rows appear in order, so that the overlap only covers clocks, ten minutes off at most. */
const feedOverlapMs = 660_000;

/** Their refusals in our words. What is not listed is a business rule of theirs. */
const codeOf: Readonly<Record<string, FaultCode>> = {
  unknown_field: 'schema-changed',
  unknown_reference: 'orphaned',
  no_such_record: 'orphaned',
  locked: 'locked',
};

export const example = defineConnector({
  name: 'example',
  title: 'Example',
  roles: ['psa', 'crm', 'erp', 'billing'],
  settings,
  secrets,
  limits: {
    concurrentMax: 8,
    concurrentReserve: 2,
    requestsPerSecondMax: 50,
    readBatchMax: 200,
    writeBatchMax: 100,
    findBatchMax: 100,
    statusBatchMax: 200,
    timeoutMs: 10_000,
  },
  maps,
  repeatSafety: 'external-id',
  settleMs,
  rounding: 'half-up',
  feeds: Object.values(maps).map(({ recordType }) => ({
    name: recordType,
    everyMs: 60_000,
    activeMs: 5_000,
    startAt: (nowMs) => `t${nowMs - feedOverlapMs}`,
  })),
  compareVersions: compareText,
  showsFigures: ['opportunity', 'engagement'],
  recordUrl: ({ baseUrl }, { recordType, recordId }) => `${baseUrl}/pages/${recordType}/${recordId}`,
  receiver,
  connect,
});

function connect(options: Options): Session {
  const call = callerOf(options);
  return {
    read: (refs) =>
      perType(refs, async (type, list) => {
        const ids = list.map((ref) => ref.recordId);
        const { body } = await call('read', `POST /v1/${type}/read`, { ids }, readAnswer);
        return body.results.map((result, index) => {
          const ref = { recordType: type, recordId: ids[index] ?? '' };
          if (result.found === 'here') return { found: 'here', ref, snapshot: snapshotOf(type, result.record) };
          if (result.found !== 'merged') return { found: result.found, ref };
          return { found: 'merged', ref, into: { recordType: type, recordId: result.into } };
        });
      }),

    // May be repeated: the external id names the record, and a create's key answers a repeat from the first time.
    write: (writes) => perType(writes, (type, list) => writeRecords(call, type, list)),

    // May be repeated: what is withdrawn already stays so.
    withdraw: (withdrawals) => perType(withdrawals, (type, list) => withdrawRecords(call, type, list)),

    find: (keys) =>
      perType(keys, async (type, list) => {
        const asked = list.map(({ field, value }) => ({ field: field ?? 'external_id', value }));
        const { body } = await call('read', `POST /v1/${type}/find`, { keys: asked }, findAnswer);
        return body.results.map((found) => found.map((wire) => snapshotOf(type, wire)));
      }),

    async changes(feed, cursor) {
      const route = `GET /v1/${feed}/changes${cursor === null ? '' : `?after=${cursor}`}`;
      const { body } = await call('read', route, undefined, changesAnswer);
      const notices = body.rows.map(({ id, kind, at }) => ({
        recordType: feed,
        recordId: id,
        kind,
        occurredAtMs: parseInstant(at),
      }));
      return { notices, cursor: body.next, hasMore: body.more };
    },

    async describe(type) {
      const { body } = await call('read', `GET /v1/${type}/schema`, undefined, schemaAnswer);
      return body.fields.map(({ path, type: kind, required, choices }) => ({
        path,
        label: path,
        type: kind,
        isRequired: required,
        isWritable: true,
        lengthMax: kind === 'text' ? 4000 : null,
        choices: choices?.map((value) => ({ value, label: value })) ?? null,
      }));
    },

    async showStatus(statuses) {
      const rows = statuses.map(({ recordType, recordId, status }) => ({
        type: recordType,
        record: recordId,
        ...status,
      }));
      const { body } = await call('write', 'PUT /v1/statuses', { statuses: rows }, statusAnswer);
      return body.results.map((result) =>
        'message' in result ? { outcome: 'refused', message: result.message } : { outcome: 'applied' },
      );
    },

    async check() {
      return (await call('read', 'GET /v1/account', undefined, accountAnswer)).body;
    },
  };
}

async function writeRecords(call: Call, type: string, writes: readonly Write[]): Promise<readonly WriteResult[]> {
  const records = writes.map((write) => ({
    id: write.recordId,
    external_id: write.externalId,
    // Only a create is answered from its key: an update back to earlier content must be carried out again.
    idempotency_key: write.recordId === null ? write.idempotencyKey : null,
    stamp: write.stamp,
    values: write.wire,
  }));
  const { body, requestId } = await call('write', `PUT /v1/${type}/batch`, { records }, writeAnswer);
  return body.results.map((result) => {
    if ('record' in result) {
      const snapshot = snapshotOf(type, result.record);
      return { outcome: 'applied', created: result.status === 201, snapshot, requestId };
    }
    const { code, message, fields } = result;
    return { outcome: 'refused', code: codeOf[code] ?? 'rejected', message, fields, vendorCode: code };
  });
}

async function withdrawRecords(
  call: Call,
  type: string,
  list: readonly Withdrawal[],
): Promise<readonly WithdrawResult[]> {
  const records = list.map(({ recordId: id, stamp }) => ({ id, stamp }));
  const { body, requestId } = await call('write', `PUT /v1/${type}/withdraw`, { records }, withdrawAnswer);
  return body.results.map((result) => {
    if ('record' in result) return { outcome: 'withdrawn', snapshot: snapshotOf(type, result.record), requestId };
    if ('deleted' in result) return { outcome: 'withdrawn', snapshot: null, requestId };
    const { code, message, fields } = result;
    if (code === 'billed') return { outcome: 'billed', message, vendorCode: code };
    return { outcome: 'refused', code: codeOf[code] ?? 'rejected', message, fields, vendorCode: code };
  });
}

/** Their calls are for one record type each; results come back in the order they were asked for. */
async function perType<Asked extends { readonly recordType: string }, Result>(
  asked: readonly Asked[],
  work: (type: string, list: readonly Asked[]) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const results = new Map<Asked, Result>();
  for (const type of new Set(asked.map((one) => one.recordType))) {
    const list = asked.filter((one) => one.recordType === type);
    const answered = await work(type, list);
    list.forEach((one, index) => {
      const result = answered[index];
      if (result !== undefined) results.set(one, result);
    });
  }
  return asked.map((one) => {
    const result = results.get(one);
    // Repeats are safe, hence `uncertain` is never a wrong word for an answer that is too short.
    if (result === undefined) throw new Fault('uncertain', 'Example answered for fewer records than were asked for');
    return result;
  });
}

function snapshotOf(
  recordType: string,
  wire: WireRecord & { readonly id: string; readonly version: string },
): Snapshot {
  const ours = wire['external_id'];
  return {
    recordType,
    recordId: wire.id,
    version: wire.version,
    externalId: typeof ours === 'string' ? ours : null,
    isWithdrawn: wire['withdrawn'] === true,
    wire,
  };
}
