// How the SuiteApp tells the hub: signed batches, what each answer means, restarts, rotation, and the hourly sweep.

import { beforeEach, describe, expect, test } from 'vitest';
import { receiver } from '../../edge-worker/connectors/netsuite/receiver.ts';
import type { Json } from '../../edge-worker/connectors/netsuite/stand-in/testing.ts';
import { readEnvelope } from '../../shared/wire/envelope.ts';
import { hook, isSigned, Office } from './office.ts';

let office: Office;

const answered = (status: number, headers: Readonly<Record<string, string>> = {}) => {
  office.hub = () => new Response(null, { status, headers: { ...headers } });
};
const bodies = (): Promise<Json[]> => Promise.all(office.pushed.map((request) => request.clone().json<Json>()));
const deliveries = async () => (await bodies()).map(({ delivery }) => delivery);
const noticesIn = (body: unknown) => {
  const read = readEnvelope(body);
  return read.ok ? read.envelope.notices : expect.fail('no envelope');
};
const problem = () => office.setting()['custrecord_tieout_se_problem'] ?? null;

beforeEach(() => {
  office = new Office();
  office.connect();
});

describe('A flush', () => {
  test('sends what waits in signed envelopes of at most a hundred, and marks the rows', async () => {
    office.edit(230);
    await office.flush();
    const sent = await bodies();
    expect(sent.map((body) => noticesIn(body).length)).toEqual([100, 100, 30]);
    expect(office.pushed.every(({ url }) => url === hook)).toBe(true);
    expect(await Promise.all(office.pushed.map((request) => isSigned(request)))).toEqual([true, true, true]);
    expect(sent[0]).toMatchObject({
      v: 1,
      installation: 'ins_01J00000000000000000000000',
      system: 'netsuite',
      account: '1234567_SB1',
      environment: 'sandbox',
      sentAt: '2026-11-22T10:00:00.000Z',
    });
    expect(noticesIn(sent[0])[0]).toMatchObject({ type: 'job', record: office.job, kind: 'changed' });
    expect(office.unsent()).toHaveLength(0);
    const units = office
      .runs()
      .filter(({ entry }) => entry === 'map')
      .map((run) => run.units);
    expect(units).toHaveLength(3);
    expect(Math.max(...units)).toBeLessThanOrEqual(300);
  });

  test('has nothing to do without a connection, and sends nothing', async () => {
    office.connect({ state: '' });
    office.edit(3);
    expect(await office.flush()).toBe(0);
    expect(office.pushed).toEqual([]);
  });

  test('takes a known batch for sent', async () => {
    answered(409);
    office.edit(1);
    await office.flush();
    expect(office.unsent()).toHaveLength(0);
  });

  test.each([
    ['is busy', 503, {}],
    ['asks for patience', 429, { 'rEtry-aFter': '60' }],
    ['does not know the key', 401, {}],
  ])(
    'leaves the rows when the hub %s, goes no further, and sends the same batch after the pause',
    async (_, status, headers) => {
      answered(status, { ...headers });
      office.edit(150);
      await office.flush();
      expect(office.pushed).toHaveLength(1);
      expect(office.unsent()).toHaveLength(150);
      expect(office.outbox()[0]?.['custrecord_tieout_ob_tries']).toBe('1');
      expect(problem()).toContain(String(status));
      expect(await office.flush()).toBe(0);
      office.nowMs += 61_000;
      answered(202);
      await office.flush();
      expect(office.unsent()).toHaveLength(0);
      const [failed, repeated] = await deliveries();
      expect(repeated).toBe(failed);
      expect(problem()).toBeNull();
    },
  );

  test('says who is behind when the hub reads another version than it writes, and keeps the rows for it', async () => {
    const refusal = receiver.answer('refused', 'unsupported-version');
    office.hub = () => new Response(refusal.body, { status: refusal.status });
    office.edit(1);
    await office.flush();
    expect(office.unsent()).toHaveLength(1);
    expect(problem()).toContain('Update the SuiteApp');
  });

  test('bears a hub that cannot be reached', async () => {
    office.hub = () => {
      throw new Error('no route to host');
    };
    office.edit(1);
    await office.flush();
    expect(office.unsent()).toHaveLength(1);
    expect(problem()).not.toBeNull();
  });

  test('stops for good when the installation has ended, and people go on saving', async () => {
    answered(410);
    office.edit(150);
    await office.flush();
    expect(office.pushed).toHaveLength(1);
    expect(office.setting()['custrecord_tieout_se_state']).toBe('ended');
    office.nowMs += 3_600_000;
    office.edit(1);
    expect(await office.flush()).toBe(0);
    expect(office.unsent()).toHaveLength(151);
  });

  test('run again after a crash sends the same delivery, so that the hub knows it', async () => {
    office.edit(100);
    await office.flush(undefined, 0);
    const sent = await deliveries();
    expect(sent.length).toBeGreaterThan(1);
    expect(new Set(sent).size).toBe(1);
    expect(office.unsent()).toHaveLength(0);
  });

  test('carries a signature of both keys while one rotates', async () => {
    office.connect({ key2: 'guid-of-the-next' });
    office.keepSecret('guid-of-the-next', 'another-key');
    office.edit(1);
    await office.flush();
    const [request = expect.fail('nothing was sent')] = office.pushed;
    expect([await isSigned(request), await isSigned(request, 'another-key')]).toEqual([true, true]);
  });

  test('says hello with an empty batch until a signature was accepted once', async () => {
    office.connect({ proven: '' });
    await office.flush();
    expect((await bodies()).map((body) => noticesIn(body).length)).toEqual([0]);
    expect(office.setting()['custrecord_tieout_se_proven']).toBe('2026-11-22T10:00:00.000Z');
    await office.flush();
    expect(office.pushed).toHaveLength(1);
  });

  test('asked for by a save is under way at once', async () => {
    office.save('job', office.job, { comments: 'by hand' });
    await office.runSubmitted();
    expect(office.unsent()).toHaveLength(0);
    expect(office.submitted()).toEqual([]);
  });

  test('may arrive twice or be lost on the way: what is lost the hub finds by reading', async () => {
    office.edit(3);
    office.standIn.arm({ how: 'duplicate-notices' });
    await office.flush();
    const [once, twice] = await bodies();
    expect(twice).toEqual(once);
    office.standIn.arm({ how: 'lose-notices' });
    office.edit(1);
    await office.flush();
    expect(office.pushed).toHaveLength(2);
    expect(await office.results({ verb: 'drain', after: null, limit: 500 })).toEqual([]);
    const changes = await office.results({ verb: 'changes', type: 'job', since: null, afterId: null });
    expect(changes.map(({ id }) => id)).toContain(office.job);
  });
});

describe('The sweep', () => {
  test('notes a deletion that no script saw, once', async () => {
    office.standIn.remove('job', office.job);
    office.clearOutbox();
    await office.sweep();
    await office.sweep();
    expect(office.outbox()).toMatchObject([
      { custrecord_tieout_ob_event: 'deleted', custrecord_tieout_ob_recid: office.job },
    ]);
  });

  test('adds nothing to a deletion that was noted', async () => {
    office.standIn.remove('job', office.job);
    await office.sweep();
    expect(office.outbox()).toHaveLength(1);
  });

  test('clears rows sent a week ago and never one that waits', async () => {
    office.edit(2500);
    await office.flush();
    office.edit(1);
    office.nowMs += 8 * 86_400_000;
    await office.sweep();
    expect(office.outbox().length).toBeLessThan(700);
    await office.sweep();
    expect(office.unsent().length).toBeGreaterThan(0);
    expect(office.outbox()).toHaveLength(office.unsent().length);
    expect(office.problems()).toEqual([]);
  });
});
