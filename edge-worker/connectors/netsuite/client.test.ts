// The session against NetSuite's stand-in: batches, governance, statuses, echoes, billing, refusals, logins.
import { describe, expect, test } from 'vitest';
import { entities } from '../../../shared/entities/_registry.ts';
import type { ShownStatus } from '../../../shared/wire/status.ts';
import { Clock, chanceOf, connectOptions } from '../../../test/support/options.ts';
import { standIns } from '../../../test/support/stand-ins.ts';
import { fromWire, mapOf, toWire } from '../../../test/support/wire.ts';
import { readPath } from '../codecs.ts';
import type { Session, Snapshot, Write } from '../connector.ts';
import { netsuite } from './index.ts';
import { scheduleLines } from './schedule.ts';
import { invoiceLines, rateCardLines } from './values.ts';

type Kind = 'customer' | 'project' | 'contract' | 'time';

const status: ShownStatus = {
  state: 'in-step',
  reason: null,
  params: { rate: '185' },
  system: 'psa',
  counterpart: '9001',
  link: 'https://psa.example/9001',
  lastMs: Date.UTC(2026, 10, 22, 10, 15),
  nextMs: null,
  owner: null,
  amounts: null,
};

class World {
  readonly clock = new Clock();
  readonly vendor = standIns['netsuite']!({
    baseUrl: 'http://127.0.0.1:9100',
    nowMs: this.clock.nowMs,
    chance: chanceOf(1),
    sleep: async (ms) => this.clock.advance(ms),
    send: async () => new Response(null, { status: 202 }),
  });
  readonly options = connectOptions(this.vendor, this.clock.nowMs);
  readonly session: Session = netsuite.connect(this.options);
  #serial = 0;

  write(kind: Kind, fields: Readonly<Record<string, unknown>>, more: Partial<Write> = {}): Write {
    const serial = String(++this.#serial);
    const { prefix, example } = entities[kind];
    const externalId = `${prefix}_01JTEST${serial.padStart(19, '0')}`;
    const named = 'name' in example ? { name: `${example.name} ${serial}` } : {};
    return {
      recordType: mapOf(netsuite, kind).recordType,
      recordId: null,
      externalId,
      idempotencyKey: `create-${externalId}`,
      wire: toWire(mapOf(netsuite, kind), { ...example, ...named, ...fields }),
      stamp: `stamp-${serial}`,
      ...more,
    };
  }

  async apply(kind: Kind, fields: Readonly<Record<string, unknown>>, more: Partial<Write> = {}): Promise<Snapshot> {
    const [result] = await this.session.write([this.write(kind, fields, more)]);
    if (result?.outcome !== 'applied') return expect.fail(JSON.stringify(result));
    return result.snapshot;
  }

  /** A project with a person to work on it. */
  async project() {
    const { recordId: customer } = await this.apply('customer', {});
    const { recordId: project } = await this.apply('project', { customer });
    const person = { firstname: 'Ines', lastname: 'Carvalho', email: 'ines@northwind.example', subsidiary: '3' };
    return { customer, project, resource: this.vendor.create('employee', person) };
  }

  refused(write: Write) {
    return this.session.write([write]).then(([result]) => (result?.outcome === 'refused' ? result : expect.fail()));
  }
}

describe('time entries', () => {
  test('go a hundred a call, and those that governance left over are told apart from those refused', async () => {
    const world = new World();
    const refs = await world.project();
    const calls = world.options.counts.calls;
    const statuses = [status, { ...status, system: 'crm' }];
    const writes = Array.from({ length: 100 }, () => world.write('time', refs, { statuses }));
    const first = await world.session.write(writes);
    expect(world.options.counts.calls).toBe(calls + 1);
    const left = writes.filter((_, index) => first[index]?.outcome === 'not-attempted');
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(20);
    const second = await world.session.write(left);
    expect(new Set(second.map((result) => result.outcome))).toEqual(new Set(['applied']));
    expect(world.vendor.rows('timebill')).toHaveLength(100);
  });

  test('take their status rows with them, under the id that they are given', async () => {
    const world = new World();
    const { recordId } = await world.apply('time', await world.project(), { statuses: [status] });
    expect(world.vendor.rows('customrecord_tieout_status')).toMatchObject([
      {
        externalid: `timebill-${recordId}-psa`,
        custrecord_tieout_st_state: 'in-step',
        custrecord_tieout_st_params: '{"rate":"185"}',
        custrecord_tieout_st_last: '2026-11-22T10:15:00Z',
      },
    ]);
  });

  test('that the hub writes are no news, but a colleague who edits one is heard', async () => {
    const world = new World();
    const { recordId } = await world.apply('time', await world.project());
    const quiet = await world.session.changes('outbox', null);
    expect(quiet.notices.filter((notice) => notice.recordType === 'timebill')).toEqual([]);
    world.vendor.update('timebill', recordId, { memo: 'Edited by finance' });
    const { notices } = await world.session.changes('outbox', quiet.cursor);
    expect(notices).toMatchObject([{ recordType: 'timebill', recordId, kind: 'changed' }]);
  });

  test('once billed are lines of the invoice, and say so themselves', async () => {
    const world = new World();
    const refs = await world.project();
    const { recordId } = await world.apply('time', refs);
    const invoice = String(world.vendor.act('bill', { job: refs.project, date: '2026-11-30' }));
    const [billed, read] = await world.session.read([
      { recordType: 'timebill', recordId },
      { recordType: 'invoice', recordId: invoice },
    ]);
    expect(billed?.found === 'here' && billed.snapshot.wire['values']).toMatchObject({ billed: true });
    if (read?.found !== 'here') return expect.fail();
    expect(invoiceLines.decode(read.snapshot.wire['sublists'], read.snapshot.wire)).toMatchObject([
      { line: `time-${recordId}`, time: recordId, quantity: '7.5', rate: '185', amount: { amountMinor: '138750' } },
    ]);
    const change = world.write('time', { ...refs, hours: '8' }, { recordId });
    expect(await world.refused(change)).toMatchObject({ code: 'rejected', vendorCode: 'USER_ERROR' });
  });

  test('for a closed period are refused by their date, and taken once it is open again', async () => {
    const world = new World();
    const refs = await world.project();
    world.vendor.act('close-period', { period: '2026-11' });
    const write = world.write('time', refs);
    expect(await world.refused(write)).toMatchObject({ code: 'rejected', fields: ['values.trandate'] });
    world.vendor.act('open-period', { period: '2026-11' });
    expect((await world.session.write([write]))[0]?.outcome).toBe('applied');
  });
});

describe('refusals', () => {
  test('of one record leave the others of the call alone, whoever refuses it', async () => {
    const world = new World();
    const good = world.write('customer', {});
    const unnamed = world.write('customer', { currency: 'CHF' });
    const twin = { ...world.write('customer', {}), wire: good.wire };
    const results = await world.session.write([unnamed, good, twin]);
    expect(results).toMatchObject([
      { outcome: 'refused', code: 'orphaned', fields: ['values.currency'] },
      { outcome: 'applied' },
      { outcome: 'refused', code: 'rejected', message: 'This entity already exists.' },
    ]);
  });

  test('for want of a permission name the record, and the check names the permission', async () => {
    const world = new World();
    world.vendor.act('set-permission', { permission: 'LIST_CUSTJOB', level: 'NONE' });
    const refused = await world.refused(world.write('customer', {}));
    expect(refused).toMatchObject({ code: 'rejected', vendorCode: 'INSUFFICIENT_PERMISSION' });
    expect((await world.session.check()).missing).toEqual(['LIST_CUSTJOB']);
  });

  test('for want of a slot are the vendor asking us to slow down', async () => {
    const world = new World();
    await world.session.check();
    world.vendor.act('hold-slots', { count: 5 });
    await expect(world.session.check()).rejects.toMatchObject({
      code: 'throttled',
      vendorCode: 'SSS_REQUEST_LIMIT_EXCEEDED',
    });
  });

  test('of the login end in one new token and no more', async () => {
    const world = new World();
    await world.session.check();
    world.vendor.arm({ how: 'expire-token' });
    await world.session.check();
    expect(world.options.counts.tokensMinted).toBe(2);
    world.vendor.arm({ how: 'revoke', times: null });
    await expect(world.session.check()).rejects.toMatchObject({ code: 'unauthorised', vendorCode: 'invalid_grant' });
  });
});

test('A contract is a sales order of its rate card and its instalments, and is found with both apart', async () => {
  const world = new World();
  const refs = await world.project();
  const write = world.write('contract', refs);
  await world.session.write([write]);
  const [order] = world.vendor.rows('salesorder');
  expect(order).toMatchObject({ total: '60125.00', otherrefnum: 'PO-7731' });
  expect(order?.['item']).toMatchObject([{ rate: '185' }, { rate: '142.5' }, { rate: '12000', quantity: '1' }]);
  const [found] = await world.session.find([{ recordType: 'salesorder', field: null, value: write.externalId }]);
  const lines = rateCardLines.decode(readPath(found?.[0]?.wire, 'sublists.item'), {});
  expect(lines).toEqual(entities.contract.example.rateCard);
  const wire = found?.[0]?.wire ?? {};
  expect(scheduleLines.decode(readPath(wire, 'sublists.schedule'), wire)).toEqual(
    entities.contract.example.billingSchedule,
  );
});

/** People of the ledger as they are read; each is hired with what is said of them. */
async function hired(access: 'suiteapp' | 'rest', people: readonly object[]) {
  const world = new World();
  const settings = { ...(world.options.settings as object), access };
  const session = netsuite.connect({ ...world.options, settings });
  const ids = people.map((more, n) =>
    world.vendor.create('employee', { firstname: `Ines ${n}`, lastname: 'Carvalho', subsidiary: '3', ...more }),
  );
  const read = await session.read(ids.map((recordId) => ({ recordType: 'employee', recordId })));
  return read.map((result) => (result.found === 'here' ? result.snapshot.wire : {}));
}

test.each(['suiteapp', 'rest'] as const)(
  'What an hour of a person costs is read with the currency of who employs them, through %s',
  async (access) => {
    const people = await hired(access, [{ laborcost: '85.5' }, { laborcost: '92.25', subsidiary: '2' }, {}]);
    const told = people.map((wire) => [Number(readPath(wire, 'values.laborcost') ?? 0), wire['costcurrency']]);
    expect(told).toEqual([
      [85.5, 'EUR'],
      [92.25, 'GBP'],
      [0, null],
    ]);
  },
);

test.each(['suiteapp', 'rest'] as const)(
  'From when until when somebody works here is read as days, through %s',
  async (access) => {
    const gone = { hiredate: '2024-03-01', releasedate: '2026-11-06', isinactive: true };
    const people = await hired(access, [gone, {}]);
    const told = people.map((wire) => fromWire(mapOf(netsuite, 'resource'), wire));
    expect(told).toMatchObject([
      { joinedOn: '2024-03-01', leftOn: '2026-11-06', isActive: false },
      { joinedOn: null, leftOn: null, isActive: true },
    ]);
  },
);

test('A sandbox copied from production is not taken for it, though its credentials were good', async () => {
  const world = new World();
  const { options } = world;
  const production = netsuite.connect({ ...options, environment: 'production' });
  await expect(production.check()).rejects.toMatchObject({ code: 'unauthorised' });
  const elsewhere = netsuite.connect({ ...options, account: '7654321' });
  await expect(elsewhere.check()).rejects.toMatchObject({ code: 'unauthorised' });
});
