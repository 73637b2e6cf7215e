// The org as a whole: who gets a token, what a public client library sees over real HTTP, what is counted and reset.
import { serve } from '@hono/node-server';
import { Connection } from 'jsforce';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlled, type StandIn } from '../stand-in.ts';
import { longId, parseId } from './stand-in/ids.ts';
import { jwtBearer, openClient } from './stand-in/test-client.ts';
import { salesforceOrg, standIn } from './stand-in.ts';

describe('the token endpoint', () => {
  it('trades a signed assertion for an opaque session of this org, without refresh token or lifetime', async () => {
    const client = openClient();
    const { status, json } = await client.askToken(await client.assertion());
    expect(status).toBe(200);
    expect(json).toEqual({
      access_token: expect.stringMatching(/^00D\w{12}!AQ/),
      scope: 'api',
      instance_url: 'https://acme.example',
      id: expect.stringContaining(`/id/${client.org.connection.account}/005`),
      token_type: 'Bearer',
    });
  });

  const refused = [
    { claims: { iss: 'someone else' }, error: 'invalid_client_id', text: 'client identifier invalid' },
    { claims: { sub: 'stranger@acme.example' }, error: 'invalid_grant', text: "user hasn't approved this consumer" },
    { claims: { aud: 'https://test.salesforce.com' }, error: 'invalid_grant', text: 'audience is invalid' },
    { claims: { exp: 1_000_000_000 }, error: 'invalid_grant', text: 'expired authorization code' },
    { claims: { exp: 4_000_000_000 }, error: 'invalid_grant', text: 'invalid assertion' },
  ];
  it.each(refused)('refuses an assertion with "$text"', async ({ claims, error, text }) => {
    const client = openClient();
    const reply = await client.askToken(await client.assertion(claims));
    expect(reply.status).toBe(400);
    expect(reply.json).toEqual({ error, error_description: text });
  });

  it('refuses an assertion of which one character was changed', async () => {
    const client = openClient();
    const [head, claims, signature = ''] = (await client.assertion()).split('.');
    const forged = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    const reply = await client.askToken(`${head}.${claims}.${forged}`);
    expect(reply.json).toEqual({ error: 'invalid_grant', error_description: 'invalid assertion' });
  });

  it('knows no other grant', async () => {
    const body = new URLSearchParams({ grant_type: 'password' });
    const reply = await openClient().org.fetch(
      new Request('https://acme.example/services/oauth2/token', { method: 'POST', body }),
    );
    expect(await reply.json()).toEqual({
      error: 'unsupported_grant_type',
      error_description: 'grant type not supported',
    });
  });

  it('ends a session after two hours with 401 and an array', async () => {
    const client = openClient();
    expect((await client.send('GET', '/limits')).status).toBe(200);
    client.clock.nowMs += 2 * 3_600_000;
    const late = await client.send('GET', '/limits');
    expect(late.status).toBe(401);
    expect(late.json).toEqual([{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]);
  });
});

describe('ids', () => {
  it('gives an org an 18-character id whose checksum holds, another one on another address', () => {
    const { account } = openClient().org.connection;
    expect(account).toMatch(/^00D5g00000\w{5}EA\w$/);
    expect(parseId(account)).toBe(account);
    expect(longId(account.slice(0, 15))).toBe(account);
    const other = openClient((options) => standIn({ ...options, baseUrl: 'https://other.example' }));
    expect(other.org.connection.account).not.toBe(account);
  });

  it('refuses an 18-character id with a wrong checksum', () => {
    expect(parseId('0015g000001AAAAAAB')).toBeNull();
    expect(parseId('0015g000001AAAA')).toBe(longId('0015g000001AAAA'));
  });
});

describe('jsforce over a real port', () => {
  let org: StandIn;
  let connection: Connection;
  let close: () => void;

  beforeAll(async () => {
    const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
      const fetch = (request: Request) => controlled(org)(request);
      const started = serve({ fetch, port: 0, hostname: '127.0.0.1', overrideGlobalObjects: false }, () =>
        resolve(started),
      );
    });
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    close = () => server.close();
    org = standIn({
      baseUrl: `http://127.0.0.1:${port}`,
      nowMs: () => Date.UTC(2026, 4, 21, 9, 30),
      chance: () => 0.5,
      sleep: async () => {},
      send: async () => new Response(null, { status: 503 }),
    });
    const loginUrl = String(org.connection.settings['loginUrl']);
    connection = new Connection({ loginUrl, version: '66.0' });
    const client = openClient((options) => standIn({ ...options, baseUrl: loginUrl }));
    const assertion = await client.assertion({ exp: Date.UTC(2026, 4, 21, 9, 33) / 1000 });
    await connection.authorize({ grant_type: jwtBearer, assertion });
  });
  afterAll(() => close());

  it('creates, upserts by external id, and reads back what it wrote', async () => {
    const made = await connection.sobject('Account').create({ Name: 'Northwind' });
    expect(made).toMatchObject({ success: true, errors: [] });
    const first = await connection
      .sobject('Account')
      .upsert({ Name: 'Blue', tieout__Tieout_Id__c: 'c1' }, 'tieout__Tieout_Id__c');
    expect(first).toMatchObject({ success: true, created: true });
    const many = await connection.sobject('Account').upsert(
      [
        { Name: 'Blue Ltd', tieout__Tieout_Id__c: 'c1' },
        { Name: '', tieout__Tieout_Id__c: 'c2' },
      ],
      'tieout__Tieout_Id__c',
    );
    expect(many).toMatchObject([
      { id: first.id, success: true, created: false },
      { success: false, errors: [{ statusCode: 'REQUIRED_FIELD_MISSING', fields: ['Name'] }] },
    ]);
    const found = await connection.query("SELECT Name FROM Account WHERE tieout__Tieout_Id__c = 'c1'");
    expect(found.records).toMatchObject([{ Name: 'Blue Ltd' }]);
    expect(await connection.retrieve('Account', String(first.id))).toMatchObject({ Name: 'Blue Ltd' });
    expect(connection.limitInfo.apiUsage?.limit).toBe(110_000);
  });

  it('pages through a long result with queryMore', async () => {
    for (let at = 0; at < 4500; at++) org.create('Product2', { Name: `Role ${at}` });
    const first = await connection.query('SELECT Id FROM Product2');
    expect(first).toMatchObject({ totalSize: 4500, done: false });
    const second = await connection.queryMore(String(first.nextRecordsUrl));
    const third = await connection.queryMore(String(second.nextRecordsUrl));
    expect([first, second, third].map((page) => page.records.length)).toEqual([2000, 2000, 500]);
    expect(third.done).toBe(true);
  });

  it('writes thousands of rows by a bulk job, and is told of each what became of it', async () => {
    const rows = Array.from({ length: 3000 }, (_, at) => ({ tieout__Tieout_Id__c: `b${at}`, Name: `Bulk, "${at}"` }));
    const { successfulResults, failedResults, unprocessedRecords } = await connection.bulk2.loadAndWaitForResults({
      ...{ object: 'Account', operation: 'upsert', externalIdFieldName: 'tieout__Tieout_Id__c' },
      input: [...rows, { tieout__Tieout_Id__c: 'b3000', Name: '#N/A' }],
      ...{ pollInterval: 1, pollTimeout: 10_000 },
    });
    expect(successfulResults).toHaveLength(3000);
    expect(successfulResults[7]).toMatchObject({ sf__Created: 'true', Name: 'Bulk, "7"' });
    expect(failedResults).toMatchObject([
      { sf__Id: '', sf__Error: expect.stringContaining('REQUIRED_FIELD_MISSING:') },
    ]);
    expect(unprocessedRecords).toEqual([]);
    expect(org.rows('Account').filter((row) => String(row['Name']).startsWith('Bulk'))).toHaveLength(3000);
  });

  it('meets refusals as errors with the code and the text', async () => {
    await expect(connection.sobject('Account').create({ Nmae: 'x' })).rejects.toMatchObject({
      errorCode: 'INVALID_FIELD',
      message: "No such column 'Nmae' on sobject of type Account",
    });
  });

  it('describes a type of the package under its namespace', async () => {
    const described = await connection.describe('tieout__Sync_Status__c');
    const key = described.fields.find((field) => field.name === 'tieout__Sync_Ref__c');
    expect(key).toMatchObject({ type: 'string', length: 120, externalId: true, unique: true, nillable: false });
  });
});

describe('the books and the counters', () => {
  it('counts calls by method, path without ids, and status', async () => {
    const client = openClient();
    const id = client.org.create('Account', { Name: 'Blue' });
    await client.send('GET', `/sobjects/Account/${id}`);
    await client.query('SELECT Id FROM Account');
    expect(client.org.calls()).toEqual([
      { route: 'POST /services/oauth2/token', status: 200, count: 1 },
      { route: 'GET /services/data/v66.0/sobjects/Account/:id', status: 200, count: 1 },
      { route: 'GET /services/data/v66.0/query Account', status: 200, count: 1 },
    ]);
  });

  it('gives the same ids again after a reset, with the same credentials', () => {
    const { org } = openClient();
    const before = org.connection;
    const id = org.create('Account', { Name: 'Blue' });
    org.reset();
    expect(org.rows('Account')).toEqual([]);
    expect(org.create('Account', { Name: 'Blue' })).toBe(id);
    expect(org.connection).toEqual(before);
  });

  it('has the package under no namespace in an org with the bare source', async () => {
    const client = openClient(salesforceOrg({ namespace: '', environment: 'sandbox' }));
    expect(client.org.types()).toContain('Outbox__c');
    expect(client.org.connection).toMatchObject({ environment: 'sandbox', settings: { namespace: '' } });
    const reply = await client.askToken(await client.assertion({ aud: 'https://test.salesforce.com' }));
    expect(reply.status).toBe(200);
  });
});
