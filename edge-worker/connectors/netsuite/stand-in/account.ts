// One customer's account: its books, role, package and HTTP side, and what a person types into it.
import type { Row, StandInOptions, Switchboard } from '../../stand-in.ts';
import { act } from './acts.ts';
import { Books, type Channel } from './books.ts';
import { accountId } from './credentials.ts';
import { Outbox } from './outbox.ts';
import { Permissions } from './permissions.ts';
import { refusals } from './refusal.ts';
import { RestCodec } from './rest-codec.ts';
import { seed } from './seed.ts';
import { Server } from './server.ts';
import type { Entry } from './shelf.ts';
import { isoOf } from './values.ts';

type Typed = Readonly<Record<string, unknown>>;

export class Account {
  readonly books: Books;
  readonly outbox: Outbox;
  readonly server: Server;
  readonly #permissions = new Permissions();
  readonly #codec: RestCodec;
  readonly #board: Switchboard;

  constructor(options: StandInOptions, board: Switchboard, clock: () => number) {
    const { baseUrl, send, chance } = options;
    this.#board = board;
    this.books = new Books(clock, (type, before, after) => this.outbox.note(type, before, after));
    this.outbox = new Outbox(this.books, { board, account: accountId, send, chance });
    this.#codec = new RestCodec(this.books, baseUrl);
    seed(this.books);
    const { books, outbox } = this;
    this.server = new Server({ options, board, books, outbox, permissions: this.#permissions });
  }

  /** Values in any form the REST API takes; names in any case. A sublist that is typed replaces what was there. */
  save(typeName: string, id: string | null, typed: Typed, channel: Channel): string {
    const type = this.books.type(typeName);
    const before = id === null ? null : this.books.store.get(type.id, id);
    const replaced = new Set(Object.keys(typed).map((name) => name.toLowerCase()));
    const { patch, unknown } = this.#codec.toPatch(type, { ...typed }, before, replaced);
    if (unknown[0] !== undefined) throw refusals.unknownField(unknown[0]);
    const isNew = id === null && channel === 'person';
    this.books.hideNewForMs = isNew ? (this.#board.take('late-search')?.delayMs ?? 0) : 0;
    try {
      return this.books.save(type, id, patch, channel).id;
    } finally {
      this.books.hideNewForMs = 0;
    }
  }

  remove(typeName: string, id: string): void {
    this.books.remove(this.books.type(typeName), id, 'person');
  }

  act(verb: string, parameters: Typed): unknown {
    const load = (type: string, typed: Typed) => this.save(type, null, typed, 'load');
    return act({ books: this.books, permissions: this.#permissions, server: this.server, load }, verb, parameters);
  }

  rows(typeName: string): Row[] {
    return [...this.books.store.shelf(this.books.type(typeName).id).values()].map((entry) => this.#rowOf(entry));
  }

  #rowOf(entry: Entry): Row {
    return {
      ...entry.values,
      ...entry.sublists,
      id: entry.id,
      externalid: entry.externalId,
      created: new Date(entry.createdMs).toISOString(),
      lastmodified: isoOf(entry.stampMs),
      ...(entry.type === 'timebill' ? { billedon: this.books.billedTime.get(entry.id) ?? null } : {}),
    };
  }
}
