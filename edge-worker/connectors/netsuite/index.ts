// NetSuite: the ledger, and the PSA too for firms that keep projects and time there; reached through our
// RESTlet. PROTOCOL.md is what is spoken, FACTS.md why.
import { defineConnector } from '../connector.ts';
import { openSession, statusesMax } from './client.ts';
import { embed } from './embed.ts';
import { compareStamps, feeds } from './feeds.ts';
import { maps } from './map.ts';
import { receiver } from './receiver.ts';
import { pageOf, secrets, settings } from './settings.ts';
import { recordsMax } from './snapshots.ts';

/** UNVERIFIED: a RESTlet is stopped after 300 s, so a call that was cut can save nothing later than that. */
const restletLifetimeMs = 300_000;

export const netsuite = defineConnector({
  name: 'netsuite',
  title: 'NetSuite',
  roles: ['erp', 'psa'],
  settings,
  secrets,
  limits: {
    // The smallest account allows five calls at a time, shared with the customer's other tools.
    concurrentMax: 5,
    concurrentReserve: 2,
    // UNVERIFIED: none is documented; calls at a time are what counts.
    requestsPerSecondMax: 100,
    readBatchMax: recordsMax,
    writeBatchMax: recordsMax,
    findBatchMax: recordsMax,
    statusBatchMax: statusesMax,
    timeoutMs: 180_000,
  },
  maps,
  repeatSafety: 'external-id',
  settleMs: restletLifetimeMs,
  rounding: 'half-up',
  feeds,
  compareVersions: compareStamps,
  isStatusWrittenAlong: true,
  showsFigures: ['job'],
  recordUrl: (given, ref) => pageOf(given, ref.recordType, ref.recordId),
  receiver,
  embed,
  connect: openSession,
});
