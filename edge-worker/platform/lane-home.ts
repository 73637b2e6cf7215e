// Where a lane lives: its storage, its vault and everything it is handed from outside. Nobody's home stays empty.
import { drizzle } from 'drizzle-orm/durable-sqlite';
import { migrate } from 'drizzle-orm/durable-sqlite/migrator';
import { connectors } from '../connectors/_registry.ts';
import { liveContext } from '../context.ts';
import { hasTables, isFounded } from '../flow/ending.ts';
import type { EarlierStates } from '../flow/go-back.ts';
import type { Drive } from '../flow/jobs.ts';
import { Lane } from '../flow/lane.ts';
import { laneMigrations } from '../store/_lane-migrations.ts';
import { release } from '../store/directory.ts';
import { appOf } from './apps.ts';
import { archiveFor, governedArchive } from './archive.ts';
import { earlierStates } from './earlier-states.ts';
import type { Env } from './env.ts';
import { Governor } from './governor.ts';
import { log } from './log.ts';
import { sendWorkflow } from './long-job.ts';
import { meteredStorage, newMeter } from './meter.ts';
import { recordDatabase, storeFor } from './record-database.ts';
import { retentionOf } from './retention.ts';
import { openSession } from './sessions.ts';
import { Vault } from './vault.ts';

/** Long enough for a mass deletion to have been told of as a whole, short enough for nobody to wait for it. */
const deletionGraceMs = 120_000;
const jobStallMs = 120_000;

export class LaneHome {
  readonly calls = new Map<string, number>();
  readonly governor: Governor;
  readonly meter = newMeter();
  /** It goes back to an earlier state in a moment: what were taken in now would not stay. */
  isLeaving = false;
  readonly state: DurableObjectState;
  readonly env: Env;
  #lane: Lane | null = null;
  #founded = false;

  private constructor(state: DurableObjectState, env: Env) {
    this.state = state;
    this.env = env;
    const { nowMs, sleep } = liveContext();
    this.governor = new Governor(nowMs, sleep);
  }

  /** Where nobody has founded a lane, or it was erased, nothing is laid out. */
  static async open(state: DurableObjectState, env: Env): Promise<LaneHome> {
    const home = new LaneHome(state, env);
    if (hasTables(state.storage.sql)) await home.layOut();
    return home;
  }

  /** Additive migrations only: a deploy restarts lanes in any order, so old code may meet the new schema. */
  layOut(): Promise<void> {
    return migrate(drizzle(this.state.storage), laneMigrations);
  }

  get isFounded(): boolean {
    this.#founded ||= isFounded(this.state.storage.sql);
    return this.#founded;
  }

  /** Whose lane this is. Inside an alarm the platform need not say it; what was founded here does. */
  get #installation(): string | null {
    if (this.state.id.name) return this.state.id.name;
    const where = "SELECT value FROM lane_state WHERE name = 'installation'";
    const [row] = this.state.storage.sql.exec<{ value: string }>(where).toArray();
    return row?.value ?? null;
  }

  get vault(): Vault {
    return new Vault(this.env.SEAL_KEYS, this.#installation ?? '', liveContext().randomBytes);
  }

  get earlierStates(): EarlierStates {
    return earlierStates(this.state, liveContext().sleep, () => {
      this.isLeaving = true;
    });
  }

  get live(): Lane {
    if (!this.isFounded) throw new Error('This installation has ended, or never was');
    return this.opened;
  }

  /** The same for whoever is about to found it. */
  get opened(): Lane {
    if (this.#lane) return this.#lane;
    const context = liveContext();
    const book = {
      count: (target: string, status: number) => {
        const key = `${target} ${status}`;
        this.calls.set(key, (this.calls.get(key) ?? 0) + 1);
      },
    };
    const installation = this.#installation;
    // Secrets are sealed with it: without a name nothing that was sealed could be opened again.
    if (installation === null) throw new Error('This lane has no name yet');
    const { governor, meter, vault } = this;
    const ways = { vault, appOf: (system: string) => appOf(this.env, system), governor, book };
    const session = { ...ways, fetch: context.fetch, nowMs: context.nowMs };
    this.#lane = new Lane({
      ...context,
      storage: meteredStorage(this.state.storage, meter),
      connectors,
      open: (connection, store, paths, mailbox) => openSession(connection, store, { ...session, paths, mailbox }),
      database: recordDatabase(storeFor(this.env, installation), governor, meter),
      archive: governedArchive(archiveFor(this.env, installation), governor),
      retention: retentionOf(this.env),
      setAlarm: (atMs) => this.#setAlarm(atMs),
      deletionGraceMs: Number(this.env.DELETION_GRACE_MS ?? deletionGraceMs),
      giveBack: (account) => governor.run('directory', () => release(this.env.DIRECTORY, account)),
      fanOut: (subscriptions) => this.#fanOut(installation, subscriptions),
      drive: (drive) => this.#driveJob(installation, drive),
      jobStallMs: Number(this.env.JOB_STALL_MS ?? jobStallMs),
      start: (work) => this.state.waitUntil(work),
      log,
    });
    this.#lane.wake();
    return this.#lane;
  }

  #setAlarm(atMs: number): void {
    // A loop that runs on here after the erasure must not wake what is gone.
    if (!this.isFounded) return;
    this.meter.alarms++;
    void this.state.storage.setAlarm(atMs);
  }

  /** Pointers go out in one call, which is counted like any other that the lane waits for. */
  async #fanOut(installation: string, subscriptions: readonly string[]): Promise<void> {
    const jurisdiction = this.live.core.store.value('jurisdiction') ?? '';
    const pointers = subscriptions.map((subscription) => ({
      body: { v: 1, installation, jurisdiction, subscription } as const,
    }));
    await this.governor.run('queue', () => this.env.EVENTS.sendBatch(pointers));
  }

  async #driveJob(installation: string, drive: Drive): Promise<void> {
    const jurisdiction = this.live.core.store.value('jurisdiction') ?? '';
    const pointer = { installation, jurisdiction, ...drive };
    await this.governor.run('workflow', () => sendWorkflow(this.env.JOBS, pointer));
  }

  /** Everything that lies here goes. What still runs finds nothing any more. */
  async clear(): Promise<void> {
    await this.state.storage.deleteAlarm();
    await this.state.storage.deleteAll();
    this.#founded = false;
    this.#lane = null;
  }
}
