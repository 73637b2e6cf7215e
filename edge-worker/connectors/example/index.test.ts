// What is special to Example's connector; what every connector promises is in test/conformance.ts.
import { expect, it } from 'vitest';
import { Clock, connectOptions } from '../../../test/support/options.ts';
import type { Session, Write } from '../connector.ts';
import type { StandIn } from '../stand-in.ts';
import { example } from './index.ts';
import { standIn as factory } from './stand-in.ts';

function open(answer?: (request: Request) => Response | undefined): { session: Session; standIn: StandIn } {
  const { nowMs } = new Clock();
  const world = {
    baseUrl: 'http://127.0.0.1:9100',
    nowMs,
    chance: () => 0,
    sleep: async () => {},
    send: async () => new Response(),
  };
  const standIn = factory(world);
  const fetch = async (request: Request) => answer?.(request) ?? standIn.fetch(request);
  return { session: example.connect(connectOptions(standIn, nowMs, fetch)), standIn };
}

function writeOf(changes: Partial<Write> = {}): Write {
  const wire = { display_name: 'Harbour & Pine', currency: 'EUR' };
  const keys = { externalId: 'cus_1', idempotencyKey: 'cus_1', stamp: 's1' };
  return { recordType: 'client', recordId: null, ...keys, wire, ...changes };
}

it('carries out an update that goes back to earlier content', async () => {
  const { session, standIn } = open();
  await session.write([writeOf()]);
  const update = (terms: string) =>
    session.write([writeOf({ recordId: 'cl1001', idempotencyKey: `cus_1-${terms}`, wire: { terms } })]);
  for (const terms of ['NET30', 'NET60', 'NET30']) await update(terms);
  expect(standIn.rows('client')).toMatchObject([{ terms: 'NET30' }]);
});

it('keeps the order of a batch that mixes record types', async () => {
  const { session, standIn } = open();
  const client = standIn.create('client', { display_name: 'A' });
  const person = standIn.create('person', { full_name: 'B' });
  const refs = [
    { recordType: 'person', recordId: person },
    { recordType: 'client', recordId: client },
    { recordType: 'person', recordId: 'pe9' },
  ];
  const results = await session.read(refs);
  expect(results.map((result) => [result.ref, result.found])).toEqual([
    [refs[0], 'here'],
    [refs[1], 'here'],
    [refs[2], 'hidden'],
  ]);
});

it('says in our words why a record was refused', async () => {
  const { session } = open();
  const [unknownField, unknownReference, rule] = await session.write([
    writeOf({ wire: { nonsense: 1 } }),
    writeOf({ recordType: 'opportunity', wire: { title: 'A', client_id: 'cl9' } }),
    writeOf({ wire: { currency: 'EUR' } }),
  ]);
  expect(unknownField).toMatchObject({ code: 'schema-changed', fields: ['nonsense'] });
  expect(unknownReference).toMatchObject({ code: 'orphaned', fields: ['client_id'] });
  expect(rule).toMatchObject({ code: 'rejected', fields: ['display_name'], vendorCode: 'required' });
});

it('takes an answer it cannot understand for unreadable, and for uncertain where something was written', async () => {
  const { session } = open((request) =>
    request.url.includes('/oauth/') ? undefined : Response.json({ results: [{ odd: 1 }] }),
  );
  await expect(session.read([{ recordType: 'client', recordId: '1' }])).rejects.toMatchObject({ code: 'unreadable' });
  await expect(session.write([writeOf()])).rejects.toMatchObject({ code: 'uncertain' });
});

it('takes a write answered for too few records for uncertain', async () => {
  const { session } = open((request) => (request.method === 'PUT' ? Response.json({ results: [] }) : undefined));
  await expect(session.write([writeOf()])).rejects.toMatchObject({ code: 'uncertain' });
});

it('passes a refused client on as unauthorised, after one new token', async () => {
  const { session } = open((request) =>
    request.url.includes('/oauth/') ? Response.json({ code: 'invalid_client' }, { status: 401 }) : undefined,
  );
  await expect(session.check()).rejects.toMatchObject({ code: 'unauthorised', vendorCode: 'invalid_client' });
});
