// Expenses as lines of one report, cash as applications of one payment, and an invoice that bills all kinds of sources.
import { describe, expect, test } from 'vitest';
import { notesOf } from '../../../test/conformance/notes.ts';
import { World } from '../../../test/conformance/world.ts';
import { withSuiteApp } from '../../../test/hosts/suiteapp.ts';
import { type Fields, fromWire } from '../../../test/support/wire.ts';
import type { Write } from '../connector.ts';
import { netsuite } from './index.ts';
import { standIn } from './stand-in.ts';

function newWorld(): World {
  return new World({ connector: netsuite, factory: withSuiteApp(standIn), notes: notesOf(netsuite), names: new Set() });
}

const money = (amountMinor: string, currency = 'EUR', exponent = 2) => ({ amountMinor, currency, exponent });

async function expenseWrites(world: World, ...changes: readonly Fields[]): Promise<Write[]> {
  const example = await world.example('expense');
  const writes: Write[] = [];
  for (const change of changes) writes.push(await world.newWrite('expense', { ...example, ...change }));
  return writes;
}

describe('Expenses', () => {
  test('of one person, report and month become lines of one report, in one save', async () => {
    const world = newWorld();
    const writes = await expenseWrites(world, {}, { note: 'Hotel', amount: money('14900') }, { spentOn: '2026-12-01' });
    const results = await world.session.write(writes);
    const ids = results.map((one) => (one.outcome === 'applied' ? one.snapshot.recordId.split(':') : []));
    expect(ids).toMatchObject([
      [expect.any(String), '1'],
      [expect.any(String), '2'],
      [expect.any(String), '1'],
    ]);
    expect(new Set(ids.map(([report]) => report)).size).toBe(2);
    const [report] = world.standIn.rows('expensereport');
    expect(report).toMatchObject({ total: '367.40', memo: 'November travel', complete: true, approvalstatus: '2' });
  });

  test('that come later join the report, and those that come twice do not', async () => {
    const world = newWorld();
    const [first, second] = (await expenseWrites(world, {}, { note: 'Hotel' })) as [Write, Write];
    await world.write(first);
    const joined = await world.write(second);
    expect([joined.created, joined.snapshot.recordId.split(':')[1]]).toEqual([true, '2']);
    expect((await world.write({ ...first, stamp: 'again' })).created).toBe(false);
    expect(world.standIn.rows('expensereport')).toHaveLength(1);
    expect(world.rows('expense')).toBe(2);
    const [found] = await world.findByExternalId(second);
    expect(found?.map((line) => line.recordId)).toEqual([joined.snapshot.recordId]);
  });

  test('that are refused do not keep those of their report back', async () => {
    const world = newWorld();
    const writes = await expenseWrites(world, {}, { note: 'Hotel', project: '999' }, { note: 'Taxi' });
    const results = await world.session.write(writes);
    expect(results.map((one) => one.outcome)).toEqual(['applied', 'refused', 'applied']);
    expect(world.standIn.rows('expensereport:expense').map((line) => line['memo'])).toEqual([
      'Train to Hamburg and back',
      'Taxi',
    ]);
  });

  test('are changed by themselves: the other lines, and what accounting did to them, stay', async () => {
    const world = newWorld();
    const [first, second] = (await expenseWrites(world, {}, { note: 'Hotel' })) as [Write, Write];
    const made = (await world.write(first)).snapshot;
    await world.write(second);
    const report = made.recordId.split(':')[0] ?? '';
    world.standIn.update('expensereport:expense', `${report}:2`, { memo: 'Checked by accounting' });
    const example = await world.example('expense');
    const update = await world.newUpdate(
      'expense',
      { externalId: first.externalId, recordId: made.recordId },
      { ...example, amount: money('30000') },
    );
    const { snapshot } = await world.write(update);
    expect(fromWire(world.map('expense'), snapshot.wire)).toMatchObject({ amount: money('30000') });
    expect(world.standIn.rows('expensereport:expense').map((line) => line['memo'])).toEqual([
      'Train to Hamburg and back',
      'Checked by accounting',
    ]);
  });

  test('in another currency keep what was spent; what that is worth is the ledger’s to say', async () => {
    const world = newWorld();
    const [write] = (await expenseWrites(world, { currency: 'JPY', amount: money('4500', 'JPY', 0) })) as [Write];
    const { snapshot } = await world.write(write);
    expect(fromWire(world.map('expense'), snapshot.wire)).toMatchObject({ amount: money('4500', 'JPY', 0) });
  });
});

test('A payment of two invoices is two payments, and tells of each whether it covers it', async () => {
  const world = newWorld();
  const [first, second] = [await world.make('invoice'), await world.make('invoice')];
  const due = (id: string) => String(world.standIn.rows('invoice').find((row) => row.id === id)?.['amountremaining']);
  const apply = [
    { apply: true, doc: first.recordId, amount: due(first.recordId) },
    { apply: true, doc: second.recordId, amount: '10' },
  ];
  const values = { customer: await world.idOf('customer'), payment: '9999999', tranDate: '2026-12-14' };
  const recordId = world.standIn.create('customerpayment', { ...values, apply: { items: apply } });
  const [result] = await world.session.read([{ recordType: 'customerpayment', recordId }]);
  const lines = result?.found === 'here' ? (result.lines ?? []) : [];
  expect(lines.map((line) => [line.recordId, fromWire(world.map('payment'), line.wire)['isFull']])).toEqual([
    [`${recordId}:${first.recordId}`, true],
    [`${recordId}:${second.recordId}`, false],
  ]);
});

test('An invoice names what it bills: hours, lines of expense reports, milestones', async () => {
  const world = newWorld();
  const [time, expense, milestone] = [
    await world.make('time'),
    await world.make('expense'),
    await world.make('milestone'),
  ];
  world.standIn.act('approve-time', { id: time.recordId });
  const job = await world.idOf('project');
  const recordId = String(world.standIn.act('bill', { job, date: '2026-11-30' }));
  const [result] = await world.session.read([{ recordType: 'invoice', recordId }]);
  const wire = result?.found === 'here' ? result.snapshot.wire : {};
  const { lines } = fromWire(world.map('invoice'), wire) as { lines: Fields[] };
  expect(lines.map(({ time: t, expense: e, milestone: m, amount }) => [t ?? e ?? m, amount])).toEqual([
    [milestone.recordId, money('1200000')],
    [time.recordId, money('138750')],
    [expense.recordId, money('21840')],
  ]);
  expect(() => world.standIn.act('bill', { job, date: '2026-11-30' })).toThrow('nothing to bill');
});
