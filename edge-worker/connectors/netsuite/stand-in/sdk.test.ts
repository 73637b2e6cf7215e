// A production client of the vendor, unmodified, over real HTTP: what it can do here it could do there.
import { generateKeyPairSync } from 'node:crypto';
import { NetSuiteClient } from '@brokenrubik/netsuite-sdk';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Clock, chanceOf } from '../../../../test/support/options.ts';
import { type Served, serve } from '../../../../test/support/serve.ts';
import { standIns } from '../../../../test/support/stand-ins.ts';
import type { StandIn } from '../../stand-in.ts';
import { accountId, clientId } from './credentials.ts';
import { selfSigned } from './self-signed.ts';

const realFetch = globalThis.fetch;
const clock = new Clock();
let served: Served;
let standIn: StandIn;
let client: NetSuiteClient;

/** The client signs with RSA only, so its certificate is uploaded the way an administrator's first one is. */
async function uploadCertificate(): Promise<{ certificateId: string; privateKey: string }> {
  const pair = generateKeyPairSync('rsa', { modulusLength: 3072 });
  const fileContent = selfSigned(pair, { notBefore: new Date(clock.ms), notAfter: new Date(clock.ms + 86_400_000) });
  const url = `${served.url}/services/rest/auth/oauth2/v1/clients/${clientId}/certificates`;
  const headers = { Authorization: `OAuth realm="${accountId}"`, 'Content-Type': 'application/json' };
  const response = await realFetch(url, { method: 'POST', headers, body: JSON.stringify({ fileContent }) });
  const { certificate_id } = await response.json<{ certificate_id: string }>();
  return {
    certificateId: certificate_id,
    privateKey: String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })),
  };
}

beforeAll(async () => {
  served = await serve((request) => standIn.fetch(request));
  standIn = standIns['netsuite']!({
    baseUrl: served.url,
    nowMs: clock.nowMs,
    chance: chanceOf(5),
    sleep: async () => undefined,
    send: async () => new Response(null, { status: 202 }),
  });
  // The client reads the time by itself; it gets the stand-in's.
  vi.useFakeTimers({ toFake: ['Date'], now: clock.ms });
  // Its host name is fixed; only the address is turned, nothing of what it sends or reads.
  globalThis.fetch = (input, init) => {
    const turned = String(input).replace(/^https:\/\/[\w-]+\.(suitetalk|restlets)\.api\.netsuite\.com/, served.url);
    return realFetch(turned, init);
  };
  client = new NetSuiteClient({ accountId, clientId, ...(await uploadCertificate()), maxRetries: 0 });
});

afterAll(async () => {
  globalThis.fetch = realFetch;
  vi.useRealTimers();
  await served.close();
});

test('it creates, reads, updates and upserts records', async () => {
  const created = await client.createRecord('customer', { companyName: 'Acme', subsidiary: { id: '1' } });
  expect(created.success).toBe(true);
  expect(created.operationId).toBeTruthy();
  await client.updateRecord('customer', created.id, { phone: '555' });
  const read = await client.getRecord('customer', created.id);
  expect(read).toMatchObject({ companyName: 'Acme', phone: '555', subsidiary: { id: '1' } });
  const body = { companyName: 'Acme rollout', parent: { id: created.id } };
  const first = await client.upsertRecord('job', 'prj-sdk', body);
  const second = await client.upsertRecord('job', 'prj-sdk', body);
  expect(second.id).toBe(first.id);
  expect(standIn.rows('job')).toHaveLength(1);
});

test('it pages through record lists and SuiteQL to the last row', async () => {
  const rows = Array.from({ length: 2500 }, (_, index) => ({ companyName: `Listed ${index}`, subsidiary: '1' }));
  standIn.act('seed', { type: 'customer', rows });
  const total = standIn.rows('customer').length;
  const listed = await client.listAllRecords('customer');
  expect(new Set(listed.map((each) => each.id)).size).toBe(total);
  const queried = await client.suiteqlAll(
    "SELECT id, companyname FROM customer WHERE companyname LIKE 'Listed%' ORDER BY id",
  );
  expect(queried).toHaveLength(2500);
  expect(queried[2499]).toMatchObject({ companyname: 'Listed 2499' });
});

test('it reads a business rule refusal as a validation error with field and code', async () => {
  await expect(client.createRecord('customer', { companyName: 'No subsidiary' })).rejects.toMatchObject({
    status: 400,
    errorCode: 'USER_ERROR',
    errorPath: 'subsidiary',
    message: expect.stringContaining('Please enter value(s) for: Subsidiary.'),
  });
  await expect(client.getRecord('customer', '1')).rejects.toMatchObject({ status: 404 });
});

test('it runs batches and asynchronous queries, and learns that a key was used', async () => {
  const items = [{ companyName: 'Batch one', subsidiary: '1' }, { companyName: 'Batch two' }];
  const job = await client.batchCreate('customer', items, { idempotencyKey: 'batch-1' });
  const outcome = await job.wait({ pollInterval: 1 });
  expect([outcome.succeeded, outcome.failed]).toEqual([1, 1]);
  expect(outcome.results[0]?.recordId).toMatch(/^\d+$/);
  expect((await job.status()).progress).toBe('succeeded');
  const again = client.batchCreate('customer', items, { idempotencyKey: 'batch-1' });
  await expect(again).rejects.toMatchObject({ name: 'NetSuiteIdempotencyError', jobId: job.id });
  const query = await client.suiteqlAsync("SELECT id FROM customer WHERE companyname = 'Batch one'");
  const { results } = await query.wait({ pollInterval: 1 });
  expect(results[0]?.result).toMatchObject({ count: 1 });
});

test('it calls our RESTlet and reads the throttle of both doors as a rate limit', async () => {
  const call = {
    scriptId: 'customscript_tieout_rl_api',
    deployId: 'customdeploy_tieout_rl_api',
    method: 'POST' as const,
    body: { v: 1, verb: 'ping' },
  };
  expect(await client.callRestlet(call)).toMatchObject({ v: 1, results: [{ account: accountId }] });
  standIn.arm({ how: 'throttle' });
  await expect(client.getRecord('customer', '1')).rejects.toMatchObject({
    name: 'NetSuiteRateLimitError',
    status: 429,
  });
});
