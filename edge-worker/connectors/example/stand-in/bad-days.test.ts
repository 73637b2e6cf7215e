// Example's bad days: each misbehaviour's own answer, on the wire.
import { describe, expect, it } from 'vitest';
import { ConnectionCut } from '../../stand-in.ts';
import { standIn as factory } from '../stand-in.ts';
import { baseUrl, client, openDesk } from './desk.ts';

describe('bad days', () => {
  const ask = { ids: ['cl1'] };
  it.each([
    ['throttle', 429, { code: 'too_many_requests', message: 'Slow down' }],
    ['break', 503, { code: 'down', message: 'Back soon' }],
    ['html', 502, '<html><body>Bad gateway</body></html>'],
    ['revoke', 401, { code: 'revoked', message: 'This client was revoked' }],
    ['expire-token', 401, { code: 'token_expired', message: 'The token is no longer valid' }],
  ] as const)('%s answers %i', async (how, status, body) => {
    const desk = await openDesk();
    desk.standIn.arm({ how, route: '/v1/' });
    const answer = await desk.call('POST /v1/client/read', ask);
    expect([answer.status, answer.body]).toEqual([status, body]);
    if (how === 'throttle') expect(answer.headers.get('retry-after')).toBe('7');
    expect((await desk.call('POST /v1/client/read', ask)).status).toBe(how === 'expire-token' ? 401 : 200);
  });

  it('rejects and locks every record of the write', async () => {
    const desk = await openDesk();
    desk.standIn.arm({ how: 'reject', detail: 'terms' });
    const reject = await desk.put([{ values: client }]);
    expect(reject).toMatchObject({ results: [{ status: 422, code: 'business_rule', fields: ['terms'] }] });
    desk.standIn.arm({ how: 'lock' });
    expect(await desk.put([{ values: client }])).toMatchObject({ results: [{ status: 423, code: 'locked' }] });
    expect(desk.standIn.rows('client')).toEqual([]);
  });

  it('cuts before, after, or long before the work takes effect', async () => {
    const desk = await openDesk();
    const write = () => desk.put([{ values: client }]);
    desk.standIn.arm({ how: 'cut-before' });
    await expect(write()).rejects.toThrow(ConnectionCut);
    expect(desk.standIn.rows('client')).toHaveLength(0);
    desk.standIn.arm({ how: 'commit-then-cut' });
    await expect(write()).rejects.toThrow(ConnectionCut);
    expect(desk.standIn.rows('client')).toHaveLength(1);
    desk.standIn.arm({ how: 'late-commit', delayMs: 5_000 });
    await expect(write()).rejects.toThrow(ConnectionCut);
    await desk.call('GET /v1/account');
    expect(desk.standIn.rows('client')).toHaveLength(1);
    desk.nowMs += 5_000;
    await desk.call('GET /v1/account');
    expect(desk.standIn.rows('client')).toHaveLength(2);
  });

  it('hides new records from search for a while, renames a field, is slow, and is off by minutes', async () => {
    const desk = await openDesk();
    desk.standIn.arm({ how: 'late-search', delayMs: 5_000 });
    await desk.put([{ external_id: 'cus_1', values: client }]);
    const keys = [{ field: 'external_id', value: 'cus_1' }];
    expect((await desk.call('POST /v1/client/find', { keys })).body).toEqual({ results: [[]] });
    desk.standIn.arm({ how: 'slow', delayMs: 5_000 });
    expect((await desk.call('POST /v1/client/find', { keys })).body).toMatchObject({ results: [[{ id: 'cl1001' }]] });
    desk.standIn.arm({ how: 'clock-skew', delayMs: 600_000, times: null });
    expect(await desk.put([{ id: 'cl1001', values: { vat: 'DE1' } }])).toMatchObject({
      results: [{ record: { version: '2026-11-22T10:25:05Z' } }],
    });
    desk.standIn.arm({ how: 'schema-change', detail: 'client.vat:vat_number', times: null });
    expect(await desk.put([{ id: 'cl1001', values: { vat: 'DE2' } }])).toMatchObject({
      results: [{ code: 'unknown_field' }],
    });
    expect(await desk.put([{ id: 'cl1001', values: { vat_number: 'DE2' } }])).toMatchObject({
      results: [{ record: { vat_number: 'DE2' } }],
    });
    desk.standIn.disarm();
    expect(desk.standIn.rows('client')).toMatchObject([{ vat: 'DE2' }]);
  });

  it('lets eight calls in at a time, and counts them all', async () => {
    const desk = await openDesk();
    let release = () => {};
    const standIn = factory({
      baseUrl,
      nowMs: () => 0,
      chance: () => 0,
      sleep: () => new Promise((resolve) => (release = resolve)),
      send: async () => new Response(),
    });
    standIn.arm({ how: 'slow', times: 8 });
    const call = () => standIn.fetch(new Request(`${baseUrl}/v1/account`));
    const held = Array.from({ length: 8 }, call);
    await Promise.resolve();
    expect((await call()).status).toBe(429);
    release();
    expect((await held[7])?.status).toBe(401);
    await desk.call('GET /v1/client/schema');
    expect(desk.standIn.calls()).toContainEqual({ route: 'GET /v1/{type}/schema', status: 200, count: 1 });
    desk.standIn.reset();
    expect([desk.standIn.calls(), desk.standIn.rows('client')]).toEqual([[], []]);
  });
});
