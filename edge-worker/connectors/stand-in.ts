// What a stand-in of an outside system offers to tests, the simulation and the demo: the vendor's server, its bad
// days, its books.
import { Hono } from 'hono';

/** A record as the outside system keeps it. Values are whatever that vendor's API would show. */
export type Row = Readonly<Record<string, unknown>> & { readonly id: string };

/**
 * What a stand-in needs from the world around it. Clock, chance and sleep are handed in, so that a simulation can
 * replay a seed.
 */
export interface StandInOptions {
  /**
   * Where the stand-in is reached, without a trailing slash, e.g. `http://127.0.0.1:9101`. Used in Location headers
   * and instance URLs.
   */
  readonly baseUrl: string;
  readonly nowMs: () => number;
  /** A number in [0, 1). */
  readonly chance: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Sends a webhook or callback to the outside. */
  readonly send: (request: Request) => Promise<Response>;
}

/** Misbehaviours that every stand-in knows. Each answers with its vendor's own status, headers and body. */
export const misbehaviours = [
  'throttle', // the vendor's own "too many requests"
  'break', // 503 with the vendor's own body
  'html', // 502 with an HTML page where JSON or XML was expected
  'expire-token', // the token used is no longer valid
  'revoke', // credentials are refused until the switch is cleared
  'reject', // writes are refused by a business rule, naming a field
  'lock', // writes are refused because the record is locked by somebody else
  'cut-before', // the connection drops before the request takes effect
  'commit-then-cut', // the request takes effect, then the connection drops without an answer
  'late-commit', // the connection drops; the request takes effect `delayMs` later
  'late-search', // new records are not found by search for `delayMs`, though they can be read by id
  'slow', // answers after `delayMs`
  'duplicate-notices', // each webhook or feed row comes twice
  'shuffle-notices', // webhooks or feed rows come out of order
  'lose-notices', // webhooks are dropped without a trace
  'clock-skew', // the vendor's clock is off by `delayMs`
  'schema-change', // a field of the record type is renamed (`detail` = "type.old:new")
] as const;
export type Misbehaviour = (typeof misbehaviours)[number];

/** One armed switch. `times` counts down per request it affects; null = until cleared. */
export interface FaultSwitch {
  readonly how: Misbehaviour;
  /** Only requests whose "METHOD /path" matches this regular expression; absent = all. */
  readonly route?: string;
  readonly times?: number | null;
  readonly delayMs?: number;
  readonly detail?: string;
}

/**
 * The connection was dropped on purpose. The HTTP server answers by destroying the socket; in-process callers see a
 * failed fetch.
 */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut';
}

export interface CallCount {
  readonly route: string;
  readonly status: number;
  readonly count: number;
}

/**
 * The server of one outside system, kept in memory. Everything a test asks of it goes through this, never through the
 * connector.
 */
export interface StandIn {
  /** The folder it lies in. */
  readonly name: string;
  /**
   * What an installation's connection needs to reach this server. `account` and `environment` as the hub's directory
   * keys them.
   */
  readonly connection: {
    readonly account: string;
    readonly environment: 'production' | 'sandbox';
    readonly settings: Readonly<Record<string, unknown>>;
    readonly secrets: Readonly<Record<string, unknown>>;
  };
  /** The vendor's HTTP interface. May reject with `ConnectionCut`. */
  fetch(request: Request): Promise<Response>;
  /**
   * What a person does in the vendor's own pages. Fires the vendor's notices as a save there would. Returns the
   * record's id.
   */
  create(type: string, values: Readonly<Record<string, unknown>>, by?: string): string;
  update(type: string, id: string, values: Readonly<Record<string, unknown>>, by?: string): void;
  remove(type: string, id: string, by?: string): void;
  /**
   * Vendor verbs beyond save, e.g. approve a timesheet, bill a project; a promise where the verb takes its time. The
   * stand-in's FACTS.md lists them.
   */
  act(verb: string, parameters: Readonly<Record<string, unknown>>): unknown;
  /** The books, for the oracle: every record of a type that is there now. */
  rows(type: string): readonly Row[];
  types(): readonly string[];
  /**
   * Installs one of our packages in the account, as the vendor's own tools deploy it: files by their path. Absent
   * where the system runs none.
   */
  install?(files: ReadonlyMap<string, string>): void;
  /** Remembers where webhooks go and with which key they are signed. */
  subscribe(to: { readonly url: string; readonly key?: string; readonly installation?: string }): void;
  /** Sends what is due to the hub. Returns how many notices still wait for an answer. */
  deliver(): Promise<number>;
  arm(fault: FaultSwitch): void;
  /** Clears one misbehaviour, or all of them. */
  disarm(how?: Misbehaviour): void;
  calls(): readonly CallCount[];
  /** Back to an empty, healthy system with the same credentials. */
  reset(): void;
}

export type StandInFactory = (options: StandInOptions) => StandIn;

/** The switches and the call book that all stand-ins share. The vendor's own answers stay with each stand-in. */
export class Switchboard {
  readonly #armed: { fault: FaultSwitch; left: number | null }[] = [];
  readonly #calls = new Map<string, number>();
  readonly #later: { dueMs: number; run: () => void }[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  arm(fault: FaultSwitch): void {
    this.#armed.push({ fault, left: fault.times === undefined ? 1 : fault.times });
  }

  disarm(how?: Misbehaviour): void {
    for (let index = this.#armed.length - 1; index >= 0; index--) {
      if (how === undefined || this.#armed[index]!.fault.how === how) this.#armed.splice(index, 1);
    }
  }

  /** The armed switch for this request, counted down; null when none applies. */
  take(how: Misbehaviour, route = ''): FaultSwitch | null {
    for (const entry of this.#armed) {
      if (entry.fault.how !== how || (entry.fault.route && !new RegExp(entry.fault.route).test(route))) continue;
      if (entry.left !== null && --entry.left <= 0) this.#armed.splice(this.#armed.indexOf(entry), 1);
      return entry.fault;
    }
    return null;
  }

  /** Whether a switch is armed, without counting it down. */
  isArmed(how: Misbehaviour): FaultSwitch | null {
    return this.#armed.find((entry) => entry.fault.how === how)?.fault ?? null;
  }

  /**
   * Runs `run` once the clock has passed `delayMs`; the stand-in calls `settleDue` at the start of every request and
   * deliver.
   */
  later(delayMs: number, run: () => void): void {
    this.#later.push({ dueMs: this.#nowMs() + delayMs, run });
  }

  settleDue(): void {
    const due = this.#later.filter((entry) => entry.dueMs <= this.#nowMs()).sort((a, b) => a.dueMs - b.dueMs);
    for (const entry of due) this.#later.splice(this.#later.indexOf(entry), 1);
    for (const entry of due) entry.run();
  }

  count(route: string, status: number): void {
    const key = `${route} ${status}`;
    this.#calls.set(key, (this.#calls.get(key) ?? 0) + 1);
  }

  calls(): readonly CallCount[] {
    return [...this.#calls].map(([key, count]) => {
      const cut = key.lastIndexOf(' ');
      return { route: key.slice(0, cut), status: Number(key.slice(cut + 1)), count };
    });
  }

  reset(): void {
    this.#armed.length = 0;
    this.#later.length = 0;
    this.#calls.clear();
  }
}

/**
 * Wraps a stand-in with the control routes under `/__stand-in/`, so that tests in any language can drive it over
 * HTTP. `serve`: the vendor's interface together with its pages, where those are served too.
 */
export function controlled(
  standIn: StandIn,
  serve = (request: Request) => standIn.fetch(request),
): (request: Request) => Promise<Response> {
  const control = new Hono().basePath('/__stand-in');
  control.get('/connection', (c) => c.json(standIn.connection));
  control.get('/types', (c) => c.json(standIn.types()));
  control.get('/rows/:type', (c) => c.json(standIn.rows(c.req.param('type'))));
  control.post('/rows/:type', async (c) => {
    const { by, ...values } = await c.req.json<Record<string, unknown>>();
    return c.json({ id: standIn.create(c.req.param('type'), values, by as string | undefined) }, 201);
  });
  control.patch('/rows/:type/:id', async (c) => {
    const { by, ...values } = await c.req.json<Record<string, unknown>>();
    standIn.update(c.req.param('type'), c.req.param('id'), values, by as string | undefined);
    return c.body(null, 204);
  });
  control.delete('/rows/:type/:id', (c) => {
    standIn.remove(c.req.param('type'), c.req.param('id'));
    return c.body(null, 204);
  });
  control.post('/act/:verb', async (c) =>
    c.json({ result: (await standIn.act(c.req.param('verb'), await c.req.json())) ?? null }),
  );
  control.post('/subscribe', async (c) => {
    standIn.subscribe(await c.req.json());
    return c.body(null, 204);
  });
  control.post('/deliver', async (c) => c.json({ waiting: await standIn.deliver() }));
  control.post('/faults', async (c) => {
    standIn.arm(await c.req.json());
    return c.body(null, 204);
  });
  control.delete('/faults', (c) => {
    standIn.disarm(c.req.query('how') as Misbehaviour | undefined);
    return c.body(null, 204);
  });
  control.get('/calls', (c) => c.json(standIn.calls()));
  control.post('/reset', (c) => {
    standIn.reset();
    return c.body(null, 204);
  });
  control.onError((error, c) => c.json({ error: error.message }, 400));
  return async (request) =>
    new URL(request.url).pathname.startsWith('/__stand-in/') ? control.fetch(request) : serve(request);
}
