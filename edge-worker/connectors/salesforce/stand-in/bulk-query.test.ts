// Bulk API 2.0 queries: what the vendor's usual client reads by them, part by part, and what no bulk query takes.
import { Connection } from 'jsforce';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Clock, chanceOf } from '../../../../test/support/options.ts';
import { type Served, serve } from '../../../../test/support/serve.ts';
import type { StandIn } from '../../stand-in.ts';
import { standIn } from '../stand-in.ts';
import { type Client, openClient } from './test-client.ts';

let served: Served;
let org: StandIn;
let connection: Connection;

beforeAll(async () => {
  served = await serve((request) => org.fetch(request));
  const outside = { nowMs: new Clock().nowMs, chance: chanceOf(3), sleep: async () => {} };
  org = standIn({ baseUrl: served.url, ...outside, send: async () => new Response(null, { status: 503 }) });
});
beforeEach(() => {
  org.reset();
  const accessToken = String(org.act('signIn', { user: 'integration' }));
  connection = new Connection({ instanceUrl: served.url, accessToken, version: '66.0' });
});
afterAll(() => served.close());

const quick = { pollInterval: 1, pollTimeout: 30_000 };

async function rowsOf(soql: string, scanAll = false): Promise<unknown[]> {
  const stream = await connection.bulk2.query(soql, { ...quick, scanAll });
  return stream.toArray();
}

describe('the usual client reading by a bulk query', () => {
  it('is given thousands of rows with the columns it named, parents too', async () => {
    const account = org.create('Account', { Name: 'Blue, "Deep"', CurrencyIsoCode: 'EUR' });
    for (let at = 0; at < 2500; at++) {
      org.create('Opportunity', {
        ...{ Name: `Deal ${at}`, AccountId: account, StageName: 'Prospecting', CloseDate: '2026-12-01', Amount: at },
      });
    }
    const rows = await rowsOf('SELECT name, Account.Name, Amount, CloseDate, NextStep FROM Opportunity ORDER BY Id');
    expect(rows).toHaveLength(2500);
    expect(rows[7]).toEqual({
      ...{ Name: 'Deal 7', 'Account.Name': 'Blue, "Deep"', Amount: '7.0', CloseDate: '2026-12-01', NextStep: '' },
    });
  });

  it('writes moments with Z, and shows deleted rows only when it scans all', async () => {
    const id = org.create('Account', { Name: 'Blue' });
    org.create('Account', { Name: 'Green' });
    org.remove('Account', id);
    const soql = 'SELECT Name, IsDeleted, SystemModstamp FROM Account ORDER BY Name';
    const green = { Name: 'Green', IsDeleted: 'false', SystemModstamp: '2026-11-22T10:15:00.000Z' };
    expect(await rowsOf(soql)).toEqual([green]);
    expect(await rowsOf(soql, true)).toEqual([{ ...green, Name: 'Blue', IsDeleted: 'true' }, green]);
  });

  it('meets a refused query as an error with its code', async () => {
    await expect(rowsOf('SELECT Nmae FROM Account')).rejects.toMatchObject({
      errorCode: 'API_ERROR',
      message: expect.stringContaining("No such column 'Nmae' on entity 'Account'"),
    });
  });
});

describe('a query job', () => {
  const open = (client: Client, query: string, more = {}) =>
    client.send('POST', '/jobs/query', { operation: 'query', query, ...more });
  const done = async (client: Client, id: string) => {
    for (let looks = 0; looks < 2; looks++) await client.send('GET', `/jobs/query/${id}`);
  };

  it('goes from opened through in progress to complete', async () => {
    const client = openClient();
    client.org.create('Account', { Name: 'Blue' });
    const opened = await open(client, 'SELECT Id FROM Account');
    const id = opened.pick('id');
    expect([opened.status, opened.json]).toEqual([
      200,
      {
        ...{ id: expect.stringMatching(/^750\w{15}$/), operation: 'query', object: 'Account', state: 'UploadComplete' },
        ...{ createdById: expect.stringMatching(/^005/), createdDate: '2026-05-21T09:30:02.250+0000' },
        ...{ systemModstamp: '2026-05-21T09:30:02.250+0000', concurrencyMode: 'Parallel', contentType: 'CSV' },
        ...{ apiVersion: 66, jobType: 'V2Query', lineEnding: 'LF', columnDelimiter: 'COMMA' },
      },
    ]);
    const states = [];
    for (let looks = 0; looks < 3; looks++) states.push((await client.send('GET', `/jobs/query/${id}`)).pick('state'));
    expect(states).toEqual(['InProgress', 'JobComplete', 'JobComplete']);
    const last = await client.send('GET', `/jobs/query/${id}`);
    expect(last.json).toMatchObject({ numberRecordsProcessed: 1, isPkChunkingSupported: true });
    expect((await client.send('GET', '/jobs/query')).pick('records', 0, 'id')).toBe(id);
  });

  it('hands its rows out in parts, each with the header; the locator says where the next begins', async () => {
    const client = openClient();
    for (const name of ['A', 'B', 'C', 'D', 'E']) client.org.create('Account', { Name: name });
    const id = (await open(client, 'SELECT Name FROM Account ORDER BY Name', { columnDelimiter: 'PIPE' })).pick('id');
    await done(client, id);
    const parts: unknown[] = [];
    for (let locator = ''; locator !== 'null'; ) {
      const from = locator === '' ? '' : `&locator=${locator}`;
      const part = await client.send('GET', `/jobs/query/${id}/results?maxRecords=2${from}`);
      locator = part.headers.get('sforce-locator') ?? 'null';
      parts.push([part.text, part.headers.get('sforce-numberofrecords')]);
    }
    expect(parts).toEqual([
      ['"Name"\n"A"\n"B"\n', '2'],
      ['"Name"\n"C"\n"D"\n', '2'],
      ['"Name"\n"E"\n', '1'],
    ]);
  });

  it('knows no more of the org than its visitor does', async () => {
    const client = openClient();
    const visitor = (user: string) => ({ authorization: `Bearer ${String(client.org.act('signIn', { user }))}` });
    const body = { operation: 'query', query: 'SELECT tieout__Integration_Username__c FROM tieout__Connection__c' };
    const ask = (user: string) => client.send('POST', '/jobs/query', body, visitor(user));
    expect((await ask('integration')).status).toBe(200);
    expect((await ask('anna.sales@acme.example')).pick(0, 'errorCode')).toBe('API_ERROR');
  });

  const answers: readonly { readonly query: string; readonly code: string; readonly text: string }[] = [
    {
      query: 'SELECT Id, (SELECT Id FROM Contacts) FROM Account',
      ...{ code: 'API_ERROR', text: 'Aggregate Relationships not supported in Bulk Query' },
    },
    {
      query: 'SELECT COUNT() FROM Account',
      code: 'API_ERROR',
      text: 'Aggregate functions not supported in Bulk Query',
    },
    { query: 'SELECT Id FROM Account OFFSET 5', code: 'API_ERROR', text: 'OFFSET not supported in Bulk Query' },
    { query: 'SELECT Id FRM Account', code: 'API_ERROR', text: 'unexpected token' },
    { query: 'SELECT Id FROM Nowhere__c', code: 'INVALIDENTITY', text: "sObject type 'Nowhere__c' is not supported" },
    { query: '', code: 'API_ERROR', text: 'SOQL statements cannot be empty or null' },
  ];
  it.each(answers)('is not opened for "$query"', async ({ query, code, text }) => {
    const reply = await open(openClient(), query);
    expect(reply.status).toBe(400);
    expect(reply.json).toEqual([{ errorCode: code, message: expect.stringContaining(text) }]);
  });

  it('refuses what its state does not allow, and a locator it did not give', async () => {
    const client = openClient();
    const id = (await open(client, 'SELECT Id FROM Account')).pick('id');
    const codes = async (method: string, path: string, body?: unknown) => {
      const reply = await client.send(method, `/jobs/query/${path}`, body);
      return [reply.status, reply.pick(0, 'errorCode')];
    };
    expect(await codes('GET', `${id}/results`)).toEqual([400, 'INVALIDJOBSTATE']);
    expect(await codes('DELETE', id)).toEqual([400, 'INVALIDJOBSTATE']);
    await done(client, id);
    expect(await codes('PATCH', id, { state: 'Aborted' })).toEqual([400, 'INVALIDJOBSTATE']);
    expect(await codes('GET', `${id}/results?locator=nowhere`)).toEqual([400, 'API_ERROR']);
    expect((await client.send('DELETE', `/jobs/query/${id}`)).status).toBe(204);
    expect(await codes('GET', id)).toEqual([404, 'NOT_FOUND']);
    const other = (await open(client, 'SELECT Id FROM Account')).pick('id');
    expect((await client.send('PATCH', `/jobs/query/${other}`, { state: 'Aborted' })).pick('state')).toBe('Aborted');
  });
});
