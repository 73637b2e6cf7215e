// The vendor's usual JavaScript client beside ours, against the same org: what one writes the other must read.
import { Connection } from 'jsforce';
import { expect, test } from 'vitest';
import { Clock, chanceOf, connectOptions } from '../../../test/support/options.ts';
import { type Served, serve } from '../../../test/support/serve.ts';
import type { StandIn } from '../stand-in.ts';
import { salesforce } from './index.ts';
import { standIn } from './stand-in.ts';

interface Row {
  readonly [field: string]: unknown;
}

async function open(): Promise<{ readonly org: StandIn; readonly served: Served; readonly clock: Clock }> {
  const clock = new Clock();
  const served = await serve((request) => org.fetch(request));
  const org: StandIn = standIn({
    baseUrl: served.url,
    nowMs: clock.nowMs,
    chance: chanceOf(3),
    sleep: async () => {},
    send: async () => new Response(null, { status: 503 }),
  });
  return { org, served, clock };
}

test('the usual client reads what we wrote, updates it, and we read what it left', async () => {
  const { org, served, clock } = await open();
  const options = connectOptions(org, clock.nowMs);
  const session = salesforce.connect(options);
  await session.check();
  const kept = await options.tokens.get('access', () => expect.fail('the token is there already'));
  const { accessToken }: Row = JSON.parse(kept);
  const usual = new Connection({ instanceUrl: served.url, accessToken: String(accessToken), version: '66.0' });
  const customer = org.create('Account', { Name: 'Harbour & Pine', CurrencyIsoCode: 'EUR' });
  const wire = { Name: 'INV1042', tieout__Account__c: customer, CurrencyIsoCode: 'EUR', tieout__Total__c: 1651.13 };
  const id = { externalId: 'inv_01J00000000000000000000000', idempotencyKey: 'create', stamp: 'one' };
  const [written] = await session.write([{ ...id, recordType: 'tieout__Invoice__c', recordId: null, wire }]);
  if (written?.outcome !== 'applied') return expect.fail(JSON.stringify(written));
  const { recordId, recordType } = written.snapshot;

  const seen: Row = await usual.sobject(recordType).retrieve(recordId);
  expect(seen).toMatchObject({ ...wire, Id: recordId, SystemModstamp: written.snapshot.version });
  clock.advance(2_000);
  await usual.sobject(recordType).update({ Id: recordId, tieout__Paid__c: 0.1 });
  const [read] = await session.read([{ recordType, recordId }]);
  const { records } = await usual.query<Row>(`SELECT SystemModstamp, tieout__Paid__c FROM ${recordType}`);
  expect(read).toMatchObject({
    found: 'here',
    snapshot: { version: records[0]?.['SystemModstamp'], wire: { tieout__Paid__c: records[0]?.['tieout__Paid__c'] } },
  });
  await served.close();
});
