// What is written in one call: records by themselves, and lines put together by the record they belong to. Repeats are
// safe, by our id of the record and by our key of the line.
import { instantText } from '../../../shared/dates.ts';
import type { ShownStatus } from '../../../shared/wire/status.ts';
import { Fault } from '../../faults.ts';
import type { Snapshot, Write, WriteResult } from '../connector.ts';
import type { ToApply } from './access.ts';
import * as answers from './answers.ts';
import { groupLines, isLineType, linesOf, lineWritten } from './lines.ts';
import type { Outward, Unnamed } from './list-ids.ts';
import { refusalOf } from './refusals.ts';
import { type Connection, paired, snapshotsOf } from './snapshots.ts';

/** One record of the request, and the writes it carries: several where they are lines of one record. */
interface Sent {
  readonly writes: readonly Write[];
  readonly record: ToApply;
}

/** What is known of all records of one answer. */
interface Answered {
  readonly requestId: string | null;
  readonly lists: Connection['lists'];
  readonly snapshots: (record: AppliedRecord) => Snapshot;
}

type AnsweredResult = (typeof answers.applyAnswer)['_output']['results'][number];
type Applied = Extract<AnsweredResult, { outcome: 'applied' }>;
type AppliedRecord = Applied['record'];

/** Records whose names the settings cannot translate are refused here; the others travel in one call. */
export async function writeRecords(connection: Connection, writes: readonly Write[]): Promise<readonly WriteResult[]> {
  const { lists } = connection;
  const results = new Map<Write, WriteResult>();
  const sent: Sent[] = [];
  for (const one of writes.filter((write) => !isLineType(write.recordType))) {
    const outward = lists.outward(one.recordType, one.wire);
    if ('table' in outward) results.set(one, refusedName(outward));
    else sent.push({ writes: [one], record: recordOf(one, outward) });
  }
  const lines = writes.filter((write) => isLineType(write.recordType));
  const { groups, misnamed } = groupLines(lines, lists);
  for (const { write, unnamed } of misnamed) results.set(write, refusedName(unnamed));
  sent.push(...groups);
  const alone = await apply(connection, sent, results);
  if (alone.length > 0) await apply(connection, alone, results);
  return writes.map((write) => results.get(write) ?? { outcome: 'not-attempted' });
}

/** One call. Returns lines to be tried by themselves, because one of those they were sent with was refused. */
async function apply(
  connection: Connection,
  sent: readonly Sent[],
  results: Map<Write, WriteResult>,
): Promise<readonly Sent[]> {
  if (sent.length === 0) return [];
  const { access, lists } = connection;
  const request = { verb: 'apply', records: sent.map(({ record }) => record) } as const;
  const { body, requestId } = await access.call(request, answers.applyAnswer, 'uncertain');
  const applied = body.results.flatMap((result) => (result.outcome === 'applied' ? [result.record] : []));
  const snapshots = await snapshotsOf(connection, applied).catch((cause: unknown) => {
    throw new Fault('uncertain', 'The records were saved but could not be read back', { cause });
  });
  const alone: Sent[] = [];
  for (const [one, result] of paired(sent, body.results, 'uncertain')) {
    if (result.outcome === 'applied') settle(one, result, { requestId, lists, snapshots }, results);
    else if (result.outcome === 'refused' && one.writes.length > 1) {
      alone.push(...one.writes.flatMap((write) => groupLines([write], lists).groups));
    } else {
      for (const write of one.writes)
        results.set(write, result.outcome === 'refused' ? refusalOf(result) : { outcome: 'not-attempted' });
    }
  }
  return alone;
}

function settle(
  { writes }: Sent,
  result: Applied,
  { requestId, lists, snapshots }: Answered,
  results: Map<Write, WriteResult>,
): void {
  const lines = linesOf(result.record, lists);
  const made = Object.values(result.lines ?? {}).flat();
  for (const [index, write] of writes.entries()) {
    const isLine = isLineType(write.recordType);
    const snapshot = isLine ? lineWritten(write, lines) : snapshots(result.record);
    if (!snapshot) throw new Fault('uncertain', 'NetSuite saved a line without showing it');
    const created = isLine ? (made[index]?.created ?? false) : result.created;
    results.set(write, { outcome: 'applied', created, snapshot, requestId });
  }
}

function recordOf(one: Write, { values, sublists }: Outward): ToApply {
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
function refusedName({ field, name, table }: Unnamed): WriteResult {
  const message = `The settings name no NetSuite id for "${name}" (${table}).`;
  return { outcome: 'refused', code: 'orphaned', message, fields: [field], vendorCode: null };
}

/** A status row is kept under its record and system, so that writing it twice leaves one. */
export function statusRow(status: ShownStatus) {
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
