// From approved time to a paid or voided invoice, in four currencies, to the last minor unit.
import { beforeEach, describe, expect, test } from 'vitest';
import { withSuiteApp } from '../../../../test/hosts/suiteapp.ts';
import { Bench, detailOf, idOf, listOf } from './testing.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench(withSuiteApp);
});

/** A project of that subsidiary with time entries of these hours and rates, approved. */
function project(subsidiary: string, entries: readonly (readonly [hours: string, rate: string])[]) {
  const customer = bench.standIn.create('customer', { companyName: `Customer ${subsidiary}`, subsidiary });
  const job = bench.standIn.create('job', { companyName: 'Project', parent: customer });
  const employee = bench.standIn.create('employee', { firstName: 'E', lastName: subsidiary, subsidiary });
  const times = entries.map(([hours, rate]) => {
    const values = { employee, customer: job, tranDate: '2026-11-20', hours, rate, isBillable: true };
    const id = bench.standIn.create('timebill', values);
    bench.standIn.act('approve-time', { id });
    return id;
  });
  return { customer, job, employee, times };
}

const bill = (job: string) => String(bench.standIn.act('bill', { job, date: '2026-11-30', number: 'INV-7' }));

describe('billing a project', () => {
  test.each([
    [
      '1',
      [
        ['1.33', '150.55'],
        ['2.5', '99.99'],
      ],
      ['200.23', '249.98'],
      '450.21',
    ],
    [
      '2',
      [
        ['0.005', '1'],
        ['0.5', '0.01'],
      ],
      ['0.01', '0.01'],
      '0.02',
    ],
    [
      '4',
      [
        ['1.5', '12345'],
        ['0.33', '1001'],
      ],
      ['18518', '330'],
      '18848',
    ],
  ] as const)('rounds each line half up to the currency of subsidiary %s', (subsidiary, entries, amounts, total) => {
    const { job } = project(subsidiary, entries);
    const invoice = bench.row('invoice', bill(job));
    expect(listOf(invoice['time']).map(({ amount }) => amount)).toEqual(amounts);
    expect(invoice).toMatchObject({ total, subtotal: total, amountremaining: total, status: 'open', tranid: 'INV-7' });
    expect(Number(invoice['amountpaid'])).toBe(0);
  });

  test('takes only approved, billable, unbilled time, and takes it once', () => {
    const { job, employee, times } = project('1', [
      ['1', '100'],
      ['2', '100'],
    ]);
    const open = { employee, customer: job, tranDate: '2026-11-20', hours: '8', rate: '100' };
    bench.standIn.create('timebill', open);
    const idle = bench.standIn.create('timebill', { ...open, isBillable: false });
    bench.standIn.act('approve-time', { id: idle });
    const invoice = bench.row('invoice', bill(job));
    expect(invoice['time']).toMatchObject(times.map((doc) => ({ doc, apply: true })));
    expect(() => bill(job)).toThrow('nothing to bill');
    expect(bench.row('timebill', times[0] ?? '')).toMatchObject({ billed: true, billedon: invoice['id'] });
  });

  test('locks what it billed against changes and against a second invoice', async () => {
    const { customer, job, times } = project('1', [['1', '100']]);
    bill(job);
    const [doc = ''] = times;
    expect(() => bench.standIn.update('timebill', doc, { hours: '2' })).toThrow('billed or posted');
    const body = { entity: customer, job, tranDate: '2026-11-30', time: { items: [{ apply: true, doc }] } };
    const twice = await bench.record('POST', 'invoice', body);
    expect(detailOf(twice)).toMatchObject({ 'o:errorPath': 'time.items[0]', 'o:errorCode': 'USER_ERROR' });
  });

  test('works through the record API as well, the time line taking its figures from the entry', async () => {
    const { customer, job, times } = project('3', [['1.33', '150']]);
    const time = { items: [{ apply: true, doc: times[0] }] };
    const reply = await bench.record('POST', 'invoice', { entity: customer, job, tranDate: '2026-11-30', time });
    const read = await bench.record('GET', `invoice/${idOf(reply)}?expandSubResources=true`);
    expect(read.json).toMatchObject({
      total: 199.5,
      currency: { refName: 'Euro' },
      time: { items: [{ apply: true, doc: { id: times[0] }, quantity: '1.33', rate: 150, amount: 199.5 }] },
    });
  });
});

describe('a payment', () => {
  test('moves the invoice from open to paid, and shows as a change of both', () => {
    const { job } = project('1', [['1', '100']]);
    const invoice = bill(job);
    const before = bench.standIn.rows('customrecord_tieout_outbox').length;
    bench.standIn.act('pay', { invoice, amount: '40.10' });
    expect(bench.row('invoice', invoice)).toMatchObject({
      status: 'open',
      amountpaid: '40.10',
      amountremaining: '59.90',
    });
    const payment = String(bench.standIn.act('pay', { invoice, amount: 59.9 }));
    expect(bench.row('invoice', invoice)).toMatchObject({
      status: 'paid',
      amountpaid: '100.00',
      amountremaining: '0.00',
    });
    expect(bench.row('customerpayment', payment)).toMatchObject({
      applied: '59.90',
      unapplied: '0.00',
      apply: [{ doc: invoice, apply: true, amount: '59.90', due: '59.90' }],
    });
    const rows = bench.standIn.rows('customrecord_tieout_outbox').slice(before);
    expect(rows.map((row) => row['custrecord_tieout_ob_rectype'])).toEqual([
      'invoice',
      'customerpayment',
      'invoice',
      'customerpayment',
    ]);
  });

  test('cannot exceed what is due, and can be taken back', () => {
    const { job } = project('1', [['1', '100']]);
    const invoice = bill(job);
    expect(() => bench.standIn.act('pay', { invoice, amount: '100.01' })).toThrow('exceeds the amount due');
    const payment = String(bench.standIn.act('pay', { invoice }));
    expect(() => bench.standIn.act('void', { invoice })).toThrow('dependent records');
    bench.standIn.remove('customerpayment', payment);
    expect(bench.row('invoice', invoice)).toMatchObject({ status: 'open', amountremaining: '100.00' });
  });

  test('through the record API spreads over invoices, and a credit memo settles one too', async () => {
    bench.standIn.act('set-permission', { permission: 'TRAN_CUSTPYMT', level: 'EDIT' });
    const { customer, job } = project('1', [['1', '100']]);
    const invoice = bill(job);
    const apply = { items: [{ doc: invoice, apply: true }] };
    const paid = await bench.record('POST', 'customerPayment', {
      customer,
      payment: 30,
      tranDate: '2026-12-01',
      apply,
    });
    expect(paid.status).toBe(204);
    const read = await bench.record('GET', `customerPayment/${idOf(paid)}`);
    expect(read.json).toMatchObject({ customer: { id: customer }, payment: 30, applied: 30, unapplied: 0 });
    const item = { items: [{ item: '1', quantity: 1, rate: 70 }] };
    await bench.record('POST', 'creditMemo', { entity: customer, tranDate: '2026-12-01', item, apply });
    expect(bench.row('invoice', invoice)).toMatchObject({ status: 'paid', amountremaining: '0.00' });
  });
});

test('a voided invoice keeps its lines at zero, and its time can be billed again', () => {
  const { job, times } = project('1', [['1', '100']]);
  const first = bill(job);
  bench.standIn.act('void', { invoice: first });
  expect(bench.row('invoice', first)).toMatchObject({
    status: 'void',
    total: '0.00',
    amountremaining: '0.00',
    memo: 'VOID',
    time: [{ doc: times[0], apply: false, amount: '0.00' }],
  });
  expect(bench.row('timebill', times[0] ?? '')).toMatchObject({ billed: false, billedon: null });
  const second = bench.row('invoice', String(bench.standIn.act('bill', { job, date: '2026-11-30' })));
  expect(second).toMatchObject({ total: '100.00', tranid: 'INV1' });
});

test('approving a weekly timesheet approves the time in it', () => {
  const { employee, job } = project('1', []);
  const sheet = bench.standIn.create('timesheet', { employee, startDate: '2026-11-16' });
  const id = bench.standIn.create('timebill', { employee, customer: job, tranDate: '2026-11-20', hours: '1' });
  bench.standIn.act('approve-timesheet', { id: sheet });
  expect(bench.row('timebill', id)).toMatchObject({ approvalstatus: '3', timesheet: sheet });
  bench.standIn.act('reject-time', { id, note: 'wrong project' });
  expect(bench.row('timebill', id)).toMatchObject({ approvalstatus: '4', rejectionnote: 'wrong project' });
});
