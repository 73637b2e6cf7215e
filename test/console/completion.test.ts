// What a formula's editor suggests: fields with their type, what each type can do, names that loops give, choices.
import { expect, it } from 'vitest';
import { type FormulaWords, suggestAt } from '../../edge-worker/console/pages/mappings/completion.ts';
import { formulaRecords, formulaWords } from '../../edge-worker/flow/formula-words.ts';

/** As the API sends them. */
const sent: unknown = JSON.parse(
  JSON.stringify({ records: formulaRecords('contract'), functions: formulaWords, sample: { name: 'Support 2026' } }),
);
const words = sent as FormulaWords;
/** `|` is where somebody writes. */
const offered = (marked: string, isAsked = false) => {
  const caret = marked.indexOf('|');
  return suggestAt(marked.replace('|', ''), caret, words, isAsked).offered.map(({ label }) => label);
};

it('Fields of the record are offered by their name or title, with type and a real value', () => {
  expect(offered('it.na|')).toEqual(['it.name'.slice(3)]);
  expect(offered('upper(nam|)')).toContain('it.name');
  expect(suggestAt('it.nam', 6, words, false).offered[0]?.detail).toContain('string, here Support 2026');
  expect(offered('it.|').length).toBeGreaterThan(5);
});

it('After a point stands what the type can do, and elements of a list are known by the name that a loop gives', () => {
  expect(offered('it.name.starts|')).toEqual(['startsWith(text)']);
  expect(offered("'a'.up|")).toEqual(['upperAscii()']);
  expect(offered('it.rateCard.ma|')).toEqual(['map(name, value)']);
  expect(offered('it.rateCard.map(one, one.ra|')).toEqual(['rate']);
});

it('Choices are offered within quotes, functions where a word begins, and nothing within other texts', () => {
  expect(offered("it.pricingModel == 'fixed|")).toEqual(['fixed-fee']);
  expect(offered('defa|')).toEqual(['default(value, instead)']);
  expect(offered("'defa|'")).toEqual([]);
  expect(offered('|')).toEqual([]);
  expect(offered('|', true).length).toBeGreaterThan(5);
  expect(offered('it.name|')).toEqual([]);
});

it('What is taken stands in the place of what was begun, and the writing goes on within its brackets', () => {
  const { from, offered: found } = suggestAt('upper(tri)', 9, words, false);
  expect([from, found[0]?.text, found[0]?.back]).toEqual([6, 'trim()', 1]);
});
