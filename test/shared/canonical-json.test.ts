// One spelling per value: whatever the order of keys or the road a value took, text and hash are the same.
import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, hashOf, parseExactJson } from '../../shared/canonical-json.ts';

describe('the canonical spelling', () => {
  it.each<[unknown, string]>([
    [null, 'null'],
    [true, 'true'],
    ['', '""'],
    ['Kaistraße 東京 👩', '"Kaistraße 東京 👩"'],
    ['a "quoted" \\ and\n\u0000\u001f', '"a \\"quoted\\" \\\\ and\\n\\u0000\\u001f"'],
    ['\u2028\u007f', '"\u2028\u007f"'],
    ['\ud800 alone', '"\\ud800 alone"'],
    [0, '0'],
    [-0, '0'],
    [1.5, '1.5'],
    [1e21, '1e+21'],
    [[], '[]'],
    [{}, '{}'],
    [{ b: 1, a: [{ d: null, c: 'x' }] }, '{"a":[{"c":"x","d":null}],"b":1}'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [[1, undefined, 2], '[1,null,2]'],
    [new Array(2), '[null,null]'],
    [{ 10: 'ten', 9: 'nine', a: 'letter' }, '{"10":"ten","9":"nine","a":"letter"}'],
    [
      { '\u20ac': 1, '\r': 2, '1': 3, '\ud83d\ude00': 4, '\ufb33': 5 },
      '{"\\r":2,"1":3,"\u20ac":1,"\ud83d\ude00":4,"\ufb33":5}',
    ],
    [JSON.parse('{"__proto__":{"a":1},"a":2}'), '{"__proto__":{"a":1},"a":2}'],
  ])('of %j is %s', (value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  it('is the same for records without a prototype and from another realm', () => {
    const bare: Record<string, unknown> = Object.create(null);
    bare['b'] = [1];
    bare['a'] = 2;
    expect(canonicalJson(bare)).toBe('{"a":2,"b":[1]}');
    expect(canonicalJson(runInNewContext('({ b: [1], a: 2 })'))).toBe('{"a":2,"b":[1]}');
  });

  it.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['Infinity', { deep: [Number.NEGATIVE_INFINITY] }],
    ['a bigint', 1n],
    ['a function', { call: () => 1 }],
    ['a symbol', Symbol('s')],
    ['undefined itself', undefined],
    ['a date', new Date(0)],
    ['a map', { map: new Map() }],
    ['bytes', new Uint8Array(2)],
    ['an instance of a class', new (class Amount {})()],
  ])('refuses %s rather than writing something else', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
    expect(() => hashOf(value)).toThrow(TypeError);
  });

  it('ends at a cycle instead of running for ever', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => canonicalJson(circle)).toThrow('at most 100 levels deep');
  });

  it('does not depend on the order of keys, at any depth', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.infiniteStream(fc.nat()), (value, chance) => {
        const other = shuffled(value, chance);
        expect(canonicalJson(other)).toBe(canonicalJson(value));
        expect(hashOf(other)).toBe(hashOf(value));
      }),
    );
  });

  it('is JSON: parsing it gives the value back, and writing that again the same text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it('tells different values apart', () => {
    const spellings = [null, 'null', 0, '0', false, '', [], {}, [[]], [null], { a: null }, { a: '' }].map(
      canonicalJson,
    );
    expect(new Set(spellings).size).toBe(spellings.length);
  });
});

describe('the hash', () => {
  it('is the first 32 hex characters of SHA-256 over the canonical spelling', () => {
    const value = { name: 'Kaistraße', hours: '7.5' };
    const full = createHash('sha256').update('{"hours":"7.5","name":"Kaistraße"}', 'utf8').digest('hex');
    expect(hashOf(value)).toBe(full.slice(0, 32));
  });

  it('is never written differently: rows of earlier releases hold this one', () => {
    expect(hashOf({})).toBe('44136fa355b3678a1146ad16f7e8649e');
  });
});

describe('parsing exactly', () => {
  it.each<[string, unknown]>([
    ['{"amount":12345678901234567.89}', { amount: '12345678901234567.89' }],
    ['[0.1234567890123456]', ['0.1234567890123456']],
    ['[9007199254740993]', ['9007199254740993']],
    ['[1000000000000000]', ['1000000000000000']],
    ['[-1234567890123456]', ['-1234567890123456']],
    ['[123456789012345]', [123456789012345]],
    ['[0.00000000000000000001]', [1e-20]],
    ['[7.5, 1e3, 2.5E-3, -0]', [7.5, 1000, 0.0025, -0]],
    ['[1e400, -1e400]', ['1e400', '-1e400']],
    ['[1e-400, 0e-400]', ['1e-400', 0]],
    ['[1.2345678901234e-310]', ['1.2345678901234e-310']],
    ['12345678901234567890', '12345678901234567890'],
    ['{"text":"12345678901234567890","n":1}', { text: '12345678901234567890', n: 1 }],
    ['{"a":{"b":[{"c":1.00000000000000001}]}}', { a: { b: [{ c: '1.00000000000000001' }] } }],
    ['null', null],
  ])('%s', (text, expected) => {
    expect(parseExactJson(text)).toEqual(expected);
  });

  it('gives what JSON.parse gives where no number is too long', () => {
    const number = fc.integer({ min: -999_999_999, max: 999_999_999 }).map((units) => units / 1000);
    const leaf = fc.oneof(number, fc.string(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('tree')), fc.dictionary(fc.string(), tie('tree'))),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const text = JSON.stringify({ value, id: '12345678901234567890' });
        expect(parseExactJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('never changes a digit', () => {
    const digits = fc.stringMatching(/^-?[1-9]\d{0,39}(\.\d{0,20}[1-9])?$/);
    fc.assert(
      fc.property(digits, (source) => {
        const parsed = parseExactJson(`{"n":${source}}`);
        const kept = parsed !== null && typeof parsed === 'object' && 'n' in parsed ? parsed.n : undefined;
        expect(String(kept)).toBe(source);
      }),
    );
  });

  it('refuses what is not JSON', () => {
    for (const text of ['', '{', '01', '[1,]', '1234567890123456.', "{'a':1}"]) {
      expect(() => parseExactJson(text)).toThrow(SyntaxError);
    }
  });
});

/** The same value with the keys of every record in another order. */
function shuffled(value: unknown, chance: Iterator<number>): unknown {
  if (Array.isArray(value)) return value.map((part) => shuffled(part, chance));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]) => ({ key, part, at: Number(chance.next().value) }));
  entries.sort((a, b) => a.at - b.at);
  return Object.fromEntries(entries.map(({ key, part }) => [key, shuffled(part, chance)]));
}
