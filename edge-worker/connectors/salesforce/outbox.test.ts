// Draining the outbox of an org: each row once, late ones too, nothing that is none of ours, and old rows cleared away.
import { describe, expect, test } from 'vitest';
import { Clock, chanceOf, connectOptions } from '../../../test/support/options.ts';
import type { Notice, Session } from '../connector.ts';
import type { StandIn } from '../stand-in.ts';
import { salesforce } from './index.ts';
import { standIn } from './stand-in.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

function open(): { readonly clock: Clock; readonly org: StandIn; readonly session: Session; readonly start: string } {
  const clock = new Clock();
  const sleep = async (ms: number) => clock.advance(ms);
  const send = async () => new Response(null, { status: 503 });
  const org = standIn({ baseUrl: 'https://acme.example', nowMs: clock.nowMs, chance: chanceOf(7), sleep, send });
  const start = salesforce.feeds.find((feed) => feed.name === 'outbox')?.startAt(clock.ms) ?? '';
  return { clock, org, session: salesforce.connect(connectOptions(org, clock.nowMs)), start };
}

function account(org: StandIn, name = 'Harbour & Pine'): string {
  return org.create('Account', { Name: name, CurrencyIsoCode: 'EUR' });
}

async function drain(session: Session, cursor: string): Promise<{ notices: Notice[]; cursor: string }> {
  const notices: Notice[] = [];
  let at = cursor;
  for (;;) {
    const page = await session.changes('outbox', at);
    notices.push(...page.notices);
    at = page.cursor;
    if (!page.hasMore) return { notices, cursor: at };
  }
}

describe('the outbox', () => {
  test('tells each row once, though its overlap is read again and again', async () => {
    const { clock, org, session, start } = open();
    let { cursor } = await drain(session, start);
    const told: string[] = [];
    for (let round = 0; round < 30; round++) {
      if (round < 3) account(org);
      clock.advance(minuteMs);
      const page = await drain(session, cursor);
      told.push(...page.notices.map((notice) => notice.recordId));
      ({ cursor } = page);
    }
    expect(told).toEqual(org.rows('Account').map((row) => row.id));
    expect(cursor.length).toBeLessThan(600);
  });

  test('tells each row of a package that was installed anew, though its numbers begin at one again', async () => {
    const { clock, org, session, start } = open();
    for (const name of ['One', 'Two', 'Three']) account(org, name);
    const { cursor } = await drain(session, start);
    clock.advance(minuteMs);
    org.act('uninstall', {});
    await expect(drain(session, cursor)).rejects.toMatchObject({
      code: 'unauthorised',
      message: expect.stringContaining('install it again'),
    });
    org.act('reinstall', {});
    org.act('admitApp', { admitted: true });
    const user = org.rows('User').find((row) => String(row['Username']).startsWith('integration@'))?.id;
    const set = org.rows('PermissionSet').find((row) => row['Name'] === 'tieout__Tieout_Integration')?.id;
    org.create('PermissionSetAssignment', { AssigneeId: user, PermissionSetId: set });
    clock.advance(minuteMs);
    const anew = [account(org, 'Four'), account(org, 'Five')];
    const next = await drain(session, cursor);
    expect(next.notices.map((notice) => notice.recordId)).toEqual(anew);
    expect((await drain(session, next.cursor)).notices).toEqual([]);
  });

  test('still tells a row that was committed late', async () => {
    const { clock, org, session, start } = open();
    account(org, 'On time');
    const { cursor } = await drain(session, start);
    org.arm({ how: 'clock-skew', delayMs: -10 * minuteMs, times: null });
    const late = account(org, 'Late');
    org.disarm('clock-skew');
    clock.advance(minuteMs);
    const { notices } = await drain(session, cursor);
    expect(notices.map((notice) => notice.recordId)).toEqual([late]);
  });

  test('passes on what people ask for, and nothing that is none of ours', async () => {
    const { clock, org, session, start } = open();
    const recordId = account(org);
    const { cursor } = await drain(session, start);
    const row = (Kind__c: string, Object_Name__c: string, Record_Id__c: string) =>
      org.create('tieout__Outbox__c', { Kind__c, Object_Name__c, Record_Id__c });
    row('SYNC_NOW', 'Account', recordId);
    row('CHECK', 'Account', recordId);
    row('CONNECT', 'Account', recordId);
    expect(() => row('RELEASE', 'Account', recordId)).toThrow('bad value for restricted picklist');
    row('CHANGED', 'User', recordId);
    row('CHANGED', 'Account', "' OR Id !='");
    org.remove('Account', recordId);
    clock.advance(minuteMs);
    const { notices } = await drain(session, cursor);
    expect(notices.map((notice) => notice.kind)).toEqual(['sync-now', 'check', 'deleted']);
  });

  test('is cleared of rows a week after they were told, 200 at a time', async () => {
    const { clock, org, session, start } = open();
    for (let count = 0; count < 250; count++) account(org);
    clock.advance(minuteMs);
    account(org, 'The newest, by which the hub knows how far it came');
    let { cursor } = await drain(session, start);
    clock.advance(8 * dayMs);
    const sizes: number[] = [];
    for (let round = 0; round < 3; round++) {
      ({ cursor } = await drain(session, cursor));
      sizes.push(org.rows('tieout__Outbox__c').length);
      clock.advance(2 * minuteMs);
    }
    expect(sizes).toEqual([51, 1, 1]);
    const deletions = org.calls().filter((call) => call.route.startsWith('DELETE'));
    expect(deletions.map((call) => call.count)).toEqual([2]);
  });
});
