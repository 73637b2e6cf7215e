// Kantata OX (formerly Mavenlink), a PSA: pull only, cross-references instead of idempotency keys.
import { defineConnector, type Limits, type Session } from '../connector.ts';
import { Client, type Options, type Settings, secrets, settings } from './client.ts';
import { compareVersions, feeds, readChanges } from './feeds.ts';
import { maps } from './map.ts';
import { findRecords, readRecords } from './reads.ts';
import { checkAccess, describeType } from './schema.ts';
import { type Shown, showStatuses } from './status.ts';
import { writeRecord } from './writes.ts';

/** They cut a request off after three minutes and answer 504; until then it may still commit. */
const requestMs = 180_000;
/** UNVERIFIED: how long a new record may be missing from lists. */
const searchLagMs = 60_000;

const limits: Limits = {
  // UNVERIFIED: their numbers are behind a customer login. Three at a time have been safe elsewhere.
  concurrentMax: 3,
  concurrentReserve: 1,
  requestsPerSecondMax: 4,
  readBatchMax: 200,
  // There is no bulk update, and what a bulk create does when one of its records fails is not documented.
  writeBatchMax: 1,
  findBatchMax: 50,
  statusBatchMax: 1,
  timeoutMs: 60_000,
};

export const kantata = defineConnector({
  name: 'kantata',
  title: 'Kantata OX',
  roles: ['psa'],
  settings,
  secrets,
  limits,
  variation: ({ requestsPerSecond }) => ({ limits: { ...limits, requestsPerSecondMax: requestsPerSecond } }),
  maps,
  repeatSafety: 'crosswalk',
  settleMs: requestMs + searchLagMs,
  rounding: 'half-up',
  showsExceptionsOnly: ['time_entries'],
  feeds,
  compareVersions,
  recordUrl: (settings, { recordType, recordId }) =>
    recordType === 'workspaces' ? `${pagesOf(settings)}/workspaces/${recordId}` : null,
  connect,
});

function connect(options: Options): Session {
  const client = new Client(options);
  const shown: Shown = new Map();
  return {
    read: (refs) => readRecords(client, refs),
    write: async (writes) => {
      const results = [];
      for (const write of writes) results.push(await writeRecord(client, write));
      return results;
    },
    find: (keys) => findRecords(client, keys),
    changes: (feed, cursor) => readChanges(client, feed, cursor),
    describe: (recordType) => describeType(client, recordType),
    showStatus: (statuses) => showStatuses(client, shown, statuses),
    check: () => checkAccess(client),
  };
}

/** People see the same account on the `app` host. */
function pagesOf(settings: Settings): string {
  return new URL(settings.apiBase).origin.replace('://api.', '://app.');
}
