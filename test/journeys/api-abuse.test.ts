// Story: clumsy and hostile callers. Thousands of made-up requests hear a stable code and a next step each, and nothing
// breaks; and a deal that is only thought of is checked without leaving a trace.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problems } from '../../edge-worker/api/problems.ts';
import { routes } from '../../edge-worker/api/routes/_registry.ts';
import { apiClient, must } from '../../edge-worker/console/client.ts';
import { entityNames } from '../../shared/entities/_registry.ts';
import { hostRoles } from '../../shared/host-roles.ts';
import { ApiFuzz, type Asked } from '../support/api-fuzz.ts';
import { type Firm, startFirm } from '../support/firm.ts';
import { chanceOf } from '../support/options.ts';
import { sell, until } from '../support/people.ts';

/** Half a minute; TIEOUT_FUZZ=500 is enough while writing a route. */
const requests = Number(process.env['TIEOUT_FUZZ'] ?? '10000');
const state = mkdtempSync(join(tmpdir(), 'tieout-abuse-'));
let firm: Firm;
let foreign = '';

beforeAll(async () => {
  firm = await startFirm({ state });
  foreign = (await firm.operator.found('Somebody else')).id;
});

afterAll(async () => {
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

async function signIn(installation: string, roles: readonly string[]): Promise<string> {
  const response = await fetch(`${firm.hub.url}/v1/development/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ installation, roles }),
  });
  return ((await response.json()) as { token: string }).token;
}

describe('A deal that is not won yet', () => {
  const legalEntity = 'Northwind Consulting GmbH';
  const rates = [['Senior Consultant', 185, 160]] as const;
  const ask = async (record: string | null, values: Readonly<Record<string, unknown>> = {}) => {
    const api = apiClient(firm.hub.url, await signIn(firm.installation.id, ['sales']));
    const params = { path: { installation: firm.installation.id } };
    const body = { connection: 'crm', type: 'Opportunity', record, values };
    return must(api.POST('/installations/{installation}/validate', { params, body }));
  };

  it('hears every reason that would hold it, in one answer, and leaves no trace', async () => {
    const missing = { purchaseOrder: null, taxProfile: null, terms: null };
    const { opportunity } = sell(firm, {
      account: 'Mill & Ivy',
      name: 'Mill portal',
      legalEntity,
      country: 'DE',
      rates,
      ...missing,
    });
    await firm.installation.ask('crm');
    const isKnown = async () => (await firm.installation.progress()).entities.some(({ kind }) => kind === 'deal');
    await until('the deal to be known', isKnown);
    const before = await firm.installation.settled();
    const found = await ask(opportunity);
    expect(found.passes).toBe(false);
    const codes = found.reasons.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['missing-purchase-order', 'missing-tax-profile', 'missing-terms']));
    expect(found.reasons.find(({ code }) => code === 'missing-purchase-order')).toMatchObject({
      owner: 'finance',
      system: 'netsuite',
      words: { title: 'Purchase order is missing' },
    });
    const thought = {
      tieout__Purchase_Order__c: 'PO-9',
      tieout__Tax_Profile__c: 'standard',
      tieout__Payment_Terms__c: 'NET30',
    };
    expect(await ask(opportunity, thought)).toEqual({ passes: true, reasons: [] });
    expect((await firm.installation.progress()).entities).toEqual(before.entities);
    expect(await firm.installation.exceptions()).toEqual([]);
    expect(firm.erp.rows('salesorder')).toEqual([]);
  });

  it('may be one that is not saved at all; what cannot be checked says why', async () => {
    expect((await ask(null, { Name: 'A thought' })).passes).toBe(false);
    await expect(ask('0065g00000ZZZZZAAA')).rejects.toThrow('unknown-record');
  });
});

describe('Made-up requests', () => {
  const known = new Set<string>(Object.keys(problems));

  it('hear a stable code and a next step each, and nothing breaks', async () => {
    const installation = firm.installation.id;
    const made = await must(
      apiClient(firm.hub.url, firm.hub.operatorKey).POST('/installations/{installation}/keys', {
        params: { path: { installation } },
        body: { name: 'Fuzz', scopes: ['installation:read', 'records:read', 'exceptions:read'], perMinute: 6_000 },
      }),
    );
    const abroad = await signIn(foreign, hostRoles);
    const admins = await Promise.all(Array.from({ length: 12 }, () => signIn(installation, hostRoles)));
    const tokens = [...admins, made.token, abroad, firm.hub.operatorKey];
    const words = [
      'crm',
      'psa',
      'erp',
      ...entityNames,
      'open',
      'retry',
      'Opportunity',
      'exc_1',
      'matching',
      '100',
      'admin',
    ];
    // Ended sessions and new installations by the hundred would only make the rest of the walk dull.
    const walked = routes.filter(({ operation }) => operation !== 'endSession' && operation !== 'makeInstallation');
    const fuzz = new ApiFuzz(
      { url: firm.hub.url, installation, foreign, routes: walked, tokens, words },
      chanceOf(20_261_128),
    );
    const answers = new Map<number, number>();
    const wrong: string[] = [];
    let left = requests;
    const worker = async () => {
      while (left-- > 0) {
        const asked = fuzz.next();
        const [status, problem] = await answered(asked);
        answers.set(status, (answers.get(status) ?? 0) + 1);
        if (problem) wrong.push(`${status} ${asked.operation} ${asked.method} ${asked.url.slice(0, 160)}: ${problem}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(wrong.slice(0, 10)).toEqual([]);
    for (const status of [200, 400, 401, 404, 409, 413, 415, 422])
      expect(answers.get(status), `${status}`).toBeGreaterThan(0);
    expect((await fetch(`${firm.hub.url}/healthz`)).status).toBe(200);
  });

  /** What is wrong with an answer; null when it is as documented. */
  async function answered({ url, method, headers, body }: Asked): Promise<[number, string | null]> {
    // Who refuses a long body may close the line while it is still being written: then it is sent again.
    const send = () => fetch(url, { method, headers, ...(body !== null && { body }) });
    const response = await send().catch(send).catch(send);
    const text = await response.text();
    if (response.status < 400) return [response.status, null];
    // A system that does not answer is not the hub's failure.
    if (response.status >= 500 && !text.includes('system-unavailable')) return [response.status, text];
    if (response.headers.get('content-type') !== 'application/problem+json') return [response.status, 'not a problem'];
    const { type, next, status } = JSON.parse(text) as { type: string; next: string; status: number };
    if (status !== response.status || next === '' || !/^[a-z]+(-[a-z]+)*$/.test(type)) return [response.status, text];
    return [response.status, response.status !== 409 && !known.has(type) ? `unknown code ${type}` : null];
  }
});
