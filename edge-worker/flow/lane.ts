// One installation's lane: the durable inbox at the front, and behind it single-flight loops that each do one verb. The alarm starts what is due and never waits for it.
import type { Notice } from '../connectors/connector.ts';
import { flush, flushKept, RecordUnavailable } from '../store/flush.ts';
import { agendaOf } from './agenda.ts';
import { LaneCore, type LanePorts, type Loop } from './core.ts';
import { decide, record } from './decide.ts';
import { askFeeds } from './feeds.ts';
import { guiltySlot, tellGuilty } from './guilty-rows.ts';
import { closeHold } from './holds.ts';
import { lookDue } from './look.ts';
import { plan } from './plan.ts';
import { type Batch, beginBatches, chooseDue, type DueCommand, recordKeyOf, send } from './relay.ts';
import { replanSome } from './replan.ts';
import { settleBatch } from './settle.ts';
import { showDue } from './show.ts';
import { StatusView } from './status.ts';
import type { Connection } from './wiring.ts';

/** The lane is woken at least this often, so that whatever lost its wake-up is driven on. */
const wakeMs = 30_000;
/** What falls due within this of each other is woken once. */
const shortestSleepMs = 250;
/** A loop that has just looked and left something due is blocked; what unblocks it starts it, and if not, this does. */
const blockedMs = 5_000;
/** At most two flushes a second. */
const flushPauseMs = 500;
const flushRetryMs = 2_000;
/** Rows that D1 would not take are tried again this often. */
const keptAgainMs = 60_000;
/** Content that waited this long is governed again before it is sent. */
const governAgainMs = 60_000;
const inboxKeepMs = 3_600_000;
/** Calls to one target at a time, whatever its limit. */
const callsMax = 3;

export class Lane {
  readonly core: LaneCore;
  readonly #running = new Map<Loop, { again: boolean }>();
  readonly #governedMs = new Map<string, number>();
  #alarmMs = 0;
  #isRearming = false;
  #keptAgainMs = 0;

  constructor(ports: LanePorts) {
    this.core = new LaneCore(ports);
    this.core.recover();
  }

  /** Writes a delivery down and starts to decide. The caller answers the sender only after this has returned. */
  accept(
    connection: string,
    delivery: string,
    notices: readonly Notice[],
    rings: readonly string[],
  ): 'recorded' | 'known' {
    const isNew = this.core.store.storage.transactionSync(() => {
      if (rings.length > 0) {
        this.core.store.sql.exec(
          "UPDATE cursors SET next_ms = 0 WHERE connection = ? AND purpose = 'feed' AND feed IN (SELECT value FROM json_each(?))",
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

  /** Starts the loops that have work now, without awaiting any; called by the alarm, the sweep, at start and after a person's change. */
  wake(): void {
    this.#alarmMs = 0;
    const nowMs = this.core.ports.nowMs();
    for (const [loop, dueMs] of agendaOf(this.core)) if (dueMs <= nowMs) this.kick(loop);
    this.#rearmSoon();
  }

  /** Starts a loop, or lets it go round once more when it is running. A loop never throws. */
  kick(loop: Loop): void {
    const running = this.#running.get(loop);
    if (running) {
      running.again = true;
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
    const watermark = Number(this.core.store.value('watermark') ?? '0');
    const rows = this.core.store.sql.exec('SELECT coalesce(max(seq), 0) AS newest FROM deliveries').toArray() as {
      newest: number;
    }[];
    return Math.max(0, (rows[0]?.newest ?? 0) - watermark);
  }

  /** Resolves once every waiting row is in D1: true, or false when it takes longer than `withinMs`. */
  async flushed(withinMs: number): Promise<boolean> {
    const untilMs = this.core.ports.nowMs() + withinMs;
    this.kick('flush');
    while (this.core.store.waitingFlush(1).length > 0) {
      if (this.core.ports.nowMs() >= untilMs) return false;
      await this.core.ports.sleep(20);
    }
    return true;
  }

  /** What is in hand right now, in counts. */
  progress(): Readonly<Record<string, unknown>> {
    const { sql } = this.core.store;
    const count = (query: string) => Number((sql.exec(query).toArray()[0] as { n: number }).n);
    const states = sql
      .exec('SELECT connection, state, count(*) AS n FROM commands GROUP BY connection, state')
      .toArray() as { connection: string; state: string; n: number }[];
    const held = sql.exec('SELECT control, owner, count(*) AS n FROM holds GROUP BY control, owner').toArray();
    return {
      waiting: this.waitingCount(),
      rechecks: count('SELECT count(*) AS n FROM rechecks'),
      commands: states,
      inFlight: this.core.inFlight.size,
      holds: held,
      strays: count('SELECT count(*) AS n FROM strays'),
      loads: count("SELECT count(*) AS n FROM cursors WHERE purpose = 'load'"),
      replans: count("SELECT count(*) AS n FROM lane_state WHERE name LIKE 'replan %'"),
      statusDue: count('SELECT count(*) AS n FROM status_due'),
      flushWaiting: count('SELECT count(*) AS n FROM flush_log'),
      entities: sql.exec('SELECT kind, count(*) AS n FROM entities GROUP BY kind').toArray(),
      connections: [...this.core.wiring.connections.values()].map(({ id, state }) => ({
        id,
        state,
        pausedUntilMs: this.core.pausedUntilMs(id),
      })),
    };
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
    if (loop === 'flush') return this.#flush();
    const cut = loop.indexOf(' ');
    const connection = this.core.wiring.connections.get(loop.slice(cut + 1));
    if (!connection || connection.state !== 'active') return;
    switch (loop.slice(0, cut)) {
      case 'relay':
        return this.#relay(connection);
      case 'look':
        if (await lookDue(this.core, connection)) this.#afterLaneChange();
        return;
      case 'status':
        return showDue(this.core, connection);
      case 'feed':
        if (await askFeeds(this.core, connection)) this.kick('decide');
        return;
    }
  }

  async #decide(): Promise<void> {
    while ((await decide(this.core)) || replanSome(this.core)) this.#afterLaneChange();
  }

  /** After any lane transaction: records may have to be read again, commands be due, rows wait for D1, pages be out of date. */
  #afterLaneChange(): void {
    this.kick('decide');
    this.kick('flush');
    for (const connection of this.core.wiring.connections.values()) {
      this.kick(`relay ${connection.id}`);
      this.kick(`status ${connection.id}`);
    }
  }

  /** Sends until nothing is due, several calls at a time, each settled as soon as it is answered. */
  async #relay(connection: Connection): Promise<void> {
    const { limits } = connection.connector;
    const slots = Math.max(1, Math.min(callsMax, limits.concurrentMax - limits.concurrentReserve));
    const calls = new Set<Promise<void>>();
    for (;;) {
      if (!this.core.isPaused(connection.id)) {
        for (const batch of this.#pick(connection, slots - calls.size)) {
          const call = this.#send(batch).finally(() => calls.delete(call));
          calls.add(call);
        }
      }
      if (calls.size === 0) return;
      await Promise.race(calls);
    }
  }

  #pick(connection: Connection, free: number): Batch[] {
    if (free <= 0) return [];
    const { core } = this;
    const nowMs = core.ports.nowMs();
    const { busyRecords } = core;
    const busy = { has: (key: string) => busyRecords.has(`${connection.id}|${key}`), count: busyRecords.size };
    const choose = () => chooseDue(core.store, connection, nowMs, busy, free);
    let chosen = choose();
    if (this.#governAgain(chosen.flat())) chosen = choose();
    const batches = beginBatches(core.store, connection, core.ports.makeId, nowMs, chosen);
    for (const row of batches.flatMap((batch) => batch.commands)) {
      core.inFlight.add(row.id);
      core.busyRecords.add(`${connection.id}|${recordKeyOf(row)}`);
    }
    return batches;
  }

  async #send(batch: Batch): Promise<void> {
    const { core } = this;
    const { connection } = batch;
    const view = new StatusView(
      core.store.sql,
      core.wiring,
      connection.connector.isStatusWrittenAlong ? batch.commands.map((row) => row.entity) : [],
    );
    const outcome = await send(core.session(connection), batch, (row) =>
      view.statusesFor(row.entity, connection.id, core.ports.nowMs(), row.id),
    );
    for (const row of batch.commands) {
      core.inFlight.delete(row.id);
      this.#governedMs.delete(row.id);
      core.busyRecords.delete(`${connection.id}|${recordKeyOf(row)}`);
    }
    if (outcome.kind === 'answered') core.succeeded(connection.id);
    core.store.transaction((tx) => settleBatch(core.planContext(tx), batch, outcome));
    if (outcome.kind === 'failed') core.failed(connection, outcome.fault);
    this.#afterLaneChange();
  }

  /** What waited long is looked at by the controls once more: a contract may have changed, an approval been taken back. */
  #governAgain(chosen: readonly DueCommand[]): boolean {
    const { core } = this;
    const beforeMs = core.ports.nowMs() - governAgainMs;
    const stale = chosen.filter((row) => row.madeMs < beforeMs && (this.#governedMs.get(row.id) ?? 0) < beforeMs);
    if (stale.length === 0) return false;
    for (const row of stale) this.#governedMs.set(row.id, core.ports.nowMs());
    core.store.transaction((tx) => plan(core.planContext(tx), new Set(stale.map((row) => row.entity))));
    return true;
  }

  async #flush(): Promise<void> {
    const { core } = this;
    for (;;) {
      try {
        const rows = await flush(core.store, core.ports.database, (tx, guilty) => tellGuilty(core, tx, guilty));
        if (rows === 0) {
          await this.#flushKept();
          break;
        }
      } catch (error) {
        if (!(error instanceof RecordUnavailable)) throw error;
        core.ports.log('record-unavailable', { message: error.message });
        await core.ports.sleep(flushRetryMs);
        continue;
      }
      await core.ports.sleep(flushPauseMs);
    }
    const watermark = Number(core.store.value('watermark') ?? '0');
    // The newest row stays, because the next one is numbered after it and must lie beyond the watermark.
    core.store.sql.exec(
      'DELETE FROM deliveries WHERE seq < ? AND received_ms < ?',
      watermark,
      core.ports.nowMs() - inboxKeepMs,
    );
  }

  async #flushKept(): Promise<void> {
    const { core } = this;
    if (core.ports.nowMs() < this.#keptAgainMs) return;
    this.#keptAgainMs = core.ports.nowMs() + keptAgainMs;
    await flushKept(core.store, core.ports.database, (tx, table, row) =>
      closeHold(tx, guiltySlot(table, row), 'flushed', null),
    );
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
    let nextMs = nowMs + wakeMs;
    for (const [loop, dueMs] of agendaOf(this.core)) {
      // A loop that is running looks again before it ends.
      if (this.#running.has(loop)) continue;
      nextMs = Math.min(nextMs, dueMs > nowMs ? Math.max(dueMs, nowMs + shortestSleepMs) : nowMs + blockedMs);
    }
    this.#armBy(nextMs);
  }

  #armBy(atMs: number): void {
    if (this.#alarmMs > this.core.ports.nowMs() && this.#alarmMs <= atMs) return;
    this.#alarmMs = atMs;
    this.core.ports.setAlarm(atMs);
  }
}
