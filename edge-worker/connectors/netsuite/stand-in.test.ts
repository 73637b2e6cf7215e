// The record API as raw HTTP: what a client that knows only the vendor's documentation sees.
import { beforeEach, expect, test } from 'vitest';
import { Bench, baseUrl, detailOf, idOf, listOf } from './stand-in/testing.ts';

const accessing = 'Error while accessing a resource.';
let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});

test('a create answers 204 with the address of the new record and no body', async () => {
  const reply = await bench.record('POST', 'customer', { companyName: 'Acme', subsidiary: { id: '1' } });
  expect(reply.status).toBe(204);
  expect(reply.text).toBe('');
  expect(reply.headers.get('location')).toMatch(new RegExp(`^${baseUrl}/services/rest/record/v1/customer/\\d+$`));
  expect(reply.headers.get('x-n-operationid')).not.toBeNull();
});

test('a read shows references with link and name, enums with label, and sublists as links', async () => {
  const { customer, job } = bench.people();
  const reply = await bench.record('GET', `job/${job}`);
  expect(reply.headers.get('content-type')).toBe('application/vnd.oracle.resource+json; type=singular');
  expect(reply.json).toMatchObject({
    links: [{ rel: 'self', href: `${baseUrl}/services/rest/record/v1/job/${job}` }],
    id: job,
    companyName: 'Acme rollout',
    parent: {
      links: [{ rel: 'self', href: `${baseUrl}/services/rest/record/v1/customer/${customer}` }],
      id: customer,
      refName: 'Acme',
    },
    entityStatus: { id: '2', refName: 'In Progress' },
    allowTime: true,
    lastModifiedDate: '2026-11-22T10:00:00Z',
  });
  const simple = await bench.record('GET', `job/${job}?simpleEnumFormat=true&fields=entityStatus`);
  expect(simple.json['entityStatus']).toBe('2');
  expect(simple.json['companyName']).toBeUndefined();
});

test('sublists are links unless sub-resources are expanded, and fields= forbids expanding', async () => {
  const { customer } = bench.people();
  const item = { items: [{ item: '1', quantity: 3, rate: 33.335, description: 'Consulting' }] };
  const created = await bench.record('POST', 'salesOrder', { entity: customer, tranDate: '2026-11-20', item });
  const plain = await bench.record('GET', `salesOrder/${idOf(created)}`);
  const itemLink = `${baseUrl}/services/rest/record/v1/salesOrder/${idOf(created)}/item`;
  expect(plain.json['item']).toEqual({ links: [{ rel: 'self', href: itemLink }] });
  const expanded = await bench.record('GET', `salesOrder/${idOf(created)}?expandSubResources=true`);
  expect(expanded.json['item']).toMatchObject({
    items: [{ line: 1, item: { id: '1', refName: 'Consulting' }, quantity: 3, rate: 33.335, amount: 100.01 }],
    totalResults: 1,
  });
  expect(expanded.json['total']).toBe(100.01);
  const both = await bench.record('GET', `salesOrder/${idOf(created)}?expandSubResources=true&fields=memo`);
  expect([both.status, detailOf(both)['o:errorCode']]).toEqual([400, 'INVALID_PARAMETER']);
});

test('PUT by external id creates once and updates afterwards, and both answers name the same record', async () => {
  const body = { companyName: 'Acme', subsidiary: '1' };
  const first = await bench.record('PUT', 'customer/eid:cus-01', body);
  const second = await bench.record('PUT', 'customer/eid:cus-01', { ...body, phone: '555' });
  expect([first.status, second.status]).toEqual([204, 204]);
  expect(idOf(second)).toBe(idOf(first));
  const read = await bench.record('GET', 'customer/eid:cus-01');
  expect(read.json).toMatchObject({ id: idOf(first), externalId: 'cus-01', phone: '555' });
  expect(bench.standIn.rows('customer')).toHaveLength(1);
});

test('PATCH leaves what it does not name, clears what is null, and merges lines by their number', async () => {
  const { customer } = bench.people();
  const item = {
    items: [
      { item: '1', quantity: 1, rate: 10 },
      { item: '2', quantity: 1, rate: 20 },
    ],
  };
  const body = { entity: customer, tranDate: '2026-11-20', memo: 'old', otherRefNum: 'PO-1', item };
  const id = idOf(await bench.record('POST', 'salesOrder', body));
  const patch = { memo: null, item: { items: [{ line: 2, quantity: 5 }] } };
  const reply = await bench.record('PATCH', `salesOrder/${id}`, patch);
  expect([reply.status, idOf(reply)]).toEqual([204, id]);
  const row = bench.row('salesorder', id);
  expect(row['memo']).toBeUndefined();
  expect(row).toMatchObject({ otherrefnum: 'PO-1', total: '110.00' });
  expect(row['item']).toMatchObject([{ amount: '10.00' }, { line: '2', quantity: '5', amount: '100.00' }]);
  await bench.record('PATCH', `salesOrder/${id}?replace=item`, {
    item: { items: [{ item: '3', quantity: 1, rate: 1 }] },
  });
  expect(bench.row('salesorder', id)['item']).toHaveLength(1);
});

test('misspelt names are dropped and warned of in a header, or refused in Error mode', async () => {
  const body = { companyName: 'Acme', subsidiary: '1', companyNmae: 'typo' };
  const lenient = await bench.record('POST', 'customer', body);
  expect(lenient.headers.get('x-netsuite-propertyvalidation')).toBe('companyNmae');
  const strict = await bench.record('POST', 'customer', body, { 'X-NetSuite-PropertyNameValidation': 'Error' });
  expect([strict.status, detailOf(strict)['o:errorCode']]).toEqual([400, 'INVALID_CONTENT']);
  expect(detailOf(strict)['o:errorPath']).toBe('companyNmae');
});

test('references are taken by id, by bare id and by external id', async () => {
  const { employee } = bench.people();
  await bench.record('PUT', 'job/eid:prj-1', { companyName: 'By id', subsidiary: 1 });
  const body = { employee: { id: employee }, customer: { externalId: 'prj-1' }, tranDate: '2026-11-20', hours: '7:30' };
  const created = await bench.record('POST', 'timeBill', body);
  expect(created.status).toBe(204);
  const read = await bench.record('GET', `timeBill/${idOf(created)}`);
  expect(read.json).toMatchObject({ hours: '7:30', customer: { refName: 'By id' }, tranDate: '2026-11-20' });
  expect(bench.row('timebill', idOf(created))['hours']).toBe('7.5');
  const wrong = await bench.record('POST', 'timeBill', { ...body, customer: '53384' });
  expect(detailOf(wrong)).toEqual({
    detail: `${accessing} You have entered an Invalid Field Value 53384 for the following field: customer.`,
    'o:errorPath': 'customer',
    'o:errorCode': 'USER_ERROR',
  });
});

test('a collection lists ids and links only, page by page in the order of ids', async () => {
  for (let count = 0; count < 5; count++)
    bench.standIn.create('customer', { companyName: `C${count}`, subsidiary: '1' });
  const first = await bench.record('GET', 'customer?limit=2');
  expect(first.headers.get('content-type')).toBe('application/vnd.oracle.resource+json; type=collection');
  expect(first.json).toMatchObject({ count: 2, hasMore: true, offset: 0, totalResults: 5 });
  const links = listOf(first.json['links']);
  expect(links.map(({ rel }) => rel)).toEqual(['self', 'next', 'last']);
  const next = await bench.rest('GET', String(links[1]?.['href']).replace(`${baseUrl}/services/rest`, ''));
  expect(listOf(next.json['items']).map(({ id }) => id)).toEqual(['103', '104']);
  const odd = await bench.record('GET', 'customer?limit=2&offset=3');
  expect([odd.status, detailOf(odd)['o:errorCode']]).toEqual([400, 'INVALID_PARAMETER']);
});

test('the q filter knows texts, figures, flags and days, and refuses other forms of a date', async () => {
  bench.people();
  const ask = (q: string) => bench.record('GET', `customer?q=${encodeURIComponent(q)}`);
  const named = await ask('companyName START_WITH "Ac" AND isInactive IS false');
  expect(named.json['totalResults']).toBe(1);
  const recent = await ask('lastModifiedDate AFTER "11/21/2026"');
  expect(recent.json['totalResults']).toBe(1);
  const wrong = await ask('lastModifiedDate AFTER "8/5/2026 23:53"');
  expect(wrong.status).toBe(400);
  expect(detailOf(wrong)['detail']).toContain('Parse of date/time "8/5/2026 23:53" failed with date format "M/d/yy"');
});

test('what is not there answers 404 in words that tell a record from a record type', async () => {
  const record = await bench.record('GET', 'customer/999');
  expect([record.status, record.json['title']]).toEqual([404, 'Not Found']);
  expect(detailOf(record)).toEqual({
    detail: 'The record instance does not exist. Provide a valid record instance ID.',
    'o:errorCode': 'NONEXISTENT_ID',
  });
  const type = await bench.record('GET', 'bad-path');
  expect([type.status, detailOf(type)['detail']]).toEqual([404, "Record type 'bad-path' does not exist"]);
  const body = await bench.record('POST', 'customer', 'bad body');
  expect([body.status, detailOf(body)['o:errorCode']]).toEqual([400, 'INVALID_CONTENT']);
});

test('deleting needs the full permission, and answers 204', async () => {
  const { customer, job } = bench.people();
  const refused = await bench.record('DELETE', `job/${job}`);
  expect([refused.status, detailOf(refused)['o:errorCode']]).toEqual([403, 'INSUFFICIENT_PERMISSION']);
  bench.standIn.act('set-permission', { permission: 'LIST_JOB', level: 'FULL' });
  expect((await bench.record('DELETE', `job/${job}`)).status).toBe(204);
  expect((await bench.record('GET', `job/${job}`)).status).toBe(404);
  expect(() => bench.standIn.remove('customer', customer)).not.toThrow();
});

test('a sales order becomes an invoice with its lines, and then counts as billed', async () => {
  const { customer, job } = bench.people();
  const item = { items: [{ item: '1', quantity: 2, rate: 150, amount: 300 }] };
  const body = { entity: customer, job, tranDate: '2026-11-01', otherRefNum: 'PO-7', item };
  const order = idOf(await bench.record('POST', 'salesOrder', body));
  const reply = await bench.record('POST', `salesOrder/${order}/!transform/invoice`, { tranDate: '2026-11-30' });
  expect(reply.status).toBe(204);
  const invoice = await bench.record('GET', `invoice/${idOf(reply)}?expandSubResources=true`);
  expect(invoice.json).toMatchObject({
    createdFrom: { id: order },
    otherRefNum: 'PO-7',
    tranDate: '2026-11-30',
    total: 300,
    amountRemaining: 300,
    status: { id: 'open', refName: 'Open' },
    item: { items: [{ orderDoc: { id: order }, orderLine: '1', amount: 300 }] },
  });
  expect(bench.row('salesorder', order)['status']).toBe('G');
  const again = await bench.record('POST', `salesOrder/${order}/!transform/invoice`, {});
  expect(again.status).toBe(400);
});

test('record actions approve, reject and submit time', async () => {
  const { job, employee } = bench.people();
  const id = bench.standIn.create('timebill', { employee, customer: job, tranDate: '2026-11-20', hours: '1' });
  for (const [action, state] of [
    ['submit', '2'],
    ['approve', '3'],
    ['reject', '4'],
  ]) {
    expect((await bench.record('POST', `timeBill/${id}/@${action}`)).status).toBe(204);
    expect(bench.row('timebill', id)['approvalstatus']).toBe(state);
  }
});

test('governance limits and the metadata catalogue can be read', async () => {
  const limits = await bench.rest('GET', '/system/v1/governanceLimits');
  expect(limits.json).toMatchObject({ accountConcurrencyLimit: 5, integrationLimitType: 'accountLimit' });
  const catalogue = await bench.record('GET', 'metadata-catalog?select=job', undefined, {
    Accept: 'application/schema+json',
  });
  expect(catalogue.json).toMatchObject({ properties: { companyName: { type: 'string', title: 'Project Name' } } });
});

test('every call is counted by route and status', async () => {
  const { job } = bench.people();
  await bench.record('GET', `job/${job}`);
  await bench.record('GET', 'job/eid:none');
  expect(bench.standIn.calls()).toEqual([
    { route: 'POST /services/rest/auth/oauth2/v1/token', status: 200, count: 1 },
    { route: 'GET /services/rest/record/v1/job/{id}', status: 200, count: 1 },
    { route: 'GET /services/rest/record/v1/job/eid:{externalId}', status: 404, count: 1 },
  ]);
  bench.standIn.reset();
  expect(bench.standIn.calls()).toEqual([]);
  expect(bench.standIn.rows('job')).toEqual([]);
  expect(bench.standIn.rows('subsidiary').map((each) => each['name'])).toContain('Northwind Consulting KK');
});
