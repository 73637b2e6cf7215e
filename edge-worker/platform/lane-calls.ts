// What the lane of one installation can be asked from outside. `edge-worker/platform/objects.ts` is its door.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { RecordClaim } from '../connectors/embed.ts';
import type { VisitAnswer } from '../connectors/mailbox.ts';
import { type AuditHead, auditHead, tellAudit } from '../flow/audit.ts';
import { type Outcome, type Round, settle, take, testRound, unreached } from '../flow/dispatch.ts';
import { countLane, type EndingWish, endLane, takeLaneBack } from '../flow/ending.ts';
import { type GoBack, goBack, type WentBack } from '../flow/go-back.ts';
import { type Checked, checkConnection, type HealthWithCalls, healthOf } from '../flow/health.ts';
import type { InboxEntry } from '../flow/intake.ts';
import type { Drive, Turn } from '../flow/jobs.ts';
import type { Lane } from '../flow/lane.ts';
import type { MappingContent } from '../flow/mapping.ts';
import { checkDraft, type RowProblem } from '../flow/mapping-check.ts';
import { type Sides, sidesOf } from '../flow/mapping-sides.ts';
import { checkTable, type Entries, type EntryProblem, seeTable, type TableSeen } from '../flow/mapping-tables.ts';
import { type Proved, proveUser } from '../flow/people.ts';
import { type Preview, type PreviewAsked, preview } from '../flow/preview.ts';
import { ask, type Question } from '../flow/questions.ts';
import { type Rehearsal, type RehearsalAsked, rehearse } from '../flow/rehearse.ts';
import { type Renewal, renewCredentials, renewDaily } from '../flow/renewal.ts';
import { type Change, type ChangeResult, change, type Once } from '../flow/requests.ts';
import { keysAlive, type SignedRound, signRound } from '../flow/sign.ts';
import { type Tried, tried } from '../flow/steward.ts';
import { isDestination, settleNotes } from '../flow/tell-alerts.ts';
import { type Thought, type Validated, validate } from '../flow/validate.ts';
import { visit } from '../flow/visits.ts';
import { type After, type OwnPage, type OwnTable, ownRows } from '../store/own-rows.ts';
import { takeAlerts, testAlert } from './alert-calls.ts';
import { signDaily, signHead } from './audit-signature.ts';
import type { LaneHome } from './lane-home.ts';
import { overflowStub } from './lanes.ts';
import { log } from './log.ts';

/** A person's change is answered once its rows are in D1, or after this long with the lane's own view. */
const flushedWithinMs = 2_000;
/** Whoever exports waits for a file anyway. */
const exportWithinMs = 15_000;

const isTaking = ({ core }: Lane, connection: string) =>
  !core.isEnding && (core.wiring.connections.get(connection)?.state ?? 'ending') !== 'ending';

const message = 'There is no such installation, or not any more.';
const notHere = { code: 'unknown-installation', message, next: 'Check the address.' };

type SignedHead = AuditHead & { readonly signature: string };

export interface Inventory {
  readonly rows: number;
  readonly auditHead: SignedHead | null;
}

export class LaneCalls {
  readonly #home: LaneHome;

  constructor(home: LaneHome) {
    this.#home = home;
  }

  /** On disk before this answers: the output gate holds the answer until the row is durable. */
  accept(entry: InboxEntry): 'recorded' | 'known' | 'ended' | 'full' {
    if (!this.#home.isFounded) return 'ended';
    const lane = this.#home.live;
    if (!isTaking(lane, entry.connection)) return 'ended';
    if (this.#home.isLeaving || lane.waitingCount() >= Number(this.#home.env.INBOX_MAX)) {
      lane.kick('decide');
      return 'full';
    }
    return lane.accept(entry.connection, entry.delivery, entry.notices, entry.rings, entry.told);
  }

  alarm(): void {
    try {
      // A lane that nobody has founded has nothing to do.
      if (this.#home.isFounded) this.#home.live.wake();
    } catch (error) {
      // An alarm that throws six times is never run again: say what happened and come back.
      log('alarm-failed', { message: error instanceof Error ? error.message : 'unknown' });
      void this.#home.state.storage.setAlarm(Date.now() + 30_000);
    }
  }

  /** The sweep: whatever lost its wake-up is driven on, and the overflow is told to hand over what it holds. */
  async sweep(): Promise<void> {
    if (!this.#home.isFounded) return;
    this.#home.live.wake();
    // The next sweep finds it ready.
    if (!this.#home.live.isReady) return;
    await signDaily(this.#home.live.core, this.#home.env.HUB_KEY);
    await renewDaily(this.#home.live.core, (plain) => this.#home.vault.seal(plain));
    const name = this.#home.state.id.name;
    if (name) await overflowStub(this.#home.env, name, this.#home.state.id.jurisdiction ?? '').hurry();
  }

  /**
   * The head as it is now, for whoever exports the chain: what was cut off there is missed. Null when D1 does not take
   * the rows up to it in time. What is told while they are flushed comes after it.
   */
  async signedHead(): Promise<SignedHead | null> {
    const head = await this.#signHead();
    return (await this.#home.live.flushed(exportWithinMs)) ? head : null;
  }

  async #signHead(): Promise<SignedHead> {
    const head = auditHead(this.#home.live.core);
    return { ...head, signature: await signHead(this.#home.env.HUB_KEY, head) };
  }

  async change(request: Change, once: Once | null = null): Promise<ChangeResult> {
    if (!this.#home.isFounded) {
      if (request.verb !== 'found') return { ok: false, ...notHere };
      await this.#home.state.blockConcurrencyWhile(() => this.#home.layOut());
    }
    const lane = this.#home.opened;
    const result = await change(lane, request, (plain) => this.#home.vault.seal(plain), once);
    return result.ok ? { ...result, isRecorded: await lane.flushed(flushedWithinMs) } : result;
  }

  /** Stops it for good, until it is taken back. Repeating it changes nothing. */
  async end(wish: EndingWish): Promise<void> {
    if (!this.#home.isFounded) return;
    await this.#home.live.ready();
    endLane(this.#home.live.core, wish);
    await this.#home.live.flushed(flushedWithinMs);
  }

  async takeBack(by: string): Promise<void> {
    await this.#home.live.ready();
    takeLaneBack(this.#home.live.core, by);
    this.#home.live.wake();
    await this.#home.live.flushed(flushedWithinMs);
  }

  /** Puts this lane back to an earlier moment, where the platform offers that. */
  goBack(wish: GoBack): Promise<Tried<WentBack>> {
    return tried(() => goBack(this.#home.live, wish, this.#home.earlierStates));
  }

  async noteExport(by: string): Promise<void> {
    await this.#home.live.ready();
    const { core } = this.#home.live;
    core.store.transaction((tx) => tellAudit(core, tx, by, 'installation-exported', core.store.installation, {}));
    this.#home.live.kick('flush');
  }

  ownRows(table: OwnTable, after: After, limit: number): OwnPage {
    return ownRows(this.#home.live.core.store.sql, table, after, limit);
  }

  /** What lies here, and the end of its audit, signed: the proof of its erasure names both. */
  async inventory(): Promise<Inventory> {
    if (!this.#home.isFounded) return { rows: 0, auditHead: null };
    return { rows: countLane(this.#home.state.storage.sql), auditHead: await this.#signHead() };
  }

  /** Everything that lies here. What still runs finds nothing any more. Returns how many rows there were. */
  async erase(): Promise<number> {
    const rows = countLane(this.#home.state.storage.sql);
    await this.#home.clear();
    return rows;
  }

  /** The next calls to a subscriber, signed; keys never leave the lane. Null when there is nothing to do. */
  async takeRound(subscription: string): Promise<SignedRound | null> {
    if (!this.#home.isFounded || this.#home.live.core.isEnding) return null;
    const { core } = this.#home.live;
    if (isDestination(subscription))
      return takeAlerts(core, this.#home.env, (text) => this.#home.vault.open(text), subscription);
    const round = take(core, subscription);
    return round && this.#signed(round);
  }

  async #signed(round: Round): Promise<SignedRound> {
    const nowMs = Date.now();
    const opened = await Promise.all(keysAlive(round, nowMs).map((sealed) => this.#home.vault.open(sealed)));
    return signRound(round, opened, nowMs);
  }

  /** Returns whether the next round may follow at once. */
  settleRound(subscription: string, token: string, outcomes: readonly Outcome[]): boolean {
    if (!this.#home.isFounded) return false;
    const lane = this.#home.live;
    const write = isDestination(subscription) ? settleNotes : settle;
    const isWell = write(lane.core, subscription, token, outcomes);
    lane.wake();
    return isWell;
  }

  unreachedSubscriber(subscription: string): void {
    if (!this.#home.isFounded) return;
    const lane = this.#home.live;
    // A destination is tried again with the next wake-up, and fails visibly where it fails.
    if (isDestination(subscription)) lane.core.leases.delete(subscription);
    else unreached(lane.core, subscription);
    lane.wake();
  }

  /** Some pages of a long job, for the workflow that drives it. */
  async work(drive: Drive): Promise<Turn> {
    return this.#home.isFounded ? this.#home.live.work(drive) : { isOver: true, restMs: 0 };
  }

  /** A system that comes by itself asks for its work, reports, or asks for its statuses. */
  async visit(connection: string, asked: Parameters<typeof visit>[2]): Promise<VisitAnswer> {
    if (!this.#home.isFounded) return { verb: 'ended' };
    const lane = this.#home.live;
    await lane.ready();
    const wired = lane.core.wiring.connections.get(connection);
    const answer =
      wired && isTaking(lane, connection) ? await visit(lane.core, wired, asked) : ({ verb: 'ended' } as const);
    if (asked.verb === 'receipts') lane.kick(`feed ${connection}`);
    return answer;
  }

  /** Reads, in the host, the record that proves who looks at a page of ours. */
  async proveUser(system: string, claim: RecordClaim): Promise<Proved> {
    await this.#home.live.ready();
    return proveUser(this.#home.live.core, system, claim);
  }

  /** Runs a draft of the mappings over real records; the systems are only read. */
  rehearse(asked: RehearsalAsked, by: string): Promise<Tried<Rehearsal>> {
    return tried(() => rehearse(this.#home.live.core, asked, by));
  }

  /** One real record under a draft. */
  preview(asked: PreviewAsked): Promise<Tried<Preview>> {
    return tried(() => preview(this.#home.live.core, asked));
  }

  /** Our fields and the system's, for whoever edits a mapping. */
  sides(connection: string, kind: EntityName): Promise<Tried<Sides>> {
    return tried(() => sidesOf(this.#home.live.core, connection, kind));
  }

  /** What is wrong with a draft's rows, before they are kept. */
  checkDraft(draft: string, content: MappingContent): Promise<Tried<readonly RowProblem[]>> {
    return tried(() => checkDraft(this.#home.live.core, draft, content));
  }

  /** Which values of real records a table of a draft does not know. */
  seeTable(draft: string, table: string): Promise<Tried<TableSeen>> {
    return tried(() => seeTable(this.#home.live.core, draft, table));
  }

  checkTable(draft: string, table: string, entries: Entries): Promise<Tried<readonly EntryProblem[]>> {
    return tried(() => checkTable(this.#home.live.core, draft, table, entries));
  }

  /** Whether a record would pass every control, in every system. */
  validate(thought: Thought): Promise<Validated> {
    return validate(this.#home.live.core, thought);
  }

  /** Asks a system now whether its credentials serve, and what they lack. */
  check(connection: string): Promise<Checked> {
    return checkConnection(this.#home.live.core, connection);
  }

  /** Makes new credentials now and has the old ones ended. */
  renewCredentials(connection: string, by: string): Promise<Renewal> {
    return renewCredentials(this.#home.live.core, connection, (plain) => this.#home.vault.seal(plain), by);
  }

  async #health(): Promise<HealthWithCalls> {
    const health = await healthOf(this.#home.live.core);
    const calls = health.connections.map(({ connection }) => [connection, this.#home.governor.loadOf(connection)]);
    return { ...health, calls: Object.fromEntries(calls) };
  }

  /** Undefined where nobody is at home. */
  async ask(question: Question): Promise<unknown> {
    if (!this.#home.isFounded) return undefined;
    if (question.about === 'test-call') {
      const round = testRound(this.#home.live.core, question.subscription);
      return round && this.#signed(round);
    }
    if (question.about === 'test-alert') {
      const open = (text: string) => this.#home.vault.open(text);
      return tried(() => testAlert(this.#home.live.core, this.#home.env, open, question.destination));
    }
    if (question.about === 'health') return this.#health();
    if (question.about !== 'progress') return ask(this.#home.live, question, {});
    const overflow = overflowStub(
      this.#home.env,
      this.#home.state.id.name ?? '',
      this.#home.state.id.jurisdiction ?? '',
    );
    // Null when it cannot say: the lane's own view is worth showing without it.
    const overflowed = await overflow.count().catch(() => null);
    const calls = Object.fromEntries(this.#home.calls);
    return ask(this.#home.live, question, {
      calls,
      callsAtOnce: this.#home.governor.highest,
      overflowed,
      ...this.#home.meter,
    });
  }
}
