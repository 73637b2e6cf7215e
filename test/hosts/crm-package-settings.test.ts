// The settings tab of the package in a real browser: set-up steps, connecting, and who is proven to the framed page.
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasBrowser, type Visitor } from '../support/browser.ts';
import { until } from '../support/people.ts';
import { ns, Stage } from './lightning/stage.ts';

type Values = Readonly<Record<string, unknown>>;
const named = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [ns + name, value]));

describe.skipIf(!hasBrowser)('The settings tab in a real browser', { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.build();
  }, 200_000);
  beforeEach(() => stage.set());
  afterEach(async () => expect(await stage.clear()).toEqual([]));
  afterAll(() => stage.close());
  const settings = `/lightning/n/${ns}Tieout_Settings`;

  const username = 'tieout@acme.example';
  const fillIn = async (visitor: Visitor) => {
    await visitor.page.getByLabel('Username of the integration user').fill(username);
    await visitor.button('Connect').click();
  };
  const steps = async (visitor: Visitor) =>
    (await visitor.page.locator('ol.steps > li').allInnerTexts()).map((text) =>
      text.split('\n').filter(Boolean).slice(0, 2),
    );

  it('shows an admin the steps, connects with the username given, and says which step is still open', async () => {
    let missing = ['authorise'];
    const visitor = await stage.open('ada.admin', { howFar: () => ({ state: 'shut', missing }) });
    await visitor.goTo(settings);
    await visitor.hasText('Pre-authorise the app');
    expect(await visitor.violations()).toEqual([]);
    await visitor.button('Connect').click();
    expect(stage.asked()).toEqual([]);
    await fillIn(visitor);
    const row = await until('the row', () => stage.served.org.rows('Connection__c')[0]);
    await until('the request', () => stage.asked()[0]);
    const values = {
      State__c: 'pairing',
      Integration_Username__c: username,
      Pairing_Code__c: null,
      Currency__c: 'EUR',
    };
    expect(row).toMatchObject(named(values));
    const request = { Kind__c: 'CONNECT', Username__c: username, Object_Name__c: `${ns}Connection__c` };
    expect(stage.asked()).toMatchObject([named({ ...request, Record_Id__c: row.id })]);
    await visitor.hasText('Still to do');
    const [pre, assign] = await steps(visitor);
    expect([pre, assign?.[1]]).toEqual([
      ['Pre-authorise the app', 'Still to do'],
      expect.stringContaining('Give one user'),
    ]);
    await visitor.shot('settings-steps');
    missing = ['assign'];
    await visitor.page.locator('li', { hasText: 'Assign the integration user' }).getByText('Still to do').waitFor();
    expect((await steps(visitor))[0]).toEqual(['Pre-authorise the app', 'Done']);
    missing = ['user'];
    await visitor.hasText('That user cannot sign in');
  });

  it('names what the integration user does not see, and says when the code does not count', async () => {
    const visitor = await stage.open('ada.admin', { howFar: () => ({ state: 'shut', missing: ['access'] }) });
    await visitor.goTo(settings);
    await visitor.page.getByText('Yes, join it by a code').click();
    await fillIn(visitor);
    await visitor.hasText('Enter the code from the Tieout settings of that system');
    expect(stage.asked()).toEqual([]);
    await visitor.page.locator('input[name="code"]').fill('abcd efgh jklm ');
    await visitor.button('Connect').click();
    const row = await until('the row', () => stage.served.org.rows('Connection__c')[0]);
    expect(row).toMatchObject(named({ Pairing_Code__c: 'abcd efgh jklm', Keep_In_EU__c: false }));
    const tell = (values: Values) =>
      stage.asHub('Connection__c', row.id, { Checked_At__c: new Date().toISOString(), ...values });
    tell({ Missing__c: 'access Opportunity Account.Phone' });
    await visitor.hasText('Tieout does not see: Opportunity, Account.Phone');
    tell({ State__c: 'refused', Missing__c: 'code' });
    await visitor.hasText('The code is not one that counts');
    await visitor.shot('settings-code');
    expect(await visitor.violations()).toEqual([]);
  });

  it('keeps the request while Tieout cannot be asked, and says so', async () => {
    const visitor = await stage.open('ada.admin', { widthPx: 400 });
    await visitor.goTo(settings);
    await fillIn(visitor);
    await visitor.hasText('Tieout could not be asked just now');
    expect(await visitor.isTooWide()).toBe(false);
    await visitor.shot('settings-400');
  });

  it('shows an admin the steps again when Tieout has been silent for more than an hour', async () => {
    stage.connect({ Checked_At__c: new Date(Date.now() - 2 * 3_600_000).toISOString() });
    const visitor = await stage.open('ada.admin');
    await visitor.goTo(settings);
    await visitor.hasText('Tieout has not looked at this org for more than an hour');
    await visitor.button('Connect again').waitFor();
    expect(await visitor.page.locator('iframe').count()).toBe(0);
  });

  it('tells a person who is no admin to ask one', async () => {
    const visitor = await stage.open();
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
    stage.connect();
    const visitor = await stage.open('ada.admin', { framed });
    await visitor.goTo(settings);
    const said = visitor.page.frameLocator('iframe').getByText('"session"');
    await said.waitFor();
    const [origin, message] = JSON.parse((await said.textContent()) ?? '') as [string, Values];
    const [row] = stage.served.org.rows('Session__c');
    expect(origin).toBe(stage.served.url);
    expect(message).toMatchObject({ tieout: 1, installation: 'ins_1', session: row?.id });
    expect(message['nonce']).toMatch(/^[\w-]{43}$/);
    const ada = stage.userId('ada');
    expect(row).toMatchObject({
      [`${ns}Nonce_Hash__c`]: createHash('sha256').update(String(message['nonce'])).digest('hex'),
      [`${ns}Roles__c`]: 'viewer admin',
      [`${ns}User_Id__c`]: ada,
      CreatedById: ada,
      OwnerId: ada,
    });
    expect((await visitor.page.locator('iframe').boundingBox())?.height).toBe(480);
    expect(JSON.stringify(stage.served.org.rows('Session__c'))).not.toContain(message['nonce']);
  });

  it('tells nothing to a window that is not the framed page', async () => {
    stage.connect();
    const visitor = await stage.open('ada.admin');
    await visitor.goTo(settings);
    await visitor.page.locator('iframe').waitFor();
    await visitor.page.evaluate("window.postMessage({ tieout: 1, type: 'ready' }, '*')");
    await visitor.page.evaluate('new Promise((done) => window.requestAnimationFrame(() => setTimeout(done, 50)))');
    expect(stage.served.org.rows('Session__c')).toEqual([]);
  });
});
