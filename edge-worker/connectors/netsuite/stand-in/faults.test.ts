// Each misbehaviour on each door, with the vendor's own status, headers and body.
import { beforeEach, describe, expect, test } from 'vitest';
import { withSuiteApp } from '../../../../test/hosts/suiteapp.ts';
import { ConnectionCut } from '../../stand-in.ts';
import { accountId, Bench, detailOf, listOf, type Reply } from './testing.ts';

let bench: Bench;
let ids: { customer: string; job: string; employee: string };
beforeEach(async () => {
  bench = new Bench(withSuiteApp);
  ids = bench.people();
  await bench.token('restlets');
  await bench.token('rest_webservices');
});

type Ask = () => Promise<Reply>;
const readRest: Ask = () => bench.record('GET', `job/${ids.job}`);
const writeRest: Ask = () => bench.record('PATCH', `job/${ids.job}`, { comments: 'written' });
const query: Ask = () => bench.suiteql('SELECT id FROM job');
const readRestlet: Ask = () => bench.restlet({ v: 1, verb: 'read', records: [{ type: 'job', id: ids.job }] });
const writeRestlet: Ask = () =>
  bench.restlet({ v: 1, verb: 'apply', records: [{ type: 'job', id: ids.job, values: { comments: 'written' } }] });

const comments = () => bench.row('job', ids.job)['comments'];

describe('throttle', () => {
  test.each([
    ['a record read', readRest],
    ['a record write', writeRest],
    ['a query', query],
  ])('answers %s with 429 and the concurrency code', async (_, ask) => {
    bench.standIn.arm({ how: 'throttle' });
    const reply = await ask();
    expect([reply.status, reply.json['title']]).toEqual([429, 'Too Many Requests']);
    expect(reply.headers.get('retry-after')).toBeNull();
    expect(detailOf(reply)).toEqual({
      detail: 'Concurrent request limit exceeded. Request blocked.',
      'o:errorCode': 'CONCURRENCY_LIMIT_EXCEEDED',
    });
    expect((await ask()).status).toBeLessThan(300);
  });

  test('answers the RESTlet with 400 and its own code', async () => {
    bench.standIn.arm({ how: 'throttle', route: '^POST /app/site/hosting/restlet' });
    expect((await readRest()).status).toBe(200);
    const reply = await writeRestlet();
    expect([reply.status, reply.json]).toMatchObject([400, { error: { code: 'SSS_REQUEST_LIMIT_EXCEEDED' } }]);
    expect(comments()).toBeUndefined();
  });
});

describe('the limit of five requests at a time', () => {
  test('is shared by all doors', async () => {
    const asks = [readRest, readRestlet, query, readRest, writeRest, readRestlet, readRest];
    const replies = await Promise.all(asks.map((ask) => ask()));
    expect(replies.map((reply) => reply.status)).toEqual([200, 200, 200, 200, 204, 400, 429]);
  });

  test('is narrowed by what the customer’s other tools hold', async () => {
    bench.standIn.act('hold-slots', { count: 5 });
    expect((await readRest()).status).toBe(429);
    bench.standIn.act('hold-slots', { count: 4 });
    expect((await readRest()).status).toBe(200);
  });
});

describe('break and html', () => {
  test.each([
    ['rest', readRest, { 'o:errorDetails': [{ 'o:errorCode': 'UNEXPECTED_ERROR' }], status: 503 }],
    ['restlet', readRestlet, { error: { code: 'UNEXPECTED_ERROR' } }],
  ] as const)('say so in the form of the %s door', async (_, ask, body) => {
    bench.standIn.arm({ how: 'break' });
    const broken = await ask();
    expect([broken.status, broken.json]).toMatchObject([503, body]);
    bench.standIn.arm({ how: 'html' });
    const page = await ask();
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html; charset=UTF-8']);
    expect(page.text).toMatch(/^<html>/);
  });
});

describe('expire-token and revoke', () => {
  test('the one token dies, a new one works', async () => {
    bench.standIn.arm({ how: 'expire-token' });
    const reply = await readRest();
    expect([reply.status, detailOf(reply)['o:errorCode']]).toEqual([401, 'INVALID_LOGIN']);
    expect((await readRest()).status).toBe(401);
    bench.forgetTokens();
    expect((await readRest()).status).toBe(200);
  });

  test('credentials are refused at every door until the switch is cleared', async () => {
    bench.standIn.arm({ how: 'revoke' });
    expect((await readRest()).status).toBe(401);
    const restlet = await readRestlet();
    expect([restlet.status, restlet.json]).toMatchObject([401, { error: { code: 'INVALID_LOGIN_ATTEMPT' } }]);
    expect(restlet.headers.get('www-authenticate')).toContain(`Bearer realm="${accountId}"`);
    const token = await bench.askToken(await bench.assertion());
    expect([token.status, token.json]).toEqual([400, { error: 'invalid_grant' }]);
    bench.standIn.disarm('revoke');
    expect((await readRest()).status).toBe(200);
  });
});

describe('reject and lock', () => {
  test('refuse writes and nothing else, naming a field', async () => {
    bench.standIn.arm({ how: 'reject', detail: 'subsidiary' });
    expect((await readRest()).status).toBe(200);
    expect(detailOf(await writeRest())).toEqual({
      detail: 'Error while accessing a resource. Please enter value(s) for: Subsidiary.',
      'o:errorPath': 'subsidiary',
      'o:errorCode': 'USER_ERROR',
    });
    bench.standIn.arm({ how: 'reject', detail: 'comments' });
    expect((await readRestlet()).json['results']).toMatchObject([{ found: true }]);
    expect((await writeRestlet()).json['results']).toEqual([
      { outcome: 'refused', code: 'USER_ERROR', message: 'Please enter value(s) for: Comments.', field: 'comments' },
    ]);
  });

  test('a lock names no field', async () => {
    bench.standIn.arm({ how: 'lock', times: 2 });
    const text = 'This record has been locked by a user defined workflow.';
    expect(detailOf(await writeRest())).toEqual({
      detail: `Error while accessing a resource. ${text}`,
      'o:errorCode': 'USER_ERROR',
    });
    expect((await writeRestlet()).json['results']).toMatchObject([{ outcome: 'refused', message: text, field: null }]);
    expect((await writeRestlet()).json['results']).toMatchObject([{ outcome: 'applied' }]);
  });
});

describe('cut connections', () => {
  test.each([
    ['rest', () => writeRest()],
    ['restlet', () => writeRestlet()],
  ])('cut-before has no effect at the %s door', async (_, write) => {
    bench.standIn.arm({ how: 'cut-before' });
    await expect(write()).rejects.toThrow(ConnectionCut);
    expect(comments()).toBeUndefined();
  });

  test.each([
    ['rest', () => writeRest()],
    ['restlet', () => writeRestlet()],
  ])('commit-then-cut has its effect at once at the %s door', async (_, write) => {
    bench.standIn.arm({ how: 'commit-then-cut' });
    expect((await readRest()).status).toBe(200);
    await expect(write()).rejects.toThrow(ConnectionCut);
    expect(comments()).toBe('written');
  });

  test.each([
    ['rest', () => writeRest()],
    ['restlet', () => writeRestlet()],
  ])('late-commit has its effect after the delay at the %s door', async (_, write) => {
    bench.standIn.arm({ how: 'late-commit', delayMs: 60_000 });
    await expect(write()).rejects.toThrow(ConnectionCut);
    bench.nowMs += 59_999;
    await readRest();
    expect(comments()).toBeUndefined();
    bench.nowMs += 1;
    await readRest();
    expect(comments()).toBe('written');
  });

  test('are counted with status 0', async () => {
    bench.standIn.arm({ how: 'cut-before', route: '^GET /services/rest/record' });
    await expect(readRest()).rejects.toThrow(ConnectionCut);
    const cut = { route: 'GET /services/rest/record/v1/job/{id}', status: 0, count: 1 };
    expect(bench.standIn.calls()).toContainEqual(cut);
  });
});

test('slow answers after its delay, holding its slot all the while', async () => {
  bench.standIn.arm({ how: 'slow', delayMs: 180_000 });
  expect((await readRest()).status).toBe(200);
  expect(bench.slept).toEqual([180_000]);
});

test('late-search hides new records from searches, but not from a question by id or external id', async () => {
  bench.standIn.arm({ how: 'late-search', delayMs: 30_000 });
  const made = await bench.record('POST', 'customer', { companyName: 'New', subsidiary: '1', externalId: 'new' });
  const id = made.headers.get('location')?.split('/').pop() ?? '';
  const find = { verb: 'find', keys: [{ type: 'customer', field: 'companyname', value: 'New' }] };
  const changes = { verb: 'changes', type: 'customer', since: null, afterId: null, limit: 500 };
  const seen = async () => [
    listOf((await bench.suiteql("SELECT id FROM customer WHERE companyname = 'New'")).json['items']).length,
    listOf((await bench.record('GET', 'customer')).json['items']).filter((each) => each['id'] === id).length,
    listOf((await bench.results(find))[0]?.['records']).length,
    (await bench.results(changes)).filter((each) => each['id'] === id).length,
  ];
  expect(await seen()).toEqual([0, 0, 0, 0]);
  expect((await bench.record('GET', `customer/${id}`)).status).toBe(200);
  expect((await bench.results({ verb: 'read', records: [{ type: 'customer', id }] }))[0]).toMatchObject({
    found: true,
  });
  const keyed = await bench.suiteql("SELECT id FROM customer WHERE externalid = 'new'");
  expect(listOf(keyed.json['items'])).toHaveLength(1);
  const upsert = await bench.record('PUT', 'customer/eid:new', { phone: '1' });
  expect(upsert.headers.get('location')).toMatch(new RegExp(`/${id}$`));
  bench.nowMs += 30_000;
  expect(await seen()).toEqual([1, 1, 1, 1]);
});

test('a skewed clock shows in stamps, and refuses assertions from the future', async () => {
  bench.standIn.arm({ how: 'clock-skew', delayMs: -120_000, times: null });
  bench.standIn.update('job', ids.job, { comments: 'x' });
  expect(bench.row('job', ids.job)['lastmodified']).toBe('2026-11-22T09:58:00Z');
  expect((await bench.askToken(await bench.assertion())).json['error']).toBe('invalid_grant');
  bench.standIn.disarm('clock-skew');
  bench.standIn.update('job', ids.job, { comments: 'y' });
  expect(bench.row('job', ids.job)['lastmodified']).toBe('2026-11-22T10:00:00Z');
});

test('a renamed field is unknown under its old name at every door, and its content stays', async () => {
  bench.standIn.update('job', ids.job, { comments: 'kept' });
  bench.standIn.arm({ how: 'schema-change', detail: 'job.comments:remarks' });
  expect((await readRest()).json).toMatchObject({ remarks: 'kept' });
  const [refused] = listOf((await writeRestlet()).json['results']);
  expect(refused).toMatchObject({ outcome: 'refused', code: 'INVALID_CONTENT', field: 'comments' });
  expect(detailOf(await bench.suiteql('SELECT comments FROM job'))['detail']).toContain("Field 'comments'");
  const fields = await bench.results({ verb: 'describe', type: 'job' });
  expect(fields.map(({ id }) => id)).toContain('remarks');
  bench.standIn.disarm();
  expect((await writeRestlet()).json['results']).toMatchObject([{ outcome: 'applied' }]);
});

test('the administrator’s own fields show at every door once they are added', async () => {
  bench.standIn.act('add-field', { type: 'job', id: 'custentity_region', kind: 'text', label: 'Region' });
  await bench.record('PATCH', `job/${ids.job}`, { custentity_region: 'EMEA' });
  expect((await readRest()).json['custentity_region']).toBe('EMEA');
  const [read] = listOf((await readRestlet()).json['results']);
  expect(read?.['record']).toMatchObject({ values: { custentity_region: 'EMEA' } });
});
