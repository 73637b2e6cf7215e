// The hand of somebody who follows a guide: what is pressed and typed is counted, so that a guide can be timed.
import type { Locator } from 'playwright-core';

/** A person at a page they have not seen before: to find and press something, and to fill in a field. */
const pressMs = 6_000;
const typeMs = 15_000;

export interface Chapter {
  readonly title: string;
  readonly presses: number;
  readonly fields: number;
  readonly tookMs: number;
}

export class Hand {
  readonly chapters: Chapter[] = [];
  readonly #nowMs: () => number;
  #presses = 0;
  #fields = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  async press(what: Locator): Promise<void> {
    this.#presses++;
    await what.click();
  }

  async type(where: Locator, text: string): Promise<void> {
    this.#fields++;
    await where.fill(text);
  }

  /** One chapter of the guide, from its first line to its last. */
  async follow(title: string, work: () => Promise<void>): Promise<void> {
    const startedMs = this.#nowMs();
    this.#presses = 0;
    this.#fields = 0;
    await work();
    const tookMs = this.#nowMs() - startedMs;
    this.chapters.push({ title, presses: this.#presses, fields: this.#fields, tookMs });
  }

  /** What a person takes to find and fill in everything: the same on every machine. */
  get reckonedMs(): number {
    return this.chapters.reduce((sum, { presses, fields }) => sum + presses * pressMs + fields * typeMs, 0);
  }

  get #waitedMs(): number {
    return this.chapters.reduce((sum, { tookMs }) => sum + tookMs, 0);
  }

  /** The reckoning in lines, for people. */
  get told(): string {
    const minutes = (ms: number) => `${(ms / 60_000).toFixed(1)} min`;
    const lines = this.chapters.map(({ title, presses, fields, tookMs }) => {
      const whole = minutes(presses * pressMs + fields * typeMs + tookMs);
      return `${title}: ${presses} presses, ${fields} fields, ${whole} with ${minutes(tookMs)} of waiting`;
    });
    const all = minutes(this.reckonedMs + this.#waitedMs);
    return [...lines, `from an empty account to the first synced record: ${all}`].join('\n');
  }
}
