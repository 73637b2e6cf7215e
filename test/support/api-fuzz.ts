// What clumsy and hostile callers may send to /v1: thousands of made-up requests, the same for the same seed.
import type { Route } from '../../edge-worker/api/route.ts';

export interface Asked {
  readonly operation: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
}

export interface Target {
  readonly url: string;
  readonly installation: string;
  readonly foreign: string;
  readonly routes: readonly Route[];
  readonly tokens: readonly string[];
  /** Values that mean something here: ids of connections, kinds, records. */
  readonly words: readonly string[];
}

const odd = [
  '',
  ' ',
  '..',
  '%00',
  "' OR 1=1 --",
  '{{7*7}}',
  '\u202e',
  'Ω≈ç√',
  '😀'.repeat(40),
  'x'.repeat(3_000),
  '__proto__',
  'constructor',
  'null',
  '-1',
  '1e999',
  '9007199254740993',
  '2026-02-30',
  '0001-01-01T00:00:00Z',
  '%E0%A4%A',
];
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const types = [
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=latin1',
];

export class ApiFuzz {
  readonly #target: Target;
  readonly #chance: () => number;

  constructor(target: Target, chance: () => number) {
    this.#target = target;
    this.#chance = chance;
  }

  next(): Asked {
    const route = this.#pick(this.#target.routes);
    const method = this.#isNow(0.05) ? this.#pick(methods) : route.method.toUpperCase();
    const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => this.#segment(name));
    const query = this.#isNow(0.5) ? `?${this.#queryOf(route)}` : '';
    const body = method === 'GET' || method === 'OPTIONS' ? null : this.#body(route);
    return {
      operation: route.operation,
      url: `${this.#target.url}/v1${path}${query}`,
      method,
      headers: this.#headers(),
      body,
    };
  }

  #segment(name: string): string {
    const { installation, foreign, words } = this.#target;
    if (name === 'installation') return this.#isNow(0.9) ? installation : this.#pick([foreign, 'ins_none', 'x']);
    const value = this.#isNow(0.5) ? this.#pick(words) : this.#pick(odd);
    // An empty segment or dots would be another address.
    return encodeURIComponent(value).replace(/^\.+$/, 'dots') || 'empty';
  }

  #queryOf(route: Route): string {
    const known = Object.keys(route.query.shape);
    const names = [...known, 'after', 'limit', 'x[]', '__proto__'];
    const count = Math.floor(this.#chance() * 4);
    return Array.from({ length: count }, () => {
      const value = this.#isNow(0.5) ? this.#pick(this.#target.words) : this.#pick(odd);
      return `${encodeURIComponent(this.#pick(names))}=${encodeURIComponent(value.replace(/[\ud800-\udfff]/g, ''))}`;
    }).join('&');
  }

  #headers(): Record<string, string> {
    const token = this.#isNow(0.9)
      ? this.#pick(this.#target.tokens)
      : this.#pick(['', 'x', 'tieout_key_e30.e30', 'a'.repeat(5_000)]);
    return {
      ...(token !== '' && { authorization: `Bearer ${token}` }),
      'content-type': this.#isNow(0.9) ? 'application/json' : this.#pick(types),
      ...(this.#isNow(0.2) && {
        'idempotency-key': this.#pick(['same', 'x'.repeat(300), 'ü', 'k 1']).replace(/[^ -~]/g, '?'),
      }),
      ...(this.#isNow(0.1) && { 'if-none-match': this.#pick(['*', '""', 'W/"x", "y"']) }),
    };
  }

  #body(route: Route): string {
    const roll = this.#chance();
    if (roll < 0.05) return '';
    if (roll < 0.1) return this.#pick(['{', '[1,', 'true', '"x"', '12', 'nul', '{"a":1}{', '\ufeff{}']);
    if (roll < 0.13) return '['.repeat(1 + Math.floor(this.#chance() * 20_000));
    if (roll < 0.14) return JSON.stringify({ name: 'y'.repeat(1_100_000) });
    return JSON.stringify(this.#filled(route));
  }

  /** The fields that the route knows, some right, some wrong, some left out, and some that it does not know. */
  #filled(route: Route): Record<string, unknown> {
    const shape = (route.body as { shape?: Record<string, unknown> } | null)?.shape ?? {};
    const names = [
      ...Object.keys(shape).filter(() => this.#isNow(0.8)),
      ...(this.#isNow(0.2) ? ['__proto__', 'extra'] : []),
    ];
    return Object.fromEntries(names.map((name) => [name, this.#value(0)]));
  }

  #value(depth: number): unknown {
    const roll = this.#chance();
    if (roll < 0.35) return this.#pick(this.#target.words);
    if (roll < 0.5) return this.#pick(odd);
    if (roll < 0.6) return this.#pick([null, true, false, 0, -1, 1.5, 1e21, 9_007_199_254_740_991]);
    if (depth > 4) return '';
    const count = Math.floor(this.#chance() * 3);
    if (roll < 0.8) return Array.from({ length: count }, () => this.#value(depth + 1));
    return Object.fromEntries(
      Array.from({ length: count }, () => [this.#pick(this.#target.words), this.#value(depth + 1)]),
    );
  }

  #isNow(share: number): boolean {
    return this.#chance() < share;
  }

  #pick<One>(from: readonly One[]): One {
    return from[Math.floor(this.#chance() * from.length)] as One;
  }
}
