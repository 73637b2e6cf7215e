// One seed from the first hire to rest: the firm works, everything misbehaves, then it is left alone until nothing is
// due, and the oracle looks.
import type { Connector } from '../../edge-worker/connectors/connector.ts';
import type { StandIn } from '../../edge-worker/connectors/stand-in.ts';
import type { InboxEntry } from '../../edge-worker/flow/intake.ts';
import { intake } from '../../edge-worker/flow/intake.ts';
import { ask } from '../../edge-worker/flow/questions.ts';
import type { Change } from '../../edge-worker/flow/requests.ts';
import type { Retention } from '../../edge-worker/store/retention.ts';
import { Chronicle } from './chronicle.ts';
import { planClocks, type Stamp, stampOf } from './clocks.ts';
import { Days, workMs } from './days.ts';
import { Desk } from './desk.ts';
import { Diary } from './diary.ts';
import { faultsMs, planCrashes, planFaults } from './faults.ts';
import { drawFirm, type Firm, refusedTextOf } from './firm.ts';
import { Crashed, LaneHost } from './lane-host.ts';
import { Network, type Saved } from './network.ts';
import { healthy, type Plant } from './plants.ts';
import { ruleLiftedMs, Stewards } from './stewards.ts';
import { Subscriber, subscribing, untold } from './subscriber.ts';
import { connectorOf, openSystem, type Seat, seats, tracked } from './systems.ts';
import { type Dice, World } from './world.ts';

export type Log = (event: string, fields: Readonly<Record<string, string | number>>) => void;

export interface SimulationOptions {
  readonly hasCrashes: boolean;
  readonly hasFaults?: boolean;
  readonly plant?: Plant;
  readonly retention?: Retention;
  readonly log?: Log;
}

interface Proposed {
  readonly recordId: string;
  readonly candidates: readonly string[];
}

const installation = 'sim';
const deliverEveryMs = 2_000;
const lookEveryMs = 5_000;
/** Long enough for whoever waits for something to have seen that it is there. */
const quietEnoughMs = 150_000;
/** After everything behaves again and nobody does anything more, rest must come within this. */
const restWithinMs = 3 * 3_600_000;

export class Simulation {
  readonly world: World;
  readonly firm: Firm;
  readonly standIns: Readonly<Record<Seat, StandIn>>;
  readonly networks: Readonly<Record<Seat, Network>>;
  /** How each system writes the moment of a save. */
  readonly stamps: Readonly<Record<Seat, Stamp>>;
  readonly connectors: Readonly<Record<Seat, Connector>>;
  readonly host: LaneHost;
  readonly desk: Desk;
  readonly days: Days;
  readonly diary: Diary;
  readonly chronicle: Chronicle;
  readonly stewards: Stewards;
  readonly subscriber: Subscriber;
  /** Everything the hub said it has, in order. */
  readonly acknowledged: InboxEntry[] = [];
  readonly #overflow: InboxEntry[] = [];
  readonly #waitingNotices = new Map<Seat, number>();
  readonly #options: SimulationOptions;
  readonly #log: Log;
  readonly #noticeDice: Dice;

  constructor(seed: number, options: SimulationOptions) {
    this.#options = options;
    const plant = options.plant ?? healthy;
    this.#log = options.log ?? (() => undefined);
    const world = new World(seed);
    this.world = world;
    this.#noticeDice = world.dice('notices');
    this.firm = drawFirm(world.dice('firm'), world.dice('merger'), plant.fate);
    const perSeat = <T>(make: (seat: Seat) => T) => ({ crm: make('crm'), psa: make('psa'), erp: make('erp') });
    this.stamps = perSeat((seat) => stampOf(world, seat));
    this.connectors = perSeat((seat) => {
      const connector = tracked(connectorOf(seat, this.stamps[seat]), world);
      return plant.connector?.(connector) ?? connector;
    });
    this.standIns = perSeat((seat) => openSystem(seat, world, (request) => this.#receive(seat, request)));
    this.networks = perSeat((seat) => new Network(seat, this.standIns[seat], world));
    this.subscriber = new Subscriber(world, options.hasFaults === false ? 0 : world.startMs + faultsMs);
    const { connectors, networks, subscriber } = this;
    const { retention } = options;
    const point = (id: string) => subscriber.point(id);
    this.host = new LaneHost({ world, connectors, networks, plant, log: this.#log, point, retention });
    subscriber.attach(this.host);
    this.desk = new Desk(world, this.standIns);
    this.chronicle = new Chronicle(world.nowMs, (seat, type, id) =>
      this.standIns[seat].rows(type).find((row) => row.id === id),
    );
    this.desk.onSaid = (...saved) => this.chronicle.said(...saved);
    this.diary = new Diary(world, this.desk);
    for (const seat of seats) this.networks[seat].onSaved = (saved) => this.#saved(saved);
    this.days = new Days(this.diary, this.firm, (...record) => this.#isKnown(...record));
    const { desk, firm, chronicle, host, days } = this;
    const about = { world, host, desk, firm, chronicle, connectors, billing: days.billing };
    this.stewards = new Stewards({ ...about, log: this.#log });
  }

  /**
   * Founded and connected; where all systems are full already, the first load reads what is there and creates
   * nothing.
   */
  async open(): Promise<void> {
    const { world, networks } = this;
    if (this.#options.hasFaults !== false) planClocks({ world, networks, log: this.#log });
    this.days.before();
    await this.world.run(this.world.startMs);
    await this.#ask({ verb: 'found', founding: { installation, name: 'Firm', shard: 'main', jurisdiction: '' } });
    await this.#ask({ verb: 'subscription', change: subscribing, by: 'admin' });
    const hasPast = this.firm.clients.some(({ isOld }) => isOld);
    for (const seat of seats) {
      const { account, environment, settings, secrets } = this.standIns[seat].connection;
      const seated = { id: seat, system: seat, roles: [seat], routing: null, flow: 'open' } as const;
      const connection = { ...seated, account, environment, settings };
      await this.#ask({ verb: 'connect', connection, secrets, by: 'admin' });
      if (hasPast) await this.#load(seat);
      this.standIns[seat].subscribe({ url: `https://hub.example/${seat}`, key: 'key', installation });
      this.#deliverLater(seat);
    }
    await this.world.run(this.world.startMs + 2_000);
  }

  async #load(connection: Seat): Promise<void> {
    const flow = { state: 'matching', cutoverOn: null } as const;
    if (connection !== 'crm') await this.#ask({ verb: 'set-flow', connection, kind: 'customer', flow, by: 'admin' });
    const change = { step: 'load', job: `job_${connection}`, connection, kinds: ['customer'] } as const;
    await this.#ask({ verb: 'job', change, by: 'admin' });
  }

  /** An admin accepts what the first load proposed, once the one old client is among it. */
  #planMatching(): void {
    for (const { number } of this.firm.clients.filter(({ isOld }) => isOld)) {
      for (const seat of ['psa', 'erp'] as const) {
        this.desk.plan(this.world.startMs + 60_000, `match ${seat}`, `match ${number} in ${seat}`, () =>
          this.#match(seat, number),
        );
      }
    }
  }

  #match(connection: Seat, number: string): boolean {
    if (this.#isKnown(connection, 'client', number)) return true;
    const id = this.desk.row(connection, 'client', number)?.id;
    const question = { about: 'matches', connection, kind: 'customer', limit: 100 } as const;
    const proposed = this.host.enter((lane) => ask(lane, question, {})) as readonly Proposed[] | null;
    if (proposed?.find((match) => match.recordId === id)?.candidates.length !== 1) return false;
    void this.#ask({ verb: 'accept-matches', connection, kind: 'customer', cutoverOn: null, by: 'admin' });
    return false;
  }

  async #ask(request: Change): Promise<void> {
    const result = await this.host.ask(request);
    if (result?.ok === false) throw new Error(`${request.verb}: ${result.message}`);
  }

  /** The working hours with all their troubles. */
  async work(): Promise<void> {
    const { world, host, networks } = this;
    this.days.plan();
    this.#planMatching();
    for (const deal of this.firm.deals) {
      if (deal.refused !== 'no') networks.erp.refusedTexts.add(refusedTextOf(deal.mark));
      if (deal.refused === 'lifted')
        world.at(world.startMs + ruleLiftedMs, () => networks.erp.refusedTexts.delete(refusedTextOf(deal.mark)));
    }
    const { misbehaviours } = this.#options.plant ?? healthy;
    const faults = { world, host, networks, misbehaviours, log: this.#log };
    if (this.#options.hasFaults !== false) planFaults(faults);
    if (this.#options.hasCrashes) planCrashes(faults);
    await world.run(world.startMs + Math.max(faultsMs, workMs));
  }

  /** Runs until nothing has been due for a while. Returns what is still open when that takes too long; null at rest. */
  async rest(): Promise<readonly string[] | null> {
    const { world, networks } = this;
    const fromMs = Math.max(
      world.ms,
      ...seats.map((seat) => networks[seat].downUntilMs),
      this.host.calls.d1DownUntilMs,
    );
    await world.run(fromMs);
    for (let quietMs = 0; world.ms < fromMs + restWithinMs; quietMs += lookEveryMs) {
      if (this.due().length > 0) quietMs = 0;
      if (quietMs >= quietEnoughMs) return null;
      await world.run(world.ms + lookEveryMs);
    }
    return this.due();
  }

  #saved(saved: Saved): void {
    this.chronicle.saved(saved);
    this.diary.beside(saved);
  }

  /** What is still to be done, by whomever. */
  due(): string[] {
    const { sql } = this.host.storage;
    const count = (what: string, query: string) => {
      const rows = sql.exec(query).toArray() as { n: number }[];
      return (rows[0]?.n ?? 0) > 0 ? [`${rows[0]?.n} ${what}`] : [];
    };
    const watermark = "(SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM lane_state WHERE name = 'watermark')";
    return [
      ...count('deliveries undecided', `SELECT count(*) AS n FROM deliveries WHERE seq > ${watermark}`),
      ...count('commands under way', "SELECT count(*) AS n FROM commands WHERE state <> 'held'"),
      ...count('calls open', 'SELECT count(*) AS n FROM attempts'),
      ...count('records to read again', 'SELECT count(*) AS n FROM rechecks'),
      ...count('deletions to be proved again', "SELECT count(*) AS n FROM deletions WHERE state = 'proved'"),
      ...count('pages to show', 'SELECT count(*) AS n FROM status_due'),
      ...count('rows to flush', 'SELECT count(*) AS n FROM flush_log'),
      ...count('long jobs', "SELECT count(*) AS n FROM jobs WHERE state IN ('running', 'failed')"),
      ...count('replans', "SELECT count(*) AS n FROM lane_state WHERE name LIKE 'replan %'"),
      ...[...this.#waitingNotices]
        .filter(([, waiting]) => waiting > 0)
        .map(([seat, waiting]) => `${waiting} notices of ${seat}`),
      ...(this.#overflow.length > 0 ? [`${this.#overflow.length} deliveries in the overflow`] : []),
      ...untold(this.host),
      ...(this.stewards.isDone ? [] : ['answers to holds']),
      ...(this.host.isIdle ? [] : ['loops running']),
    ];
  }

  #isKnown(seat: Seat, type: string, identity: string): boolean {
    const id = this.desk.row(seat, type, identity)?.id ?? null;
    const query = 'SELECT 1 FROM links WHERE connection = ? AND record_type = ? AND record_id = ?';
    return this.host.storage.sql.exec(query, seat, type, id).toArray().length > 0;
  }

  #deliverLater(seat: Seat): void {
    this.world.after(deliverEveryMs, () => {
      void this.standIns[seat].deliver().then((waiting) => this.#waitingNotices.set(seat, waiting));
      this.#drainOverflow();
      this.#deliverLater(seat);
    });
  }

  async #receive(seat: Seat, request: Request): Promise<Response> {
    const dice = this.#noticeDice;
    await this.world.sleep(dice.between(1, 300));
    const { account, environment } = this.standIns[seat].connection;
    const delivery = {
      url: new URL(request.url),
      headers: request.headers,
      body: new Uint8Array(await request.arrayBuffer()),
    };
    const result = await intake({
      connector: this.connectors[seat],
      connection: seat,
      delivery,
      expected: { installation, account, environment, keys: ['key'], nowMs: this.world.ms },
      inbox: {
        lane: async (entry) => this.#accept(entry),
        overflow: async (entry) => {
          this.#overflow.push(entry);
          this.acknowledged.push(entry);
        },
      },
    });
    // The sender hears nothing of it and comes again.
    if (this.#options.hasFaults !== false && this.world.ms < this.world.startMs + faultsMs && dice.hits(0.1))
      throw new TypeError('network connection lost');
    return new Response(result.reply.body, { status: result.reply.status });
  }

  #accept(entry: InboxEntry): 'recorded' | 'known' {
    // A stub is dead after an exception: one retry with a new one, as the hook does.
    for (let tries = 0; ; tries++) {
      try {
        const taken = this.host.lane.accept(entry.connection, entry.delivery, entry.notices, entry.rings);
        this.acknowledged.push(entry);
        return taken;
      } catch (error) {
        if (!(error instanceof Crashed) || tries > 0) throw error;
      }
    }
  }

  #drainOverflow(): void {
    while (this.#overflow.length > 0) {
      try {
        this.#accept(this.#overflow[0] as InboxEntry);
      } catch {
        return;
      }
      this.#overflow.shift();
    }
  }
}
