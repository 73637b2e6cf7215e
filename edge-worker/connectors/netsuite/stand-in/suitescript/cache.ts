// N/cache behind the scenes: values that end by the account's clock.

export class Cache {
  readonly #kept = new Map<string, { readonly value: string; readonly untilMs: number }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get(key: string): string | null {
    const found = this.#kept.get(key);
    return found && found.untilMs > this.#nowMs() ? found.value : null;
  }

  put(key: string, value: string, lifeMs: number): void {
    this.#kept.set(key, { value, untilMs: this.#nowMs() + lifeMs });
  }

  remove(key: string): void {
    this.#kept.delete(key);
  }
}
