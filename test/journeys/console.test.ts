// Story: the console's pages in a browser, at both widths, with hundreds of hours that wait for delivery. Skipped
// without Chromium.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awayStories } from '../console/away.ts';
import { keyboardStories } from '../console/keyboard.ts';
import { mappingStories } from '../console/mappings.ts';
import { placeStories } from '../console/places.ts';
import { manyStories, stateStories } from '../console/states.ts';
import { targetStories } from '../console/targets.ts';
import { whyStories } from '../console/why.ts';
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
/** An installation with nothing in it. */
let empty = '';

beforeAll(async () => {
  if (!hasBrowser) return;
  hub = await startHub({ port: await freePort(), state });
  const operator = new Operator(hub.url, hub.operatorKey);
  pair = await Pair.start(operator);
  empty = (await operator.found('Nobody yet')).id;
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
    // Other records and fields under what people call them.
    await visitor.page.getByRole('cell').getByRole('link', { name: 'Harbour & Pine Architects' }).first().waitFor();
    await visitor.hasText(/with these fields: .*Name/);
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

  it('are replayed one by one, after a look at what that would write', async () => {
    const visitor = await visit('admin', 'Records');
    await visitor.page.getByLabel('Number, name or id in any system').fill('erp roll');
    await visitor.button('Find').click();
    await projectIn(visitor).click();
    await visitor.button('Replay this record').click();
    const dialog = visitor.page.getByRole('dialog');
    await dialog.getByRole('button', { name: /Under which mapping/ }).click();
    await visitor.page.getByRole('option', { name: /As recorded at the time/ }).click();
    await lookAt(visitor, 'records-replay');
    await dialog.getByRole('button', { name: 'Replay this record' }).click();
    await visitor.hasText('One record replayed, as recorded');
    await visitor.hasText('Nothing would be written.');
    await visitor.hasText('1 of 1');
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
      await visitor.page.locator('[data-indicator="utilisation"]').getByText(/%/).first().waitFor();
      await atRisk.getByText(/Delivery: €/).waitFor();
      await visitor.page
        .locator('[data-connection="target"]')
        .getByText(/in the last hour.*Not throttled/)
        .waitFor();
      await visitor.page.locator('[data-forecast="clear"]').waitFor();
      await lookAt(visitor, 'overview');
      await atRisk.getByRole('button', { name: /behind it/ }).press('Enter');
      const behind = visitor.page.getByRole('region', { name: 'Money at risk' });
      await behind.getByRole('rowheader', { name: 'Delivery', exact: true }).waitFor();
      await behind.getByRole('row', { name: /Entry/ }).first().waitFor();
      await lookAt(visitor, 'overview-behind');
      await behind.getByRole('row', { name: /Entry/ }).first().click();
      await visitor.hasText('Timeline, the newest first');
      await visitor.close();
    },
  );

  it.each([1280, 400])('shows who is utilised how far to whoever plans their work, at %i px', async (widthPx) => {
    const visitor = await visit('delivery', 'Overview', widthPx);
    await visitor.page.getByRole('button', { name: 'What is behind it: Utilisation' }).click();
    const behind = visitor.page.getByRole('region', { name: 'Utilisation' });
    await behind.getByText(/of \d+ hours, of 1 person\./).waitFor();
    await behind.getByRole('row', { name: /Ines Carvalho/ }).waitFor();
    await lookAt(visitor, 'overview-utilisation');
    await visitor.close();
  });

  it('shows the utilisation of all to everybody, and of nobody by name', async () => {
    const visitor = await visit('sales', 'Overview');
    await visitor.page.getByRole('button', { name: 'What is behind it: Utilisation' }).click();
    const behind = visitor.page.getByRole('region', { name: 'Utilisation' });
    await behind.getByText('Each person’s hours are shown to finance, delivery').waitFor();
    expect(await behind.getByText('Ines Carvalho').count()).toBe(0);
    await visitor.close();
  });
});

for (const stories of [awayStories, manyStories])
  stories((one) => visitConsole(browser, { hubUrl: hub.url, installation: pair.installation.id, ...one }));

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
    await visitor.hasText(/^Billable$/);
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

  it('are given to somebody else who has opened Tieout here', async () => {
    await (await visit('delivery', 'Exceptions', 1280, 'Grace')).close();
    const visitor = await visit('delivery', 'Exceptions', 400);
    await visitor.page.getByRole('row', { name: /Time is not approved/ }).click();
    await visitor.page.getByRole('row', { name: /Entry/ }).first().click();
    await visitor.button('Give it to somebody else').click();
    const dialog = visitor.page.getByRole('dialog');
    await dialog.getByRole('button', { name: /Who/ }).click();
    await visitor.page.getByRole('option', { name: /Grace/ }).click();
    await lookAt(visitor, 'exceptions-give');
    await dialog.getByRole('button', { name: 'Give it to somebody else' }).click();
    await visitor.hasText('Grace looks after it.');
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
    // Answered by mistake: it is found again, and taken back as a whole.
    await visitor.page
      .getByRole('region', { name: 'Answered lately' })
      .getByRole('link', { name: /Unapproved time: reject/ })
      .click();
    await visitor.button('Take these answers back').click();
    await lookAt(visitor, 'exceptions-take-back');
    await visitor.page.getByRole('dialog').getByRole('button', { name: 'Take these answers back' }).click();
    await visitor.page.getByText(`${all} of ${all} wait again.`).waitFor({ timeout: 300_000 });
    await visitor.hasText(`${all} waiting`);
    await lookAt(visitor, 'exceptions-taken-back');
    await visitor.close();
  });
});

describe.skipIf(!hasBrowser)('The audit', () => {
  it.each([1280, 400])('tells who changed what, and is narrowed to a name, at %i px', async (widthPx) => {
    const visitor = await visit('finance', 'Audit', widthPx);
    await visitor.hasText('Developer');
    await visitor.page.getByRole('searchbox', { name: 'Who' }).fill('nobody of that name');
    await visitor.hasText('No change fits');
    await visitor.page.getByRole('searchbox', { name: 'Who' }).fill('develop');
    const opened = visitor.page.getByRole('row', { name: /^Session opened/ }).first();
    await opened.getByText('Developer').waitFor();
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
});

mappingStories(visit, () => pair);
targetStories(visit);
keyboardStories(visit);
whyStories(visit, () => ({ hub, pair }));
for (const stories of [stateStories, placeStories])
  stories((one) => visitConsole(browser, { hubUrl: hub.url, installation: empty, ...one }));
