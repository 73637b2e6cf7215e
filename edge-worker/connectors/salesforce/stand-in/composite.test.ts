// Calls beside plain records: composites, describe, limits, the two change feeds, and platform events.
import { describe, expect, it } from 'vitest';
import { openClient } from './test-client.ts';

const v66 = '/services/data/v66.0';
const parts = (name: string, body: object) => [
  { method: 'PATCH', url: `${v66}/sobjects/Account/tieout__Tieout_Id__c/42`, referenceId: 'acc', body: { Name: name } },
  { method: 'POST', url: `${v66}/sobjects/Opportunity`, referenceId: 'opp', body: { AccountId: '@{acc.id}', ...body } },
];
const deal = { Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-06-30' };

describe('a composite', () => {
  it('lets a later part name the result of an earlier one', async () => {
    const client = openClient();
    const reply = await client.send('POST', '/composite', { allOrNone: true, compositeRequest: parts('Blue', deal) });
    expect(reply.json).toMatchObject({
      compositeResponse: [
        { body: { created: true }, httpHeaders: {}, httpStatusCode: 201, referenceId: 'acc' },
        { httpHeaders: { Location: expect.stringContaining('/sobjects/Opportunity/006') }, httpStatusCode: 201 },
      ],
    });
    const [account] = client.org.rows('Account');
    expect(client.org.rows('Opportunity')).toMatchObject([{ AccountId: account?.id }]);
  });

  it('answers 200 with failed parts, and leaves nothing behind when all or none was asked for', async () => {
    const client = openClient();
    const reply = await client.send('POST', '/composite', { allOrNone: true, compositeRequest: parts('Blue', {}) });
    expect(reply.status).toBe(200);
    expect(reply.pick('compositeResponse', 0, 'body', 0, 'message')).toBe(
      'The transaction was rolled back since another operation in the same transaction failed.',
    );
    expect(reply.pick('compositeResponse', 1, 'body', 0, 'errorCode')).toBe('REQUIRED_FIELD_MISSING');
    expect(client.org.rows('Account')).toEqual([]);
  });

  it('halts a part that names a failed one, and keeps the others', async () => {
    const client = openClient();
    const reply = await client.send('POST', '/composite', { compositeRequest: parts('', deal) });
    expect(reply.pick('compositeResponse', 0, 'httpStatusCode')).toBe('400');
    expect(reply.pick('compositeResponse', 1, 'body', 0, 'errorCode')).toBe('PROCESSING_HALTED');
  });

  it('takes 25 parts, five of them queries', async () => {
    const client = openClient();
    const query = { method: 'GET', url: `${v66}/query?q=SELECT+Id+FROM+Account`, referenceId: 'q' };
    const six = await client.send('POST', '/composite', { compositeRequest: Array(6).fill(query) });
    expect(six.pick(0, 'errorCode')).toBe('LIMIT_EXCEEDED');
    const five = await client.send('POST', '/composite', { compositeRequest: Array(5).fill(query) });
    expect(five.pick('compositeResponse', 4, 'body', 'done')).toBe('true');
  });

  it('runs a batch of calls that know nothing of each other', async () => {
    const batchRequests = [
      { method: 'GET', url: 'v66.0/limits' },
      { method: 'GET', url: 'v66.0/sobjects/Nope' },
    ];
    const reply = await openClient().send('POST', '/composite/batch', { batchRequests });
    expect(reply.json).toMatchObject({ hasErrors: true, results: [{ statusCode: 200 }, { statusCode: 404 }] });
  });
});

describe('what the org tells about itself', () => {
  it('describes fields, children and picklists of a type, and answers 304 while nothing changed', async () => {
    const client = openClient();
    const reply = await client.send('GET', '/sobjects/Opportunity/describe');
    expect(reply.json).toMatchObject({ name: 'Opportunity', keyPrefix: '006', custom: false });
    expect(reply.json).toHaveProperty('childRelationships', [
      expect.objectContaining({ childSObject: 'OpportunityLineItem', relationshipName: 'OpportunityLineItems' }),
      expect.objectContaining({ childSObject: 'tieout__Change_Order__c' }),
      expect.objectContaining({ childSObject: 'tieout__Invoice__c', relationshipName: 'tieout__Invoices__r' }),
    ]);
    const fields = [
      expect.objectContaining({ name: 'AccountId', referenceTo: ['Account'], relationshipName: 'Account' }),
      expect.objectContaining({ name: 'Amount', type: 'currency', precision: 18, scale: 2 }),
      expect.objectContaining({ name: 'CurrencyIsoCode', type: 'picklist', restrictedPicklist: true }),
      expect.objectContaining({ name: 'tieout__Tieout_Id__c', externalId: true, unique: true, custom: true }),
    ];
    expect(reply.json).toHaveProperty('fields', expect.arrayContaining(fields));
    const since = { 'if-modified-since': reply.headers.get('last-modified') ?? '' };
    expect((await client.send('GET', '/sobjects/Opportunity/describe', undefined, since)).status).toBe(304);
  });

  it('lists its types, versions and limits', async () => {
    const client = openClient();
    const all = await client.send('GET', '/sobjects');
    expect(all.json).toHaveProperty('sobjects', expect.arrayContaining([expect.objectContaining({ name: 'User' })]));
    expect((await client.send('GET', '/services/data')).pick(0, 'version')).toBe('66.0');
    expect((await client.send('GET', '/limits')).json).toMatchObject({
      DailyApiRequests: { Max: 110_000, Remaining: 109_998 },
    });
  });

  it('is a multi-currency org whose id and edition can be queried', async () => {
    const client = openClient();
    const organization = await client.query('SELECT Id, IsSandbox, OrganizationType FROM Organization');
    expect(organization.pick('records', 0, 'Id')).toBe(client.org.connection.account);
    const currencies = await client.query('SELECT IsoCode, DecimalPlaces FROM CurrencyType WHERE IsActive = true');
    expect(currencies.pick('totalSize')).toBe('5');
  });
});

describe('the change feeds', () => {
  it('tell ids written and ids deleted within whole minutes', async () => {
    const client = openClient();
    const id = client.org.create('Account', { Name: 'Blue' });
    const other = client.org.create('Account', { Name: 'Green' });
    client.org.remove('Account', other);
    client.clock.nowMs += 120_000;
    const span = 'start=2026-05-21T09%3A30%3A00%2B00%3A00&end=2026-05-21T09%3A31%3A40%2B00%3A00';
    expect((await client.send('GET', `/sobjects/Account/updated/?${span}`)).json).toEqual({
      ids: [id],
      latestDateCovered: '2026-05-21T09:31:00.000+0000',
    });
    expect((await client.send('GET', `/sobjects/Account/deleted/?${span}`)).json).toEqual({
      deletedRecords: [{ id: other, deletedDate: '2026-05-21T09:30:02.000+0000' }],
      earliestDateAvailable: '2026-05-06T09:32:00.000+0000',
      latestDateCovered: '2026-05-21T09:31:00.000+0000',
    });
  });

  it('reach 30 and 15 days back', async () => {
    const client = openClient();
    const span = 'start=2026-05-01T00:00:00Z&end=2026-05-02T00:00:00Z';
    expect((await client.send('GET', `/sobjects/Account/updated?${span}`)).status).toBe(200);
    const far = await client.send('GET', `/sobjects/Account/deleted?${span}`);
    expect(far.pick(0, 'errorCode')).toBe('INVALID_REPLICATION_DATE');
  });
});
