// The two Durable Objects: the lane of one installation, and the overflow that takes its deliveries when it cannot.
import { DurableObject } from 'cloudflare:workers';
import { drizzle } from 'drizzle-orm/durable-sqlite';
import { migrate } from 'drizzle-orm/durable-sqlite/migrator';
import { connectors } from '../connectors/_registry.ts';
import type { RecordClaim } from '../connectors/embed.ts';
import type { VisitAnswer } from '../connectors/mailbox.ts';
import { liveContext } from '../context.ts';
import { type AuditHead, auditHead, isHeadUnsigned, keepSignedHead } from '../flow/audit.ts';
import { type Outcome, type Round, settle, take, testRound, unreached } from '../flow/dispatch.ts';
import { type Checked, checkConnection } from '../flow/health.ts';
import type { InboxEntry } from '../flow/intake.ts';
import { Lane } from '../flow/lane.ts';
import { type Proved, proveUser } from '../flow/people.ts';
import { ask, type Change, type ChangeResult, change, type Once, type Question } from '../flow/requests.ts';
import { keysAlive, type SignedRound, signRound } from '../flow/sign.ts';
import { type Thought, type Validated, validate } from '../flow/validate.ts';
import { visit } from '../flow/visits.ts';
import { laneMigrations } from '../store/_lane-migrations.ts';
import { signHead } from './audit-signature.ts';
import type { Env } from './env.ts';
import { Governor } from './governor.ts';
import { laneStub, overflowStub } from './lanes.ts';
import { log } from './log.ts';
import { meteredStorage, newMeter } from './meter.ts';
import { recordDatabase, storeFor } from './record-database.ts';
import { openSession } from './sessions.ts';
import { Vault } from './vault.ts';

/** A person's change is answered once its rows are in D1, or after this long with the lane's own view. */
const flushedWithinMs = 2_000;
/** The overflow tries again after this long: soon while the lane takes some, less often while it takes none. */
const takingPauseMs = 250;
const fullPauseMs = 2_000;

/** Long enough for a mass deletion to have been told of as a whole, short enough for nobody to wait for it. */
const deletionGraceMs = 120_000;

export class LaneObject extends DurableObject<Env> {
  #lane: Lane | null = null;
  readonly #calls = new Map<string, number>();
  readonly #governor: Governor;
  readonly #meter = newMeter();

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    const { nowMs, sleep } = liveContext();
    this.#governor = new Governor(nowMs, sleep);
    // Additive migrations only: a deploy restarts lanes in any order, so old code may meet the new schema.
    void state.blockConcurrencyWhile(() => migrate(drizzle(state.storage), laneMigrations));
  }

  /**
   * Whose lane this is. Inside an alarm the platform need not say it; what was founded here does. Null while nothing
   * was.
   */
  get #installation(): string | null {
    if (this.ctx.id.name) return this.ctx.id.name;
    const where = "SELECT value FROM lane_state WHERE name = 'installation'";
    const [row] = this.ctx.storage.sql.exec<{ value: string }>(where).toArray();
    return row?.value ?? null;
  }

  get #vault(): Vault {
    return new Vault(this.env.SEAL_KEYS, this.#installation ?? '', liveContext().randomBytes);
  }

  get #live(): Lane {
    if (this.#lane) return this.#lane;
    const context = liveContext();
    const book = {
      count: (target: string, status: number) => {
        const key = `${target} ${status}`;
        this.#calls.set(key, (this.#calls.get(key) ?? 0) + 1);
      },
    };
    const installation = this.#installation;
    // Secrets are sealed with it: without a name nothing that was sealed could be opened again.
    if (installation === null) throw new Error('This lane has no name yet');
    const vault = this.#vault;
    const session = { vault, governor: this.#governor, book, fetch: context.fetch, nowMs: context.nowMs };
    this.#lane = new Lane({
      ...context,
      storage: meteredStorage(this.ctx.storage, this.#meter),
      connectors,
      open: (connection, store, paths, mailbox) => openSession(connection, store, { ...session, paths, mailbox }),
      database: recordDatabase(storeFor(this.env, installation), this.#governor, this.#meter),
      setAlarm: (atMs) => {
        this.#meter.alarms++;
        void this.ctx.storage.setAlarm(atMs);
      },
      deletionGraceMs: Number(this.env.DELETION_GRACE_MS ?? deletionGraceMs),
      fanOut: (subscriptions) => this.#fanOut(installation, subscriptions),
      start: (work) => this.ctx.waitUntil(work),
      log,
    });
    this.#lane.wake();
    return this.#lane;
  }

  /** On disk before this answers: the output gate holds the answer until the row is durable. */
  accept(entry: InboxEntry): 'recorded' | 'known' | 'ended' | 'full' {
    const lane = this.#live;
    if (!lane.core.wiring.connections.has(entry.connection)) return 'ended';
    if (lane.waitingCount() >= Number(this.env.INBOX_MAX)) {
      lane.kick('decide');
      return 'full';
    }
    return lane.accept(entry.connection, entry.delivery, entry.notices, entry.rings, entry.told);
  }

  override alarm(): void {
    try {
      // A lane that nobody has founded has nothing to do.
      if (this.#installation !== null) this.#live.wake();
    } catch (error) {
      // An alarm that throws six times is never run again: say what happened and come back.
      log('alarm-failed', { message: error instanceof Error ? error.message : 'unknown' });
      void this.ctx.storage.setAlarm(Date.now() + 30_000);
    }
  }

  /** The sweep: whatever lost its wake-up is driven on, and the overflow is told to hand over what it holds. */
  async sweep(): Promise<void> {
    this.#live.wake();
    await this.#signAuditDaily();
    const name = this.ctx.id.name;
    if (name) await overflowStub(this.env, name, this.ctx.id.jurisdiction ?? '').hurry();
  }

  /** A head that could not be signed today is signed by the next sweep. */
  async #signAuditDaily(): Promise<void> {
    const { core } = this.#live;
    if (!isHeadUnsigned(core)) return;
    const head = auditHead(core);
    keepSignedHead(core, head, await signHead(this.env.HUB_KEY, head));
  }

  /** The head as it is now, its rows in D1, for whoever exports the chain: what was cut off there is missed. */
  async signedHead(): Promise<AuditHead & { readonly signature: string }> {
    await this.#live.flushed(flushedWithinMs);
    const head = auditHead(this.#live.core);
    return { ...head, signature: await signHead(this.env.HUB_KEY, head) };
  }

  async change(request: Change, once: Once | null = null): Promise<ChangeResult> {
    const lane = this.#live;
    const result = await change(lane, request, (plain) => this.#vault.seal(plain), once);
    return result.ok ? { ...result, isRecorded: await lane.flushed(flushedWithinMs) } : result;
  }

  /** The next calls to a subscriber, signed; keys never leave the lane. Null when there is nothing to do. */
  async takeRound(subscription: string): Promise<SignedRound | null> {
    const round = take(this.#live.core, subscription);
    return round && this.#signed(round);
  }

  async #signed(round: Round): Promise<SignedRound> {
    const nowMs = Date.now();
    const opened = await Promise.all(keysAlive(round, nowMs).map((sealed) => this.#vault.open(sealed)));
    return signRound(round, opened, nowMs);
  }

  /** Returns whether the next round may follow at once. */
  settleRound(subscription: string, token: string, outcomes: readonly Outcome[]): boolean {
    const lane = this.#live;
    const isWell = settle(lane.core, subscription, token, outcomes);
    lane.wake();
    return isWell;
  }

  unreachedSubscriber(subscription: string): void {
    const lane = this.#live;
    unreached(lane.core, subscription);
    lane.wake();
  }

  /** Pointers go out in one call, which is counted like any other that the lane waits for. */
  async #fanOut(installation: string, subscriptions: readonly string[]): Promise<void> {
    const jurisdiction = this.#live.core.store.value('jurisdiction') ?? '';
    const pointers = subscriptions.map((subscription) => ({
      body: { v: 1, installation, jurisdiction, subscription } as const,
    }));
    await this.#governor.run('queue', () => this.env.EVENTS.sendBatch(pointers));
  }

  /** A system that comes by itself asks for its work, reports, or asks for its statuses. */
  async visit(connection: string, asked: Parameters<typeof visit>[2]): Promise<VisitAnswer> {
    const lane = this.#live;
    const wired = lane.core.wiring.connections.get(connection);
    const answer = wired ? await visit(lane.core, wired, asked) : ({ verb: 'ended' } as const);
    if (asked.verb === 'receipts') lane.kick(`feed ${connection}`);
    return answer;
  }

  /** Reads, in the host, the record that proves who looks at a page of ours. */
  proveUser(system: string, claim: RecordClaim): Promise<Proved> {
    return proveUser(this.#live.core, system, claim);
  }

  /** Whether a record would pass every control, in every system. */
  validate(thought: Thought): Promise<Validated> {
    return validate(this.#live.core, thought);
  }

  /** Asks a system now whether its credentials serve, and what they lack. */
  check(connection: string): Promise<Checked> {
    return checkConnection(this.#live.core, connection);
  }

  async ask(question: Question): Promise<unknown> {
    if (question.about === 'test-call') {
      const round = testRound(this.#live.core, question.subscription);
      return round && this.#signed(round);
    }
    if (question.about !== 'progress') return ask(this.#live, question, {});
    const overflow = overflowStub(this.env, this.ctx.id.name ?? '', this.ctx.id.jurisdiction ?? '');
    // Null when it cannot say: the lane's own view is worth showing without it.
    const overflowed = await overflow.count().catch(() => null);
    const calls = Object.fromEntries(this.#calls);
    return ask(this.#live, question, { calls, callsAtOnce: this.#governor.highest, overflowed, ...this.#meter });
  }
}

/** Deliveries that the lane could not take, on disk until it does. */
export class OverflowObject extends DurableObject<Env> {
  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    const { sql } = state.storage;
    sql.exec('CREATE TABLE IF NOT EXISTS entries (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL)');
    sql.exec(
      'CREATE TABLE IF NOT EXISTS place (installation TEXT PRIMARY KEY, jurisdiction TEXT NOT NULL) WITHOUT ROWID',
    );
  }

  /** On disk before this answers. */
  async keep(entry: InboxEntry): Promise<void> {
    this.#place();
    this.ctx.storage.sql.exec('INSERT INTO entries (entry) VALUES (?)', JSON.stringify(entry));
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + 1_000);
  }

  /** Entries are handed over at once instead of in their rhythm. Does not wait for it: that may take minutes. */
  async hurry(): Promise<void> {
    if (this.count() > 0) await this.ctx.storage.setAlarm(Date.now());
  }

  /** Whose overflow this is. Inside an alarm the platform need not say it, so it is kept from the first call on. */
  #place(): { readonly installation: string; readonly jurisdiction: string } | null {
    const { sql } = this.ctx.storage;
    const installation = this.ctx.id.name?.slice('overflow:'.length);
    if (!installation)
      return sql.exec<{ installation: string; jurisdiction: string }>('SELECT * FROM place').toArray()[0] ?? null;
    const jurisdiction = this.ctx.id.jurisdiction ?? '';
    sql.exec('INSERT INTO place VALUES (?, ?) ON CONFLICT DO NOTHING', installation, jurisdiction);
    return { installation, jurisdiction };
  }

  /**
   * Hands entries to the lane in order until it takes no more. Handing one over twice is harmless: the inbox knows
   * it.
   */
  async #drain(): Promise<void> {
    const place = this.#place();
    // Deliveries never go to a lane that is only guessed.
    if (place === null) throw new Error('This overflow does not know whose it is');
    const lane = laneStub(this.env, place.installation, place.jurisdiction);
    let isTaking = false;
    for (;;) {
      const rows = this.ctx.storage.sql.exec('SELECT seq, entry FROM entries ORDER BY seq LIMIT 50').toArray() as {
        seq: number;
        entry: string;
      }[];
      if (rows.length === 0) return;
      for (const row of rows) {
        if ((await lane.accept(JSON.parse(row.entry) as InboxEntry)) === 'full') {
          return this.#comeBack(isTaking ? takingPauseMs : fullPauseMs);
        }
        this.ctx.storage.sql.exec('DELETE FROM entries WHERE seq = ?', row.seq);
        isTaking = true;
      }
    }
  }

  async #comeBack(afterMs: number): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + afterMs);
  }

  override async alarm(): Promise<void> {
    try {
      await this.#drain();
    } catch (error) {
      log('overflow-drain-failed', { message: error instanceof Error ? error.message : 'unknown' });
      await this.#comeBack(fullPauseMs);
    }
  }

  count(): number {
    return Number(
      (this.ctx.storage.sql.exec('SELECT count(*) AS count FROM entries').one() as { count: number }).count,
    );
  }
}
