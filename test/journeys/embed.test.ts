// Story: people sit in their own systems. Each host proves who looks at its Tieout page; a proof counts once, for a
// short time, in its own account; what was made up, copied or kept opens nothing. Partly skipped without Chromium.
import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiClient, must } from '../../edge-worker/console/client.ts';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { type Firm, startFirm } from '../support/firm.ts';
import { until } from '../support/people.ts';
import { type Served, serve } from '../support/serve.ts';

const state = mkdtempSync(join(tmpdir(), 'tieout-embed-'));
let firm: Firm;
let key = '';
let browser: Browser | null = null;
let host: Served;
let shown = '';

beforeAll(async () => {
  // The hosts' own pages: one of ours where the browser asks for it, and the stand-in for everything else.
  host = await serve(async (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === '/host-page') return new Response(shown, { headers: { 'content-type': 'text/html' } });
    const body = request.method === 'GET' ? null : await request.arrayBuffer();
    return fetch(`${firm.urls.crm}${pathname}${search}`, { method: request.method, headers: request.headers, body });
  });
  firm = await startFirm({ state, settings: { crm: { instanceUrl: host.url }, erp: { appUrl: host.url } } });
  const { account, environment, settings, secrets } = firm.erp.connection;
  // The hub shows the key once, when the connection is made; the same request again shows the same.
  const made = await firm.installation.connect({
    ...{ id: 'erp-two', system: 'netsuite', roles: ['erp'], account: `${account}_2`, environment, secrets },
    settings: { ...settings, appUrl: host.url },
    flow: 'matching',
  });
  key = made.hookKey ?? '';
  if (hasBrowser) browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await firm?.close();
  await host?.close();
  rmSync(state, { recursive: true, force: true });
});

const makeNonce = () => randomBytes(32).toString('base64url');
const sha256Hex = (text: string) => createHash('sha256').update(text).digest('hex');

const signed = (payload: object, iat: number, with_ = key) => {
  const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
  return `${text}.${createHmac('sha256', with_).update(`${iat}.${text}`).digest('hex')}`;
};

function token(more: Record<string, unknown> = {}, with_ = key): string {
  const iat = Math.floor(Date.now() / 1000);
  const { account, environment } = firm.erp.connection;
  const who = { uid: '42', name: 'Mara Lindt', email: 'mara@northwind.example', role: 'customrole_tieout_admin' };
  const where = { ins: firm.installation.id, acct: `${account}_2`, env: environment, aud: firm.hub.url };
  const payload = {
    v: 1,
    iss: 'netsuite',
    ...where,
    ...who,
    open: null,
    iat,
    exp: iat + 120,
    jti: randomUUID(),
    ...more,
  };
  return signed(payload, payload.iat, with_);
}

const post = (text: string) =>
  fetch(`${firm.hub.url}/embed/netsuite`, { method: 'POST', body: new URLSearchParams({ token: text }) });

const givenIn = (page: string) => JSON.parse(/id="given">([^<]*)</.exec(page)?.[1] ?? '{}') as Given;
const sessionIn = (page: string) => givenIn(page).session;
interface Given {
  readonly session: { readonly token: string; readonly installation: string } | null;
  readonly words: { readonly title: string } | null;
}

describe('NetSuite, whose settings page posts a signed token', () => {
  it('opens a short session in the role of the user, framed by its own account’s pages only', async () => {
    const response = await post(token());
    const page = await response.text();
    expect(response.status).toBe(200);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`frame-ancestors ${host.url}`);
    expect(policy).toContain("default-src 'none'");
    expect(response.headers.get('set-cookie')).toBeNull();
    const session = sessionIn(page);
    const me = await must(apiClient(firm.hub.url, session?.token ?? '').GET('/me'));
    const who = { by: 'Mara Lindt (erp-two 42)', roles: ['viewer', 'admin'] };
    expect(me).toMatchObject({ kind: 'session', installation: firm.installation.id, ...who });
    expect(Date.parse(me.expiresAt ?? '') - Date.now()).toBeLessThanOrEqual(15 * 60_000);
  });

  it('gives a page that is there already a session for another token, once', async () => {
    const given = token();
    const trade = () =>
      fetch(`${firm.hub.url}/embed/netsuite/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: given }),
      });
    const session = (await (await trade()).json()) as NonNullable<Given['session']>;
    expect(await must(apiClient(firm.hub.url, session.token).GET('/me'))).toMatchObject({ roles: ['viewer', 'admin'] });
    const again = await trade();
    expect([again.status, await again.json()]).toMatchObject([403, { fields: [{ problem: 'proof-used' }] }]);
  });

  it('lets somebody in a role that nobody named look, and no more', async () => {
    const session = sessionIn(await (await post(token({ role: 'customrole_controller' }))).text());
    expect(await must(apiClient(firm.hub.url, session?.token ?? '').GET('/me'))).toMatchObject({ roles: ['viewer'] });
  });

  it('is refused when the token was used, is old, forged, of a copied account, or for another hub', async () => {
    const once = token();
    expect((await post(once)).status).toBe(200);
    const old = Math.floor(Date.now() / 1000) - 121;
    const [text = '', signature = ''] = token().split('.');
    const raised = Buffer.from(text, 'base64url').toString().replace('"42"', '"43"');
    const refused = {
      'Used already': once,
      'Too old': token({ iat: old, exp: old + 120 }),
      'Not proven': `${Buffer.from(raised).toString('base64url')}.${signature}`,
      'Another account': token({ aud: 'https://hub.elsewhere.example' }),
      'Not connected': token({ env: 'sandbox', acct: '999_SB1' }),
      'Not understood': 'nonsense',
    };
    for (const [title, given] of Object.entries(refused)) {
      const response = await post(given);
      const page = await response.text();
      const { session, words } = givenIn(page);
      expect([response.status, words?.title, session]).toEqual([403, title, null]);
    }
    const day = Math.floor(Date.now() / 1000);
    expect((await post(token({ iat: day, exp: day + 86_400 }))).status).toBe(403);
    expect((await post(token({}, 'another key'))).status).toBe(403);
  });
});

/** What the settings tab does: a row that only this user can have made. */
async function handshake(by: string, more: Record<string, unknown> = {}) {
  const nonce = makeNonce();
  const values = { tieout__Nonce_Hash__c: sha256Hex(nonce), ...more };
  const session = firm.crm.create('tieout__Session__c', values, by);
  return { installation: firm.installation.id, session, nonce };
}

async function trade(claim: object): Promise<[number, string, string]> {
  const response = await fetch(`${firm.hub.url}/embed/salesforce/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(claim),
  });
  const body = (await response.json()) as { token?: string; fields?: { problem: string }[] };
  return [response.status, body.fields?.[0]?.problem ?? '', body.token ?? ''];
}

describe('Salesforce, where a record proves its user', () => {
  it('trades a fresh row and its nonce for a session, once, and takes the row away', async () => {
    const claim = await handshake('anna.sales@acme.example');
    const [status, , opened] = await trade(claim);
    expect(status).toBe(200);
    const me = await must(apiClient(firm.hub.url, opened).GET('/me'));
    expect(me).toMatchObject({ kind: 'session', installation: firm.installation.id });
    expect(me.by).toContain('(crm 005');
    expect(firm.crm.rows('tieout__Session__c')).toEqual([]);
    expect((await trade(claim)).slice(0, 2)).toEqual([403, 'forged']);
  });

  it('believes the roles that the org stamped, whatever was typed', async () => {
    const typed = await handshake('anna.sales@acme.example', { tieout__Roles__c: 'viewer admin approver' });
    const me = await must(apiClient(firm.hub.url, (await trade(typed))[2]).GET('/me'));
    expect(me.roles).not.toContain('admin');
  });

  it('opens nothing with a nonce that is not the row’s, and leaves the row to whoever knows it', async () => {
    const claim = await handshake('anna.sales@acme.example');
    expect((await trade({ ...claim, nonce: makeNonce() })).slice(0, 2)).toEqual([403, 'forged']);
    expect((await trade({ ...claim, session: `${claim.session.slice(0, 3)}000000000001` })).slice(0, 2)).toEqual([
      403,
      'forged',
    ]);
    expect((await trade({ ...claim, nonce: "' OR Id != '" })).slice(0, 2)).toEqual([403, 'malformed']);
    expect((await trade(claim))[0]).toBe(200);
  });

  it('opens nothing with a row that somebody else has touched', async () => {
    const claim = await handshake('anna.sales@acme.example');
    firm.crm.update('tieout__Session__c', claim.session, { tieout__Roles__c: 'admin' }, 'eve@acme.example');
    expect((await trade(claim)).slice(0, 2)).toEqual([403, 'forged']);
  });

  it('turns away whoever tries again and again, because every try costs a call of the customer’s org', async () => {
    const claim = { installation: 'ins_somebody', session: 'a0B000000000001', nonce: makeNonce() };
    const statuses = await Promise.all(Array.from({ length: 40 }, async () => (await trade(claim))[0]));
    expect(statuses).toContain(429);
  });
});

describe.skipIf(!hasBrowser)('In a real browser', () => {
  async function hostPage(body: string, widthPx: number, origin = host.url): Promise<Page> {
    const page = await (browser as Browser).newPage({ viewport: { width: widthPx, height: 900 } });
    page.setDefaultTimeout(60_000);
    shown = `<!doctype html><title>Host</title><body style="margin:0">${body}`;
    await page.goto(`${origin}/host-page`);
    return page;
  }

  it('no other page may frame it', async () => {
    const problems: string[] = [];
    const address = `${firm.hub.url}/embed/salesforce?installation=${firm.installation.id}`;
    // The same server under another name is another site.
    const page = await hostPage('', 400, host.url.replace('127.0.0.1', 'localhost'));
    page.on('console', (message) => problems.push(message.text()));
    shown = `<iframe src="${address}"></iframe>`;
    await page.reload();
    await until('the refusal', () => problems.some((text) => /frame-ancestors/.test(text)));
    await page.close();
  });
});
