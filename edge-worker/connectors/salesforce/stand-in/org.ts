// One org as it is now: its schema, rows, sessions, cursors, API usage and the people who work in it.
import { createHash } from 'node:crypto';
import type { AddressList } from './addresses.ts';
import { PlatformAutomation } from './automation.ts';
import { type Actor, Books } from './books.ts';
import type { BulkJob } from './bulk.ts';
import type { QueryJob } from './bulk-query.ts';
import { standardTypes } from './catalog.ts';
import { currencies } from './catalog-words.ts';
import { Grants } from './grants.ts';
import { IdMaker, orgIdFor, parseId, shortId } from './ids.ts';
import { Outbound } from './outbound.ts';
import type { Flow } from './package/flow.ts';
import { type InstalledPackage, install } from './package/installed-package.ts';
import { packageSource } from './package/metadata.ts';
import { PackageNames } from './package/names.ts';
import { packageTypes } from './package/package-types.ts';
import { Events } from './pages/events.ts';
import { Queries } from './queries.ts';
import { Rights } from './rights.ts';
import { Schema, type TypeShape, withoutCurrencies } from './shape.ts';
import type { Stored, Values } from './table.ts';

export const integrationUsername = 'integration@tieout.example';
const corporate: Actor = { id: '' };
/** The package's own sets for the people of this firm: one signs in for the hub, all others work with deals. */
const integrationSet = 'Tieout_Integration';
const userSet = 'Tieout_User';

export interface OrgTraits {
  /** `tieout__` in an org that has the packaged version, empty in one with the bare source. */
  readonly namespace: string;
  readonly environment: 'production' | 'sandbox';
  readonly baseUrl: string;
  /** The source of the package that is installed; null in an org without one. */
  readonly packageFolder: string | null;
  /** Only for an org without multiple currencies: such an org has no field for them. */
  readonly onlyCurrency?: string;
}

/** Somebody who has signed in: the hub by a token, a person by a cookie. */
export interface Session {
  readonly userId: string;
  readonly untilMs: number;
  /** Opened through our app, and so no longer than that is there. */
  readonly isOfApp: boolean;
}

const sessionLifeMs = 2 * 3_600_000;

export class Org {
  readonly traits: OrgTraits;
  readonly id: string;
  readonly schema: Schema;
  readonly books: Books;
  readonly installed: InstalledPackage | null;
  /** One sender for each message of the packages. */
  readonly outbound: readonly Outbound[];
  readonly rights: Rights;
  readonly events: Events;
  readonly queries: Queries;
  readonly bulkIds: IdMaker;
  readonly bulkJobs = new Map<string, BulkJob>();
  readonly queryJobs = new Map<string, QueryJob>();
  readonly nowMs: () => number;
  readonly sessions = new Map<string, Session>();
  readonly integrationUser: Actor;
  /** Flows that an admin has switched on or off, against how they were shipped. */
  readonly switched = new Map<string, boolean>();
  /** Whether the app is there at all: it comes and goes with the package. */
  readonly hasApp: boolean;
  /** The policy of our app: whether those who have its permission set are admitted beforehand. */
  isAppAdmitted: boolean;
  readonly grants: Grants;
  /** From where each user may sign in, as the profile says; nobody's logins are bound to a place otherwise. */
  readonly loginsFrom = new Map<string, AddressList>();
  /** From where calls come. Over HTTP every caller of a stand-in is on this machine. */
  callerAddress = '203.0.113.10';
  /** Record types that take no new row, because storage or an allowance is used up. */
  readonly full = new Set<string>();
  /** Whose saves `create`, `update` and `remove` are when nobody is named. */
  person: Actor;
  readonly #ids: IdMaker;
  #sessionCount = 0;
  readonly #usage = new Map<number, number>();

  /** `before`: the same org with the package, or without; its people, their records and sessions stay. */
  constructor(traits: OrgTraits, nowMs: () => number, sleep: (ms: number) => Promise<void>, before: Org | null = null) {
    this.traits = traits;
    this.#ids = before ? before.#ids : new IdMaker(traits.baseUrl);
    this.hasApp = before === null || traits.packageFolder !== null;
    this.isAppAdmitted = before === null;
    this.events = new Events(sleep);
    this.nowMs = nowMs;
    this.id = orgIdFor(traits.baseUrl);
    const source = traits.packageFolder === null ? null : packageSource(traits.packageFolder);
    const brought = source ? packageTypes(source, new PackageNames(source, traits.namespace)) : null;
    const allTypes = [...standardTypes(brought?.added ?? new Map()), ...(brought?.types ?? [])];
    const types = traits.onlyCurrency === undefined ? allTypes : withoutCurrencies(allTypes);
    this.installed = source ? install(source, traits.namespace, types) : null;
    this.schema = new Schema(traits.namespace, types, nowMs());
    this.books = new Books(this.schema, this.#ids, nowMs);
    this.bulkIds = new IdMaker(traits.baseUrl);
    this.grants = new Grants(this.id, (token) => this.sessions.delete(token));
    this.queries = new Queries(new IdMaker(traits.baseUrl));
    const messages = [...(this.installed?.messages.values() ?? [])];
    this.outbound = messages.map((message) => new Outbound(message, this.books, this.id, traits.baseUrl, nowMs));
    this.rights = new Rights(this.books, this.installed);
    this.books.automate(
      new PlatformAutomation(this.books, {
        installed: this.installed,
        permissionsOf: (userId) => this.rights.of(userId).permissions,
        isSwitchedOn: (flow) => this.#isSwitchedOn(flow),
        isFull: (type) => this.full.has(type.name),
        announce: (message, rowId) => this.#announce(message, rowId),
        publish: (event) => this.events.publish(event),
        forgetRights: () => this.rights.forget(),
      }),
    );
    if (before) {
      this.#takeOver(before);
      this.integrationUser = before.integrationUser;
      this.person = before.person;
      return;
    }
    this.#seed();
    this.integrationUser = { id: this.#addUser(integrationUsername, 'Tieout', 'Integration', integrationSet).id };
    this.person = this.actor('anna.sales@acme.example');
  }

  #isSwitchedOn(flow: Flow): boolean {
    return this.switched.get(flow.name) ?? flow.isActive;
  }

  #announce(message: string, rowId: string): void {
    const sender = this.outbound.find((one) => one.name === message);
    if (!sender) throw new Error(`there is no outbound message ${message}`);
    sender.enqueue(rowId);
  }

  /** Answers the token or cookie that stands for the session. */
  signIn(userId: string, isOfApp = false): string {
    this.#sessionCount++;
    const secret = createHash('sha256').update(`${this.id}:${this.#sessionCount}`).digest('base64url');
    const token = `${shortId(this.id)}!AQ${secret.replaceAll('-', '.')}`;
    this.sessions.set(token, { userId, untilMs: this.nowMs() + sessionLifeMs, isOfApp });
    return token;
  }

  /** An admin renames a field. */
  rename(type: string, from: string, to: string): boolean {
    this.rights.forget();
    return this.schema.rename(type, from, to, this.nowMs());
  }

  type(name: string): TypeShape {
    return this.schema.typeLeniently(name);
  }

  /** A user by id, username or alias; somebody not yet known joins the firm. */
  actor(by: string): Actor {
    const users = this.type('User');
    const id = parseId(by);
    const known = id ? this.books.find(users, id) : undefined;
    const found = known ?? this.userNamed(by) ?? this.#hire(by);
    return { id: found.id };
  }

  userNamed(name: string): Stored | undefined {
    const username = this.type('User').byName.get('username');
    const wanted = name.includes('@') ? name : `${name}@acme.example`;
    if (name === 'integration') return this.userNamed(integrationUsername);
    return username ? this.books.findByValue(this.type('User'), username, wanted)[0] : undefined;
  }

  /** An org without the package admits the one user it was given. */
  mayUseApp(userId: string): boolean {
    const { installed, schema, integrationUser } = this;
    if (!installed) return userId === integrationUser.id;
    return this.rights.has(userId, schema.own(integrationSet));
  }

  #hire(name: string): Stored {
    return this.#addUser(name.includes('@') ? name : `${name}@acme.example`, '', name, userSet);
  }

  #addUser(username: string, firstName: string, lastName: string, set: string): Stored {
    const values: Values = { Username: username, LastName: lastName, FirstName: firstName || null, IsActive: true };
    const named = { ...values, Email: username, Alias: lastName.slice(0, 8), UserType: 'Standard' };
    const user = this.books.insert(this.type('User'), named, corporate);
    this.#assign(user.id, set);
    return user;
  }

  /** An org without the package has nothing to assign. */
  #assign(userId: string, set: string): void {
    const row = this.rights.setNamed(this.schema.own(set));
    if (!row) return;
    const assignment = { AssigneeId: userId, PermissionSetId: row.id };
    this.books.insert(this.type('PermissionSetAssignment'), assignment, corporate);
  }

  /** The package's permission sets, given to nobody yet. */
  #bringSets(): void {
    const prefix = this.traits.namespace.replace(/__$/, '') || null;
    for (const { name, label } of this.installed?.permissionSets ?? []) {
      const set = { Name: name, Label: label, NamespacePrefix: prefix };
      this.books.insert(this.type('PermissionSet'), set, corporate);
    }
  }

  /** Sets and who had them go with the package, and so do the sessions that were opened through its app. */
  #takeOver(before: Org): void {
    const isOfPackage = (row: Stored) => /^PermissionSet(Assignment)?$/.test(row.type.name);
    this.books.adopt(before.books, (row) => !isOfPackage(row));
    this.#sessionCount = before.#sessionCount;
    for (const [token, session] of before.sessions) if (!session.isOfApp) this.sessions.set(token, session);
    this.#bringSets();
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
    this.#bringSets();
    for (const code of this.traits.onlyCurrency === undefined ? currencies : []) {
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
