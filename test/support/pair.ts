// Two Example systems of one small firm: people work in the first, the second follows. For stories about the hub.
import type { Row, StandIn } from '../../edge-worker/connectors/stand-in.ts';
import type { Connected, Installation, Operator } from './operator.ts';
import { until } from './people.ts';
import { Sender } from './sender.ts';
import { type Served, serve } from './serve.ts';
import { standIns } from './stand-ins.ts';

export interface PairOptions {
  readonly name?: string;
  readonly jurisdiction?: '' | 'eu';
  /** A number in [0, 1). */
  readonly chance?: () => number;
}

/** Fields that must arrive as they left, by record type. */
const sameFields: Readonly<Record<string, readonly string[]>> = {
  hours: ['date', 'quantity', 'price', 'currency', 'billable', 'approval', 'text'],
  client: ['display_name', 'currency', 'phone'],
};

const person = { full_name: 'Ines Carvalho', mail: 'ines.carvalho@northwind.example', active: true };
/** She works every day, so that there is something to work on whichever day a story is told. */
const week = Array.from({ length: 7 }, () => '8');

export class Pair {
  readonly installation: Installation;
  readonly source: StandIn;
  readonly target: StandIn;
  /** The source's address and key, as its connection was told. */
  readonly hook: Connected;
  readonly sender: Sender;
  readonly #served: readonly Served[];
  engagement = '';
  person = '';

  private constructor(installation: Installation, systems: readonly Example[], hook: Connected) {
    const [source, target] = systems as readonly [Example, Example];
    this.installation = installation;
    this.source = source.standIn;
    this.target = target.standIn;
    this.#served = systems.map((system) => system.served);
    this.hook = hook;
    const { account, environment } = this.source.connection;
    const [url, key] = [hook.hookUrl ?? '', hook.hookKey ?? ''];
    this.sender = new Sender({ url, key, installation: installation.id, system: 'example', account, environment });
  }

  /** An installation of its own, both systems connected, one project and one person on both sides. */
  static async start(operator: Operator, options: PairOptions = {}): Promise<Pair> {
    const { name = 'Northwind Consulting', jurisdiction = '', chance = Math.random } = options;
    const systems = [await startExample(chance), await startExample(chance)];
    const [source, target] = systems as [Example, Example];
    // Known to the ledger before it is connected, so that its first feed tells of them.
    target.standIn.create('person', person);
    const installation = await operator.found(name, jurisdiction);
    const hook = await installation.connect(connectionOf('source', ['crm', 'psa'], source.standIn));
    await installation.connect(connectionOf('target', ['erp'], target.standIn));
    const pair = new Pair(installation, systems, hook);
    await pair.#found();
    return pair;
  }

  async #found(): Promise<void> {
    this.person = this.source.create('person', { ...person, week });
    const client = this.sign('Harbour & Pine Architects');
    this.engagement = this.open('ERP rollout', client);
    const told = { type: 'person', record: this.person };
    await this.sender.send([told, { type: 'client', record: client }, { type: 'engagement', record: this.engagement }]);
    await until('the project in the target', () => this.target.rows('engagement').length > 0);
  }

  /** A new customer. */
  sign(name: string): string {
    return this.source.create('client', { display_name: name, stage: 'client', currency: 'EUR', active: true });
  }

  open(title: string, client: string): string {
    const terms = { currency: 'EUR', state: 'running', model: 'hourly', time_open: true };
    return this.source.create('engagement', { title, client_id: client, ...terms });
  }

  /** Approved hours on the first project. */
  log(text: string, quantity = '7.5', approval = 'approved'): string {
    const work = {
      engagement_id: this.engagement,
      person_id: this.person,
      date: '2026-11-03',
      quantity,
      text,
      approval,
    };
    return this.source.create('hours', { ...work, price: '185', currency: 'EUR', billable: true });
  }

  /** Logs and tells: resolves once the hub has accepted the notice. */
  async logAndTell(text: string): Promise<string> {
    const entry = this.log(text);
    await this.sender.send([{ type: 'hours', record: entry }]);
    return entry;
  }

  hoursInTarget(text: string): readonly Row[] {
    return this.target.rows('hours').filter((row) => row['text'] === text);
  }

  /** What one side holds of a type, in a form that two sides can be compared by. */
  contentOf(side: 'source' | 'target', type: keyof typeof sameFields): string[] {
    const rows = this[side].rows(type);
    return rows.map((row) => JSON.stringify((sameFields[type] ?? []).map((field) => row[field] ?? null))).sort();
  }

  get isInStep(): boolean {
    return ['hours', 'client'].every(
      (type) => `${this.contentOf('source', type)}` === `${this.contentOf('target', type)}`,
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#served.map((one) => one.close()));
  }
}

export interface Example {
  readonly standIn: StandIn;
  readonly served: Served;
}

/** A system of its own on a port of its own. */
export async function startExample(chance: () => number): Promise<Example> {
  let answer: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
  const served = await serve((request) => answer(request));
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const send = (request: Request) => fetch(request);
  const standIn = standIns['example']?.({ baseUrl: served.url, nowMs: Date.now, chance, sleep, send });
  if (!standIn) throw new Error('there is no stand-in of Example');
  answer = (request) => standIn.fetch(request);
  return { standIn, served };
}

function connectionOf(id: string, roles: readonly string[], standIn: StandIn): Readonly<Record<string, unknown>> {
  return { id, system: standIn.name, roles, ...standIn.connection, flow: 'open' };
}
