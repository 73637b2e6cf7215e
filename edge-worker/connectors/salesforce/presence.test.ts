// How an org learns that the hub is there: one row, made where an admin has made none, renewed otherwise.
import { describe, expect, test } from 'vitest';
import { Clock, chanceOf, connectOptions } from '../../../test/support/options.ts';
import { salesforce } from './index.ts';
import { salesforceOrg } from './stand-in.ts';

function open(namespace: string) {
  const clock = new Clock();
  const org = salesforceOrg({ namespace, environment: 'production' })({
    baseUrl: 'https://acme.example',
    nowMs: clock.nowMs,
    chance: chanceOf(7),
    sleep: async (ms) => clock.advance(ms),
    send: async () => new Response(null, { status: 503 }),
  });
  return { clock, org, session: salesforce.connect(connectOptions(org, clock.nowMs)) };
}

describe.each(['tieout__', ''])('With names that begin with "%s"', (namespace) => {
  const shown = (org: ReturnType<typeof open>['org']) =>
    org
      .rows('Connection__c')
      .map((row) => ['State__c', 'Installation__c', 'Checked_At__c'].map((name) => row[namespace + name]));

  test('the org is told whose it is, and again later in the same row', async () => {
    const { clock, org, session } = open(namespace);
    await session.present?.({ installation: 'ins_1', atMs: clock.ms });
    expect(shown(org)).toEqual([['connected', 'ins_1', '2026-11-22T10:15:00.000+0000']]);
    clock.advance(900_000);
    await session.present?.({ installation: 'ins_1', atMs: clock.ms });
    expect(shown(org)).toEqual([['connected', 'ins_1', '2026-11-22T10:30:00.000+0000']]);
  });

  test('a row that an admin has made is the one that is taken', async () => {
    const { clock, org, session } = open(namespace);
    org.create('Connection__c', { State__c: 'pairing', Missing__c: 'assign' });
    await session.present?.({ installation: 'ins_1', atMs: clock.ms });
    expect(org.rows('Connection__c')).toHaveLength(1);
    expect(org.rows('Connection__c')[0]?.[`${namespace}Missing__c`]).toBeNull();
    expect(shown(org)[0]?.[0]).toBe('connected');
  });
});
