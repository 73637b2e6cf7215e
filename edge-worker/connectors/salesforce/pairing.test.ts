// Connecting from inside an org: what its doorbell asks, and what the org lets us see, step by step.
import { expect, test } from 'vitest';
import { Clock, chanceOf } from '../../../test/support/options.ts';
import type { PairingOutcome } from '../pairing.ts';
import type { StandIn } from '../stand-in.ts';
import { pairing } from './pairing.ts';
import { salesforceOrg } from './stand-in.ts';

type Values = Readonly<Record<string, unknown>>;
type Variant = Parameters<typeof salesforceOrg>[0];
const hourMs = 3_600_000;
const packaged: Variant = { namespace: 'tieout__', environment: 'production' };

class Admin {
  readonly clock = new Clock();
  readonly org: StandIn;
  readonly ns: string;
  username = 'tieout@acme.example';
  readonly sent: Uint8Array[] = [];

  constructor(variant: Variant = packaged) {
    this.ns = variant.namespace;
    this.org = salesforceOrg(variant)({
      baseUrl: 'https://acme.example',
      nowMs: this.clock.nowMs,
      chance: chanceOf(7),
      sleep: async (ms) => this.clock.advance(ms),
      send: async (request) => {
        this.sent.push(new Uint8Array(await request.arrayBuffer()));
        return new Response(null, { status: 503 });
      },
    });
    this.org.act('setUser', { user: this.username });
    this.org.act('setUser', { user: 'anna.sales' });
  }

  assign(): void {
    const user = this.org.rows('User').find((row) => row['Username'] === this.username)?.id;
    const set = this.org.rows('PermissionSet').find((row) => row['Name'] === `${this.ns}Tieout_Integration`)?.id;
    this.org.create('PermissionSetAssignment', { AssigneeId: user, PermissionSetId: set });
  }

  ask(values: Values = {}): string {
    const username = this.username;
    const row = { State__c: 'pairing', Integration_Username__c: username, Currency__c: 'USD', ...values };
    const recordId = this.org.create('Connection__c', row, 'integration');
    const type = `${this.ns}Connection__c`;
    const request = { Kind__c: 'CONNECT', Object_Name__c: type, Record_Id__c: recordId, Username__c: username };
    this.org.create('Outbox__c', request);
    return recordId;
  }

  row(id: string): Values {
    return this.org.rows('Connection__c').find((row) => row.id === id) ?? {};
  }

  attempt(recordId: string, account: string | null = this.org.connection.account): Promise<PairingOutcome> {
    const { privateKey, consumerKey } = this.org.connection.secrets;
    const url = this.org.connection.settings['loginUrl'];
    const logins = { production: url, sandbox: 'https://test.example' };
    const app = { privateKey, consumerKey, logins };
    const recordType = `${this.ns}Connection__c`;
    const fetch = async (request: Request) =>
      request.url.startsWith('https://test.example')
        ? Response.json(
            { error: 'invalid_grant', error_description: "user hasn't approved this consumer" },
            { status: 400 },
          )
        : this.org.fetch(request);
    return pairing.attempt(
      { account, username: this.username, recordType, recordId },
      { app, fetch, nowMs: this.clock.nowMs },
    );
  }
}

test('a doorbell of a request says who asks; any other is not even parsed for it', async () => {
  const admin = new Admin();
  const account = admin.org.create('Account', { Name: 'Harbour & Pine' });
  admin.org.update('Account', account, { Phone: '+49 30 1' });
  admin.org.subscribe({ url: 'https://hub.example/hooks/salesforce' });
  await admin.org.deliver();
  const recordId = admin.ask();
  admin.sent.splice(0);
  await admin.org.deliver();
  const asked = admin.sent.map((body) =>
    pairing.requestsIn({ url: new URL('https://hub.example'), headers: new Headers(), body }),
  );
  const requests = (await Promise.all(asked)).flat();
  const { username } = admin;
  const org = admin.org.connection.account;
  expect(requests).toEqual([{ account: org, username, recordType: 'tieout__Connection__c', recordId }]);
});

test('each step that an admin has still to take is told apart', async () => {
  const admin = new Admin();
  const recordId = admin.ask();
  admin.org.act('admitApp', { admitted: false });
  expect(await admin.attempt(recordId)).toEqual({ outcome: 'shut', missing: ['authorise'] });
  admin.org.act('admitApp', { admitted: true });
  expect(await admin.attempt(recordId)).toEqual({ outcome: 'shut', missing: ['assign'] });
  admin.assign();
  expect(await admin.attempt(recordId)).toMatchObject({ outcome: 'open', code: null, jurisdiction: '' });
  const user = admin.org.rows('User').find((row) => row['Username'] === admin.username);
  admin.org.update('User', user?.id ?? '', { IsActive: false });
  expect(await admin.attempt(recordId)).toEqual({ outcome: 'shut', missing: ['user'] });
});

test('what the user cannot see is named in the row, and nothing goes on before it is there', async () => {
  const admin = new Admin();
  admin.assign();
  const recordId = admin.ask({ Pairing_Code__c: 'ABCD-EFGH-JKLM' });
  admin.org.arm({ how: 'schema-change', detail: 'Account.Phone:Telephone' });
  expect(await admin.attempt(recordId)).toEqual({ outcome: 'shut', missing: ['access'] });
  expect(admin.row(recordId)).toMatchObject({
    tieout__State__c: 'pairing',
    tieout__Missing__c: 'access Account.Phone',
    tieout__Checked_At__c: expect.any(String),
  });
  admin.org.disarm('schema-change');
  expect(await admin.attempt(recordId)).toMatchObject({ outcome: 'open', code: 'ABCD-EFGH-JKLM' });
});

test.each([packaged, { ...packaged, namespace: '' }, { ...packaged, onlyCurrency: 'USD' }])(
  'an open org says how it is connected to: %o',
  async (variant) => {
    const admin = new Admin(variant);
    admin.assign();
    const opened = await admin.attempt(admin.ask({ Keep_In_EU__c: true }));
    const { account, settings } = admin.org.connection;
    const { loginUrl, instanceUrl, namespace } = settings;
    const single = variant.onlyCurrency === undefined ? {} : { singleCurrency: 'USD' };
    const expected = { loginUrl, instanceUrl, namespace, username: admin.username, ...single };
    expect(opened).toMatchObject({ outcome: 'open', account, environment: 'production', jurisdiction: 'eu' });
    expect(opened).toHaveProperty('settings', expected);
  },
);

test('a message in the name of another org opens nothing', async () => {
  const admin = new Admin();
  admin.assign();
  const recordId = admin.ask();
  expect(await admin.attempt(recordId, '00D5g00000STRANGEA')).toEqual({ outcome: 'shut', missing: ['user'] });
  expect(admin.row(recordId)).toMatchObject({ tieout__Checked_At__c: null });
});

test('a row that asks for nothing, for another user, or for longer than a day ago, opens nothing', async () => {
  const admin = new Admin();
  admin.assign();
  expect(await admin.attempt(admin.ask({ State__c: 'connected' }))).toEqual({ outcome: 'idle' });
  expect(await admin.attempt(admin.ask({ Integration_Username__c: 'other@acme.example' }))).toEqual({
    outcome: 'idle',
  });
  expect(await admin.attempt('a015g000001AAAAAA4')).toEqual({ outcome: 'idle' });
  const recordId = admin.ask({ Pairing_Code__c: 'ABCD-EFGH-JKLM' });
  admin.clock.advance(24 * hourMs);
  expect(await admin.attempt(recordId)).toEqual({ outcome: 'idle' });
  expect(admin.row(recordId)).toMatchObject({ tieout__State__c: 'refused', tieout__Missing__c: 'connect' });
});
