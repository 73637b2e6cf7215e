// The verb that writes, of the built RESTlet. Where the stand-in has the same verb, both must answer the same.
import { beforeEach, describe, expect, test } from 'vitest';
import { BothSides, type Json, statusOf } from './both-sides.ts';

let sides: BothSides;
beforeEach(async () => {
  sides = await BothSides.open();
});

describe('apply', () => {
  test('creates by external id once, updates afterwards, and answers with the record as saved', async () => {
    const [created] = await sides.both({ verb: 'apply', records: [sides.time(1)] });
    const id = String(created?.['id']);
    expect(created).toMatchObject({ outcome: 'applied', created: true, record: { id, externalid: 'tim_1' } });
    await sides.both({ verb: 'apply', records: [sides.time(1), sides.time(2, { id, externalid: null })] });
    await sides.both({ verb: 'apply', records: [sides.time(3, { id: '999999' })] });
    expect(sides.account.rows('timebill')).toHaveLength(1);
  });

  test('writes no outbox row for what it wrote', () => {
    const before = sides.outbox().length;
    sides.results({ verb: 'apply', records: [sides.time(1), sides.time(2)] });
    sides.results({ verb: 'apply', records: [sides.time(1, { stamp: 'rev-again' })] });
    expect(sides.outbox()).toHaveLength(before);
  });

  test('answers each record by itself: one refused does not touch its neighbours', async () => {
    const bad = sides.time(2, { values: { trandate: null, hours: null } });
    const ours = sides.results({ verb: 'apply', records: [sides.time(1), bad, sides.time(3)] });
    expect(ours.map(({ outcome }) => outcome)).toEqual(['applied', 'refused', 'applied']);
    expect(ours[1]).toMatchObject({ code: 'USER_ERROR', message: 'Please enter value(s) for: Date, Duration.' });
  });

  test('replaces the lines of a sublist that is present, and leaves an absent one alone', async () => {
    const line = (sold: string) => ({ item: sold, quantity: '2', rate: '10.005' });
    const order = {
      type: 'salesorder',
      externalid: 'con_1',
      values: { entity: sides.customer },
      sublists: { item: [line('1'), line('2')] },
    };
    await sides.both({ verb: 'apply', records: [order] });
    await sides.both({ verb: 'apply', records: [{ ...order, values: { memo: 'x' }, sublists: {} }] });
    await sides.both({ verb: 'apply', records: [{ ...order, sublists: { item: [line('3')] } }] });
  });

  test.each([
    ['a number for a figure', { hours: 1.33 }],
    ['a duration', { hours: '1:20' }],
    ['a letter for a flag', { isbillable: 'T' }],
    ['a name that no field has', { hourz: '1' }],
  ])('refuses %s', async (_, values) => {
    await sides.both({ verb: 'apply', records: [sides.time(1, { values: { ...values } })] });
  });

  test('refuses a day in another form, a day that is none, and a figure too long to be kept exactly', () => {
    for (const values of [{ trandate: '11/20/2026' }, { trandate: '2026-02-30' }, { rate: '1234567890.1234567' }]) {
      const [result] = sides.results({ verb: 'apply', records: [sides.time(1, { values: { ...values } })] });
      expect(result).toMatchObject({ outcome: 'refused', code: 'INVALID_CONTENT' });
    }
  });

  test('takes and shows a customer address as fields of the record', async () => {
    const values = { companyname: 'Nord', subsidiary: '3', addr1: 'Kai 1', city: 'Hamburg', country: 'DE' };
    for (const given of [values, { addr1: 'Kai 2' }]) {
      const request = { verb: 'apply', records: [{ type: 'customer', externalid: 'cus_1', values: given }] };
      const shown = [sides.results(request), await sides.bench.results(request)].map(([result]) => {
        const { values } = (result?.['record'] ?? {}) as Json;
        return values;
      });
      expect(shown[0]).toEqual(shown[1]);
    }
  });

  test('writes status rows in the same call, one per record and system', () => {
    const [first] = sides.results({
      verb: 'apply',
      records: [sides.time(1, { statuses: [statusOf('psa'), statusOf('crm')] })],
    });
    sides.results({ verb: 'apply', records: [sides.time(1, { statuses: [{ ...statusOf('psa'), state: 'held' }] })] });
    expect(sides.account.rows('customrecord_tieout_status')).toMatchObject([
      {
        custrecord_tieout_st_recid: String(first?.['id']),
        custrecord_tieout_st_state: 'held',
        custrecord_tieout_st_params: '{"a":1}',
        custrecord_tieout_st_last: '2026-11-22T10:00:00Z',
      },
      { custrecord_tieout_st_system: 'crm' },
    ]);
  });

  test('writes a thousand approved time entries with their status in at most twelve calls', () => {
    const all = Array.from({ length: 1000 }, (_, serial) =>
      sides.time(serial, { values: { approvalstatus: '3' }, statuses: [statusOf('psa')] }),
    );
    let calls = 0;
    let waiting: readonly Json[] = all;
    while (waiting.length > 0 && calls < 20) {
      calls++;
      const sent = waiting.slice(0, 100);
      const answered = sides.results({ verb: 'apply', records: sent });
      waiting = [...sent.filter((_, at) => answered[at]?.['outcome'] !== 'applied'), ...waiting.slice(100)];
    }
    expect(calls).toBeLessThanOrEqual(12);
    expect(sides.account.rows('timebill')).toHaveLength(1000);
    expect(Math.max(...sides.account.spent.map(({ units }) => units))).toBeLessThanOrEqual(5000);
  });

  test('stops by itself before its units run out, and says what it did not attempt', async () => {
    const statuses = [statusOf('a'), statusOf('b')];
    const records = Array.from({ length: 100 }, (_, serial) => sides.time(serial, { statuses }));
    const ours = await sides.both({ verb: 'apply', records });
    expect(ours.filter(({ outcome }) => outcome === 'not-attempted')).toHaveLength(5);
    expect(sides.account.rows('timebill')).toHaveLength(95);
  });

  test('refuses what the role may not do', () => {
    const payment = { type: 'customerpayment', values: { customer: sides.customer, payment: '1' } };
    expect(sides.results({ verb: 'apply', records: [payment] })).toMatchObject([
      { outcome: 'refused', code: 'INSUFFICIENT_PERMISSION' },
    ]);
  });
});
