// What the platform is to a lane, on the virtual clock: storage that outlives the object, alarms, the sweep; and it may
// strike the object dead at every await.
import type { ConnectOptions, Connector, Session } from '../../edge-worker/connectors/connector.ts';
import type { Drive } from '../../edge-worker/flow/jobs.ts';
import { Lane } from '../../edge-worker/flow/lane.ts';
import { type Change, type ChangeResult, change } from '../../edge-worker/flow/requests.ts';
import type { Connection } from '../../edge-worker/flow/wiring.ts';
import { archiveFor } from '../../edge-worker/platform/archive.ts';
import { Governor } from '../../edge-worker/platform/governor.ts';
import type { Archive } from '../../edge-worker/store/archive.ts';
import { type Retention, retention } from '../../edge-worker/store/retention.ts';
import type { LaneStorage as Storage } from '../../edge-worker/store/rows.ts';
import { migratedLane, migratedRecord } from '../support/migrated.ts';
import { noMailbox, tokensInMemory } from '../support/options.ts';
import { R2OnNode } from '../support/r2-on-node.ts';
import { Calls, type Life } from './calls.ts';
import { naming } from './drift.ts';
import type { Network } from './network.ts';
import type { Plant } from './plants.ts';
import type { Seat } from './systems.ts';
import type { Dice, World } from './world.ts';

/** The object was struck dead in the midst of synchronous work; what it had not committed is gone. */
export class Crashed extends Error {
  override readonly name = 'Crashed';
}

export interface HostOptions {
  readonly world: World;
  readonly connectors: Readonly<Record<Seat, Connector>>;
  readonly networks: Readonly<Record<Seat, Network>>;
  readonly plant: Plant;
  readonly log: (event: string, fields: Readonly<Record<string, string | number>>) => void;
  /** How long the record keeps what; as long as everywhere by default. */
  readonly retention?: Retention | undefined;
  /** A pointer to a subscriber is put on the queue. */
  readonly point: (subscription: string) => void;
}

const sweepMs = 60_000;
/** Crashes of one seed: enough to meet every kind of await, few enough for work to be done between two. */
const crashesMax = 120;

export class LaneHost {
  readonly storage = migratedLane();
  readonly d1 = migratedRecord();
  readonly r2 = new R2OnNode();
  /** Probability of a crash per await or transaction boundary. */
  crashRate = 0;
  crashes = 0;
  /** What no run may show, found while it went on. */
  readonly breaches: string[] = [];
  alarmMs: number | null = null;
  readonly calls: Calls;
  readonly #options: HostOptions;
  readonly #dice: Dice;
  readonly #ids: Dice;
  #lane: Lane | null = null;
  #life: Life | null = null;
  #serial = 0;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#dice = options.world.dice('crashes');
    this.calls = new Calls(options, this.d1, this.breaches);
    this.#ids = options.world.dice('ids');
    this.#sweepLater();
  }

  /** The live object; made anew when the last one was struck dead, and woken, as the platform's door does. */
  get lane(): Lane {
    if (this.#lane) return this.#lane;
    const { world } = this.#options;
    const life: Life = {
      isOver: false,
      governor: new Governor(world.nowMs, (ms) => this.#port(life, 'slot', () => world.sleep(ms))),
    };
    this.#life = life;
    const lane = new Lane({
      storage: this.#storageOf(life),
      connectors: this.#options.connectors,
      nowMs: world.nowMs,
      chance: this.#dice.chance,
      makeId: (prefix) => `${prefix}_${this.#ulid()}`,
      sleep: (ms) => this.#port(life, 'sleep', () => world.sleep(ms)),
      deletionGraceMs: 120_000,
      open: (connection, _store, paths) => this.#open(life, connection, paths),
      giveBack: async () => undefined,
      database: {
        batch: (statements) => this.#port(life, 'record', () => this.calls.record(life, statements)),
        read: (queries) => this.#port(life, 'record', () => this.calls.readRecord(life, queries)),
      },
      archive: this.#archiveOf(life),
      retention: this.#options.retention ?? retention,
      fanOut: (ids) => this.#port(life, 'queue', () => this.calls.point(life, () => ids.forEach(this.#options.point))),
      drive: (drive) => this.#port(life, 'workflow', async () => this.#workSoon(drive, 0)),
      jobStallMs: 120_000,
      setAlarm: (atMs) => {
        if (!life.isOver) this.#setAlarm(atMs);
      },
      start: (work) => void work.catch((error: unknown) => this.#diedOf(error)),
      log: (event, fields) => {
        if (!life.isOver) this.#options.log(event, fields);
        if (event === 'loop-failed' && !life.isOver)
          this.breaches.push(`a loop failed: ${fields['loop']}: ${fields['message']}`);
      },
    });
    this.#lane = lane;
    lane.wake();
    return lane;
  }

  get isIdle(): boolean {
    return this.#lane?.isIdle ?? true;
  }

  /** Work that a door of the platform starts in the object; null when the object dies of it. */
  enter<Result>(work: (lane: Lane) => Result): Result | null {
    try {
      return work(this.lane);
    } catch (error) {
      this.#diedOf(error);
      return null;
    }
  }

  /** What a person asks of the object; null when it dies of it and has not answered. */
  async ask(request: Change): Promise<ChangeResult | null> {
    const asked = this.enter((lane) => change(lane, request, async (plain) => plain));
    return (
      asked?.catch((error: unknown) => {
        this.#diedOf(error);
        return null;
      }) ?? null
    );
  }

  /** What drives a long job: lost with the object in the midst of a turn, or told that it is not there now. */
  #workSoon(drive: Drive, afterMs: number): void {
    this.#options.world.after(afterMs, () => {
      const turn = this.enter((lane) => lane.work(drive));
      if (!turn) return this.#workSoon(drive, 1_000);
      void turn.then(
        ({ isOver, restMs }) => (isOver ? undefined : this.#workSoon(drive, restMs)),
        (error: unknown) => this.#diedOf(error),
      );
    });
  }

  crash(where: string): void {
    if (this.#life) this.#life.isOver = true;
    this.#life = null;
    this.#lane = null;
    this.crashes++;
    this.#options.log('crash', { where, count: this.crashes });
  }

  #strikes(life: Life, where: string): boolean {
    if (this.crashes >= crashesMax || !this.#dice.hits(this.crashRate)) return false;
    if (this.#life === life) this.crash(where);
    return true;
  }

  /**
   * One port call: the object may die before it has an effect, or after it had one and before the object hears of it.
   */
  #port<T>(life: Life, where: string, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (life.isOver || this.#strikes(life, `before ${where}`)) return;
      const isLost = () => life.isOver || this.#strikes(life, `after ${where}`);
      work().then(
        (value) => (isLost() ? undefined : resolve(value)),
        (error: unknown) => (isLost() ? undefined : reject(error)),
      );
    });
  }

  #storageOf(life: Life): Storage {
    const alive = () => {
      if (life.isOver) throw new Crashed('the object is gone');
    };
    const boundary = (where: string) => {
      if (this.#strikes(life, where)) throw new Crashed(where);
    };
    const { storage } = this;
    const { plant } = this.#options;
    let depth = 0;
    return {
      sql: {
        exec: (query, ...bindings) => {
          alive();
          plant.beforeExec?.(query, bindings, this.d1);
          return storage.sql.exec(plant.laneQuery?.(query) ?? query, ...bindings);
        },
      },
      transactionSync: (work) => {
        alive();
        if (depth > 0) return storage.transactionSync(work);
        depth++;
        try {
          const result = storage.transactionSync(() => {
            const made = work();
            boundary('before commit');
            return made;
          });
          boundary('after commit');
          return result;
        } finally {
          depth--;
        }
      },
    };
  }

  #archiveOf(life: Life): Archive {
    const archive = archiveFor({ ARCHIVE: this.r2.bucket }, 'sim');
    const port = <T>(work: () => Promise<T>) => this.#port(life, 'archive', () => this.calls.archive(life, work));
    return {
      put: (key, text) => port(() => archive.put(key, text)),
      get: (key) => port(() => archive.get(key)),
      list: (prefix) => port(() => archive.list(prefix)),
      delete: (keys) => port(() => archive.delete(keys)),
    };
  }

  #open(life: Life, connection: Connection, paths: ConnectOptions<unknown, unknown>['paths']): Session {
    const seat = connection.id as Seat;
    life.governor.admit(seat, connection.connector.limits);
    const session = connection.connector.connect({
      account: connection.account,
      environment: connection.environment,
      settings: connection.settings,
      secrets: this.#options.networks[seat].standIn.connection.secrets,
      paths,
      nowMs: this.#options.world.nowMs,
      tokens: tokensInMemory(this.#options.world.nowMs),
      mailbox: noMailbox,
      fetch: (request) =>
        this.#port(life, `call ${seat}`, () =>
          this.calls.fetch(life, seat, connection.connector.limits.timeoutMs, naming(request, paths)),
        ),
    });
    return this.#options.plant.session?.(session, seat) ?? session;
  }

  #setAlarm(atMs: number): void {
    if (this.#options.plant.dropsAlarms) return;
    this.alarmMs = atMs;
    this.#options.world.at(atMs, () => this.#ring(atMs));
  }

  #ring(atMs: number): void {
    if (this.alarmMs !== atMs) return;
    this.alarmMs = null;
    this.#wake();
  }

  #sweepLater(): void {
    if (this.#options.plant.dropsAlarms) return;
    this.#options.world.after(sweepMs, () => {
      this.#wake();
      this.#sweepLater();
    });
  }

  #wake(): void {
    const isWoken = this.enter((lane) => {
      lane.wake();
      return true;
    });
    // The platform repeats an alarm that failed.
    if (!isWoken) this.#setAlarm(this.#options.world.ms + 2_000);
  }

  #diedOf(error: unknown): void {
    if (error instanceof Crashed) return;
    this.breaches.push(`something threw: ${error instanceof Error ? error.stack : String(error)}`);
  }

  /** 26 characters as a ULID has them; the later one sorts later, as on the platform. */
  #ulid(): string {
    const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    let rest = this.#options.world.ms;
    let text = '';
    for (let index = 0; index < 10; index++) {
      text = digits[rest % 32] + text;
      rest = Math.floor(rest / 32);
    }
    const tail = Array.from({ length: 9 }, () => digits[this.#ids.between(0, 31)]).join('');
    return `${text}${String(++this.#serial).padStart(7, '0')}${tail}`;
  }
}
