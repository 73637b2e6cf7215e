// Story: finance and an integration admin do their day's work without leaving their own system. Everything here happens
// in the frame of the ERP's Suitelet or of the CRM's tab. Skipped without Chromium.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { financeDay, whyIsThisSo } from '../console/finance-day.ts';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { type Firm, startFirm } from '../support/firm.ts';
import { findPagesHere, insideErp } from '../support/inside-hosts.ts';
import { jobOf, sell, until, win } from '../support/people.ts';

const legalEntity = 'Northwind Consulting GmbH';
const deals = ['Harbour portal', 'Lakeside archive', 'Orchard migration'] as const;
const state = mkdtempSync(join(tmpdir(), 'tieout-inside-'));
let firm: Firm;
let browser: Browser;

beforeAll(async () => {
  if (!hasBrowser) return;
  firm = await startFirm({ state });
  await findPagesHere(firm);
  for (const name of deals) {
    const sale = {
      account: `${name.split(' ')[0]} Ltd`,
      name,
      legalEntity,
      country: 'DE',
      purchaseOrder: null,
    } as const;
    win(firm, sell(firm, { ...sale, rates: [['Senior Consultant', 185, 160]] }).opportunity);
  }
  await until('all of them held', async () => (await firm.installation.exceptions()).length >= deals.length);
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

describe.skipIf(!hasBrowser)('Finance, in the ERP', () => {
  it('answers what waits, one with a reason and the rest at once, and sees why a record is so', async () => {
    const visitor = await insideErp(browser, firm, 'customrole_tieout_finance');
    await visitor.hasText('Finance');
    const [name] = deals;
    await financeDay(visitor, { cause: 'Purchase order is missing', waiting: deals.length, name });
    await until('the approved project in the ERP', () => jobOf(firm, name));
    await whyIsThisSo(visitor, name, 'Approved');
    expect(visitor.problems).toEqual([]);
    await visitor.page.close();
  });
});
