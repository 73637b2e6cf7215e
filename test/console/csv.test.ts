// Tables of values as CSV: files of every spreadsheet and language are read, and what is wrong is told by line.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { differenceOf, readCsv, writeCsv } from '../../edge-worker/console/pages/mappings/csv.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const linesOf = (bytes: Uint8Array) => {
  const read = readCsv(bytes);
  return 'lines' in read ? read.lines.map(({ row, theirs, ours, problem }) => [row, theirs, ours, problem]) : read;
};

it('A file of any spreadsheet is read: commas, semicolons or tabs, marks, quotes, umlauts of any code page', () => {
  const expected = [[2, 'Zürich; Süd', 'DACH "south"', null]];
  const comma = 'Theirs,Ours\r\n"Zürich; Süd","DACH ""south"""\r\n';
  expect(linesOf(utf8(comma))).toEqual(expected);
  expect(linesOf(utf8(`\uFEFF${comma}`))).toEqual(expected);
  expect(linesOf(utf8('theirs;OURS\n"Zürich; Süd";"DACH ""south"""\n'))).toEqual(expected);
  const tabs = 'Theirs\tOurs\r\nZürich; Süd\t"DACH ""south"""\r\n';
  expect(linesOf(new Uint8Array(Buffer.from(`\uFEFF${tabs}`, 'utf16le')))).toEqual(expected);
  expect(linesOf(new Uint8Array(Buffer.from(tabs, 'latin1')))).toEqual(expected);
});

it('What is written is read again as it was, in every language, and no cell is taken for a formula', () => {
  const cell = fc
    .string({ minLength: 1 })
    .map((text) => text.trim())
    .filter((text) => text !== '' && !/^'[=+\-@\t\r]/.test(text));
  const tables = fc.uniqueArray(fc.record({ theirs: cell, ours: cell }), {
    selector: ({ theirs }) => theirs,
    minLength: 1,
  });
  fc.assert(
    fc.property(tables, fc.constantFrom('en', 'de'), (pairs, locale) => {
      const read = readCsv(utf8(writeCsv(pairs, locale)));
      expect('lines' in read && read.lines.map(({ theirs, ours }) => ({ theirs, ours }))).toEqual(pairs);
    }),
  );
  expect(writeCsv([{ theirs: '=1+1', ours: 'x' }], 'en')).toBe('\uFEFF"Theirs","Ours"\r\n"\'=1+1","x"\r\n');
  expect(writeCsv([{ theirs: 'a', ours: 'x' }], 'de')).toContain('"a";"x"');
});

it('What cannot be taken is told by its line, and the rest is read', () => {
  expect(linesOf(utf8('DE,Germany\nFR\n,x\nIT,\nDE,Deutschland\nDE,Germany\na,b,c\n'))).toEqual([
    [1, 'DE', 'Germany', null],
    [2, 'FR', '', 'Our value is missing.'],
    [3, '', 'x', 'Their value is missing.'],
    [4, 'IT', '', 'Our value is missing.'],
    [5, 'DE', 'Deutschland', 'Line 1 says that it means “Germany”.'],
    [7, 'a', 'b', 'It has 3 values; their value and ours are needed.'],
  ]);
  expect(linesOf(utf8(''))).toEqual({ problem: 'There is nothing in this file.' });
  expect(linesOf(utf8('Theirs,Ours\n'))).toEqual({ problem: 'There are no values below the heads.' });
  expect(linesOf(utf8('"a,b\n'))).toEqual({ problem: 'A quote in line 1 is not closed.' });
});

it('What a file changes is known before it is taken', () => {
  const before = [
    { theirs: 'DE', ours: 'Germany' },
    { theirs: 'FR', ours: 'France' },
    { theirs: 'IT', ours: 'Italy' },
  ];
  const file = [
    { theirs: 'DE', ours: 'Germany' },
    { theirs: 'FR', ours: 'Gaul' },
    { theirs: 'ES', ours: 'Spain' },
  ];
  expect(differenceOf(before, file)).toEqual({
    added: [file[2]],
    changed: [{ theirs: 'FR', ours: 'Gaul', before: 'France' }],
    same: 1,
    missing: [before[2]],
  });
});
