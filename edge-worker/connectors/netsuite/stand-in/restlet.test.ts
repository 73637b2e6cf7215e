// Our RESTlet as PROTOCOL.md has it: verbs, outcomes, governance, feeds.
import { beforeEach, describe, expect, test } from 'vitest';
import { Bench, type Json, listOf } from './testing.ts';

let bench: Bench;
let ids: { customer: string; job: string; employee: string };
beforeEach(() => {
  bench = new Bench();
  ids = bench.people();
});

const time = (serial: number, more: Json = {}) => ({
  type: 'timebill',
  externalid: `tim_${serial}`,
  id: null,
  values: { employee: ids.employee, customer: ids.job, trandate: '2026-11-20', hours: '1.33', rate: '150' },
  stamp: `rev-${serial}`,
  ...more,
});

const statusOf = (system: string) => ({ system, state: 'in-step', last: '2026-11-22T10:00:00.000Z', params: { a: 1 } });

const outcomes = (results: readonly Json[]) => results.map((each) => each['outcome']);

describe('apply', () => {
  test('creates by external id once, updates afterwards, and answers with the record as saved', async () => {
    const [created] = await bench.results({ verb: 'apply', records: [time(1)] });
    const id = String(created?.['id']);
    expect(created).toMatchObject({
      outcome: 'applied',
      created: true,
      record: {
        type: 'timebill',
        id,
        externalid: 'tim_1',
        lastmodified: '2026-11-22T10:00:00Z',
        values: { hours: '1.33', rate: '150', isbillable: true, memo: null, custcol_tieout_rev: 'rev-1' },
        sublists: {},
      },
    });
    const again = await bench.results({ verb: 'apply', records: [time(1), time(2, { id, externalid: null })] });
    expect(again).toMatchObject([
      { created: false, id },
      { created: false, id },
    ]);
    expect(bench.standIn.rows('timebill')).toHaveLength(1);
    const unknown = await bench.results({ verb: 'apply', records: [time(3, { id: '999999' })] });
    expect(unknown).toMatchObject([{ outcome: 'refused', code: 'NONEXISTENT_ID', field: null }]);
  });

  test('answers each record by itself: one refused does not touch its neighbours', async () => {
    const bad = time(2, { values: { employee: ids.employee } });
    const results = await bench.results({ verb: 'apply', records: [time(1), bad, time(3)] });
    expect(outcomes(results)).toEqual(['applied', 'refused', 'applied']);
    expect(results[1]).toMatchObject({
      code: 'USER_ERROR',
      message: 'Please enter value(s) for: Date, Duration.',
      field: 'trandate',
    });
  });

  test('replaces the lines of a sublist that is present, and leaves an absent one alone', async () => {
    const line = (item: string) => ({ item, quantity: '2', rate: '10.005' });
    const order = {
      type: 'salesorder',
      externalid: 'con_1',
      values: { entity: ids.customer },
      sublists: { item: [line('1'), line('2')] },
    };
    await bench.results({ verb: 'apply', records: [order] });
    const kept = { ...order, values: { memo: 'x' }, sublists: {} };
    const [left] = await bench.results({ verb: 'apply', records: [kept] });
    expect(left).toMatchObject({
      record: { values: { total: '40.02' }, sublists: { item: [{ line: '1' }, { line: '2' }] } },
    });
    const [replaced] = await bench.results({ verb: 'apply', records: [{ ...order, sublists: { item: [line('3')] } }] });
    expect(replaced).toMatchObject({ record: { sublists: { item: [{ line: '1', item: '3', amount: '20.01' }] } } });
  });

  test.each([
    ['a number for a figure', { hours: 1.33 }, 'hours'],
    ['a duration', { hours: '1:20' }, 'hours'],
    ['a letter for a flag', { isbillable: 'T' }, 'isbillable'],
    ['a day in another form', { trandate: '11/20/2026' }, 'tranDate'],
    ['a name that no field has', { hourz: '1' }, 'hourz'],
  ])('refuses %s', async (_, values, field) => {
    const [result] = await bench.results({
      verb: 'apply',
      records: [time(1, { values: { ...time(1).values, ...values } })],
    });
    expect(result).toMatchObject({ outcome: 'refused', code: 'INVALID_CONTENT', field: field.toLowerCase() });
  });

  test('takes and shows a customer address as fields of the record', async () => {
    const values = { companyname: 'Nord', subsidiary: '3', addr1: 'Kai 1', city: 'Hamburg', country: 'DE' };
    await bench.results({ verb: 'apply', records: [{ type: 'customer', externalid: 'cus_1', values }] });
    const moved = { type: 'customer', externalid: 'cus_1', values: { addr1: 'Kai 2' } };
    const [result] = await bench.results({ verb: 'apply', records: [moved] });
    expect(result).toMatchObject({ record: { values: { addr1: 'Kai 2', city: 'Hamburg' } } });
    expect(bench.row('customer', String(result?.['id']))['addressbook']).toMatchObject([
      { addr1: 'Kai 2', defaultbilling: true },
    ]);
  });

  test('writes status rows in the same call, with the id of the saved record', async () => {
    const statuses = [statusOf('psa'), statusOf('crm')];
    const [result] = await bench.results({ verb: 'apply', records: [time(1, { statuses })] });
    await bench.results({
      verb: 'apply',
      records: [time(1, { statuses: [{ ...statusOf('psa'), state: 'held' }] })],
    });
    const id = String(result?.['id']);
    expect(bench.standIn.rows('customrecord_tieout_status')).toMatchObject([
      {
        externalid: `timebill-${id}-psa`,
        custrecord_tieout_st_recid: id,
        custrecord_tieout_st_state: 'held',
        custrecord_tieout_st_params: '{"a":1}',
        custrecord_tieout_st_last: '2026-11-22T10:00:00Z',
      },
      { externalid: `timebill-${id}-crm`, custrecord_tieout_st_state: 'in-step' },
    ]);
  });

  test('has units for a hundred time entries with a status row each, and says what is left', async () => {
    const records = Array.from({ length: 100 }, (_, serial) => time(serial, { statuses: [statusOf('psa')] }));
    const reply = await bench.restlet({ v: 1, verb: 'apply', records });
    expect(outcomes(listOf(reply.json['results'])).every((each) => each === 'applied')).toBe(true);
    expect(reply.json['unitsLeft']).toBe(5000 - 20 - 100 * (10 + 20 + 10 + 6));
  });

  test('leaves the last records not attempted when its units run short', async () => {
    const statuses = [statusOf('a'), statusOf('b')];
    const records = Array.from({ length: 100 }, (_, serial) => time(serial, { statuses }));
    const results = await bench.results({ verb: 'apply', records });
    const attempted = outcomes(results).filter((each) => each === 'applied').length;
    expect(attempted).toBe(95);
    expect(results.slice(95)).toEqual(Array.from({ length: 5 }, () => ({ outcome: 'not-attempted' })));
    expect(bench.standIn.rows('timebill')).toHaveLength(95);
  });
});

describe('read and find', () => {
  test('give values as texts, with null for what is empty', async () => {
    const [job] = await bench.results({ verb: 'read', records: [{ type: 'job', id: ids.job }] });
    expect(job).toMatchObject({
      found: true,
      record: {
        type: 'job',
        id: ids.job,
        externalid: null,
        values: { companyname: 'Acme rollout', parent: ids.customer, enddate: null },
      },
    });
  });

  test('look for any field, giving none, one or several records for a key', async () => {
    const keys = [
      { type: 'job', field: 'externalid', value: 'none' },
      { type: 'job', field: 'parent', value: ids.customer },
      { type: 'job', field: 'companyname', value: 'Acme rollout' },
      { type: 'subsidiary', field: 'currency', value: '3' },
    ];
    const found = await bench.results({ verb: 'find', keys });
    expect(found.map((each) => listOf(each['records']).map(({ id }) => id))).toEqual([[], [ids.job], [ids.job], ['3']]);
  });
});

describe('changes', () => {
  const pageFrom = (since: string | null, afterId: string | null, limit = 500) =>
    bench.results({ verb: 'changes', type: 'customer', since, afterId, limit });

  test('come in the order of (last change, id), strictly after the place that is named', async () => {
    for (const name of ['A', 'B', 'C']) bench.standIn.create('customer', { companyName: name, subsidiary: '1' });
    bench.nowMs += 1000;
    bench.standIn.update('customer', ids.customer, { phone: '1' });
    const all = await pageFrom(null, null);
    expect(all.map(({ id }) => id)).toEqual(['104', '105', '106', ids.customer]);
    expect(all[0]).toEqual({ id: '104', lastmodified: '2026-11-22T10:00:00Z' });
    const rest = await pageFrom('2026-11-22T10:00:00Z', '105');
    expect(rest.map(({ id }) => id)).toEqual(['106', ids.customer]);
    expect(await pageFrom('2026-11-22T10:00:00Z', null, 1)).toHaveLength(1);
  });
});

describe('drain', () => {
  test('gives outbox rows in the order of ids, and marks what is confirmed', async () => {
    const rows = await bench.results({ verb: 'drain', after: null, limit: 2 });
    expect(rows).toEqual([
      { id: '1', type: 'customer', record: ids.customer, kind: 'changed', at: '2026-11-22T10:00:00.000Z' },
      { id: '2', type: 'job', record: ids.job, kind: 'changed', at: '2026-11-22T10:00:00.000Z' },
    ]);
    expect(await bench.results({ verb: 'drain', after: '2', limit: 500 })).toMatchObject([
      { id: '3', type: 'employee' },
    ]);
    const sent = bench.standIn.rows('customrecord_tieout_outbox').map((row) => row['custrecord_tieout_ob_sent']);
    expect(sent).toEqual([true, true, false]);
  });

  test('may give rows twice and out of order on a bad day', async () => {
    bench.standIn.arm({ how: 'duplicate-notices' });
    bench.standIn.arm({ how: 'shuffle-notices' });
    const rows = await bench.results({ verb: 'drain', after: null, limit: 500 });
    expect(rows).toHaveLength(6);
    expect(rows.map(({ id }) => id)).not.toEqual(['1', '1', '2', '2', '3', '3']);
  });
});

describe('describe, ping and status', () => {
  test('tell fields with their lists, the role with what it lacks, and take up to 200 statuses', async () => {
    const fields = await bench.results({ verb: 'describe', type: 'timebill' });
    expect(fields).toContainEqual({
      id: 'trandate',
      label: 'Date',
      type: 'date',
      mandatory: true,
      options: null,
      maxLength: null,
    });
    expect(fields.find(({ id }) => id === 'approvalstatus')?.['options']).toContainEqual({
      id: '3',
      label: 'Approved',
    });
    const salesOrder = await bench.results({ verb: 'describe', type: 'salesorder' });
    expect(salesOrder.find(({ id }) => id === 'currency')?.['options']).toContainEqual({
      id: '4',
      label: 'Japanese Yen',
    });
    bench.standIn.act('set-permission', { permission: 'TRAN_CUSTPYMT', level: 'NONE' });
    expect(await bench.results({ verb: 'ping' })).toMatchObject([
      { account: '1234567_SB1', environment: 'sandbox', permissions: { LIST_JOB: 'EDIT' }, missing: ['TRAN_CUSTPYMT'] },
    ]);
    const status = { type: 'job', id: ids.job, ...statusOf('psa') };
    expect(await bench.results({ verb: 'status', statuses: [status, { ...status, type: 'nonsense' }] })).toMatchObject([
      { outcome: 'applied' },
      { outcome: 'refused', code: 'NOT_FOUND' },
    ]);
  });

  test.each([
    ['no JSON', 'nonsense'],
    ['another version', { v: 2, verb: 'ping' }],
    ['an unknown verb', { v: 1, verb: 'nonsense' }],
    [
      'too many records',
      { v: 1, verb: 'read', records: Array.from({ length: 101 }, () => ({ type: 'job', id: '1' })) },
    ],
  ])('a request with %s is answered 400', async (_, body) => {
    const reply = await bench.restlet(body);
    expect(reply.status).toBe(400);
    expect(reply.json).toMatchObject({ error: { code: 'INVALID_REQUEST' } });
  });

  test('the door itself wants its script, POST and JSON', async () => {
    const Authorization = `Bearer ${await bench.token('restlets')}`;
    const path = '/app/site/hosting/restlet.nl';
    const ours = `${path}?script=customscript_tieout_rl_api&deploy=customdeploy_tieout_rl_api`;
    expect((await bench.call('POST', `${path}?script=1&deploy=1`, {}, { Authorization })).status).toBe(400);
    const typed = await bench.call('POST', ours, '{}', { Authorization, 'Content-Type': 'text/plain' });
    expect(typed.status).toBe(415);
    expect(typed.text).toMatch(/^\{"error" : \{"code" : "SSS_INVALID/);
  });
});
