// The package's components in a real browser, on the pages of an org that runs our real flows: seen, clicked, checked.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { ns, Stage } from './lightning/stage.ts';

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
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.build();
  }, 200_000);
  beforeEach(() => stage.set());
  afterEach(async () => expect(await stage.clear()).toEqual([]));
  afterAll(() => stage.close());

  describe('the status on a record page', () => {
    it('says of each system how far the record is, why, whose turn it is, and what it amounts to', async () => {
      stage.connect();
      stage.tell('netsuite', 'in-step', inStep);
      stage.tell('kantata', 'held', held);
      const visitor = await stage.openDeal();
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
      stage.connect();
      stage.tell('netsuite', 'in-step', inStep);
      stage.tell('kantata', 'held', held);
      const visitor = await stage.openDeal({ widthPx: 400 });
      await visitor.hasText('Purchase order is missing');
      await visitor.shot('status-400');
      expect(await visitor.isTooWide()).toBe(false);
    });

    it('shows no link that is not https', async () => {
      stage.connect();
      stage.tell('netsuite', 'in-step', { ...inStep, Link__c: 'javascript:alert(1)' });
      const visitor = await stage.openDeal();
      await visitor.hasText('PRJ-1042');
      expect(await visitor.page.getByRole('link', { name: 'PRJ-1042' }).count()).toBe(0);
    });

    const states = [
      ['that nothing was carried over yet', 'anna.sales', () => stage.connect(), 'Nothing to show yet'],
      ['that the org is not connected', 'anna.sales', () => null, 'Not connected yet'],
      ['that the person may not see it', 'otto', () => stage.connect(), 'permission set Tieout User'],
    ] as const;
    for (const [what, user, prepare, words] of states) {
      it(`says ${what}`, async () => {
        prepare();
        const visitor = await stage.open(user);
        await visitor.record('Opportunity', stage.deal);
        await visitor.hasText(words);
        expect(await visitor.violations()).toEqual([]);
      });
    }

    it('says what Salesforce answered when it cannot be read, and reads again on a click', async () => {
      stage.connect();
      stage.served.org.arm({ how: 'break', route: '/graphql', times: null });
      const visitor = await stage.openDeal();
      await visitor.hasText('The server is temporarily unavailable');
      expect(await visitor.violations()).toEqual([]);
      stage.served.org.disarm('break');
      await visitor.button('Reload').click();
      await visitor.hasText('Nothing to show yet');
    });
  });

  describe('a click on the record page', () => {
    it('asks for a synchronisation, and the answer appears by itself', async () => {
      stage.connect();
      const before = stage.tell('netsuite', 'on-its-way');
      const visitor = await stage.openDeal();
      await visitor.hasText('On its way');
      await visitor.button('Sync now').last().click();
      await visitor.hasText('Asked. The answer appears here.');
      const anna = stage.userId('anna');
      const wanted = {
        Kind__c: 'SYNC_NOW',
        Object_Name__c: 'Opportunity',
        Record_Id__c: stage.deal,
        Actor_Id__c: anna,
      };
      const named = Object.entries(wanted).map(([name, value]) => [ns + name, value]);
      expect(stage.asked()).toMatchObject([Object.fromEntries(named)]);
      stage.tellAnew(before, { Status__c: 'in-step' });
      await visitor.hasText('Up to date.');
      await visitor.hasText('In step');
    });

    it('on an open deal asks for a check; a closed one offers none', async () => {
      stage.connect();
      stage.tell('netsuite', 'in-step');
      const visitor = await stage.openDeal();
      await visitor.button('Check this deal').click();
      await visitor.hasText('Asked.');
      expect(stage.asked().map((row) => row[`${ns}Kind__c`])).toEqual(['CHECK']);
      const reasons = [
        { code: 'missing-purchase-order', params: { contract: 'Rollout' }, owner: 'finance', system: 'netsuite' },
        { code: 'missing-tax-profile', params: { contract: 'Rollout' }, owner: 'sales', system: 'netsuite' },
      ];
      const Last_Synced__c = new Date().toISOString();
      stage.tell('tieout', 'would-be-held', { Params__c: JSON.stringify({ reasons }), Last_Synced__c });
      await visitor.hasText('The check is done.');
      for (const words of ['Would be held', 'Purchase order is missing', 'Finance', 'Tax profile', 'Sales']) {
        await visitor.hasText(words);
      }
      expect(await visitor.violations()).toEqual([]);
      await visitor.shot('check');
      stage.served.org.act('win', { id: stage.deal });
      await visitor.record('Opportunity', stage.deal);
      await visitor.hasText('In step');
      expect(await visitor.button('Check this deal').count()).toBe(0);
      expect(await visitor.text()).not.toContain('Would be held');
    });

    it('listens to events only while it waits for something, and hears of a run at once', async () => {
      stage.connect();
      const row = stage.tell('netsuite', 'in-step');
      const visitor = await stage.openDeal();
      await visitor.hasText('In step');
      const channels = () => stage.served.org.act('listeners', {}) as readonly string[];
      expect(channels()).toEqual([]);
      stage.tellAnew(row, { Status__c: 'on-its-way' });
      await visitor.record('Opportunity', stage.deal);
      await visitor.hasText('On its way');
      await expect.poll(channels).toEqual([`/event/${ns}Sync_Status_Changed__e`]);
      stage.tellAnew(row, { Status__c: 'in-step', Announces__c: stage.deal });
      await visitor.hasText('In step');
      await expect.poll(channels).toEqual([]);
    });

    it('that cannot be saved says why', async () => {
      stage.connect();
      stage.tell('netsuite', 'in-step');
      stage.served.org.act('fill', { type: 'Outbox__c' });
      const visitor = await stage.openDeal();
      await visitor.button('Sync now').last().click();
      await visitor.hasText('storage limit exceeded');
    });

    it('on the quick action asks the same, and says so', async () => {
      const visitor = await stage.openDeal();
      await visitor.button('Sync now').first().click();
      await visitor.hasText('Tieout compares this record with the other systems now.');
      expect(stage.asked().map((row) => row[`${ns}Kind__c`])).toEqual(['SYNC_NOW']);
    });
  });

  it('the health page counts records by state and names what waits', async () => {
    stage.connect({ Checked_At__c: '2026-11-22T09:00:00.000Z' });
    stage.tell('netsuite', 'in-step');
    stage.tell('kantata', 'held', held);
    const visitor = await stage.open();
    await visitor.goTo('/lightning/page/home');
    await visitor.hasText('Kantata: Purchase order is missing');
    await visitor.shot('health');
    expect(await visitor.text()).toContain('In step Records: 1');
    expect(await visitor.violations()).toEqual([]);
    await visitor.page.getByRole('link', { name: 'Kantata: Purchase order is missing' }).click();
    await visitor.page.waitForURL(`**/lightning/r/Opportunity/${stage.deal}/view`);
  });
});
