// Records over REST: single calls, collections, composites, feeds, and the words of every refusal.
import { describe, expect, it } from 'vitest';
import { type Client, openClient, record } from './test-client.ts';

const statusType = 'tieout__Sync_Status__c';
const upsertPath = `/composite/sobjects/${statusType}/tieout__Sync_Ref__c`;

async function accountOf(client: Client, values: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return (await client.send('POST', '/sobjects/Account', { Name: 'Blue', ...values })).pick('id');
}

describe('a single record', () => {
  it('is created with 201 and its address, read, updated with 204, and deleted with 204', async () => {
    const client = openClient();
    const made = await client.send('POST', '/sobjects/Account', { Name: ' Blue ', AnnualRevenue: 12.5 });
    const id = made.pick('id');
    const path = `/services/data/v66.0/sobjects/Account/${id}`;
    expect([made.status, made.json]).toEqual([201, { id, success: true, errors: [] }]);
    expect(made.headers.get('location')).toBe(path);
    const read = await client.send('GET', path);
    expect(read.json).toMatchObject({
      attributes: { type: 'Account', url: path },
      Id: id,
      Name: 'Blue',
      AnnualRevenue: 12.5,
      CurrencyIsoCode: 'EUR',
      Phone: null,
      CreatedDate: '2026-05-21T09:30:02.000+0000',
      SystemModstamp: '2026-05-21T09:30:02.000+0000',
    });
    expect(read.headers.get('sforce-limit-info')).toBe('api-usage=2/110000');
    expect((await client.send('PATCH', path, { Phone: '1' })).status).toBe(204);
    expect((await client.send('GET', `${path}?fields=Phone`)).json).toMatchObject({ Phone: '1', Id: id });
    const gone = await client.send('DELETE', path);
    expect([gone.status, gone.text]).toEqual([204, '']);
    const late = await client.send('GET', path);
    expect([late.status, late.json]).toEqual([
      404,
      [{ message: 'entity is deleted', errorCode: 'ENTITY_IS_DELETED', fields: [] }],
    ]);
  });

  it('may be named by its 15-character id', async () => {
    const client = openClient();
    const id = await accountOf(client);
    expect((await client.send('GET', `/sobjects/account/${id.slice(0, 15)}`)).pick('Id')).toBe(id);
  });

  it('is written by its external id: 201 when new, 200 when known; the body may not repeat the key', async () => {
    const client = openClient();
    const path = '/sobjects/Account/tieout__Tieout_Id__c/c%201';
    const first = await client.send('PATCH', path, { Name: 'Blue' });
    expect([first.status, first.json]).toMatchObject([201, { success: true, errors: [], created: true }]);
    const second = await client.send('PATCH', path, { Name: 'Bluer' });
    expect([second.status, second.json]).toMatchObject([200, { id: first.pick('id'), created: false }]);
    expect((await client.send('GET', path)).json).toMatchObject({ Name: 'Bluer', tieout__Tieout_Id__c: 'c 1' });
    const repeated = await client.send('PATCH', path, { Name: 'x', tieout__Tieout_Id__c: 'c 1' });
    expect(repeated.json).toEqual([
      {
        errorCode: 'INVALID_FIELD',
        message: 'The tieout__Tieout_Id__c field should not be specified in the sobject data.',
      },
    ]);
  });

  it('answers 300 with addresses when an external id that is not unique fits several', async () => {
    const client = openClient();
    for (const ref of ['a', 'b']) {
      await client.send('PATCH', `/sobjects/${statusType}/tieout__Sync_Ref__c/${ref}`, { tieout__Record_Id__c: 'r1' });
    }
    const several = await client.send('PATCH', `/sobjects/${statusType}/tieout__Record_Id__c/r1`, {});
    expect(several.status).toBe(300);
    expect(several.json).toHaveLength(2);
  });

  it('is not written when it changed since the caller saw it', async () => {
    const client = openClient();
    const id = await accountOf(client);
    const seen = await client.send('GET', `/sobjects/Account/${id}`);
    client.clock.nowMs += 5000;
    const since = { 'if-unmodified-since': seen.headers.get('last-modified') ?? '' };
    expect((await client.send('PATCH', `/sobjects/Account/${id}`, { Phone: '1' }, since)).status).toBe(204);
    expect((await client.send('PATCH', `/sobjects/Account/${id}`, { Phone: '2' }, since)).status).toBe(412);
  });
});

describe('a refused value', () => {
  const long = 'x'.repeat(121);
  const deal = { Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-06-30' };
  const refused = [
    { body: {}, code: 'REQUIRED_FIELD_MISSING', text: 'Required fields are missing: [Name, StageName, CloseDate]' },
    {
      body: { ...deal, Name: long },
      code: 'STRING_TOO_LONG',
      text: `Name: data value too large: ${long} (max length=120)`,
    },
    {
      body: { ...deal, StageName: 'Won' },
      code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      text: 'Stage: bad value for restricted picklist field: Won',
    },
    { body: { ...deal, CurrencyIsoCode: 'XXX' }, code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', text: 'XXX' },
    { body: { ...deal, Nope: 1 }, code: 'INVALID_FIELD', text: "No such column 'Nope' on sobject of type Opportunity" },
    {
      body: { ...deal, IsWon: true },
      code: 'INVALID_FIELD_FOR_INSERT_UPDATE',
      text: 'Unable to create/update fields: IsWon.',
    },
    { body: { ...deal, AccountId: 'x' }, code: 'MALFORMED_ID', text: 'Account ID: id value of incorrect type: x' },
    {
      body: { ...deal, AccountId: '0015g000000000A' },
      code: 'INVALID_CROSS_REFERENCE_KEY',
      text: 'invalid cross reference id',
    },
    { body: { ...deal, AccountId: '0035g000000000A' }, code: 'FIELD_INTEGRITY_EXCEPTION', text: 'incorrect type' },
    { body: { ...deal, Amount: 1e17 }, code: 'NUMBER_OUTSIDE_VALID_RANGE', text: 'outside of valid range' },
    { body: { ...deal, Amount: 'ten' }, code: 'JSON_PARSER_ERROR', text: 'Cannot deserialize instance of currency' },
    {
      body: { ...deal, CloseDate: '2026-02-30' },
      code: 'JSON_PARSER_ERROR',
      text: 'Cannot deserialize instance of date',
    },
    { body: { ...deal, Id: 'x' }, code: 'INVALID_FIELD', text: 'The Id field should not be specified' },
    {
      body: { ...deal, Account: { tieout__Tieout_Id__c: '9' } },
      code: 'INVALID_FIELD',
      text: 'Foreign key external ID: 9 not found',
    },
    { body: 'nonsense', code: 'JSON_PARSER_ERROR', text: 'Unexpected character' },
  ];
  it.each(refused)('is named with $code: $text', async ({ body, code, text }) => {
    const reply = await openClient().send('POST', '/sobjects/Opportunity', body);
    expect(reply.status).toBe(400);
    expect(reply.json).toHaveLength(1);
    expect(reply.pick(0, 'errorCode')).toBe(code);
    expect(reply.pick(0, 'message')).toContain(text);
  });

  it('is told apart from a wrong address', async () => {
    const client = openClient();
    const wrong = await client.send('GET', '/sobjects/Nope');
    expect([wrong.status, wrong.json]).toEqual([
      404,
      [{ message: 'The requested resource does not exist', errorCode: 'NOT_FOUND' }],
    ]);
    const odd = await client.send('GET', '/sobjects/Account/nope');
    expect(odd.pick(0, 'message')).toBe('Provided external ID field does not exist or is not accessible: nope');
  });
});

describe('a collection', () => {
  it('gives each record its own result, in order, with 200 whatever they are', async () => {
    const client = openClient();
    const row = (ref: string, more: object = {}) => record(statusType, { tieout__Sync_Ref__c: ref, ...more });
    const records = [row('a'), row('b', { tieout__Status__c: 'x'.repeat(41) }), row('a')];
    const reply = await client.send('PATCH', upsertPath, { allOrNone: false, records });
    expect(reply.status).toBe(200);
    expect(reply.json).toEqual([
      { id: expect.stringMatching(/^a0/), success: true, errors: [], created: true },
      { success: false, errors: [expect.objectContaining({ statusCode: 'STRING_TOO_LONG' })], created: false },
      {
        success: false,
        errors: [{ statusCode: 'DUPLICATE_EXTERNAL_ID', message: 'Duplicate external id specified: a', fields: [] }],
        created: false,
      },
    ]);
    expect(client.org.rows(statusType)).toMatchObject([{ tieout__Sync_Ref__c: 'a', Name: 'SYNC-000000001' }]);
  });

  it('is undone as a whole when all or none was asked for', async () => {
    const client = openClient();
    await accountOf(client, { tieout__Tieout_Id__c: 'taken' });
    const records = [
      record('Account', { Name: 'One' }),
      record('Account', { Name: 'Two', tieout__Tieout_Id__c: 'taken' }),
    ];
    const reply = await client.send('POST', '/composite/sobjects', { allOrNone: true, records });
    expect(reply.pick(0, 'errors', 0, 'statusCode')).toBe('ALL_OR_NONE_OPERATION_ROLLED_BACK');
    expect(reply.pick(1, 'errors', 0, 'message')).toMatch(
      /^duplicate value found: tieout__Tieout_Id__c duplicates value on record with id: 001/,
    );
    expect(client.org.rows('Account')).toHaveLength(1);
  });

  it('takes no more than 200 records and no fewer than one', async () => {
    const client = openClient();
    const many = Array.from({ length: 201 }, (_, at) => record(statusType, { tieout__Sync_Ref__c: `${at}` }));
    expect((await client.send('PATCH', upsertPath, { records: many })).pick(0, 'errorCode')).toBe('EXCEEDED_ID_LIMIT');
    expect((await client.send('PATCH', upsertPath, { records: [] })).json).toEqual([
      { message: 'At least 1 record is required', errorCode: 'REQUIRED_FIELD_MISSING' },
    ]);
  });

  it('updates, reads and deletes by id, with null where a record cannot be seen', async () => {
    const client = openClient();
    const [one, two] = [await accountOf(client), await accountOf(client)];
    const records = [record('Account', { id: one, Phone: '1' }), record('Account', { Id: '0015g000000000A' })];
    const updated = await client.send('PATCH', '/composite/sobjects', { records });
    expect(updated.json).toMatchObject([
      { id: one, success: true },
      { success: false, errors: [{ statusCode: 'INVALID_CROSS_REFERENCE_KEY' }] },
    ]);
    const deleted = await client.send('DELETE', `/composite/sobjects?ids=${two}&allOrNone=false`);
    expect(deleted.json).toEqual([{ id: two, success: true, errors: [] }]);
    const expected = [{ attributes: expect.anything(), Phone: '1', Id: one }, null];
    expect((await client.send('GET', `/composite/sobjects/Account?ids=${one},${two}&fields=Phone`)).json).toEqual(
      expected,
    );
    const body = { ids: [one, two], fields: ['Phone'] };
    expect((await client.send('POST', '/composite/sobjects/Account', body)).json).toEqual(expected);
  });
});
