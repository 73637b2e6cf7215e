// Story: an integration admin's pages in a browser, at both widths: connecting a system and looking after it. Skipped
// without Chromium.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertStories } from '../console/alerts.ts';
import { noticeKeyStories } from '../console/notice-key.ts';
import { hasBrowser, openBrowser, type Visitor } from '../support/browser.ts';
import { lookAt, visitConsole } from '../support/console-visit.ts';
import { type Hub, startHub } from '../support/hub.ts';
import { Operator } from '../support/operator.ts';
import { type Example, Pair, startExample } from '../support/pair.ts';
import { until } from '../support/people.ts';
import { freePort } from '../support/serve.ts';
import { Subscriber } from '../support/subscriber.ts';

const state = mkdtempSync(join(tmpdir(), 'tieout-admin-'));
let hub: Hub;
let pair: Pair;
let third: Example;
let browser: Browser;

beforeAll(async () => {
  if (!hasBrowser) return;
  hub = await startHub({ port: await freePort(), state });
  pair = await Pair.start(new Operator(hub.url, hub.operatorKey));
  await pair.logAndTell('Chart of accounts');
  third = await startExample(Math.random);
  const there = { stage: 'client', currency: 'EUR', active: true };
  third.standIn.create('client', { display_name: 'Harbour and Pine Architects Ltd', ...there });
  third.standIn.create('client', { display_name: 'Lakeside Hospital', stage: 'client', currency: 'EUR', active: true });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await third?.served.close();
  await pair?.close();
  await hub?.close();
  rmSync(state, { recursive: true, force: true });
});

const visit = (role: string, page: string, widthPx = 1280): Promise<Visitor> =>
  visitConsole(browser, { hubUrl: hub.url, installation: pair.installation.id, role, page, widthPx });

/** Takes a step that is explained before it is taken. */
async function step(
  { page }: Visitor,
  title: string,
  fill: () => Promise<void> = async () => undefined,
): Promise<void> {
  await page.getByRole('button', { name: title, exact: true }).first().click();
  await fill();
  await page.getByRole('dialog').getByRole('button', { name: title, exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

describe.skipIf(!hasBrowser)('Connections', () => {
  async function fillIn({ page }: Visitor, secret: string): Promise<void> {
    const { settings, account } = third.standIn.connection;
    await page.getByLabel('Account', { exact: true }).fill(account);
    await page.getByLabel('Address', { exact: true }).fill(String(settings['baseUrl']));
    await page.getByLabel('Client id', { exact: true }).fill(String(settings['clientId']));
    await page.getByLabel('Client secret', { exact: true }).fill(secret);
    await page.getByLabel('Short name').fill('lab');
  }

  it('are added by a form drawn from what the system declares, which says what is wrong at its field', async () => {
    const visitor = await visit('admin', 'Connections');
    const { page } = visitor;
    await page.getByRole('link', { name: 'Example' }).first().waitFor();
    await lookAt(visitor, 'connections');
    const choose = async () => {
      await page.getByRole('link', { name: 'Connect a system' }).click();
      await page.getByRole('heading', { name: 'Kantata' }).waitFor();
    };
    await choose();
    await lookAt(visitor, 'connections-choose');
    await page.getByRole('link', { name: 'NetSuite' }).click();
    await page.getByText('More settings; what is usual is filled in').click();
    await lookAt(visitor, 'connections-long-form');
    await page.getByRole('link', { name: 'All connections' }).click();
    await choose();
    await page.getByRole('link', { name: 'Example' }).click();
    await fillIn(visitor, 'short');
    await page.getByRole('checkbox', { name: 'ERP' }).check();
    await page.getByRole('checkbox', { name: 'PSA' }).uncheck();
    await visitor.button('Connect').click();
    await page.getByRole('alert').waitFor();
    await lookAt(visitor, 'connections-refused');
    await fillIn(visitor, String(third.standIn.connection.secrets['clientSecret']));
    await visitor.button('Connect').click();
    await visitor.hasText('Example is connected');
    await lookAt(visitor, 'connections-made');
    await visitor.close();
  });

  it.each([1280, 400])('tell how each is, what flows and which records it serves, at %i px', async (widthPx) => {
    const visitor = await visit('admin', 'Connections', widthPx);
    const { page } = visitor;
    await page.locator('[data-connection=lab]').getByRole('link').click();
    await visitor.hasText('Matches to accept');
    await visitor.button('Check now').click();
    await visitor.hasText('It works, and nothing is missing.');
    await lookAt(visitor, 'connections-one');
    await page.getByText('Change its settings').click();
    await page.getByText('Give it new credentials').click();
    await lookAt(visitor, 'connections-access');
    await visitor.close();
  });

  it('are loaded, accepted, observed, routed, paused and let run again, and the audit has it', async () => {
    const visitor = await visit('admin', 'Connections');
    const { page } = visitor;
    await page.locator('[data-connection=lab]').getByRole('link').click();
    await step(visitor, 'Read everything');
    await visitor.hasText('Read in full');
    const customer = page.locator('[data-kind=customer]');
    await customer.getByRole('link', { name: 'Likely matches of customer' }).click();
    await page.getByRole('row', { name: /Harbour and Pine Architects Ltd/ }).waitFor();
    await lookAt(visitor, 'connections-matches');
    await visitor.button('Accept in bulk').click();
    await lookAt(visitor, 'connections-matches-bulk');
    await page.keyboard.press('Escape');
    await visitor.button('It is this one').click();
    await visitor.hasText('Nothing is left to decide');
    await visitor.hasText('1 agree with one of ours');
    await lookAt(visitor, 'connections-matches-none');
    await page.getByRole('link', { name: 'Back to the connection' }).click();
    await customer.getByRole('button', { name: 'Accept' }).click();
    await lookAt(visitor, 'connections-accept');
    await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click();
    await customer.getByText('Flowing').waitFor();
    await step(visitor, 'Only observe');
    await customer.getByText('Only observes').waitFor();
    await step(visitor, 'Change the routing', async () => {
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /Records/ })
        .click();
      await page.getByRole('option', { name: 'By legal entity' }).click();
      await page.getByLabel('Values, one a line').fill('Lab GmbH\nLab Ltd');
      await lookAt(visitor, 'connections-routing');
    });
    await visitor.hasText('Legal entity: Lab GmbH, Lab Ltd');
    await step(visitor, 'Pause', () => page.getByLabel('Reason').fill('Their year end'));
    await visitor.hasText('Somebody has paused Example');
    const holds = await pair.installation.exceptions();
    expect(holds.map(({ code, owner }) => [code, owner])).toContainEqual(['connection-paused', 'integration']);
    await lookAt(visitor, 'connections-paused');
    await step(visitor, 'Let it run again');
    await visitor.button('Pause').waitFor();
    await visitor.hasText('Take it away');
    await lookAt(visitor, 'connections-disconnect');
    await page.getByRole('navigation').getByRole('link', { name: 'Audit', exact: true }).click();
    for (const what of ['Connection paused', 'Connection resumed', 'Routing set', 'Matches accepted'])
      await visitor.hasText(what);
    await visitor.close();
  });

  it('are shown to everybody, and changed by integration admins only', async () => {
    const visitor = await visit('viewer', 'Connections', 400);
    const { page } = visitor;
    expect(await page.getByRole('link', { name: 'Connect a system' }).count()).toBe(0);
    await page.locator('[data-connection=lab]').getByRole('link').click();
    await visitor.hasText('What flows');
    expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
    await lookAt(visitor, 'connections-viewer');
    await visitor.close();
  });
});

describe.skipIf(!hasBrowser)('The tie-out', () => {
  it.each([1280, 400])('shows what is to be done of each project and who says so, at %i px', async (widthPx) => {
    const visitor = await visit('finance', 'Tie-out', widthPx);
    await visitor.page
      .getByRole('row', { name: 'ERP rollout' })
      .getByText(/To be billed: €1,387.50/)
      .waitFor();
    // At 400 pixels it is scrolled to.
    if (widthPx > 1000) await visitor.page.getByRole('columnheader', { name: /^Approved\s*PSA$/ }).waitFor();
    await lookAt(visitor, 'tie-out');
    const whose = async (owner: string) => {
      await visitor.page.getByRole('button', { name: /^Show/ }).or(visitor.page.getByLabel('Show')).first().click();
      await visitor.page.getByRole('option', { name: `Where it is ${owner}’s turn` }).click();
    };
    await whose('Delivery');
    await visitor.hasText('No project fits');
    await whose('Finance');
    await visitor.page.getByRole('row', { name: 'ERP rollout' }).waitFor();
    await visitor.page.getByLabel('Project or customer').fill('no such project');
    await visitor.hasText('No project fits');
    await lookAt(visitor, 'tie-out-none');
    await visitor.close();
  });

  it('is saved as a table, exact to the cent', async () => {
    const visitor = await visit('finance', 'Tie-out');
    const saved = visitor.page.waitForEvent('download');
    await visitor.button('Export CSV').click();
    const lines = readFileSync(await (await saved).path(), 'utf8').split('\r\n');
    expect(lines[0]).toContain('"Project","Customer","Currency","Sold","Approved","Billed","Paid","Unbilled"');
    expect(lines[1]).toContain('"ERP rollout","Harbour & Pine Architects","EUR","","1387.50","","","1387.50"');
    await visitor.close();
  });
});

describe.skipIf(!hasBrowser)('Keys of the API', () => {
  it('are made with what they may do in words, shown once, and revoked', async () => {
    const visitor = await visit('admin', 'API');
    const { page } = visitor;
    await visitor.hasText('No keys yet');
    await visitor.hasText('Nobody is told yet');
    await lookAt(visitor, 'api-empty');
    await visitor.button('Make a key').click();
    await page.getByLabel('Used by').fill('Warehouse');
    await page.getByLabel('Read records, their status, versions, links and history').check();
    await lookAt(visitor, 'api-key');
    await visitor.picture('api-key');
    await visitor.button('Make it').click();
    const token = String(await page.locator('code').filter({ hasText: 'tieout_key_' }).textContent());
    await lookAt(visitor, 'api-key-made');
    const headers = { authorization: `Bearer ${token}` };
    const may = async () => (await fetch(`${hub.url}/v1/me`, { headers })).status;
    expect(await may()).toBe(403);
    expect(
      (await fetch(`${hub.url}/v1/installations/${pair.installation.id}/records?text=erp`, { headers })).status,
    ).toBe(200);
    await visitor.goTo(`/console/?installation=${pair.installation.id}&roles=admin`);
    await page.getByRole('link', { name: 'API', exact: true }).click();
    await page
      .getByRole('row', { name: /Warehouse/ })
      .getByText('In use')
      .waitFor();
    expect(await page.getByText(token).count()).toBe(0);
    await step(visitor, 'Revoke');
    await page
      .getByRole('row', { name: /Warehouse/ })
      .getByText(/Revoked/)
      .waitFor();
    await visitor.close();
  });

  it('are no matter of others, who still find the reference', async () => {
    const visitor = await visit('sales', 'API', 400);
    await visitor.hasText('Keys and subscribers are for integration admins');
    const links = await visitor.page.locator('main a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    for (const href of links) expect((await fetch(`${hub.url}${href}`)).status, String(href)).toBe(200);
    expect(links).toHaveLength(3);
    await lookAt(visitor, 'api-refused');
    await visitor.close();
  });
});

describe.skipIf(!hasBrowser)('Subscribers', () => {
  it('are added, tried, told again, given a new key and removed, and say how they are', async () => {
    const subscriber = await new Subscriber(await freePort()).start();
    const visitor = await visit('admin', 'API');
    const { page } = visitor;
    await visitor.button('Add a subscriber').click();
    await page.getByLabel('Who', { exact: true }).fill('Data warehouse');
    await page.getByLabel('Address').fill('ftp://nowhere');
    await visitor.button('Add it').click();
    await visitor.hasText('must begin with https');
    await lookAt(visitor, 'api-subscriber-refused');
    await page.getByLabel('Address').fill(subscriber.url);
    await visitor.button('Add it').click();
    subscriber.keys.push(String(await page.locator('code').filter({ hasText: 'whsec_' }).textContent()));
    const portal = pair.open('Portal', pair.sign('Mill & Ivy'));
    await pair.sender.send([{ type: 'engagement', record: portal }]);
    await until('the project is told', () => subscriber.taken.some(({ type }) => type === 'project.created'));
    await page.getByRole('row', { name: /Data warehouse/ }).click();
    await visitor.button('Send a test').click();
    await visitor.hasText('It was told. It answered 204');
    await page.getByRole('row', { name: 'project.created' }).getByText('Told', { exact: true }).waitFor();
    await lookAt(visitor, 'api-subscriber');
    await visitor.picture('subscriber');
    const before = subscriber.heard.length;
    await page.getByLabel('Tell project.created again').first().check();
    await visitor.button('Tell these again').click();
    await until('it is told again', () => subscriber.heard.length > before);
    await step(visitor, 'New key');
    await visitor.hasText('The key before signs too');
    await visitor.button('Pause').click();
    await visitor.button('Call it again').click();
    await visitor.button('Pause').waitFor();
    await step(visitor, 'Remove');
    await visitor.hasText('This subscriber is removed');
    await visitor.close();
    await subscriber.stop();
  });
});

alertStories(visit);
noticeKeyStories(visit, () => pair);
