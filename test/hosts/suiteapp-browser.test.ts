// The SuiteApp's pages in a real browser, inside the account's own: read, pressed and pasted as a person does.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Json } from '../../edge-worker/connectors/netsuite/stand-in/testing.ts';
import { hasBrowser, openBrowser, openPage, Visitor } from '../support/browser.ts';
import { type Served, serve } from '../support/serve.ts';
import { hook, Office, projectPage, secret, suiteletPage } from './office.ts';

const home = '/app/center/card.nl';
const order = (id: string) => `/app/accounting/transactions/salesord.nl?id=${id}`;
const time = (id: string, more = '') => `/app/accounting/transactions/timebill.nl?id=${id}${more}`;
const framed =
  '<!doctype html><html lang="en"><title>Hub</title><body><main><h1>Tieout settings of the hub</h1></main>';

let browser: Browser;
let served: Served;
let office: Office;
let visitors: Visitor[] = [];

beforeAll(async () => {
  if (!hasBrowser) return;
  browser = await openBrowser();
  served = await serve((request) => office.fetch(request));
}, 60_000);
beforeEach(() => {
  office = new Office();
});
afterEach(async () => {
  const problems = visitors.flatMap((visitor) => visitor.problems);
  for (const visitor of visitors) await visitor.close();
  visitors = [];
  expect(problems).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

const frameOf = ({ page }: Visitor) => page.frameLocator('iframe');

async function open(path: string): Promise<Visitor> {
  const visitor = new Visitor(await openPage(browser, { framed }), served.url);
  visitors.push(visitor);
  await visitor.goTo(path);
  return visitor;
}

const tell = (type: string, id: string, ...statuses: readonly Json[]) =>
  office.results({
    verb: 'status',
    statuses: statuses.map((status) => ({ type, id, last: '2026-11-22T09:48:00Z', ...status })),
  });

/** A project whose every part has something to say. */
async function fillProject(): Promise<void> {
  const amounts = { sold: '148,000.00 EUR', delivered: '61,387.50 EUR', billed: '48,000.00 EUR', held: '1,387.50 EUR' };
  const link = 'https://northwind.my.salesforce.com/lightning/r/Opportunity/006/view';
  await tell(
    'job',
    office.job,
    { system: 'salesforce', state: 'on-its-way', link },
    { system: 'kantata', state: 'in-step' },
  );
  office.nowMs += 480_000;
  const params = { role: 'Senior Consultant', rate: '190', currency: 'EUR', expected: '185' };
  await tell(
    'job',
    office.job,
    { system: 'salesforce', state: 'in-step', link, amounts },
    {
      system: 'kantata',
      state: 'held',
      reason: 'rate-mismatch',
      params,
      owner: 'finance',
      next: '2026-11-23T10:00:00Z',
    },
    { system: 'billing', state: 'uncertain', reason: 'wait-look', next: '2026-11-22T10:10:00Z' },
  );
}

async function logTime(): Promise<string> {
  const entry = { employee: office.employee, customer: office.job, tranDate: '2026-11-20', hours: '7.5' };
  const id = office.standIn.create('timebill', { ...entry, memo: 'Workshop', approvalStatus: '2', isBillable: true });
  await tell('timebill', id, { system: 'kantata', state: 'in-step', link: 'https://app.mavenlink.com/time/1' });
  return id;
}

describe.skipIf(!hasBrowser)('The pages', () => {
  const pages: readonly (readonly [string, () => string | Promise<string>])[] = [
    [
      'a project with everything',
      async () => {
        await fillProject();
        return projectPage(office.job);
      },
    ],
    ['a project of which nothing is known', () => projectPage(office.job)],
    ['a time entry', async () => time(await logTime())],
    ['a time entry while it is edited', async () => time(await logTime(), '&e=T')],
    [
      'an order with lines',
      () =>
        order(
          office.standIn.create('salesorder', {
            entity: office.customer,
            item: [{ item: '2', quantity: '10', rate: '185' }],
          }),
        ),
    ],
    [
      'the home page with the portlet',
      async () => {
        await fillProject();
        return home;
      },
    ],
    ['the settings before there is a key', () => suiteletPage('sl_settings')],
    [
      'the settings after the installation has ended',
      () => {
        office.connect({ state: 'ended', problem: 'The hub refused the batch (401): check key and hook address' });
        return suiteletPage('sl_settings');
      },
    ],
    [
      'the settings with the page of the hub',
      () => {
        office.connect();
        return suiteletPage('sl_settings');
      },
    ],
  ];
  test.each(pages)('%s can be read by everybody, on a desk and on a phone', async (name, prepare) => {
    const visitor = await open(await prepare());
    if (name.endsWith('of the hub')) await frameOf(visitor).getByText('Tieout settings of the hub').waitFor();
    expect(await visitor.violations()).toEqual([]);
    for (const width of [1280, 400]) {
      await visitor.widen(width);
      expect(await visitor.isTooWide()).toBe(false);
      await visitor.shot(`erp-${name.replace(/ /g, '-')}-${width}`);
    }
  });
});

describe.skipIf(!hasBrowser)('A person', () => {
  test('presses Sync now with the keyboard and is told what came of it', async () => {
    office.connect();
    const visitor = await open(projectPage(office.job));
    await visitor.button('Sync now').focus();
    await visitor.page.keyboard.press('Enter');
    await visitor.hasText('Tieout reads this record now.');
    expect(office.pushed).toHaveLength(1);
    office.hub = () => new Response(null, { status: 503 });
    await visitor.button('Sync now').click();
    await visitor.hasText('It reads this record as soon as it can be.');
    expect(await visitor.violations()).toEqual([]);
  });

  test('goes through the tabs of a record with the arrow keys', async () => {
    const line = { item: '2', quantity: '10', rate: '185' };
    const visitor = await open(order(office.standIn.create('salesorder', { entity: office.customer, item: [line] })));
    const tabs = visitor.page.getByRole('tab');
    expect(await tabs.allTextContents()).toEqual(['Item', 'Tieout']);
    await tabs.first().focus();
    await visitor.page.keyboard.press('ArrowRight');
    expect(await visitor.page.getByRole('tab', { selected: true }).textContent()).toBe('Tieout');
    await visitor.hasText('Nothing is known of this record yet.');
  });

  test('connects: types in what the hub has shown, and sees its page once it has accepted a signature', async () => {
    const visitor = await open(suiteletPage('sl_settings'));
    await visitor.page.getByLabel('Installation').fill('ins_01J00000000000000000000000');
    await visitor.page.getByLabel('Hook address').fill(hook);
    await visitor.page.getByLabel('Key').fill(secret);
    await visitor.button('Store').click();
    await visitor.hasText('A new key may take an hour to reach all servers of NetSuite');
    await office.runSubmitted();
    // The page looks again by itself.
    await frameOf(visitor).getByText('Tieout settings of the hub').waitFor();
    await visitor.page.getByRole('link', { name: 'Connect again or replace the key' }).click();
    expect(await visitor.page.getByLabel('Hook address').inputValue()).toBe(hook);
  });
});
