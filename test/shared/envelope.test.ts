// The envelope: what a package may send, what the hub refuses, and how versions follow each other.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acceptedVersions,
  currentVersion,
  type EnvelopeReader,
  envelopeVersions,
  makeEnvelope,
  noticesMax,
  readEnvelope,
} from '../../shared/wire/envelope.ts';

const notice = { id: '501', type: 'job', record: '77', kind: 'changed', at: '2026-11-22T10:14:58.000Z' } as const;
const fields = {
  installation: 'ins_01J00000000000000000000000',
  system: 'example',
  account: '1234567_SB1',
  environment: 'sandbox',
  sentAt: '2026-11-22T10:15:00.000Z',
  delivery: '9f1c',
  notices: [notice],
} as const;
const raw = { v: 1, ...fields };

describe('an envelope', () => {
  it('that was made is read as it was made, after its way through JSON', () => {
    const made = makeEnvelope(fields);
    expect(readEnvelope(JSON.parse(JSON.stringify(made)))).toEqual({ ok: true, envelope: made });
    expect(made).toEqual(raw);
  });

  it('may hold no notice or a hundred, and not one more', () => {
    const many = (count: number) => ({ ...raw, notices: Array.from({ length: count }, () => notice) });
    expect(readEnvelope(many(0)).ok).toBe(true);
    expect(readEnvelope(many(noticesMax)).ok).toBe(true);
    expect(readEnvelope(many(noticesMax + 1))).toMatchObject({ ok: false, problem: 'malformed' });
    expect(() => makeEnvelope({ ...fields, notices: many(noticesMax + 1).notices })).toThrow(RangeError);
  });

  it('brings nothing along that was not agreed', () => {
    const chatty = { ...raw, release: true, notices: [{ ...notice, values: { amount: '1' } }] };
    expect(readEnvelope(chatty)).toEqual({ ok: true, envelope: raw });
  });

  it.each<[string, unknown]>([
    ['no JSON object', 'text'],
    ['null', null],
    ['a list', [raw]],
    ['without a version', { ...raw, v: undefined }],
    ['with a version in text', { ...raw, v: '1' }],
    ['with half a version', { ...raw, v: 1.5 }],
    ['without an installation', { ...raw, installation: '' }],
    ['with an installation of 101 characters', { ...raw, installation: 'i'.repeat(101) }],
    ['with a numeric account', { ...raw, account: 1234567 }],
    ['of an unknown environment', { ...raw, environment: 'SANDBOX' }],
    ['without notices', { ...raw, notices: null }],
    ['with notices by key', { ...raw, notices: { 0: notice } }],
    ['sent on a day', { ...raw, sentAt: '2026-11-22' }],
    ['sent on 30 February', { ...raw, sentAt: '2026-02-30T10:15:00Z' }],
    ['sent in local time', { ...raw, sentAt: '2026-11-22T10:15:00+01:00' }],
    ['with a numeric delivery', { ...raw, delivery: 9 }],
    ['with an empty notice', { ...raw, notices: [null] }],
    ['with a type of 61 characters', { ...raw, notices: [{ ...notice, type: 't'.repeat(61) }] }],
    ['with a numeric record', { ...raw, notices: [{ ...notice, record: 77 }] }],
    ['with an id of 101 characters', { ...raw, notices: [notice, { ...notice, id: '5'.repeat(101) }] }],
    ['with an order to release', { ...raw, notices: [{ ...notice, kind: 'released' }] }],
    ['with a notice of no instant', { ...raw, notices: [{ ...notice, at: 'now' }] }],
  ])('%s is refused as malformed', (_, parsed) => {
    expect(readEnvelope(parsed)).toMatchObject({ ok: false, problem: 'malformed', detail: expect.any(String) });
  });

  it('is read or refused, never a crash, whatever JSON arrives', () => {
    const almost = fc.record({
      v: fc.constant(1),
      notices: fc.jsonValue(),
      sentAt: fc.jsonValue(),
      system: fc.jsonValue(),
    });
    fc.assert(fc.property(fc.oneof(fc.jsonValue(), almost), (parsed) => !readEnvelope(parsed).ok));
  });
});

describe('versions', () => {
  const readVersion2: EnvelopeReader = ({ place, ...rest }) =>
    typeof place === 'string' ? (envelopeVersions[1]?.({ ...rest, account: place }) ?? null) : null;
  const second = { ...raw, v: 2, account: undefined, place: '1234567_SB1' };

  it('are written in the newest of those that are read', () => {
    expect(Math.max(...Object.keys(envelopeVersions).map(Number))).toBe(currentVersion);
    expect(makeEnvelope(fields).v).toBe(currentVersion);
  });

  it('are understood in the newest form and in the one before', () => {
    const versions = { ...envelopeVersions, 2: readVersion2 };
    expect(readEnvelope(raw, versions)).toMatchObject({ ok: true, envelope: { account: '1234567_SB1' } });
    expect(readEnvelope(second, versions)).toMatchObject({ ok: true, envelope: { account: '1234567_SB1' } });
    expect(readEnvelope({ ...second, place: 7 }, versions)).toMatchObject({ ok: false, problem: 'malformed' });
  });

  it('older than that are refused, even where the table still knows them', () => {
    const versions = { ...envelopeVersions, 2: readVersion2, 3: readVersion2 };
    expect(readEnvelope(raw, versions)).toMatchObject({ ok: false, problem: 'unsupported-version' });
    expect(readEnvelope(second, versions).ok).toBe(true);
  });

  it.each([
    [0, 'update the package that sends it'],
    [-1, 'update the package that sends it'],
    [2, 'the hub has to be updated before it can read it'],
    [1e9, 'the hub has to be updated before it can read it'],
  ])('%i, which nobody has agreed, is refused, and who is behind is said', (version, next) => {
    const detail = `version ${version} is not understood, only ${currentVersion}: ${next}`;
    expect(readEnvelope({ ...raw, v: version })).toEqual({ ok: false, problem: 'unsupported-version', detail });
  });

  it('that are accepted follow from the table alone, so that the next one is one row', () => {
    expect(acceptedVersions({ ...envelopeVersions, 2: readVersion2, 3: readVersion2 })).toEqual([2, 3]);
    expect(acceptedVersions()).toEqual([currentVersion]);
  });
});

it('the wire folder imports nothing, since it also runs inside both hosts', () => {
  for (const file of ['envelope', 'signature', 'status']) {
    const source = readFileSync(`${import.meta.dirname}/../../shared/wire/${file}.ts`, 'utf8');
    expect(source).not.toMatch(/^import |\bimport\(|\brequire\(/m);
  }
});
