// What is read where records are decided again, or put back: the records of some entities wherever they are, as they
// are now.
import type { RecordRef, Session } from '../connectors/connector.ts';
import { links } from '../store/lane-schema.ts';
import { type LaneSql, readColumns } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import type { Observation } from './observation.ts';
import { faultFrom, isOfARecord } from './relay.ts';
import type { RecordPlace } from './strays.ts';
import { withSiblings } from './unwon.ts';
import type { Connection } from './wiring.ts';

/** A connection that rests or is stopped is waited for. */
export const stoppedMs = 30_000;
export const unansweredMs = 2_000;
/** Commands that may wait to be sent before the next page is decided. */
export const dueMax = 500;
export const dueMs = 500;

/** What is written over is read before, wherever it is, to be put back; a system at rest is not waited for. */
export function placesWritten(core: LaneCore, asked: string | null, ids: readonly string[]) {
  const places = placesOf(core, null, [...withSiblings(ids)]);
  const isAsked = (id: string) => asked === null || asked === id;
  return new Map([...places].filter(([id]) => isAsked(id) || core.callable(id)));
}

/** `asked` is the connection whose records are meant; null = those of all. */
export function placesOf(
  core: LaneCore,
  asked: string | null,
  ids: readonly string[],
): ReadonlyMap<string, RecordRef[]> {
  const where = `WHERE part = '' AND record_id IS NOT NULL AND (?1 IS NULL OR connection = ?1)
    AND entity IN (SELECT value FROM json_each(?2))`;
  const columns = ['connection', 'recordType', 'recordId'] as const;
  const rows = readColumns(core.store.sql, links, columns, where, asked, JSON.stringify(ids));
  const wanted = new Map<string, Map<string, RecordRef>>();
  for (const { connection, recordType, recordId } of rows) {
    // A connection that was taken away keeps its links and is asked for nothing.
    if (!['active', 'paused'].includes(core.wiring.connections.get(connection)?.state ?? '')) continue;
    const refs = wanted.get(connection) ?? new Map<string, RecordRef>();
    wanted.set(connection, refs);
    refs.set(`${recordType}|${recordId}`, { recordType, recordId: recordId ?? '' });
  }
  return new Map([...wanted].map(([connection, refs]) => [connection, [...refs.values()]]));
}

/** Null when a connection does not answer: the page is begun again once it does. */
export async function readNow(
  core: LaneCore,
  wanted: ReadonlyMap<string, readonly RecordRef[]>,
  sessionOf: (connection: Connection) => Session = (connection) => core.session(connection),
) {
  const seen: Observation[] = [];
  const unseen: RecordPlace[] = [];
  for (const [id, refs] of wanted) {
    const connection = core.callable(id);
    if (!connection) return null;
    const session = sessionOf(connection);
    const { readBatchMax } = connection.connector.limits;
    for (let at = 0; at < refs.length; at += readBatchMax) {
      const batch = refs.slice(at, at + readBatchMax);
      const readMs = core.ports.nowMs();
      try {
        for (const result of await session.read(batch)) {
          if (result.found === 'here')
            seen.push({ connection: id, snapshot: result.snapshot, readMs, eventMs: readMs, event: null });
          else unseen.push({ connection: id, ...result.ref });
        }
      } catch (error) {
        if (!isOfARecord(error)) {
          core.failed(connection, faultFrom(error));
          return null;
        }
        // One of them makes the call fail; the inbox finds out which.
        unseen.push(...batch.map((ref) => ({ connection: id, ...ref })));
      }
    }
    core.succeeded(id);
  }
  return { seen, unseen };
}

export function dueCount(core: LaneCore): number {
  const [row] = core.store.sql.exec("SELECT count(*) AS n FROM commands WHERE state = 'due'").toArray();
  return Number((row as { n: number }).n);
}

/** Of what was read, the records of some entities. */
export function seenOf(sql: LaneSql, seen: readonly Observation[], part: readonly string[]): readonly Observation[] {
  const where = 'WHERE record_id IS NOT NULL AND entity IN (SELECT value FROM json_each(?))';
  const rows = readColumns(sql, links, ['connection', 'recordType', 'recordId'], where, JSON.stringify(part));
  const own = new Set(rows.map((row) => `${row.connection}|${row.recordType}|${row.recordId}`));
  return seen.filter(({ connection, snapshot }) =>
    own.has(`${connection}|${snapshot.recordType}|${snapshot.recordId}`),
  );
}
