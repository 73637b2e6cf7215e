// The verbs that read, of the built RESTlet. Where the stand-in has the same verb, both must answer the same.
import { beforeEach, describe, expect, test } from 'vitest';
import { integrationRole } from './account.ts';
import { BothSides, type Json, statusOf } from './both-sides.ts';
import { callRestlet } from './runs.ts';

let sides: BothSides;
beforeEach(async () => {
  sides = await BothSides.open();
});

describe('read, find and changes', () => {
  test('give values as texts, with null for what is empty, and whether a missing record was deleted', async () => {
    sides.bench.standIn.update('job', sides.job, { comments: 'x' });
    sides.account.save('job', sides.job, { comments: 'x' });
    await sides.both({
      verb: 'read',
      records: [
        { type: 'job', id: sides.job },
        { type: 'job', id: '999' },
      ],
    });
    sides.bench.standIn.remove('job', sides.job);
    sides.account.remove('job', sides.job);
    const gone = await sides.both({ verb: 'read', records: [{ type: 'job', id: sides.job }] });
    expect(gone).toEqual([{ found: false, deleted: true }]);
  });

  test('look for any field, giving none, one or several records for a key', async () => {
    await sides.both({
      verb: 'find',
      keys: [
        { type: 'job', field: 'externalid', value: 'none' },
        { type: 'job', field: 'parent', value: sides.customer },
        { type: 'job', field: 'companyname', value: 'Acme rollout' },
        { type: 'subsidiary', field: 'currency', value: '3' },
      ],
    });
    const hostile = sides.call({ verb: 'find', keys: [{ type: 'job', field: "id = 1 OR 'a'", value: 'a' }] });
    expect(hostile).toMatchObject({ status: 400, json: { error: { code: 'INVALID_CONTENT' } } });
  });

  test('come in the order of (last change, id), strictly after the place that is named', async () => {
    for (const name of ['A', 'B', 'C']) {
      sides.bench.standIn.create('customer', { companyName: name, subsidiary: '1' });
      sides.account.save('customer', null, { companyname: name, subsidiary: '1' });
    }
    sides.bench.nowMs += 1000;
    sides.account.nowMs += 1000;
    sides.bench.standIn.update('customer', sides.customer, { phone: '1' });
    sides.account.save('customer', sides.customer, { phone: '1' });
    const places: readonly (readonly [string | null, string | null])[] = [
      [null, null],
      ['2026-11-22T10:00:00Z', '105'],
      ['2026-11-22T10:00:00Z', null],
      ['2026-11-22T09:59:59.999Z', null],
      ['2026-11-22T10:00:00.500Z', null],
    ];
    for (const [since, afterId] of places) {
      await sides.both({ verb: 'changes', type: 'customer', since, afterId, limit: 500 });
    }
  });

  test('of transactions tell one type from another that shares its table', async () => {
    const request = {
      verb: 'apply',
      records: [{ type: 'salesorder', externalid: 'con_1', values: { entity: sides.customer } }],
    };
    sides.results(request);
    await sides.bench.results(request);
    expect(await sides.both({ verb: 'changes', type: 'salesorder', since: null, afterId: null })).toHaveLength(1);
    expect(await sides.both({ verb: 'changes', type: 'invoice', since: null, afterId: null })).toHaveLength(0);
  });

  test('hold in an account whose SuiteQL speaks in another zone', () => {
    sides.account.sqlOffsetMs = -8 * 3_600_000;
    const all = sides.results({ verb: 'changes', type: 'job', since: '2026-11-22T09:59:00Z', afterId: null });
    expect(all).toEqual([{ id: sides.job, lastmodified: '2026-11-22T10:00:00Z' }]);
    expect(sides.results({ verb: 'changes', type: 'job', since: '2026-11-22T10:00:01Z', afterId: null })).toEqual([]);
  });
});

describe('drain, describe, ping and status', () => {
  test('drain gives waiting rows in the order of ids, and marks what is confirmed', () => {
    for (const comments of ['a', 'b', 'c']) sides.account.save('job', sides.job, { comments });
    const rows = sides.results({ verb: 'drain', after: null, limit: 2 });
    expect(rows[1]).toEqual({
      id: String(rows[1]?.['id']),
      type: 'job',
      record: sides.job,
      kind: 'changed',
      at: '2026-11-22T10:00:00.000Z',
    });
    const rest = sides.results({ verb: 'drain', after: rows[1]?.['id'], limit: 500 });
    expect(rest).toHaveLength(sides.outbox().length - 2);
    expect(sides.outbox().filter((row) => row['custrecord_tieout_ob_sent'] === true)).toHaveLength(2);
  });

  test('drain confirms as many rows as it has units for, and the rest at the next call', () => {
    for (let row = 0; row < 3000; row++)
      sides.account.save('job', sides.job, { comments: `${row}` }, { context: 'CSVIMPORT' });
    const after = sides.outbox().at(-1)?.id;
    expect(sides.results({ verb: 'drain', after, limit: 1 })).toHaveLength(0);
    sides.results({ verb: 'drain', after, limit: 1 });
    expect(sides.outbox().filter((row) => row['custrecord_tieout_ob_sent'] !== true)).toHaveLength(0);
  });

  test('describe tells fields with labels and lists, and a list of records as a reference without options', () => {
    const fields = sides.results({ verb: 'describe', type: 'timebill' });
    const date = { id: 'trandate', label: 'Date', type: 'date', mandatory: true, options: null, maxLength: null };
    expect(fields).toContainEqual(date);
    expect(fields.find(({ id }) => id === 'approvalstatus')?.['options']).toContainEqual({
      id: '3',
      label: 'Approved',
    });
    expect(fields.find(({ id }) => id === 'employee')).toMatchObject({ type: 'select', options: null });
    const customer = sides.results({ verb: 'describe', type: 'customer' });
    expect(customer.find(({ id }) => id === 'city')).toMatchObject({ type: 'text' });
  });

  test('ping tells account and role, and misses nothing of what the shipped role holds', () => {
    expect(sides.results({ verb: 'ping' })).toMatchObject([
      {
        account: '1234567_SB1',
        environment: 'sandbox',
        role: integrationRole,
        permissions: { LIST_JOB: 'EDIT' },
        missing: [],
      },
    ]);
    const [reply] = sides.results({ verb: 'ping' });
    const shipped = [...sides.account.project.rightsOf(integrationRole).keys()].filter(
      (name) => !name.startsWith('custom'),
    );
    expect(Object.keys(reply?.['permissions'] as Json).sort()).toEqual(shipped.sort());
  });

  test('status takes up to two hundred rows, each answered by itself', async () => {
    const status = { type: 'job', id: sides.job, ...statusOf('psa') };
    await sides.both({ verb: 'status', statuses: [status, { ...status, type: 'nonsense' }] });
    const many = Array.from({ length: 200 }, (_, at) => ({ ...status, id: String(at) }));
    expect(sides.results({ verb: 'status', statuses: many }).every(({ outcome }) => outcome === 'applied')).toBe(true);
  });

  test.each([
    ['another version', { v: 2, verb: 'ping' }],
    ['an unknown verb', { v: 1, verb: 'constructor' }],
    [
      'too many records',
      { v: 1, verb: 'read', records: Array.from({ length: 101 }, () => ({ type: 'job', id: '1' })) },
    ],
    ['no object', []],
  ])('a request with %s is answered 400', (_, request) => {
    expect(callRestlet(sides.account, request)).toMatchObject({
      status: 400,
      json: { error: { code: 'INVALID_REQUEST' } },
    });
  });
});
