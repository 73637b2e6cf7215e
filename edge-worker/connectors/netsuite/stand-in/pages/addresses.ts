// Where people find things: the address of each record type's page.

/** UNVERIFIED: the paths of the record pages. */
const paths: Readonly<Record<string, string>> = {
  customer: '/app/common/entity/custjob.nl',
  job: '/app/accounting/project/project.nl',
  projecttask: '/app/accounting/project/projecttask.nl',
  employee: '/app/common/entity/employee.nl',
  timebill: '/app/accounting/transactions/timebill.nl',
  timesheet: '/app/accounting/transactions/timesheet.nl',
  salesorder: '/app/accounting/transactions/salesord.nl',
  expensereport: '/app/accounting/transactions/exprept.nl',
  invoice: '/app/accounting/transactions/custinvc.nl',
  creditmemo: '/app/accounting/transactions/custcred.nl',
  customerpayment: '/app/accounting/transactions/custpymt.nl',
};
const ofOthers = '/app/common/custom/custrecordentry.nl';

export const suiteletPath = '/app/site/hosting/scriptlet.nl';
export const typesWithPages = Object.keys(paths);

export function pageOf(type: string, id: string): string {
  const path = paths[type];
  return path === undefined ? `${ofOthers}?rectype=${type}&id=${id}` : `${path}?id=${id}`;
}

/** Where one is made. */
export const newPageOf = (type: string) => paths[type] ?? `${ofOthers}?rectype=${type}`;

/** The record type whose page an address is; null when it is none. */
export function typeAt(path: string, query: URLSearchParams): string | null {
  if (path === ofOthers) return query.get('rectype');
  return Object.entries(paths).find(([, each]) => each === path)?.[0] ?? null;
}
