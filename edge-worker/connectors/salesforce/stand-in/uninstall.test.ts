// An org out of which its admin takes our package: what is left of it there, and what comes back with it.
import { describe, expect, it } from 'vitest';
import { type Client, openClient } from './test-client.ts';

const ours = /tieout/i;

function lived(): { readonly client: Client; readonly account: string; readonly deal: string } {
  const client = openClient();
  const { org } = client;
  const account = org.create('Account', { Name: 'Harbour & Pine', Tieout_Id__c: 'cus_01J00000000000000000000000' });
  const deal = org.create('Opportunity', {
    ...{ Name: 'ERP rollout', AccountId: account, StageName: 'Negotiation/Review', CloseDate: '2026-11-30' },
  });
  org.create('Sync_Status__c', { Sync_Ref__c: `${deal}:netsuite`, Status__c: 'in-step' });
  return { client, account, deal };
}

const installed = ({ org }: Client) => org.act('installed', {}) as Record<string, readonly string[]>;
const named = (client: Client, type: string) => JSON.stringify(client.org.rows(type));

describe('An org without our package any more', () => {
  it('has nothing of it: no type, field, flow, message, permission set or app', async () => {
    const { client } = lived();
    for (const names of Object.values(installed(client))) expect(names.length).toBeGreaterThan(0);
    await client.query('SELECT Id FROM Account');
    client.org.act('uninstall', {});
    expect(Object.values(installed(client)).flat()).toEqual([]);
    expect(client.org.types().filter((name) => ours.test(name))).toEqual([]);
    const kept = ['Account', 'Opportunity', 'PermissionSet', 'PermissionSetAssignment', 'Organization'];
    for (const type of kept) expect(named(client, type), type).not.toMatch(/tieout__|cus_01J/i);
    expect(client.org.act('outboundMessages', {})).toEqual([]);
    const reply = await client.askToken(await client.assertion());
    expect(reply.json).toEqual({ error: 'invalid_client_id', error_description: 'client identifier invalid' });
    expect((await client.query('SELECT Id FROM Account')).status).toBe(401);
  });

  it('goes on as before: records keep their ids, and saves leave no trace and tell nobody', async () => {
    const { client, account, deal } = lived();
    client.org.act('uninstall', {});
    client.org.act('win', { id: deal });
    expect(client.org.rows('Opportunity')).toMatchObject([{ id: deal, AccountId: account, IsWon: true }]);
    client.org.subscribe({ url: 'https://hub.example' });
    expect(await client.org.deliver()).toBe(0);
    expect(client.posts).toEqual([]);
  });

  it('has all of it again once it is installed anew: empty, and for nobody before an admin says so', async () => {
    const { client, account } = lived();
    const before = installed(client);
    client.org.act('uninstall', {});
    client.org.act('reinstall', {});
    expect(installed(client)).toEqual(before);
    expect(client.org.rows('Sync_Status__c')).toEqual([]);
    expect(client.org.rows('Account')).toMatchObject([{ id: account, tieout__Tieout_Id__c: null }]);
    expect(client.org.rows('PermissionSetAssignment')).toEqual([]);
    expect((await client.askToken(await client.assertion())).pick('error')).toBe('invalid_grant');
    client.org.act('admitApp', { admitted: true });
    expect((await client.askToken(await client.assertion())).pick('error')).toBe('invalid_app_access');
    client.org.update('Account', account, { Name: 'Harbour & Pine Ltd' });
    expect(client.org.rows('Outbox__c')).toMatchObject([{ Name: '000000001', tieout__Record_Id__c: account }]);
  });
});
