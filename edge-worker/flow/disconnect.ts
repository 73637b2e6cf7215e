// Taking a connection away: from one moment on nothing is read or written there and its credentials are forgotten;
// what was open ends portion by portion, its place on disk; what was linked stays known, for the day it is back.
import type { Disconnected } from '../../shared/ending-words.ts';
import { commands, connectionRows, holds, tokens } from '../store/lane-schema.ts';
import { deleteRows, readRows, type StoredRow } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';
import { planSafely } from './guard.ts';
import { closeHold } from './holds.ts';
import { cancelJobsOf } from './job-book.ts';
import { showSoon } from './show-soon.ts';
import { StewardError } from './steward.ts';
import { recordsMax } from './turns.ts';
import { endedName } from './wiring.ts';

type ConnectionRow = StoredRow<typeof connectionRows>;

export interface Disconnection extends Disconnected {
  readonly connection: string;
}

/** The job's place: the last entity whose pages elsewhere were told. */
const jobName = (connection: string) => `disconnecting ${connection}`;
const accountName = (connection: string) => `give back ${connection}`;

/** Tables whose rows mean nothing without the connection. Links, and calls of unknown outcome, stay. */
const emptied = [
  ...['cursors', 'tokens', 'rechecks', 'strays', 'stray_keys', 'candidates', 'waits', 'status_due', 'checks'],
  ...['flows', 'sessions', 'mailbox_records', 'mailbox_statuses'],
];

/** Null when there is no such connection. */
export function disconnectionOf(core: LaneCore, id: string): Disconnection | null {
  const row = readRows(core.store.sql, connectionRows, 'WHERE id = ?', id)[0];
  return row ? countedOf(core, row) : null;
}

function countedOf({ store, wiring, ports }: LaneCore, { id, system, state }: ConnectionRow): Disconnection {
  const count = (query: string, ...more: readonly number[]) =>
    Number((store.sql.exec(`SELECT count(*) AS n FROM ${query}`, id, ...more).toArray()[0] as { n: number }).n);
  const isHost = (wiring.connections.get(id)?.connector.limits.statusBatchMax ?? 0) > 0;
  return {
    ...{ connection: id, system, state },
    isAccountFree: state === 'ended' && store.value(accountName(id)) === null,
    commands: count("commands WHERE connection = ? AND state != 'uncertain'"),
    unknown: count("commands WHERE connection = ? AND state = 'uncertain'"),
    holds: count('holds WHERE connection = ?'),
    links: count('links WHERE connection = ? AND record_id IS NOT NULL'),
    pages: isHost ? count('(SELECT DISTINCT record_type, record_id FROM links WHERE connection = ?)') : 0,
    people: count('sessions WHERE connection = ? AND ends_ms > ?', ports.nowMs()),
  };
}

/** Repeating it changes nothing. Returns what it found, so that the answer says what ends. */
export function disconnect(
  core: LaneCore,
  id: string,
  reason: string,
  by: string,
): Omit<Disconnection, 'isAccountFree'> {
  const known = disconnectionOf(core, id);
  if (!known) {
    const message = `This installation has no connection ${id}.`;
    throw new StewardError('unknown-connection', message, 'Choose one of its connections.');
  }
  const { isAccountFree: _isAccountFree, ...found } = known;
  if (found.state === 'ending' || found.state === 'ended') return found;
  core.store.transaction((tx) => {
    tx.sql.exec("UPDATE connections SET state = 'ending', fault = NULL, sealed_secrets = '' WHERE id = ?", id);
    const known = readRows(tx.sql, tokens, 'WHERE connection = ?', id);
    deleteRows(
      tx.sql,
      tokens,
      known.map((token) => [token.connection, token.name]),
    );
    cancelJobsOf(core, tx, id, by);
    core.store.setValue(jobName(id), '');
    core.recordConnection(tx, id);
    const { commands: open, unknown, holds: held, links } = found;
    const counts = Object.entries({ commands: open, unknown, holds: held, links }).map(([name, n]) => [name, `${n}`]);
    tellAudit(core, tx, by, 'connection-ending', id, { reason, ...Object.fromEntries(counts) });
  });
  core.rewire();
  return { ...found, state: 'ending' };
}

export function isDisconnecting(core: LaneCore): boolean {
  return jobOf(core) !== null;
}

function jobOf({ store }: LaneCore): { readonly id: string; readonly after: string } | null {
  const query = "SELECT name, value FROM lane_state WHERE name LIKE 'disconnecting %' ORDER BY name LIMIT 1";
  const [row] = store.storage.remembered(
    'disconnecting',
    () => store.sql.exec(query).toArray() as { name: string; value: string }[],
  );
  return row ? { id: row.name.slice(jobName('').length), after: row.value } : null;
}

/** One portion. Returns whether there was one: what is under way comes to its end first, and is written down. */
export async function disconnectSome(core: LaneCore): Promise<boolean> {
  const job = jobOf(core);
  if (!job || isUnderWay(core, job.id)) return false;
  await core.ports.sleep(0);
  if (!closeHolds(core, job.id) && !dropCommands(core, job.id) && !tellPages(core, job)) end(core, job.id);
  return true;
}

function isUnderWay({ store, inFlight, slowReads }: LaneCore, id: string): boolean {
  const query = 'SELECT 1 FROM commands WHERE connection = ? AND id IN (SELECT value FROM json_each(?)) LIMIT 1';
  return slowReads.has(id) || store.sql.exec(query, id, JSON.stringify([...inFlight])).toArray().length > 0;
}

/** Planned as for any system that is no target: orders get back what was never written. */
function dropCommands(core: LaneCore, id: string): boolean {
  const isOpen = "connection = ? AND state != 'uncertain'";
  const query = `SELECT DISTINCT entity FROM commands WHERE ${isOpen} ORDER BY entity LIMIT ?`;
  const rows = core.store.sql.exec(query, id, recordsMax).toArray() as { entity: string }[];
  if (rows.length === 0) return false;
  const entities = rows.map(({ entity }) => entity);
  planSafely(core, entities);
  // What could not be planned ends all the same.
  const among = `WHERE ${isOpen} AND entity IN (SELECT value FROM json_each(?))`;
  core.store.transaction((tx) => {
    const left = readRows(tx.sql, commands, among, id, JSON.stringify(entities));
    for (const row of left) tx.tell(row.entity, 'command-dropped', { connection: id, command: row.id });
    deleteRows(
      tx.sql,
      commands,
      left.map((row) => [row.entity, row.connection, row.recordType, row.part, row.id]),
    );
  });
  return true;
}

function closeHolds(core: LaneCore, id: string): boolean {
  const rows = readRows(core.store.sql, holds, 'WHERE connection = ? LIMIT ?', id, recordsMax);
  if (rows.length === 0) return false;
  core.store.transaction((tx) => {
    for (const row of rows) closeHold(tx, row, 'disconnected', null);
    showSoon(tx, core.wiring, new Set(rows.map(({ entity }) => entity)), 0);
  });
  return true;
}

/** Pages in other systems say from now on that this one is gone, instead of what was true before. */
function tellPages(core: LaneCore, { id, after }: { readonly id: string; readonly after: string }): boolean {
  const query = 'SELECT DISTINCT entity FROM links WHERE connection = ? AND entity > ? ORDER BY entity LIMIT ?';
  const rows = core.store.sql.exec(query, id, after, recordsMax).toArray() as { entity: string }[];
  const last = rows.at(-1)?.entity;
  if (last === undefined) return false;
  core.store.transaction((tx) => {
    const entities = new Set(rows.map(({ entity }) => entity));
    // Even on pages that otherwise only hear of exceptions.
    for (const entity of entities) tx.excepted.add(entity);
    showSoon(tx, core.wiring, entities, 0);
    core.store.setValue(jobName(id), last);
  });
  return true;
}

function end(core: LaneCore, id: string): void {
  core.store.transaction((tx) => {
    for (const table of emptied) tx.sql.exec(`DELETE FROM "${table}" WHERE connection = ?`, id);
    // Those that nothing has followed from yet would wait for a second look that nobody takes.
    tx.sql.exec("DELETE FROM deletions WHERE connection = ? AND state NOT IN ('left', 'acted')", id);
    tx.sql.exec("UPDATE connections SET state = 'ended' WHERE id = ?", id);
    core.store.dropValue(jobName(id));
    core.store.setValue(accountName(id), '');
    core.store.setValue(endedName(id), core.ports.makeId('end'));
    core.recordConnection(tx, id);
    const left = disconnectionOf(core, id);
    const detail = { unknown: String(left?.unknown ?? 0), links: String(left?.links ?? 0) };
    tellAudit(core, tx, 'hub', 'connection-ended', id, detail);
  });
  core.store.pagesDueMs.delete(id);
  core.rewire();
}

/** Accounts of connections that have ended are let go of in the directory; what fails is tried again. */
export async function giveBack(core: LaneCore): Promise<void> {
  const { installation } = core.store;
  for (const { id: connection, system, environment, account } of accountsToGiveBack(core)) {
    await core.ports.giveBack({ installation, connection, system, environment, account });
    core.store.dropValue(accountName(connection));
  }
}

export function accountsToGiveBack(core: LaneCore): readonly ConnectionRow[] {
  const { storage, sql } = core.store;
  return storage.remembered('accounts to give back', () =>
    readRows(sql, connectionRows, "WHERE 'give back ' || id IN (SELECT name FROM lane_state)"),
  );
}

/**
 * What a new connection finds of an ended one with its id or its account: the row whose links it takes over. Refused
 * where it would take over another account's, or leave its own behind.
 */
export function formerOf(
  core: LaneCore,
  made: Pick<ConnectionRow, 'id' | 'system' | 'account' | 'environment'>,
): ConnectionRow | null {
  const rows = readRows(core.store.sql, connectionRows, '');
  const isSame = (row: ConnectionRow) =>
    row.system === made.system && row.account === made.account && row.environment === made.environment;
  const known = rows.find((row) => row.id === made.id) ?? null;
  const former = rows.find((row) => row.state === 'ended' && isSame(row));
  if (former && former.id !== made.id) {
    const message = `This account was connected here as ${former.id}: what it is linked with is known by that id.`;
    throw new StewardError('known-connection', message, `Connect it as ${former.id}.`);
  }
  if (known === null) return null;
  if (known.state === 'ending' || core.store.value(accountName(known.id)) !== null) {
    const message = `The connection ${known.id} is still being taken away.`;
    throw new StewardError('connection-ending', message, 'Try again in a minute.');
  }
  if (known.state === 'ended' && isSame(known)) return known;
  const message =
    known.state === 'ended'
      ? `${known.id} was the connection of the account ${known.account}.`
      : `The connection ${known.id} exists already.`;
  throw new StewardError('connection-exists', message, 'Choose another id.');
}
