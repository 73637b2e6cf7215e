// Salesforce as the CRM: what it is, what an admin fills in, and how a session is opened.
import { z } from 'zod';
import { Fault } from '../../faults.ts';
import { type ChangePage, compareText, defineConnector, type Feed, type Session } from '../connector.ts';
import { collectionMax, SalesforceRest } from '../kits/salesforce-rest.ts';
import { Dialect } from './dialect.ts';
import { embed, proveUser } from './embed.ts';
import { recordFeed, recordFeedFrom } from './feeds.ts';
import { maps } from './map.ts';
import { Outbox, outboxFrom } from './outbox.ts';
import { clientName, pairing } from './pairing.ts';
import { showPresence } from './presence.ts';
import { receiver } from './receiver.ts';
import type { CarriedType } from './record-types.ts';
import { Records } from './records.ts';
import { describeType, missingIn } from './schema.ts';
import { showStatuses } from './status.ts';
import { withdrawRecords } from './withdrawals.ts';
import { Writer } from './writes.ts';

const minuteMs = 60_000;
/** The vendor ends a request after ten minutes; what was committed is found at once. */
const settleMs = 10 * minuteMs;

const settings = z.object({
  loginUrl: z.url().default('https://login.salesforce.com').meta({
    title: 'Login address',
    description: 'https://test.salesforce.com for a sandbox',
  }),
  instanceUrl: z.url().optional().meta({
    title: 'Address of the org',
    description: 'https://….my.salesforce.com; without it there are no links to records and no pages inside',
  }),
  username: z.string().min(1).meta({ title: 'Integration user', description: 'Its user name' }),
  namespace: z.enum(['tieout', '']).default('tieout').meta({
    title: 'Namespace of the package',
    description: 'Empty only where the package was deployed from its source',
  }),
  singleCurrency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional()
    .meta({ title: 'Currency', description: 'Only for an org without multiple currencies, e.g. EUR' }),
});

const secrets = z.object({
  consumerKey: z.string().min(1).meta({ title: 'Consumer key of the external client app' }),
  privateKey: z.string().min(1).meta({ title: 'Private key (PKCS #8)', contentMediaType: 'application/x-pem-file' }),
});

const feeds: readonly Feed[] = [
  { name: 'outbox', everyMs: minuteMs, activeMs: 15_000, startAt: outboxFrom },
  recordTypeFeed('Account', 60 * minuteMs),
  recordTypeFeed('Opportunity', 60 * minuteMs),
  recordTypeFeed('tieout__Change_Order__c', 60 * minuteMs),
  recordTypeFeed('tieout__Invoice__c', 24 * 60 * minuteMs),
];

/** Repairs what the outbox missed, so it may come seldom. */
function recordTypeFeed(name: string, everyMs: number): Feed {
  return { name, everyMs, activeMs: everyMs, startAt: recordFeedFrom };
}

function carriedType(dialect: Dialect, name: string): CarriedType {
  const type = dialect.recordTypes.get(name);
  if (!type) throw new Fault('schema-changed', `${name} is not carried here`);
  return type;
}

export const salesforce = defineConnector({
  name: 'salesforce',
  title: 'Salesforce',
  roles: ['crm'],
  settings,
  secrets,
  limits: {
    // The vendor counts only calls of 20 s and more, 25 at a time; five at once keep parallel row locks rare.
    concurrentMax: 25,
    concurrentReserve: 20,
    // None is documented: calls at a time are what counts.
    requestsPerSecondMax: 100,
    readBatchMax: collectionMax,
    writeBatchMax: collectionMax,
    findBatchMax: collectionMax,
    statusBatchMax: collectionMax,
    timeoutMs: 2 * minuteMs,
  },
  maps,
  showsPresence: true,
  foreseen: { Opportunity: { IsWon: true, IsClosed: true } },
  repeatSafety: 'external-id',
  settleMs,
  rounding: 'half-up',
  feeds,
  compareVersions: compareText,
  showsFigures: ['Opportunity'],
  recordUrl: ({ instanceUrl, namespace }, { recordType, recordId }) => {
    if (instanceUrl === undefined) return null;
    const typeName = new Dialect({ namespace, singleCurrency: null }).theirs(recordType);
    return `${instanceUrl.replace(/\/+$/, '')}/lightning/r/${typeName}/${recordId}/view`;
  },
  receiver,
  embed,
  pairing,
  connect: (options): Session => {
    const { loginUrl, instanceUrl, username, namespace, singleCurrency } = options.settings;
    const rest = new SalesforceRest({
      account: options.account,
      fetch: options.fetch,
      nowMs: options.nowMs,
      tokens: options.tokens,
      loginUrl,
      instanceUrl: instanceUrl?.replace(/\/+$/, '') ?? null,
      username,
      ...options.secrets,
      clientName,
    });
    const dialect = new Dialect({ namespace, singleCurrency: singleCurrency ?? null, paths: options.paths });
    const records = new Records(rest, dialect);
    const writer = new Writer(rest, dialect, records);
    const outbox = new Outbox(rest, dialect);
    return {
      read: (refs) => records.read(refs),
      write: (writes) => writer.write(writes),
      withdraw: (withdrawals) => withdrawRecords(rest, withdrawals),
      find: (keys) => records.find(keys),
      changes: async (feed, cursor): Promise<ChangePage> =>
        feed === 'outbox'
          ? outbox.changes(cursor, options.nowMs())
          : recordFeed(rest, dialect, carriedType(dialect, feed), cursor, options.nowMs()),
      describe: async (recordType) => describeType(rest, dialect, carriedType(dialect, recordType)),
      present: (presence) => showPresence(rest, dialect, presence),
      showStatus: (statuses) => showStatuses(rest, dialect, statuses),
      proveUser: (claim) => proveUser(rest, dialect, claim, options.nowMs()),
      check: async () => ({ account: await rest.account(), missing: await missingIn(rest, dialect) }),
    };
  },
});
