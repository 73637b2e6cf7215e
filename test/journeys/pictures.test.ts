// The pictures of the guide for finance and delivery, taken of the demo's firm after its month. Only where
// `TIEOUT_PICTURES` names a folder (`npm run pictures`): a month takes two minutes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playMonth, type Show } from '../demo/show.ts';
import { hasBrowser, openBrowser, type Visitor } from '../support/browser.ts';
import { visitConsole } from '../support/console-visit.ts';
import { freePort } from '../support/serve.ts';

const isAsked = hasBrowser && process.env['TIEOUT_PICTURES'] !== undefined;
const state = mkdtempSync(join(tmpdir(), 'tieout-pictures-'));
let show: Show;
let browser: Browser;

beforeAll(async () => {
  if (!isAsked) return;
  show = await playMonth({ port: await freePort(), state, print: () => undefined, isTerminal: false });
  browser = await openBrowser();
}, 600_000);

afterAll(async () => {
  await browser?.close();
  await show?.firm.close();
  rmSync(state, { recursive: true, force: true });
});

const visit = (role: string, page: string): Promise<Visitor> =>
  visitConsole(browser, { hubUrl: show.firm.hub.url, installation: show.firm.installation.id, role, page });

describe.skipIf(!isAsked)('The month of the demo is pictured', () => {
  it('on the overview, with its indicators', async () => {
    expect(show.outcome.ok).toBe(true);
    const visitor = await visit('finance', 'Overview');
    await visitor.page.locator('[data-indicator="utilisation"]').getByText(/%/).first().waitFor();
    await visitor.page.locator('[data-indicator="money-at-risk"]').getByText(/\d/).first().waitFor();
    await visitor.page.locator('[data-forecast]').waitFor();
    await visitor.picture('overview');
    await visitor.page.getByRole('button', { name: 'What is behind it: Utilisation' }).click();
    const people = visitor.page.getByRole('region', { name: 'Utilisation' });
    await people.getByRole('row', { name: /Priya Nair/ }).waitFor();
    await people.scrollIntoViewIfNeeded();
    await visitor.picture('utilisation');
    await visitor.close();
  });

  it('with what waits: by cause, one of them with an answer to all of it, and one record of it', async () => {
    const visitor = await visit('delivery', 'Exceptions');
    const { page } = visitor;
    const cause = page.getByRole('row', { name: /Time is not approved/ });
    await cause.waitFor();
    await visitor.picture('exceptions');
    await cause.click();
    await page.getByRole('row', { name: /2026/ }).first().waitFor();
    await page.getByRole('button', { name: /^Reject: all/ }).click();
    await page.getByRole('dialog').waitFor();
    await visitor.picture('answer-all');
    await page.keyboard.press('Escape');
    await page.getByRole('row', { name: /2026/ }).first().click();
    await visitor.hasText('In each system');
    await visitor.picture('exception');
    await visitor.close();
  });

  it('in the tie-out, and as one record in every system with where its values are from', async () => {
    const finance = await visit('finance', 'Tie-out');
    await finance.page
      .getByRole('row', { name: /Lakeside/ })
      .first()
      .waitFor();
    await finance.picture('tie-out');
    await finance.close();
    const visitor = await visit('delivery', 'Records');
    await visitor.page.getByLabel('Number, name or id in any system').fill('pine erp');
    await visitor.button('Find').click();
    await visitor.page
      .getByRole('row', { name: /ERP rollout/ })
      .filter({ hasText: 'Project' })
      .first()
      .click();
    await visitor.page.getByRole('columnheader', { name: /NetSuite/ }).waitFor();
    await visitor.picture('record');
    await visitor.button('Why is Name so?').click();
    await visitor.page.getByRole('dialog').getByText('Where from').waitFor();
    await visitor.picture('why');
    await visitor.close();
  });
});
