// A Salesforce org in memory: REST API, token endpoint, outbound messages, and the packages that are deployed into it.
import { join } from 'node:path';
import {
  type CallCount,
  type FaultSwitch,
  type Misbehaviour,
  type Row,
  type StandIn,
  type StandInFactory,
  type StandInOptions,
  Switchboard,
} from '../stand-in.ts';
import { Desk } from './stand-in/desk.ts';
import { HttpEdge } from './stand-in/edge.ts';
import { consumerKey, signingKeys } from './stand-in/oauth.ts';
import { integrationUsername, Org, type OrgTraits } from './stand-in/org.ts';

type Variant = Pick<OrgTraits, 'namespace' | 'environment'> &
  Partial<Pick<OrgTraits, 'packageFolder' | 'onlyCurrency'>>;
/** Our package in source format, deployed into every org as its developers would deploy it. */
const ourPackage = join(import.meta.dirname, '../../../crm-package/force-app/main/default');
type Values = Readonly<Record<string, unknown>>;

/** "type.old:new" of a schema change. */
function renameOf(fault: FaultSwitch): { readonly type: string; readonly from: string; readonly to: string } {
  const [, type, from, to] = /^(\w+)\.(\w+):(\w+)$/.exec(fault.detail ?? '') ?? [];
  if (!type || !from || !to) throw new Error('schema-change needs a detail such as "Account.Phone:Telephone"');
  return { type, from, to };
}

class SalesforceStandIn implements StandIn {
  readonly name = 'salesforce';
  readonly #variant: Variant;
  readonly #options: StandInOptions;
  readonly #board: Switchboard;
  readonly #edge: HttpEdge;
  readonly #renames: FaultSwitch[] = [];
  #org: Org;
  #desk: Desk;
  #url: string | null = null;

  constructor(variant: Variant, options: StandInOptions) {
    this.#variant = variant;
    this.#options = options;
    this.#board = new Switchboard(options.nowMs);
    this.#edge = new HttpEdge(() => this.#org, this.#board, options.sleep);
    this.#org = this.#open();
    this.#desk = new Desk(this.#org);
  }

  /** An admin takes the package out of the org, or puts it into it again. */
  #change(packageFolder: string | null): null {
    this.#org = this.#open({ packageFolder }, this.#org);
    this.#desk = new Desk(this.#org);
    return null;
  }

  #open(more: Partial<Variant> = {}, before: Org | null = null): Org {
    const skewedMs = (): number => this.#options.nowMs() + (this.#board.isArmed('clock-skew')?.delayMs ?? 0);
    const { baseUrl, sleep } = this.#options;
    return new Org({ packageFolder: ourPackage, ...this.#variant, ...more, baseUrl }, skewedMs, sleep, before);
  }

  /** Asked for late, because making the key takes a moment. */
  get connection(): StandIn['connection'] {
    const { baseUrl } = this.#options;
    const { namespace, environment, onlyCurrency } = this.#variant;
    return {
      account: this.#org.id,
      environment,
      settings: {
        loginUrl: baseUrl,
        instanceUrl: baseUrl,
        username: integrationUsername,
        namespace: namespace.replace(/__$/, ''),
        ...(onlyCurrency !== undefined && { singleCurrency: onlyCurrency }),
      },
      secrets: { consumerKey, username: integrationUsername, privateKey: signingKeys().privatePem },
    };
  }

  fetch(request: Request): Promise<Response> {
    return this.#edge.fetch(request);
  }

  create(type: string, values: Values, by?: string): string {
    return this.#desk.create(type, values, by);
  }

  update(type: string, id: string, values: Values, by?: string): void {
    this.#desk.update(type, id, values, by);
  }

  remove(type: string, id: string, by?: string): void {
    this.#desk.remove(type, id, by);
  }

  act(verb: string, parameters: Values): unknown {
    if (verb === 'uninstall') return this.#change(null);
    if (verb === 'reinstall') return this.#change(ourPackage);
    if (verb === 'hub') return this.#url === null ? null : new URL(this.#url).origin;
    return this.#desk.act(verb, parameters);
  }

  rows(type: string): readonly Row[] {
    return this.#desk.rows(type);
  }

  types(): readonly string[] {
    return this.#org.schema.all().map((type) => type.name);
  }

  /** Where the host of the package's one address is found. It outlives a reset. */
  subscribe(to: { readonly url: string }): void {
    this.#url = to.url;
  }

  async deliver(): Promise<number> {
    this.#board.settleDue();
    const mishaps = {
      isLost: (route: string) => this.#board.take('lose-notices', route) !== null,
      isDuplicated: (route: string) => this.#board.take('duplicate-notices', route) !== null,
      isShuffled: (route: string) => this.#board.take('shuffle-notices', route) !== null,
      chance: this.#options.chance,
    };
    let waiting = 0;
    for (const sender of this.#org.outbound) waiting += await sender.deliver(this.#url, this.#options.send, mishaps);
    return waiting;
  }

  arm(fault: FaultSwitch): void {
    if (fault.how === 'schema-change') {
      const { type, from, to } = renameOf(fault);
      if (!this.#org.rename(type, from, to)) throw new Error(`no field ${type}.${from}`);
      this.#renames.push(fault);
    }
    this.#board.arm(fault);
  }

  disarm(how?: Misbehaviour): void {
    this.#board.disarm(how);
    if (how !== undefined && how !== 'schema-change') return;
    for (const { type, from, to } of this.#renames.splice(0).reverse().map(renameOf)) {
      this.#org.rename(type, to, from);
    }
  }

  calls(): readonly CallCount[] {
    return this.#board.calls();
  }

  reset(): void {
    this.#board.reset();
    this.#renames.length = 0;
    this.#org = this.#open();
    this.#desk = new Desk(this.#org);
  }
}

/** An org with the package under its namespace, bare or not at all; in production or a sandbox; with one currency. */
export const salesforceOrg =
  (variant: Variant): StandInFactory =>
  (options) =>
    new SalesforceStandIn(variant, options);

/** What production customers have: the packaged version, under its namespace. */
export const standIn = salesforceOrg({ namespace: 'tieout__', environment: 'production' });
