// Plays the month's script: each step at the desk it belongs to, waiting only where a person would have to.
import type { StandIn } from '../../edge-worker/connectors/stand-in.ts';
import type { Installation, OpenException } from '../support/operator.ts';
import { until } from '../support/people.ts';
import type { Books } from './books.ts';
import type { Desk } from './desk.ts';
import { postedOn } from './hours.ts';
import type { Day, Month, Step } from './month.ts';
import { keyOfEntry, keyOfSource, timeInLedger, workInLedger } from './work.ts';

export interface Lag {
  /** Half of the approved time was in the ledger this soon. */
  readonly medianMs: number;
  /** How long the oldest approved entry has been waiting by now; 0 = none waits. */
  readonly oldestMs: number;
}

export interface PlayOptions {
  readonly month: Month;
  readonly desk: Desk;
  readonly installation: Installation;
  /** Least time a working day takes. */
  readonly dayMs: number;
  readonly onDay: (day: Day) => void;
  readonly onDayOver: (day: Day) => Promise<void>;
}

const stepWithinMs = 90_000;

export class Play {
  readonly #options: PlayOptions;
  readonly #approvedMs = new Map<string, number>();
  readonly #lagsMs: number[] = [];

  constructor(options: PlayOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { month, installation, dayMs, onDay, onDayOver } = this.#options;
    for (const day of month.days) {
      const startedMs = Date.now();
      onDay(day);
      for (const step of day.steps) {
        await this.#wait(step);
        await this.#do(step, day);
      }
      // The PSA pushes nothing. What the others failed to tell is found by the round at the end of the week.
      const asked = [installation.ask('psa', ['events'])];
      const isWeekEnd = new Date(`${day.date}T00:00:00Z`).getUTCDay() === 5;
      if (isWeekEnd) asked.push(installation.ask('erp'), installation.ask('crm'));
      await Promise.all(asked);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, startedMs + dayMs - Date.now())));
      await onDayOver(day);
    }
  }

  lag(): Lag {
    this.#measure();
    const sorted = [...this.#lagsMs].sort((a, b) => a - b);
    const nowMs = Date.now();
    const waiting = [...this.#approvedMs.values()].map((atMs) => nowMs - atMs);
    return { medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0, oldestMs: Math.max(0, ...waiting) };
  }

  /** Looks which of the approved entries have arrived in the ledger since last time. */
  #measure(): void {
    if (this.#approvedMs.size === 0) return;
    const nowMs = Date.now();
    const there = new Set(this.#inLedger());
    for (const [key, atMs] of this.#approvedMs) {
      if (!there.has(keyOfEntry(this.#options.month, this.#options.desk.entry(key)))) continue;
      this.#approvedMs.delete(key);
      this.#lagsMs.push(nowMs - atMs);
    }
  }

  #inLedger(): string[] {
    return workInLedger(this.#options.month, this.#ledger());
  }

  #ledger(): Books['erp'] {
    const { erp } = this.#options.desk.systems;
    const kept = ['timebill', 'expensereport', 'projecttask', 'job', 'employee'];
    return Object.fromEntries(kept.map((type) => [type, erp.rows(type)]));
  }

  /** What must be there before a person can do the step. */
  async #wait(step: Step): Promise<void> {
    const { desk } = this.#options;
    const there = (what: string, look: () => unknown) => until(what, look, stepWithinMs);
    for (const deal of dealsWorkedOn(this.#options.month, step))
      await there(`the PSA project of ${deal}`, () => desk.workspace(deal));
    // The customer complains about an invoice, so it has gone out and is known everywhere.
    if (step.does === 'void') await there(`${step.invoice} in CRM and PSA`, () => desk.isMirrored(step.invoice));
    if (step.does === 'merge') {
      for (const key of [step.winner, step.loser])
        for (const system of ['psa', 'erp'] as const)
          await there(`customer ${key} in the ${system}`, () => desk.recordOf(system, 'customer', key));
    }
    if (step.does === 'pay') await there(`${step.invoice} in the ledger`, () => desk.ledgerInvoice(step.invoice));
    if (step.does === 'switch-biller')
      await there(`the order of ${step.deal}`, () => desk.recordOf('erp', 'contract', step.deal));
    if (step.does === 'edit')
      await there(`${step.subject} ${step.key} in the ${step.system}`, () =>
        desk.recordOf(step.system, step.subject, step.key),
      );
  }

  async #do(step: Step, day: Day): Promise<void> {
    const { desk } = this.#options;
    if (step.does === 'await-work') return this.#awaitWork(step.sources);
    if (step.does === 'await-taken-back') return this.#awaitTakenBack(step.entries);
    if (step.does === 'answer') return this.#answer(step);
    desk.do(step, day.date);
    if (step.does === 'approve') for (const key of step.entries) this.#clock(key, day.day);
  }

  #clock(key: string, day: number): void {
    if (postedOn(this.#options.desk.entry(key)) === day) this.#approvedMs.set(key, Date.now());
  }

  /** Deletions and revoked approvals have reached the ledger, so that no invoice bills them any more. */
  async #awaitTakenBack(keys: readonly string[]): Promise<void> {
    const { month, installation } = this.#options;
    if (keys.length === 0) return;
    await installation.ask('psa', ['events']);
    const isGone = (key: string) =>
      timeInLedger(month, this.#ledger()).some((time) => time.isTakenBack && time.key === keyOfSource(month, key));
    await until(`${keys.join(', ')} to be taken back in the ledger`, () => keys.every(isGone), stepWithinMs);
  }

  async #awaitWork(keys: readonly string[]): Promise<void> {
    const { month } = this.#options;
    const wanted = keys.map((key) => keyOfSource(month, key));
    await until(
      `${keys.length} hours, expenses and milestones in the ledger`,
      () => {
        const left = this.#inLedger();
        return wanted.every((key) => {
          const at = left.indexOf(key);
          if (at >= 0) left.splice(at, 1);
          return at >= 0;
        });
      },
      stepWithinMs,
    );
  }

  /** Twins are one question: whichever of them is held is answered. */
  async #answer({ control, entries, holds, answer, reason, by }: Extract<Step, { does: 'answer' }>): Promise<void> {
    const { installation } = this.#options;
    const wanted = holds ?? (control === 'duplicate-time' ? 1 : (entries?.length ?? 1));
    const untilMs = Date.now() + stepWithinMs;
    for (let left = wanted; left > 0; ) {
      for (const exception of await this.#holdsOf(control, entries, left)) {
        const isAnswered = await installation.answer(exception.id, answer, reason, by).then(
          () => true,
          // The list hears a moment later of what was closed or took its place: it is looked at again.
          (error: unknown) => {
            if (Date.now() > untilMs || !String(error).includes('hold-not-open')) throw error;
            return false;
          },
        );
        if (isAnswered) left--;
      }
    }
  }

  async #holdsOf(
    control: string,
    entries: readonly string[] | null,
    wanted: number,
  ): Promise<readonly OpenException[]> {
    const { installation, desk } = this.#options;
    const untilMs = Date.now() + stepWithinMs;
    for (;;) {
      const entities = new Set<string>();
      for (const key of entries ?? []) {
        const shown = await installation.status('psa', 'time_entries', desk.timeEntry(key));
        for (const one of shown.entities) entities.add(one.entity);
      }
      const open = await installation.exceptions();
      const held = open.filter((one) => one.control === control && (entries === null || entities.has(one.entity)));
      if (held.length >= wanted) return held;
      if (Date.now() > untilMs) {
        const on = entries?.join(', ') ?? 'anything';
        throw new Error(`waited in vain for ${wanted} holds by ${control} on ${on}: ${held.length} found`);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** Deals whose PSA project a person opens for the step. */
function dealsWorkedOn({ entries, expenses, milestones }: Month, step: Step): ReadonlySet<string> {
  const of = (list: readonly { key: string; deal: string }[], keys: readonly string[]) =>
    new Set(list.filter(({ key }) => keys.includes(key)).map(({ deal }) => deal));
  if (step.does === 'log') return of(entries, step.entries);
  if (step.does === 'spend') return of(expenses, step.expenses);
  return step.does === 'plan' ? of(milestones, [step.milestone]) : new Set();
}

/** What the hub asked of each system, by what it was answered. */
export function callsOf(
  systems: Readonly<Record<string, StandIn>>,
): Readonly<Record<string, { calls: number; refused: number }>> {
  return Object.fromEntries(
    Object.entries(systems).map(([name, standIn]) => {
      const counts = standIn.calls();
      const calls = counts.reduce((sum, one) => sum + one.count, 0);
      const refused = counts.reduce((sum, one) => sum + (one.status >= 400 || one.status === 0 ? one.count : 0), 0);
      return [name, { calls, refused }];
    }),
  );
}
