// SuiteQL over raw HTTP: shapes, dates, paging and the vendor's error texts.
import { beforeEach, describe, expect, test } from 'vitest';
import { Bench, baseUrl, detailOf, listOf, type Reply } from './testing.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});

const rowsOf = (reply: Reply) => listOf(reply.json['items']);

const customers = (count: number) => {
  for (let index = 0; index < count; index++) {
    bench.standIn.create('customer', { companyName: `C${index}`, subsidiary: '1' });
    bench.nowMs += 1000;
  }
};

const sweep =
  "SELECT id, TO_CHAR(lastmodifieddate,'YYYY-MM-DD HH24:MI:SS') AS lm FROM customer " +
  "WHERE lastmodifieddate >= TO_TIMESTAMP(?, 'YYYY-MM-DD HH24:MI:SS') ORDER BY lastmodifieddate, id";

test('answers strings under lower-case keys, and leaves empty columns out', async () => {
  customers(1);
  const reply = await bench.suiteql('SELECT id, companyName AS Title, phone, isinactive FROM customer');
  expect(reply.headers.get('content-type')).toBe('application/vnd.oracle.resource+json; type=collection');
  expect(reply.json).toMatchObject({ count: 1, hasMore: false, offset: 0, totalResults: 1 });
  expect(rowsOf(reply)).toEqual([{ links: [], id: '101', title: 'C0', isinactive: 'F' }]);
});

test('needs the header Prefer: transient', async () => {
  const reply = await bench.rest('POST', '/query/v1/suiteql', { q: 'SELECT id FROM job' });
  expect([reply.status, detailOf(reply)['o:errorHeader']]).toEqual([400, 'Prefer']);
});

test('the change sweep finds what changed since, in the order of change', async () => {
  customers(5);
  bench.standIn.update('customer', '102', { phone: '1' });
  const reply = await bench.suiteql(sweep, ['2026-11-22 10:00:03']);
  expect(rowsOf(reply).map(({ id, lm }) => [id, lm])).toEqual([
    ['104', '2026-11-22 10:00:03'],
    ['105', '2026-11-22 10:00:04'],
    ['102', '2026-11-22 10:00:05'],
  ]);
});

test('a keyset condition goes on exactly where a page ended', async () => {
  for (let index = 0; index < 7; index++)
    bench.standIn.create('customer', { companyName: `S${index}`, subsidiary: '1' });
  const q =
    "SELECT id FROM customer WHERE lastmodifieddate > TO_TIMESTAMP(?, 'YYYY-MM-DD HH24:MI:SS') OR " +
    "(lastmodifieddate = TO_TIMESTAMP(?, 'YYYY-MM-DD HH24:MI:SS') AND id > ?) ORDER BY lastmodifieddate, id";
  const at = '2026-11-22 10:00:00';
  const reply = await bench.suiteql(q, [at, at, '104'], '?limit=2');
  expect(rowsOf(reply).map(({ id }) => id)).toEqual(['105', '106']);
  expect(reply.json).toMatchObject({ hasMore: true, totalResults: 3 });
});

test('raw dates come in the form of the user, and time in the zone of the account', async () => {
  customers(1);
  const raw = await bench.suiteql('SELECT lastmodifieddate FROM customer');
  expect(rowsOf(raw)[0]?.['lastmodifieddate']).toBe('11/22/2026');
  bench.standIn.act('set-timezone', { offsetMinutes: -480 });
  const local = await bench.suiteql(sweep, ['2026-11-22 02:00:00']);
  expect(rowsOf(local)).toMatchObject([{ lm: '2026-11-22 02:00:00' }]);
  const none = await bench.suiteql(sweep, ['2026-11-22 02:00:01']);
  expect(rowsOf(none)).toEqual([]);
});

test('pages by limit and offset, with links to the next page', async () => {
  customers(5);
  const reply = await bench.suiteql('SELECT id FROM customer ORDER BY id', [], '?limit=2&offset=2');
  expect(rowsOf(reply).map(({ id }) => id)).toEqual(['103', '104']);
  const links = listOf(reply.json['links']);
  expect(links.find(({ rel }) => rel === 'next')?.['href']).toBe(
    `${baseUrl}/services/rest/query/v1/suiteql?limit=2&offset=4`,
  );
  const tooMany = await bench.suiteql('SELECT id FROM customer', [], '?limit=1001');
  expect(detailOf(tooMany)['o:errorCode']).toBe('INVALID_PARAMETER');
});

test.each([
  ["companyname = 'C1'", ['102']],
  ["companyname <> 'C1' AND id < 104", ['101', '103']],
  ["companyname LIKE 'C%' AND NOT id IN (101, 102)", ['103', '104']],
  ['phone IS NULL AND id BETWEEN 102 AND 103', ['102', '103']],
  ["(id = 101 OR id = '104') AND isinactive = 'F'", ['101', '104']],
  ["externalid = 'none' OR id = 102", ['102']],
  ["LOWER(companyname) = 'c3'", ['104']],
  ["datecreated >= '11/22/2026' AND datecreated < '11/23/2026' AND id >= 103", ['103', '104']],
])('WHERE %s', async (where, ids) => {
  customers(4);
  const reply = await bench.suiteql(`SELECT id FROM customer WHERE ${where} ORDER BY id`);
  expect(reply.status).toBe(200);
  expect(rowsOf(reply).map(({ id }) => id)).toEqual(ids);
});

test('shows names behind ids, sorts by any column, counts and cuts', async () => {
  const { customer } = bench.people();
  bench.standIn.create('job', { companyName: 'Aardvark', parent: customer });
  const q =
    'SELECT companyname, BUILTIN.DF(parent) AS customer FROM job ORDER BY companyname DESC FETCH FIRST 1 ROWS ONLY';
  expect(rowsOf(await bench.suiteql(q))).toEqual([{ links: [], companyname: 'Acme rollout', customer: 'Acme' }]);
  const counted = await bench.suiteql('SELECT COUNT(*) AS n, MAX(id) AS top FROM job');
  expect(rowsOf(counted)).toEqual([{ links: [], n: '2', top: '104' }]);
});

test('transactions of all types share one table', async () => {
  const { customer, job } = bench.people();
  const item = [{ item: '1', quantity: '1', rate: '10' }];
  bench.standIn.create('salesorder', { entity: customer, job, item });
  bench.standIn.create('invoice', { entity: customer, job, item });
  const reply = await bench.suiteql(
    "SELECT id, type, foreigntotal FROM transaction WHERE type = 'CustInvc' ORDER BY id",
  );
  expect(rowsOf(reply)).toEqual([{ links: [], id: '1002', type: 'CustInvc', foreigntotal: '10.00' }]);
});

describe('what the vendor cannot read it refuses', () => {
  test.each([
    ['SELECT id FROM nonsense', "Record 'nonsense' was not found."],
    ['SELECT nonsense FROM job', "Field 'nonsense' for record 'job' was not found. Reason: NOT_EXPOSED"],
    ['SELECT id FROM job LIMIT 5', "Unexpected 'LIMIT'"],
    ['SELECT id FROM deletedrecord', "Record 'deletedrecord' was not found."],
    ["SELECT id FROM job WHERE lastmodifieddate > '2026-11-22'", 'failed with date format "M/d/yy"'],
    ['SELECT id FROM job WHERE id = ?', 'Invalid number of parameters.'],
    ['SELECT ; FROM job', 'Syntax error'],
  ])('%s', async (q, text) => {
    const reply = await bench.suiteql(q);
    expect([reply.status, detailOf(reply)['o:errorCode']]).toEqual([400, 'INVALID_PARAMETER']);
    expect(detailOf(reply)['detail']).toContain(text);
  });

  test('and a table that the role may not see is not there', async () => {
    bench.standIn.act('set-permission', { permission: 'LIST_JOB', level: 'NONE' });
    expect(detailOf(await bench.suiteql('SELECT id FROM job'))['detail']).toContain("Record 'job' was not found.");
  });
});

test('asynchronous queries answer 202 and keep their first page as a task', async () => {
  customers(1);
  const headers = { Prefer: 'respond-async, transient', 'X-NetSuite-Idempotency-Key': 'k1' };
  const body = { q: 'SELECT id FROM customer' };
  const submitted = await bench.rest('POST', '/query/v1/suiteql', body, headers);
  expect([submitted.status, submitted.headers.get('preference-applied')]).toEqual([202, 'respond-async']);
  expect(submitted.headers.get('location')).toBe(`${baseUrl}/services/rest/async/v1/job/1`);
  expect((await bench.rest('GET', '/async/v1/job/1')).json).toMatchObject({
    completed: true,
    id: '1',
    progress: 'succeeded',
  });
  expect(rowsOf(await bench.rest('GET', '/async/v1/job/1/task/1/result'))).toMatchObject([{ id: '101' }]);
  const again = await bench.rest('POST', '/query/v1/suiteql', body, headers);
  expect([again.json['title'], detailOf(again)['o:errorCode']]).toEqual(['Conflict', 'IDEMPOTENCY_ERROR']);
  expect(again.headers.get('location')).toBe(submitted.headers.get('location'));
});

test('a job waits for its turn, and a failed record answers its own error as result', async () => {
  bench.standIn.act('set-async-delay', { ms: 5000 });
  const prefer = { Prefer: 'respond-async' };
  await bench.record('POST', 'customer', { companyName: 'No subsidiary' }, prefer);
  const waiting = await bench.rest('GET', '/async/v1/job/1');
  expect(waiting.json).toMatchObject({ completed: false, progress: 'pending' });
  expect((await bench.rest('GET', '/async/v1/job/1/task/1/result')).status).toBe(404);
  bench.nowMs += 5000;
  expect((await bench.rest('GET', '/async/v1/job/1')).json).toMatchObject({ completed: true, progress: 'failed' });
  const result = await bench.rest('GET', '/async/v1/job/1/task/1/result');
  expect([result.status, detailOf(result)['o:errorPath']]).toEqual([400, 'subsidiary']);
  const ignored = await bench.record(
    'POST',
    'customer',
    { companyName: 'A', subsidiary: '1' },
    { 'X-NetSuite-Idempotency-Key': 'x' },
  );
  expect(ignored.status).toBe(204);
});
