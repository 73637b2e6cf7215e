// The connector against an org: what is special to this vendor, with and without the package's prefix.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { moneyOf } from '../../../shared/money.ts';
import { Clock, chanceOf, connectOptions, type TestOptions } from '../../../test/support/options.ts';
import type { RecordRef, Session, Write } from '../connector.ts';
import { amountBeside } from '../kits/salesforce-rest-values.ts';
import type { StandIn } from '../stand-in.ts';
import { salesforce } from './index.ts';
import { salesforceOrg } from './stand-in.ts';

const minuteMs = 60_000;

interface World {
  readonly clock: Clock;
  readonly org: StandIn;
  readonly options: TestOptions;
  readonly session: Session;
}

function open(
  namespace = 'tieout__',
  settings: Readonly<Record<string, unknown>> = {},
  more: Partial<Parameters<typeof salesforceOrg>[0]> = {},
): World {
  const clock = new Clock();
  const org = salesforceOrg({ namespace, environment: 'production', ...more })({
    baseUrl: 'https://acme.example',
    nowMs: clock.nowMs,
    chance: chanceOf(7),
    sleep: async (ms) => clock.advance(ms),
    send: async () => new Response(null, { status: 503 }),
  });
  const options = connectOptions(org, clock.nowMs);
  const session = salesforce.connect({ ...options, settings: { ...org.connection.settings, ...settings } });
  return { clock, org, options, session };
}

let serial = 0;

function invoiceFor(account: string, more: Readonly<Record<string, unknown>> = {}): Write {
  const externalId = `inv_${String(++serial).padStart(26, '0')}`;
  const wire = {
    Name: `INV${serial}`,
    tieout__Account__c: account,
    CurrencyIsoCode: 'EUR',
    tieout__Total__c: 1651.13,
    ...more,
  };
  const idempotencyKey = `create-${externalId}`;
  return { recordType: 'tieout__Invoice__c', recordId: null, externalId, idempotencyKey, stamp: externalId, wire };
}

function account(org: StandIn, name = 'Harbour & Pine'): string {
  return org.create('Account', { Name: name, CurrencyIsoCode: 'EUR' });
}

describe.each(['tieout__', ''])('with names that begin with "%s"', (namespace) => {
  test('an invoice is written, read back and found under our names', async () => {
    const { org, session } = open(namespace);
    const customer = account(org);
    const write = invoiceFor(customer);
    const [result] = await session.write([write]);
    if (result?.outcome !== 'applied') return expect.fail(JSON.stringify(result));
    expect(result.snapshot.wire).toMatchObject({ ...write.wire, tieout__Tieout_Id__c: write.externalId });
    expect(org.rows(`${namespace}Invoice__c`)).toHaveLength(1);
    const [found] = await session.find([{ recordType: write.recordType, field: null, value: write.externalId }]);
    expect(found).toEqual([result.snapshot]);
  });

  test('what nobody reads is written without being read back', async () => {
    const { org, session } = open(namespace);
    const write = { ...invoiceFor(account(org)), isRead: false };
    const calls = () => org.calls().reduce((sum, call) => (call.route.includes('oauth') ? sum : sum + call.count), 0);
    const before = calls();
    const [result] = await session.write([write]);
    expect(calls() - before).toBe(1);
    expect(result).toMatchObject({ outcome: 'applied', created: true, snapshot: { wire: write.wire } });
    expect(org.rows(`${namespace}Invoice__c`)).toHaveLength(1);
  });

  test('a deal is read with its rate card, lines in a fixed order', async () => {
    const { org, session } = open(namespace);
    const deal = org.create('Opportunity', { Name: 'Rollout', StageName: 'Prospecting', CloseDate: '2026-10-28' });
    for (const [name, price] of [
      ['Consultant', 142.5],
      ['Senior', 185],
    ] as const) {
      const product = org.create('Product2', { Name: name });
      org.create('OpportunityLineItem', { OpportunityId: deal, Product2Id: product, UnitPrice: price, Quantity: 8 });
    }
    const [read] = await session.read([{ recordType: 'Opportunity', recordId: deal }]);
    if (read?.found !== 'here') return expect.fail(read?.found);
    const card = salesforce.maps.contract?.fields.rateCard;
    expect(card?.codec.decode(read.snapshot.wire['OpportunityLineItems'], read.snapshot.wire)).toEqual([
      { role: 'Consultant', rate: '142.5', hours: '8', description: null },
      { role: 'Senior', rate: '185', hours: '8', description: null },
    ]);
  });

  test('statuses are rows keyed by record and system; one row of each call announces its records', async () => {
    const { org, session } = open(namespace);
    const recordId = account(org);
    const status = {
      reason: 'rate-mismatch',
      params: { role: 'Senior' },
      counterpart: '77',
      link: null,
      lastMs: 0,
      nextMs: null,
    };
    const shown = { ...status, system: 'netsuite', owner: 'finance', amounts: { billed: '10.00 EUR' } };
    const held = { recordType: 'Account', recordId, status: { ...shown, state: 'held' as const } };
    const well = { ...held, status: { ...shown, state: 'in-step' as const, reason: null } };
    await session.showStatus?.([held]);
    expect(await session.showStatus?.([held, well])).toEqual([{ outcome: 'applied' }, { outcome: 'applied' }]);
    const [row, ...others] = org.rows(`${namespace}Sync_Status__c`);
    expect(others).toEqual([]);
    expect(row?.[`${namespace}Sync_Ref__c`]).toBe(`${recordId}:netsuite`);
    expect(row?.[`${namespace}Status__c`]).toBe('in-step');
    const announced = () =>
      org.rows(`${namespace}Sync_Status_Changed__e`).map((one) => one[`${namespace}Record_Ids__c`]);
    expect(announced()).toEqual([recordId, recordId]);
    const many = Array.from({ length: 14 }, (_, index) => ({ ...well, recordId: account(org, `Account ${index}`) }));
    await session.showStatus?.(many.slice(0, 2));
    expect(announced().slice(2)).toEqual([`${many[0]?.recordId} ${many[1]?.recordId}`]);
    await session.showStatus?.(many);
    expect(announced().slice(3)).toEqual(['*']);
    const rows = org.rows(`${namespace}Sync_Status__c`);
    expect(rows.filter((one) => one[`${namespace}Announces__c`] === '*')).toHaveLength(1);
  });
});

describe('records', () => {
  test('ids that are none ask nothing, and do not spoil the batch they came with', async () => {
    const { org, session } = open();
    const recordId = account(org);
    const refs: RecordRef[] = ["' OR Id != '", '1', recordId, recordId.slice(0, 15)].map((id) => ({
      recordType: 'Account',
      recordId: id,
    }));
    const results = await session.read([...refs, { recordType: 'User', recordId }]);
    expect(results.map((result) => result.found)).toEqual(['hidden', 'hidden', 'here', 'here', 'hidden']);
  });

  test('200 creates are one write and one query', async () => {
    const { org, session, options } = open();
    const customer = account(org);
    await session.check();
    const before = options.counts.calls;
    const results = await session.write(Array.from({ length: 200 }, () => invoiceFor(customer)));
    expect(results.every((result) => result.outcome === 'applied' && result.created)).toBe(true);
    expect(options.counts.calls - before).toBe(2);
  });

  test('1,000 statuses are six calls, the token among them', async () => {
    const { org, session, options } = open();
    const shown = { reason: null, params: null, counterpart: null, link: null, lastMs: 1, nextMs: null, owner: null };
    const status = { ...shown, state: 'in-step' as const, system: 'netsuite', amounts: null };
    const refs = Array.from({ length: 1000 }, () => ({ recordType: 'Account', recordId: account(org), status }));
    for (let start = 0; start < 1000; start += 200) await session.showStatus?.(refs.slice(start, start + 200));
    expect(options.counts.calls).toBe(6);
  });

  test('what the org makes of a save travels with the answer', async () => {
    const { org, session } = open();
    const recordId = org.create('Opportunity', { Name: 'Rollout', StageName: 'Prospecting', CloseDate: '2026-10-28' });
    const write = { ...invoiceFor(''), recordType: 'Opportunity', recordId, wire: { StageName: 'Closed Won' } };
    const [result] = await session.write([write]);
    expect(result).toMatchObject({ outcome: 'applied', created: false, snapshot: { wire: { IsWon: true } } });
  });

  test('one refused record leaves its neighbours alone', async () => {
    const { org, session } = open();
    const customer = account(org);
    const long = invoiceFor(customer, { Name: 'x'.repeat(200) });
    const deal = { ...invoiceFor(customer), recordType: 'Opportunity' };
    const results = await session.write([invoiceFor(customer), long, deal, invoiceFor(customer)]);
    expect(results.map((result) => result.outcome)).toEqual(['applied', 'refused', 'refused', 'applied']);
    expect(results[1]).toMatchObject({ code: 'rejected', vendorCode: 'STRING_TOO_LONG', fields: ['Name'] });
  });

  test('a record that was saved but cannot be read back is uncertain, not failed', async () => {
    const { org, session } = open();
    const customer = account(org);
    await session.check();
    org.arm({ how: 'break', route: '/query' });
    await expect(session.write([invoiceFor(customer)])).rejects.toMatchObject({ code: 'uncertain' });
    expect(org.rows('tieout__Invoice__c')).toHaveLength(1);
  });

  test('are found by names with quotes in them, whatever their case', async () => {
    const { org, session } = open();
    const recordId = account(org, "O'Brien \\ Co");
    const keys = ["o'brien \\ co", "' OR Name != '"].map((value) => ({ recordType: 'Account', field: 'Name', value }));
    const found = await session.find(keys);
    expect(found.map((list) => list.map((snapshot) => snapshot.recordId))).toEqual([[recordId], []]);
  });

  test('link to the page of the org, under the name that the type has there', () => {
    const ref = { recordType: 'tieout__Invoice__c', recordId: 'a02' };
    const settings = { username: 'u', instanceUrl: 'https://acme.my.salesforce.com/', namespace: '' };
    expect(salesforce.recordUrl(settings, ref)).toBe('https://acme.my.salesforce.com/lightning/r/Invoice__c/a02/view');
    expect(salesforce.recordUrl({ username: 'u' }, ref)).toBeNull();
  });
});

describe('a deal with many lines', () => {
  test('is read whole, though the org gives only the first of them at once', async () => {
    const { org, options } = open();
    const recordId = org.create('Opportunity', { Name: 'Rollout', StageName: 'Prospecting', CloseDate: '2026-10-28' });
    const product = org.create('Product2', { Name: 'Consultant' });
    for (let hours = 1; hours <= 5; hours++) {
      org.create('OpportunityLineItem', {
        OpportunityId: recordId,
        Product2Id: product,
        UnitPrice: 1,
        Quantity: hours,
      });
    }
    const session = salesforce.connect({ ...options, fetch: childrenInPages(options.fetch) });
    const [read] = await session.read([{ recordType: 'Opportunity', recordId }]);
    const lines = read?.found === 'here' ? read.snapshot.wire['OpportunityLineItems'] : null;
    expect(lines).toMatchObject([1, 2, 3, 4, 5].map((hours) => ({ Quantity: hours })));
  });
});

/** Two lines in the record, the others at an address of their own, as orgs do with long lists. */
function childrenInPages(fetch: TestOptions['fetch']): TestOptions['fetch'] {
  let rest: unknown[] = [];
  return async (request) => {
    if (request.url.endsWith('/query/0r8-2')) return Response.json({ totalSize: 5, done: true, records: rest });
    const response = await fetch(request);
    if (!request.url.includes('OpportunityLineItems')) return response;
    const answer = z
      .object({ records: z.array(z.record(z.string(), z.unknown())) })
      .loose()
      .parse(await response.json());
    for (const record of answer.records) {
      const all = z.object({ records: z.array(z.unknown()) }).parse(record['OpportunityLineItems']).records;
      rest = all.slice(2);
      const nextRecordsUrl = '/services/data/v66.0/query/0r8-2';
      record['OpportunityLineItems'] = { totalSize: all.length, done: false, nextRecordsUrl, records: all.slice(0, 2) };
    }
    return Response.json(answer);
  };
}

describe('an org with one currency', () => {
  test('is not asked for a currency field, and refuses amounts in another', async () => {
    const { org, session } = open('tieout__', {}, { onlyCurrency: 'USD' });
    const recordId = org.create('Account', { Name: 'Harbour & Pine' });
    const [read] = await session.read([{ recordType: 'Account', recordId }]);
    expect(read?.found === 'here' && read.snapshot.wire['CurrencyIsoCode']).toBe('USD');
    const amount = {
      CurrencyIsoCode: 'EUR',
      tieout__Total__c: amountBeside('CurrencyIsoCode').encode(moneyOf(1, 'EUR')),
    };
    const [result] = await session.write([invoiceFor(recordId, amount)]);
    expect(result).toMatchObject({ outcome: 'refused', code: 'rejected', fields: ['CurrencyIsoCode'] });
  });
});

describe('credentials', () => {
  test('of another organisation are refused before anything is read', async () => {
    const { options } = open();
    const session = salesforce.connect({ ...options, account: '00D5g00000ABCDEEA5' });
    await expect(session.read([{ recordType: 'Account', recordId: '0015g000001AAAA' }])).rejects.toMatchObject({
      code: 'unauthorised',
    });
  });

  test('an assertion refused for a clock that is off is made anew once', async () => {
    const { org, session, options } = open();
    org.arm({ how: 'clock-skew', delayMs: -10 * minuteMs, times: null });
    await expect(session.check()).rejects.toMatchObject({ code: 'unauthorised', vendorCode: 'invalid_grant' });
    expect(options.counts.routes).toEqual(Array.from({ length: 2 }, () => 'POST /services/oauth2/token'));
  });

  test('a token request that was cut off is unreachable, even in the middle of a write', async () => {
    const { org, session } = open();
    org.arm({ how: 'cut-before', route: 'token' });
    await expect(session.write([invoiceFor(account(org))])).rejects.toMatchObject({ code: 'unreachable' });
  });
});
