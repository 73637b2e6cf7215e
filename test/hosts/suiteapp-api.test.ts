// The verb of the built RESTlet that writes, called over HTTP by the integration in the role that the package brings.
import { beforeEach, describe, expect, test } from 'vitest';
import { type Json, listOf } from '../../edge-worker/connectors/netsuite/stand-in/testing.ts';
import { Office, statusOf } from './office.ts';

let office: Office;
beforeEach(() => {
  office = new Office();
});

const apply = (...records: readonly Json[]) => office.results({ verb: 'apply', records });
const outcomes = (results: readonly Json[]) => results.map((each) => each['outcome']);

describe('apply', () => {
  test('creates by external id once, updates afterwards, and answers with the record as saved', async () => {
    const [created] = await apply(office.time(1));
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
    expect(await apply(office.time(1), office.time(2, { id, externalid: null }))).toMatchObject([
      { created: false, id },
      { created: false, id },
    ]);
    expect(office.standIn.rows('timebill')).toHaveLength(1);
    const unknown = await apply(office.time(3, { id: '999999' }));
    expect(unknown).toMatchObject([{ outcome: 'refused', code: 'NONEXISTENT_ID', field: null }]);
  });

  test('writes no outbox row for what it wrote', async () => {
    await apply(office.time(1), office.time(2));
    await apply(office.time(1, { stamp: 'rev-again' }));
    expect(office.outbox()).toEqual([]);
  });

  test('answers each record by itself: one refused does not touch its neighbours', async () => {
    const bad = office.time(2, { values: { trandate: null, hours: null } });
    const results = await apply(office.time(1), bad, office.time(3));
    expect(outcomes(results)).toEqual(['applied', 'refused', 'applied']);
    expect(results[1]).toMatchObject({
      code: 'USER_ERROR',
      message: 'Please enter value(s) for: Date, Duration.',
      field: 'trandate',
    });
  });

  test('replaces the lines of a sublist that is present, and leaves an absent one alone', async () => {
    const line = (item: string) => ({ item, quantity: '2', rate: '10.005' });
    const order = { type: 'salesorder', externalid: 'con_1', values: { entity: office.customer } };
    await apply({ ...order, sublists: { item: [line('1'), line('2')] } });
    const [left] = await apply({ ...order, values: { memo: 'x' }, sublists: {} });
    expect(left).toMatchObject({
      record: { values: { total: '40.02' }, sublists: { item: [{ line: '1' }, { line: '2' }] } },
    });
    const [replaced] = await apply({ ...order, sublists: { item: [line('3')] } });
    expect(replaced).toMatchObject({ record: { sublists: { item: [{ line: '1', item: '3', amount: '20.01' }] } } });
  });

  test.each([
    ['a number for a figure', { hours: 1.33 }, 'hours'],
    ['a duration', { hours: '1:20' }, 'hours'],
    ['a letter for a flag', { isbillable: 'T' }, 'isbillable'],
    ['a name that no field has', { hourz: '1' }, 'hourz'],
    ['a day in another form', { trandate: '11/20/2026' }, 'trandate'],
    ['a day that is none', { trandate: '2026-02-30' }, 'trandate'],
    ['a figure too long to be kept exactly', { rate: '1234567890.1234567' }, 'rate'],
  ])('refuses %s', async (_, values, field) => {
    const results = await apply(office.time(1, { values: { ...values } }));
    expect(results).toMatchObject([{ outcome: 'refused', code: 'INVALID_CONTENT', field }]);
  });

  test('takes and shows a customer address as fields of the record', async () => {
    const values = { companyname: 'Nord', subsidiary: '3', addr1: 'Kai 1', city: 'Hamburg', country: 'DE' };
    await apply({ type: 'customer', externalid: 'cus_1', values });
    const [moved] = await apply({ type: 'customer', externalid: 'cus_1', values: { addr1: 'Kai 2' } });
    expect(moved).toMatchObject({ record: { values: { addr1: 'Kai 2', city: 'Hamburg' } } });
    expect(office.row('customer', String(moved?.['id']))['addressbook']).toMatchObject([
      { addr1: 'Kai 2', defaultbilling: true },
    ]);
  });

  test('writes status rows in the same call, one per record and system', async () => {
    const [first] = await apply(office.time(1, { statuses: [statusOf('psa'), statusOf('crm')] }));
    await apply(office.time(1, { statuses: [{ ...statusOf('psa'), state: 'held' }] }));
    const id = String(first?.['id']);
    expect(office.standIn.rows('customrecord_tieout_status')).toMatchObject([
      {
        externalid: `timebill-${id}-psa`,
        custrecord_tieout_st_recid: id,
        custrecord_tieout_st_state: 'held',
        custrecord_tieout_st_params: '{"a":1}',
        custrecord_tieout_st_last: '2026-11-22T10:00:00Z',
      },
      { externalid: `timebill-${id}-crm`, custrecord_tieout_st_system: 'crm' },
    ]);
  });

  test('writes a thousand approved time entries with their status in at most twelve calls', async () => {
    const more = { values: { approvalstatus: '3' }, statuses: [statusOf('psa')] };
    let waiting: readonly Json[] = Array.from({ length: 1000 }, (_, serial) => office.time(serial, more));
    let calls = 0;
    while (waiting.length > 0 && calls < 20) {
      calls++;
      const results = await apply(...waiting.slice(0, 100));
      waiting = waiting.filter((_, at) => at >= 100 || results[at]?.['outcome'] !== 'applied');
    }
    expect(calls).toBeLessThanOrEqual(12);
    expect(office.standIn.rows('timebill')).toHaveLength(1000);
    const units = office
      .runs()
      .filter(({ script }) => script === 'customscript_tieout_rl_api')
      .map((run) => run.units);
    expect(units).toHaveLength(calls);
    expect(Math.max(...units)).toBeLessThanOrEqual(5000);
  });

  test('stops by itself before its units run out, and says what it did not attempt', async () => {
    const statuses = [statusOf('a'), statusOf('b')];
    const records = Array.from({ length: 100 }, (_, serial) => office.time(serial, { statuses }));
    const reply = await office.restlet({ v: 1, verb: 'apply', records });
    const left = listOf(reply.json['results']).slice(95);
    expect(left).toEqual(Array.from({ length: 5 }, () => ({ outcome: 'not-attempted' })));
    expect(office.standIn.rows('timebill')).toHaveLength(95);
    expect(reply.json['unitsLeft']).toBeGreaterThan(0);
  });

  test('refuses what the role may not do, and not what it may', async () => {
    const payment = { type: 'customerpayment', values: { customer: office.customer, payment: '1' } };
    const schedule = { type: 'billingschedule', externalid: 'bil_1', values: {} };
    expect(await apply(payment, schedule, office.time(1))).toMatchObject([
      { outcome: 'refused', code: 'INSUFFICIENT_PERMISSION' },
      { outcome: 'refused' },
      { outcome: 'applied' },
    ]);
  });
});

describe('apply of lines that stand beside lines of others', () => {
  const fare = (key: string, more: Json = {}): Json => ({
    custcol_tieout_key: key,
    category: '1',
    expensedate: '2026-11-20',
    foreignamount: '21.56',
    currency: '1',
    customer: office.job,
    memo: 'Train',
    ...more,
  });
  const report = (lines: readonly Json[], more: Json = {}): Json => ({
    type: 'expensereport',
    id: null,
    externalid: 'rep_1',
    values: { entity: office.employee, memo: 'November', approvalstatus: '2' },
    lines: { expense: lines },
    stamp: 'rev-1',
    ...more,
  });

  test('makes the record of the first, lets later ones join it, and adds none twice', async () => {
    const [made] = await apply(report([fare('exp_1'), fare('exp_2')]));
    const named = (line: string, created: boolean) => ({ line, created });
    expect(made).toMatchObject({ created: true, lines: { expense: [named('1', true), named('2', true)] } });
    const [joined] = await apply(report([fare('exp_2'), fare('exp_3')], { values: { memo: 'Not this' } }));
    expect(joined).toMatchObject({ created: false, lines: { expense: [named('2', false), named('3', true)] } });
    expect(office.standIn.rows('expensereport')).toMatchObject([{ memo: 'November' }]);
    expect(office.standIn.rows('expensereport:expense')).toHaveLength(3);
  });

  test('changes the line of a number, and refuses a number that is not there and a line without a name', async () => {
    const [made] = await apply(report([fare('exp_1'), fare('exp_2')]));
    const change = (lines: readonly Json[]) => report(lines, { id: made?.['id'], externalid: null, values: {} });
    await apply(change([{ line: '2', memo: 'Hotel' }]));
    const missing = await apply(change([{ line: '9', memo: 'Hotel' }]));
    expect(missing).toMatchObject([{ outcome: 'refused', code: 'NONEXISTENT_ID' }]);
    const unnamed = await apply(change([{ memo: 'Hotel' }]));
    expect(unnamed).toMatchObject([{ outcome: 'refused', code: 'INVALID_REQUEST' }]);
    expect(office.standIn.rows('expensereport:expense').map((line) => line['memo'])).toEqual(['Train', 'Hotel']);
  });

  test('finds records by a column of their lines', async () => {
    await apply(report([fare('exp_1')]), report([fare('exp_2')], { externalid: 'rep_2' }));
    const key = (field: string, value: string) => ({ type: 'expensereport', field, value });
    const keys = [key('expense.custcol_tieout_key', 'exp_2'), key('expense.custcol_tieout_key', 'exp_9')];
    const [ours, none] = await office.results({ verb: 'find', keys });
    expect([ours, none]).toMatchObject([{ records: [{ externalid: 'rep_2' }] }, { records: [] }]);
  });
});
