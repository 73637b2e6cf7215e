// NetSuite's server in memory, imitated from FACTS.md alone, with our own package installed in the account.
import { type StandIn, type StandInFactory, Switchboard } from '../stand-in.ts';
import { Account } from './stand-in/account.ts';
import { accountId, certificateId, clientId, privateKeyPem } from './stand-in/credentials.ts';
import { listIds } from './stand-in/seed.ts';

export const standIn: StandInFactory = (options) => {
  const board = new Switchboard(options.nowMs);
  const clock = () => options.nowMs() + (board.isArmed('clock-skew')?.delayMs ?? 0);
  let account = new Account(options, board, clock);
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
    subscribe: (to) => account.outbox.subscribe(to),
    deliver: () => {
      board.settleDue();
      return account.outbox.deliver();
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
      account = new Account(options, board, clock);
    },
  };
  return made;
};
