// NetSuite's server in memory, imitated from FACTS.md alone, with our own package (outbox, RESTlet) installed in the account.
import { type Misbehaviour, type Row, type StandIn, type StandInFactory, Switchboard } from '../stand-in.ts';
import { act } from './stand-in/acts.ts';
import { Books, type Channel } from './stand-in/books.ts';
import { accountId, certificateId, clientId, privateKeyPem } from './stand-in/credentials.ts';
import { Outbox } from './stand-in/outbox.ts';
import { Permissions } from './stand-in/permissions.ts';
import { refusals } from './stand-in/refusal.ts';
import { RestCodec } from './stand-in/rest-codec.ts';
import { seed } from './stand-in/seed.ts';
import { Server } from './stand-in/server.ts';
import type { Entry } from './stand-in/shelf.ts';
import { isoOf } from './stand-in/values.ts';

export const standIn: StandInFactory = (options) => {
  const board = new Switchboard(options.nowMs);
  const clock = () => options.nowMs() + (board.isArmed('clock-skew')?.delayMs ?? 0);
  const codec = () => new RestCodec(world.books, options.baseUrl);

  function open() {
    const books: Books = new Books(clock, (type, before, after) => outbox.note(type, before, after));
    const outbox: Outbox = new Outbox(books, { board, account: accountId, send: options.send, chance: options.chance });
    const permissions = new Permissions();
    seed(books);
    return { books, outbox, permissions, server: new Server({ options, board, books, permissions, outbox }) };
  }
  let world = open();

  function save(typeName: string, id: string | null, values: Readonly<Record<string, unknown>>, channel: Channel) {
    const type = world.books.type(typeName);
    const before = id === null ? null : world.books.store.get(type.id, id);
    const replaced = new Set(Object.keys(values).map((name) => name.toLowerCase()));
    const { patch, unknown } = codec().toPatch(type, { ...values }, before, replaced);
    if (unknown[0] !== undefined) throw refusals.unknownField(unknown[0]);
    if (id === null && channel === 'person') world.books.hideNewForMs = board.take('late-search')?.delayMs ?? 0;
    try {
      return world.books.save(type, id, patch, channel).id;
    } finally {
      world.books.hideNewForMs = 0;
    }
  }

  const rowOf = (entry: Entry): Row => ({
    ...entry.values,
    ...entry.sublists,
    id: entry.id,
    externalid: entry.externalId,
    created: new Date(entry.createdMs).toISOString(),
    lastmodified: isoOf(entry.stampMs),
    ...(entry.type === 'timebill' ? { billedon: world.books.billedTime.get(entry.id) ?? null } : {}),
  });

  const made: StandIn = {
    name: 'netsuite',
    connection: {
      account: accountId,
      environment: 'sandbox',
      settings: { accountId, restUrl: options.baseUrl, restletUrl: options.baseUrl },
      secrets: { clientId, certificateId, privateKey: privateKeyPem },
    },
    fetch: (request) => world.server.fetch(request),
    create: (type, values) => save(type, null, values, 'person'),
    update: (type, id, values) => void save(type, id, values, 'person'),
    remove: (type, id) => world.books.remove(world.books.type(type), id, 'person'),
    act: (verb, parameters) =>
      act({ ...world, load: (type, values) => save(type, null, values, 'load') }, verb, parameters),
    rows: (type) => [...world.books.store.shelf(world.books.type(type).id).values()].map(rowOf),
    types: () => [...world.books.schema.types.keys()],
    subscribe: (to) => world.outbox.subscribe(to),
    deliver: () => {
      board.settleDue();
      return world.outbox.deliver();
    },
    arm: (fault) => {
      if (fault.how === 'schema-change') world.books.schema.rename(fault.detail ?? '');
      else board.arm(fault);
    },
    disarm: (how?: Misbehaviour) => {
      if (how === undefined || how === 'schema-change') world.books.schema.restoreNames();
      board.disarm(how);
    },
    calls: () => board.calls(),
    reset: () => {
      board.reset();
      world = open();
    },
  };
  return made;
};
