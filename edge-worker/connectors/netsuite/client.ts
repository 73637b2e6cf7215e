// The session: each verb is one call of our RESTlet, and results keep the order of the questions.

import type { z } from 'zod';
import { instantText } from '../../../shared/dates.ts';
import type { ShownStatus } from '../../../shared/wire/status.ts';
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
  Write,
  WriteResult,
} from '../connector.ts';
import * as answers from './answers.ts';
import { describeFields } from './describe.ts';
import { askFeed } from './feeds.ts';
import { type ListIds, listIdsOf, type Outward } from './list-ids.ts';
import { refusalOf } from './refusals.ts';
import { type IfCut, openRestlet, type Restlet } from './restlet.ts';
import type { Secrets, Settings } from './settings.ts';
import { endingOf, isBilled, savedAs, standing, withdrawnBy } from './withdrawals.ts';

/** At most so many records a call, by PROTOCOL.md. */
export const recordsMax = 100;
export const statusesMax = 200;

/** The answer of `find` has no lines; these types are read again to have them. */
const typesWithLines = ['salesorder', 'invoice'];

const timeCurrencyField = 'custcol_tieout_currency';
/** Of time on no project, by the standard's own code for it. */
const noCurrency = 'XXX';

interface Connection {
  readonly restlet: Restlet;
  readonly lists: ListIds;
  /** Of projects that time was read of, by id: a project that has any keeps its currency. */
  readonly currencies: Map<string, string>;
}

export function openSession(options: ConnectOptions<Settings, Secrets>): Session {
  const connection = { restlet: openRestlet(options), lists: listIdsOf(options.settings), currencies: new Map() };
  return {
    read: (refs) => read(connection, refs),
    write: (writes) => write(connection, writes),
    withdraw: (withdrawals) => withdraw(connection, withdrawals),
    find: (keys) => find(connection, keys),
    changes: async (feed, cursor) => askFeed(connection.restlet, feed, cursor, options.nowMs()),
    describe: async (recordType) => {
      const request = { verb: 'describe', type: recordType } as const;
      const { body } = await connection.restlet.call(request, answers.describeAnswer, 'unreachable');
      return describeFields(recordType, body.results, connection.lists);
    },
    showStatus: (statuses) => showStatus(connection, statuses),
    check: () => check(connection, options),
  };
}

async function read(connection: Connection, refs: readonly RecordRef[]): Promise<readonly ReadResult[]> {
  if (refs.length === 0) return [];
  const records = refs.map((ref) => ({ type: ref.recordType, id: ref.recordId }));
  const { body } = await connection.restlet.call({ verb: 'read', records }, answers.readAnswer, 'unreachable');
  const found = paired(refs, body.results, 'unreachable');
  const snapshots = await snapshotsOf(
    connection,
    found.flatMap(([, result]) => (result.found ? [result.record] : [])),
  );
  return found.map(([ref, result]): ReadResult => {
    if (result.found) return { found: 'here', ref, snapshot: snapshots(result.record) };
    return { found: result.deleted ? 'gone' : 'hidden', ref };
  });
}

/** Records whose names the settings cannot translate are refused here; the others travel in one call. */
async function write(connection: Connection, writes: readonly Write[]): Promise<readonly WriteResult[]> {
  const { restlet, lists } = connection;
  const results: (WriteResult | null)[] = writes.map(() => null);
  const sent: { readonly index: number; readonly record: Readonly<Record<string, unknown>> }[] = [];
  for (const [index, one] of writes.entries()) {
    const outward = lists.outward(one.recordType, one.wire);
    if ('table' in outward) results[index] = refusedName(outward.field, outward.name, outward.table);
    else sent.push({ index, record: recordOf(one, outward) });
  }
  if (sent.length > 0) {
    const request = { verb: 'apply', records: sent.map(({ record }) => record) } as const;
    const { body, requestId } = await restlet.call(request, answers.applyAnswer, 'uncertain');
    const applied = body.results.flatMap((result) => (result.outcome === 'applied' ? [result.record] : []));
    const snapshots = await snapshotsOf(connection, applied).catch((cause: unknown) => {
      throw new Fault('uncertain', 'The records were saved but could not be read back', { cause });
    });
    for (const [{ index }, result] of paired(sent, body.results, 'uncertain')) {
      if (result.outcome === 'applied') {
        const snapshot = snapshots(result.record);
        results[index] = { outcome: 'applied', created: result.created, snapshot, requestId };
      } else results[index] = result.outcome === 'refused' ? refusalOf(result) : { outcome: 'not-attempted' };
    }
  }
  return results.map((result) => result ?? { outcome: 'not-attempted' });
}

/** A record that is refused may be on an invoice: those are read, and left as they are. */
async function withdraw(
  connection: Connection,
  withdrawals: readonly Withdrawal[],
): Promise<readonly WithdrawResult[]> {
  const unknown = withdrawals.find(({ recordType }) => endingOf(recordType) === null);
  if (unknown) throw new Fault('schema-changed', `NetSuite has no way to withdraw a ${unknown.recordType}`);
  const results = (await write(connection, withdrawals.map(savedAs))).map(withdrawnBy);
  const refused = withdrawals.filter((_, index) => results[index]?.outcome === 'refused');
  if (refused.length === 0) return results;
  const records = refused.map((ref) => ({ type: ref.recordType, id: ref.recordId }));
  const { body } = await connection.restlet.call({ verb: 'read', records }, answers.readAnswer, 'uncertain');
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

function recordOf(one: Write, { values, sublists }: Outward) {
  return {
    type: one.recordType,
    id: one.recordId,
    externalid: one.externalId,
    values,
    ...(Object.keys(sublists).length > 0 ? { sublists } : {}),
    stamp: one.stamp,
    ...(one.statuses && one.statuses.length > 0
      ? { statuses: one.statuses.map((status) => ({ type: one.recordType, ...statusRow(status) })) }
      : {}),
  };
}

/** The admin mends it in the settings, so it goes to whoever links references rather than to finance. */
function refusedName(field: string, name: string, table: string): WriteResult {
  const message = `The settings name no NetSuite id for "${name}" (${table}).`;
  return { outcome: 'refused', code: 'orphaned', message, fields: [field], vendorCode: null };
}

async function find(connection: Connection, keys: readonly FindKey[]): Promise<readonly (readonly Snapshot[])[]> {
  if (keys.length === 0) return [];
  const { restlet, lists } = connection;
  const asked = keys.map(({ recordType, field, value }) => {
    if (field === null) return { type: recordType, field: 'externalid', value };
    const theirs = field.replace(/^values\./, '');
    return { type: recordType, field: theirs, value: lists.idOf(recordType, theirs, value) };
  });
  const { body } = await restlet.call({ verb: 'find', keys: asked }, answers.findAnswer, 'unreachable');
  const found = paired(keys, body.results, 'unreachable').map(([, { records }]) => records);
  const whole = await readLines(restlet, found.flat());
  const wholeOf = (record: answers.AnsweredRecord) => whole.get(keyOf(record)) ?? record;
  const snapshots = await snapshotsOf(connection, found.flat().map(wholeOf));
  return found.map((records) => records.map((record) => snapshots(wholeOf(record))));
}

async function readLines(restlet: Restlet, found: readonly answers.AnsweredRecord[]) {
  const bare = found.filter((record) => record.sublists === undefined && typesWithLines.includes(record.type));
  const whole = new Map<string, answers.AnsweredRecord>();
  for (let start = 0; start < bare.length; start += recordsMax) {
    const records = bare.slice(start, start + recordsMax).map(({ type, id }) => ({ type, id }));
    const { body } = await restlet.call({ verb: 'read', records }, answers.readAnswer, 'unreachable');
    for (const result of body.results) if (result.found) whole.set(keyOf(result.record), result.record);
  }
  return whole;
}

/** A status row is kept under its record and system, so that writing it twice leaves one. */
async function showStatus(
  { restlet }: Connection,
  statuses: readonly StatusToShow[],
): Promise<readonly StatusResult[]> {
  if (statuses.length === 0) return [];
  const rows = statuses.map((one) => ({ type: one.recordType, id: one.recordId, ...statusRow(one.status) }));
  const { body } = await restlet.call({ verb: 'status', statuses: rows }, answers.statusAnswer, 'unreachable');
  return paired(statuses, body.results, 'unreachable').map(
    ([, result]): StatusResult =>
      result.outcome === 'applied' ? result : { outcome: 'refused', message: result.message },
  );
}

function statusRow(status: ShownStatus) {
  return {
    system: status.system,
    state: status.state,
    reason: status.reason,
    params: status.params,
    link: status.link,
    last: status.lastMs === null ? null : instantText(status.lastMs),
    next: status.nextMs === null ? null : instantText(status.nextMs),
    owner: status.owner,
    amounts: status.amounts,
  };
}

/** A refreshed or copied sandbox has another id or kind than the connection: its credentials must not be used. */
async function check({ restlet }: Connection, options: ConnectOptions<Settings, Secrets>) {
  const { body } = await restlet.call({ verb: 'ping' }, answers.pingAnswer, 'unreachable');
  const { account, environment, missing } = body.results[0];
  if (account !== options.account || environment.toLowerCase() !== options.environment) {
    throw new Fault('unauthorised', `these credentials open ${account} (${environment}), not ${options.account}`);
  }
  return { account, missing };
}

/** Answers records as snapshots. What they need beyond themselves is read for all of them at once. */
async function snapshotsOf(
  connection: Connection,
  records: readonly answers.AnsweredRecord[],
): Promise<(record: answers.AnsweredRecord) => Snapshot> {
  await readCurrencies(connection, records);
  return (record) => snapshotOf(connection, record);
}

/** Time that people enter in NetSuite names no currency: it is that of its project. */
async function readCurrencies(
  { restlet, lists, currencies }: Connection,
  records: readonly answers.AnsweredRecord[],
): Promise<void> {
  const projects = records.flatMap((record) => projectWithCurrencyOf(record) ?? []);
  const unknown = [...new Set(projects)].filter((id) => !currencies.has(id));
  for (let start = 0; start < unknown.length; start += recordsMax) {
    const asked = unknown.slice(start, start + recordsMax).map((id) => ({ type: 'job', id }));
    const { body } = await restlet.call({ verb: 'read', records: asked }, answers.readAnswer, 'unreachable');
    for (const result of body.results) {
      const currency = result.found ? lists.inward('job', result.record.values)['currency'] : null;
      if (result.found && typeof currency === 'string') currencies.set(result.record.id, currency);
    }
  }
}

/** The project whose currency a time entry has; null where the entry says it itself, as those of the hub do. */
function projectWithCurrencyOf({ type, values }: answers.AnsweredRecord): string | null {
  const project = values['customer'];
  if (type !== 'timebill' || (values[timeCurrencyField] ?? null) !== null) return null;
  return typeof project === 'string' ? project : null;
}

function snapshotOf({ lists, currencies }: Connection, record: answers.AnsweredRecord): Snapshot {
  const { type, id, externalid, lastmodified, sublists = {} } = record;
  const project = projectWithCurrencyOf(record);
  const values = {
    ...lists.inward(type, record.values),
    ...(type === 'timebill' && {
      [timeCurrencyField]: record.values[timeCurrencyField] ?? currencies.get(project ?? '') ?? noCurrency,
    }),
  };
  const name = type === 'employee' ? { name: nameOfPerson(values) } : {};
  const wire = { id, externalid, ...name, values, sublists };
  return { recordType: type, recordId: id, version: lastmodified, externalId: externalid, ...standing(record), wire };
}

/** A person's name is in two parts; the record's own name may carry a number in front. */
function nameOfPerson(values: Readonly<Record<string, unknown>>): string | null {
  const parts = [values['firstname'], values['lastname']].filter((part) => typeof part === 'string' && part !== '');
  if (parts.length > 0) return parts.join(' ');
  return typeof values['entityid'] === 'string' ? values['entityid'] : null;
}

function keyOf(record: { readonly type: string; readonly id: string }): string {
  return `${record.type} ${record.id}`;
}

/** An answer with more or fewer results than questions says nothing about any of them. */
function paired<Question, Result>(questions: readonly Question[], results: readonly Result[], ifCut: IfCut) {
  if (questions.length !== results.length) {
    const code = ifCut === 'uncertain' ? 'uncertain' : 'unreadable';
    throw new Fault(code, `the Tieout RESTlet answered ${results.length} of ${questions.length} questions`);
  }
  return questions.map((question, index): readonly [Question, Result] => [question, results[index]!]);
}
