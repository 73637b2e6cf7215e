// The Durable Object that is the lane of one installation.
import { DurableObject } from 'cloudflare:workers';
import { drizzle } from 'drizzle-orm/durable-sqlite';
import { migrate } from 'drizzle-orm/durable-sqlite/migrator';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { connectors } from '../connectors/_registry.ts';
import type { RecordClaim } from '../connectors/embed.ts';
import type { VisitAnswer } from '../connectors/mailbox.ts';
import { liveContext } from '../context.ts';
import { type AuditHead, auditHead, isHeadUnsigned, keepSignedHead } from '../flow/audit.ts';
import { type Outcome, type Round, settle, take, testRound, unreached } from '../flow/dispatch.ts';
import { type Checked, checkConnection } from '../flow/health.ts';
import type { InboxEntry } from '../flow/intake.ts';
import type { Drive, Turn } from '../flow/jobs.ts';
import { Lane } from '../flow/lane.ts';
import type { MappingContent } from '../flow/mapping.ts';
import { checkDraft, type RowProblem } from '../flow/mapping-check.ts';
import { type Sides, sidesOf } from '../flow/mapping-sides.ts';
import { type Proved, proveUser } from '../flow/people.ts';
import { type Preview, type PreviewAsked, preview } from '../flow/preview.ts';
import { ask, type Question } from '../flow/questions.ts';
import { type Rehearsal, type RehearsalAsked, rehearse } from '../flow/rehearse.ts';
import { type Renewal, renewCredentials, renewDaily } from '../flow/renewal.ts';
import { type Change, type ChangeResult, change, type Once } from '../flow/requests.ts';
import { keysAlive, type SignedRound, signRound } from '../flow/sign.ts';
import { type Tried, tried } from '../flow/steward.ts';
import { type Thought, type Validated, validate } from '../flow/validate.ts';
import { visit } from '../flow/visits.ts';
import { laneMigrations } from '../store/_lane-migrations.ts';
import { release } from '../store/directory.ts';
import { appOf } from './apps.ts';
import { archiveFor, governedArchive } from './archive.ts';
import { signHead } from './audit-signature.ts';
import type { Env } from './env.ts';
import { Governor } from './governor.ts';
import { overflowStub } from './lanes.ts';
import { log } from './log.ts';
import { sendWorkflow } from './long-job.ts';
import { meteredStorage, newMeter } from './meter.ts';
import { recordDatabase, storeFor } from './record-database.ts';
import { retentionOf } from './retention.ts';
import { openSession } from './sessions.ts';
import { Vault } from './vault.ts';

/** A person's change is answered once its rows are in D1, or after this long with the lane's own view. */
const flushedWithinMs = 2_000;

/** Long enough for a mass deletion to have been told of as a whole, short enough for nobody to wait for it. */
const deletionGraceMs = 120_000;
const jobStallMs = 120_000;

const isTaking = ({ core }: Lane, connection: string) =>
  (core.wiring.connections.get(connection)?.state ?? 'ending') !== 'ending';

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
    const ways = { vault, appOf: (system: string) => appOf(this.env, system), governor: this.#governor, book };
    const session = { ...ways, fetch: context.fetch, nowMs: context.nowMs };
    this.#lane = new Lane({
      ...context,
      storage: meteredStorage(this.ctx.storage, this.#meter),
      connectors,
      open: (connection, store, paths, mailbox) => openSession(connection, store, { ...session, paths, mailbox }),
      database: recordDatabase(storeFor(this.env, installation), this.#governor, this.#meter),
      archive: governedArchive(archiveFor(this.env, installation), this.#governor),
      retention: retentionOf(this.env),
      setAlarm: (atMs) => {
        this.#meter.alarms++;
        void this.ctx.storage.setAlarm(atMs);
      },
      deletionGraceMs: Number(this.env.DELETION_GRACE_MS ?? deletionGraceMs),
      giveBack: (account) => this.#governor.run('directory', () => release(this.env.DIRECTORY, account)),
      fanOut: (subscriptions) => this.#fanOut(installation, subscriptions),
      drive: (drive) => this.#driveJob(installation, drive),
      jobStallMs: Number(this.env.JOB_STALL_MS ?? jobStallMs),
      start: (work) => this.ctx.waitUntil(work),
      log,
    });
    this.#lane.wake();
    return this.#lane;
  }

  /** On disk before this answers: the output gate holds the answer until the row is durable. */
  accept(entry: InboxEntry): 'recorded' | 'known' | 'ended' | 'full' {
    const lane = this.#live;
    if (!isTaking(lane, entry.connection)) return 'ended';
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
    await renewDaily(this.#live.core, (plain) => this.#vault.seal(plain));
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

  /** Some pages of a long job, for the workflow that drives it. */
  work(drive: Drive): Promise<Turn> {
    return this.#live.work(drive);
  }

  async #driveJob(installation: string, drive: Drive): Promise<void> {
    const jurisdiction = this.#live.core.store.value('jurisdiction') ?? '';
    const pointer = { installation, jurisdiction, ...drive };
    await this.#governor.run('workflow', () => sendWorkflow(this.env.JOBS, pointer));
  }

  /** A system that comes by itself asks for its work, reports, or asks for its statuses. */
  async visit(connection: string, asked: Parameters<typeof visit>[2]): Promise<VisitAnswer> {
    const lane = this.#live;
    const wired = lane.core.wiring.connections.get(connection);
    const answer =
      wired && isTaking(lane, connection) ? await visit(lane.core, wired, asked) : ({ verb: 'ended' } as const);
    if (asked.verb === 'receipts') lane.kick(`feed ${connection}`);
    return answer;
  }

  /** Reads, in the host, the record that proves who looks at a page of ours. */
  proveUser(system: string, claim: RecordClaim): Promise<Proved> {
    return proveUser(this.#live.core, system, claim);
  }

  /** Runs a draft of the mappings over real records; the systems are only read. */
  rehearse(asked: RehearsalAsked, by: string): Promise<Tried<Rehearsal>> {
    return tried(() => rehearse(this.#live.core, asked, by));
  }

  /** One real record under a draft. */
  preview(asked: PreviewAsked): Promise<Tried<Preview>> {
    return tried(() => preview(this.#live.core, asked));
  }

  /** Our fields and the system's, for whoever edits a mapping. */
  sides(connection: string, kind: EntityName): Promise<Tried<Sides>> {
    return tried(() => sidesOf(this.#live.core, connection, kind));
  }

  /** What is wrong with a draft's rows, before they are kept. */
  checkDraft(draft: string, content: MappingContent): Promise<Tried<readonly RowProblem[]>> {
    return tried(() => checkDraft(this.#live.core, draft, content));
  }

  /** Whether a record would pass every control, in every system. */
  validate(thought: Thought): Promise<Validated> {
    return validate(this.#live.core, thought);
  }

  /** Asks a system now whether its credentials serve, and what they lack. */
  check(connection: string): Promise<Checked> {
    return checkConnection(this.#live.core, connection);
  }

  /** Makes new credentials now and has the old ones ended. */
  renewCredentials(connection: string, by: string): Promise<Renewal> {
    return renewCredentials(this.#live.core, connection, (plain) => this.#vault.seal(plain), by);
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
