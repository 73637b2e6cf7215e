// Outbound messages: what is taken for one, how it is named, and what the sender hears.
import { describe, expect, test } from 'vitest';
import type { Delivery, Expected } from '../connector.ts';
import { receiver } from './receiver.ts';

const account = '00D5g00000ABCDEEA5';
const expected: Expected = {
  installation: 'ins_01J00000000000000000000000',
  account,
  environment: 'production',
  keys: [],
  nowMs: 0,
};

const notification = (id: string) =>
  `<Notification><Id>${id}</Id>` +
  '<sObject xsi:type="sf:tieout__Outbox__c" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">' +
  '<sf:Id>a015g000001AAAAAA4</sf:Id></sObject></Notification>';

function envelope(ids: readonly string[], session = '<SessionId xsi:nil="true"/>', organisation = account): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" ' +
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>' +
    '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">' +
    `<OrganizationId>${organisation}</OrganizationId><ActionId>04k5g000000TIEOAAW</ActionId>${session}` +
    `${ids.map(notification).join('')}</notifications></soapenv:Body></soapenv:Envelope>`
  );
}

function deliver(body: string | Uint8Array): Delivery {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return { url: new URL('https://hub.example/hooks/packaged'), headers: new Headers(), body: bytes };
}

const first = '04l5g00000HHHHHAA4';
const second = '04l5g00000HHHHIAA4';

describe('an outbound message', () => {
  test('rings for the outbox and brings no notices of its own', async () => {
    const received = await receiver.receive(deliver(envelope([first])), expected);
    expect(received).toEqual({ ok: true, deliveryId: first, notices: [], rings: ['outbox'] });
  });

  test('is taken whether its session id is nil, empty or absent', async () => {
    for (const session of ['<SessionId xsi:nil="true"/>', '<SessionId></SessionId>', '']) {
      expect((await receiver.receive(deliver(envelope([first], session)), expected)).ok).toBe(true);
    }
  });

  test('is taken with a byte order mark before the envelope', async () => {
    const delivery = deliver(`\ufeff${envelope([first])}`);
    expect(await receiver.accountOf?.(delivery)).toEqual({ account, environment: null });
    expect(await receiver.receive(delivery, expected)).toMatchObject({ ok: true, deliveryId: first });
  });

  test('has another name when another notification travels along, and the same when it is sent again', async () => {
    const nameOf = async (ids: readonly string[]) => {
      const received = await receiver.receive(deliver(envelope(ids)), expected);
      return received.ok ? received.deliveryId : expect.fail(received.refusal);
    };
    expect(await nameOf([first, second])).toBe(await nameOf([first, second]));
    expect(new Set([await nameOf([first]), await nameOf([first, second]), await nameOf([second])]).size).toBe(3);
  });

  test('tells whose it is, in the long form whatever it came in', async () => {
    for (const organisation of [account, account.slice(0, 15)]) {
      const delivery = deliver(envelope([first], '', organisation));
      expect(await receiver.accountOf?.(delivery)).toEqual({ account, environment: null });
      expect((await receiver.receive(delivery, expected)).ok).toBe(true);
    }
  });
});

describe('what is no outbound message', () => {
  test.each([
    [
      'a document type, which could smuggle entities in',
      envelope([first]).replace('?>', '?><!DOCTYPE x>'),
      'malformed',
    ],
    ['a message without notifications', envelope([]), 'malformed'],
    ['more notifications than a message may hold', envelope(Array.from({ length: 101 }, () => first)), 'malformed'],
    ['an organisation id that is none', envelope([first], '', 'acme'), 'malformed'],
    ['another format', '{"notifications":[]}', 'malformed'],
    ['text that is no UTF-8', new Uint8Array([0x3c, 0xff, 0xfe]), 'malformed'],
    ['another organisation', envelope([first], '', '00D5g00000ABCDF'), 'wrong-account'],
  ])('%s is refused', async (_, body, refusal) => {
    expect(await receiver.receive(deliver(body), expected)).toEqual({ ok: false, refusal });
  });
});

describe('the answer', () => {
  test('is one acknowledgement for everything but "again later", because anything else is sent for a day', () => {
    for (const outcome of ['recorded', 'refused', 'ended'] as const) {
      const { status, contentType, body } = receiver.answer(outcome, null);
      expect([status, contentType]).toEqual([200, 'text/xml; charset=UTF-8']);
      expect(body).toContain('<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack>');
    }
    expect(receiver.answer('retry-later', null).status).toBe(503);
  });
});
