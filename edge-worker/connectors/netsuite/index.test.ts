// What is special to this vendor and needs no server: notices, list ids, lines, statuses, refusals, the outbox cursor.
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { entities } from '../../../shared/entities/_registry.ts';
import { readPath, writePath } from '../codecs.ts';
import type { Expected, Received } from '../connector.ts';
import { compareStamps, outboxPage } from './feeds.ts';
import { netsuite } from './index.ts';
import { listIdsOf } from './list-ids.ts';
import { maps } from './map.ts';
import { receiver } from './receiver.ts';
import { faultOf, refusalOf } from './refusals.ts';
import { addressesOf, settings } from './settings.ts';
import { invoiceLines, invoiceStatus, rateCardLines, taxAmount } from './values.ts';

const nowMs = Date.UTC(2026, 10, 22, 10, 15);
const given = settings.parse({
  accountId: '1234567_SB1',
  currencies: { EUR: '4', USD: '1' },
  subsidiaries: { 'Northwind Consulting GmbH': '3' },
  terms: { NET30: '2' },
  serviceItems: { 'Senior Consultant': '71', '*': '70' },
});

describe('a batch of notices', () => {
  const key = 'key-of-this-installation';
  const envelope = {
    v: 1,
    installation: 'ins_01J00000000000000000000000',
    system: 'netsuite',
    account: '1234567_SB1',
    environment: 'sandbox',
    sentAt: '2026-11-22T10:15:00.000Z',
    delivery: 'batch-9f1c',
    notices: [{ id: '501', type: 'job', record: '77', kind: 'changed', at: '2026-11-22T10:14:58.000Z' }],
  };
  const expected: Expected = {
    installation: envelope.installation,
    account: envelope.account,
    environment: 'sandbox',
    keys: ['another-key', key],
    nowMs,
  };
  const sign = (body: string, seconds = nowMs / 1000) =>
    createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
  const deliver = (body: string, signature = `v1=${sign(body)}`, seconds = nowMs / 1000): Promise<Received> =>
    receiver.receive(
      {
        url: new URL('https://hub.example/hooks/x'),
        headers: new Headers({ 'Tieout-Timestamp': String(seconds), 'Tieout-Signature': signature }),
        body: new TextEncoder().encode(body),
      },
      expected,
    );

  test('is taken when any live key signed it, whatever the case of the hexadecimal', async () => {
    const body = JSON.stringify(envelope);
    const received = await deliver(body, `v1=${'0'.repeat(64)},v1=${sign(body).toUpperCase()}`);
    expect(received).toEqual({
      ok: true,
      deliveryId: 'batch-9f1c',
      notices: [{ recordType: 'job', recordId: '77', kind: 'changed', occurredAtMs: nowMs - 2000 }],
    });
  });

  test('from a sandbox copied from this account is refused although its signature is good', async () => {
    const copied = { ...envelope, account: '1234567_SB2' };
    const production = { ...envelope, environment: 'production' };
    const stranger = { ...envelope, installation: 'ins_01J00000000000000000000009' };
    for (const sent of [copied, production, stranger]) {
      expect(await deliver(JSON.stringify(sent))).toEqual({ ok: false, refusal: 'wrong-account' });
    }
  });

  test('is refused when old, unsigned, changed on its way, too large or of an unknown version', async () => {
    const body = JSON.stringify(envelope);
    const old = nowMs / 1000 - 301;
    expect(await deliver(body, `v1=${sign(body, old)}`, old)).toEqual({ ok: false, refusal: 'too-old' });
    expect(await deliver(body, 'nonsense')).toEqual({ ok: false, refusal: 'forged' });
    expect(await deliver(body.replace('77', '78'), `v1=${sign(body)}`)).toEqual({ ok: false, refusal: 'forged' });
    expect(await deliver(' '.repeat(receiver.bodyBytesMax + 1))).toEqual({ ok: false, refusal: 'too-large' });
    expect(await deliver('{"v":99}')).toEqual({ ok: false, refusal: 'unsupported-version' });
    expect(await deliver('not JSON')).toEqual({ ok: false, refusal: 'malformed' });
  });

  test('is answered so that the SuiteApp neither repeats what is recorded nor forgets what is not', () => {
    expect(receiver.answer('recorded', null).status).toBe(202);
    expect(receiver.answer('ended', null).status).toBe(410);
    expect(receiver.answer('retry-later', null).status).toBe(503);
    expect(receiver.answer('refused', 'forged')).toMatchObject({ status: 401, body: '{"accepted":false}' });
    expect(receiver.answer('refused', 'too-large').status).toBe(413);
    expect(receiver.answer('refused', 'wrong-account').status).toBe(403);
    expect(receiver.answer('refused', 'unsupported-version')).toMatchObject({
      ...{ status: 400, body: '{"accepted":false,"reason":"unsupported-version","versions":[1]}' },
    });
  });
});

describe('list ids', () => {
  const lists = listIdsOf(given);

  test('travel as ISO codes and names on our side and as ids on theirs', () => {
    const values = { currency: 'EUR', subsidiary: 'Northwind Consulting GmbH', companyname: 'Harbour & Pine' };
    const outward = lists.outward('customer', { values });
    expect(outward).toEqual({
      values: { currency: '4', subsidiary: '3', companyname: 'Harbour & Pine' },
      sublists: {},
    });
    expect(lists.inward('customer', 'values' in outward ? outward.values : {})).toEqual(values);
  });

  test('that the settings do not name are refused by field going out, and held by their codec coming in', () => {
    expect(lists.outward('customer', { values: { currency: 'CHF' } })).toEqual({
      field: 'values.currency',
      name: 'CHF',
      table: 'currencies',
    });
    const wire = { values: lists.inward('customer', { currency: '9', subsidiary: '8' }) };
    expect(() => maps.customer.fields.currency?.codec.decode('9', wire)).toThrow('currency-code cannot carry');
    expect(() => maps.customer.fields.legalEntity?.codec.decode('8', wire)).toThrow('list-name cannot carry');
  });

  test('of services are filled in by role, with one for all other roles', () => {
    const time = lists.outward('timebill', { values: { custcol_tieout_role: 'Senior Consultant' } });
    expect(time).toMatchObject({ values: { item: '71' } });
    const lines = [{ custcol_tieout_role: 'Consultant' }, { custcol_tieout_role: 'Senior Consultant' }];
    const order = lists.outward('salesorder', { values: {}, sublists: { item: lines } });
    expect(order).toMatchObject({ sublists: { item: [{ item: '70' }, { item: '71' }] } });
  });
});

describe('values', () => {
  test('of every entity that is written come back as they went', () => {
    for (const [kind, map] of Object.entries(maps)) {
      if (!map.canWrite) continue;
      const wire: Record<string, unknown> = {};
      const example: Readonly<Record<string, unknown>> = entities[kind as keyof typeof maps].example;
      const rows = Object.entries(map.fields).filter(([, row]) => row.direction === 'both');
      for (const [field, row] of rows) writePath(wire, row.at, row.codec.encode(example[field] as never));
      for (const [field, row] of rows)
        expect(row.codec.decode(readPath(wire, row.at), wire), field).toEqual(example[field]);
    }
  });

  test('of a rate card are order lines, and a line typed in by hand is named by the service it sells', () => {
    const line = { line: '1', item: '70', quantity: '160.00', rate: '185.00', custcol_tieout_role: null };
    expect(rateCardLines.decode([line], {})).toEqual([
      { role: 'service 70', rate: '185', hours: '160', description: null },
    ]);
  });

  test('of an invoice tell which time entries it bills, and only those it applies', () => {
    const wire = {
      values: { currency: 'EUR' },
      sublists: {
        item: [{ line: '1', quantity: '1', rate: '50.00', amount: '50.00', description: 'Travel' }],
        time: [
          { line: '1', apply: true, doc: '901', quantity: '7.5', rate: '185.00', amount: '1387.50', memo: 'Workshop' },
          { line: '2', apply: false, doc: '902', quantity: '1', rate: '185.00', amount: '185.00', memo: null },
        ],
      },
    };
    const amount = (amountMinor: string) => ({ amountMinor, currency: 'EUR', exponent: 2 });
    const bills = (time: string | null) => ({ time, expense: null, milestone: null });
    expect(invoiceLines.decode(wire.sublists, wire)).toEqual([
      { line: 'item-1', ...bills(null), description: 'Travel', quantity: '1', rate: '50', amount: amount('5000') },
      {
        line: 'time-901',
        ...bills('901'),
        description: 'Workshop',
        quantity: '7.5',
        rate: '185',
        amount: amount('138750'),
      },
    ]);
    expect(taxAmount.decode(null, wire)).toEqual(amount('0'));
  });

  test.each([
    ['Paid In Full', 'paid'],
    ['open', 'open'],
    ['Pending Approval', 'draft'],
    ['Voided', 'void'],
  ])('of an invoice status may be spelt %s', (theirs, ours) => {
    expect(invoiceStatus.decode(theirs, {})).toBe(ours);
  });

  test('of a time entry fill twenty fields or more, five by formula, and an invoice tells eighteen', () => {
    const extra = maps.time.extra ?? [];
    expect(Object.keys(maps.time.fields).length + extra.length).toBeGreaterThanOrEqual(20);
    expect(extra.filter((row) => row.formula !== undefined).length).toBeGreaterThanOrEqual(5);
    expect(Object.keys(maps.invoice.fields).length).toBeGreaterThanOrEqual(18);
  });
});

describe('refusals', () => {
  test.each([
    ['USER_ERROR', 'Please enter value(s) for: Subsidiary.', 'subsidiary', 'rejected', ['values.subsidiary']],
    ['USER_ERROR', 'This entity already exists.', null, 'rejected', []],
    ['USER_ERROR', 'This record has been locked by a user defined workflow.', null, 'locked', []],
    [
      'USER_ERROR',
      'You have entered an Invalid Field Value 5 for the following field: customer.',
      null,
      'rejected',
      ['values.customer'],
    ],
    [
      'INSUFFICIENT_PERMISSION',
      'Your current role does not have permission to perform this action.',
      null,
      'rejected',
      [],
    ],
    ['RCRD_HAS_BEEN_CHANGED', 'Record has been changed', null, 'conflict', []],
    ['INVALID_CONTENT', 'Unknown property', 'memo2', 'schema-changed', ['values.memo2']],
  ])('of one record: %s "%s"', (vendorCode, message, field, code, fields) => {
    expect(refusalOf({ code: vendorCode, message, field })).toEqual({
      outcome: 'refused',
      code,
      message,
      fields,
      vendorCode,
    });
  });

  const restletError = (code: string) => JSON.stringify({ error: { code, message: 'Told by the vendor.' } });
  test.each([
    [400, restletError('SSS_REQUEST_LIMIT_EXCEEDED'), 'throttled'],
    [429, '{}', 'throttled'],
    [401, '{}', 'unauthorised'],
    [403, restletError('INSUFFICIENT_PERMISSION'), 'unauthorised'],
    [500, restletError('UNEXPECTED_ERROR'), 'uncertain'],
    [400, restletError('SSS_TIME_LIMIT_EXCEEDED'), 'uncertain'],
    [502, '<html>Bad gateway</html>', 'uncertain'],
    [503, '{}', 'unreachable'],
    [400, restletError('INVALID_REQUEST'), 'unreadable'],
  ])('of a whole write: %i %s', (status, text, code) => {
    expect(faultOf({ status, headers: new Headers(), text, ifCut: 'uncertain' }).code).toBe(code);
  });
});

describe('the outbox', () => {
  const row = (id: string, ageMs: number) => ({
    id,
    type: 'job',
    record: `r${id}`,
    kind: 'changed' as const,
    at: new Date(nowMs - ageMs).toISOString(),
  });

  test('is not passed beyond a young row, because one with a lower id may still be on its way', () => {
    const first = outboxPage({ after: '7', told: [] }, [row('8', 90_000), row('10', 5_000)], nowMs);
    expect(first.notices.map((notice) => notice.recordId)).toEqual(['r8', 'r10']);
    const late = outboxPage(JSON.parse(first.cursor), [row('9', 7_000), row('10', 7_000)], nowMs + 2_000);
    expect(late.notices.map((notice) => notice.recordId)).toEqual(['r9']);
    const settled = outboxPage(JSON.parse(late.cursor), [row('9', 90_000), row('10', 90_000)], nowMs + 90_000);
    expect(settled).toEqual({ notices: [], cursor: '{"after":"10","told":[]}', hasMore: false });
  });

  test('moves on even when a whole page is young, in the order of its ids whatever the order it came in', () => {
    const page = Array.from({ length: 500 }, (_, index) => row(String(500 - index), 0));
    const { cursor, hasMore, notices } = outboxPage({ after: null, told: [] }, page, nowMs);
    expect(hasMore).toBe(true);
    expect(notices.map((notice) => notice.recordId)).toEqual(page.map((sent) => `r${sent.id}`).reverse());
    expect(JSON.parse(cursor)).toMatchObject({ after: '300' });
  });
});

test('Versions are ordered as instants, with or without fractions of a second', () => {
  expect(compareStamps('2026-11-22T10:15:00Z', '2026-11-22T10:15:01Z')).toBeLessThan(0);
  expect(compareStamps('2026-11-22T10:15:00.5Z', '2026-11-22T10:15:00Z')).toBeGreaterThan(0);
  expect(compareStamps('2026-11-22T10:15:00.000Z', '2026-11-22T10:15:00Z')).toBe(0);
});

test('Addresses follow from the account id unless they are given', () => {
  expect(addressesOf(given).token).toBe(
    'https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/auth/oauth2/v1/token',
  );
  const page = netsuite.recordUrl(given, { recordType: 'job', recordId: '77' });
  expect(page).toBe('https://1234567-sb1.app.netsuite.com/app/accounting/project/project.nl?id=77');
  expect(netsuite.recordUrl(given, { recordType: 'unheard-of', recordId: '77' })).toBeNull();
});
