// The package that is deployed, and its outbound message: what a save leaves in the outbox, how it travels to the hub.
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { parseId } from './ids.ts';
import { ack, type Client, openClient, record } from './test-client.ts';

const outboxType = 'tieout__Outbox__c';
const deal = { Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-06-30' };
const hook = 'https://hub.example/hooks/salesforce';

function subscribed(): Client {
  const client = openClient();
  client.org.subscribe({ url: hook });
  return client;
}

const kinds = (client: Client) =>
  client.org
    .rows(outboxType)
    .map((row) => [row['tieout__Kind__c'], row['tieout__Object_Name__c'], row['tieout__Record_Id__c']]);

/** The ids of the notifications in each post. */
const notified = (client: Client): string[][] =>
  client.posts.map((post) => [...post.body.matchAll(/<Notification><Id>(\w+)<\/Id>/g)].map((found) => found[1] ?? ''));

describe('a save', () => {
  it('of an account or deal is noted for itself, of a contact for its account, of a line for its deal', () => {
    const client = openClient();
    const account = client.org.create('Account', { Name: 'Blue' });
    client.org.create('Contact', { LastName: 'Ray', AccountId: account });
    const opportunity = client.org.create('Opportunity', { ...deal, AccountId: account });
    const line = client.org.create('OpportunityLineItem', { OpportunityId: opportunity, Quantity: 2, UnitPrice: 3 });
    client.org.remove('OpportunityLineItem', line);
    client.org.remove('Opportunity', opportunity);
    client.org.create('Product2', { Name: 'Architect' });
    expect(kinds(client)).toEqual([
      ['CHANGED', 'Account', account],
      ['CHANGED', 'Account', account],
      ['CHANGED', 'Opportunity', opportunity],
      ['CHANGED', 'Opportunity', opportunity],
      ['CHANGED', 'Opportunity', opportunity],
      ['DELETED', 'Opportunity', opportunity],
    ]);
  });

  it('names the person who made it, and is not noted when the integration user made it', async () => {
    const client = openClient();
    const bob = client.org.act('setUser', { user: 'bob' });
    client.org.create('Account', { Name: 'Blue' });
    client.org.create('Account', { Name: 'Green' }, 'integration');
    await client.send('POST', '/composite/sobjects', { records: [record('Account', { Name: 'Grey' })] });
    expect(client.org.rows(outboxType)).toMatchObject([
      { Name: '000000001', tieout__Actor_Id__c: bob, CreatedById: bob, OwnerId: bob },
    ]);
  });

  it('that is refused leaves nothing in the outbox, but may leave a gap in its numbers', () => {
    const client = openClient();
    client.org.create('Account', { Name: 'Blue', Tieout_Id__c: 'a' });
    expect(() => client.org.create('Account', { Name: 'Green', Tieout_Id__c: 'A' })).toThrow('DUPLICATE_VALUE');
    expect(client.org.rows(outboxType)).toHaveLength(1);
  });

  it('of a stage decides whether a deal is won', () => {
    const client = openClient();
    const id = client.org.create('Opportunity', deal);
    client.org.act('win', { id });
    const won = { StageName: 'Closed Won', IsWon: true, IsClosed: true, Probability: 100 };
    expect(client.org.rows('Opportunity')).toMatchObject([won]);
    client.org.act('lose', { id });
    expect(client.org.rows('Opportunity')).toMatchObject([{ IsWon: false, IsClosed: true, Probability: 0 }]);
  });

  it('of lines makes up the amount of their deal', () => {
    const client = openClient();
    const id = client.org.create('Opportunity', { ...deal, Amount: 7, CurrencyIsoCode: 'USD' });
    client.org.create('OpportunityLineItem', { OpportunityId: id, Quantity: 3, UnitPrice: 0.1 });
    client.org.update('Opportunity', id, { Amount: 9, NextStep: 'Call' });
    expect(client.org.rows('Opportunity')).toMatchObject([
      { Amount: 0.3, NextStep: 'Call', HasOpportunityLineItem: true },
    ]);
    expect(client.org.rows('OpportunityLineItem')).toMatchObject([{ TotalPrice: 0.3, CurrencyIsoCode: 'USD' }]);
  });
});

describe('a deletion', () => {
  it('takes contacts and deals along without noting them, and unlinks invoices', () => {
    const client = openClient();
    const account = client.org.create('Account', { Name: 'Blue' });
    client.org.create('Opportunity', { ...deal, AccountId: account });
    client.org.create('Invoice__c', { Name: 'INV-1', Account__c: account });
    client.org.remove('Account', account);
    expect(client.org.rows('Opportunity')).toEqual([]);
    expect(client.org.rows('Invoice__c')).toMatchObject([{ tieout__Account__c: null }]);
    expect(kinds(client).at(-1)).toEqual(['DELETED', 'Account', account]);
    client.org.act('undelete', { id: account });
    expect(client.org.rows('Account')).toHaveLength(1);
  });

  it('of a merged account moves its deals to the winner and is noted for the account that went', () => {
    const client = openClient();
    const [winner, loser] = [client.org.create('Account', { Name: 'A' }), client.org.create('Account', { Name: 'B' })];
    client.org.create('Opportunity', { ...deal, AccountId: loser });
    client.org.act('merge', { winner, loser });
    expect(client.org.rows('Opportunity')).toMatchObject([{ AccountId: winner }]);
    expect(kinds(client).at(-1)).toEqual(['DELETED', 'Account', loser]);
  });
});

describe('the outbound message', () => {
  it('carries up to 100 notifications in the envelope that Salesforce documents', async () => {
    const client = subscribed();
    for (let at = 0; at < 101; at++) client.org.create('Account', { Name: `A & ${at}` });
    expect(await client.org.deliver()).toBe(0);
    expect(notified(client).map((ids) => ids.length)).toEqual([100, 1]);
    const [post] = client.posts;
    expect([post?.url, post?.headers.get('soapaction')]).toEqual([hook, '""']);
    expect(post?.headers.get('content-type')).toBe('text/xml; charset=UTF-8');
    expect(post?.body).toContain('<notifications xmlns="http://soap.sforce.com/2005/09/outbound">');
    expect(post?.body).toContain(`xsi:type="sf:${outboxType}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"`);
    const parser = new XMLParser({ ignoreAttributes: false, removeNSPrefix: true, parseTagValue: false });
    const message = parser.parse(client.posts[1]?.body ?? '').Envelope.Body.notifications;
    const { account } = client.org.connection;
    expect(Object.keys(message).filter((key) => !key.startsWith('@'))).toEqual([
      'OrganizationId',
      'ActionId',
      'SessionId',
      'EnterpriseUrl',
      'PartnerUrl',
      'Notification',
    ]);
    expect(message).toMatchObject({
      OrganizationId: account,
      ActionId: expect.stringMatching(/^04k\w{15}$/),
      SessionId: { '@_nil': 'true' },
      EnterpriseUrl: `https://acme.example/services/Soap/c/66.0/${account.slice(0, 15)}`,
      PartnerUrl: `https://acme.example/services/Soap/u/66.0/${account.slice(0, 15)}`,
    });
    const row = client.org.rows(outboxType).at(-1);
    expect(message.Notification.Id).toMatch(/^04l/);
    expect(parseId(message.Notification.Id)).not.toBeNull();
    expect(message.Notification.sObject).toEqual({
      '@_type': `sf:${outboxType}`,
      Id: row?.id,
      CreatedDate: '2026-05-21T09:30:02.000Z',
      Name: '000000101',
      tieout__Actor_Id__c: row?.['tieout__Actor_Id__c'],
      tieout__Kind__c: 'CHANGED',
      tieout__Object_Name__c: 'Account',
      tieout__Record_Id__c: row?.['tieout__Record_Id__c'],
    });
  });

  it('tells nothing but the id of a row that was deleted before it was sent, and leaves out empty fields', async () => {
    const client = subscribed();
    const id = client.org.create('Outbox__c', { Kind__c: 'CONNECT' });
    client.org.create('Outbox__c', { Kind__c: 'SYNC_NOW' });
    client.org.remove('Outbox__c', id);
    await client.org.deliver();
    expect(client.posts[0]?.body).toContain(`<sf:Id>${id}</sf:Id></sObject>`);
    expect(client.posts[0]?.body).toContain('<sf:tieout__Kind__c>SYNC_NOW</sf:tieout__Kind__c></sObject>');
  });

  const unacknowledged = [
    { what: 'a 503', answer: () => new Response(ack, { status: 503 }) },
    { what: 'an Ack of false', answer: () => new Response(ack.replace('true', 'false')) },
    { what: 'a JSON answer', answer: () => Response.json({ ok: true }) },
    { what: 'the wrong element', answer: () => new Response(ack.replaceAll('notificationsResponse', 'notifications')) },
    {
      what: 'no namespace',
      answer: () => new Response(ack.replace(' xmlns="http://soap.sforce.com/2005/09/outbound"', '')),
    },
  ];
  it.each(unacknowledged)('is kept and tried again after $what', async ({ answer }) => {
    const client = subscribed();
    client.org.create('Account', { Name: 'Blue' });
    client.answerWith(answer);
    expect(await client.org.deliver()).toBe(1);
    client.answerWith(() => new Response(ack));
    expect(await client.org.deliver()).toBe(1);
    client.clock.nowMs += 30_000;
    expect(await client.org.deliver()).toBe(0);
    expect(client.posts).toHaveLength(2);
    expect(client.posts[0]?.body).toBe(client.posts[1]?.body);
  });

  it('waits twice as long after each failure, two hours at most, and is dropped silently after a day', async () => {
    const client = subscribed();
    client.org.create('Account', { Name: 'Blue' });
    client.answerWith(() => new Response(null, { status: 500 }));
    const triedAtMs: number[] = [];
    const startMs = client.clock.nowMs;
    while ((await client.org.deliver()) > 0) {
      if (client.posts.length > triedAtMs.length) triedAtMs.push(client.clock.nowMs - startMs);
      client.clock.nowMs += 30_000;
    }
    const gaps = triedAtMs.slice(1).map((ms, at) => (ms - (triedAtMs[at] ?? 0)) / 60_000);
    expect(gaps.slice(0, 8)).toEqual([0.5, 1, 2, 4, 8, 16, 32, 64]);
    expect(new Set(gaps.slice(8))).toEqual(new Set([120]));
    expect(client.clock.nowMs - startMs).toBe(24 * 3_600_000);
  });

  it('counts as failed when the answer takes more than a minute', async () => {
    const client = subscribed();
    client.org.create('Account', { Name: 'Blue' });
    client.answerWith(() => {
      client.clock.nowMs += 61_000;
      return new Response(ack);
    });
    expect(await client.org.deliver()).toBe(1);
    expect(client.org.act('outboundMessages', {})).toMatchObject([{ tries: 1 }]);
  });

  it('may come twice with the same ids, out of order, or never', async () => {
    const client = subscribed();
    for (let at = 0; at < 20; at++) client.org.create('Account', { Name: `A${at}` });
    const made = client.org.act('outboundMessages', {});
    client.org.arm({ how: 'duplicate-notices' });
    client.org.arm({ how: 'shuffle-notices' });
    expect(await client.org.deliver()).toBe(0);
    const [first = [], second] = notified(client);
    expect(second).toEqual(first);
    expect(first).not.toEqual([...first].sort());
    expect(made).toHaveLength(new Set(first).size);
    client.org.create('Account', { Name: 'Lost' });
    client.org.arm({ how: 'lose-notices' });
    expect(await client.org.deliver()).toBe(0);
    expect(client.posts).toHaveLength(2);
  });
});
