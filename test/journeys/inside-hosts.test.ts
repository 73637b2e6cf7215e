// Story: finance and an integration admin do their day's work without leaving their own system. Everything here happens
// in the frame of the ERP's Suitelet or of the CRM's tab. Skipped without Chromium.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftAndSubmit, publishAsColleague, putBack } from '../console/admin-day.ts';
import { financeDay, whyIsThisSo } from '../console/finance-day.ts';
import { decide, openConnection, readInFull } from '../console/first-day.ts';
import { hasBrowser, openBrowser, type Visitor } from '../support/browser.ts';
import { lookAtBoth } from '../support/console-visit.ts';
import { type Firm, startFirm } from '../support/firm.ts';
import { bare, endSession, findPagesHere, goToPage, insideCrm, insideErp, saved } from '../support/inside-hosts.ts';
import { type Example, startExample } from '../support/pair.ts';
import { jobOf, sell, until, win } from '../support/people.ts';

const legalEntity = 'Northwind Consulting GmbH';
const deals = ['Harbour portal', 'Lakeside archive', 'Orchard migration'] as const;
const state = mkdtempSync(join(tmpdir(), 'tieout-inside-'));
let firm: Firm;
let browser: Browser;
let lab: Example | undefined;

beforeAll(async () => {
  if (!hasBrowser) return;
  firm = await startFirm({ state });
  await findPagesHere(firm);
  deals.forEach(hold);
  await until('all of them held', async () => (await firm.installation.exceptions()).length >= deals.length);
  browser = await openBrowser();
});

/** A won deal without a purchase order: finance are asked. */
function hold(name: string): void {
  const account = `${name.split(' ')[0]} Ltd`;
  const sale = { account, name, legalEntity, country: 'DE', purchaseOrder: null } as const;
  win(firm, sell(firm, { ...sale, rates: [['Senior Consultant', 185, 160]] }).opportunity);
}

afterAll(async () => {
  await browser?.close();
  await lab?.served.close();
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

describe.skipIf(!hasBrowser)('Finance, in the ERP', () => {
  const cause = 'Purchase order is missing';
  const asFinance = () => insideErp(browser, firm, 'customrole_tieout_finance');

  it('loses nothing when the session runs out in mid-work and the ERP wants a new login as well', async () => {
    const visitor = await asFinance();
    const { content, page } = visitor;
    await goToPage(visitor, 'Exceptions');
    await content.getByRole('row', { name: new RegExp(cause) }).click();
    await content.getByRole('row', { name: /Orchard/ }).click();
    await visitor.button('Approve once').click();
    const dialog = content.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('Told on the phone');
    await signIn(page, 'customrole_sales_clerk');
    await endSession(visitor);
    const approve = dialog.getByRole('button', { name: 'Approve once', exact: true });
    await approve.click();
    await visitor.hasText('What you have begun is still here.');
    await visitor.hasText('Nothing was done: your system does not say who you are.');
    await lookAtBoth(visitor, 'session-refused');
    expect(await dialog.getByLabel('Reason').inputValue()).toBe('Told on the phone');
    await signIn(page, 'customrole_tieout_finance');
    await approve.click();
    await dialog.waitFor({ state: 'detached' });
    await until('the approved project in the ERP', () => jobOf(firm, 'Orchard migration'));
    expect(visitor.problems).toEqual([]);
    await page.close();
  });

  const signIn = (page: Page, role: string) =>
    page.context().addCookies([{ name: 'role', value: role, url: firm.urls.erp }]);

  it('answers what waits, one with a reason and the rest at once, and sees why a record is so', async () => {
    const visitor = await asFinance();
    const [name] = deals;
    await financeDay(visitor, { cause, waiting: deals.length - 1, name });
    await until('the approved project in the ERP', () => jobOf(firm, name));
    await whyIsThisSo(visitor, name, 'Approved');
    expect(visitor.problems).toEqual([]);
    await visitor.page.close();
  });

  it('begins with a page, saves files, goes back with the browser, and is in the colours of the ERP', async () => {
    const visitor = await insideErp(browser, firm, 'customrole_tieout_finance', { open: 'tie-out' });
    const { content, page } = visitor;
    await content.getByRole('heading', { level: 1, name: 'Tie-out', exact: true }).waitFor();
    const frame = page.frames().find((one) => one !== page.mainFrame());
    const chosen = "getComputedStyle(document.querySelector('nav [aria-current=page]')).borderBottomColor";
    const ofRedwood = 'rgb(0, 104, 140)';
    expect(await frame?.evaluate(chosen)).toBe(ofRedwood);
    expect(await saved(visitor, visitor.button('Export CSV'))).toContain('"Project","Customer","Currency"');
    await goToPage(visitor, 'Audit');
    expect(await saved(visitor, visitor.button('Export with signatures'))).toContain('"is":"head"');
    await page.evaluate('history.back()');
    await content.getByRole('heading', { level: 1, name: 'Tie-out', exact: true }).waitFor();
    await page.close();
  });
});

describe.skipIf(!hasBrowser)('An integration admin, in the CRM', () => {
  const place = { system: 'NetSuite (erp)', path: 'values.comments', customer: 'Harbour Ltd' } as const;
  const comments = () => firm.erp.rows('customer').find((row) => row['companyname'] === place.customer)?.['comments'];

  it('maps, previews, moves an owner and submits; a colleague in the ERP publishes; it is put back', async () => {
    const day = { ...place, title: `Names in capitals, ${Date.now()}` };
    const ada = await insideCrm(browser, firm, 'ada.admin', ['Tieout_Admin']);
    await draftAndSubmit(ada, day);
    const petra = await insideErp(browser, firm, 'customrole_tieout_approver');
    await publishAsColleague(petra, day);
    const account = firm.crm.rows('Account').find((row) => row['Name'] === day.customer)?.id ?? '';
    firm.crm.update('Account', account, { Phone: '+49 40 1' }, 'anna@northwind.example');
    await until('the name in capitals in the ERP', () => comments() === 'HARBOUR LTD');
    await putBack(petra, 1, 'The ledger prints them');
    for (const visitor of [ada, petra]) {
      expect(visitor.problems).toEqual([]);
      await visitor.page.close();
    }
  });

  it('loses nothing when the session runs out, copies a key, and opens the ledger outside of the frame', async () => {
    const ada = await insideCrm(browser, firm, 'ada.admin', []);
    const { content, page } = ada;
    await goToPage(ada, 'API');
    await ada.button('Make a key').click();
    await content.getByLabel('Used by').fill('Warehouse');
    await content.getByLabel('Read records, their status, versions, links and history').check();
    await endSession(ada);
    await ada.button('Make it').click();
    const key = String(await content.locator('code').filter({ hasText: 'tieout_key_' }).textContent());
    await ada.button('Copy').click();
    await ada.hasText('Copied.');
    await goToPage(ada, 'Records');
    const find = content.getByLabel('Number, name or id in any system');
    await find.press('Control+V');
    await until('the key pasted', async () => (await find.inputValue()) === key);
    await find.fill(place.customer);
    await ada.button('Find').click();
    await content
      .getByRole('row', { name: /Harbour Ltd/ })
      .first()
      .click();
    const opened = page.waitForEvent('popup');
    await content
      .getByRole('columnheader', { name: /NetSuite/ })
      .getByRole('link')
      .click();
    const ledger = await opened;
    ledger.on('dialog', (dialog) => void dialog.accept());
    await ledger.getByRole('heading', { level: 1, name: place.customer }).waitFor();
    // The pages of a ledger ask before they do things: a window that inherits the frame's limits could not.
    expect(await ledger.evaluate("confirm('Delete it?')")).toBe(true);
    expect(ada.problems).toEqual([]);
    await page.close();
  });
});

describe.skipIf(!hasBrowser)('Whoever has nothing to answer there', () => {
  /** What is one person's to answer is shown to the others, with whose turn it is. */
  async function looksOn(visitor: Visitor, name: string): Promise<void> {
    const { content } = visitor;
    await goToPage(visitor, 'Exceptions');
    await content.getByRole('row', { name: /Purchase order is missing/ }).click();
    await content.getByRole('row', { name: /Mill portal/ }).click();
    await visitor.hasText('What is done about it is for Finance to say.');
    expect(await content.getByRole('button', { name: /Approve|Reject|Retry/ }).count()).toBe(0);
    await lookAtBoth(visitor, `roles-${name}-exception`);
    await goToPage(visitor, 'Audit');
    await visitor.hasText('The audit is not for your role');
    expect(visitor.problems).toEqual([]);
    await visitor.page.close();
  }

  it('looks on, as a viewer in the CRM and as a seller in the ERP', async () => {
    hold('Mill portal');
    await until('it to be held', async () => (await firm.installation.exceptions()).length > 0);
    const viewer = await insideCrm(browser, firm, 'vera.viewer', []);
    await viewer.hasText('vera.viewer, Viewer');
    await looksOn(viewer, 'viewer');
    const seller = await insideErp(browser, firm, 'customrole_tieout_delivery');
    await seller.hasText('Priya Raman, Viewer, Sales');
    await looksOn(seller, 'seller');
  });

  it('is told whom to ask where the system itself lets nobody in', async () => {
    bare(firm, 'otto');
    const otto = await insideCrm(browser, firm, 'otto', []);
    await otto.page.getByText('Ask your Salesforce admin for the permission set Tieout User.').waitFor();
    expect(await otto.page.locator('iframe').count()).toBe(0);
    await lookAtBoth(otto, 'roles-none-crm');
    await otto.page.close();
    const clerk = await insideErp(browser, firm, 'customrole_sales_clerk');
    await clerk.page.getByText('You do not have permission to open this page.').waitFor();
    await lookAtBoth(clerk, 'roles-none-erp');
    await clerk.page.close();
  });
});

describe.skipIf(!hasBrowser)('The likely matches of one more system', () => {
  let tries = 0;

  it('are decided by an integration admin inside the CRM, and the next by one inside the ERP', async () => {
    tries += 1;
    const id = `lab${tries}`;
    lab = await startExample(Math.random);
    const { standIn } = lab;
    const there = { stage: 'client', currency: 'EUR', active: true };
    for (const name of ['Harbour Limited', 'Lakeside Limited'])
      standIn.create('client', { display_name: name, ...there });
    const settings = { ...standIn.connection, flow: 'matching' };
    await firm.installation.connect({ id, system: standIn.name, roles: ['billing'], ...settings });
    const lena = await insideCrm(browser, firm, `lena.admin${tries}`, ['Tieout_Admin']);
    await readInFull(lena, id);
    await decide(lena, { record: 'Harbour Limited', answer: 'It is this one', says: '1 agree with one of ours' });
    const seats = await insideErp(browser, firm, 'customrole_tieout_admin');
    await openConnection(seats, id);
    await decide(seats, { record: 'Lakeside Limited', answer: 'It is new', says: 'Nothing is left to decide' });
    for (const visitor of [lena, seats]) {
      expect(visitor.problems).toEqual([]);
      await visitor.page.close();
    }
  });
});
