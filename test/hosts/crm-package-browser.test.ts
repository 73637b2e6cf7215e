// The package's components in a real browser, before an org that runs our real flows: seen, clicked, checked.
import { createHash } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PackageSource } from './crm-package-source.ts';
import type { FlowRecord, FlowUser } from './flow-runner.ts';
import { bundleComponents } from './lightning-bundle.ts';
import { dealId, hasBrowser, LightningPage, openBrowser, type PageOptions, userId } from './lightning-page.ts';

const source = new PackageSource();
const hub: FlowUser = { id: '0055g00000HUBHUBAA', permissions: ['Integration_User'] };
const deal = { recordId: dealId, objectApiName: 'Opportunity' };
const shots = process.env['TIEOUT_SHOTS'];

let browser: Browser;
let script = '';
let opened: LightningPage[] = [];

async function open(options: Partial<PageOptions> = {}): Promise<LightningPage> {
  const page = await LightningPage.open(browser, source, script, { permissionSet: 'Tieout_User', ...options });
  opened.push(page);
  return page;
}

const connect = ({ org }: LightningPage, more: FlowRecord = {}) =>
  org.create('Connection__c', { State__c: 'connected', Installation__c: 'ins_1', ...more }, hub);

const tell = ({ org }: LightningPage, system: string, state: string, more: FlowRecord = {}) =>
  org.create(
    'Sync_Status__c',
    {
      Sync_Ref__c: `${dealId}:${system}`,
      Record_Id__c: dealId,
      Target_System__c: system,
      Status__c: state,
      LastModifiedDate: new Date(Date.UTC(2026, 10, 22, 10)).toISOString(),
      ...more,
    },
    hub,
  );

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

async function shot(page: LightningPage, name: string): Promise<void> {
  if (shots) await page.page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
}

describe.skipIf(!hasBrowser)('In a real browser (skipped where Chromium is not installed)', () => {
  beforeAll(async () => {
    [browser, script] = await Promise.all([openBrowser(), bundleComponents(source)]);
  }, 180_000);
  afterEach(async () => {
    for (const page of opened) {
      expect(page.problems).toEqual([]);
      await page.close();
    }
    opened = [];
  });
  afterAll(() => browser.close());

  describe('the status on a record page', () => {
    it('says of each system how far the record is, why, whose turn it is, and what it amounts to', async () => {
      const page = await open();
      connect(page);
      tell(page, 'netsuite', 'in-step', inStep);
      tell(page, 'kantata', 'held', held);
      page.org.create('Opportunity', { IsClosed: true }, hub);
      await page.show('tieoutStatus', deal);
      await page.hasText('Purchase order is missing');
      await shot(page, 'status');
      const text = await page.text();
      for (const words of ['NetSuite', 'In step', 'Kantata', 'Held', 'Finance', 'Sold $50,000.00 Billed $12,000.00']) {
        expect(text).toContain(words);
      }
      expect(text.indexOf('Kantata')).toBeLessThan(text.indexOf('NetSuite'));
      const link = page.page.getByRole('link', { name: 'Open PRJ-1042 in NetSuite' });
      expect(await link.getAttribute('href')).toBe(inStep.Link__c);
      expect(await page.violations()).toEqual([]);
    });

    it('fits a narrow column', async () => {
      const page = await open({ widthPx: 320 });
      connect(page);
      tell(page, 'netsuite', 'in-step', inStep);
      tell(page, 'kantata', 'held', held);
      await page.show('tieoutStatus', deal);
      await page.hasText('Purchase order is missing');
      await shot(page, 'status-narrow');
      expect(await page.isTooWide()).toBe(false);
    });

    it('shows no link that is not https', async () => {
      const page = await open();
      connect(page);
      tell(page, 'netsuite', 'in-step', { ...inStep, Link__c: 'javascript:alert(1)' });
      await page.show('tieoutStatus', deal);
      await page.hasText('PRJ-1042');
      expect(await page.page.getByRole('link').count()).toBe(0);
    });

    const states: readonly (readonly [string, Partial<PageOptions>, (page: LightningPage) => void, string])[] = [
      ['that nothing was carried over yet', {}, (page) => void connect(page), 'Nothing to show yet'],
      ['that the org is not connected', {}, () => {}, 'Not connected yet'],
      ['that the person may not see it', { permissionSet: null }, () => {}, 'permission set Tieout User'],
    ];
    for (const [what, options, prepare, words] of states) {
      it(`says ${what}`, async () => {
        const page = await open(options);
        prepare(page);
        await page.show('tieoutStatus', deal);
        await page.hasText(words);
        expect(await page.violations()).toEqual([]);
      });
    }

    it('says what Salesforce answered when it cannot be read, and reads again on a click', async () => {
      const page = await open();
      connect(page);
      page.outage = 'The service is down for maintenance';
      await page.show('tieoutStatus', deal);
      await page.hasText('The service is down for maintenance');
      expect(await page.violations()).toEqual([]);
      page.outage = null;
      await page.page.getByRole('button', { name: 'Reload' }).click();
      await page.hasText('Nothing to show yet');
    });
  });

  describe('a click on the record page', () => {
    it('asks for a synchronisation, and the answer appears by itself', async () => {
      const page = await open();
      connect(page);
      const before = tell(page, 'netsuite', 'on-its-way');
      await page.show('tieoutStatus', deal);
      await page.hasText('On its way');
      const button = page.page.getByRole('button', { name: 'Sync now' });
      await button.click();
      await page.hasText('Asked. The answer appears here.');
      const asked = { Kind__c: 'SYNC_NOW', Object_Name__c: 'Opportunity', Record_Id__c: dealId, Actor_Id__c: userId };
      expect(page.org.messages.map(({ fields }) => fields)).toMatchObject([asked]);
      const later = { Status__c: 'in-step', LastModifiedDate: '2026-11-22T11:00:00.000Z' };
      page.org.update('Sync_Status__c', before, later, hub);
      await page.hasText('Up to date.');
      await page.hasText('In step');
    });

    it('on an open deal asks for a check; a closed one offers none', async () => {
      const page = await open();
      connect(page);
      tell(page, 'netsuite', 'in-step');
      page.org.rows.set('Opportunity', [{ Id: dealId, IsClosed: false }]);
      await page.show('tieoutStatus', deal);
      await page.page.getByRole('button', { name: 'Check this deal' }).click();
      await page.hasText('Asked.');
      expect(page.org.messages.map(({ fields }) => fields['Kind__c'])).toEqual(['CHECK']);
      page.org.rows.set('Opportunity', [{ Id: dealId, IsClosed: true }]);
      await page.show('tieoutStatus', deal);
      await page.hasText('In step');
      expect(await page.page.getByRole('button', { name: 'Check this deal' }).count()).toBe(0);
    });

    it('listens to events only while it waits for something', async () => {
      const page = await open({ hasEvents: true });
      connect(page);
      tell(page, 'netsuite', 'in-step');
      await page.show('tieoutStatus', deal);
      await page.hasText('In step');
      const channels = () => page.page.evaluate('[...window.org.listeners].map(({ channel }) => channel)');
      expect(await channels()).toEqual([]);
      await page.page.getByRole('button', { name: 'Sync now' }).click();
      await page.hasText('Asked.');
      expect(await channels()).toEqual(['/event/tieout__Sync_Status_Changed__e']);
    });

    it('is not needed for what is on its way: the one event of a run brings the news', async () => {
      const page = await open({ hasEvents: true });
      connect(page);
      const before = tell(page, 'netsuite', 'on-its-way');
      await page.show('tieoutStatus', deal);
      await page.page.waitForFunction('window.org.listeners.size === 1');
      page.org.update('Sync_Status__c', before, { Status__c: 'in-step', Announces__c: `A ${dealId}` }, hub);
      await page.tellEvents();
      await page.hasText('In step');
      await page.page.waitForFunction('window.org.listeners.size === 0');
    });

    it('that cannot be saved says so', async () => {
      const page = await open();
      connect(page);
      tell(page, 'netsuite', 'in-step');
      page.org.broken.set('Outbox__c', 'storage limit exceeded');
      await page.show('tieoutStatus', deal);
      await page.page.getByRole('button', { name: 'Sync now' }).click();
      await page.hasText('storage limit exceeded');
    });

    it('on the quick action asks the same', async () => {
      const page = await open();
      await page.page.evaluate(`window.invoke('tieoutSyncNow', ${JSON.stringify(deal)})`);
      expect(page.org.messages.map(({ fields }) => fields['Kind__c'])).toEqual(['SYNC_NOW']);
    });
  });

  it('the health page counts records by state and names what waits', async () => {
    const page = await open();
    connect(page, { Checked_At__c: '2026-11-22T09:00:00.000Z' });
    tell(page, 'netsuite', 'in-step');
    tell(page, 'kantata', 'held', held);
    await page.show('tieoutHealth');
    await page.hasText('Kantata: Purchase order is missing');
    await shot(page, 'health');
    expect(await page.text()).toContain('In step Records: 1');
    expect(await page.violations()).toEqual([]);
  });

  describe('the settings tab', () => {
    it('shows an admin the steps, and connects with the username given', async () => {
      const page = await open({ permissionSet: 'Tieout_Admin' });
      await page.show('tieoutSettings');
      await page.hasText('Pre-authorise the app');
      expect(await page.violations()).toEqual([]);
      await page.page.getByRole('button', { name: 'Connect' }).click();
      expect(page.org.messages).toEqual([]);
      await page.page.getByLabel('Username of the integration user').fill('tieout@acme.example');
      await page.page.getByRole('button', { name: 'Connect' }).click();
      await page.hasText('Pair with the other host');
      await shot(page, 'settings-steps');
      const [row] = page.org.of('Connection__c');
      expect(row).toMatchObject({ State__c: 'pairing', Integration_Username__c: 'tieout@acme.example' });
      expect(String(row?.['Pairing_Code__c'])).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}$/);
      expect(page.org.messages.map(({ fields }) => fields)).toMatchObject([
        { Kind__c: 'CONNECT', Username__c: 'tieout@acme.example', Record_Id__c: row?.['Id'] },
      ]);
    });

    it('tells a person who is no admin to ask one', async () => {
      const page = await open();
      await page.show('tieoutSettings');
      await page.hasText('Only a Tieout admin can connect this org.');
      expect(await page.page.getByRole('button', { name: 'Connect' }).count()).toBe(0);
    });

    it('proves the user to the framed page by a row that holds only the hash of the nonce', async () => {
      const framed =
        '<!doctype html><html lang="en"><title>Hub</title><p id="said">waiting</p><script>' +
        "addEventListener('message', (event) => { said.textContent = JSON.stringify([event.origin, event.data]); });" +
        "for (const more of [{ type: 'ready' }, { type: 'height', heightPx: 480 }]) " +
        "parent.postMessage({ tieout: 1, ...more }, '*');" +
        '</script></html>';
      const page = await open({ permissionSet: 'Tieout_Admin', framed });
      connect(page);
      await page.show('tieoutSettings');
      const said = page.page.frameLocator('iframe').getByText('"session"');
      await said.waitFor({ timeout: 8_000 });
      const [origin, message] = JSON.parse((await said.textContent()) ?? '') as [
        string,
        Readonly<Record<string, string>>,
      ];
      const [row] = page.org.of('Session__c');
      expect(origin).toBe('https://acme.lightning.force.example');
      expect(message).toMatchObject({ tieout: 1, installation: 'ins_1', session: row?.['Id'] });
      expect(message['nonce']).toMatch(/^[\w-]{43}$/);
      expect(row?.['Nonce_Hash__c']).toBe(createHash('sha256').update(String(message['nonce'])).digest('hex'));
      expect(row).toMatchObject({ Roles__c: 'viewer admin', User_Id__c: userId });
      expect((await page.page.locator('iframe').boundingBox())?.height).toBe(480);
      expect(JSON.stringify([...page.org.rows])).not.toContain(message['nonce']);
    });

    it('tells nothing to a window that is not the framed page', async () => {
      const page = await open({ permissionSet: 'Tieout_Admin', framed: '<!doctype html><title>Hub</title>' });
      connect(page);
      await page.show('tieoutSettings');
      await page.page.locator('iframe').waitFor();
      await page.page.evaluate("window.postMessage({ tieout: 1, type: 'ready' }, '*')");
      await page.page.evaluate('new Promise((done) => window.requestAnimationFrame(() => setTimeout(done, 50)))');
      expect(page.org.of('Session__c')).toEqual([]);
    });
  });
});
