// Connecting from inside an org: its doorbell rings with a username, we try to sign in as that user, and only what the
// org's own row says counts (PROTOCOL.md).
import { z } from 'zod';
import { instantText, parseInstant } from '../../../shared/dates.ts';
import { Fault } from '../../faults.ts';
import type { TokenKeeper } from '../connector.ts';
import { SalesforceRest, type SObject } from '../kits/salesforce-rest.ts';
import { id18, soqlText } from '../kits/salesforce-rest-values.ts';
import type { Pairing, PairingOutcome, PairingRequest, PairingShown, PairingTools } from '../pairing.ts';
import { currencyField, Dialect } from './dialect.ts';
import { connectionType, saveConnection } from './presence.ts';
import { connectRequests } from './receiver.ts';
import { missingIn } from './schema.ts';

/** A request counts for a day. */
const lifeMs = 24 * 3_600_000;
/** What fits into the field that lists open steps. */
const missingLengthMax = 255;

export const clientName = 'Tieout/1.0';

const app = z.object({
  consumerKey: z.string().min(1),
  /** PKCS #8, as PEM. */
  privateKey: z.string().min(1),
  /** Where users of each kind of org sign in. */
  logins: z
    .object({ production: z.url(), sandbox: z.url() })
    .default({ production: 'https://login.salesforce.com', sandbox: 'https://test.salesforce.com' }),
});
type App = z.infer<typeof app>;

export const pairing: Pairing = { app, requestsIn: connectRequests, attempt };

async function attempt(request: PairingRequest, tools: PairingTools): Promise<PairingOutcome> {
  const held = app.parse(tools.app);
  const namespace = request.recordType === connectionType ? 'tieout' : '';
  const dialect = new Dialect({ namespace, singleCurrency: null });
  if (request.recordType !== dialect.theirs(connectionType) || id18(request.recordId) === null) {
    return { outcome: 'idle' };
  }
  let missing = ['authorise'];
  for (const environment of ['production', 'sandbox'] as const) {
    const loginUrl = held.logins[environment];
    const rest = restOf(request, held, loginUrl, tools);
    try {
      const { account, instanceUrl } = await rest.identity();
      const settings = { loginUrl, instanceUrl, username: request.username, namespace };
      const name = new URL(instanceUrl).hostname.split('.')[0] ?? account;
      return await opened({
        rest,
        dialect,
        request,
        nowMs: tools.nowMs(),
        found: { account, environment, settings, name },
      });
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'unauthorised') throw error;
      const step = stepOf(error);
      // A user is known in one of the two places only: the other says no more than that it is not there.
      if (step !== 'authorise') missing = [step];
    }
  }
  return { outcome: 'shut', missing };
}

/** What the token endpoint's refusals ask an admin to do. */
function stepOf({ vendorCode, message }: Fault): string {
  if (vendorCode === 'invalid_app_access') return 'assign';
  if (vendorCode === 'invalid_grant' && !/approved this consumer/i.test(message)) return 'user';
  // Without a code of theirs: the user is one of another org.
  return vendorCode === null ? 'user' : 'authorise';
}

function restOf({ account, username }: PairingRequest, held: App, loginUrl: string, tools: PairingTools) {
  const { consumerKey, privateKey } = held;
  const { fetch, nowMs } = tools;
  const own = { account, username, loginUrl, instanceUrl: null, consumerKey, privateKey, clientName };
  return new SalesforceRest({ ...own, fetch, nowMs, tokens: shortMemory() });
}

/** For the few calls of one attempt. */
function shortMemory(): TokenKeeper {
  let kept: Promise<{ readonly value: string }> | null = null;
  return {
    get: async (_name, mint) => {
      kept ??= mint();
      return (await kept).value;
    },
    drop: () => {
      kept = null;
    },
  };
}

interface Inside {
  readonly rest: SalesforceRest;
  readonly dialect: Dialect;
  readonly request: PairingRequest;
  readonly nowMs: number;
  readonly found: {
    readonly account: string;
    readonly environment: 'production' | 'sandbox';
    readonly settings: Readonly<Record<string, unknown>>;
    readonly name: string;
  };
}

const asked = {
  state: 'tieout__State__c',
  username: 'tieout__Integration_Username__c',
  code: 'tieout__Pairing_Code__c',
  isEu: 'tieout__Keep_In_EU__c',
  currency: 'tieout__Currency__c',
} as const;

/** The row is the authority, whoever told us of it: nobody but the org's admins and its integration user make one. */
async function opened(inside: Inside): Promise<PairingOutcome> {
  const { rest, dialect, request, nowMs, found } = inside;
  const row = await rowOf(inside);
  if (row === 'hidden') return { outcome: 'shut', missing: ['assign'] };
  const text = (field: string) => String(row?.[dialect.theirs(field)] ?? '');
  const isAsked = text(asked.username).toLowerCase() === request.username.toLowerCase();
  if (!row || text(asked.state) !== 'pairing' || !isAsked) return { outcome: 'idle' };
  const show = (shown: PairingShown) => showPairing(inside, shown);
  if (nowMs - parseInstant(String(row['CreatedDate'])) >= lifeMs) {
    await show({ state: 'refused', installation: null, missing: ['connect'] });
    return { outcome: 'idle' };
  }
  const lacking = await missingIn(rest, dialect);
  // An org with one currency has no field for it: the page that made the request knows which one it is.
  const singleCurrency = lacking.some((one) => one.endsWith(`.${currencyField}`)) ? text(asked.currency) : '';
  const missing = lacking.filter((one) => singleCurrency === '' || !one.endsWith(`.${currencyField}`));
  if (missing.length > 0) {
    const names = missing.map((one) => dialect.theirs(one.slice(one.indexOf(':') + 1)));
    await show({ state: 'pairing', installation: null, missing: ['access', ...names] });
    return { outcome: 'shut', missing: ['access'] };
  }
  const settings = { ...found.settings, ...(singleCurrency !== '' && { singleCurrency }) };
  const jurisdiction = row[dialect.theirs(asked.isEu)] === true ? 'eu' : '';
  return { outcome: 'open', ...found, settings, code: text(asked.code) || null, jurisdiction, show };
}

/** `hidden`: signed in, and yet the package's own type is out of sight, so its permission set is not assigned. */
async function rowOf({ rest, dialect, request }: Inside): Promise<SObject | 'hidden' | undefined> {
  const columns = ['Id', 'CreatedDate', ...Object.values(asked).map((field) => dialect.theirs(field))].join(', ');
  const id = soqlText(id18(request.recordId) ?? '');
  try {
    const rows = await rest.query(`SELECT ${columns} FROM ${dialect.theirs(connectionType)} WHERE Id = ${id}`);
    return rows[0];
  } catch (error) {
    if (error instanceof Fault && error.code === 'schema-changed') return 'hidden';
    throw error;
  }
}

function showPairing({ rest, dialect, request, nowMs }: Inside, shown: PairingShown): Promise<void> {
  return saveConnection(rest, dialect, id18(request.recordId), {
    tieout__State__c: shown.state,
    tieout__Installation__c: shown.installation,
    tieout__Missing__c: fitting(shown.missing),
    tieout__Checked_At__c: instantText(nowMs),
  });
}

/** As many as fit; the others are named once these are there. */
function fitting(missing: readonly string[]): string | null {
  let text = '';
  for (const one of missing) {
    const longer = text === '' ? one : `${text} ${one}`;
    if (longer.length > missingLengthMax) break;
    text = longer;
  }
  return text === '' ? null : text;
}
