// Queries: what each clause finds, how pages follow one another, and how a wrong query is refused.
import { beforeAll, describe, expect, it } from 'vitest';
import { type Client, openClient } from './test-client.ts';

const namesOf = (json: unknown): unknown =>
  JSON.parse(JSON.stringify(json), (key, value) => (key === 'attributes' ? undefined : value));

describe('a query over accounts and deals', () => {
  let client: Client;

  beforeAll(() => {
    client = openClient();
    const { org, clock } = client;
    const blue = org.create('Account', { Name: 'Blue', Industry: 'Banking', AnnualRevenue: 10, Tieout_Id__c: 'b' });
    clock.nowMs += 60_000;
    const green = org.create('Account', { Name: "Green's", AnnualRevenue: 20 });
    clock.nowMs += 60_000;
    org.create('Account', { Name: 'grey_50%', Industry: 'Consulting', NumberOfEmployees: 7 });
    const deal = { StageName: 'Prospecting', CloseDate: '2026-06-30' };
    const big = org.create('Opportunity', { ...deal, Name: 'Big', AccountId: blue, Amount: 500.5 });
    org.create('Opportunity', { ...deal, Name: 'Small', AccountId: green, CloseDate: '2026-07-31' });
    org.create('Opportunity', { ...deal, Name: 'Loose', CloseDate: '2026-05-21' });
    const role = org.create('Product2', { Name: 'Architect' });
    org.create('OpportunityLineItem', { OpportunityId: big, Product2Id: role, Quantity: 10, UnitPrice: 150.25 });
    org.create('OpportunityLineItem', { OpportunityId: big, Quantity: 1, UnitPrice: 99.99, Description: 'Travel' });
  });

  const accounts = [
    { where: "Name = 'blue'", found: ['Blue'] },
    { where: "Name != 'Blue'", found: ["Green's", 'grey_50%'] },
    { where: "Name LIKE 'gre%'", found: ["Green's", 'grey_50%'] },
    { where: "Name LIKE 'grey\\_50\\%'", found: ['grey_50%'] },
    { where: "Name LIKE 'gre_n%'", found: ["Green's"] },
    { where: "Name = 'Green\\'s'", found: ["Green's"] },
    { where: "Industry IN ('Banking', 'Consulting')", found: ['Blue', 'grey_50%'] },
    { where: "Industry NOT IN ('Banking')", found: ["Green's", 'grey_50%'] },
    { where: 'Industry = null', found: ["Green's"] },
    { where: 'Industry != null AND AnnualRevenue >= 10', found: ['Blue'] },
    { where: 'AnnualRevenue < 20 OR (NumberOfEmployees > 5 AND Industry != null)', found: ['Blue', 'grey_50%'] },
    { where: "NOT (Name = 'Blue' OR AnnualRevenue = 20)", found: ['grey_50%'] },
    { where: 'CreatedDate > 2026-05-21T09:31:00Z', found: ["Green's", 'grey_50%'] },
    { where: 'SystemModstamp <= 2026-05-21T11:31:02+02:00', found: ['Blue', "Green's"] },
    { where: 'CreatedDate = TODAY AND CreatedDate = LAST_N_DAYS:3', found: ['Blue', "Green's", 'grey_50%'] },
    { where: 'CreatedDate < TODAY', found: [] },
    { where: "tieout__Tieout_Id__c IN ('B', 'z')", found: ['Blue'] },
    { where: "CreatedBy.Username = 'anna.sales@acme.example'", found: ['Blue', "Green's", 'grey_50%'] },
    { where: 'IsDeleted = false', found: ['Blue', "Green's", 'grey_50%'] },
  ];
  it.each(accounts)('finds accounts WHERE $where', async ({ where, found }) => {
    const soql = `SELECT Name FROM Account WHERE ${where} ORDER BY CreatedDate, Id`;
    const reply = await client.query(soql);
    expect(reply.text).not.toContain('errorCode');
    expect(namesOf(reply.json)).toEqual({
      totalSize: found.length,
      done: true,
      records: found.map((Name) => ({ Name })),
    });
  });

  const orders = [
    { order: 'Name DESC', found: ['Small', 'Loose', 'Big'] },
    { order: 'Amount', found: ['Small', 'Loose', 'Big'] },
    { order: 'Amount DESC NULLS LAST, Name DESC', found: ['Big', 'Small', 'Loose'] },
    { order: 'CloseDate DESC LIMIT 2', found: ['Small', 'Big'] },
    { order: 'Account.Name NULLS LAST, Id OFFSET 1', found: ['Small', 'Loose'] },
    { order: 'CreatedDate DESC, Id DESC LIMIT 1', found: ['Loose'] },
  ];
  it.each(orders)('puts deals in order BY $order', async ({ order, found }) => {
    const reply = await client.query(`SELECT Name FROM Opportunity ORDER BY ${order}`);
    expect(namesOf(reply.json)).toHaveProperty(
      'records',
      found.map((Name) => ({ Name })),
    );
  });

  it('shows parents below their name, children as a list of their own, and null where there is none', async () => {
    const reply = await client.query(
      'SELECT Name, Account.Name, Account.Owner.Username, (SELECT Product2.Name, UnitPrice, TotalPrice FROM ' +
        'OpportunityLineItems ORDER BY UnitPrice) FROM Opportunity WHERE CloseDate <= 2026-06-30 ORDER BY Name',
    );
    expect(reply.pick('records', 0, 'attributes', 'url')).toMatch(
      /^\/services\/data\/v66\.0\/sobjects\/Opportunity\/006/,
    );
    expect(namesOf(reply.json)).toHaveProperty('records', [
      {
        Name: 'Big',
        Account: { Name: 'Blue', Owner: { Username: 'anna.sales@acme.example' } },
        OpportunityLineItems: {
          totalSize: 2,
          done: true,
          records: [
            { Product2: null, UnitPrice: 99.99, TotalPrice: 99.99 },
            { Product2: { Name: 'Architect' }, UnitPrice: 150.25, TotalPrice: 1502.5 },
          ],
        },
      },
      { Name: 'Loose', Account: null, OpportunityLineItems: null },
    ]);
  });

  it('counts and sums', async () => {
    expect((await client.query('SELECT COUNT() FROM Account')).json).toEqual({ totalSize: 3, done: true, records: [] });
    const sums = await client.query('SELECT COUNT(Id), SUM(Amount) total, MAX(Name) FROM Opportunity');
    expect(namesOf(sums.json)).toHaveProperty('records', [{ expr0: 3, total: 1602.49, expr2: 'Small' }]);
  });

  const refused = [
    {
      soql: 'SELECT Nope FROM Account',
      code: 'INVALID_FIELD',
      text: "Column:8\nNo such column 'Nope' on entity 'Account'",
    },
    { soql: 'SELECT Account.Nope FROM Opportunity', code: 'INVALID_FIELD', text: "No such column 'Nope'" },
    { soql: 'SELECT Id FROM Nope', code: 'INVALID_TYPE', text: "sObject type 'Nope' is not supported." },
    { soql: 'SELECT Id FROM Account WHER', code: 'MALFORMED_QUERY', text: "Column:24\nunexpected token: 'WHER'" },
    { soql: "SELECT Id FROM Account WHERE Name = 'x", code: 'MALFORMED_QUERY', text: 'no viable alternative' },
    { soql: 'SELECT Id FROM Account WHERE Id = null AND Id = null OR Id = null', code: 'MALFORMED_QUERY', text: 'OR' },
    {
      soql: "SELECT Id FROM Account WHERE CreatedDate > '2026-01-01'",
      code: 'INVALID_FIELD',
      text: 'must be of type dateTime and should not be enclosed in quotes',
    },
    { soql: 'SELECT Id FROM Account WHERE Name = 5', code: 'INVALID_FIELD', text: 'should be enclosed in quotes' },
    {
      soql: "SELECT Id FROM Account WHERE Id = '12'",
      code: 'INVALID_QUERY_FILTER_OPERATOR',
      text: 'invalid ID field: 12',
    },
    { soql: "SELECT Id FROM Account WHERE Description = 'x'", code: 'INVALID_FIELD', text: 'can not be filtered' },
    { soql: 'SELECT Id FROM Account LIMIT 1 OFFSET 2001', code: 'NUMBER_OUTSIDE_VALID_RANGE', text: '2000' },
    { soql: 'SELECT (SELECT Id FROM Nopes) FROM Account', code: 'INVALID_TYPE', text: "relationship 'Nopes'" },
  ];
  it.each(refused)('refuses $soql', async ({ soql, code, text }) => {
    const reply = await client.query(soql);
    expect(reply.status).toBe(400);
    expect(reply.pick(0, 'errorCode')).toBe(code);
    expect(reply.pick(0, 'message')).toContain(text);
  });
});

describe('a long result', () => {
  it('comes in pages behind an opaque cursor that dies after two days', async () => {
    const client = openClient();
    for (let at = 0; at < 450; at++) client.org.create('Product2', { Name: `Role ${at}` });
    const hint = { 'sforce-query-options': 'batchSize=200' };
    const first = await client.send('GET', '/query?q=SELECT+Id+FROM+Product2', undefined, hint);
    expect(first.pick('nextRecordsUrl')).toMatch(/^\/services\/data\/v66\.0\/query\/0r8\w{15}-200$/);
    const second = await client.send('GET', first.pick('nextRecordsUrl'), undefined, hint);
    const third = await client.send('GET', second.pick('nextRecordsUrl'), undefined, hint);
    expect(third.json).toMatchObject({ totalSize: 450, done: true });
    expect(third.json).not.toHaveProperty('nextRecordsUrl');
    client.clock.nowMs += 2 * 86_400_000;
    client.forgetToken();
    const late = await client.send('GET', second.pick('nextRecordsUrl'));
    expect(late.json).toEqual([{ message: 'invalid query locator', errorCode: 'INVALID_QUERY_LOCATOR' }]);
  });

  it('is told once and whole by pages that continue after the last stamp and id', async () => {
    const client = openClient();
    for (let at = 0; at < 90; at++) {
      client.org.create('Product2', { Name: `Role ${at}` });
      if (at % 40 === 39) client.clock.nowMs += 1000;
    }
    client.org.update('Product2', client.org.rows('Product2')[5]?.id ?? '', { Name: 'Again' });
    const seen: string[] = [];
    let [stamp, id] = ['1970-01-01T00:00:00Z', '000000000000000AAA'];
    for (let page = 0; page < 20; page++) {
      const after = `SystemModstamp > ${stamp} OR (SystemModstamp = ${stamp} AND Id > '${id}')`;
      const soql = `SELECT Id, SystemModstamp FROM Product2 WHERE ${after} ORDER BY SystemModstamp, Id LIMIT 7`;
      const reply = await client.query(soql);
      const count = Number(reply.pick('totalSize'));
      for (let at = 0; at < count; at++) seen.push(reply.pick('records', at, 'Id'));
      if (count === 0) break;
      stamp = reply.pick('records', count - 1, 'SystemModstamp');
      id = reply.pick('records', count - 1, 'Id');
    }
    expect([seen.length, new Set(seen).size]).toEqual([90, 90]);
  });

  it('includes deleted rows only when all are asked for', async () => {
    const client = openClient();
    client.org.remove('Account', client.org.create('Account', { Name: 'Blue' }));
    expect((await client.query('SELECT Id FROM Account')).pick('totalSize')).toBe('0');
    const all = await client.send('GET', '/queryAll?q=SELECT+Name,IsDeleted+FROM+Account+WHERE+IsDeleted=true');
    expect(all.pick('records', 0, 'IsDeleted')).toBe('true');
  });

  it('cannot be asked for with an address beyond 16 KB', async () => {
    const ids = Array.from({ length: 900 }, () => "'0015g000000000AAAA'").join(',');
    const reply = await openClient().query(`SELECT Id FROM Account WHERE Id IN (${ids})`);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([414, 'text/html; charset=UTF-8']);
  });
});
