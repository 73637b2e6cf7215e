// A real lane between systems made of rows in memory: real SQL, a clock that a test moves, calls that fail or hang.
import { z } from 'zod';
import type { Connector, Feed, Notice, Session } from '../../edge-worker/connectors/connector.ts';
import type { Drive } from '../../edge-worker/flow/jobs.ts';
import { Lane } from '../../edge-worker/flow/lane.ts';
import { connect, found } from '../../edge-worker/flow/steward.ts';
import type { Flow, Routing } from '../../edge-worker/flow/wiring.ts';
import { archiveFor } from '../../edge-worker/platform/archive.ts';
import { Governor } from '../../edge-worker/platform/governor.ts';
import { newMeter } from '../../edge-worker/platform/meter.ts';
import { recordDatabase } from '../../edge-worker/platform/record-database.ts';
import type { Archive } from '../../edge-worker/store/archive.ts';
import { retention } from '../../edge-worker/store/retention.ts';
import type { Role } from '../../shared/entities/entity.ts';
import { migratedLane, migratedRecord } from './migrated.ts';
import { R2OnNode } from './r2-on-node.ts';
import { type RigSystem, rigMaps } from './rig-system.ts';

export { client, phoneRefused, RigSystem, rigMaps } from './rig-system.ts';

export const rigStartMs = Date.parse('2026-11-22T08:00:00Z');

export interface RigSeat {
  readonly system: Pick<RigSystem, 'session'>;
  /** A system's own, for a seat that is not made of rows; its stand-in says how it is reached. */
  readonly connector?: Connector;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly roles: readonly Role[];
  readonly flow?: Flow['state'];
  readonly routing?: Routing;
  readonly maps?: Connector['maps'];
  readonly foreseen?: Connector['foreseen'];
  readonly showsPresence?: boolean;
  readonly feeds?: readonly Feed[];
  /** Records per call; 100 where it is not said. */
  readonly batch?: number;
  readonly statusBatch?: number;
  /** Not connected until the test does so. */
  readonly isLate?: boolean;
}

/** A lane with one connection per seat, each named as its seat. */
export class LaneRig {
  readonly storage = migratedLane();
  readonly d1 = migratedRecord();
  readonly r2 = new R2OnNode();
  readonly logs: (readonly [event: string, fields: Readonly<Record<string, string | number>>])[] = [];
  readonly alarms: number[] = [];
  /** Subscribers that somebody was asked to call. */
  readonly pointers: string[] = [];
  /** Accounts that were let go of in the directory. */
  readonly givenBack: string[] = [];
  /** Whether the directory answers. */
  hasDirectory = true;
  nowMs = rigStartMs;
  lane: Lane;
  readonly #seats: Readonly<Record<string, RigSeat>>;
  readonly #resting: (() => void)[] = [];
  #life = 0;
  #serial = 0;
  #deliveries = 0;

  constructor(seats: Readonly<Record<string, RigSeat>>) {
    this.#seats = seats;
    this.lane = this.#newLane();
    found(this.lane.core, { installation: 'ins_1', name: 'Rig', shard: 'main', jurisdiction: '' });
    for (const [id, { roles, routing, flow, isLate, settings = {} }] of Object.entries(seats)) {
      if (isLate) continue;
      const account = { account: id, environment: 'production', settings, sealedSecrets: '' } as const;
      const made = { id, system: id, roles, ...account, routing: routing ?? null, flow: flow ?? 'open' };
      connect(this.lane.core, made, 'operator');
    }
  }

  /** Lets everything go on that waits for nothing but its turn. */
  async settle(turns = 80): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Tells the lane that records of a connection have changed, and lets it work. */
  async notice(connection: string, recordType: string, ...recordIds: readonly string[]): Promise<void> {
    this.tell(connection, recordType, ...recordIds);
    await this.settle();
  }

  tell(connection: string, recordType: string, ...recordIds: readonly string[]): void {
    const notices = recordIds.map((recordId): Notice => ({ recordType, recordId, kind: 'changed', occurredAtMs: 0 }));
    this.lane.accept(connection, `d${++this.#deliveries}`, notices, []);
  }

  /** Moves the clock and wakes the lane. */
  async pass(ms: number): Promise<void> {
    this.nowMs += ms;
    for (const goOn of this.#resting.splice(0)) goOn();
    this.lane.wake();
    await this.settle();
  }

  /** The object stops in the midst of everything and starts anew on what is on disk. */
  async restart(): Promise<void> {
    this.lane = this.#newLane();
    this.lane.wake();
    await this.settle();
  }

  /** What drives a long job: it is lost with the object, and rests until the clock moves. */
  async #workThrough(drive: Drive, alive: <Result>(work: Promise<Result>) => Promise<Result>): Promise<void> {
    for (;;) {
      const { isOver, restMs } = await alive(this.lane.work(drive));
      if (isOver) return;
      if (restMs > 0) await alive(new Promise<void>((goOn) => this.#resting.push(goOn)));
    }
  }

  rows(query: string): Record<string, unknown>[] {
    return this.storage.sql.exec(query).toArray();
  }

  /** Controls that hold something. */
  held(): unknown[] {
    return this.rows('SELECT control FROM holds ORDER BY control').map((row) => row['control']);
  }

  #newLane(): Lane {
    const life = ++this.#life;
    const alive = <Result>(work: Promise<Result>) =>
      new Promise<Result>((resolve, reject) => {
        work.then(
          (value) => life === this.#life && resolve(value),
          (error: unknown) => life === this.#life && reject(error),
        );
      });
    const database = recordDatabase(
      this.d1,
      new Governor(
        () => this.nowMs,
        () => this.settle(1),
      ),
      newMeter(),
    );
    return new Lane({
      storage: this.storage.storage,
      connectors: Object.fromEntries(
        Object.entries(this.#seats).map(([id, seat]) => [id, seat.connector ?? connectorOf(id, seat)]),
      ),
      nowMs: () => this.nowMs,
      chance: () => 0.5,
      makeId: (prefix) => `${prefix}_01J${String(++this.#serial).padStart(23, '0')}`,
      // Long enough for calls that answer at once, short enough for those that never do.
      sleep: () => alive(this.settle(10)),
      deletionGraceMs: 120_000,
      open: ({ id }) => ended((this.#seats[id] as RigSeat).system.session(), alive),
      giveBack: async ({ account }) => {
        if (!this.hasDirectory) throw new Error('D1 is away');
        this.givenBack.push(account);
      },
      drive: async (drive) => void this.#workThrough(drive, alive),
      jobStallMs: 120_000,
      database: {
        batch: (statements) => alive(database.batch(statements)),
        read: (queries) => alive(database.read(queries)),
      },
      archive: mortal(archiveFor({ ARCHIVE: this.r2.bucket }, 'ins_1'), alive),
      retention,
      fanOut: async (subscriptions) => void this.pointers.push(...subscriptions),
      setAlarm: (atMs) => this.alarms.push(atMs - this.nowMs),
      start: (work) => void work,
      log: (event, fields) => this.logs.push([event, fields]),
    });
  }
}

function mortal(archive: Archive, alive: <Result>(work: Promise<Result>) => Promise<Result>): Archive {
  return {
    put: (key, text) => alive(archive.put(key, text)),
    get: (key) => alive(archive.get(key)),
    list: (prefix) => alive(archive.list(prefix)),
    delete: (keys) => alive(archive.delete(keys)),
  };
}

/** A session whose answers an object that is gone never hears. */
function ended(session: Session, alive: <Result>(work: Promise<Result>) => Promise<Result>): Session {
  return {
    read: (refs) => alive(session.read(refs)),
    find: (keys) => alive(session.find(keys)),
    write: (writes) => alive(session.write(writes)),
    withdraw: (withdrawals) => alive(session.withdraw?.(withdrawals) ?? Promise.resolve([])),
    changes: (feed, cursor) => alive(session.changes(feed, cursor)),
    showStatus: (statuses) => alive(session.showStatus?.(statuses) ?? Promise.resolve([])),
    present: (presence) => alive(session.present?.(presence) ?? Promise.resolve()),
    describe: (recordType) => alive(session.describe(recordType)),
    check: () => alive(session.check()),
    renewCredentials: (isAsked) => alive(session.renewCredentials?.(isAsked) ?? Promise.resolve(null)),
  };
}

function connectorOf(id: string, seat: RigSeat): Connector {
  const batch = seat.batch ?? 100;
  const limits = {
    ...{ concurrentMax: 5, concurrentReserve: 2, requestsPerSecondMax: 100, timeoutMs: 1_000 },
    ...{ readBatchMax: batch, writeBatchMax: batch, findBatchMax: batch, statusBatchMax: seat.statusBatch ?? 0 },
  };
  return {
    name: id,
    title: id.toUpperCase(),
    roles: ['crm', 'psa', 'erp', 'billing'],
    maps: seat.maps ?? rigMaps,
    feeds: seat.feeds ?? [],
    foreseen: seat.foreseen ?? {},
    showsPresence: seat.showsPresence ?? false,
    settleMs: 5_000,
    repeatSafety: 'external-id',
    rounding: 'half-up',
    limits,
    compareVersions: (a: string, b: string) => Number(a) - Number(b),
    settings: z.object({}),
    secrets: z.object({ key: z.string() }),
    recordUrl: () => null,
    connect: () => seat.system.session(),
  } as unknown as Connector;
}
