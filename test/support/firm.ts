// A believable firm for journeys, demo and bench: its CRM, PSA and ERP as stand-ins over HTTP, one installation
// connected to all three.
import type { StandIn } from '../../edge-worker/connectors/stand-in.ts';
import { startStandIns } from '../stand-ins.ts';
import { type Hub, startHub } from './hub.ts';
import { type Installation, Operator } from './operator.ts';
import { freePort } from './serve.ts';

export const legalEntities = {
  'Northwind Consulting Inc': { subsidiary: '1', currency: 'USD', region: 'North America' },
  'Northwind Consulting Ltd': { subsidiary: '2', currency: 'GBP', region: 'UK & Ireland' },
  'Northwind Consulting GmbH': { subsidiary: '3', currency: 'EUR', region: 'DACH' },
  'Northwind Consulting KK': { subsidiary: '4', currency: 'JPY', region: 'Japan' },
} as const;
export type LegalEntity = keyof typeof legalEntities;

export interface Firm {
  readonly hub: Pick<Hub, 'url' | 'operatorKey'>;
  readonly operator: Operator;
  readonly installation: Installation;
  readonly crm: StandIn;
  readonly psa: StandIn;
  readonly erp: StandIn;
  /** Where the stand-ins are reached. */
  readonly urls: Readonly<Record<'crm' | 'psa' | 'erp', string>>;
  close(): Promise<void>;
}

export interface FirmOptions {
  /** A hub that runs already; without, one is started and ended with the firm. */
  readonly hub?: Pick<Hub, 'url' | 'operatorKey'>;
  /** What the systems of the firm take for the time; the machine's where nothing is said. */
  readonly nowMs?: () => number;
  /** Any free one, unless somebody has to know it beforehand. */
  readonly port?: number;
  readonly state: string;
  readonly vars?: Readonly<Record<string, string>>;
  /** Hears what the hub logs, a line at a time, instead of the console. */
  readonly onLog?: (line: string) => void;
  /**
   * `open`: nothing exists beforehand, so there is nothing to match. `matching`: first load and acceptance come
   * first.
   */
  readonly flow?: 'open' | 'matching';
  /** The firm keeps its projects and time in the ERP: there is no PSA beside it. */
  readonly isWithoutPsa?: boolean;
  /** Settings of a connection beyond what its stand-in names. */
  readonly settings?: Partial<Readonly<Record<'crm' | 'psa' | 'erp', Readonly<Record<string, unknown>>>>>;
}

/** A firm whose PSA lets us ask as often as we like: journeys are about what happens, not about how slowly. */
const briskPsa = { requestsPerSecond: 50 };

/** Starts everything and connects it. */
export async function startFirm(
  options: FirmOptions,
  prepare?: (systems: Pick<Firm, 'crm' | 'psa' | 'erp'>) => void,
): Promise<Firm> {
  const served = await startStandIns(0, options.nowMs);
  const standIn = (name: string) => {
    const found = served.running.find((one) => one.name === name);
    if (!found) throw new Error(`no stand-in called ${name}`);
    return found;
  };
  const [crm, psa, erp] = [standIn('salesforce'), standIn('kantata'), standIn('netsuite')];
  const systems = { crm: crm.standIn, psa: psa.standIn, erp: erp.standIn };
  prepare?.(systems);
  const own = options.hub ? null : await startOwnHub(options);
  const hub = options.hub ?? own;
  if (!hub) throw new Error('there is no hub');
  const operator = new Operator(hub.url, hub.operatorKey);
  const installation = await operator.found('Northwind Consulting');
  await connectAll(installation, systems, options);
  return {
    hub,
    operator,
    installation,
    ...systems,
    urls: { crm: crm.url, psa: psa.url, erp: erp.url },
    close: async () => {
      await own?.close();
      await served.close();
    },
  };
}

async function startOwnHub({ port, state, vars, onLog }: FirmOptions): Promise<Hub> {
  return startHub({ port: port ?? (await freePort()), state, ...(vars && { vars }), ...(onLog && { onLog }) });
}

export async function connectAll(
  installation: Installation,
  systems: Pick<Firm, 'crm' | 'psa' | 'erp'>,
  {
    flow = 'open',
    settings: given = {},
    isWithoutPsa = false,
  }: Pick<FirmOptions, 'flow' | 'settings' | 'isWithoutPsa'>,
): Promise<void> {
  for (const [role, standIn] of Object.entries(systems) as ['crm' | 'psa' | 'erp', StandIn][]) {
    if (isWithoutPsa && role === 'psa') continue;
    const { account, environment, settings, secrets } = standIn.connection;
    const made = await installation.connect({
      id: role,
      system: standIn.name,
      roles: isWithoutPsa && role === 'erp' ? ['psa', 'erp'] : [role],
      account,
      environment,
      settings: {
        ...settings,
        ...(role === 'psa' && briskPsa),
        ...(role === 'erp' && ledgerTables(standIn)),
        ...given[role],
      },
      secrets,
      flow,
    });
    if (made.hookUrl)
      standIn.subscribe({
        url: made.hookUrl,
        installation: installation.id,
        ...(made.hookKey && { key: made.hookKey }),
      });
  }
}

/** What is spent at the firm, and the ledger's ids of it. */
export const expenseCategories = { Travel: '1', Hotel: '2', Meals: '3' } as const;

/** The ledger's internal ids of our names, as an admin fills them in. */
export function ledgerTables(erp: StandIn): Record<string, unknown> {
  const table = (type: string, name: string) =>
    Object.fromEntries(erp.rows(type).map((row) => [String(row[name]), row.id]));
  const terms = Object.fromEntries(erp.rows('term').map((row) => [`NET${String(row['daysuntilnetdue'])}`, row.id]));
  return {
    subsidiaries: table('subsidiary', 'name'),
    currencies: table('currency', 'symbol'),
    terms,
    serviceItems: { '*': '1' },
    expenseCategories,
  };
}
