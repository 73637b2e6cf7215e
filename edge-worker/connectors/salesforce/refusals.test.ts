// What the hub makes of every refusal the org may give: of whole calls, and of single records among good ones. The
// vendor's usual client reads the same answers.
import { Connection } from 'jsforce';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Clock, chanceOf, connectOptions } from '../../../test/support/options.ts';
import { type Served, serve } from '../../../test/support/serve.ts';
import type { FaultCode } from '../../faults.ts';
import type { Session } from '../connector.ts';
import type { StandIn } from '../stand-in.ts';
import { salesforce } from './index.ts';
import { refusedCalls, refusedRecords } from './stand-in/codes.ts';
import { standIn } from './stand-in.ts';

const clock = new Clock();
let served: Served;
let org: StandIn;
let session: Session;
let usual: Connection;

beforeAll(async () => {
  served = await serve((request) => org.fetch(request));
  const outside = { nowMs: clock.nowMs, chance: chanceOf(3), sleep: async () => {} };
  org = standIn({ baseUrl: served.url, ...outside, send: async () => new Response(null, { status: 503 }) });
});
beforeEach(() => {
  org.reset();
  session = salesforce.connect(connectOptions(org, clock.nowMs));
  const accessToken = String(org.act('signIn', { user: 'integration' }));
  usual = new Connection({ instanceUrl: served.url, accessToken, version: '66.0' });
});
afterAll(() => served.close());

/** Whole calls: who acts next follows from the fault. A write that was refused outright is never uncertain. */
const calls: Readonly<Record<keyof typeof refusedCalls, FaultCode>> = {
  UNKNOWN_EXCEPTION: 'unreachable',
  FUNCTIONALITY_TEMPORARILY_UNAVAILABLE: 'unreachable',
  ORG_IN_MAINTENANCE: 'unreachable',
  INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE: 'unreachable',
  QUERY_TIMEOUT: 'unreachable',
  REQUEST_RUNNING_TOO_LONG: 'unreachable',
  OPERATION_TOO_LARGE: 'unreachable',
  API_DISABLED_FOR_ORG: 'unauthorised',
  API_CURRENTLY_DISABLED: 'unauthorised',
  NOT_ATTACHED: 'unauthorised',
};

const records: Readonly<Record<keyof typeof refusedRecords, FaultCode>> = {
  DUPLICATES_DETECTED: 'rejected',
  INSUFFICIENT_ACCESS_OR_READONLY: 'unauthorised',
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: 'unauthorised',
  FIELD_FILTER_VALIDATION_EXCEPTION: 'rejected',
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: 'rejected',
  CANNOT_EXECUTE_FLOW_TRIGGER: 'rejected',
  ENTITY_IS_DELETED: 'conflict',
  RECORD_LOCKED: 'locked',
  STORAGE_LIMIT_EXCEEDED: 'throttled',
};

describe('A call that is refused', () => {
  it('by any of the codes is in the table', () => {
    expect(Object.keys(calls)).toEqual(Object.keys(refusedCalls));
    expect(Object.keys(records)).toEqual(Object.keys(refusedRecords));
  });

  it.each(Object.entries(calls))('with %s is %s', async (detail, code) => {
    await session.check();
    const account = org.create('Account', { Name: 'Blue' });
    org.arm({ how: 'break', detail, route: '/query', times: null });
    await expect(session.read([{ recordType: 'Account', recordId: account }])).rejects.toMatchObject({ code });
    const { status, message, code: errorCode = detail } = refusedCalls[detail] ?? expect.fail(detail);
    const headers = { authorization: `Bearer ${usual.accessToken}` };
    const response = await fetch(`${served.url}/services/data/v66.0/query?q=SELECT+Id+FROM+Account`, { headers });
    expect([response.status, await response.json()]).toEqual([status, [{ errorCode, message }]]);
    // Of what may pass by itself the usual client says nothing: it asks again, for half a minute.
    if (status >= 500) return;
    await expect(usual.query('SELECT Id FROM Account')).rejects.toMatchObject({ errorCode, message });
  });
});

describe('A record that is refused', () => {
  it.each(Object.entries(records))('with %s is %s', async (detail, code) => {
    const recordId = org.create('Account', { Name: 'Blue' });
    org.arm({ how: 'reject', detail, times: null });
    const write = { recordType: 'Account', recordId, externalId: 'cus_01J00000000000000000000000' };
    const [result] = await session.write([{ ...write, idempotencyKey: 'k', stamp: 's', wire: { Name: 'Green' } }]);
    expect(result).toMatchObject({ outcome: 'refused', code, vendorCode: detail });
    const [told] = await usual.sobject('Account').update([{ Id: recordId, Name: 'Green' }]);
    expect(told).toMatchObject({
      success: false,
      errors: [{ statusCode: detail, message: refusedRecords[detail] }],
    });
    expect(org.rows('Account')[0]).toMatchObject({ Name: 'Blue' });
  });
});
