// The operator's API as a test or a person's script uses it: plain HTTP, nothing of the hub's code.

export interface Progress {
  readonly waiting: number;
  readonly rechecks: number;
  /** Records whose turn to be read it is and that have not been read yet. */
  readonly reading: number;
  readonly commands: readonly { readonly connection: string; readonly state: string; readonly n: number }[];
  readonly inFlight: number;
  readonly holds: readonly { readonly control: string; readonly owner: string; readonly n: number }[];
  readonly strays: number;
  /** Feeds that were asked and have not answered yet. */
  readonly asking: number;
  readonly loads: number;
  readonly replans: number;
  readonly statusDue: number;
  readonly flushWaiting: number;
  /** Null unless rows are being sent again after D1 was put back. */
  readonly sendingAgain: unknown;
  /** Null unless the lane was put back and takes back what it was. */
  readonly takingBack: unknown;
  readonly entities: readonly { readonly kind: string; readonly n: number }[];
  readonly connections: readonly { readonly id: string; readonly state: string; readonly pausedUntilMs: number }[];
  readonly calls: Readonly<Record<string, number>>;
  readonly callsAtOnce: number;
  /** Deliveries that lie in the overflow; null when it could not be asked. */
  readonly overflowed: number | null;
  readonly laneRows: number;
  readonly recordRows: number;
  readonly recordStatements: number;
  readonly alarms: number;
}

export interface OpenException {
  readonly id: string;
  readonly entity: string;
  readonly connection: string;
  readonly kind: string;
  readonly control: string;
  readonly owner: string;
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
  readonly words: Words;
  readonly actions: readonly { readonly action: string; readonly title: string }[];
}

export interface Words {
  readonly title: string;
  readonly text: string;
  readonly next: string;
}

/** A record that nobody claims yet: entities it may be, and other records there that may be the same. */
export interface Match {
  readonly recordId: string;
  readonly candidates: readonly string[];
  readonly rivals: readonly string[];
}

export interface Candidate {
  readonly recordType: string;
  readonly recordId: string;
  readonly record: string | null;
  readonly entity: string;
  readonly name: string | null;
  readonly reasons: readonly { readonly text: string }[];
}

export interface EntityHistory {
  readonly mergedInto: string | null;
  readonly links: readonly { readonly connection: string; readonly endedAt: string | null }[];
  readonly versions: readonly { readonly canonical: Readonly<Record<string, unknown>> }[];
  readonly timeline: readonly {
    readonly run: number;
    readonly entries: readonly { readonly code: string; readonly words: Words }[];
  }[];
  readonly receipts: readonly { readonly connection: string; readonly outcome: string; readonly at: string }[];
}

export interface Subscribed {
  readonly subscription: string;
  readonly key: string;
}

/** How a downstream subscriber is doing. */
export interface Subscriber {
  readonly subscription: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly state: 'active' | 'paused' | 'parked';
  readonly failures: number;
  readonly problem: string | null;
  readonly waiting: number;
}

export interface Connected {
  readonly connection: string;
  readonly hookUrl: string | null;
  readonly hookKey: string | null;
}

export class Operator {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.#url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Answer;
  }

  async found(name: string, jurisdiction: '' | 'eu' = ''): Promise<Installation> {
    const body = { name, jurisdiction };
    const { installation } = await this.call<{ installation: string }>('POST', '/installations', body);
    return new Installation(this, installation);
  }
}

/** One installation, driven over HTTP. */
export class Installation {
  readonly id: string;
  readonly #operator: Operator;

  constructor(operator: Operator, id: string) {
    this.#operator = operator;
    this.id = id;
  }

  #call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.#operator.call(method, `/installations/${this.id}${path}`, body);
  }

  connect(connection: Readonly<Record<string, unknown>>): Promise<Connected> {
    return this.#call('POST', '/connections', connection);
  }

  load(connection: string, kinds: readonly string[]): Promise<{ readonly job: string }> {
    return this.#call('POST', `/connections/${connection}/load`, { kinds });
  }

  job(job: string): Promise<{ readonly state: string }> {
    return this.#call('GET', `/jobs/${job}`);
  }

  async matches(connection: string, kind: string): Promise<readonly Match[]> {
    // In small pages, as whoever has many of them would.
    const all: Match[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const path: string = `/connections/${connection}/matches?kind=${kind}&limit=2${after && `&after=${after}`}`;
      const page: { rows: Match[]; next: string | null } = await this.#call('GET', path);
      all.push(...page.rows);
      after = page.next;
    }
    return all;
  }

  /** Records that may be ours without agreeing on a key, the likeliest first. */
  async candidates(connection: string, kind: string): Promise<readonly Candidate[]> {
    return (
      await this.#call<{ rows: readonly Candidate[] }>('GET', `/connections/${connection}/candidates?kind=${kind}`)
    ).rows;
  }

  match(connection: string, kind: string, said: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.#call('POST', `/connections/${connection}/candidates`, { kind, said });
  }

  accept(connection: string, kind: string, cutoverOn: string | null = null): Promise<{ linked: number; open: number }> {
    return this.#call('POST', `/connections/${connection}/accept`, { kind, cutoverOn });
  }

  setFlow(
    connection: string,
    kind: string,
    state: 'matching' | 'open' | 'observe',
    cutoverOn: string | null = null,
  ): Promise<unknown> {
    return this.#call('PUT', `/connections/${connection}/flows/${kind}`, { state, cutoverOn });
  }

  /** Asks a connection's feeds, or some of them, now instead of in their rhythm. */
  ask(connection: string, feeds: readonly string[] = []): Promise<unknown> {
    const query = feeds.length > 0 ? `?feeds=${feeds.join(',')}` : '';
    return this.#call('POST', `/connections/${connection}/ask${query}`, {});
  }

  publish(content: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.#call('POST', '/mappings', content);
  }

  pause(connection: string): Promise<unknown> {
    return this.#call('POST', `/connections/${connection}/pause`, { reason: 'Maintenance there' });
  }

  /** What a system held against its owner's word. */
  async contested(): Promise<readonly unknown[]> {
    return (await this.#call<{ rows: readonly unknown[] }>('GET', '/contested')).rows;
  }

  /** A connection that stopped because its credentials were refused, or was paused, runs again. */
  resume(connection: string): Promise<unknown> {
    return this.#call('POST', `/connections/${connection}/resume`, {});
  }

  progress(): Promise<Progress> {
    return this.#call('GET', '/progress');
  }

  /** All of them, page by page. */
  async exceptions(state = 'open'): Promise<readonly OpenException[]> {
    const found: OpenException[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const path = `/exceptions?state=${state}&limit=1000${after === '' ? '' : `&after=${after}`}`;
      const page: { rows: OpenException[]; next: string | null } = await this.#call('GET', path);
      found.push(...page.rows);
      after = page.next;
    }
    return found;
  }

  async indicators(): Promise<readonly { readonly name: string; readonly n: number }[]> {
    return (await this.#call<{ rows: { name: string; n: number }[] }>('GET', '/indicators')).rows;
  }

  /** A month as `2026-11`. */
  utilisation<Month>(month: string): Promise<Month> {
    return this.#call('GET', `/utilisation?month=${month}`);
  }

  subscribe(url: string, types: readonly string[] = ['*'], name = 'Warehouse'): Promise<Subscribed> {
    return this.#call('POST', '/subscriptions', { name, url, types });
  }

  async subscriptions(): Promise<readonly Subscriber[]> {
    return (await this.#call<{ rows: Subscriber[] }>('GET', '/subscriptions')).rows;
  }

  steer<Answer>(subscription: string, verb: 'pause' | 'resume' | 'rotate'): Promise<Answer> {
    return this.#call('POST', `/subscriptions/${subscription}/${verb}`, {});
  }

  answer(exception: string, answer: string, reason: string, by = 'finance'): Promise<unknown> {
    return this.#call('POST', `/exceptions/${exception}/${answer}`, { reason, by });
  }

  entity(id: string): Promise<EntityHistory> {
    return this.#call('GET', `/entities/${id}`);
  }

  status(
    connection: string,
    type: string,
    id: string,
  ): Promise<{
    entities: { entity: string; kind: string }[];
    statuses: { system: string; state: string; reason: string | null }[];
  }> {
    return this.#call('GET', `/records/${connection}/${type}/${id}`);
  }

  /** Waits until nothing is on its way: only holds and waits for people are left. */
  async settled(withinMs = 60_000): Promise<Progress> {
    const untilMs = Date.now() + withinMs;
    let quiet = 0;
    for (;;) {
      const progress = await this.progress();
      quiet = isQuiet(progress) ? quiet + 1 : 0;
      if (quiet >= 3) return progress;
      if (Date.now() > untilMs) throw new Error(`not settled after ${withinMs} ms: ${JSON.stringify(progress)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function isQuiet(progress: Progress): boolean {
  const moving = progress.commands.some((row) => row.state === 'due' || row.state === 'uncertain');
  return (
    !moving &&
    progress.overflowed === 0 &&
    progress.waiting +
      progress.inFlight +
      progress.reading +
      progress.asking +
      progress.loads +
      progress.replans +
      progress.statusDue +
      progress.flushWaiting ===
      0
  );
}
