// Visits are proven before they are understood; and every kind of ours is carried under its own names.
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { entities, entityNames } from '../../../shared/entities/_registry.ts';
import { canonical } from './index.ts';

const key = 'a-key-of-the-hub-0123456789';
const nowMs = Date.parse('2026-11-22T10:15:00Z');
const whose = { installation: 'ins_1', account: 'cellar', environment: 'production' } as const;
const visits = canonical.visits ?? expect.fail('it comes by itself');

const record = { type: 'customer', id: 'CUS-1', key: null, values: { name: 'Harbour & Pine' } };
const receipt = { work: 'cmd_1', key: 'tim_1', outcome: 'applied', id: 'TIM-1', created: true };
const bodies: Readonly<Record<string, object>> = {
  records: { ...whose, delivery: 'd1', records: [record, { type: 'customer', id: 'CUS-2', deleted: true }] },
  work: { ...whose, limit: 10 },
  receipts: {
    ...whose,
    receipts: [
      receipt,
      { work: 'cmd_2', key: 'tim_2', outcome: 'withdrawn' },
      { work: 'cmd_3', key: 'tim_3', outcome: 'billed', message: 'It is on R-1007' },
    ],
  },
  statuses: { ...whose, after: 0 },
};

function come(verb: string, body: string, { signedBy = key, at = nowMs, headers = {} } = {}) {
  const timestamp = String(Math.floor(at / 1000));
  const hex = createHmac('sha256', signedBy).update(`${timestamp}.${body}`).digest('hex');
  const proof = { 'Tieout-Timestamp': timestamp, 'Tieout-Signature': `v1=${hex}`, ...headers };
  const delivery = {
    url: new URL(`https://hub.test/v1/exchange/canonical/token/${verb}`),
    headers: new Headers(proof),
    body: new TextEncoder().encode(body),
  };
  return visits.receive(verb, delivery, { ...whose, keys: ['an-older-key-still-alive', key], nowMs });
}

describe.each(Object.entries(bodies))('A visit for %s', (verb, given) => {
  const body = JSON.stringify(given);

  it('is taken when it is signed, and understood', async () => {
    expect(await come(verb, body)).toMatchObject({ ok: true, visit: { verb } });
  });

  it('is refused with any changed byte, without proof, by another key, late, or too large', async () => {
    for (let index = 0; index < body.length; index += 7) {
      const changed = body.slice(0, index) + String.fromCharCode(body.charCodeAt(index) ^ 1) + body.slice(index + 1);
      const hex = createHmac('sha256', key)
        .update(`${Math.floor(nowMs / 1000)}.${body}`)
        .digest('hex');
      const taken = await come(verb, changed, { headers: { 'Tieout-Signature': `v1=${hex}` } });
      expect(taken).toEqual({ ok: false, refusal: 'forged', detail: '' });
    }
    const refusalOf = async (coming: ReturnType<typeof come>) => {
      const taken = await coming;
      return taken.ok ? 'taken' : taken.refusal;
    };
    expect(await refusalOf(come(verb, body, { headers: { 'Tieout-Signature': '' } }))).toBe('unproven');
    expect(await refusalOf(come(verb, body, { signedBy: 'some-other-key' }))).toBe('forged');
    expect(await refusalOf(come(verb, body, { at: nowMs - 600_000 }))).toBe('too-old');
    expect(await refusalOf(come(verb, body + ' '.repeat(visits.bodyBytesMax)))).toBe('too-large');
  });

  it('is refused for another account, and with a body that says more than it may', async () => {
    const elsewhere = JSON.stringify({ ...given, account: 'another' });
    expect(await come(verb, elsewhere)).toMatchObject({ ok: false, refusal: 'wrong-account' });
    const more = JSON.stringify({ ...given, approve: true });
    expect(await come(verb, more)).toMatchObject({ ok: false, refusal: 'malformed', detail: expect.any(String) });
    expect(await come('elsewhere', body)).toMatchObject({ ok: false, refusal: 'malformed' });
  });
});

describe('What it tells', () => {
  it('keeps figures to the last digit, also those that a float would change', async () => {
    const long = '{"name":12345678901234567890.123456789}';
    const body = JSON.stringify(bodies['records']).replace('{"name":"Harbour & Pine"}', long);
    expect(await come('records', body)).toMatchObject({
      ok: true,
      visit: { records: [{ wire: { name: '12345678901234567890.123456789' } }, { wire: null }] },
    });
  });
});

describe('An account', () => {
  const settings = { name: 'Ledger', kinds: ['customer', 'invoice'], recordUrl: 'https://erp.example/{type}/{id}' };

  it('carries the kinds that it says it has, each with every field of ours', () => {
    expect(Object.keys(canonical.variation?.(settings).maps ?? {})).toEqual(['customer', 'invoice']);
    for (const kind of entityNames) {
      const fields = Object.keys(canonical.maps[kind]?.fields ?? {});
      expect(fields).toEqual(Object.keys(entities[kind].schema.shape));
    }
  });

  it('names the pages of its records where it has any', () => {
    const ref = { recordType: 'invoice', recordId: 'R/7' };
    expect(canonical.recordUrl(settings, ref)).toBe('https://erp.example/invoice/R%2F7');
    expect(canonical.recordUrl({ ...settings, recordUrl: null }, ref)).toBeNull();
  });
});
