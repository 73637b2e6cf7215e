// The bad days: what Salesforce answers, what takes effect all the same, and when the day is over.
import { describe, expect, it } from 'vitest';
import { ConnectionCut } from '../../stand-in.ts';
import { standIn as salesforce } from '../stand-in.ts';
import { type Client, openClient, record } from './test-client.ts';

const write = (client: Client, name = 'Blue') => client.send('POST', '/sobjects/Account', { Name: name });
const query = (client: Client) => client.query('SELECT Id FROM Account');

describe('an armed misbehaviour', () => {
  const answers = [
    {
      fault: { how: 'throttle' },
      status: 403,
      body: [
        {
          message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
          errorCode: 'REQUEST_LIMIT_EXCEEDED',
        },
      ],
    },
    {
      fault: { how: 'throttle', detail: 'daily' },
      status: 403,
      body: [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }],
    },
    {
      fault: { how: 'break' },
      status: 503,
      body: [
        {
          message: 'The server is temporarily unavailable. Please try again later.',
          errorCode: 'SERVER_UNAVAILABLE',
        },
      ],
    },
    {
      fault: { how: 'expire-token' },
      status: 401,
      body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
    },
  ] as const;
  it.each(answers)(
    'answers $status once, whatever the route, and writes nothing: $fault',
    async ({ fault, status, body }) => {
      const client = openClient();
      await query(client);
      client.org.arm(fault);
      const reply = await write(client);
      expect([reply.status, reply.json]).toEqual([status, body]);
      expect(client.org.rows('Account')).toEqual([]);
      client.forgetToken();
      expect((await write(client)).status).toBe(201);
    },
  );

  it('puts an HTML page where JSON was expected', async () => {
    const client = openClient();
    await query(client);
    client.org.arm({ how: 'html', times: 2 });
    for (const reply of [await query(client), await write(client)]) {
      expect(reply.status).toBe(502);
      expect(reply.headers.get('content-type')).toContain('text/html');
      expect(reply.text).toMatch(/^<html>/);
    }
  });

  it('refuses credentials and every token they gave, until cleared', async () => {
    const client = openClient();
    await query(client);
    client.org.arm({ how: 'revoke' });
    expect((await query(client)).status).toBe(401);
    const reply = await client.askToken(await client.assertion());
    expect([reply.status, reply.json]).toEqual([
      400,
      { error: 'invalid_grant', error_description: "user hasn't approved this consumer" },
    ]);
    client.org.disarm('revoke');
    expect((await query(client)).status).toBe(401);
    client.forgetToken();
    expect((await query(client)).status).toBe(200);
  });

  it('strikes the token endpoint as well, in its own words', async () => {
    const client = openClient();
    client.org.arm({ how: 'break', route: 'oauth2/token' });
    const reply = await client.askToken(await client.assertion());
    expect([reply.status, reply.pick('error')]).toEqual([503, 'temporarily_unavailable']);
    client.org.arm({ how: 'throttle' });
    expect((await client.askToken(await client.assertion())).status).toBe(200);
  });

  it('strikes only the routes it names', async () => {
    const client = openClient();
    client.org.arm({ how: 'break', route: '^POST .*/sobjects/Account$', times: null });
    expect((await query(client)).status).toBe(200);
    expect((await write(client)).status).toBe(503);
    expect((await write(client)).status).toBe(503);
  });

  it('refuses writes by a rule that names a field, record by record in a collection', async () => {
    const client = openClient();
    client.org.arm({ how: 'reject', times: 3 });
    expect((await query(client)).status).toBe(200);
    const single = await write(client);
    expect([single.status, single.json]).toEqual([
      400,
      [
        {
          message: 'A validation rule refuses the value of Name.',
          errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
          fields: ['Name'],
        },
      ],
    ]);
    const records = [record('Account', { Name: 'A' }), record('Account', { Phone: '1' })];
    const many = await client.send('POST', '/composite/sobjects', { records });
    expect([many.status, many.pick(1, 'errors', 0, 'fields', 0)]).toEqual([200, 'Phone']);
    const part = {
      method: 'POST',
      url: '/services/data/v66.0/sobjects/Account',
      referenceId: 'a',
      body: { Name: 'A' },
    };
    const nested = await client.send('POST', '/composite', { compositeRequest: [part] });
    expect(nested.pick('compositeResponse', 0, 'body', 0, 'errorCode')).toBe('FIELD_CUSTOM_VALIDATION_EXCEPTION');
    expect(client.org.rows('Account')).toEqual([]);
  });

  it('refuses writes of a record that another transaction or an approval holds', async () => {
    const client = openClient();
    const id = client.org.create('Account', { Name: 'Blue' });
    client.org.arm({ how: 'lock' });
    client.org.arm({ how: 'lock', detail: 'approval' });
    const path = `/sobjects/Account/${id}`;
    expect((await client.send('PATCH', path, { Phone: '1' })).json).toEqual([
      {
        message: `unable to obtain exclusive access to this record or 1 records: ${id}`,
        errorCode: 'UNABLE_TO_LOCK_ROW',
        fields: [],
      },
    ]);
    expect((await client.send('PATCH', path, { Phone: '1' })).pick(0, 'errorCode')).toBe('ENTITY_IS_LOCKED');
  });
});

describe('a dropped connection', () => {
  it('may come before the request takes effect', async () => {
    const client = openClient();
    await query(client);
    client.org.arm({ how: 'cut-before' });
    await expect(write(client)).rejects.toBeInstanceOf(ConnectionCut);
    expect(client.org.rows('Account')).toEqual([]);
    expect(client.org.calls()).toContainEqual({
      route: 'POST /services/data/v66.0/sobjects/Account',
      status: 0,
      count: 1,
    });
  });

  it('may come after the request took effect', async () => {
    const client = openClient();
    client.org.arm({ how: 'commit-then-cut' });
    expect((await query(client)).status).toBe(200);
    await expect(write(client)).rejects.toBeInstanceOf(ConnectionCut);
    expect(client.org.rows('Account')).toHaveLength(1);
  });

  it('may come before a request that takes effect later', async () => {
    const client = openClient();
    client.org.arm({ how: 'late-commit', delayMs: 90_000 });
    await expect(write(client)).rejects.toBeInstanceOf(ConnectionCut);
    client.clock.nowMs += 89_000;
    expect((await query(client)).pick('totalSize')).toBe('0');
    client.clock.nowMs += 1000;
    expect((await query(client)).pick('totalSize')).toBe('1');
    expect(client.org.rows('Account')).toMatchObject([{ CreatedDate: '2026-05-21T09:31:32.000+0000' }]);
  });
});

describe('an org out of step', () => {
  it('finds new records late by search, at once by id', async () => {
    const client = openClient();
    client.org.arm({ how: 'late-search', delayMs: 10_000, times: null });
    const id = (await write(client)).pick('id');
    expect((await query(client)).pick('totalSize')).toBe('0');
    expect((await client.query(`SELECT Id FROM Account WHERE Id = '${id}'`)).pick('totalSize')).toBe('1');
    expect((await client.send('GET', `/sobjects/Account/${id}`)).status).toBe(200);
    client.clock.nowMs += 10_000;
    expect((await query(client)).pick('totalSize')).toBe('1');
  });

  it('answers late', async () => {
    const client = openClient();
    await query(client);
    const startMs = client.clock.nowMs;
    client.org.arm({ how: 'slow', delayMs: 7000 });
    expect((await write(client)).status).toBe(201);
    expect(client.clock.nowMs - startMs).toBe(7000);
  });

  it('stamps records by a clock that is off', async () => {
    const client = openClient();
    client.org.arm({ how: 'clock-skew', delayMs: -60_000 });
    client.org.create('Account', { Name: 'Blue' });
    expect(client.org.rows('Account')).toMatchObject([{ CreatedDate: '2026-05-21T09:29:02.000+0000' }]);
    expect((await query(client)).headers.get('date')).toBe('Thu, 21 May 2026 09:29:02 GMT');
  });

  it('renames a field under the caller, values and all, until cleared', async () => {
    const client = openClient();
    client.org.create('Account', { Name: 'Blue', Tax_Number__c: 'DE1' });
    client.org.arm({ how: 'schema-change', detail: 'Account.Tax_Number__c:Vat_Number__c' });
    const old = await client.query('SELECT tieout__Tax_Number__c FROM Account');
    expect(old.pick(0, 'errorCode')).toBe('INVALID_FIELD');
    const renamed = await client.query('SELECT tieout__Vat_Number__c FROM Account');
    expect(renamed.pick('records', 0, 'tieout__Vat_Number__c')).toBe('DE1');
    const described = await client.send('GET', '/sobjects/Account/describe');
    expect(described.text).toContain('tieout__Vat_Number__c');
    client.org.disarm();
    expect(client.org.rows('Account')).toMatchObject([{ tieout__Tax_Number__c: 'DE1' }]);
  });

  it('refuses a 26th request while 25 have been running for 20 seconds', async () => {
    const client = openClient();
    await query(client);
    const waiting: (() => void)[] = [];
    const slowed = openClient(({ sleep, ...options }) => {
      const wait = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
      return salesforce({ ...options, sleep: (ms) => (ms > 0 ? wait() : sleep(ms)) });
    });
    await query(slowed);
    slowed.org.arm({ how: 'slow', delayMs: 30_000, times: 25 });
    const running = Array.from({ length: 25 }, () => query(slowed));
    await expect.poll(() => waiting.length).toBe(25);
    slowed.clock.nowMs += 20_000;
    const refused = await query(slowed);
    expect([refused.status, refused.pick(0, 'errorCode')]).toEqual([403, 'REQUEST_LIMIT_EXCEEDED']);
    for (const resume of waiting) resume();
    expect((await Promise.all(running)).every((reply) => reply.status === 200)).toBe(true);
    expect((await query(slowed)).status).toBe(200);
  });
});
