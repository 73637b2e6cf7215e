// What our package tells the hub by itself: outbox rows at each save, signed batches, and what each answer does.
import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import vectors from '../../../../shared/wire/signature-vectors.json' with { type: 'json' };
import { signatureOf } from './outbox.ts';
import { Bench, type Json, listOf } from './testing.ts';

const hook = { url: 'https://hub.test/hooks/netsuite/ins_1', key: 'key-one', installation: 'ins_1' };

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});

const outbox = () => bench.standIn.rows('customrecord_tieout_outbox');
const customers = (count: number) => {
  for (let index = 0; index < count; index++)
    bench.standIn.create('customer', { companyName: `C${index}`, subsidiary: '1' });
};
const envelopes = () => Promise.all(bench.pushed.map((each) => each.clone().json<Json>()));
const recordsOf = (envelope: Json | undefined) => listOf(envelope?.['notices']).map(({ id }) => id);

describe('a save', () => {
  test('writes a row that says which record changed or was deleted', () => {
    const { customer, job } = bench.people();
    bench.standIn.remove('job', job);
    expect(outbox().at(-1)).toMatchObject({
      custrecord_tieout_ob_rectype: 'job',
      custrecord_tieout_ob_recid: job,
      custrecord_tieout_ob_event: 'deleted',
      custrecord_tieout_ob_sent: false,
      custrecord_tieout_ob_tries: '0',
    });
    expect(outbox()[0]).toMatchObject({ custrecord_tieout_ob_recid: customer, custrecord_tieout_ob_event: 'changed' });
  });

  test('in which our stamp changed writes none, through either door', async () => {
    const { job } = bench.people();
    const before = outbox().length;
    await bench.results({
      verb: 'apply',
      records: [{ type: 'job', id: job, values: { comments: 'ours' }, stamp: 'r1' }],
    });
    await bench.record('PATCH', `job/${job}`, { comments: 'ours too', custentity_tieout_rev: 'r2' });
    expect(outbox()).toHaveLength(before);
  });

  test('of a colleague writes one, though our stamp is on the record', async () => {
    const { job } = bench.people();
    await bench.results({ verb: 'apply', records: [{ type: 'job', id: job, values: {}, stamp: 'r1' }] });
    const before = outbox().length;
    await bench.record('PATCH', `job/${job}`, { comments: 'theirs', custentity_tieout_rev: 'r1' });
    bench.standIn.update('job', job, { comments: 'a person' });
    expect(outbox()).toHaveLength(before + 2);
  });

  test('from before our package was installed writes none', () => {
    bench.standIn.act('seed', { type: 'customer', rows: [{ companyName: 'Old', subsidiary: '1' }] });
    expect([outbox().length, bench.standIn.rows('customer').length]).toEqual([0, 1]);
  });
});

describe('a flush', () => {
  test('sends batches of at most a hundred, signed, and marks them sent', async () => {
    bench.standIn.subscribe(hook);
    customers(130);
    expect(await bench.standIn.deliver()).toBe(0);
    const [first, second] = await envelopes();
    expect(first).toMatchObject({
      v: 1,
      installation: 'ins_1',
      system: 'netsuite',
      account: '1234567_SB1',
      environment: 'sandbox',
      sentAt: '2026-11-22T10:00:00.000Z',
    });
    expect([recordsOf(first).length, recordsOf(second).length]).toEqual([100, 30]);
    expect(listOf(first?.['notices'])[0]).toEqual({
      id: '1',
      type: 'customer',
      record: '101',
      kind: 'changed',
      at: '2026-11-22T10:00:00.000Z',
    });
    expect(first?.['delivery']).not.toBe(second?.['delivery']);
    const [request] = bench.pushed;
    const timestamp = request?.headers.get('tieout-timestamp') ?? '';
    const digest = createHmac('sha256', 'key-one')
      .update(`${timestamp}.${await request?.clone().text()}`)
      .digest('hex');
    expect(request?.headers.get('tieout-signature')).toBe(`v1=${digest}`);
    expect(outbox().every((row) => row['custrecord_tieout_ob_sent'] === true)).toBe(true);
  });

  test('signs as the shared vectors say', () => {
    expect(vectors.length).toBeGreaterThan(0);
    for (const { key, timestamp, body, signature } of vectors) {
      expect(signatureOf(key, String(timestamp), body)).toBe(signature);
    }
  });

  test('signs with both keys while one is replaced', async () => {
    bench.standIn.subscribe(hook);
    bench.standIn.act('rotate-key', { key: 'key-two' });
    customers(1);
    await bench.standIn.deliver();
    expect(bench.pushed[0]?.headers.get('tieout-signature')).toMatch(/^v1=[0-9a-f]{64},v1=[0-9a-f]{64}$/);
    bench.standIn.act('rotate-key', {});
    customers(0);
    bench.standIn.update('customer', '101', { phone: '1' });
    await bench.standIn.deliver();
    expect(bench.pushed[1]?.headers.get('tieout-signature')).toMatch(/^v1=[0-9a-f]{64}$/);
  });

  test.each([
    [202, 0, true],
    [409, 0, true],
    [429, 1, false],
    [503, 1, false],
    [401, 1, false],
  ])('answered %i leaves %i waiting', async (status, waiting, isSent) => {
    bench.standIn.subscribe(hook);
    customers(1);
    bench.hubStatus = status;
    expect(await bench.standIn.deliver()).toBe(waiting);
    expect(outbox()[0]).toMatchObject({
      custrecord_tieout_ob_sent: isSent,
      custrecord_tieout_ob_tries: isSent ? '0' : '1',
    });
  });

  test('that failed is repeated as it was, under the same delivery id, and goes on with what came since', async () => {
    bench.standIn.subscribe(hook);
    customers(2);
    bench.hubStatus = 500;
    expect(await bench.standIn.deliver()).toBe(2);
    bench.standIn.update('customer', '101', { phone: '1' });
    bench.hubStatus = 202;
    expect(await bench.standIn.deliver()).toBe(0);
    const [failed, repeated, next] = await envelopes();
    expect(repeated?.['delivery']).toBe(failed?.['delivery']);
    expect(recordsOf(repeated)).toEqual(['1', '2']);
    expect(recordsOf(next)).toEqual(['3']);
  });

  test('stops for good when the installation has ended', async () => {
    bench.standIn.subscribe(hook);
    customers(1);
    bench.hubStatus = 410;
    expect(await bench.standIn.deliver()).toBe(0);
    customers(0);
    bench.hubStatus = 202;
    await bench.standIn.deliver();
    expect(bench.pushed).toHaveLength(1);
  });

  test('without anybody subscribed sends nothing and keeps the rows', async () => {
    customers(3);
    expect(await bench.standIn.deliver()).toBe(3);
    expect(bench.pushed).toHaveLength(0);
  });

  test('may send a batch twice, shuffled, or lose it without a trace', async () => {
    bench.standIn.subscribe(hook);
    customers(5);
    bench.standIn.arm({ how: 'duplicate-notices' });
    bench.standIn.arm({ how: 'shuffle-notices' });
    await bench.standIn.deliver();
    const [first, second] = await envelopes();
    expect(second).toEqual(first);
    expect(recordsOf(first)).not.toEqual(['1', '2', '3', '4', '5']);
    bench.standIn.arm({ how: 'lose-notices' });
    bench.standIn.update('customer', '101', { phone: '1' });
    expect(await bench.standIn.deliver()).toBe(0);
    expect(bench.pushed).toHaveLength(2);
    expect(await bench.results({ verb: 'drain', after: null, limit: 500 })).toEqual([]);
    const changes = await bench.results({ verb: 'changes', type: 'customer', since: null, afterId: null, limit: 500 });
    expect(changes.map(({ id }) => id)).toContain('101');
  });
});
