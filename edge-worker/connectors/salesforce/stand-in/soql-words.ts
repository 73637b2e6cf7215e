// SOQL text -> words, and the errors that point at a place in the text.
import { Refused } from './refusals.ts';
import { parseDateTime } from './times.ts';

export interface Word {
  readonly kind: 'name' | 'string' | 'number' | 'date' | 'datetime' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

const shapes: readonly (readonly [Word['kind'], RegExp])[] = [
  ['datetime', /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/iy],
  ['date', /\d{4}-\d\d-\d\d(?![\dT])/y],
  ['number', /[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w:-])/iy],
  ['string', /'(?:[^'\\]|\\[\s\S])*'/y],
  ['name', /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::\d+)?/y],
  ['symbol', /<=|>=|!=|<>|[=<>(),]/y],
];

/** Salesforce shows the text, a caret below it, and the row and column. */
export function soqlError(code: string, soql: string, at: number, message: string): Refused {
  const flat = soql.replace(/\s/g, ' ');
  const caret = `${' '.repeat(Math.max(0, at))}^`;
  return new Refused(code, `\n${flat}\n${caret}\nERROR at Row:1:Column:${at + 1}\n${message}`, null);
}

export const malformed = (soql: string, at: number, message: string): Refused =>
  soqlError('MALFORMED_QUERY', soql, at, message);

export function splitWords(soql: string): readonly Word[] {
  const words: Word[] = [];
  const blank = /\s*/y;
  let at = 0;
  for (;;) {
    blank.lastIndex = at;
    blank.exec(soql);
    at = blank.lastIndex;
    if (at >= soql.length) break;
    const word = wordAt(soql, at);
    words.push(word);
    at += word.text.length;
  }
  words.push({ kind: 'end', text: '', at: soql.length });
  return words;
}

function wordAt(soql: string, at: number): Word {
  for (const [kind, shape] of shapes) {
    shape.lastIndex = at;
    const text = shape.exec(soql)?.[0];
    if (text !== undefined) return { kind, text, at };
  }
  throw malformed(soql, at, `line 1:${at} no viable alternative at character '${soql[at]}'`);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** The text of a quoted string. `\%` and `\_` keep their backslash, because only LIKE gives it a meaning. */
export function unquote(soql: string, word: Word): string {
  return word.text.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (whole, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    if (escaped === '%' || escaped === '_') return whole;
    const plain = /['"\\]/.test(escaped) ? escaped : escapes[escaped.toLowerCase()];
    if (plain === undefined) throw malformed(soql, word.at, `Invalid string literal ${word.text}. Illegal character`);
    return plain;
  });
}

export function momentOf(soql: string, word: Word): number {
  const ms = parseDateTime(word.text);
  if (ms === null) throw malformed(soql, word.at, `Invalid datetime: ${word.text}`);
  return ms;
}
