// What an admin fills in to connect, what the vault keeps, and the addresses that follow from the account id.
import { z } from 'zod';
import { type HostRole, hostRoles } from '../../../shared/host-roles.ts';

/** Our name for a value -> the internal id of the same value in the account. An empty table translates nothing. */
const idTable = z.record(z.string().min(1), z.string().min(1));

/**
 * UNVERIFIED: the ids of the standard project statuses. They are a list that accounts change, hence a setting.
 * The standard list has nothing for `on-hold`: until an admin names one, such a project is refused, visibly.
 */
const standardProjectStatuses = { planned: '4', active: '2', closed: '1' };

/** Roles that an account has from the start or that our package brings; a firm names its own beside them. */
const shippedRoles: Record<string, HostRole[]> = {
  customrole_tieout_admin: ['admin'],
  customrole_tieout_finance: ['finance'],
  customrole_tieout_delivery: ['delivery'],
  customrole_tieout_approver: ['approver'],
  administrator: ['admin', 'approver'],
};

export const settings = z.object({
  accountId: z
    .string()
    .regex(/^[A-Za-z0-9]+(_[A-Za-z0-9]+)?$/)
    .meta({
      title: 'Account id',
      description: 'As shown under Setup > Company > Company Information, e.g. 1234567_SB1',
    }),
  access: z.enum(['suiteapp', 'rest']).default('suiteapp').meta({
    title: 'Access',
    description: 'rest: without our SuiteApp, by the record API and SuiteQL; no fields, pages or notices of ours',
  }),
  restUrl: z
    .url()
    .optional()
    .meta({ title: 'SuiteTalk address', description: 'Only if it differs from the usual one' }),
  restletUrl: z
    .url()
    .optional()
    .meta({ title: 'RESTlet address', description: 'Only if it differs from the usual one' }),
  appUrl: z
    .url()
    .optional()
    .meta({ title: 'Address of the pages', description: 'Only if it differs from the usual one' }),
  pageRoles: z
    .record(z.string(), z.array(z.enum(hostRoles)))
    .default(shippedRoles)
    .meta({
      title: 'Who may do what',
      description:
        'Script id of a NetSuite role -> viewer, sales, finance, delivery, admin, approver; all others look only',
    }),
  subsidiaries: idTable.default({}).meta({ title: 'Legal entities', description: 'Legal entity -> subsidiary id' }),
  currencies: idTable.default({}).meta({ title: 'Currencies', description: 'ISO code -> currency id' }),
  terms: idTable.default({}).meta({ title: 'Payment terms', description: 'Terms -> id' }),
  projectStatuses: idTable
    .default(standardProjectStatuses)
    .meta({ title: 'Project statuses', description: 'planned, active, on-hold, closed -> status id' }),
  serviceItems: idTable
    .default({})
    .meta({ title: 'What is sold', description: 'Role -> id of the service sold; * for every other role' }),
  expenseCategories: idTable
    .default({})
    .meta({ title: 'Expense categories', description: 'Category of the PSA -> id of the expense category' }),
});
export type Settings = z.infer<typeof settings>;

export const secrets = z.object({
  clientId: z.string().min(1).meta({ title: 'Client id of the integration record' }),
  certificateId: z.string().min(1).meta({ title: 'Certificate id' }),
  privateKey: z.string().startsWith('-----BEGIN PRIVATE KEY-----').meta({
    title: 'Private key (PKCS #8, P-256)',
    contentMediaType: 'application/x-pem-file',
  }),
  certificateUntil: z.iso
    .date()
    .optional()
    .meta({ title: 'Certificate good until', description: 'Where the hub has made it: it then renews it in time' }),
  mapped: z
    .object({ role: z.string(), entity: z.string() })
    .optional()
    .meta({ title: 'Logs in as', description: 'Internal ids of the role and the user of the certificate' }),
});
export type Secrets = z.infer<typeof secrets>;

const clientsPath = '/services/rest/auth/oauth2/v1/clients';
const tokenPath = '/services/rest/auth/oauth2/v1/token';
const restletPath = '/app/site/hosting/restlet.nl?script=customscript_tieout_rl_api&deploy=customdeploy_tieout_rl_api';

export interface Addresses {
  readonly rest: string;
  readonly token: string;
  readonly restlet: string;
  readonly app: string;
  /** Beside the client id and what is asked of it. */
  /** UNVERIFIED which of the two hosts has them; the second is asked where the first does not know the address. */
  readonly certificates: readonly [string, string];
}

export function addressesOf(given: Settings): Addresses {
  const host = given.accountId.toLowerCase().replaceAll('_', '-');
  const rest = given.restUrl ?? `https://${host}.suitetalk.api.netsuite.com`;
  const restlets = given.restletUrl ?? `https://${host}.restlets.api.netsuite.com`;
  const app = given.appUrl ?? `https://${host}.app.netsuite.com`;
  return {
    rest: bare(rest),
    token: `${bare(rest)}${tokenPath}`,
    restlet: `${bare(restlets)}${restletPath}`,
    app: bare(app),
    certificates: [`${bare(restlets)}${clientsPath}`, `${bare(rest)}${clientsPath}`],
  };
}

function bare(url: string): string {
  return url.replace(/\/+$/, '');
}

/** UNVERIFIED: the paths of the record pages. */
const pagePaths: Readonly<Record<string, string>> = {
  customer: '/app/common/entity/custjob.nl',
  job: '/app/accounting/project/project.nl',
  employee: '/app/common/entity/employee.nl',
  timebill: '/app/accounting/transactions/timebill.nl',
  salesorder: '/app/accounting/transactions/salesord.nl',
  invoice: '/app/accounting/transactions/custinvc.nl',
  expensereport: '/app/accounting/transactions/exprept.nl',
  customerpayment: '/app/accounting/transactions/custpymt.nl',
  projecttask: '/app/accounting/project/projecttask.nl',
};

export function pageOf(given: Settings, recordType: string, recordId: string): string | null {
  // A line is seen on the page of the record it stands in.
  const path = pagePaths[recordType.replace(/:.*$/, '')];
  const id = encodeURIComponent(recordId.replace(/:.*$/, ''));
  return path === undefined ? null : `${addressesOf(given).app}${path}?id=${id}`;
}
