// Fields of a system that change under a mapping: each mapped record type is described now and then. A difference that
// touches its mapping stops this record type alone: its records are neither read nor written until an admin has said
// that the mapping is right, or has published one that is.
import type { Connector, SchemaField } from '../connectors/connector.ts';
import { cursors } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { type LaneSql, writeRows } from '../store/rows.ts';
import { driftControl } from './controls.ts';
import type { LaneCore } from './core.ts';
import { problemOf } from './guard.ts';
import { closeHold, type HoldRow, holdAt, raiseHold } from './holds.ts';
import type { Slot } from './nouns.ts';
import { isOfARecord } from './relay.ts';
import { describeSoon, type Fields, keepWatched, type Relied, type Watch, type Watched, watchedOf } from './watched.ts';
import type { Connection, Wiring } from './wiring.ts';

/** What changes in between is found by the first call that the system refuses for it. */
const everyMs = 3_600_000;

const watchSlot = (connection: string, recordType: string): Slot => ({
  ...{ entity: connection, connection, recordType, part: 'schema' },
});

export function isStopped(sql: LaneSql, wiring: Wiring, connection: string, recordType: string): boolean {
  const types = [recordType, ...wiring.lineTypesOf(connection, recordType)];
  return types.some((type) => holdAt({ sql }, watchSlot(connection, type)) !== null);
}

/** Every mapped record type of a system that can be called is watched; those watched already go on as they are. */
export function watchSchemas(
  tx: LaneTransaction,
  connection: string,
  connector: Pick<Connector, 'maps' | 'visits'>,
): void {
  if (connector.visits) return;
  const row = { connection, cursor: null, nextMs: 0, purpose: 'schema' };
  writeRows(
    tx.sql,
    cursors,
    typesOf(connector).map((feed) => ({ ...row, feed })),
    'ignore',
  );
}

export function typesOf({ maps }: Pick<Connector, 'maps'>): readonly string[] {
  return [...new Set(Object.values(maps).map(({ recordType }) => recordType))];
}

/** Throws what is the connection's matter. A type that cannot be described stops nothing. */
export async function lookAtSchema(core: LaneCore, connection: Connection, row: Watch): Promise<void> {
  const described = await describe(core, connection, row.feed);
  if (described.length === 0) {
    // A system that tells nothing of a type has not said that its fields are gone.
    const query = `UPDATE cursors SET next_ms = ?1 + ?2, cursor = json_set(cursor, '$.atMs', ?1)
      WHERE connection = ?3 AND feed = ?4 AND purpose = 'schema'`;
    core.store.sql.exec(query, core.ports.nowMs(), everyMs, connection.id, row.feed);
    return;
  }
  core.store.transaction((tx) => {
    const found = reliedOn(described);
    const before = row.cursor === null ? null : (JSON.parse(row.cursor) as Watched);
    const accepted = before?.accepted ?? found;
    const changes = changesOf(core.wiring, connection.id, row.feed, accepted, found);
    // What touches no mapping is nobody's matter.
    const watched = { accepted: changes.length === 0 ? found : accepted, found, atMs: tx.atMs };
    keepWatched(tx, row, watched, tx.atMs + everyMs);
    if (changes.length > 0) stop(core, tx, connection, row.feed, changes);
    else if (holdAt(tx, watchSlot(connection.id, row.feed))) goOn(tx, connection.id, row.feed, 'described', null);
  });
}

async function describe(core: LaneCore, connection: Connection, recordType: string): Promise<readonly SchemaField[]> {
  try {
    return await core.session(connection).describe(recordType);
  } catch (error) {
    if (!isOfARecord(error)) throw error;
    core.ports.log('describe-failed', { connection: connection.id, recordType, message: problemOf(error) });
    return [];
  }
}

/** The mapping is right for the fields as they were found; or they are described once more. */
export function answerDrift(tx: LaneTransaction, hold: HoldRow, isRight: boolean, by: string, reason: string): void {
  const { connection, recordType } = hold;
  if (!isRight) return describeSoon(tx.sql, connection);
  const watched = watchedOf(tx.sql, connection, recordType);
  const watch = { connection, feed: recordType, purpose: 'schema' } as const;
  if (watched) keepWatched(tx, watch, { ...watched, accepted: watched.found }, tx.atMs + everyMs);
  goOn(tx, connection, recordType, by, reason);
}

function stop(
  core: LaneCore,
  tx: LaneTransaction,
  connection: Connection,
  recordType: string,
  changes: string[],
): void {
  const fields = changes.join(', ');
  core.ports.log('schema-changed', { connection: connection.id, recordType, fields });
  raiseHold(tx, core.ports.makeId, {
    ...watchSlot(connection.id, recordType),
    kind: core.wiring.mapsOf(connection.id, recordType)[0]?.kind ?? 'customer',
    control: driftControl,
    owner: 'integration',
    code: 'schema-changed',
    params: { connection: connection.id, system: connection.connector.title, recordType, fields },
    hash: fields,
    dueMinutes: 240,
  });
}

/** What was to be read is read now; what was to be sent is due since it was planned, and goes in that order. */
function goOn(tx: LaneTransaction, connection: string, recordType: string, by: string, reason: string | null): void {
  closeHold(tx, watchSlot(connection, recordType), by, reason);
  tx.sql.exec('UPDATE rechecks SET due_ms = ? WHERE connection = ?', tx.atMs, connection);
}

function reliedOn(described: readonly SchemaField[]): Fields {
  return Object.fromEntries(
    described.map(({ path, type, isRequired, isWritable, choices }) => [
      path,
      { type, isRequired: isRequired && isWritable, choices: choices?.map(({ value }) => value) ?? null },
    ]),
  );
}

/** Differences that touch a mapping, each as people read it. */
function changesOf(wiring: Wiring, connection: string, recordType: string, before: Fields, now: Fields): string[] {
  const mapped = new Set(wiring.pathsOf(connection)[recordType] ?? []);
  const gone = [...mapped].flatMap((path) => {
    const was = before[path];
    return was === undefined ? [] : changesIn(path, was, now[path]);
  });
  const isWritten = wiring.writesType(connection, recordType);
  const wanted = Object.entries(now).flatMap(([path, { isRequired }]) =>
    isWritten && isRequired && !mapped.has(path) && before[path]?.isRequired !== true ? [`${path} is required`] : [],
  );
  return [...gone, ...wanted];
}

function changesIn(path: string, was: Relied, is: Relied | undefined): string[] {
  if (is === undefined) return [`${path} is gone`];
  if (is.type !== was.type) return [`${path} is ${is.type}, was ${was.type}`];
  const lost = was.choices?.filter((value) => is.choices !== null && !is.choices.includes(value)) ?? [];
  return lost.map((value) => `${path} has no "${value}" any more`);
}
