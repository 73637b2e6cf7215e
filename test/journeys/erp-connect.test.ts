// Story: an admin connects the ERP from its own settings page. They consent there, carry a key back, and from then on
// the hub logs in with credentials of its own, which it renews by itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientId, clientSecret } from '../../edge-worker/connectors/netsuite/stand-in/credentials.ts';
import { controlled, type StandIn } from '../../edge-worker/connectors/stand-in.ts';
import { integrationRole, outboxType, settingType } from '../hosts/suiteapp.ts';
import { hasBrowser, openBrowser, openPage, Visitor } from '../support/browser.ts';
import { type Hub, startHub } from '../support/hub.ts';
import { type Installation, Operator } from '../support/operator.ts';
import { sole } from '../support/pages.ts';
import { until } from '../support/people.ts';
import { freePort, type Served, serve } from '../support/serve.ts';
import { standIns } from '../support/stand-ins.ts';

const settingsPage =
  '/app/site/hosting/scriptlet.nl?script=customscript_tieout_sl_settings&deploy=customdeploy_tieout_sl_settings';
const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));
let hub: Hub;
let erp: StandIn;
let served: Served;
let operator: Operator;
let installation: Installation;
let visitor: Visitor;
let deliver: NodeJS.Timeout;

beforeAll(async () => {
  let answer: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
  served = await serve((request) => answer(request));
  const make = standIns['netsuite'] ?? expect.fail('there is no stand-in');
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
  erp = make({ baseUrl: served.url, nowMs: Date.now, chance: Math.random, sleep, send: (request) => fetch(request) });
  answer = controlled(erp);
  deliver = setInterval(() => void erp.deliver(), 250);
  const settings = { restUrl: served.url, restletUrl: served.url, appUrl: served.url };
  const vars = { CONSENT_CLIENTS: JSON.stringify({ netsuite: { id: clientId, secret: clientSecret, settings } }) };
  hub = await startHub({ port: await freePort(), state, vars });
  operator = new Operator(hub.url, hub.operatorKey);
  installation = await operator.found('Northwind Consulting');
  // The hub's address is part of the package; here it is this machine's.
  erp.update(settingType, sole(erp.rows(settingType)).id, {
    custrecord_tieout_se_hub: hub.url.replace('http:', 'https:'),
  });
  if (hasBrowser) visitor = new Visitor(await openPage(await openBrowser(), {}), served.url);
});

afterAll(async () => {
  clearInterval(deliver);
  await visitor?.page.context().browser()?.close();
  await hub?.close();
  await served?.close();
  rmSync(state, { recursive: true, force: true });
});

const calls = (method: string, path: string) =>
  operator.call<Record<string, unknown>>(method, `/installations/${installation.id}${path}`);
const connection = '/connections/netsuite-1234567-sb1';
const isProven = () => Boolean(sole(erp.rows(settingType))['custrecord_tieout_se_proven']);
const permit = (level: string) => erp.act('set-permission', { permission: 'ADMI_OWN_CERTIFICATES', level });

/** From the settings page to the hub's, in a new tab as people have it; then on to the page where they consent. */
async function goToHub(): Promise<void> {
  await visitor.goTo(`${settingsPage}&connect=T`);
  const link = visitor.page.getByRole('link', { name: 'Connect to Tieout' });
  await visitor.page.goto((await link.getAttribute('href')) ?? '');
}
const goOn = () => visitor.button('Go on to NetSuite').click();

/** What the hub has shown, typed into the settings page. */
async function carryBack(): Promise<void> {
  const [id = '', hook = '', key = ''] = await visitor.page.locator('dd code').allTextContents();
  await visitor.goTo(`${settingsPage}&connect=T`);
  await visitor.page.getByLabel('Installation').fill(id);
  // Pages there know the hub by https alone.
  await visitor.page.getByLabel('Hook address').fill(hook.replace('http:', 'https:'));
  await visitor.page.getByLabel('Key').fill(key);
  await visitor.button('Store').click();
  await visitor.hasText('The hub has accepted a first signature');
  await until('the first good signature', isProven);
}

async function looksWell(name: string): Promise<void> {
  expect(await visitor.violations()).toEqual([]);
  for (const width of [400, 1280]) {
    await visitor.widen(width);
    expect(await visitor.isTooWide()).toBe(false);
    await visitor.shot(`${name}-${width}`);
  }
}

describe.skipIf(!hasBrowser)('An admin in the ERP', () => {
  it('who consents in a role that may not do it is told what to mend, and nothing is connected', async () => {
    erp.act('map-certificate', { role: 'ADMINISTRATOR' });
    await goToHub();
    await looksWell('erp-connect-begin');
    await goOn();
    await visitor.hasText('with which Tieout would be allowed more than it needs.');
    await visitor.hasText('Consent in the integration’s role, which the package brings.');
    await looksWell('erp-connect-role');
    erp.act('map-certificate', { role: integrationRole });
    const { rows } = await operator.call<{ rows: unknown[] }>('GET', `/installations/${installation.id}/connections`);
    expect(rows).toEqual([]);
  });

  it('whose role may not store certificates stores it by hand, and says the id that it got', async () => {
    permit('NONE');
    await goToHub();
    const { code } = await calls('POST', '/join-code');
    await visitor.page.getByLabel(/^Code/).fill(String(code));
    await goOn();
    await looksWell('erp-connect-by-hand');
    const fileContent = await visitor.page.getByLabel('Certificate, to be stored there').inputValue();
    await visitor.page.getByLabel('Certificate id that NetSuite shows').fill('mistyped');
    await visitor.button('Check it').click();
    await visitor.hasText('The certificate is not accepted.');
    permit('FULL');
    await visitor.page
      .getByLabel('Certificate id that NetSuite shows')
      .fill(String(erp.act('store-certificate', { fileContent })));
    await visitor.button('Check it').click();
    await visitor.hasText('NetSuite is connected');
    expect(await visitor.text()).not.toContain('To do');
    await looksWell('erp-connect-done');
    await carryBack();
  });

  it('then sees the hub’s own page in the settings, and every change is told', async () => {
    await visitor.goTo(settingsPage);
    await visitor.page.frameLocator('iframe').getByText('Priya Raman').waitFor();
    erp.create('customer', { companyName: 'Acme', subsidiary: '1' });
    const isTold = () => erp.rows(outboxType).every((row) => row['custrecord_tieout_ob_sent']);
    await until('the change to have been told', isTold);
    expect(await calls('POST', `${connection}/check`)).toMatchObject({ isWorking: true, missing: [] });
  });

  it('connects again by consent alone, and refuses it without any harm', async () => {
    await goToHub();
    await goOn();
    await visitor.hasText('NetSuite is connected');
    await visitor.hasText('Tieout’s own key is known there.');
    await carryBack();
    erp.act('deny-consent', {});
    await goToHub();
    await goOn();
    await visitor.hasText('The consent was not given: access_denied');
    erp.act('deny-consent', { value: false });
    expect(await calls('POST', `${connection}/check`)).toMatchObject({ isWorking: true });
  });

  it('has the credentials renewed by asking, and the old ones are ended there', async () => {
    const isRevoked = () => erp.calls().some(({ route, status }) => route.includes('revoke') && status === 200);
    expect(isRevoked()).toBe(false);
    expect(await calls('POST', `${connection}/credentials/rotation`)).toMatchObject({ isRenewed: true, code: null });
    expect(isRevoked()).toBe(true);
    expect(await calls('POST', `${connection}/check`)).toMatchObject({ isWorking: true });
    permit('NONE');
    expect(await calls('POST', `${connection}/credentials/rotation`)).toMatchObject({ isRenewed: false });
    expect(await calls('POST', `${connection}/check`)).toMatchObject({ isWorking: true });
    expect(JSON.stringify(await calls('GET', '/health'))).toContain('renewal-failed');
  });
});
