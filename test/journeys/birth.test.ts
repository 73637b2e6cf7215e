// Story: how an installation is born. An administrator says yes on a page of their own system, which proves the
// account; the key is shown once; a code lets another host join; nothing forged, old or led astray opens anything.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientId, clientSecret } from '../../edge-worker/connectors/netsuite/stand-in/credentials.ts';
import { apiClient, must } from '../../edge-worker/console/client.ts';
import { startStandIns } from '../stand-ins.ts';
import { type Hub, startHub } from '../support/hub.ts';
import { Operator } from '../support/operator.ts';
import { freePort } from '../support/serve.ts';

const states = [mkdtempSync(join(tmpdir(), 'tieout-birth-')), mkdtempSync(join(tmpdir(), 'tieout-join-'))];
let standIns: Awaited<ReturnType<typeof startStandIns>>;
const hubs: Hub[] = [];
let account = '';

beforeAll(async () => {
  standIns = await startStandIns(0);
  const erp = standIns.running.find(({ name }) => name === 'netsuite');
  account = erp?.standIn.connection.account ?? '';
  const settings = { restUrl: erp?.url, restletUrl: erp?.url, appUrl: erp?.url };
  const vars = { CONSENT_CLIENTS: JSON.stringify({ netsuite: { id: clientId, secret: clientSecret, settings } }) };
  for (const state of states) hubs.push(await startHub({ port: await freePort(), state, vars }));
});

afterAll(async () => {
  for (const hub of hubs) await hub.close();
  await standIns?.close();
  for (const state of states) rmSync(state, { recursive: true, force: true });
});

const visit = (url: string, cookie = '') => fetch(url, { redirect: 'manual', ...(cookie && { headers: { cookie } }) });

/** What a browser goes through: our page, the host's, and back with the cookie it was given. */
async function consent(hub: Hub, code = ''): Promise<{ back: string; cookie: string }> {
  const asked = new URLSearchParams({ account, environment: 'sandbox', go: '1', code });
  const sent = await visit(`${hub.url}/connect/netsuite?${asked}`);
  expect(sent.status).toBe(302);
  const [cookie = ''] = (sent.headers.get('set-cookie') ?? '').split(';');
  const said = await visit(sent.headers.get('location') ?? '');
  return { back: said.headers.get('location') ?? '', cookie };
}

function shownOn(page: string) {
  const [installation = '', hook = '', key = ''] = [...page.matchAll(/<code>([^<]*)<\/code>/g)].map(
    (found) => found[1],
  );
  return { installation, hook, key };
}

const bornIn = async (hub: Hub, code = '') => {
  const { back, cookie } = await consent(hub, code);
  const response = await visit(back, cookie);
  return { status: response.status, page: await response.text(), back, cookie };
};

describe('The first host', () => {
  it('is told what will happen, and goes on to a page of its own system', async () => {
    const response = await visit(`${hubs[0]?.url}/connect/netsuite?account=${account}&environment=sandbox`);
    const page = await response.text();
    expect(page).toContain(`account <strong>${account}</strong> (sandbox)`);
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    const wrong = await visit(`${hubs[0]?.url}/connect/netsuite?account=${account}&environment=production`);
    expect([wrong.status, (await wrong.text()).includes('is no production account')]).toEqual([400, true]);
  });

  it('opens nothing to another browser, a changed state, or a consent given elsewhere', async () => {
    const [hub] = hubs as [Hub];
    const { back, cookie } = await consent(hub);
    expect((await visit(back)).status).toBe(403);
    expect((await visit(back, 'tieout-connect=somebody-else')).status).toBe(403);
    expect((await visit(back.replace('state=', 'state=A'), cookie)).status).toBe(403);
    expect((await visit(back.replace(`company=${account}`, 'company=999_SB1'), cookie)).status).toBe(403);
    const denied = new URL(back);
    denied.searchParams.set('error', 'access_denied');
    expect(await (await visit(denied.href, cookie)).text()).toContain('The consent was not given: access_denied');
  });

  it('bears an installation whose connection works with a certificate of its own; its key is shown once', async () => {
    const [hub] = hubs as [Hub];
    const born = await bornIn(hub);
    expect(born.status).toBe(200);
    const { installation, hook, key } = shownOn(born.page);
    expect(installation).toMatch(/^ins_/);
    expect(hook).toContain(`${hub.url}/hooks/netsuite/`);
    expect(key).toMatch(/^[\w-]{43}$/);
    const api = apiClient(hub.url, hub.operatorKey);
    const path = { installation, connection: 'netsuite-1234567-sb1' };
    const checked = await must(
      api.POST('/installations/{installation}/connections/{connection}/check', { params: { path } }),
    );
    expect(checked).toMatchObject({ isWorking: true, account });
    // The same answer sent again proves nothing: the host takes a code once.
    expect((await visit(born.back, born.cookie)).status).toBe(403);
    const again = await bornIn(hub);
    expect(shownOn(again.page)).toEqual({ installation, hook, key });
  });
});

describe('The second host', () => {
  it('joins by a code that an admin made in the first, which is taken once', async () => {
    const [, hub] = hubs as [Hub, Hub];
    const { id: installation } = await new Operator(hub.url, hub.operatorKey).found('Northwind Consulting');
    const api = apiClient(hub.url, hub.operatorKey);
    const params = { path: { installation } };
    const { code } = await must(api.POST('/installations/{installation}/join-code', { params }));
    expect(code).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}$/);
    const refused = await bornIn(hub, 'AAAA-BBBB-CCCC');
    expect([refused.status, refused.page.includes('The code is not one that counts')]).toEqual([403, true]);
    const joined = await bornIn(hub, code.toLowerCase().replaceAll('-', ' '));
    expect(shownOn(joined.page).installation).toBe(installation);
    const { rows } = await must(api.GET('/installations/{installation}/connections', { params }));
    expect(rows.map((row) => [row.id, row.roles])).toEqual([['netsuite-1234567-sb1', ['erp']]]);
    const audit = await must(api.GET('/installations/{installation}/audit', { params }));
    expect(audit.rows.map((row) => row.action)).toEqual(expect.arrayContaining(['join-code-made', 'connection-made']));
  });
});

it('A hub that no vendor knows offers none of it', async () => {
  const state = mkdtempSync(join(tmpdir(), 'tieout-plain-'));
  const hub = await startHub({ port: await freePort(), state });
  expect((await visit(`${hub.url}/connect/netsuite?account=${account}&environment=sandbox`)).status).toBe(404);
  await hub.close();
  rmSync(state, { recursive: true, force: true });
});
