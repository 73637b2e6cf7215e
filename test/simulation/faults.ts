// The bad days of one seed: which misbehaviours, where, when and how long. All of them are over before the oracle
// looks.
import type { FaultSwitch } from '../../edge-worker/connectors/stand-in.ts';
import { type Drift, Drifted, drawDrift, renaming } from './drift.ts';
import type { LaneHost } from './lane-host.ts';
import { calm, type Network, type Weather } from './network.ts';
import { type Seat, seats } from './systems.ts';
import type { Dice, World } from './world.ts';

const minuteMs = 60_000;
/** After this everything behaves, but for a system that is down for a day. */
export const faultsMs = 58 * minuteMs;

export interface FaultOptions {
  readonly world: World;
  readonly host: LaneHost;
  readonly networks: Readonly<Record<Seat, Network>>;
  /** The only misbehaviours of the systems, or undefined for all of them. */
  readonly misbehaviours?: readonly FaultSwitch['how'][] | undefined;
  readonly log: (event: string, fields: Readonly<Record<string, string | number>>) => void;
}

const writes = '/(batch|statuses)$';

/** Misbehaviours of a system for a request or two. Times stay within what the system's facts promise. */
const tricks: readonly ((dice: Dice) => FaultSwitch)[] = [
  (dice) => ({ how: 'commit-then-cut', route: 'batch', times: dice.between(1, 3) }),
  (dice) => ({ how: 'late-commit', route: 'batch', times: dice.between(1, 3), delayMs: dice.between(1_000, 6_000) }),
  (dice) => ({ how: 'late-commit', route: 'batch', times: dice.between(1, 3), delayMs: dice.between(3_000, 6_000) }),
  (dice) => ({ how: 'late-search', route: 'batch', times: dice.between(1, 4), delayMs: dice.between(1_000, 5_000) }),
  (dice) => ({ how: 'cut-before', times: dice.between(1, 3) }),
  (dice) => ({ how: 'throttle', times: dice.between(1, 4) }),
  (dice) => ({ how: 'break', times: dice.between(1, 5) }),
  (dice) => ({ how: 'html', times: dice.between(1, 3) }),
  () => ({ how: 'expire-token', times: 1 }),
  (dice) => ({ how: 'reject', route: writes, times: dice.between(1, 2) }),
  (dice) => ({ how: 'lock', route: writes, times: dice.between(1, 3) }),
  (dice) => ({ how: 'slow', times: dice.between(1, 4), delayMs: dice.between(500, 7_000) }),
  (dice) => ({ how: 'duplicate-notices', times: dice.between(1, 6) }),
  (dice) => ({ how: 'shuffle-notices', times: dice.between(1, 6) }),
  (dice) => ({ how: 'lose-notices', times: dice.between(1, 6) }),
];

export function planFaults({ world, host, networks, misbehaviours, log }: FaultOptions): void {
  const dice = world.dice('faults');
  const played = tricks.filter((trick) => misbehaviours?.includes(trick(dice).how) ?? true);
  const at = (minutes: number, title: string, run: () => void) =>
    world.at(world.startMs + minutes * minuteMs, () => {
      log('fault', { title });
      run();
    });
  for (const seat of seats) {
    const { standIn } = networks[seat];
    for (let count = dice.between(3, 14); count > 0; count--) {
      const fault = dice.pick(played)(dice);
      at(dice.between(2, 55), `${seat} ${fault.how}`, () => standIn.arm(fault));
    }
    if (dice.hits(0.4)) planWeather(dice, networks[seat], at);
    if (dice.hits(0.3)) planRevocation(dice, networks[seat], at);
    if (dice.hits(0.3)) planOutage(dice, world, networks[seat], at);
  }
  const drift = misbehaviours ? null : drawDrift(world.dice('drift'));
  if (drift)
    at(drift.minutes, `${drift.seat} changes the fields of ${drift.type}`, () => {
      networks[drift.seat].drifted = new Drifted(drift);
      rename(drift, networks);
    });
  if (dice.hits(0.5)) planRecord(dice, world, host, at);
  if (dice.hits(0.3)) planPoison(dice, host, at);
  world.at(world.startMs + faultsMs, () => {
    for (const seat of seats) {
      networks[seat].standIn.disarm();
      networks[seat].weather = calm;
    }
    // What has another name by now keeps it.
    if (drift) rename(drift, networks);
    host.calls.isD1Slow = false;
  });
}

function rename(drift: Drift, networks: FaultOptions['networks']): void {
  const detail = renaming(drift);
  if (detail) networks[drift.seat].standIn.arm({ how: 'schema-change', times: null, detail });
}

/** The object is struck dead again and again, in spells, so that work is done between them. */
export function planCrashes({ world, host, log }: FaultOptions): void {
  const dice = world.dice('crash spells');
  for (let count = dice.between(3, 8); count > 0; count--) {
    const rate = dice.pick([0.003, 0.01, 0.03, 0.1]);
    const fromMs = world.startMs + dice.between(0, 55 * minuteMs);
    world.at(fromMs, () => {
      log('fault', { title: `crashes, ${rate} per await` });
      host.crashRate = rate;
    });
    world.at(fromMs + dice.between(20_000, 6 * minuteMs), () => {
      host.crashRate = 0;
    });
  }
  world.at(world.startMs + faultsMs, () => {
    host.crashRate = 0;
  });
}

type At = (minutes: number, title: string, run: () => void) => void;

function planWeather(dice: Dice, network: Network, at: At): void {
  const from = dice.between(2, 40);
  const weather: Weather = {
    lose: dice.pick([0, 0.05, 0.2]),
    cut: dice.pick([0, 0.05, 0.2]),
    slow: dice.pick([0, 0.1, 0.4]),
  };
  at(from, `${network.seat} rough`, () => {
    network.weather = weather;
  });
  at(from + dice.between(3, 15), `${network.seat} calm`, () => {
    network.weather = calm;
  });
}

function planRevocation(dice: Dice, { seat, standIn }: Network, at: At): void {
  const from = dice.between(5, 45);
  at(from, `${seat} revoked`, () => standIn.arm({ how: 'revoke', times: null }));
  at(from + dice.between(1, 6), `${seat} granted`, () => standIn.disarm('revoke'));
}

function planOutage(dice: Dice, world: World, network: Network, at: At): void {
  const minutes = dice.hits(0.03) ? 24 * 60 : dice.between(2, 15);
  at(dice.between(5, 40), `${network.seat} down for ${minutes} min`, () => {
    network.downUntilMs = world.ms + minutes * minuteMs;
  });
}

function planRecord(dice: Dice, world: World, host: LaneHost, at: At): void {
  at(dice.between(2, 30), 'record slow', () => {
    host.calls.isD1Slow = true;
  });
  for (let count = dice.between(1, 3); count > 0; count--) {
    at(dice.between(3, 45), 'record down', () => {
      host.calls.d1DownUntilMs = world.ms + dice.between(1, 10) * minuteMs;
    });
  }
  at(dice.between(31, 50), 'record quick', () => {
    host.calls.isD1Slow = false;
  });
}

/** A row that D1 will not take, of a table that may go on without it, or of one that may not. */
function planPoison(dice: Dice, host: LaneHost, at: At): void {
  const { db } = host.d1.sqlite;
  const [table, column] = dice.pick([
    ['entity_versions', 'canonical'],
    ['links', 'record_type'],
  ] as const);
  const word = table === 'links' ? 'agreement' : 'renamed';
  at(dice.between(2, 20), `poison in ${table}`, () =>
    db.exec(
      `CREATE TRIGGER poison BEFORE INSERT ON ${table} WHEN NEW.${column} LIKE '%${word}%'
       BEGIN SELECT RAISE(ABORT, 'poison'); END`,
    ),
  );
  at(dice.between(25, 50), 'poison gone', () => db.exec('DROP TRIGGER poison'));
}
