// Kantata's own server, imitated from FACTS.md alone. Shares no code with the connector beside it.
import { type StandIn, type StandInFactory, type StandInOptions, Switchboard } from '../stand-in.ts';
import { perform } from './stand-in/acts.ts';
import { type Actor, Books } from './stand-in/books.ts';
import { firstToken, TokenDesk } from './stand-in/oauth.ts';
import type { Input } from './stand-in/rows.ts';
import { createRecord, removeRecord, updateRecord } from './stand-in/saves.ts';
import { Server } from './stand-in/server.ts';
import { shapes } from './stand-in/shapes.ts';

interface World {
  readonly books: Books;
  readonly desk: TokenDesk;
  readonly server: Server;
}

/** An empty account still has the person who pays for it and the user the token belongs to. */
function emptyWorld(board: Switchboard, options: StandInOptions): World {
  const books = new Books(board, options.nowMs);
  const desk = new TokenDesk(options.baseUrl, options.nowMs);
  const owner: Actor = { userId: books.ownerId, isPerson: true };
  createRecord(books, 'users', { full_name: 'Account Owner', email_address: 'owner@kantata.example' }, owner);
  createRecord(books, 'users', { full_name: 'Tieout Integration', email_address: 'tieout@kantata.example' }, owner);
  for (const event of books.table('subscribed_events').all()) books.table('subscribed_events').remove(event.id);
  return { books, desk, server: new Server(books, desk, board, options) };
}

export const standIn: StandInFactory = (options): StandIn => {
  const board = new Switchboard(options.nowMs);
  let world = emptyWorld(board, options);

  /** A person at work: the clock and the search lag are the vendor's, as in any save. */
  const asPerson = <Result>(by: string | undefined, work: (actor: Actor) => Result): Result => {
    const { books } = world;
    board.settleDue();
    books.skewMs = board.isArmed('clock-skew')?.delayMs ?? 0;
    let lateMs: number | null = null;
    books.lateMs = () => {
      lateMs ??= board.take('late-search')?.delayMs ?? 0;
      return lateMs;
    };
    return work({ userId: by ?? books.ownerId, isPerson: true });
  };
  const recordOf = (type: string, id: string) => {
    const row = world.books.table(type).get(id);
    if (!row) throw new Error(`No record ${id} in ${type}`);
    return row;
  };

  return {
    name: 'kantata',
    connection: {
      account: '415',
      environment: 'production',
      settings: { apiBase: `${options.baseUrl}/api/v1`, accountId: '415' },
      secrets: { accessToken: firstToken },
    },
    fetch: (request) => world.server.fetch(request),
    create: (type, values: Input, by) =>
      asPerson(by, (actor) => world.books.atomically(() => createRecord(world.books, type, values, actor).id)),
    update: (type, id, values: Input, by) =>
      asPerson(by, (actor) => {
        world.books.atomically(() => updateRecord(world.books, type, recordOf(type, id), values, actor));
      }),
    remove: (type, id, by) =>
      asPerson(by, (actor) => {
        world.books.atomically(() => removeRecord(world.books, type, recordOf(type, id), actor));
      }),
    act: (verb, parameters: Input) => {
      const by = typeof parameters['by'] === 'string' ? parameters['by'] : undefined;
      const { by: _actor, ...others } = parameters;
      return asPerson(by, (actor) => perform(world, verb, others, actor));
    },
    rows: (type) => {
      board.settleDue();
      return [...world.books.table(type).all()];
    },
    types: () => [...shapes.keys()],
    // Kantata pushes nothing: there is no address to remember and nothing to send.
    subscribe: () => {},
    deliver: async () => {
      board.settleDue();
      return 0;
    },
    arm: (fault) => board.arm(fault),
    disarm: (how) => board.disarm(how),
    calls: () => board.calls(),
    reset: () => {
      board.reset();
      world = emptyWorld(board, options);
    },
  };
};
