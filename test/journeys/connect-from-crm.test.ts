// Story: an admin connects an org from its own pages. Each step that is still open is named while it is; the first org
// founds an installation, another joins it by a code, and one that had stopped runs again. Partly skipped without
// Chromium.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import { OrgVisitor, type ServedOrg, serveOrg } from '../hosts/lightning/org-in-browser.ts';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { type Hub, operatorKey, startHub } from '../support/hub.ts';
import { type OpenException, Operator } from '../support/operator.ts';
import { until } from '../support/people.ts';
import { freePort } from '../support/serve.ts';

const ns = 'tieout__';
/** No username is given twice, in any org. */
const usernames = { first: 'tieout@acme.example', second: 'tieout@acme.example.uat' } as const;
const settings = `/lightning/n/${ns}Tieout_Settings`;
const state = mkdtempSync(join(tmpdir(), 'tieout-connect-'));
const deliverEveryMs = 250;

let hub: Hub;
let operator: Operator;
let first: ServedOrg;
let second: ServedOrg;
let timer: NodeJS.Timeout;
let browser: Browser | null = null;
let deal = '';

beforeAll(async () => {
  const send = (request: Request) => fetch(request);
  [first, second] = await Promise.all([
    serveOrg({ namespace: ns, environment: 'production' }, send),
    serveOrg({ namespace: ns, environment: 'sandbox', onlyCurrency: 'USD' }, send),
  ]);
  const { consumerKey, privateKey } = first.org.connection.secrets;
  const app = { consumerKey, privateKey, logins: { production: first.url, sandbox: second.url } };
  const vars = { APPS: JSON.stringify({ salesforce: app }) };
  hub = await startHub({ port: await freePort(), state, vars, onLog: () => undefined });
  operator = new Operator(hub.url, operatorKey);
  for (const [{ org }, username] of [
    [first, usernames.first],
    [second, usernames.second],
  ] as const) {
    org.subscribe({ url: `${hub.url}/hooks/salesforce` });
    hire(org, username);
  }
  const account = first.org.create('Account', { Name: 'Harbour & Pine' });
  const values = { Name: 'ERP rollout', StageName: 'Negotiation/Review', CloseDate: '2026-11-30', AccountId: account };
  deal = first.org.create('Opportunity', values);
  timer = setInterval(() => void Promise.all([first.org.deliver(), second.org.deliver()]), deliverEveryMs);
  if (hasBrowser) browser = await openBrowser();
});

afterAll(async () => {
  clearInterval(timer);
  await browser?.close();
  await hub?.close();
  await first?.close();
  await second?.close();
  rmSync(state, { recursive: true, force: true });
});

type Org = ServedOrg['org'];

/** Somebody who may administer the package, and the user that is to be the hub's. */
function hire(org: Org, username: string): void {
  for (const user of [username, 'ada.admin', 'anna.sales']) org.act('setUser', { user });
  assign(org, 'ada.admin@acme.example', 'Tieout_Admin');
}

function assign(org: Org, who: string, name: string): void {
  const user = org.rows('User').find((row) => row['Username'] === who)?.id;
  const set = org.rows('PermissionSet').find((row) => row['Name'] === `${ns}${name}`)?.id;
  org.create('PermissionSetAssignment', { AssigneeId: user, PermissionSetId: set });
}

const newest = (org: Org): Row | undefined => org.rows('Connection__c').at(-1);
const reaches = (org: Org, state: string, missing: string | null) =>
  until(`${state} ${missing ?? ''}`, () => {
    const row = newest(org);
    return row?.[`${ns}State__c`] === state && row[`${ns}Missing__c`] === missing ? row : null;
  });

/** What the settings page does on a click. */
function ask(org: Org, username: string, values: Readonly<Record<string, unknown>> = {}): void {
  const row = { State__c: 'pairing', Integration_Username__c: username, Currency__c: 'USD', ...values };
  const recordId = org.create('Connection__c', row, 'ada.admin');
  const request = { Kind__c: 'CONNECT', Object_Name__c: `${ns}Connection__c`, Record_Id__c: recordId };
  org.create('Outbox__c', { ...request, Username__c: username }, 'ada.admin');
}

const inDirectory = async (table: string) => {
  const database = await hub.miniflare.getD1Database('DIRECTORY');
  return (await database.prepare(`SELECT * FROM ${table}`).all()).results;
};

const installationOf = (row: Row) => String(row[`${ns}Installation__c`]);

describe('Connecting from inside an org', () => {
  it.skipIf(!hasBrowser)('names each step while it is open, and goes on by itself once it is taken', async () => {
    if (!browser) return;
    const { org } = first;
    org.act('admitApp', { admitted: false });
    const ada = await OrgVisitor.open(browser, first, 'ada.admin@acme.example');
    await ada.page.goto(`${first.url}/lightning/assets/page.js`, { timeout: 180_000 });
    await ada.record('Opportunity', deal);
    await ada.hasText('An admin connects this org on the Tieout Settings tab');
    await ada.goTo(settings);
    await ada.page.getByLabel('Username of the integration user').fill(usernames.first);
    await ada.button('Connect').click();
    const open = (step: string) =>
      ada.page.locator('ol.steps > li', { hasText: step }).getByText('Still to do').waitFor();
    await open('Pre-authorise the app');
    expect([await inDirectory('lanes'), await inDirectory('directory')]).toEqual([[], []]);
    org.act('admitApp', { admitted: true });
    await open('Assign the integration user');
    await ada.shot('connect-steps');
    assign(org, usernames.first, 'Tieout_Integration');
    // The framed page of the hub, which knows by then who looks at it.
    await ada.page.frameLocator('iframe').getByText('ada.admin').first().waitFor({ timeout: 60_000 });
    await ada.shot('connect-done');
    await ada.record('Opportunity', deal);
    await ada.hasText('Nothing to show yet');
    expect(ada.problems).toEqual([]);
    await ada.close();
  });

  it('founds one installation, however often the request comes', async () => {
    const { org } = first;
    if (!newest(org)) {
      assign(org, usernames.first, 'Tieout_Integration');
      ask(org, usernames.first);
    }
    const row = await reaches(org, 'connected', null);
    const installation = installationOf(row);
    const read = await operator.call<{ connections: readonly Readonly<Record<string, unknown>>[] }>(
      'GET',
      `/installations/${installation}`,
    );
    const account = org.connection.account;
    expect(read.connections).toMatchObject([{ system: 'salesforce', account, state: 'active' }]);
    const again = { username: usernames.first, recordType: `${ns}Connection__c`, recordId: row.id };
    const headers = { 'content-type': 'application/json' };
    const asked = await fetch(`${hub.url}/embed/salesforce/connect`, {
      method: 'POST',
      headers,
      body: JSON.stringify(again),
    });
    expect(await asked.json()).toEqual({ state: 'idle', missing: [] });
    expect(await inDirectory('lanes')).toMatchObject([{ installation }]);
  });

  it('lets another org, here one with one currency, join that installation by a code made there', async () => {
    const { org } = second;
    assign(org, usernames.second, 'Tieout_Integration');
    const installation = installationOf(await reaches(first.org, 'connected', null));
    ask(org, usernames.second, { Pairing_Code__c: 'ABCD-EFGH-JKLM' });
    await reaches(org, 'refused', 'code');
    const made = await operator.call<{ code: string }>('POST', `/installations/${installation}/join-code`, {});
    ask(org, usernames.second, { Pairing_Code__c: made.code.toLowerCase().replaceAll('-', ' ') });
    expect(installationOf(await reaches(org, 'connected', null))).toBe(installation);
    const { account } = org.connection;
    const id = `salesforce-${account.toLowerCase()}`;
    const checked = await operator.call('POST', `/installations/${installation}/connections/${id}/check`, {});
    expect(checked).toMatchObject({ isWorking: true, account, missing: [] });
  });

  it('lets a connection that had stopped run again on a click of its admin', async () => {
    const { org } = first;
    const installation = installationOf(await reaches(org, 'connected', null));
    const connection = `salesforce-${org.connection.account.toLowerCase()}`;
    const stateOf = async () => {
      const { rows } = await operator.call<{ rows: readonly { id: string; state: string }[] }>(
        'GET',
        `/installations/${installation}/connections`,
      );
      return rows.find(({ id }) => id === connection)?.state;
    };
    org.arm({ how: 'revoke' });
    await operator.call('POST', `/installations/${installation}/connections/${connection}/ask`, {});
    await until('the stop', async () => (await stateOf()) === 'paused');
    org.disarm('revoke');
    ask(org, usernames.first);
    await until('the start', async () => (await stateOf()) === 'active');
    expect(installationOf(await reaches(org, 'connected', null))).toBe(installation);
  });

  it('stops and says what to do when the package is uninstalled, and reads what it missed once back', async () => {
    const { org } = first;
    const installation = installationOf(await reaches(org, 'connected', null));
    const connection = `salesforce-${org.connection.account.toLowerCase()}`;
    const at = `/installations/${installation}`;
    org.act('uninstall', {});
    await operator.call('POST', `${at}/connections/${connection}/ask`, {});
    const stopped = async () => {
      const { rows } = await operator.call<{ rows: OpenException[] }>('GET', `${at}/exceptions`);
      return rows.find(({ code }) => code === 'reconnect');
    };
    expect(JSON.stringify(await until('the exception', stopped))).toContain('install it again');
    org.act('win', { id: deal });
    org.act('reinstall', {});
    org.act('admitApp', { admitted: true });
    assign(org, usernames.first, 'Tieout_Integration');
    assign(org, 'ada.admin@acme.example', 'Tieout_Admin');
    ask(org, usernames.first);
    expect(installationOf(await reaches(org, 'connected', null))).toBe(installation);
    await until('the end of the exception', async () => !(await stopped()));
    await until('the deal that was won meanwhile', async () => {
      const path = `${at}/records/${connection}/Opportunity/${deal}`;
      const { entities } = await operator.call<{ entities: { entity: string; kind: string }[] }>('GET', path);
      const known = entities.find(({ kind }) => kind === 'deal');
      if (!known) return false;
      const { versions } = await operator.call<{ versions: object[] }>('GET', `${at}/entities/${known.entity}`);
      return JSON.stringify(versions[0]).includes('"isWon":true');
    });
  });
});
