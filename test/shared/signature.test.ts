// The signature: agreed vectors, headers as they arrive, and no byte that may change unseen.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatSignature,
  isFresh,
  parseSignature,
  signatureHeader,
  signingInput,
  timestampHeader,
} from '../../shared/wire/signature.ts';
import vectors from '../../shared/wire/signature-vectors.json' with { type: 'json' };

const hex = fc.stringMatching(/^[0-9a-f]{64}$/);

function sign(key: string | Uint8Array, input: string | Uint8Array): string {
  return createHmac('sha256', key).update(input).digest('hex');
}

describe('every agreed vector', () => {
  it.each(vectors.map((vector, index) => ({ index, ...vector })))('$index is what HMAC-SHA256 gives', (vector) => {
    expect(sign(vector.key, signingInput(vector.timestamp, vector.body))).toBe(vector.signature);
    expect(sign(vector.key, signingInput(String(vector.timestamp), vector.body))).toBe(vector.signature);
    expect(parseSignature(formatSignature([vector.signature]))).toEqual([vector.signature]);
  });

  it('differs from every other, and together they cover empty, long and non-ASCII', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(12);
    expect(new Set(vectors.map((vector) => vector.signature)).size).toBe(vectors.length);
    expect(vectors.some((vector) => vector.body === '')).toBe(true);
    expect(vectors.some((vector) => vector.body.length > 5000)).toBe(true);
    expect(vectors.some((vector) => Buffer.byteLength(vector.body) > vector.body.length)).toBe(true);
    expect(vectors.some((vector) => Buffer.byteLength(vector.key) > vector.key.length)).toBe(true);
  });
});

it('any flipped bit of key, timestamp or body changes the signature', () => {
  fc.assert(
    fc.property(fc.constantFrom(...vectors), fc.nat(), fc.nat({ max: 7 }), (vector, place, bit) => {
      const key = Buffer.from(vector.key);
      const input = Buffer.from(signingInput(vector.timestamp, vector.body));
      expect(sign(key, flipped(input, place, bit))).not.toBe(vector.signature);
      expect(sign(flipped(key, place, bit), input)).not.toBe(vector.signature);
    }),
  );
});

it('two different pairs of timestamp and body are never signed over the same text', () => {
  const seconds = fc.nat({ max: 99 });
  const body = fc.stringMatching(/^[0-9.]{0,4}$/);
  fc.assert(
    fc.property(seconds, body, seconds, body, (leftSeconds, left, rightSeconds, right) => {
      const isSame = leftSeconds === rightSeconds && left === right;
      expect(signingInput(leftSeconds, left) === signingInput(rightSeconds, right)).toBe(isSame);
    }),
    { numRuns: 1000 },
  );
});

describe('the header', () => {
  const [a, b] = ['ab'.repeat(32), 'cd'.repeat(32)] as const;

  it('has these names and this form', () => {
    expect([signatureHeader, timestampHeader]).toEqual(['Tieout-Signature', 'Tieout-Timestamp']);
    expect(formatSignature([a, b.toUpperCase()])).toBe(`v1=${a},v1=${b}`);
  });

  it.each<[string, string, string[]]>([
    ['one signature', `v1=${a}`, [a]],
    ['two while a key rotates', `v1=${a},v1=${b}`, [a, b]],
    ['blanks between them', ` v1=${a} , v1=${b} `, [a, b]],
    ['capitals', `v1=${a.toUpperCase()}`, [a]],
    ['a scheme of the future beside', `v2=zzz,v1=${a},note`, [a]],
    ['only unknown schemes', `v2=${a}`, []],
    ['nothing', '', []],
    ['a signature cut short', `v1=${a.slice(1)}`, []],
    ['a signature too long', `v1=${a}0`, []],
    ['letters that are not hex', `v1=${'g'.repeat(64)}`, []],
    ['no scheme', a, []],
    ['a flood of signatures', Array.from({ length: 1000 }, () => `v1=${a}`).join(','), []],
    ['more signatures than keys can be', Array.from({ length: 14 }, () => `v1=${a}`).join(','), Array(8).fill(a)],
  ])('with %s', (_, header, expected) => {
    expect(parseSignature(header)).toEqual(expected);
  });

  it('gives back what was written', () => {
    fc.assert(
      fc.property(fc.array(hex, { maxLength: 8 }), (hexes) => {
        expect(parseSignature(formatSignature(hexes))).toEqual(hexes);
      }),
    );
  });
});

describe('a timestamp', () => {
  const nowMs = 1_795_342_500_000;

  it.each<[string, boolean]>([
    ['1795342500', true],
    ['1795342200', true],
    ['1795342800', true],
    ['1795342199', false],
    ['1795342801', false],
    ['1795342500000', false],
    ['1795342500.5', false],
    ['-1795342500', false],
    [' 1795342500', false],
    ['1.7953425e9', false],
    ['', false],
  ])('"%s" is fresh: %s', (text, expected) => {
    expect(isFresh(text, nowMs)).toBe(expected);
  });

  it('is held to the window that is asked for', () => {
    expect(isFresh('1795342490', nowMs, 10_000)).toBe(true);
    expect(isFresh('1795342489', nowMs, 10_000)).toBe(false);
  });
});

function flipped(bytes: Buffer, place: number, bit: number): Buffer {
  const changed = Buffer.from(bytes);
  const index = place % changed.length;
  changed[index] = (changed[index] ?? 0) ^ (1 << bit);
  return changed;
}
