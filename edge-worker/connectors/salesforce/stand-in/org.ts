// One org as it is now: its schema, rows, sessions, cursors, API usage and the people who work in it.
import { PlatformAutomation } from './automation.ts';
import { type Actor, Books } from './books.ts';
import { standardTypes } from './catalog.ts';
import { currencies } from './catalog-words.ts';
import { IdMaker, orgIdFor, parseId } from './ids.ts';
import { Outbound } from './outbound.ts';
import { ownAccountFields, ownOpportunityFields, packageTypes } from './package-catalog.ts';
import { Queries } from './queries.ts';
import { Schema, type TypeShape } from './shape.ts';
import type { Stored, Values } from './table.ts';

export const integrationUsername = 'integration@tieout.example';
const corporate: Actor = { id: '', isIntegration: true };

export interface OrgTraits {
  /** `tieout__` in an org that has the packaged version, empty in one with the bare source. */
  readonly namespace: string;
  readonly environment: 'production' | 'sandbox';
  readonly baseUrl: string;
}

export class Org {
  readonly traits: OrgTraits;
  readonly id: string;
  readonly schema: Schema;
  readonly books: Books;
  readonly outbound: Outbound;
  readonly queries: Queries;
  readonly nowMs: () => number;
  readonly sessions = new Map<string, number>();
  readonly integrationUser: Actor;
  /** Whose saves `create`, `update` and `remove` are when nobody is named. */
  person: Actor;
  sessionCount = 0;
  readonly #usage = new Map<number, number>();

  constructor(traits: OrgTraits, nowMs: () => number) {
    this.traits = traits;
    this.nowMs = nowMs;
    this.id = orgIdFor(traits.baseUrl);
    const ns = traits.namespace;
    const own = { account: ownAccountFields(ns), opportunity: ownOpportunityFields(ns) };
    this.schema = new Schema(ns, [...standardTypes(own), ...packageTypes(ns)], nowMs());
    this.books = new Books(this.schema, new IdMaker(traits.baseUrl), nowMs);
    this.queries = new Queries(new IdMaker(traits.baseUrl));
    this.outbound = new Outbound(this.books, this.id, traits.baseUrl, nowMs);
    const announce = (outboxId: string): void => {
      this.outbound.enqueue(outboxId);
      this.books.undoable(() => this.outbound.forget(outboxId));
    };
    this.books.automate(new PlatformAutomation(this.books, { announce }));
    const integration = this.#addUser(integrationUsername, 'Tieout', 'Integration');
    this.integrationUser = { id: integration.id, isIntegration: true };
    this.person = this.actor('anna.sales@acme.example');
    this.#seed();
  }

  type(name: string): TypeShape {
    return this.schema.typeLeniently(name);
  }

  /** A user by id, username or alias; somebody not yet known joins the firm. */
  actor(by: string): Actor {
    const users = this.type('User');
    const id = parseId(by);
    const known = id ? this.books.find(users, id) : undefined;
    const found = known ?? this.#userNamed(by) ?? this.#addUser(by.includes('@') ? by : `${by}@acme.example`, '', by);
    return { id: found.id, isIntegration: found.values['Username'] === integrationUsername };
  }

  #userNamed(name: string): Stored | undefined {
    const username = this.type('User').byName.get('username');
    const wanted = name.includes('@') ? name : `${name}@acme.example`;
    if (name === 'integration') return this.#userNamed(integrationUsername);
    return username ? this.books.findByValue(this.type('User'), username, wanted)[0] : undefined;
  }

  #addUser(username: string, firstName: string, lastName: string): Stored {
    const values: Values = { Username: username, LastName: lastName, FirstName: firstName || null, IsActive: true };
    const named = { ...values, Email: username, Alias: lastName.slice(0, 8), UserType: 'Standard' };
    return this.books.insert(this.type('User'), named, corporate);
  }

  #seed(): void {
    const { environment } = this.traits;
    const values: Values = {
      Name: 'Acme Consulting',
      InstanceName: 'DEU1',
      IsSandbox: environment === 'sandbox',
      OrganizationType: 'Enterprise Edition',
      TimeZoneSidKey: 'Europe/Berlin',
    };
    this.books.insert(this.type('Organization'), values, corporate, this.id);
    for (const code of currencies) {
      const rate = { ConversionRate: code === 'EUR' ? 1 : 1.25, DecimalPlaces: code === 'JPY' ? 0 : 2 };
      const flags = { IsActive: true, IsCorporate: code === 'EUR' };
      this.books.insert(this.type('CurrencyType'), { IsoCode: code, ...rate, ...flags }, corporate);
    }
  }

  /** API calls of the last 24 hours, counted by the hour. */
  used(): number {
    const hour = Math.floor(this.nowMs() / 3_600_000);
    for (const old of this.#usage.keys()) if (old <= hour - 24) this.#usage.delete(old);
    return [...this.#usage.values()].reduce((sum, count) => sum + count, 0);
  }

  countCall(): void {
    const hour = Math.floor(this.nowMs() / 3_600_000);
    this.#usage.set(hour, (this.#usage.get(hour) ?? 0) + 1);
  }
}

/** Enterprise Edition: 100,000 calls in 24 hours and 1,000 more per licence; this firm has ten. */
export const dailyCallsMax = 110_000;
