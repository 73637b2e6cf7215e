// What the lane's loops share: storage, wiring, sessions, what is in flight, and the ports to the world outside.
import type { ConnectOptions, Connector, Session } from '../connectors/connector.ts';
import type { Mailbox } from '../connectors/mailbox.ts';
import type { Fault } from '../faults.ts';
import type { Archive } from '../store/archive.ts';
import type { ClaimedAccount } from '../store/directory.ts';
import type { RecordDatabase } from '../store/flush.ts';
import { attempts, commands, connectionRows } from '../store/lane-schema.ts';
import { LaneStore, type LaneTransaction } from '../store/lane-store.ts';
import type { Retention } from '../store/retention.ts';
import { deleteRows, type LaneStorage, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { Age } from './age.ts';
import { type AnnounceContext, announce } from './announce.ts';
import { stoppedControl } from './controls.ts';
import { Counter } from './counter.ts';
import { Pace } from './forecast.ts';
import { closeHold, raiseHold } from './holds.ts';
import type { Drive } from './jobs.ts';
import { putRight } from './links.ts';
import { LaneMailbox } from './mailbox.ts';
import type { PlanContext } from './plan.ts';
import { audienceOf } from './subscribers.ts';
import { tally } from './tally.ts';
import { doubted } from './uncertainty.ts';
import { type Connection, Wiring } from './wiring.ts';

/** What the maps of a connection name, by record type. */
type MappedPaths = ConnectOptions<unknown, unknown>['paths'];

/** Everything a lane needs from outside. The platform hands in the real things, the simulation its own. */
export interface LanePorts {
  readonly storage: LaneStorage;
  readonly connectors: Readonly<Record<string, Connector>>;
  readonly nowMs: () => number;
  /** A number in [0, 1), for jitter. */
  readonly chance: () => number;
  readonly makeId: (prefix: string) => string;
  readonly sleep: (ms: number) => Promise<void>;
  /** How long after its first proof a deletion is proved again: by then the others of its kind are known. */
  readonly deletionGraceMs: number;
  /** Opens a session whose calls are counted, limited and timed out. Reads sealed secrets from the lane's storage. */
  readonly open: (connection: Connection, store: LaneStore, paths: MappedPaths, mailbox: Mailbox) => Session;
  readonly database: RecordDatabase;
  readonly archive: Archive;
  readonly retention: Retention;
  /** Asks to be woken. A later call replaces an earlier one. */
  readonly setAlarm: (atMs: number) => void;
  /** Lets go of an account in the directory. Repeating it changes nothing. */
  readonly giveBack: (account: ClaimedAccount) => Promise<void>;
  /** Puts a pointer for each of these subscribers where somebody will take it and call. */
  readonly fanOut: (subscriptions: readonly string[]) => Promise<void>;
  /** Sends somebody to drive a long job. Sending the same drive twice sends one. */
  readonly drive: (drive: Drive) => Promise<void>;
  /** A job that has not moved for this long has lost who drove it. */
  readonly jobStallMs: number;
  /** Keeps the object alive until the work is done. */
  readonly start: (work: Promise<void>) => void;
  readonly log: (event: string, fields: Readonly<Record<string, string | number>>) => void;
}

/** The loops of a lane; those of one connection carry its id. */
export type Loop =
  | 'decide'
  | 'flush'
  | 'fan-out'
  | 'give-back'
  | 'jobs'
  | 'archive'
  | 'keep'
  | 'send-again'
  | 'age'
  | `relay ${string}`
  | `look ${string}`
  | `status ${string}`
  | `feed ${string}`;

/** Set while the installation has been stopped for good: the day of its erasure. */
export const endingName = 'ending';

const firstPauseMs = 1_000;
/** Longest pause of a connection that answers nothing: what it missed is re-driven within 120 s. */
const longestPauseMs = 60_000;

export class LaneCore {
  readonly ports: LanePorts;
  readonly store: LaneStore;
  readonly inFlight = new Set<string>();
  readonly busyRecords = new Set<string>();
  readonly planLater = new Set<string>();
  readonly pace = new Pace();
  /** Connections with a read that nobody waits for any more; no other is begun until it has come to an end. */
  readonly slowReads = new Set<string>();
  /** Subscribers that somebody is calling, or is about to: a token once the pointer was taken. */
  readonly leases = new Map<string, { readonly token: string | null; readonly untilMs: number }>();
  /** Attempts that are written once their work is fetched, by command. */
  readonly attemptsToCome = new Map<string, string>();
  /** Since when work of a connection lies unfetched. */
  readonly unfetchedSinceMs = new Map<string, number>();
  readonly #counters = new Map<string, Counter>();
  /** Long jobs of which a turn is under way, since when somebody drives each, and failures of its page in a row. */
  readonly workingJobs = new Set<string>();
  readonly drivenMs = new Map<string, number>();
  readonly jobFailures = new Map<string, number>();
  /** When the newest run of events was begun. */
  gatheredMs = 0;
  /** When rows that D1 refused are tried again. */
  keptAgainMs = 0;
  /** When what stands open was last written down for the day. */
  closedMs = 0;
  readonly age: Age;
  /** When the archive is asked again after it was away. */
  archiveAgainMs = 0;
  readonly #sessions = new Map<string, Session>();
  readonly #pauses = new Map<string, { untilMs: number; times: number }>();
  #wiring: Wiring | null = null;
  #audience: ReadonlySet<string> | null = null;

  constructor(ports: LanePorts) {
    this.ports = ports;
    this.store = new LaneStore(ports.storage, ports.nowMs, (tx) => {
      if (this.audience.size > 0) announce(this.announceContext, tx, this.audience);
      tally(this.wiring, tx);
      this.pace.note(tx.counted.written);
      putRight(tx);
    });
    this.age = new Age(this.store.installation === '', ports.nowMs());
  }

  get wiring(): Wiring {
    this.#wiring ??= new Wiring(this.store.sql, this.ports.connectors);
    return this.#wiring;
  }

  /** After connections, mappings or flows changed. */
  rewire(): void {
    this.#wiring = null;
    this.#sessions.clear();
  }

  /** Types of events that somebody wants to hear of. */
  get audience(): ReadonlySet<string> {
    this.#audience ??= audienceOf(this.store.sql);
    return this.#audience;
  }

  /** After subscriptions came, changed or went. */
  audienceChanged(): void {
    this.#audience = null;
  }

  session(connection: Connection): Session {
    let session = this.#sessions.get(connection.id);
    if (!session) {
      session = this.sessionUnder(connection, this.wiring.pathsOf(connection.id));
      this.#sessions.set(connection.id, session);
    }
    return session;
  }

  /** A session that reads these paths, for what is only tried. */
  sessionUnder(connection: Connection, paths: MappedPaths): Session {
    return this.ports.open(connection, this.store, paths, this.mailbox(connection.id));
  }

  counter(connection: string): Counter {
    let counter = this.#counters.get(connection);
    if (!counter) {
      counter = new Counter(this.ports.nowMs);
      this.#counters.set(connection, counter);
    }
    return counter;
  }

  mailbox(connection: string): LaneMailbox {
    return new LaneMailbox(this.store.storage, connection, this.counter(connection), this.ports.nowMs);
  }

  get announceContext(): AnnounceContext {
    return { wiring: this.wiring, makeId: this.ports.makeId, log: this.ports.log };
  }

  planContext(tx: LaneTransaction): PlanContext {
    const { store, wiring, inFlight, planLater } = this;
    return { tx, store, wiring, makeId: this.ports.makeId, inFlight, planLater };
  }

  get isEnding(): boolean {
    return this.store.value(endingName) !== null;
  }

  isPaused(connection: string): boolean {
    return (this.#pauses.get(connection)?.untilMs ?? 0) > this.ports.nowMs();
  }

  pausedUntilMs(connection: string): number {
    return this.#pauses.get(connection)?.untilMs ?? 0;
  }

  /** The connection as it is wired now, when it may be called: a loop under way asks anew before every call. */
  callable(id: string): Connection | null {
    const connection = this.wiring.connections.get(id);
    return connection?.state === 'active' && !this.isPaused(id) && !this.isEnding ? connection : null;
  }

  /** Whether records of a connection may be asked for: not while an earlier read has not come to its end. */
  isReadable(id: string): boolean {
    return this.callable(id) !== null && !this.slowReads.has(id);
  }

  /** A call went through: the next failure starts with the shortest pause. A pause that another call earned stays. */
  succeeded(connection: string): void {
    const pause = this.#pauses.get(connection);
    if (!pause) return;
    if (this.isPaused(connection)) pause.times = 0;
    else this.#pauses.delete(connection);
  }

  /** A whole call failed. The connection rests; refused credentials stop it until somebody reconnects. */
  failed(connection: Connection, fault: Fault): void {
    this.ports.log('call-failed', { connection: connection.id, code: fault.code, message: fault.message });
    // Refused credentials that have been replaced meanwhile stop nothing: the next call shows whether the new ones do.
    if (fault.code === 'unauthorised' && this.wiring.connections.get(connection.id) === connection)
      return this.#stop(connection, fault);
    const pause = this.#pauses.get(connection.id) ?? { untilMs: 0, times: 0 };
    const grown = Math.min(firstPauseMs * 2 ** pause.times, longestPauseMs) * (0.5 + this.ports.chance() / 2);
    const untilMs = this.ports.nowMs() + Math.max(fault.retryAfterMs ?? 0, grown);
    this.#pauses.set(connection.id, { untilMs: Math.max(pause.untilMs, untilMs), times: pause.times + 1 });
  }

  #stop(connection: Connection, fault: Fault): void {
    this.store.transaction((tx) => {
      tx.sql.exec("UPDATE connections SET state = 'paused', fault = ? WHERE id = ?", fault.code, connection.id);
      this.recordConnection(tx, connection.id);
      raiseHold(tx, this.ports.makeId, {
        ...connectionSlot(connection.id),
        kind: 'customer',
        control: stoppedControl,
        owner: 'integration',
        code: 'reconnect',
        params: { connection: connection.id, system: connection.connector.title, message: fault.message },
        hash: fault.code,
        dueMinutes: 60,
      });
    });
    this.rewire();
  }

  /** The connection runs again and all that waited for it goes on. `resumed` follows once it is on disk. */
  resumeIn(tx: LaneTransaction, connection: string, by: string): void {
    tx.sql.exec("UPDATE connections SET state = 'active', fault = NULL WHERE id = ?", connection);
    tx.sql.exec('UPDATE rechecks SET due_ms = ? WHERE connection = ?', tx.atMs, connection);
    this.recordConnection(tx, connection);
    closeHold(tx, connectionSlot(connection), by, null);
  }

  resumed(connection: string): void {
    this.#pauses.delete(connection);
    this.rewire();
  }

  recordConnection(tx: LaneTransaction, id: string): void {
    for (const row of readRows(tx.sql, connectionRows, 'WHERE id = ?', id)) {
      const { sealedSecrets: _sealed, routing: _routing, keyVersion: _keyVersion, ...shown } = row;
      tx.record('connections', shown);
    }
  }

  /** Calls that were under way when the object stopped may have taken effect, and a late one may still do so. */
  recover(): void {
    const open = readRows(this.store.sql, attempts, '');
    if (open.length > 0) this.store.transaction((tx) => this.#doubt(tx, open));
    // What is newer than a command of unknown outcome was planned by an object that is gone: it is planned again
    // after the outcome.
    for (const row of readRows(this.store.sql, commands, "WHERE state = 'uncertain'")) this.planLater.add(row.entity);
  }

  #doubt(tx: LaneTransaction, open: readonly StoredRow<typeof attempts>[]): void {
    const ids = open.flatMap((attempt) => JSON.parse(attempt.commands) as string[]);
    const rows = readRows(tx.sql, commands, 'WHERE id IN (SELECT value FROM json_each(?))', JSON.stringify(ids));
    const uncertain = rows.map((row) => {
      tx.tell(row.entity, 'command-uncertain', { connection: row.connection, command: row.id });
      return doubted(row, tx.atMs);
    });
    writeRows(tx.sql, commands, uncertain, 'replace');
    deleteRows(
      tx.sql,
      attempts,
      open.map((attempt) => [attempt.id]),
    );
  }
}

export function connectionSlot(connection: string) {
  return { entity: connection, connection, recordType: '', part: 'connection' };
}
