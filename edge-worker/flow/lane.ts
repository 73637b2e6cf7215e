// One installation's lane: the durable inbox at the front, and behind it single-flight loops that each do one verb.
// The alarm starts what is due and never waits for it.
import type { Notice } from '../connectors/connector.ts';
import type { ToldRecord } from '../connectors/mailbox.ts';
import { agendaOf, goesOn } from './agenda.ts';
import { watchAlerts } from './alerts.ts';
import { archiveSome } from './archive.ts';
import { closeDay } from './closing.ts';
import { LaneCore, type LanePorts, type Loop } from './core.ts';
import { decide } from './decide.ts';
import { disconnectSome, giveBack } from './disconnect.ts';
import { fanOut } from './fan-out.ts';
import { askFeeds } from './feeds.ts';
import { FlushLoop } from './flush-loop.ts';
import { clearInbox, record, waitingCount } from './inbox.ts';
import { type Drive, driveJobs, type Turn, workJob } from './jobs.ts';
import { keepFlushed } from './keep-flushed.ts';
import { lookDue } from './look.ts';
import { watchMapping } from './mapping-watch.ts';
import { catchUp } from './oldness.ts';
import { showPresence } from './presence.ts';
import { Reader } from './read.ts';
import { RelayLoop } from './relay-loop.ts';
import { replanSome } from './replan.ts';
import { clearAnnouncements } from './replay.ts';
import { sendAgain } from './send-again.ts';
import { showDue } from './show.ts';
import { takingBack } from './take-back.ts';
import { adoptNewer } from './upgrade.ts';
import { tendCounters } from './visits.ts';

/** The lane is woken at least this often, so that whatever lost its wake-up is driven on. */
const wakeMs = 30_000;
/** What falls due within this of each other is woken once. */
const shortestSleepMs = 250;
/** A loop that has just looked and left something due is blocked; what unblocks it starts it, and if not, this does. */
const blockedMs = 5_000;
/** Whoever waits for a lane to be ready looks again after this long. */
const readyMs = 20;
const readyWithinMs = 20_000;
/** What was decided long ago leaves the inbox this often, and then without a rest: as much goes out as came in. */
const clearEveryMs = 600_000;

export class Lane {
  readonly core: LaneCore;
  readonly #running = new Map<Loop, { again: boolean }>();
  readonly #relay: RelayLoop;
  readonly #flush: FlushLoop;
  readonly #reader: Reader;
  #alarmMs = 0;
  #clearedMs = 0;
  #lookedMs = 0;
  #isRearming = false;
  #isReady = false;
  #hasBegun = false;

  constructor(ports: LanePorts) {
    this.core = new LaneCore(ports);
    this.#relay = new RelayLoop(this.core, () => this.#afterLaneChange());
    this.#flush = new FlushLoop(this.core);
    this.#reader = new Reader(this.core, () => this.kick('decide'));
    if (this.core.age.isKnown) this.#begin();
  }

  /** What an object does once, before its first loop. */
  #begin(): void {
    this.#isReady = true;
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.core.recover();
    adoptNewer(this.core);
  }

  /** Whether loops run. Not before it is known that this is no earlier lane, nor while it takes back what it was. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Resolves once it is; false where that takes too long. What people change is never built on an earlier state. */
  async ready(): Promise<boolean> {
    const untilMs = this.core.ports.nowMs() + readyWithinMs;
    for (; !this.#isReady; await this.core.ports.sleep(readyMs)) {
      if (this.core.ports.nowMs() > untilMs) return false;
      this.wake();
    }
    return true;
  }

  /** Writes a delivery down and starts to decide. The caller answers the sender only after this has returned. */
  accept(
    connection: string,
    delivery: string,
    notices: readonly Notice[],
    rings: readonly string[],
    told: readonly ToldRecord[] = [],
  ): 'recorded' | 'known' {
    const isNew = this.core.store.storage.transactionSync(() => {
      if (told.length > 0) this.core.mailbox(connection).tell(told);
      if (rings.length > 0) {
        this.core.store.sql.exec(
          `UPDATE cursors SET next_ms = 0
           WHERE connection = ? AND purpose = 'feed' AND feed IN (SELECT value FROM json_each(?))`,
          connection,
          JSON.stringify(rings),
        );
      }
      return notices.length === 0 || record(this.core, connection, delivery, notices);
    });
    this.#armBy(this.core.ports.nowMs() + 1_000);
    if (rings.length > 0) this.kick(`feed ${connection}`);
    if (notices.length > 0 && isNew) this.kick('decide');
    return isNew ? 'recorded' : 'known';
  }

  /**
   * Starts the loops that have work now, without awaiting any; called by the alarm, the sweep, at start and after a
   * person's change.
   */
  wake(): void {
    this.#alarmMs = 0;
    const nowMs = this.core.ports.nowMs();
    if (!this.#isReady) return this.#getReady();
    if (!this.core.isEnding) {
      tendCounters(this.core);
      watchMapping(this.core);
      closeDay(this.core);
      this.core.pace.sample(this.core);
      watchAlerts(this.core);
    }
    // What is believed of the tables is looked up anew.
    if (nowMs - this.#lookedMs >= wakeMs) {
      this.#lookedMs = nowMs;
      this.core.store.pagesDueMs.clear();
      this.core.store.storage.forget();
    }
    for (const [loop, dueMs] of agendaOf(this.core)) if (dueMs <= nowMs) this.kick(loop);
    if (nowMs - this.#clearedMs >= clearEveryMs) {
      const isMore = clearInbox(this.core) || clearAnnouncements(this.core);
      this.#clearedMs = isMore ? nowMs - clearEveryMs : nowMs;
    }
    this.#rearmSoon();
  }

  #getReady(): void {
    const { age, ports } = this.core;
    if ((age.isKnown || age.isAssumed) && takingBack(this.core) === null) {
      this.#begin();
      return this.wake();
    }
    if (age.againMs <= ports.nowMs() && !this.#running.has('age')) this.kick('age');
    this.#rearmSoon();
  }

  /** Starts a loop, or lets it go round once more when it is running. A loop never throws. */
  kick(loop: Loop): void {
    if (this.core.isEnding && !goesOn.has(loop)) return;
    // Everything on the agenda is started once the lane is ready.
    if (!this.#isReady && loop !== 'age') return this.wake();
    const running = this.#running.get(loop);
    if (running) {
      running.again = true;
      if (loop.startsWith('relay ')) this.#relay.nudge(loop.slice('relay '.length));
      return;
    }
    const state = { again: false };
    this.#running.set(loop, state);
    this.core.ports.start(this.#drive(loop, state));
  }

  /** Whether nothing is running right now. */
  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** Deliveries written down and not yet decided. */
  waitingCount(): number {
    return waitingCount(this.core);
  }

  /** Resolves once the rows that wait now are in D1: true, or false when it takes longer than `withinMs`. */
  flushed(withinMs: number): Promise<boolean> {
    this.kick('flush');
    return this.#flush.waited(withinMs);
  }

  /** Some pages of a long job, for whoever was sent to drive it. */
  async work(drive: Drive): Promise<Turn> {
    // Whatever is gone on with after that gets another workflow.
    if (this.core.isEnding) return { isOver: true, restMs: 0 };
    if (!(await this.ready())) return { isOver: false, restMs: readyWithinMs };
    return workJob(this.core, drive, () => this.#afterLaneChange());
  }

  async #drive(loop: Loop, state: { again: boolean }): Promise<void> {
    try {
      do {
        state.again = false;
        await this.#turn(loop);
      } while (state.again);
    } catch (error) {
      // A loop that fails leaves its work where it is: the next wake-up drives it on.
      this.core.ports.log('loop-failed', {
        loop,
        message: error instanceof Error ? (error.stack ?? error.message) : 'unknown',
      });
    } finally {
      this.#running.delete(loop);
      this.#rearmSoon();
    }
  }

  async #turn(loop: Loop): Promise<void> {
    if (loop === 'decide') return this.#decide();
    if (loop === 'flush') return this.#flush.run();
    if (loop === 'fan-out') return fanOut(this.core);
    if (loop === 'give-back') return giveBack(this.core);
    if (loop === 'jobs') return driveJobs(this.core);
    if (loop === 'archive') return archiveSome(this.core);
    if (loop === 'keep') return keepFlushed(this.core);
    if (loop === 'send-again') return sendAgain(this.core);
    if (loop === 'age') return this.#catchUp();
    const cut = loop.indexOf(' ');
    const connection = this.core.wiring.connections.get(loop.slice(cut + 1));
    if (connection?.state !== 'active') return;
    switch (loop.slice(0, cut)) {
      case 'relay':
        return this.#relay.run(connection.id);
      case 'look':
        if (await lookDue(this.core, connection)) this.#afterLaneChange();
        return;
      case 'status':
        return showDue(this.core, connection);
      case 'feed':
        if (await askFeeds(this.core, connection.id)) this.kick('decide');
        return showPresence(this.core, connection);
    }
  }

  /** It may be found out while work goes on unasked that this lane is an earlier one: then everything else stops. */
  async #catchUp(): Promise<void> {
    await catchUp(this.core);
    if (takingBack(this.core) !== null) this.#isReady = false;
    else if (!this.#isReady) this.#getReady();
  }

  async #decide(): Promise<void> {
    const { core } = this;
    while (!core.isEnding) {
      if ((await decide(core, this.#reader)) || (await replanSome(core))) this.#afterLaneChange();
      else if (await disconnectSome(core)) {
        this.#afterLaneChange();
        this.kick('give-back');
      } else return;
    }
  }

  /**
   * After any lane transaction: records may have to be read again, commands be due, rows wait for D1, pages be out of
   * date.
   */
  #afterLaneChange(): void {
    this.kick('decide');
    this.kick('flush');
    if (this.core.audience.size > 0) this.kick('fan-out');
    for (const connection of this.core.wiring.connections.values()) {
      this.kick(`relay ${connection.id}`);
      this.kick(`status ${connection.id}`);
    }
  }

  /** Loops end in flocks: one look at the tables arms the alarm for all of them. */
  #rearmSoon(): void {
    if (this.#isRearming) return;
    this.#isRearming = true;
    this.core.ports.start(
      Promise.resolve().then(() => {
        this.#isRearming = false;
        this.#rearm();
      }),
    );
  }

  #rearm(): void {
    const nowMs = this.core.ports.nowMs();
    const isClearing = this.#clearedMs > 0 && nowMs - this.#clearedMs >= clearEveryMs;
    let nextMs = nowMs + (isClearing ? shortestSleepMs : wakeMs);
    for (const [loop, dueMs] of agendaOf(this.core)) {
      if (dueMs > nowMs) nextMs = Math.min(nextMs, Math.max(dueMs, nowMs + shortestSleepMs));
      // A loop that is running looks again before it ends.
      else if (!this.#running.has(loop)) nextMs = Math.min(nextMs, nowMs + blockedMs);
    }
    this.#armBy(nextMs);
  }

  #armBy(atMs: number): void {
    if (this.#alarmMs > this.core.ports.nowMs() && this.#alarmMs <= atMs) return;
    this.#alarmMs = atMs;
    this.core.ports.setAlarm(atMs);
  }
}
