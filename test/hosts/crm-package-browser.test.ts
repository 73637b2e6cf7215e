// The package's components in a real browser, on the pages of an org that runs our real flows: seen, clicked, checked.
import { createHash } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser, type ServedOrg, serveOrg, type Visit, Visitor } from './lightning/org-in-browser.ts';

type Values = Readonly<Record<string, unknown>>;
const hub = 'integration';
const ns = 'tieout__';

let browser: Browser;
let served: ServedOrg;
let deal = '';
let visitors: Visitor[] = [];

/** Anna has the permission set of a user, Ada that of an admin, Otto none. */
async function open(user = 'anna.sales', visit: Visit = {}): Promise<Visitor> {
  const visitor = await Visitor.open(browser, served, `${user}@acme.example`, visit);
  visitors.push(visitor);
  return visitor;
}

async function openDeal(visit: Visit = {}): Promise<Visitor> {
  const visitor = await open('anna.sales', visit);
  await visitor.record('Opportunity', deal);
  return visitor;
}

function permissionSet(name: string): string | undefined {
  return served.org.rows('PermissionSet').find((row) => row['Name'] === ns + name)?.id;
}

function peopleCome(): void {
  const { org } = served;
  const [ada, otto] = ['ada.admin', 'otto'].map((user) => org.act('setUser', { user }));
  org.act('setUser', { user: 'anna.sales' });
  org.create('PermissionSetAssignment', { AssigneeId: ada, PermissionSetId: permissionSet('Tieout_Admin') });
  for (const row of org.rows('PermissionSetAssignment')) {
    if (row['AssigneeId'] === otto) org.remove('PermissionSetAssignment', row.id);
  }
}

const connect = (more: Values = {}) =>
  served.org.create('Connection__c', { State__c: 'connected', Installation__c: 'ins_1', ...more }, hub);

const tell = (system: string, state: string, more: Values = {}) =>
  served.org.create(
    'Sync_Status__c',
    { Sync_Ref__c: `${deal}:${system}`, Record_Id__c: deal, Target_System__c: system, Status__c: state, ...more },
    hub,
  );

const tellAnew = (id: string, values: Values) => served.org.update('Sync_Status__c', id, values, hub);

const asked = () => served.org.rows('Outbox__c').filter((row) => row[`${ns}Kind__c`] !== 'CHANGED');

const held = {
  Reason__c: 'missing-purchase-order',
  Params__c: '{"contract":"Rollout"}',
  Owner__c: 'finance',
  Next_Attempt__c: '2026-11-23T09:00:00.000Z',
};
const inStep = {
  External_Ref__c: 'PRJ-1042',
  Link__c: 'https://netsuite.example/job?id=1042',
  Last_Synced__c: '2026-11-22T09:00:00.000Z',
  Amounts__c: '{"billed":"$12,000.00","sold":"$50,000.00"}',
};

describe.skipIf(!hasBrowser)('In a real browser (skipped where Chromium is not installed)', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    [browser, served] = await Promise.all([openBrowser(), serveOrg()]);
    // Compiled once for all tests, and kept for the next run.
    const first = await open();
    await first.page.goto(`${served.url}/lightning/assets/page.js`, { timeout: 180_000 });
    await first.close();
    visitors = [];
  }, 200_000);
  beforeEach(() => {
    served.org.reset();
    peopleCome();
    const account = served.org.create('Account', { Name: 'Harbour & Pine', CurrencyIsoCode: 'EUR' }, hub);
    const values = { Name: 'ERP rollout', StageName: 'Negotiation/Review', CloseDate: '2026-11-30', Amount: 48_000 };
    deal = served.org.create('Opportunity', { ...values, AccountId: account, CurrencyIsoCode: 'EUR' }, hub);
  });
  afterEach(async () => {
    for (const visitor of visitors) {
      expect(visitor.problems).toEqual([]);
      await visitor.close();
    }
    visitors = [];
  });
  afterAll(async () => {
    await browser.close();
    await served.close();
  });

  describe('the status on a record page', () => {
    it('says of each system how far the record is, why, whose turn it is, and what it amounts to', async () => {
      connect();
      tell('netsuite', 'in-step', inStep);
      tell('kantata', 'held', held);
      const visitor = await openDeal();
      await visitor.hasText('Purchase order is missing');
      await visitor.shot('status');
      const text = await visitor.text();
      for (const words of ['NetSuite', 'In step', 'Kantata', 'Held', 'Finance', 'Sold $50,000.00 Billed $12,000.00']) {
        expect(text).toContain(words);
      }
      expect(text.indexOf('Kantata')).toBeLessThan(text.indexOf('NetSuite'));
      const link = visitor.page.getByRole('link', { name: 'Open PRJ-1042 in NetSuite' });
      expect(await link.getAttribute('href')).toBe(inStep.Link__c);
      expect(await visitor.violations()).toEqual([]);
    });

    it('fits a phone', async () => {
      connect();
      tell('netsuite', 'in-step', inStep);
      tell('kantata', 'held', held);
      const visitor = await openDeal({ widthPx: 400 });
      await visitor.hasText('Purchase order is missing');
      await visitor.shot('status-400');
      expect(await visitor.isTooWide()).toBe(false);
    });

    it('shows no link that is not https', async () => {
      connect();
      tell('netsuite', 'in-step', { ...inStep, Link__c: 'javascript:alert(1)' });
      const visitor = await openDeal();
      await visitor.hasText('PRJ-1042');
      expect(await visitor.page.getByRole('link', { name: 'PRJ-1042' }).count()).toBe(0);
    });

    const states = [
      ['that nothing was carried over yet', 'anna.sales', () => connect(), 'Nothing to show yet'],
      ['that the org is not connected', 'anna.sales', () => null, 'Not connected yet'],
      ['that the person may not see it', 'otto', () => connect(), 'permission set Tieout User'],
    ] as const;
    for (const [what, user, prepare, words] of states) {
      it(`says ${what}`, async () => {
        prepare();
        const visitor = await open(user);
        await visitor.record('Opportunity', deal);
        await visitor.hasText(words);
        expect(await visitor.violations()).toEqual([]);
      });
    }

    it('says what Salesforce answered when it cannot be read, and reads again on a click', async () => {
      connect();
      served.org.arm({ how: 'break', route: '/graphql', times: null });
      const visitor = await openDeal();
      await visitor.hasText('The server is temporarily unavailable');
      expect(await visitor.violations()).toEqual([]);
      served.org.disarm('break');
      await visitor.button('Reload').click();
      await visitor.hasText('Nothing to show yet');
    });
  });

  describe('a click on the record page', () => {
    it('asks for a synchronisation, and the answer appears by itself', async () => {
      connect();
      const before = tell('netsuite', 'on-its-way');
      const visitor = await openDeal();
      await visitor.hasText('On its way');
      await visitor.button('Sync now').last().click();
      await visitor.hasText('Asked. The answer appears here.');
      const anna = served.org.rows('User').find((row) => String(row['Username']).startsWith('anna'))?.id;
      const wanted = { Kind__c: 'SYNC_NOW', Object_Name__c: 'Opportunity', Record_Id__c: deal, Actor_Id__c: anna };
      const named = Object.entries(wanted).map(([name, value]) => [ns + name, value]);
      expect(asked()).toMatchObject([Object.fromEntries(named)]);
      tellAnew(before, { Status__c: 'in-step' });
      await visitor.hasText('Up to date.');
      await visitor.hasText('In step');
    });

    it('on an open deal asks for a check; a closed one offers none', async () => {
      connect();
      tell('netsuite', 'in-step');
      const visitor = await openDeal();
      await visitor.button('Check this deal').click();
      await visitor.hasText('Asked.');
      expect(asked().map((row) => row[`${ns}Kind__c`])).toEqual(['CHECK']);
      served.org.act('win', { id: deal });
      await visitor.record('Opportunity', deal);
      await visitor.hasText('In step');
      expect(await visitor.button('Check this deal').count()).toBe(0);
    });

    it('listens to events only while it waits for something, and hears of a run at once', async () => {
      connect();
      const row = tell('netsuite', 'in-step');
      const visitor = await openDeal();
      await visitor.hasText('In step');
      const channels = () => served.org.act('listeners', {}) as readonly string[];
      expect(channels()).toEqual([]);
      tellAnew(row, { Status__c: 'on-its-way' });
      await visitor.record('Opportunity', deal);
      await visitor.hasText('On its way');
      await expect.poll(channels).toEqual([`/event/${ns}Sync_Status_Changed__e`]);
      tellAnew(row, { Status__c: 'in-step', Announces__c: deal });
      await visitor.hasText('In step');
      await expect.poll(channels).toEqual([]);
    });

    it('that cannot be saved says why', async () => {
      connect();
      tell('netsuite', 'in-step');
      served.org.act('fill', { type: 'Outbox__c' });
      const visitor = await openDeal();
      await visitor.button('Sync now').last().click();
      await visitor.hasText('storage limit exceeded');
    });

    it('on the quick action asks the same, and says so', async () => {
      const visitor = await openDeal();
      await visitor.button('Sync now').first().click();
      await visitor.hasText('Tieout compares this record with the other systems now.');
      expect(asked().map((row) => row[`${ns}Kind__c`])).toEqual(['SYNC_NOW']);
    });
  });

  it('the health page counts records by state and names what waits', async () => {
    connect({ Checked_At__c: '2026-11-22T09:00:00.000Z' });
    tell('netsuite', 'in-step');
    tell('kantata', 'held', held);
    const visitor = await open();
    await visitor.goTo('/lightning/page/home');
    await visitor.hasText('Kantata: Purchase order is missing');
    await visitor.shot('health');
    expect(await visitor.text()).toContain('In step Records: 1');
    expect(await visitor.violations()).toEqual([]);
    await visitor.page.getByRole('link', { name: 'Kantata: Purchase order is missing' }).click();
    await visitor.page.waitForURL(`**/lightning/r/Opportunity/${deal}/view`);
  });

  describe('the settings tab', () => {
    const settings = `/lightning/n/${ns}Tieout_Settings`;

    it('shows an admin the steps, and connects with the username given', async () => {
      const visitor = await open('ada.admin');
      await visitor.goTo(settings);
      await visitor.hasText('Pre-authorise the app');
      expect(await visitor.violations()).toEqual([]);
      await visitor.button('Connect').click();
      expect(asked()).toEqual([]);
      await visitor.page.getByLabel('Username of the integration user').fill('tieout@acme.example');
      await visitor.button('Connect').click();
      await visitor.hasText('Pair with the other host');
      await visitor.shot('settings-steps');
      const [row] = served.org.rows('Connection__c');
      expect(row).toMatchObject({
        [`${ns}State__c`]: 'pairing',
        [`${ns}Integration_Username__c`]: 'tieout@acme.example',
        [`${ns}Pairing_Code__c`]: expect.stringMatching(/^[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}$/),
      });
      expect(asked()).toMatchObject([
        {
          [`${ns}Kind__c`]: 'CONNECT',
          [`${ns}Username__c`]: 'tieout@acme.example',
          [`${ns}Object_Name__c`]: `${ns}Connection__c`,
          [`${ns}Record_Id__c`]: row?.id,
        },
      ]);
    });

    it('tells a person who is no admin to ask one', async () => {
      const visitor = await open();
      await visitor.goTo(settings);
      await visitor.hasText('Only a Tieout admin can connect this org.');
      expect(await visitor.button('Connect').count()).toBe(0);
    });

    it('proves the user to the framed page by a row that holds only the hash of the nonce', async () => {
      const framed =
        '<!doctype html><html lang="en"><title>Hub</title><p id="said">waiting</p><script>' +
        "addEventListener('message', (event) => { said.textContent = JSON.stringify([event.origin, event.data]); });" +
        "for (const more of [{ type: 'ready' }, { type: 'height', heightPx: 480 }]) " +
        "parent.postMessage({ tieout: 1, ...more }, '*');" +
        '</script></html>';
      connect();
      const visitor = await open('ada.admin', { framed });
      await visitor.goTo(settings);
      const said = visitor.page.frameLocator('iframe').getByText('"session"');
      await said.waitFor();
      const [origin, message] = JSON.parse((await said.textContent()) ?? '') as [string, Values];
      const [row] = served.org.rows('Session__c');
      expect(origin).toBe(served.url);
      expect(message).toMatchObject({ tieout: 1, installation: 'ins_1', session: row?.id });
      expect(message['nonce']).toMatch(/^[\w-]{43}$/);
      const ada = served.org.rows('User').find((one) => String(one['Username']).startsWith('ada'))?.id;
      expect(row).toMatchObject({
        [`${ns}Nonce_Hash__c`]: createHash('sha256').update(String(message['nonce'])).digest('hex'),
        [`${ns}Roles__c`]: 'viewer admin',
        [`${ns}User_Id__c`]: ada,
        CreatedById: ada,
        OwnerId: ada,
      });
      expect((await visitor.page.locator('iframe').boundingBox())?.height).toBe(480);
      expect(JSON.stringify(served.org.rows('Session__c'))).not.toContain(message['nonce']);
    });

    it('tells nothing to a window that is not the framed page', async () => {
      connect();
      const visitor = await open('ada.admin');
      await visitor.goTo(settings);
      await visitor.page.locator('iframe').waitFor();
      await visitor.page.evaluate("window.postMessage({ tieout: 1, type: 'ready' }, '*')");
      await visitor.page.evaluate('new Promise((done) => window.requestAnimationFrame(() => setTimeout(done, 50)))');
      expect(served.org.rows('Session__c')).toEqual([]);
    });
  });
});
