// NetSuite's server in memory, imitated from FACTS.md alone: REST, SuiteQL, logins, pages, and installed scripts.
import { type StandIn, type StandInFactory, Switchboard } from '../stand-in.ts';
import { Account } from './stand-in/account.ts';
import { accountId, certificateId, clientId, privateKeyPem } from './stand-in/credentials.ts';
import { listIds } from './stand-in/seed.ts';

export const standIn: StandInFactory = (options) => {
  const board = new Switchboard(options.nowMs);
  const clock = () => options.nowMs() + (board.isArmed('clock-skew')?.delayMs ?? 0);
  const installed: ReadonlyMap<string, string>[] = [];
  const open = () => {
    const account = new Account(options, board, clock);
    for (const files of installed) account.install(files);
    return account;
  };
  let account = open();
  const { baseUrl } = options;
  const made: StandIn = {
    name: 'netsuite',
    connection: {
      account: accountId,
      environment: 'sandbox',
      settings: { accountId, restUrl: baseUrl, restletUrl: baseUrl, ...listIds },
      secrets: { clientId, certificateId, privateKey: privateKeyPem },
    },
    fetch: (request) => account.server.fetch(request),
    create: (type, values) => account.save(type, null, values, 'person'),
    update: (type, id, values) => {
      account.save(type, id, values, 'person');
    },
    remove: (type, id) => account.remove(type, id),
    act: (verb, parameters) => account.act(verb, parameters),
    rows: (type) => account.rows(type),
    types: () => [...account.books.schema.types.keys()],
    install: (files) => {
      installed.push(files);
      account.install(files);
    },
    subscribe: () => {
      throw new Error('NetSuite sends no notices by itself: install a package that does.');
    },
    deliver: async () => {
      board.settleDue();
      await account.scripts.work('now');
      return 0;
    },
    arm: (fault) => {
      if (fault.how === 'schema-change') account.books.schema.rename(fault.detail ?? '');
      else board.arm(fault);
    },
    disarm: (how) => {
      if (how === undefined || how === 'schema-change') account.books.schema.restoreNames();
      board.disarm(how);
    },
    calls: () => board.calls(),
    reset: () => {
      board.reset();
      account = open();
    },
  };
  return made;
};
