// Example's server, driven with plain requests: what goes over the wire.
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { client, openDesk } from './stand-in/desk.ts';

describe('the wire', () => {
  it('gives tokens for the right pair only, and asks for one everywhere else', async () => {
    const desk = await openDesk();
    const wrong = await desk.call('POST /oauth/token', new URLSearchParams({ client_id: 'x', client_secret: 'y' }));
    expect([wrong.status, wrong.body]).toMatchObject([401, { code: 'invalid_client' }]);
    const account = await desk.call('GET /v1/account');
    expect(account.body).toEqual({ account: '127-0-0-1-9100', environment: 'sandbox', missing: [] });
    desk.nowMs += 3_600_000;
    expect(await desk.call('GET /v1/account')).toMatchObject({ status: 401, body: { code: 'token_expired' } });
  });

  it('creates by external id, changes by external id or id, and keeps what was not sent', async () => {
    const desk = await openDesk();
    const made = await desk.put([{ external_id: 'cus_1', stamp: 's1', values: client }]);
    const record = {
      ...client,
      id: 'cl1001',
      external_id: 'cus_1',
      stamp: 's1',
      version: '2026-11-22T10:15:00Z',
      saved_by: 'api',
      withdrawn: false,
    };
    expect(made).toEqual({ results: [{ status: 201, record }] });
    expect(await desk.put([{ external_id: 'cus_1', values: { address: { zip: '20457' } } }])).toMatchObject({
      results: [{ status: 200, record: { id: 'cl1001', currency: 'EUR', address: { city: 'Hamburg', zip: '20457' } } }],
    });
    expect(await desk.put([{ id: 'cl1001', values: { terms: 'NET30' } }])).toMatchObject({
      results: [{ status: 200 }],
    });
    expect(desk.standIn.rows('client')).toHaveLength(1);
  });

  it('answers a key that came before with the record as it is now', async () => {
    const desk = await openDesk();
    const create = { external_id: 'cus_1', idempotency_key: 'k', values: client };
    await desk.put([create]);
    desk.standIn.update('client', 'cl1001', { terms: 'NET60' });
    expect(await desk.put([create])).toMatchObject({
      results: [{ status: 200, record: { terms: 'NET60', saved_by: 'person' } }],
    });
  });

  it('refuses record by record, naming the field', async () => {
    const desk = await openDesk();
    const answers = await desk.put([
      { values: { ...client, nonsense: 1 } },
      { values: { currency: 'EUR' } },
      { values: { ...client, stage: 'friend' } },
      { id: 'cl9', values: client },
      { values: client },
    ]);
    expect(answers).toMatchObject({
      results: [
        { status: 422, code: 'unknown_field', fields: ['nonsense'] },
        { status: 422, code: 'required', fields: ['display_name'] },
        { status: 422, code: 'invalid', fields: ['stage'] },
        { status: 404, code: 'no_such_record' },
        { status: 201 },
      ],
    });
    const deal = { title: 'A', client_id: 'cl7' };
    expect(await desk.put([{ values: deal }], 'opportunity')).toMatchObject({
      results: [{ code: 'unknown_reference', fields: ['client_id'] }],
    });
  });

  it('tells gone from hidden, and finds by any path', async () => {
    const desk = await openDesk();
    const [kept, removed, archived] = ['a', 'b', 'c'].map((name) =>
      desk.standIn.create('client', { ...client, display_name: name }),
    );
    desk.standIn.remove('client', removed ?? '');
    desk.standIn.act('archive', { type: 'client', id: archived });
    const read = await desk.call('POST /v1/client/read', { ids: [kept, removed, archived, 'cl9'] });
    expect(read.body).toMatchObject({
      results: [{ found: 'here' }, { found: 'gone' }, { found: 'hidden' }, { found: 'hidden' }],
    });
    const keys = [
      { field: 'address.city', value: 'Hamburg' },
      { field: 'display_name', value: 'z' },
    ];
    expect((await desk.call('POST /v1/client/find', { keys })).body).toMatchObject({ results: [[{ id: kept }], []] });
  });

  it('tells every save, page by page, from a count or a moment', async () => {
    const desk = await openDesk();
    const id = desk.standIn.create('client', client);
    desk.nowMs += 10_000;
    desk.standIn.update('client', id, { terms: 'NET30' });
    desk.standIn.remove('client', id);
    const first = await desk.call('GET /v1/client/changes?limit=2');
    expect(first.body).toMatchObject({
      rows: [
        { id, kind: 'changed' },
        { id, kind: 'changed' },
      ],
      next: 'n2',
      more: true,
    });
    const rest = await desk.call('GET /v1/client/changes?after=n2');
    expect(rest.body).toEqual({
      rows: [{ id, kind: 'deleted', at: '2026-11-22T10:15:10.700Z' }],
      next: 'n3',
      more: false,
    });
    const late = await desk.call(`GET /v1/client/changes?after=t${desk.nowMs - 5_000}`);
    expect(Object(late.body)['rows']).toHaveLength(2);
    expect((await desk.call('GET /v1/client/changes?after=x')).status).toBe(400);
  });

  it('refuses more than it takes at a time, and what it cannot understand', async () => {
    const desk = await openDesk();
    expect(await desk.call('POST /v1/client/read', { ids: Array(201).fill('x') })).toMatchObject({ status: 413 });
    expect(await desk.call('POST /v1/client/read', [])).toMatchObject({ status: 400 });
    expect(await desk.call('GET /v1/nonsense/schema')).toMatchObject({ status: 404 });
    const statuses = [{ type: 'client', record: 'cl9', system: 'other' }];
    expect((await desk.call('PUT /v1/statuses', { statuses })).body).toMatchObject({ results: [{ status: 404 }] });
  });
});

describe('webhooks', () => {
  it('are signed, kept until answered, and not sent for saves that changed the stamp', async () => {
    const desk = await openDesk();
    desk.standIn.subscribe({ url: 'http://hub.test/hooks/a', key: 'secret', installation: 'ins_1' });
    await desk.put([{ external_id: 'cus_1', stamp: 's1', values: client }]);
    expect(await desk.standIn.deliver()).toBe(0);
    desk.standIn.update('client', 'cl1001', { terms: 'NET30' });
    desk.answerStatus = 503;
    expect(await desk.standIn.deliver()).toBe(1);
    desk.answerStatus = 202;
    expect(await desk.standIn.deliver()).toBe(0);
    const bodies = await Promise.all(desk.sent.map((request) => request.text()));
    expect(bodies[0]).toBe(bodies[1]);
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({
      v: 1,
      installation: 'ins_1',
      notices: [{ type: 'client', record: 'cl1001', kind: 'changed' }],
    });
    const { headers } = desk.sent[0] ?? new Request('http://none.test');
    const expected = createHmac('sha256', 'secret')
      .update(`${headers.get('tieout-timestamp')}.${bodies[0]}`)
      .digest('hex');
    expect(headers.get('tieout-signature')).toBe(`v1=${expected}`);
    // A repeat of our own write leaves the stamp as it was, and is told like anybody's save.
    await desk.put([{ external_id: 'cus_1', stamp: 's1', values: client }]);
    desk.answerStatus = 410;
    expect(await desk.standIn.deliver()).toBe(0);
    desk.standIn.update('client', 'cl1001', { terms: 'NET60' });
    await desk.standIn.deliver();
    expect(desk.sent).toHaveLength(3);
  });

  it('come twice, out of order or never on a bad day', async () => {
    const desk = await openDesk();
    desk.standIn.subscribe({ url: 'http://hub.test/hooks/a', key: 'secret' });
    desk.standIn.create('client', client);
    desk.standIn.arm({ how: 'duplicate-notices', route: '^POST /hooks' });
    await desk.standIn.deliver();
    expect(desk.sent).toHaveLength(2);
    desk.standIn.create('client', client);
    desk.standIn.arm({ how: 'lose-notices' });
    expect(await desk.standIn.deliver()).toBe(0);
    expect(desk.sent).toHaveLength(2);
  });
});
