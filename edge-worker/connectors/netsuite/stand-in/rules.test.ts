// The business rules that refuse a save, through both doors, in the vendor's words.
import { beforeEach, describe, expect, test } from 'vitest';
import { withSuiteApp } from '../../../../test/hosts/suiteapp.ts';
import { Bench, detailOf } from './testing.ts';

let bench: Bench;
let ids: { customer: string; job: string; employee: string };
beforeEach(() => {
  bench = new Bench(withSuiteApp);
  ids = bench.people();
});

/** What the RESTlet says about one record. */
const apply = async (type: string, values: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  (await bench.results({ verb: 'apply', records: [{ type, values, ...more }] }))[0] ?? {};

const time = (more: Record<string, unknown> = {}) => ({
  employee: ids.employee,
  customer: ids.job,
  trandate: '2026-11-20',
  hours: '1.33',
  ...more,
});

const invalidValue = (value: string, field: string) =>
  `You have entered an Invalid Field Value ${value} for the following field: ${field}.`;

describe('an entity', () => {
  test('of a name that is taken already exists', async () => {
    const reply = await bench.record('POST', 'customer', { companyName: 'Acme', subsidiary: '1' });
    expect(reply.status).toBe(400);
    expect(detailOf(reply)).toEqual({
      detail: 'Error while accessing a resource. This entity already exists.',
      'o:errorCode': 'USER_ERROR',
    });
  });

  test('of an external id that is taken already exists, within its type', async () => {
    bench.standIn.create('customer', { companyName: 'One', subsidiary: '1', externalId: 'x' });
    expect(() => bench.standIn.create('customer', { companyName: 'Two', subsidiary: '1', externalId: 'x' })).toThrow(
      'This entity already exists.',
    );
    expect(bench.standIn.create('job', { companyName: 'One', subsidiary: '1', externalId: 'x' })).toBeTruthy();
  });

  test('needs a name and a subsidiary', async () => {
    expect(await apply('customer', { companyname: 'New' })).toEqual({
      outcome: 'refused',
      code: 'USER_ERROR',
      message: 'Please enter value(s) for: Subsidiary.',
      field: 'subsidiary',
    });
    expect(await apply('customer', { subsidiary: '1' })).toMatchObject({
      message: 'Please enter value(s) for: Company Name.',
    });
  });

  test('that is a project belongs to the subsidiary of its customer', async () => {
    const refused = await apply('job', { companyname: 'P', parent: ids.customer, subsidiary: '3' });
    expect(refused).toMatchObject({ message: invalidValue('3', 'subsidiary'), field: 'subsidiary' });
    expect(await apply('job', { companyname: 'P', parent: ids.customer })).toMatchObject({
      outcome: 'applied',
      record: { values: { subsidiary: '1', currency: '1' } },
    });
  });

  test('others depend on cannot be deleted', () => {
    expect(() => bench.standIn.remove('customer', ids.customer)).toThrow('it has dependent records');
  });
});

describe('a time entry is refused', () => {
  test('on a project closed to time', async () => {
    bench.standIn.update('job', ids.job, { allowTime: false });
    expect(await apply('timebill', time())).toEqual({
      outcome: 'refused',
      code: 'USER_ERROR',
      message: invalidValue(ids.job, 'customer'),
      field: 'customer',
    });
  });

  test('on a project limited to its resources, until the person is assigned', async () => {
    bench.standIn.update('job', ids.job, { limitTimeToAssignees: true });
    expect(await apply('timebill', time())).toMatchObject({ message: invalidValue(ids.job, 'customer') });
    const assignee = [{ resource: ids.employee, estimatedWork: '10' }];
    const task = bench.standIn.create('projecttask', { title: 'Build', project: ids.job, assignee });
    expect(await apply('timebill', time({ casetaskevent: task }))).toMatchObject({ outcome: 'applied' });
  });

  test('of a person of another subsidiary, unless intercompany time is on', async () => {
    const employee = bench.standIn.create('employee', { firstName: 'Jo', lastName: 'Ito', subsidiary: '4' });
    expect(await apply('timebill', time({ employee }))).toMatchObject({ message: invalidValue(ids.job, 'customer') });
    bench.standIn.act('set-preference', { preference: 'intercompanyTime', value: true });
    expect(await apply('timebill', time({ employee }))).toMatchObject({ outcome: 'applied' });
  });

  test.each([
    ['customer', '53384'],
    ['employee', '53384'],
    ['item', '53384'],
    ['casetaskevent', '53384'],
    ['approvalstatus', '9'],
  ])('with an unknown %s', async (field, value) => {
    expect(await apply('timebill', time({ [field]: value }))).toMatchObject({
      outcome: 'refused',
      message: invalidValue(value, field),
      field,
    });
  });

  test('with a task of another project', async () => {
    const other = bench.standIn.create('job', { companyName: 'Other', parent: ids.customer });
    const task = bench.standIn.create('projecttask', { title: 'Elsewhere', project: other });
    expect(await apply('timebill', time({ casetaskevent: task }))).toMatchObject({ field: 'casetaskevent' });
  });

  test('in a week whose timesheet is locked', async () => {
    const values = { employee: ids.employee, startDate: '2026-11-16', lockStatus: 'locked' };
    bench.standIn.create('timesheet', values);
    expect(await apply('timebill', time())).toMatchObject({ message: /locked/ });
    expect(await apply('timebill', time({ trandate: '2026-11-23' }))).toMatchObject({ outcome: 'applied' });
  });
});

test('closed periods refuse posting transactions and time, and open again', async () => {
  bench.standIn.act('close-period', { period: '2026-11' });
  const item = [{ item: '1', quantity: '1', rate: '1' }];
  const invoice = { entity: ids.customer, trandate: '2026-11-30' };
  const closed = 'The transaction date is not within an open accounting period.';
  expect(await apply('timebill', time())).toMatchObject({ outcome: 'refused', message: closed, field: 'trandate' });
  expect(await apply('invoice', invoice, { sublists: { item } })).toMatchObject({
    outcome: 'refused',
    message: closed,
  });
  const order = { entity: ids.customer, trandate: '2026-11-30' };
  expect(await apply('salesorder', order, { sublists: { item } })).toMatchObject({ outcome: 'applied' });
  expect(await apply('timebill', time({ trandate: '2026-12-01' }))).toMatchObject({ outcome: 'applied' });
  bench.standIn.act('open-period', { period: '2026-11' });
  expect(await apply('timebill', time())).toMatchObject({ outcome: 'applied' });
});

test('approval routing ignores the approval a caller sends', async () => {
  const plain = await apply('timebill', time({ approvalstatus: '3' }));
  expect(plain).toMatchObject({ record: { values: { approvalstatus: '3' } } });
  bench.standIn.act('set-preference', { preference: 'approvalRouting', value: true });
  const routed = await apply('timebill', time({ approvalstatus: '3' }));
  expect(routed).toMatchObject({ record: { values: { approvalstatus: '2' } } });
});

test('the vendor prices an hour by its service unless the rate is locked', async () => {
  const item = bench.standIn.create('serviceitem', { itemId: 'Priced', rate: '200' });
  const open = await apply('timebill', time({ item, rate: '150' }));
  expect(open).toMatchObject({ record: { values: { rate: '200' } } });
  const locked = await apply('timebill', time({ item, rate: '150', overriderate: true }));
  expect(locked).toMatchObject({ record: { values: { rate: '150' } } });
});

test('an expense line on a project closed to expenses is named by its place', async () => {
  bench.standIn.update('job', ids.job, { allowExpenses: false });
  const good = { amount: 5, customer: ids.customer };
  const body = {
    entity: ids.employee,
    tranDate: '2026-11-20',
    expense: { items: [good, good, { amount: 9, customer: ids.job }] },
  };
  const reply = await bench.record('POST', 'expenseReport', body);
  expect(detailOf(reply)).toEqual({
    detail: `Error while accessing a resource. ${invalidValue(ids.job, 'customer')}`,
    'o:errorPath': 'expense.items[2]',
    'o:errorCode': 'USER_ERROR',
  });
});

test('a record locked by a workflow refuses saves until it is unlocked', async () => {
  bench.standIn.act('lock-record', { type: 'job', id: ids.job });
  const reply = await bench.record('PATCH', `job/${ids.job}`, { comments: 'x' });
  expect(detailOf(reply)['detail']).toContain('This record has been locked by a user defined workflow.');
  bench.standIn.act('unlock-record', { type: 'job', id: ids.job });
  expect((await bench.record('PATCH', `job/${ids.job}`, { comments: 'x' })).status).toBe(204);
});

test('a role without the permission neither writes nor reads', async () => {
  bench.standIn.act('set-permission', { permission: 'TRAN_TIMEBILL', level: 'NONE' });
  expect(await apply('timebill', time())).toMatchObject({ outcome: 'refused', code: 'INSUFFICIENT_PERMISSION' });
  const read = await bench.record('GET', 'timeBill/1');
  expect([read.status, detailOf(read)['o:errorCode']]).toEqual([403, 'INSUFFICIENT_PERMISSION']);
  const raw = await bench.restlet({ v: 1, verb: 'changes', type: 'timebill', since: null, afterId: null, limit: 5 });
  expect([raw.status, raw.json]).toEqual([
    400,
    {
      error: {
        code: 'INSUFFICIENT_PERMISSION',
        message: 'The role of the integration does not see records of the type timebill.',
      },
    },
  ]);
});

test('payments are not for our role to write, as the package ships it', async () => {
  const refused = await bench.record('POST', 'customerPayment', { customer: ids.customer, payment: 1 });
  expect(refused.status).toBe(403);
});
