// NetSuite: the ledger, and the PSA too for firms that keep projects and time there; reached through our RESTlet, or by
// the vendor's own interfaces where our SuiteApp is not installed. PROTOCOL.md is what is asked, FACTS.md why.
import { defineConnector, type Limits, type Variation } from '../connector.ts';
import { openSession, statusesMax } from './client.ts';
import { consent } from './consent.ts';
import { embed } from './embed.ts';
import { compareStamps, feeds } from './feeds.ts';
import { maps } from './map.ts';
import { mapsWithoutPackage, typesWithoutPackage } from './map-without-package.ts';
import { receiver } from './receiver.ts';
import { pageOf, secrets, settings } from './settings.ts';
import { recordsMax } from './snapshots.ts';

/** UNVERIFIED: a RESTlet is stopped after 300 s, so a call that was cut can save nothing later than that. */
const restletLifetimeMs = 300_000;

/** UNVERIFIED: a request of the record API is ended after 15 minutes, so one that was cut can save nothing later. */
const requestLifetimeMs = 900_000;

const limits: Limits = {
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
};

/** Without our SuiteApp each record is saved by a call of its own, and nothing of ours is there to be filled in. */
const withoutSuiteApp: Variation = {
  limits: { ...limits, writeBatchMax: 20, statusBatchMax: 0 },
  maps: mapsWithoutPackage,
  settleMs: requestLifetimeMs,
  feeds: feeds.filter(({ name }) => typesWithoutPackage.has(name)),
};

export const netsuite = defineConnector({
  name: 'netsuite',
  title: 'NetSuite',
  roles: ['erp', 'psa'],
  settings,
  secrets,
  limits,
  maps,
  variation: ({ access }) => (access === 'rest' ? withoutSuiteApp : {}),
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
  consent,
  connect: openSession,
});
