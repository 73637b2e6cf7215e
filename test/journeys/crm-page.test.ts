// Story: a seller's day on the opportunity's own page in Salesforce. The deal is checked, mended and won there;
// customer and project appear in PSA and ERP, held time shows until it is released, and the hub is away for an hour.
// Skipped without Chromium.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OrgVisitor } from '../hosts/lightning/org-in-browser.ts';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { type Firm, startFirm } from '../support/firm.ts';
import { goThroughFramed } from '../support/framed-console.ts';
import { type HubProcess, spawnHub } from '../support/hub-process.ts';
import { arrive, holdsOnTime, postedTime, sole } from '../support/pages.ts';
import { approveTime, hire, jobOf, logTime, sell, until, win, workspaceOf } from '../support/people.ts';
import { freePort } from '../support/serve.ts';

const legalEntity = 'Northwind Consulting GmbH';
const role = 'Senior Consultant';
const name = 'Harbour & Pine ERP rollout';
const state = mkdtempSync(join(tmpdir(), 'tieout-crm-page-'));
const port = await freePort();

let hub: HubProcess;
let firm: Firm;
let browser: Browser;
let anna: OrgVisitor;
let deal = '';
let user = '';
/** How far the firm's day has moved on beyond the machine's. */
let aheadMs = 0;
const hourMs = 3_600_000;

beforeAll(async () => {
  if (!hasBrowser) return;
  [browser, hub] = await Promise.all([openBrowser(), spawnHub({ port, state })]);
  firm = await startFirm({ hub, state, nowMs: () => Date.now() + aheadMs });
  const rates = [[role, 185, 160]] as const;
  const sale = { account: 'Harbour & Pine', name, legalEntity, country: 'DE', purchaseOrder: null, rates } as const;
  deal = sell(firm, sale).opportunity;
  const org = { url: firm.urls.crm, org: firm.crm };
  anna = await OrgVisitor.open(browser, org, 'Anna Reyes@acme.example');
  await anna.page.goto(`${firm.urls.crm}/lightning/assets/page.js`, { timeout: 180_000 });
});

afterAll(async () => {
  await browser?.close();
  await hub?.kill();
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

const page = () => anna.page.getByRole('complementary', { name: 'Components' });
const says = (words: string | RegExp) => page().getByText(words).first().waitFor({ timeout: 60_000 });

describe.skipIf(!hasBrowser)('On the page of an opportunity', () => {
  it('a check names what would hold the deal, without anything being created anywhere', async () => {
    await firm.installation.settled();
    await anna.record('Opportunity', deal);
    await says('Nothing to show yet');
    const askedMs = performance.now();
    await anna.button('Check this deal').click();
    await says('Would be held');
    const seconds = ((performance.now() - askedMs) / 1000).toFixed(1);
    console.log(`"Check this deal": reasons on the page after ${seconds} s (goal: within 5 s)`);
    await says('Purchase order is missing');
    await says('Finance');
    await anna.shot('journey-check');
    expect(firm.erp.rows('customer')).toEqual([]);
  });

  it('what was missing is entered, and the next check passes', async () => {
    await anna.button('Edit').click();
    await anna.page.getByLabel('Purchase Order', { exact: true }).fill('PO-7731');
    await anna.button('Save').click();
    await anna.button('Edit').waitFor();
    await anna.button('Check this deal').click();
    await says('Would pass');
    await says('Every control would let this deal pass.');
  });

  it('the deal is won, becomes customer and project in PSA and ERP, and the page says so by itself', async () => {
    await anna.page.getByLabel('Stage', { exact: true }).selectOption('Closed Won');
    await anna.button('Mark as Current Stage').click();
    await until('the job', () => jobOf(firm, name), 60_000);
    await until('the workspace', () => workspaceOf(firm, name), 60_000);
    await firm.installation.settled();
    await anna.button('Sync now').last().click();
    await says('Up to date.');
    const text = await anna.text();
    expect(text).toMatch(/NetSuite In step/);
    expect(text).toMatch(/Kantata In step/);
    expect(text).toMatch(/Sold [€EUR ]*29,600/);
    expect(text).not.toContain('Would pass');
    const link = page().getByRole('link', { name: /^Open .+ in NetSuite$/ });
    expect(await link.getAttribute('href')).toMatch(/netsuite\.com/);
    expect(await anna.violations()).toEqual([]);
    await anna.shot('journey-won');
  });

  it('time that is held shows as held, and as delivered once finance have released it', async () => {
    user = hire(firm, 'Ines Carvalho', 'ines.carvalho@northwind.example', role, legalEntity).user;
    const entry = work('Cut-over weekend', 19_000);
    await arrive(firm);
    const hold = sole(await holdsOnTime(firm, entry));
    expect(hold.control).toBe('rate-mismatch');
    await anna.page.reload();
    await says('Held');
    await until('the held figure', async () => /Held [€EUR ]*760/.test(await reloaded()), 30_000);
    await firm.installation.answer(hold.id, 'approve', 'Weekend rate agreed by mail');
    await firm.installation.settled();
    expect(postedTime(firm, 'Cut-over weekend')).toHaveLength(1);
    await until('the delivered figure', async () => !/Held [€EUR ]*760/.test(await reloaded()), 30_000);
    expect(await anna.text()).toMatch(/Delivered [€EUR ]*760/);
    await anna.shot('journey-released');
  });

  async function reloaded(): Promise<string> {
    await anna.page.reload();
    await says('NetSuite');
    return anna.text();
  }

  /** Four hours that are approved at once. */
  function work(notes: string, rateMinor: number): string {
    const workspace = workspaceOf(firm, name) ?? '';
    const entry = logTime(firm, { workspace, user, date: '2026-11-03', minutes: 240, role, notes, rateMinor });
    approveTime(firm, [entry]);
    return entry;
  }

  async function order(number: string): Promise<void> {
    await anna.button('Edit').click();
    await anna.page.getByLabel('Purchase Order', { exact: true }).fill(number);
    await anna.button('Save').click();
    await anna.button('Edit').waitFor();
  }

  it('opens and saves while the hub is away for an hour, and says what it cannot know', async () => {
    await until('the hub to have said that it is there', () => lastSeen() !== null, 90_000);
    await hub.kill();
    await anna.page.reload();
    await says('NetSuite');
    expect(await anna.text()).toMatch(/NetSuite In step/);
    await order('PO-7732');
    await anna.button('Sync now').last().click();
    await says('Asked. The answer appears here.');
    await theOrgRingsInVain();
    await order('PO-7733');
    work('Follow-up', 18_500);
    win(firm, sell(firm, { ...second, rates: [[role, 185, 40]] }).opportunity);
    await anna.page.addInitScript(pageClock, aheadMs);
    await anna.page.reload();
    await says('What is shown here is what Tieout knew when it last looked');
    expect(await anna.text()).toMatch(/NetSuite In step/);
    expect(await anna.violations()).toEqual([]);
    await anna.shot('journey-hour-away');
  });

  const second = {
    account: 'Harbour & Pine',
    name: 'Harbour & Pine archive',
    legalEntity,
    country: 'DE',
    purchaseOrder: 'PO-7740',
  } as const;
  const lastSeen = () => firm.crm.rows('tieout__Connection__c').at(-1)?.['tieout__Checked_At__c'] ?? null;

  /** The org tries again and again, at growing distances, until an hour has passed. */
  async function theOrgRingsInVain(): Promise<void> {
    const waiting = () => firm.crm.act('outboundMessages', {}) as readonly { tries: number; dueMs: number }[];
    const nowMs = () => Date.now() + aheadMs;
    const untilMs = nowMs() + hourMs;
    while (nowMs() < untilMs) {
      const due = await until('every message to have been tried', () => {
        const dues = waiting().map(({ dueMs }) => dueMs);
        return dues.length > 0 && dues.every((dueMs) => dueMs > nowMs()) ? dues : null;
      });
      aheadMs += Math.max(0, Math.min(untilMs, ...due) - nowMs());
    }
    expect(Math.min(...waiting().map(({ tries }) => tries))).toBeGreaterThan(5);
  }

  /** In the page: its clock is that of the day, its timers are the machine's. */
  function pageClock(movedMs: number): void {
    const { now } = Date;
    Date.now = () => now() + movedMs;
  }

  it('catches up by itself once the hub is back: nothing is lost, nothing is there twice', async () => {
    hub = await spawnHub({ port, state, clockAheadMs: aheadMs });
    const orders = () => firm.erp.rows('salesorder').map((row) => row['otherrefnum']);
    await until('the new purchase order', () => orders().includes('PO-7733'), 90_000);
    await until('the time of that hour', () => postedTime(firm, 'Follow-up').length > 0, 90_000);
    await until('the deal of that hour', () => jobOf(firm, second.name), 90_000);
    await until('the page to be told', async () => !/when it last looked/.test(await reloaded()), 30_000);
    await firm.installation.settled();
    expect(orders().toSorted()).toEqual(['PO-7733', 'PO-7740']);
    expect(firm.erp.rows('customer')).toHaveLength(1);
    expect(postedTime(firm, 'Follow-up')).toHaveLength(1);
    expect(await firm.installation.exceptions()).toEqual([]);
    expect(anna.problems).toEqual([]);
  });

  it('the settings tab frames the hub, which knows by a record who looks', async () => {
    const admin = firm.crm.rows('PermissionSet').find((row) => row['Name'] === 'tieout__Tieout_Admin')?.id;
    const ada = firm.crm.act('setUser', { user: 'ada.admin' });
    firm.crm.create('PermissionSetAssignment', { AssigneeId: ada, PermissionSetId: admin });
    const visitor = await OrgVisitor.open(browser, { url: firm.urls.crm, org: firm.crm }, 'ada.admin@acme.example');
    await until('the hub to say that it is there', () => firm.crm.rows('tieout__Connection__c').length > 0, 90_000);
    await visitor.goTo('/lightning/n/tieout__Tieout_Settings');
    const frame = visitor.page.frameLocator('iframe');
    await frame
      .getByText(/ada\.admin/)
      .first()
      .waitFor({ timeout: 60_000 });
    expect(firm.crm.rows('tieout__Session__c')).toEqual([]);
    await goThroughFramed(visitor, 'crm-settings');
    expect(visitor.problems).toEqual([]);
  });
});
