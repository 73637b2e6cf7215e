// People inside their own systems: each opens Tieout where their system shows it, proven by it, and works in its frame.
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { OrgVisitor } from '../hosts/lightning/org-in-browser.ts';
import { suiteletPage } from '../hosts/office.ts';
import { openPage, Visitor } from './browser.ts';
import { type Firm, ledgerTables } from './firm.ts';
import { until } from './people.ts';

const ns = 'tieout__';

/** Who is who in the ERP of this firm, which sells through what comes as the role of delivery. */
const pageRoles = {
  customrole_tieout_finance: ['finance'],
  customrole_tieout_approver: ['approver'],
  customrole_tieout_admin: ['admin'],
  customrole_tieout_delivery: ['sales'],
};

/** On this machine the pages of the ERP's account are where its stand-in is. */
export async function findPagesHere(firm: Firm): Promise<void> {
  const { settings: given, secrets } = firm.erp.connection;
  const settings = { ...given, ...ledgerTables(firm.erp), appUrl: firm.urls.erp, pageRoles };
  const connection = `/installations/${firm.installation.id}/connections/erp`;
  await firm.operator.call('PUT', `${connection}/credentials`, { secrets, settings });
}

/** The settings Suitelet of the ERP, in one of its roles. */
export async function insideErp(
  browser: Browser,
  { urls }: Firm,
  role: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Visitor> {
  const page = await openPage(browser, {});
  await page.context().addCookies([{ name: 'role', value: role, url: urls.erp }]);
  const visitor = new Visitor(page, urls.erp);
  await visitor.goTo(suiteletPage('sl_settings', more));
  return visitor.inFrame();
}

/** The Tieout tab of the CRM, as one of its users, with what they were given of our package. */
export async function insideCrm(
  browser: Browser,
  { crm, urls }: Firm,
  user: string,
  given: readonly string[],
): Promise<Visitor> {
  const id = crm.act('setUser', { user });
  for (const name of given) {
    const set = crm.rows('PermissionSet').find((row) => row['Name'] === `${ns}${name}`)?.id;
    crm.create('PermissionSetAssignment', { AssigneeId: id, PermissionSetId: set });
  }
  await until('the hub to have said that it is there', () => crm.rows(`${ns}Connection__c`).length > 0, 90_000);
  const visitor = await OrgVisitor.open(browser, { url: urls.crm, org: crm }, `${user}@acme.example`);
  await visitor.goTo(`/lightning/n/${ns}Tieout_Settings`);
  return visitor.inFrame();
}

/** Goes to a page of the console by its navigation. */
export async function goToPage({ content }: Visitor, title: string): Promise<void> {
  await content.getByRole('navigation', { name: 'Tieout' }).getByRole('link', { name: title, exact: true }).click();
  await content.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
}

/** From now on the hub is asked with a session that it does not know, until the page has been given another. */
export async function endSession({ page }: Visitor): Promise<void> {
  let ended: string | undefined;
  await page.route('**/v1/**', async (route) => {
    const headers = route.request().headers();
    ended ??= headers['authorization'];
    await route.continue(
      headers['authorization'] === ended ? { headers: { ...headers, authorization: 'Bearer ended' } } : {},
    );
  });
}

/** Takes away what a user of the CRM was given of our package. */
export function bare({ crm }: Firm, user: string): void {
  const id = crm.act('setUser', { user });
  for (const row of crm.rows('PermissionSetAssignment')) {
    if (row['AssigneeId'] === id) crm.remove('PermissionSetAssignment', row.id);
  }
}

/** What the browser has saved once it was pressed, as text. */
export async function saved({ page }: Visitor, button: ReturnType<Visitor['button']>): Promise<string> {
  const download = page.waitForEvent('download');
  await button.click();
  return readFileSync(await (await download).path(), 'utf8');
}
