// The settings tab of the package in a real browser: set-up steps, connecting, and who is proven to the framed page.
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { ns, Stage } from './lightning/stage.ts';

type Values = Readonly<Record<string, unknown>>;

describe.skipIf(!hasBrowser)('The settings tab in a real browser', { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.build();
  }, 200_000);
  beforeEach(() => stage.set());
  afterEach(async () => expect(await stage.clear()).toEqual([]));
  afterAll(() => stage.close());
  const settings = `/lightning/n/${ns}Tieout_Settings`;

  it('shows an admin the steps, and connects with the username given', async () => {
    const visitor = await stage.open('ada.admin');
    await visitor.goTo(settings);
    await visitor.hasText('Pre-authorise the app');
    expect(await visitor.violations()).toEqual([]);
    await visitor.button('Connect').click();
    expect(stage.asked()).toEqual([]);
    await visitor.page.getByLabel('Username of the integration user').fill('tieout@acme.example');
    await visitor.button('Connect').click();
    await visitor.hasText('Pair with the other host');
    await visitor.shot('settings-steps');
    const [row] = stage.served.org.rows('Connection__c');
    expect(row).toMatchObject({
      [`${ns}State__c`]: 'pairing',
      [`${ns}Integration_Username__c`]: 'tieout@acme.example',
      [`${ns}Pairing_Code__c`]: expect.stringMatching(/^[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}$/),
    });
    expect(stage.asked()).toMatchObject([
      {
        [`${ns}Kind__c`]: 'CONNECT',
        [`${ns}Username__c`]: 'tieout@acme.example',
        [`${ns}Object_Name__c`]: `${ns}Connection__c`,
        [`${ns}Record_Id__c`]: row?.id,
      },
    ]);
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
