// One customer's account: its books, roles, scripts and HTTP side, and what a person types into it.
import type { Row, StandInOptions, Switchboard } from '../../stand-in.ts';
import { act } from './acts.ts';
import { Books, type Channel, type Watcher } from './books.ts';
import { accountId } from './credentials.ts';
import { pageOf } from './pages/addresses.ts';
import { Roles } from './permissions.ts';
import { refusals } from './refusal.ts';
import { RestCodec } from './rest-codec.ts';
import { Scripts } from './scripts.ts';
import { seed } from './seed.ts';
import { Server } from './server.ts';
import type { Entry } from './shelf.ts';
import type { ProjectFiles } from './suitescript/project.ts';
import { isoOf } from './values.ts';

type Typed = Readonly<Record<string, unknown>>;

export class Account {
  readonly books: Books;
  readonly roles = new Roles();
  readonly scripts: Scripts;
  readonly server: Server;
  readonly #codec: RestCodec;
  readonly #board: Switchboard;

  constructor(options: StandInOptions, board: Switchboard, clock: () => number) {
    this.#board = board;
    const watcher: Watcher = {
      before: (...told) => this.scripts.events.before(...told),
      after: (...told) => this.scripts.events.after(...told),
    };
    this.books = new Books(clock, watcher);
    const { books, roles } = this;
    this.#codec = new RestCodec(books, options.baseUrl);
    this.scripts = new Scripts({ options, board, books, roles, account: accountId, pageOf });
    seed(books);
    this.server = new Server({ options, board, books, roles, scripts: this.scripts });
  }

  install(files: ProjectFiles): void {
    this.scripts.install(files);
  }

  /**
   * A line under its own name, `<type>:<list>` and `<id>:<line>`, as people see it: its fields lie flat beside those of
   * the record when it is made, and alone when it is changed.
   */
  #saveLine(typeName: string, id: string | null, typed: Typed, channel: Channel): string {
    const [head = '', list = ''] = typeName.split(':');
    const type = this.books.type(head);
    const sublist = type.sublists.get(list);
    if (!sublist) throw refusals.unknownType(typeName);
    const numberedBy = sublist.fields.has('doc') ? 'doc' : 'line';
    const isOfLine = ([name]: readonly [string, unknown]) => sublist.fields.has(name.toLowerCase());
    const entries = Object.entries(typed);
    const line = Object.fromEntries(entries.filter(isOfLine));
    if (id === null) {
      const isOfRecord = ([name]: readonly [string, unknown]) => type.fields.has(name.toLowerCase());
      const own = Object.fromEntries(entries.filter((entry) => !isOfLine(entry) || isOfRecord(entry)));
      const made = this.save(head, null, { ...own, [sublist.name]: { items: [line] } }, channel);
      return `${made}:${String(this.books.store.get(type.id, made)?.sublists[list]?.[0]?.[numberedBy] ?? '')}`;
    }
    const [recordId = '', number = ''] = id.split(':');
    const lines = this.books.store.get(type.id, recordId)?.sublists[list] ?? [];
    const values = this.#codec.toPatch(type, { [sublist.name]: { items: [line] } }, null, new Set([list])).patch;
    const changed = values.sublists?.[list]?.[0] ?? {};
    const merged = lines.map((one) => (one[numberedBy] === number ? { ...one, ...changed } : one));
    const own = Object.fromEntries(entries.filter((entry) => !isOfLine(entry)));
    const { patch, unknown } = this.#codec.toPatch(type, own, this.books.store.get(type.id, recordId), new Set());
    if (unknown[0] !== undefined) throw refusals.unknownField(unknown[0]);
    this.books.save(type, recordId, { ...patch, sublists: { [list]: merged } }, channel);
    return id;
  }

  #lineRows(typeName: string): Row[] {
    const [head = '', list = ''] = typeName.split(':');
    return this.rows(head).flatMap((row) => {
      const lines = Array.isArray(row[list]) ? (row[list] as Row[]) : [];
      const isApplied = (line: Row) => line['apply'] !== false;
      return lines
        .filter(isApplied)
        .map((line) => ({ ...line, id: `${row.id}:${String(line['doc'] ?? line['line'])}` }));
    });
  }

  /** Values in any form the REST API takes; names in any case. A sublist that is typed replaces what was there. */
  save(typeName: string, id: string | null, typed: Typed, channel: Channel, event?: string): string {
    if (typeName.includes(':')) return this.#saveLine(typeName, id, typed, channel);
    const type = this.books.type(typeName);
    const before = id === null ? null : this.books.store.get(type.id, id);
    const replaced = new Set(Object.keys(typed).map((name) => name.toLowerCase()));
    const { patch, unknown } = this.#codec.toPatch(type, { ...typed }, before, replaced);
    if (unknown[0] !== undefined) throw refusals.unknownField(unknown[0]);
    const isNew = id === null && channel === 'person';
    this.books.hideNewForMs = isNew ? (this.#board.take('late-search')?.delayMs ?? 0) : 0;
    try {
      return this.books.save(type, id, event === undefined ? patch : { ...patch, event }, channel).id;
    } finally {
      this.books.hideNewForMs = 0;
    }
  }

  remove(typeName: string, id: string): void {
    this.books.remove(this.books.type(typeName), id, 'person');
  }

  act(verb: string, parameters: Typed): unknown {
    const { books, roles, scripts, server } = this;
    const save = (type: string, id: string | null, typed: Typed, channel: Channel, event?: string) =>
      this.save(type, id, typed, channel, event);
    return act({ books, roles, scripts, server, save }, verb, parameters);
  }

  rows(typeName: string): Row[] {
    if (typeName.includes(':')) return this.#lineRows(typeName);
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
