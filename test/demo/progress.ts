// Live progress: one block that is drawn anew on a terminal, plain lines elsewhere.
import type { Progress } from '../support/operator.ts';
import type { Lag } from './play.ts';

export interface Seen {
  readonly date: string;
  readonly progress: Progress;
  readonly lag: Lag;
  /** Records the month has brought into the ledger so far. */
  readonly inLedger: number;
  readonly calls: Readonly<Record<string, { readonly calls: number; readonly refused: number }>>;
}

export function linesOf({ date, progress, lag, inLedger, calls }: Seen): readonly string[] {
  const states = new Map<string, number>();
  for (const row of progress.commands) states.set(row.state, (states.get(row.state) ?? 0) + row.n);
  const count = (state: string) => states.get(state) ?? 0;
  const held = progress.holds.reduce((sum, row) => sum + row.n, 0);
  const asked = Object.entries(calls).map(
    ([name, { calls: all, refused }]) => `${name} ${all}${refused > 0 ? ` (${refused} failed)` : ''}`,
  );
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  return [
    `  ${date}   ${inLedger} time entries in the ledger · ${count('due') + progress.inFlight} on their way · ` +
      `${count('waiting')} waiting · ` +
      `${count('uncertain')} being looked for · ${held} held`,
    `               approved → ledger: ${seconds(lag.medianMs)} (median), oldest waits ${seconds(lag.oldestMs)} · ` +
      `calls: ${asked.join(' · ')}`,
  ];
}

/** Draws over what it drew last on a terminal; elsewhere prints how each day ended. */
export class Ticker {
  readonly #isTerminal: boolean;
  readonly #print: (text: string) => void;
  #drawn = 0;

  constructor(isTerminal: boolean, print: (text: string) => void) {
    this.#isTerminal = isTerminal;
    this.#print = print;
  }

  /** Says something that stays, above what is drawn. */
  tell(lines: readonly string[]): void {
    const clear = this.#drawn > 0 ? `\u001B[${this.#drawn}A\u001B[J` : '';
    this.#drawn = 0;
    this.#print(`${clear}${lines.map((line) => `${line}\n`).join('')}`);
  }

  show(seen: Seen, isDayOver = false): void {
    const lines = linesOf(seen);
    if (this.#isTerminal) {
      const up = this.#drawn > 0 ? `\u001B[${this.#drawn}A` : '';
      this.#print(`${up}${lines.map((line) => `\u001B[2K${line}\n`).join('')}`);
      this.#drawn = lines.length;
    } else if (isDayOver) this.tell(lines);
  }
}
