// What people do in the org's own pages: saves, deletions, and the verbs that a save alone does not cover.
import type { Row } from '../../stand-in.ts';
import { AddressList, type Range } from './addresses.ts';
import type { Actor } from './books.ts';
import { parseId } from './ids.ts';
import type { Org } from './org.ts';
import { Refused } from './refusals.ts';
import type { TypeShape } from './shape.ts';
import type { Stored } from './table.ts';
import { acceptBody, type Body } from './values.ts';

type Parameters = Readonly<Record<string, unknown>>;

/** A page shows its refusals as text. */
function spoken<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refused) throw new Error(`${error.code}: ${error.message}`, { cause: error });
    throw error;
  }
}

export class Desk {
  readonly #org: Org;

  constructor(org: Org) {
    this.#org = org;
  }

  create(typeName: string, values: Body, by?: string): string {
    const { books } = this.#org;
    const type = this.#org.type(typeName);
    return spoken(
      () => books.insert(type, acceptBody(books, type, this.#named(type, values), true), this.#actor(by)).id,
    );
  }

  update(typeName: string, id: string, values: Body, by?: string): void {
    const { books } = this.#org;
    const type = this.#org.type(typeName);
    spoken(() => {
      books.update(this.#row(type, id), acceptBody(books, type, this.#named(type, values), false), this.#actor(by));
    });
  }

  remove(typeName: string, id: string, by?: string): void {
    spoken(() => this.#org.books.remove(this.#row(this.#org.type(typeName), id), this.#actor(by)));
  }

  act(verb: string, parameters: Parameters): unknown {
    const text = (name: string): string => String(parameters[name] ?? '');
    const by = typeof parameters['by'] === 'string' ? parameters['by'] : undefined;
    switch (verb) {
      case 'win':
        return this.update('Opportunity', text('id'), { StageName: 'Closed Won' }, by);
      case 'lose':
        return this.update('Opportunity', text('id'), { StageName: 'Closed Lost' }, by);
      case 'setUser':
        this.#org.person = this.#org.actor(text('user'));
        return this.#org.person.id;
      case 'undelete':
        return spoken(() => this.#org.books.restore(this.#deletedRow(text('id'))));
      case 'merge':
        return spoken(() => this.#merge(text('winner'), text('loser'), this.#actor(by)));
      case 'outboundMessages':
        return this.#org.outbound.flatMap((sender) => sender.pending());
      case 'signIn':
        return this.#org.signIn(this.#actor(text('user') || undefined).id);
      case 'visitor':
        return this.#visitor(text('session'));
      case 'installed':
        return this.#installed();
      case 'listeners':
        return this.#org.events.channels();
      case 'switchFlow':
        this.#org.switched.set(text('flow'), parameters['active'] === true);
        return null;
      case 'saves':
        return this.#org.books.table(this.#org.type(text('type'))).saves;
      case 'admitApp':
        this.#org.isAppAdmitted = parameters['admitted'] === true;
        return null;
      case 'rotateTokens':
        this.#org.grants.isRotating = parameters['on'] === true;
        return null;
      case 'takeTokensFrom':
        this.#org.grants.allowed = listed(parameters['ranges'], AddressList.ofApp);
        return null;
      case 'takeLoginsFrom':
        return this.#takeLogins(
          this.#actor(text('user')),
          listed(parameters['ranges'], (all) => new AddressList(all)),
        );
      case 'callFrom':
        this.#org.callerAddress = text('address');
        return null;
      case 'fill':
        this.#org.full.add(this.#org.type(text('type')).name);
        return null;
      case 'free':
        this.#org.full.delete(this.#org.type(text('type')).name);
        return null;
      default:
        throw new Error(`no such verb: ${verb}`);
    }
  }

  /** What the package runs and gives in this org, by name; empty without one. */
  #installed(): unknown {
    const { installed, hasApp } = this.#org;
    return {
      flows: installed?.flows.map(({ name }) => name) ?? [],
      messages: [...(installed?.messages.keys() ?? [])],
      permissionSets: installed?.permissionSets.map(({ name }) => name) ?? [],
      apps: hasApp ? (installed?.apps ?? []) : [],
    };
  }

  #takeLogins({ id }: Actor, list: AddressList | null): null {
    if (list) this.#org.loginsFrom.set(id, list);
    else this.#org.loginsFrom.delete(id);
    return null;
  }

  rows(typeName: string): readonly Row[] {
    const type = this.#org.type(typeName);
    const rows: Row[] = [];
    const { byId } = this.#org.books.table(type);
    byId.walk(0, byId.length, false, (row) => {
      if (!row.isDeleted) rows.push(shown(row));
      return true;
    });
    return rows;
  }

  /** Who a session is: what a page is told of its user before it opens. */
  #visitor(token: string): unknown {
    const { sessions, rights, schema, books, traits } = this.#org;
    const session = sessions.get(token);
    if (!session || session.untilMs <= this.#org.nowMs()) return null;
    const name = books.find(this.#org.type('User'), session.userId)?.values['Name'] ?? '';
    const { permissions } = rights.of(session.userId);
    const { onlyCurrency = 'EUR' } = traits;
    const user = { userId: session.userId, name, currency: onlyCurrency };
    return { ...user, namespace: schema.namespace, permissions: [...permissions] };
  }

  #actor(by: string | undefined): Actor {
    return by === undefined ? this.#org.person : this.#org.actor(by);
  }

  #row(type: TypeShape, id: string): Stored {
    const row = this.#org.books.find(type, parseId(id) ?? '');
    if (!row) throw new Error(`no ${type.name} ${id}`);
    return row;
  }

  #deletedRow(id: string): Stored {
    const type = this.#org.schema.typeOfId(id);
    const row = type ? this.#row(type, id) : null;
    if (!row?.isDeleted) throw new Error(`not in the recycle bin: ${id}`);
    return row;
  }

  /** Names of the package's fields may be given without its namespace. */
  #named(type: TypeShape, values: Body): Body {
    const { schema } = this.#org;
    const nameOf = (name: string): string => {
      const isKnown = type.byName.has(name.toLowerCase()) || type.byRelationship.has(name.toLowerCase());
      return isKnown || !/__[cr]$/.test(name) ? name : schema.own(name);
    };
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [nameOf(name), value]));
  }

  /** The winner keeps its id and takes the loser's children; the loser is deleted and remembers the winner. */
  #merge(winnerId: string, loserId: string, by: Actor): void {
    const { books, schema } = this.#org;
    const type = this.#org.type('Account');
    const winner = this.#row(type, winnerId);
    const loser = this.#row(type, loserId);
    books.atomically(() => {
      for (const link of schema.children(type).values()) {
        for (const child of books.findByValue(link.type, link.field, loser.id)) {
          books.touch(child, { [link.field.key]: winner.id });
        }
      }
      books.touch(loser, { MasterRecordId: winner.id });
      books.remove(loser, by);
      books.update(winner, {}, by);
    });
  }
}

/** Ranges as an admin enters them; null takes the restriction away. */
function listed(ranges: unknown, make: (ranges: readonly Range[]) => AddressList): AddressList | null {
  return Array.isArray(ranges) ? make(ranges) : null;
}

function shown(row: Stored): Row {
  const record: Record<string, unknown> = {};
  for (const field of row.type.fields) record[field.name] = row.values[field.key] ?? null;
  return { ...record, id: row.id };
}
