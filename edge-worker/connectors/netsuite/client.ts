// The session: its verbs in the words of PROTOCOL.md, whoever answers them; results keep the order of the questions.
import type { z } from 'zod';
import { Fault } from '../../faults.ts';
import type {
  ConnectOptions,
  FindKey,
  ReadResult,
  RecordRef,
  Session,
  Snapshot,
  StatusResult,
  StatusToShow,
  Withdrawal,
  WithdrawResult,
} from '../connector.ts';
import type { Access } from './access.ts';
import * as answers from './answers.ts';
import { describeFields } from './describe.ts';
import { askFeed } from './feeds.ts';
import { askedColumn, askedRef, isLineType, linesOf, ourKeyColumn, showsValue } from './lines.ts';
import { listIdsOf } from './list-ids.ts';
import { credentialsEnd, renewCredentials } from './renewal.ts';
import { RestAccess } from './rest/access.ts';
import { openRestlet } from './restlet.ts';
import type { Secrets, Settings } from './settings.ts';
import { type Connection, paired, recordsMax, snapshotsOf } from './snapshots.ts';
import { endingOf, isBilled, savedAs, withdrawnBy } from './withdrawals.ts';
import { statusRow, writeRecords } from './writes.ts';

export const statusesMax = 200;

/** The answer of `find` has no lines; these types are read again to have them. */
const typesWithLines = ['salesorder', 'invoice', 'expensereport', 'customerpayment'];

export function openSession(options: ConnectOptions<Settings, Secrets>): Session {
  const hasSuiteApp = options.settings.access === 'suiteapp';
  const access = hasSuiteApp ? openRestlet(options) : new RestAccess(options);
  const connection = { access, lists: listIdsOf(options.settings), currencies: new Map() };
  return {
    read: (refs) => read(connection, refs),
    write: (writes) => writeRecords(connection, writes),
    withdraw: (withdrawals) => withdraw(connection, withdrawals),
    find: (keys) => find(connection, keys),
    changes: async (feed, cursor) => askFeed(connection.access, feed, cursor, options.nowMs()),
    describe: async (recordType) => {
      const { type } = askedRef({ recordType, recordId: '' });
      const request = { verb: 'describe', type } as const;
      const { body } = await connection.access.call(request, answers.describeAnswer, 'unreachable');
      return describeFields(recordType, body.results, connection.lists);
    },
    // Status rows lie in a record of our package.
    ...(hasSuiteApp && { showStatus: (statuses: readonly StatusToShow[]) => showStatus(connection, statuses) }),
    check: () => check(connection, options),
    renewCredentials: (isAsked) => renewCredentials(options, isAsked),
    credentialsEnd: async () => credentialsEnd(options),
  };
}

/** Lines are asked for with the record they stand in, each record once. */
async function read(connection: Connection, refs: readonly RecordRef[]): Promise<readonly ReadResult[]> {
  const { access, lists } = connection;
  if (refs.length === 0) return [];
  const asked = [...new Map(refs.map((ref) => [keyOf(askedRef(ref)), askedRef(ref)] as const)).values()];
  const { body } = await access.call({ verb: 'read', records: asked }, answers.readAnswer, 'unreachable');
  const answered = new Map(
    paired(asked, body.results, 'unreachable').map(([one, result]) => [keyOf(one), result] as const),
  );
  const found = [...answered.values()].flatMap((result) => (result.found ? [result.record] : []));
  const snapshots = await snapshotsOf(connection, found);
  return refs.map((ref): ReadResult => {
    const result = answered.get(keyOf(askedRef(ref)));
    if (!result?.found) return { found: result?.deleted ? 'gone' : 'hidden', ref };
    const lines = linesOf(result.record, lists);
    if (!isLineType(ref.recordType)) return { found: 'here', ref, snapshot: snapshots(result.record), lines };
    const snapshot = lines.find((line) => line.recordId === ref.recordId);
    // The whole record was read, so a line that is not in it is proved to be gone.
    return snapshot ? { found: 'here', ref, snapshot } : { found: 'gone', ref };
  });
}

/** A record that is refused may be on an invoice: those are read, and left as they are. */
async function withdraw(
  connection: Connection,
  withdrawals: readonly Withdrawal[],
): Promise<readonly WithdrawResult[]> {
  const unknown = withdrawals.find(({ recordType }) => endingOf(recordType) === null);
  if (unknown) throw new Fault('schema-changed', `NetSuite has no way to withdraw a ${unknown.recordType}`);
  const results = (await writeRecords(connection, withdrawals.map(savedAs))).map(withdrawnBy);
  const refused = withdrawals.filter((_, index) => results[index]?.outcome === 'refused');
  if (refused.length === 0) return results;
  const records = refused.map((ref) => ({ type: ref.recordType, id: ref.recordId }));
  const { body } = await connection.access.call({ verb: 'read', records }, answers.readAnswer, 'uncertain');
  const read = new Map(paired(refused, body.results, 'uncertain'));
  return withdrawals.map((one, index) => withdrawnOr(results[index]!, read.get(one)));
}

/** What is gone counts no more. */
function withdrawnOr(
  result: WithdrawResult,
  read: z.infer<typeof answers.readAnswer>['results'][number] | undefined,
): WithdrawResult {
  if (result.outcome !== 'refused' || read === undefined) return result;
  const { message, vendorCode } = result;
  if (read.found) return isBilled(read.record) ? { outcome: 'billed', message, vendorCode } : result;
  return read.deleted ? { outcome: 'withdrawn', snapshot: null, requestId: null } : result;
}

async function find(connection: Connection, keys: readonly FindKey[]): Promise<readonly (readonly Snapshot[])[]> {
  const { access, lists } = connection;
  if (keys.length === 0) return [];
  const asked = keys.map(({ recordType, field, value }) => {
    const { type } = askedRef({ recordType, recordId: '' });
    if (field === null) {
      return { type, field: isLineType(recordType) ? ourKeyColumn(recordType) : 'externalid', value };
    }
    const theirs = askedColumn(recordType, field);
    return { type, field: theirs, value: lists.idOf(recordType, theirs, value) };
  });
  const { body } = await access.call({ verb: 'find', keys: asked }, answers.findAnswer, 'unreachable');
  const found = paired(keys, body.results, 'unreachable').map(([key, { records }]) => ({ key, records }));
  const all = found.flatMap(({ records }) => records);
  const whole = await readLines(access, all);
  const wholeOf = (record: answers.AnsweredRecord) => whole.get(keyOf(record)) ?? record;
  const snapshots = await snapshotsOf(connection, all.map(wholeOf));
  return found.map(({ key, records }) => {
    if (!isLineType(key.recordType)) return records.map((record) => snapshots(wholeOf(record)));
    const lines = records.flatMap((record) => linesOf(wholeOf(record), lists));
    return lines.filter((line) => line.recordType === key.recordType && isSought(line, key));
  });
}

function isSought(line: Snapshot, { field, value }: FindKey): boolean {
  return field === null ? line.externalId === value : showsValue(line, field, value);
}

async function readLines(access: Access, found: readonly answers.AnsweredRecord[]) {
  const bare = found.filter((record) => record.sublists === undefined && typesWithLines.includes(record.type));
  const whole = new Map<string, answers.AnsweredRecord>();
  for (let start = 0; start < bare.length; start += recordsMax) {
    const records = bare.slice(start, start + recordsMax).map(({ type, id }) => ({ type, id }));
    const { body } = await access.call({ verb: 'read', records }, answers.readAnswer, 'unreachable');
    for (const result of body.results) if (result.found) whole.set(keyOf(result.record), result.record);
  }
  return whole;
}

/** A status row is kept under its record and system, so that writing it twice leaves one. */
async function showStatus({ access }: Connection, statuses: readonly StatusToShow[]): Promise<readonly StatusResult[]> {
  if (statuses.length === 0) return [];
  // A line has no page of its own: there is nothing to show, nor to refuse.
  const pages = statuses.filter((one) => !isLineType(one.recordType));
  if (pages.length === 0) return statuses.map(() => ({ outcome: 'applied' }));
  const rows = pages.map((one) => ({ type: one.recordType, id: one.recordId, ...statusRow(one.status) }));
  const { body } = await access.call({ verb: 'status', statuses: rows }, answers.statusAnswer, 'unreachable');
  const shown = new Map(
    paired(pages, body.results, 'unreachable').map(([one, result]): [StatusToShow, StatusResult] => [
      one,
      result.outcome === 'applied' ? result : { outcome: 'refused', message: result.message },
    ]),
  );
  return statuses.map((one) => shown.get(one) ?? { outcome: 'applied' });
}

/** A refreshed or copied sandbox has another id or kind than the connection: its credentials must not be used. */
async function check({ access }: Connection, options: ConnectOptions<Settings, Secrets>) {
  const { body } = await access.call({ verb: 'ping' }, answers.pingAnswer, 'unreachable');
  const { account, environment, missing } = body.results[0];
  if (account !== options.account || environment.toLowerCase() !== options.environment) {
    throw new Fault('unauthorised', `these credentials open ${account} (${environment}), not ${options.account}`);
  }
  return { account, missing };
}

function keyOf(record: { readonly type: string; readonly id: string }): string {
  return `${record.type} ${record.id}`;
}
