// Events -> read -> Changes -> Verdicts -> Commands: one run takes up to a few hundred events, reads their records
// anew,
// and ends in one lane transaction.
import type { LaneTransaction } from '../store/lane-store.ts';
import { absorb } from './absorb.ts';
import type { LaneCore } from './core.ts';
import { tellDeleted, tellRestored } from './deletions.ts';
import { gather } from './gather.ts';
import { closeSeen, linksOf, tellFailed, tellHidden, tellUnreadable } from './gone.ts';
import { inParts, planIn, planSafely, problemOf } from './guard.ts';
import { keepRechecks, take } from './inbox.ts';
import { tellMerged } from './merges.ts';
import type { Observation } from './observation.ts';
import { type Found, keyOf, type Reader, type Wanted } from './read.ts';
import { showSoon } from './show-soon.ts';
import { keepTried, type Tried, tryAsked } from './trial.ts';
import { referredFirst, turnsOf } from './turns.ts';

/** Tries of a record that is asked for again because a copy lagged: never so many that it counts as hidden. */
const lagTriesMax = 5;

/** One run. Returns whether there was anything to decide. */
export async function decide(core: LaneCore, reader: Reader): Promise<boolean> {
  await gather(core);
  const { wanted, watermark } = take(core);
  const late = reader.takeLate();
  if (wanted.size === 0 && watermark === null && late.wanted.length === 0) return false;
  const { found } = late;
  await reader.read([...wanted.values()], found);
  const asked = [...late.wanted, ...wanted.values()];
  const run = new Run(core, asked, found, watermark, tryAsked(core, asked, found.seen));
  const turns = turnsOf(referredFirst(core.wiring, found.seen));
  for (const turn of turns.slice(0, -1)) {
    run.take(turn);
    // The object may stop here: what was taken is read once more, and then nothing is new about it.
    await core.ports.sleep(0);
  }
  run.takeLast(turns.at(-1) ?? []);
  return true;
}

class Run {
  readonly #core: LaneCore;
  readonly #wanted: readonly Wanted[];
  readonly #found: Found;
  readonly #watermark: number | null;
  readonly #tried: readonly Tried[];
  readonly #lagging: Observation[] = [];

  constructor(
    core: LaneCore,
    wanted: readonly Wanted[],
    found: Found,
    watermark: number | null,
    tried: readonly Tried[],
  ) {
    this.#core = core;
    this.#wanted = wanted;
    this.#found = found;
    this.#watermark = watermark;
    this.#tried = tried;
  }

  /** Takes records over. One that we stumble over becomes the operator's work, and the others go on. */
  take(seen: readonly Observation[]): void {
    const again = inParts(
      this.#core,
      seen,
      (tx, part) => this.#absorb(tx, part),
      (one, error) => this.#blame(one, error),
    );
    this.#lagging.push(...again.flat());
  }

  /** The rest, and the end of the run: one transaction where all goes well. */
  takeLast(seen: readonly Observation[]): void {
    const core = this.#core;
    try {
      core.store.transaction((tx) => this.#finish(tx, [...this.#lagging, ...this.#absorb(tx, seen)]));
    } catch (error) {
      core.ports.log('decide-failed', { records: seen.length, message: problemOf(error) });
      this.take(seen);
      planSafely(core, this.#asked(core.store));
      core.store.transaction((tx) => this.#finish(tx, this.#lagging, true));
    }
  }

  /** Takes records over and plans what came of them. Returns those to be read again. */
  #absorb(tx: LaneTransaction, seen: readonly Observation[]): readonly Observation[] {
    const core = this.#core;
    const absorbed = absorb({ tx, wiring: core.wiring, makeId: core.ports.makeId }, seen);
    const restored = tellRestored(core, tx, seen);
    planIn(core, tx, [...absorbed.entities, ...restored]);
    closeSeen(tx, seen);
    return absorbed.again;
  }

  /** What is left of the run; with it the events count as decided. */
  #finish(tx: LaneTransaction, lagging: readonly Observation[], isPlanned = false): void {
    const core = this.#core;
    const deleted = tellDeleted(core, tx, this.#found.gone);
    const merged = tellMerged(core, tx, this.#found.merged);
    tellHidden(core, tx, this.#found.hidden);
    tellUnreadable(core, tx, this.#found.unreadable);
    const asked = this.#asked(tx);
    planIn(core, tx, [...(isPlanned ? [] : asked), ...deleted, ...merged]);
    keepTried(tx, this.#tried);
    // "Sync now": whatever came of it, the page shows it again.
    showSoon(tx, core.wiring, asked, 0);
    const tries = new Map(this.#wanted.map((one) => [keyOf(one), one.tries] as const));
    const again = new Map(this.#found.again.map((one) => [keyOf(one), one] as const));
    for (const { connection, snapshot, eventMs, event } of lagging) {
      const ref = { connection, recordType: snapshot.recordType, recordId: snapshot.recordId };
      const tried = Math.min((tries.get(keyOf(ref)) ?? 0) + 1, lagTriesMax);
      again.set(keyOf(ref), { ...ref, kind: 'changed', eventMs, event, tries: tried });
    }
    keepRechecks(core, tx, this.#wanted, again);
    if (this.#watermark !== null) core.store.setValue('watermark', String(this.#watermark));
  }

  /** Taken over but not planned, if that can be; otherwise left as it is. */
  #blame(one: Observation, error: unknown): void {
    const core = this.#core;
    let entities: ReadonlySet<string>;
    try {
      entities = core.store.transaction((tx) => {
        const absorbed = absorb({ tx, wiring: core.wiring, makeId: core.ports.makeId }, [one]);
        return absorbed.entities;
      });
    } catch {
      core.store.transaction((tx) => tellFailed(core, tx, one, problemOf(error)));
      return;
    }
    planSafely(core, entities);
  }

  #asked(tx: Pick<LaneTransaction, 'sql'>): ReadonlySet<string> {
    const asked = this.#wanted.filter((one) => one.kind === 'sync-now' || one.kind === 'check');
    return new Set(linksOf(tx, asked).map((row) => row.entity));
  }
}
