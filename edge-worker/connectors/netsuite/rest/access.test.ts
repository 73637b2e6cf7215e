// Access without our SuiteApp, where it differs from the RESTlet: what the vendor's interfaces would change is refused,
// what is not ours stays, and many flat records are one query.
import { describe, expect, test } from 'vitest';
import { Clock, chanceOf, connectOptions } from '../../../../test/support/options.ts';
import type { Write } from '../../connector.ts';
import { netsuite } from '../index.ts';
import { standIn as newAccount } from '../stand-in.ts';

function open() {
  const clock = new Clock();
  const account = newAccount({
    baseUrl: 'http://127.0.0.1:9100',
    nowMs: clock.nowMs,
    chance: chanceOf(3),
    sleep: async (ms) => clock.advance(ms),
    send: async () => new Response(null, { status: 503 }),
  });
  const options = connectOptions(account, clock.nowMs);
  const settings = {
    ...account.connection.settings,
    access: 'rest',
    serviceItems: { 'Senior Consultant': '1', '*': '2' },
  };
  return { clock, account, options, session: netsuite.connect({ ...options, settings }) };
}
type Account = ReturnType<typeof open>['account'];

let serial = 0;

function write(recordType: string, wire: Write['wire'], recordId: string | null = null): Write {
  const externalId = `x_${String(++serial).padStart(8, '0')}`;
  return { recordType, recordId, externalId, idempotencyKey: externalId, stamp: externalId, wire };
}

function projectIn(account: Account) {
  const customer = account.create('customer', { companyName: 'Lakeside Hospital', subsidiary: '3', currency: '3' });
  const job = account.create('job', { companyName: 'Data platform', parent: customer, subsidiary: '3' });
  const employee = account.create('employee', { firstName: 'Ines', lastName: 'Carvalho', subsidiary: '3' });
  return { customer, job, employee };
}

const entry = (job: string, employee: string, more: object = {}) => ({
  ...{ customer: job, employee, trandate: '2026-11-03', hours: '7.5', rate: '185', overriderate: true },
  ...{ custcol_tieout_role: 'Senior Consultant', approvalstatus: '3', isbillable: true, ...more },
});

describe('Without our SuiteApp', () => {
  test('a hundred entries are read by one query, with role and currency, which no field of ours tells', async () => {
    const { account, options, session } = open();
    const { job, employee } = projectIn(account);
    const typed = { customer: job, employee, tranDate: '2026-11-03', hours: '1:20', item: '1', rate: 185 };
    const refs = Array.from({ length: 100 }, () => ({
      recordType: 'timebill',
      recordId: account.create('timebill', typed),
    }));
    await session.read(refs.slice(0, 1));
    const before = options.counts.calls;
    const [read] = await session.read(refs);
    expect(options.counts.calls - before).toBe(1);
    const values = read?.found === 'here' ? read.snapshot.wire['values'] : {};
    expect(values).toMatchObject({ custcol_tieout_role: 'Senior Consultant', custcol_tieout_currency: 'EUR' });
  });

  test('what its interface would change without a word is refused by name, and the others are saved', async () => {
    const { account, session } = open();
    const { job, employee } = projectIn(account);
    const values = [entry(job, employee), entry(job, employee, { hours: '1.33' })];
    const long = write('job', { values: { companyname: 'Long', estimatedrevenue: '12345678901234.56' } }, job);
    const results = await session.write([...values.map((one) => write('timebill', { values: one })), long]);
    expect(results.map((one) => one.outcome)).toEqual(['applied', 'refused', 'refused']);
    expect(results[1]).toMatchObject({ code: 'rejected', fields: ['values.hours'] });
    expect(results[2]).toMatchObject({ code: 'rejected', fields: ['values.estimatedrevenue'] });
    expect(account.rows('timebill').map((row) => [row['hours'], row['rate']])).toEqual([['7.5', '185']]);
  });

  test('a new address changes the default billing address, and no other', async () => {
    const { account, session } = open();
    const { customer } = projectIn(account);
    const own = { addr1: 'Kai 4', city: 'Hamburg', zip: '20457', country: 'DE' };
    const warehouse = { addr1: 'Hafen 1', city: 'Bremen', country: { id: 'DE' } };
    account.update('customer', customer, {
      addressBook: {
        items: [
          { line: 1, defaultShipping: true, addressBookAddress: warehouse },
          { line: 2, defaultBilling: true, addressBookAddress: { ...own, country: { id: 'DE' } } },
        ],
      },
    });
    const [saved] = await session.write([write('customer', { values: { ...own, city: 'Altona' } }, customer)]);
    expect(saved).toMatchObject({
      outcome: 'applied',
      snapshot: { wire: { values: { city: 'Altona', zip: '20457' } } },
    });
    const lines = account.rows('customer').find((row) => row.id === customer)?.['addressbook'];
    expect(lines).toMatchObject([{ city: 'Bremen' }, { city: 'Altona', addr1: 'Kai 4' }]);
  });

  test('a call that fails half-way answers for what was saved, and leaves the rest for the next round', async () => {
    const { account, session } = open();
    const { job, employee } = projectIn(account);
    await session.check();
    const writes = [1, 2, 3].map((day) =>
      write('timebill', { values: entry(job, employee, { trandate: `2026-11-0${day}` }) }),
    );
    await session.write(writes.slice(0, 1));
    account.arm({ how: 'throttle', route: `^PUT .*${writes[2]?.externalId}$` });
    const results = await session.write(writes);
    expect(results.map((one) => one.outcome)).toEqual(['applied', 'applied', 'not-attempted']);
    expect(results.map((one) => one.outcome === 'applied' && one.created)).toEqual([false, true, false]);
    expect((await session.write(writes)).map((one) => one.outcome)).toEqual(['applied', 'applied', 'applied']);
    expect(account.rows('timebill')).toHaveLength(3);
  });

  test('an account whose queries speak in another zone is swept to the second all the same', async () => {
    const { account, session, clock } = open();
    account.act('set-timezone', { offsetMinutes: -480 });
    const { job } = projectIn(account);
    const { notices } = await session.changes('job', null);
    expect(notices).toMatchObject([{ recordId: job, occurredAtMs: Math.floor(clock.ms / 1000) * 1000 }]);
  });

  test('types that the role does not see are named', async () => {
    const { account, session } = open();
    account.act('set-permission', { permission: 'TRAN_CUSTINVC', level: 'NONE' });
    expect(await session.check()).toEqual({ account: '1234567_SB1', missing: ['read:invoice'] });
  });

  test('no page is shown anything and no outbox is asked: both are in our package', () => {
    const { account, session } = open();
    const { limits, feeds } = netsuite.variation?.({ ...account.connection.settings, access: 'rest' }) ?? {};
    expect([session.showStatus, limits?.statusBatchMax]).toEqual([undefined, 0]);
    expect(feeds?.map(({ name }) => name)).not.toContain('outbox');
  });
});
