// What people read: every code has words that are complete, and a page can always be drawn.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faults } from '../../edge-worker/faults.ts';
import { explainWords } from '../../shared/explain-words.ts';
import { refusals, refusalTitle } from '../../shared/refusals.ts';
import { type StatusState, statusStates } from '../../shared/wire/status.ts';
import { words, wordsFor } from '../../shared/words.ts';

describe('the catalogue', () => {
  it.each(Object.entries({ ...words, ...explainWords }))(
    '%s says what happened and what to do next, in whole sentences',
    (_, entry) => {
      expect(entry.title).toMatch(/^[A-Z].*[^.]$/);
      expect(entry.title.length).toBeLessThanOrEqual(40);
      expect(entry.text).toMatch(/^[A-Z{].*([.]|\})$/);
      expect(entry.next).toMatch(/^[A-Z{].*\.$/);
    },
  );

  it('has words for the next step of every fault', () => {
    for (const fault of Object.values(faults)) expect(words).toHaveProperty(fault.next);
  });

  it('names its parameters in the text', () => {
    const params = { role: 'Senior Consultant', rate: '190', expected: '185', currency: 'EUR' };
    expect(wordsFor('rate-mismatch', params).text).toBe(
      'The rate for Senior Consultant is 190 EUR; the contract says 185 EUR.',
    );
  });

  it('shows a gap where a parameter is missing, and a parameter that looks like one as it is', () => {
    expect(wordsFor('refused', null).text).toBe('— refused the record. It said: —');
    expect(wordsFor('refused', { system: '{message}', message: '$& {system}' }).text).toBe(
      '{message} refused the record. It said: $& {system}',
    );
  });

  it('leaves no placeholder behind in any words', () => {
    for (const code of Object.keys(words)) {
      const { title, text, next } = wordsFor(code, {});
      expect(title + text + next).not.toMatch(/[{}]/);
    }
  });

  it('never fails: a code it does not know is its own title', () => {
    expect(wordsFor('brand-new', { any: 'thing' })).toEqual({ title: 'brand-new', text: '', next: '' });
    for (const code of ['constructor', '__proto__', 'toString', '']) expect(wordsFor(code, null).title).toBe(code);
    const params = fc.option(fc.dictionary(fc.string(), fc.string()));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom(...Object.keys(words))), params, (code, given) => {
        expect(typeof wordsFor(code, given).title).toBe('string');
      }),
    );
  });
});

describe('a refusal', () => {
  it.each(Object.entries(refusals))('%s has a title that people can read', (_, title) => {
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(title.length).toBeLessThanOrEqual(40);
  });

  it('whose code is newer than the table is still shown as words', () => {
    expect(refusalTitle('brand-new')).toBe('Brand new');
    expect(refusalTitle('constructor')).toBe('Constructor');
  });
});

describe('a status', () => {
  it('is one of ten states', () => {
    const states: StatusState[] = [
      'in-step',
      'on-its-way',
      'waiting',
      'held',
      'failed',
      'uncertain',
      'not-connected',
      'ignored',
      'would-pass',
      'would-be-held',
    ];
    expect(Object.keys(statusStates).sort()).toEqual(states.sort());
  });

  it('is told apart by title and icon, never by colour alone', () => {
    const looks = Object.values(statusStates);
    expect(new Set(looks.map((look) => look.title)).size).toBe(looks.length);
    expect(new Set(looks.map((look) => look.icon)).size).toBe(looks.length);
  });
});
