// When what waits will have gone out: the work in hand, how fast it has become less, and what holds a system up.
// Samples are kept in memory: after a restart a forecast is there again within a minute.
import type { LaneCore } from './core.ts';
import { waitingCount } from './inbox.ts';

/** Looked back on for as long: rates change with the hour. */
const windowMs = 600_000;
const sampleEveryMs = 5_000;
/** A system that was left alone for longer, with nothing done, was away. */
const outageMs = 60_000;
/** What was watched for less says nothing yet. */
const watchedMsMin = 20_000;

interface Work {
  /** Commands on their way: due, waiting for a reference, or looked for. */
  readonly commands: number;
  /** Commands that took effect since the object started. */
  readonly done: number;
  readonly isResting: boolean;
}

interface Sample {
  readonly atMs: number;
  /** Deliveries not decided yet, and how many have come and been decided since the object started. */
  readonly waiting: number;
  readonly decided: number;
  readonly work: ReadonlyMap<string, Work>;
}

/** Counts what goes out, and samples what is in hand. */
export class Pace {
  readonly samples: Sample[] = [];
  readonly #done = new Map<string, number>();

  /** Called at the end of each lane transaction. */
  note(written: readonly { readonly connection: string }[]): void {
    for (const { connection } of written) this.#done.set(connection, (this.#done.get(connection) ?? 0) + 1);
  }

  sample(core: LaneCore): void {
    const nowMs = core.ports.nowMs();
    if (nowMs - (this.samples.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) < sampleEveryMs) return;
    const rows = core.store.sql
      .exec("SELECT connection, count(*) AS n FROM commands WHERE state IN ('due','waiting','uncertain') GROUP BY 1")
      .toArray() as { connection: string; n: number }[];
    const commands = new Map(rows.map(({ connection, n }) => [connection, n]));
    const work = [...core.wiring.connections.keys()].map((id): [string, Work] => [
      id,
      { commands: commands.get(id) ?? 0, done: this.#done.get(id) ?? 0, isResting: core.callable(id) === null },
    ]);
    const decided = Number(core.store.value('watermark') ?? '0');
    this.samples.push({ atMs: nowMs, waiting: waitingCount(core), decided, work: new Map(work) });
    while ((this.samples[0]?.atMs ?? nowMs) < nowMs - windowMs) this.samples.shift();
  }
}

export type ForecastState = 'clear' | 'clearing' | 'growing' | 'stopped' | 'not-known';

export interface Clearing {
  /** Deliveries that were not looked at yet, or commands on their way. */
  readonly waiting: number;
  readonly state: ForecastState;
  /** When nothing waits any more; null unless `clear` or `clearing`. */
  readonly clearsAtMs: number | null;
  readonly arrivesPerMinute: number | null;
  readonly donePerMinute: number | null;
}

export interface Forecast {
  readonly atMs: number;
  readonly state: ForecastState;
  readonly clearsAtMs: number | null;
  readonly inbox: Clearing;
  readonly systems: readonly (Clearing & {
    readonly connection: string;
    readonly system: string;
    /** Until when it is left alone: it asked for a pause, or did not answer. */
    readonly restsUntilMs: number | null;
  })[];
}

export function forecastOf(core: LaneCore): Forecast {
  core.pace.sample(core);
  const { samples } = core.pace;
  const atMs = core.ports.nowMs();
  const inbox = clearing(
    samples.map(({ atMs, waiting, decided }) => ({ atMs, left: waiting, done: decided, isResting: false })),
  );
  const systems = [...core.wiring.connections.values()].map(({ id, connector, state }) => {
    const restsUntilMs = core.pausedUntilMs(id) > atMs ? core.pausedUntilMs(id) : null;
    const own = clearing(pointsOf(samples, id), Math.max(0, (restsUntilMs ?? 0) - atMs));
    const waiting = samples.at(-1)?.work.get(id)?.commands ?? 0;
    const isStopped = state !== 'active' && waiting > 0;
    const said = isStopped ? ({ ...own, state: 'stopped', clearsAtMs: null } as const) : own;
    return { ...said, waiting, connection: id, system: connector.name, restsUntilMs };
  });
  return { atMs, ...together([inbox, ...systems]), inbox, systems };
}

/** The worst is what counts, and the last to be clear. */
const worstFirst: readonly ForecastState[] = ['stopped', 'growing', 'not-known', 'clearing', 'clear'];

function together(parts: readonly Clearing[]): Pick<Forecast, 'state' | 'clearsAtMs'> {
  const state = worstFirst.find((one) => parts.some((part) => part.state === one)) ?? 'clear';
  const isKnown = state === 'clear' || state === 'clearing';
  return { state, clearsAtMs: isKnown ? Math.max(...parts.map(({ clearsAtMs }) => clearsAtMs ?? 0)) : null };
}

interface Point {
  readonly atMs: number;
  /** Work left, counted in what is done one by one. */
  readonly left: number;
  readonly done: number;
  readonly isResting: boolean;
}

/**
 * Deliveries that wait will become commands, as many for each as lately. A backlog that is still being looked at is
 * therefore part of what its targets have before them.
 */
function pointsOf(samples: readonly Sample[], connection: string): Point[] {
  const of = (sample: Sample) => sample.work.get(connection) ?? { commands: 0, done: 0, isResting: false };
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return [];
  const decided = last.decided - first.decided;
  const made = of(last).commands + of(last).done - of(first).commands - of(first).done;
  const perDelivery = decided > 0 ? Math.max(0, made / decided) : 0;
  return samples.map((sample) => {
    const { commands, done, isResting } = of(sample);
    return { atMs: sample.atMs, left: commands + sample.waiting * perDelivery, done, isResting };
  });
}

const notKnown = { state: 'not-known', clearsAtMs: null, arrivesPerMinute: null, donePerMinute: null } as const;

/** From when there was most to do until now; an outage is left out, and what is left of it is added. */
function clearing(points: readonly Point[], restMs = 0): Clearing {
  const now = points.at(-1);
  if (!now) return { ...notKnown, waiting: 0 };
  const waiting = Math.ceil(now.left);
  if (waiting === 0) return { ...notKnown, waiting, state: 'clear', clearsAtMs: now.atMs };
  const most = Math.max(...points.map(({ left }) => left));
  const falling = paceOf(points.slice(points.findLastIndex(({ left }) => left === most)));
  if (falling && falling.lessPerMs > 0) {
    const { arrivesPerMinute, donePerMinute, last } = falling;
    const fromMs = restMs > outageMs ? now.atMs + restMs : last.atMs;
    const clearsAtMs = Math.max(now.atMs, Math.round(fromMs + last.left / falling.lessPerMs));
    return { waiting, arrivesPerMinute, donePerMinute, state: 'clearing', clearsAtMs };
  }
  const pace = paceOf(points);
  if (!pace || pace.lessPerMs >= 0) return { ...notKnown, waiting };
  const { arrivesPerMinute, donePerMinute } = pace;
  return { waiting, arrivesPerMinute, donePerMinute, state: 'growing', clearsAtMs: null };
}

/**
 * Null where too little was seen to say anything. Work goes out a call at a time: from right after one to right after
 * another is the true pace, whatever the size of calls.
 */
function paceOf(points: readonly Point[]) {
  const after = points.filter(({ done }, index) => done > (points[index - 1]?.done ?? done));
  const [first, last] = after.length > 1 ? [after[0], after.at(-1)] : [points[0], points.at(-1)];
  if (!first || !last) return null;
  const workedMs = workedMsOf(points.filter(({ atMs }) => atMs >= first.atMs && atMs <= last.atMs));
  if (workedMs < watchedMsMin) return null;
  const less = first.left - last.left;
  const done = last.done - first.done;
  const perMinute = (n: number) => Math.round((Math.max(0, n) * 60_000) / workedMs);
  return { last, lessPerMs: less / workedMs, donePerMinute: perMinute(done), arrivesPerMinute: perMinute(done - less) };
}

/** Short rests come again and are part of the pace; an outage is not. */
function workedMsOf(points: readonly Point[]): number {
  let worked = 0;
  let still = 0;
  points.forEach((point, index) => {
    const before = points[index - 1];
    if (!before) return;
    const tookMs = point.atMs - before.atMs;
    if (point.done === before.done && point.isResting) still += tookMs;
    else {
      worked += tookMs + (still > outageMs ? 0 : still);
      still = 0;
    }
  });
  return worked;
}
