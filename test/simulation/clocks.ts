// The clocks of the three systems: off by up to ten minutes when the hub comes or for a while, and stamps in the
// company's own time, which is told twice or not at all on the days it changes.
import type { FaultOptions } from './faults.ts';
import { type Seat, seats } from './systems.ts';
import type { World } from './world.ts';

const minuteMs = 60_000;
const offMsMax = 10 * minuteMs;
const zones = ['UTC', 'UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'] as const;

/** How a system writes the moment of a save. */
export type Stamp = (version: string) => string;

export function stampOf(world: World, seat: Seat): Stamp {
  const zone = world.dice(`zone ${seat}`).pick(zones);
  return zone === 'UTC' ? (version) => version : companyTime(zone);
}

/** Whole seconds of the company's own time, without a word of the zone. */
function companyTime(timeZone: string): Stamp {
  const formatter = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const known = new Map<string, string>();
  return (version) => {
    const told = known.get(version) ?? formatter.format(Date.parse(version));
    known.set(version, told);
    return told;
  };
}

/**
 * A clock that is off is set right again, at the latest when all behaves: what is saved then may look older than what
 * was saved before. Off by more than five minutes it also makes every notice look like one that is played back.
 */
export function planClocks({ world, networks, log }: Pick<FaultOptions, 'world' | 'networks' | 'log'>): void {
  for (const seat of seats) {
    const dice = world.dice(`clock ${seat}`);
    const { standIn } = networks[seat];
    const isOffAtFirst = dice.hits(0.25);
    const isOff = isOffAtFirst || dice.hits(0.35);
    const delayMs = Math.round((dice.chance() * 2 - 1) * (offMsMax / 1_000)) * 1_000;
    const from = dice.between(2, 40);
    const minutes = dice.between(2, 15);
    if (!isOff) continue;
    const begin = () => {
      log('fault', { title: `${seat} clock off by ${delayMs}` });
      standIn.arm({ how: 'clock-skew', times: null, delayMs });
    };
    if (isOffAtFirst) begin();
    else world.at(world.startMs + from * minuteMs, begin);
    world.at(world.startMs + (from + minutes) * minuteMs, () => {
      log('fault', { title: `${seat} clock right` });
      standIn.disarm('clock-skew');
    });
  }
}
