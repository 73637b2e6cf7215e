// What pages of the org rest on: sessions of people, what permission sets let them see and save, GraphQL, events.
import { describe, expect, it } from 'vitest';
import { baseUrl, type Client, openClient, type Reply } from './test-client.ts';

const status = 'tieout__Sync_Status__c';
const api = '/services/data/v66.0';

interface Person {
  call(method: string, path: string, body?: unknown): Promise<Reply>;
  graphql(query: string, variables?: Readonly<Record<string, string>>): Promise<Reply>;
}

/** Somebody who has signed in with a browser. */
function person(client: Client, user: string): Person {
  const cookie = `sid=${String(client.org.act('signIn', { user }))}`;
  const call: Person['call'] = async (method, path, body) => {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { cookie, 'content-type': 'application/json' };
    const response = await client.org.fetch(new Request(baseUrl + path, { method, headers, ...content }));
    const json: unknown = response.status === 204 ? null : await response.json();
    const at = (path: readonly (string | number)[]) =>
      path.reduce<unknown>(
        (value, step) => (value === null || typeof value !== 'object' ? undefined : Reflect.get(value, step)),
        json,
      );
    return { status: response.status, headers: response.headers, text: '', json, pick: (...path) => String(at(path)) };
  };
  const graphql: Person['graphql'] = (query, variables = {}) => call('POST', `${api}/graphql`, { query, variables });
  return { call, graphql };
}

/** Takes every permission set from somebody. */
function dismiss(client: Client, user: string): void {
  const id = client.org.act('setUser', { user });
  for (const row of client.org.rows('PermissionSetAssignment')) {
    if (row['AssigneeId'] === id) client.org.remove('PermissionSetAssignment', row.id);
  }
  client.org.act('setUser', { user: 'anna.sales' });
}

function statusRow(client: Client, more: Readonly<Record<string, unknown>> = {}): string {
  const values = { Sync_Ref__c: 'r1:netsuite', Record_Id__c: 'r1', Target_System__c: 'netsuite', Status__c: 'in-step' };
  return client.org.create('Sync_Status__c', { ...values, ...more }, 'integration');
}

const statuses = `query statuses($record: String) { uiapi { query { rows: ${status}(
  first: 5, where: { tieout__Record_Id__c: { eq: $record } }, orderBy: { CreatedDate: { order: DESC } }
) { edges { node { Id state: tieout__Status__c { value } } } totalCount } } } }`;

describe('a page of the org', () => {
  it('reads by GraphQL what its user may see, and groups it', async () => {
    const client = openClient();
    const id = statusRow(client);
    statusRow(client, { Sync_Ref__c: "r'2:netsuite", Record_Id__c: "r'2", Status__c: 'held' });
    const anna = person(client, 'anna.sales');
    expect((await anna.graphql(statuses, { record: 'r1' })).json).toEqual({
      data: {
        uiapi: { query: { rows: { edges: [{ node: { Id: id, state: { value: 'in-step' } } }], totalCount: 1 } } },
      },
      errors: [],
    });
    expect((await anna.graphql(statuses, { record: "r'2" })).pick('data', 'uiapi', 'query', 'rows', 'totalCount')).toBe(
      '1',
    );
    const counted =
      await anna.graphql(`query c { uiapi { aggregate { n: ${status}(groupBy: { tieout__Status__c: { group: true } }) {
      edges { node { aggregate { state: tieout__Status__c { value } many: Id { count { value } } } } } } } } }`);
    expect(counted.pick('data', 'uiapi', 'aggregate', 'n', 'edges', 'length')).toBe('2');
  });

  it('is told why a query fails, and shown nothing of it', async () => {
    const client = openClient();
    dismiss(client, 'otto');
    const asked = [
      [person(client, 'otto'), statuses, `sObject type '${status}' is not supported`],
      [person(client, 'anna.sales'), statuses.replace('tieout__Status__c', 'Nmae'), "No such column 'Nmae'"],
      [person(client, 'anna.sales'), statuses.replace('eq:', 'like:'), 'the operator like is not known'],
      [person(client, 'anna.sales'), statuses.replace('first: 5', 'upperBound: 5'), 'upperBound is not known'],
      [person(client, 'anna.sales'), 'query q { uiapi { objectInfos } }', 'objectInfos is not known'],
    ] as const;
    for (const [who, query, words] of asked) {
      const reply = await who.graphql(query, { record: 'r1' });
      expect([reply.status, reply.pick('data')]).toEqual([200, 'null']);
      expect(reply.pick('errors', 0, 'message')).toContain(words);
    }
  });

  it('saves a record, and is told in the shape of its own API why not', async () => {
    const client = openClient();
    const anna = person(client, 'anna.sales');
    const values = { Name: 'Rollout', StageName: 'Prospecting', CloseDate: '2026-06-30' };
    const made = await anna.call('POST', `${api}/ui-api/records`, { apiName: 'Opportunity', fields: values });
    expect([made.status, made.pick('fields', 'Name', 'value')]).toEqual([201, 'Rollout']);
    const path = `${api}/ui-api/records/${made.pick('id')}`;
    const won = await anna.call('PATCH', path, { fields: { StageName: 'Closed Won' } });
    expect(won.pick('fields', 'IsWon', 'value')).toBe('true');
    const refused = await anna.call('PATCH', path, { fields: { StageName: 'Nearly' } });
    expect(refused.json).toMatchObject({
      message: 'An error occurred while trying to update the record. Please try again.',
      output: { fieldErrors: { StageName: [{ errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST' }] } },
    });
    expect((await anna.call('GET', `${path}?fields=Opportunity.Name,Opportunity.OwnerId`)).json).toMatchObject({
      fields: { OwnerId: { displayValue: 'anna.sales@acme.example' } },
    });
  });

  it('may not write what its user may only read, nor see what belongs to others', async () => {
    const client = openClient();
    const anna = person(client, 'anna.sales');
    const row = statusRow(client);
    const edited = await anna.call('PATCH', `${api}/ui-api/records/${row}`, { fields: { tieout__Status__c: 'held' } });
    expect(edited.pick('output', 'errors', 0, 'errorCode')).toBe('INSUFFICIENT_ACCESS_OR_READONLY');
    const account = client.org.create('Account', { Name: 'Blue' }, 'integration');
    const stolen = await anna.call('PATCH', `${api}/ui-api/records/${account}`, {
      fields: { tieout__Tieout_Id__c: 'x' },
    });
    expect(stolen.text + JSON.stringify(stolen.json)).toContain('INVALID_FIELD_FOR_INSERT_UPDATE');
    const asked = { apiName: 'tieout__Outbox__c', fields: { tieout__Kind__c: 'SYNC_NOW' } };
    const id = (await anna.call('POST', `${api}/ui-api/records`, asked)).pick('id');
    expect((await anna.call('GET', `${api}/ui-api/records/${id}?layoutTypes=Full`)).status).toBe(200);
    expect((await person(client, 'bob').call('GET', `${api}/ui-api/records/${id}?layoutTypes=Full`)).status).toBe(404);
    // The hub's own user sees all of them.
    expect((await client.query(`SELECT Id FROM tieout__Outbox__c WHERE Id = '${id}'`)).pick('totalSize')).toBe('1');
    const code = await anna.call(
      'GET',
      `${api}/query?q=${encodeURIComponent('SELECT tieout__Pairing_Code__c FROM tieout__Connection__c')}`,
    );
    expect(code.pick(0, 'errorCode')).toBe('INVALID_FIELD');
  });

  it('opens only with a session, by the front door and to a page of the org', async () => {
    const client = openClient();
    const sid = String(client.org.act('signIn', {}));
    const door = async (query: string) => client.org.fetch(new Request(`${baseUrl}/secur/frontdoor.jsp?${query}`));
    const open = await door(`sid=${encodeURIComponent(sid)}&retURL=/lightning/page/home`);
    expect([open.status, open.headers.get('location')]).toEqual([302, '/lightning/page/home']);
    expect(open.headers.get('set-cookie')).toContain(`sid=${sid}`);
    expect((await door(`sid=${encodeURIComponent(sid)}&retURL=//evil.example`)).headers.get('location')).toBe('/');
    expect((await door('sid=guessed')).status).toBe(401);
    expect(client.org.act('visitor', { session: sid })).toMatchObject({ permissions: ['tieout__View_Status'] });
    expect(client.org.act('visitor', { session: 'guessed' })).toBeNull();
  });
});

describe('platform events', () => {
  const channel = '/event/tieout__Sync_Status_Changed__e';

  async function listener(client: Client, user: string) {
    const who = person(client, user);
    const send = (message: Readonly<Record<string, unknown>>) => who.call('POST', '/cometd/66.0', [message]);
    const clientId = (await send({ channel: '/meta/handshake', version: '1.0' })).pick(0, 'clientId');
    const meta = (verb: string, more = {}) => send({ channel: `/meta/${verb}`, clientId, ...more });
    return { meta };
  }

  it('reach those who listen, once what caused them is saved for good', async () => {
    const client = openClient();
    const { meta } = await listener(client, 'anna.sales');
    expect((await meta('subscribe', { subscription: channel })).pick(0, 'successful')).toBe('true');
    expect(client.org.act('listeners', {})).toEqual([channel]);
    statusRow(client, { Announces__c: 'r1' });
    expect(() => statusRow(client, { Announces__c: 'r1' })).toThrow('DUPLICATE_VALUE');
    const news = (await meta('connect')).json as readonly unknown[];
    expect(news.slice(1)).toMatchObject([{ channel, data: { payload: { tieout__Record_Ids__c: 'r1' } } }]);
    await meta('unsubscribe', { subscription: channel });
    expect(client.org.act('listeners', {})).toEqual([]);
  });

  it('are refused to those who may not read them, and to strangers', async () => {
    const client = openClient();
    dismiss(client, 'otto');
    const { meta } = await listener(client, 'otto');
    expect((await meta('subscribe', { subscription: channel })).pick(0, 'error')).toContain('403');
    const request = new Request(`${baseUrl}/cometd/66.0`, { method: 'POST', body: '[]' });
    expect((await client.org.fetch(request)).status).toBe(401);
  });
});
