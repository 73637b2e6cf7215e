// Story: the console's pages in a browser, at both widths, with hundreds of hours that wait for delivery. Skipped
// without Chromium.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser, type Visitor } from '../support/browser.ts';
import { lookAt, visitConsole } from '../support/console-visit.ts';
import { type Hub, startHub } from '../support/hub.ts';
import { Operator } from '../support/operator.ts';
import { Pair } from '../support/pair.ts';
import { until } from '../support/people.ts';
import { freePort } from '../support/serve.ts';

/** TIEOUT_HOLDS=10000 measures the figure of the design. */
const many = Number(process.env['TIEOUT_HOLDS'] ?? '300');
const state = mkdtempSync(join(tmpdir(), 'tieout-console-'));
let hub: Hub;
let pair: Pair;
let browser: Browser;

beforeAll(async () => {
  if (!hasBrowser) return;
  hub = await startHub({ port: await freePort(), state });
  pair = await Pair.start(new Operator(hub.url, hub.operatorKey));
  const made = Array.from({ length: many }, (_, index) => pair.log(`Entry ${index + 1}`, '1', 'submitted'));
  for (let start = 0; start < made.length; start += 100) {
    await pair.sender.send(made.slice(start, start + 100).map((record) => ({ type: 'hours', record })));
  }
  const held = () => pair.installation.exceptions();
  await until('all of them held', async () => (await held()).length >= Math.min(many, 100), 300_000);
  await pair.installation.settled(300_000);
  browser = await openBrowser();
}, 600_000);

afterAll(async () => {
  await browser?.close();
  await pair?.close();
  await hub?.close();
  rmSync(state, { recursive: true, force: true });
});

const visit = (role: string, page: string, widthPx = 1280, user?: string): Promise<Visitor> =>
  visitConsole(browser, {
    ...{ hubUrl: hub.url, installation: pair.installation.id, role, page, widthPx },
    ...(user !== undefined && { user }),
  });

describe.skipIf(!hasBrowser)('Records', () => {
  const projectIn = ({ page }: Visitor) => page.getByRole('row', { name: 'ERP rollout' }).first();
  async function findProject(widthPx: number): Promise<Visitor> {
    const visitor = await visit('delivery', 'Records', widthPx);
    await visitor.page.getByLabel('Number, name or id in any system').fill('erp roll');
    await visitor.button('Find').click();
    await projectIn(visitor).waitFor();
    return visitor;
  }

  it.each([1280, 400])('are found by a part of a name, and one stands beside itself, at %i px', async (widthPx) => {
    const visitor = await findProject(widthPx);
    await lookAt(visitor, 'records');
    await projectIn(visitor).click();
    await visitor.hasText('Every system holds the same');
    await visitor.page.getByRole('columnheader', { name: /target/ }).waitFor();
    await visitor.hasText('Example has made the record');
    await lookAt(visitor, 'records-one');
    await visitor.button('Why is Name so?').click();
    await visitor.hasText('Where from');
    await visitor.page.getByRole('dialog').getByText('Example').first().waitFor();
    await lookAt(visitor, 'records-why');
    await visitor.close();
  });

  it('are read anew when somebody asks', async () => {
    const visitor = await findProject(1280);
    await projectIn(visitor).click();
    await visitor.button('Sync now').click();
    await visitor.hasText('Asked; it is read within moments.');
    await visitor.close();
  });

  it('that nobody knows are said to be unknown, with what else to look for', async () => {
    const visitor = await visit('viewer', 'Records');
    await visitor.page.getByLabel('Number, name or id in any system').fill('no such thing');
    await visitor.page.keyboard.press('Enter');
    await visitor.hasText('Nothing is known as “no such thing”');
    await lookAt(visitor, 'records-none');
    await visitor.close();
  });
});

describe.skipIf(!hasBrowser)('The overview', () => {
  it.each([1280, 400])(
    'shows each indicator with its target, and the records behind one, at %i px',
    async (widthPx) => {
      const visitor = await visit('finance', 'Overview', widthPx);
      const atRisk = visitor.page.locator('[data-indicator="money-at-risk"]');
      await atRisk.getByText(/\d/).first().waitFor();
      expect(await visitor.page.locator('[data-indicator]').count()).toBe(15);
      await visitor.hasText('what an hour costs');
      await lookAt(visitor, 'overview');
      await atRisk.getByRole('button', { name: /behind it/ }).press('Enter');
      const behind = visitor.page.getByRole('region', { name: 'Money at risk' });
      await behind.getByRole('rowheader', { name: 'Delivery' }).waitFor();
      await behind.getByRole('row', { name: /Entry/ }).first().waitFor();
      await lookAt(visitor, 'overview-behind');
      await behind.getByRole('row', { name: /Entry/ }).first().click();
      await visitor.hasText('Timeline, the newest first');
      await visitor.close();
    },
  );
});

describe.skipIf(!hasBrowser)('Exceptions', () => {
  it.each([1280, 400])('tell what waits by cause, then each record, then one in full, at %i px', async (widthPx) => {
    const visitor = await visit('delivery', 'Exceptions', widthPx);
    const { page } = visitor;
    await visitor.hasText(`${many.toLocaleString('en')} waiting for 1 cause`);
    await lookAt(visitor, 'exceptions');
    await page.getByRole('row', { name: /Time is not approved/ }).click();
    await page.getByRole('row', { name: /Entry/ }).first().waitFor();
    await lookAt(visitor, 'exceptions-cause');
    await page.getByRole('row', { name: /Entry/ }).first().click();
    await visitor.button('I look after it').waitFor();
    await visitor.hasText('In each system');
    await lookAt(visitor, 'exceptions-one');
    await visitor.close();
  });

  it('show whoever may only look what waits, and whose turn it is, and offer nothing', async () => {
    const visitor = await visit('viewer', 'Exceptions');
    await visitor.page.getByRole('row', { name: /Time is not approved/ }).click();
    await visitor.hasText('What is done about it is for Delivery to say.');
    expect(await visitor.page.getByRole('button', { name: /Reject/ }).count()).toBe(0);
    await visitor.close();
  });

  it('let somebody look after one and put it off, without a mouse', async () => {
    const visitor = await visit('delivery', 'Exceptions');
    const { keyboard } = visitor.page;
    await visitor.page.getByRole('row', { name: /Time is not approved/ }).focus();
    await keyboard.press('Enter');
    await visitor.page.getByRole('row', { name: /Entry/ }).first().focus();
    await keyboard.press('Enter');
    await visitor.button('I look after it').press('Enter');
    await visitor.hasText('looks after it');
    await visitor.button('Put off for a day').press('Enter');
    await visitor.hasText('Put off until');
    await visitor.close();
  });

  it('let its owner answer all of a cause in three clicks, and show how far the job is', async () => {
    const visitor = await visit('delivery', 'Exceptions');
    await visitor.page.getByRole('row', { name: /Time is not approved/ }).click();
    await visitor.button(`Reject: all ${many.toLocaleString('en')}`).click();
    const dialog = visitor.page.getByRole('dialog');
    await dialog.waitFor();
    await lookAt(visitor, 'exceptions-answer');
    await dialog.getByRole('button', { name: 'Reject', exact: true }).click();
    const all = many.toLocaleString('en');
    await visitor.page.getByText(`${all} of ${all} answered.`).waitFor({ timeout: 300_000 });
    await visitor.hasText('Nothing waits for this cause any more');
    await lookAt(visitor, 'exceptions-answered');
    await visitor.page.getByRole('link', { name: 'All causes' }).click();
    await visitor.hasText('Nothing waits for anybody');
    await lookAt(visitor, 'exceptions-none');
    await visitor.close();
  }, 300_000);
});

describe.skipIf(!hasBrowser)('The audit', () => {
  it.each([1280, 400])('tells who changed what, and is narrowed to a name, at %i px', async (widthPx) => {
    const visitor = await visit('finance', 'Audit', widthPx);
    await visitor.hasText('Developer');
    await visitor.page.getByLabel('Who').fill('nobody of that name');
    await visitor.hasText('No change fits');
    await visitor.page.getByLabel('Who').fill('develop');
    await visitor.page
      .getByRole('row', { name: /Developer/ })
      .first()
      .waitFor();
    await lookAt(visitor, 'audit');
    await visitor.close();
  });

  it('is exported as a file with its signed heads', async () => {
    const visitor = await visit('finance', 'Audit');
    const saved = visitor.page.waitForEvent('download');
    await visitor.button('Export with signatures').click();
    const text = readFileSync(await (await saved).path(), 'utf8');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { is: string }).is);
    expect([lines[0], lines.at(-1)]).toEqual(['audit', 'head']);
    await visitor.hasText('proves that it is whole');
    await visitor.close();
  });

  it('is not shown to whoever may not read it, which is said', async () => {
    const visitor = await visit('sales', 'Audit');
    await visitor.hasText('The audit is not for your role');
    await lookAt(visitor, 'audit-refused');
    await visitor.close();
  });
});

describe.skipIf(!hasBrowser)('Mappings', () => {
  async function draftOf(title: string, widthPx: number) {
    const visitor = await visit('admin', 'Mappings', widthPx);
    await visitor.button('Begin a draft').click();
    await visitor.page.getByLabel('What it is for').fill(title);
    await visitor.button('Begin').click();
    await visitor.page.getByRole('heading', { level: 1, name: title }).waitFor();
    return { visitor, page: visitor.page };
  }

  async function choose(page: Page, label: string, option: string): Promise<void> {
    await page.getByRole('button', { name: new RegExp(`${label}$`) }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  }

  it('are drafted, rehearsed and submitted by an admin, approved by somebody else, and put back', async () => {
    const admin = await visit('admin', 'Mappings');
    await admin.hasText('Version 1');
    await lookAt(admin, 'mappings');
    await admin.button('Begin a draft').click();
    await admin.page.getByLabel('What it is for').fill('Regions by their own names');
    await admin.button('Begin').click();
    await admin.page.getByRole('link', { name: 'As text' }).click();
    const content = admin.page.getByLabel('Rows, tables and owners');
    await content.fill('{"lookups": {"regions": {"DE": "DACH"}}');
    await admin.hasText('a bracket, a comma or a quote is missing');
    await content.fill('{"lookups": {"regions": {"DE": "DACH"}}}');
    await admin.button('Save').click();
    await admin.page.getByRole('link', { name: 'What it changes' }).click();
    await admin.hasText('regions: DE: means DACH');
    await admin.button('Rehearse over the last 31 days').click();
    await admin.hasText('0 of them would change');
    await lookAt(admin, 'mappings-draft');
    await admin.button('Submit').click();
    await admin.page.getByRole('dialog').getByRole('button', { name: 'Submit', exact: true }).click();
    await admin.hasText('Waits for approval');
    expect(await admin.button('Approve and publish').count()).toBe(0);
    await admin.close();
    const approver = await visit('approver', 'Mappings', 400, 'Petra');
    await lookAt(approver, 'mappings');
    await approver.page.getByRole('row', { name: /Regions by their own names/ }).click();
    await approver.hasText('regions: DE: means DACH');
    await lookAt(approver, 'mappings-draft');
    await approver.button('Approve and publish').click();
    const dialog = approver.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Approve and publish', exact: true }).click();
    await approver.page.getByRole('link', { name: 'version 2', exact: true }).click();
    await approver.page.getByRole('heading', { level: 1, name: 'Version 2', exact: true }).waitFor();
    await approver.hasText('regions: DE: means DACH, before: as it comes with Tieout');
    await lookAt(approver, 'mappings-version');
    await approver.page.getByRole('link', { name: 'All mappings' }).click();
    await approver.page.getByRole('row', { name: /Version 1/ }).click();
    await approver.button('Put this version back').click();
    await dialog.getByLabel('Reason').fill('Regions go by codes after all');
    await dialog.getByRole('button', { name: 'Put this version back', exact: true }).click();
    await approver.hasText('Version 3');
    await approver.close();
  }, 60_000);

  it.each([1280, 400])(
    'are edited row by row, and a row that cannot be kept is refused, at %i px',
    async (widthPx) => {
      const { page, visitor } = await draftOf(`Countries at ${widthPx}`, widthPx);
      await page.getByRole('link', { name: 'Rows', exact: true }).click();
      await choose(page, 'Record', 'Customer');
      await page.getByRole('row', { name: /Country/ }).waitFor();
      await lookAt(visitor, 'mappings-rows');
      await page.getByRole('row', { name: /Country/ }).click();
      await choose(page, 'This field is', 'Carried as said here');
      await page.getByRole('combobox').fill('nowhere');
      await page.keyboard.press('Tab');
      await visitor.button('Save the row').click();
      await page.getByRole('alert').waitFor();
      await visitor.hasText('has no field nowhere');
      await lookAt(visitor, 'mappings-row-refused');
      await page.getByRole('combobox').fill('');
      await page.getByRole('combobox').pressSequentially('addr');
      await page.getByRole('option', { name: /address.state/ }).waitFor();
      await visitor.shot(`mappings-row-pick-${widthPx}`);
      await page.getByRole('combobox').fill('address.state');
      await page.keyboard.press('Tab');
      await choose(page, 'Direction', 'Only read');
      await visitor.button('Save the row').click();
      await page.getByText('address.state').nth(1).waitFor();
      await visitor.button('Fill another field').click();
      await page.getByRole('combobox').fill('web');
      await page.keyboard.press('Tab');
      await page.getByRole('textbox', { name: 'Formula' }).fill('it.nmae');
      await visitor.hasText('there is no field nmae');
      await page.getByRole('textbox', { name: 'Formula' }).fill('upper(it.name)');
      await visitor.hasText('a value of the type string');
      await lookAt(visitor, 'mappings-formula');
      await visitor.button('Save the row').click();
      await page.getByText('upper(it.name)').waitFor();
      await visitor.close();
    },
    60_000,
  );

  it('keep what one of two admins at the same draft saved, and say so to the other', async () => {
    const one = await visit('admin', 'Mappings');
    await one.button('Begin a draft').click();
    await one.page.getByLabel('What it is for').fill('Two at once');
    await one.button('Begin').click();
    await one.page.getByRole('link', { name: 'As text' }).click();
    const other = await visit('admin', 'Mappings');
    await other.page.getByRole('row', { name: /Two at once/ }).click();
    await other.page.getByRole('link', { name: 'As text' }).click();
    await other.page.getByLabel('Rows, tables and owners').waitFor();
    await one.page.getByLabel('Rows, tables and owners').fill('{"lookups": {"terms": {"30": "NET30"}}}');
    await one.button('Save').click();
    await one.page.getByRole('link', { name: 'What it changes' }).click();
    await one.hasText('terms: 30: means NET30');
    await other.page.getByLabel('Rows, tables and owners').fill('{"lookups": {"terms": {"30": "NET14"}}}');
    await other.button('Save').click();
    await other.page.getByRole('alert').waitFor();
    await lookAt(other, 'mappings-two');
    await other.page.getByRole('button', { name: /^Take what / }).click();
    expect(await other.page.getByLabel('Rows, tables and owners').inputValue()).toContain('NET30');
    for (const visitor of [one, other]) await visitor.close();
  });

  it('are no matter of whoever only looks', async () => {
    const viewer = await visit('viewer', 'Mappings');
    await viewer.hasText('Mappings are for admins and approvers');
    await viewer.close();
  });
});
