// What may come next in a formula at the place where somebody writes: fields of its record, functions, choices.
import type { Shape } from '../../client.ts';

export type FormulaWords = Shape<'FormulaWords'>;
type Fields = FormulaWords['records'][number]['fields'];

export interface Suggestion {
  readonly label: string;
  /** What stands in the formula once it is taken. */
  readonly text: string;
  /** How many characters before its end the writing goes on. */
  readonly back: number;
  readonly detail: string;
}

export interface Suggestions {
  /** What is replaced. They are for a caret at its end: one that goes elsewhere leaves them. */
  readonly from: number;
  readonly to: number;
  readonly offered: readonly Suggestion[];
}

const offeredMax = 12;
const none: Suggestions = { from: 0, to: 0, offered: [] };

/** `isAsked`: somebody wants to see them, though nothing is begun. */
export function suggestAt(text: string, caret: number, words: FormulaWords, isAsked: boolean): Suggestions {
  const before = text.slice(0, caret);
  const quoted = /([\w.]+)\s*[!=]=\s*'([^']*)$/.exec(before);
  if (quoted) return fitting(caret, quoted[2] ?? '', choicesOf(typeAt(before, quoted[1] ?? '', words)));
  if ((before.match(/'/g)?.length ?? 0) % 2 === 1) return none;
  const begun = /[A-Za-z_]\w*$/.exec(before)?.[0] ?? '';
  const head = before.slice(0, before.length - begun.length);
  if (head.endsWith('.')) return fitting(caret, begun, membersOf(head.slice(0, -1), words));
  if (begun === '' && !isAsked) return none;
  return fitting(caret, begun, [...ownFields(words), ...functionsOf(words, null)]);
}

function fitting(caret: number, begun: string, all: readonly Suggestion[]): Suggestions {
  const asked = begun.toLowerCase();
  const begins = (one: Suggestion) => [one.label, one.label.replace(/^it\./, '')].some((name) => isBegun(name, asked));
  const offered = all.filter((one) => begins(one) || (asked.length > 1 && isBegun(one.detail, asked)));
  // What is written out already needs no suggestion.
  const isWhole = offered.length === 1 && offered[0]?.text === begun;
  return { from: caret - begun.length, to: caret, offered: isWhole ? [] : offered.slice(0, offeredMax) };
}

const isBegun = (name: string, asked: string) => name.toLowerCase().startsWith(asked);

interface Typed {
  readonly type: string;
  readonly choices: readonly string[] | null;
}

/** What stands before a point: a record has fields, a text and a list have functions. */
function membersOf(head: string, words: FormulaWords): readonly Suggestion[] {
  const path = /[A-Za-z_]\w*(?:\.\w+)*$/.exec(head)?.[0];
  if (path === undefined) return [...functionsOf(words, 'text'), ...functionsOf(words, 'list')];
  const { type } = typeAt(head, path, words) ?? { type: '' };
  const plain = type.replace('?', '');
  if (plain.startsWith('list')) return functionsOf(words, 'list');
  if (plain === 'string') return functionsOf(words, 'text');
  const isOwn = path === 'it';
  return (fieldsOf(plain, words) ?? []).map((field) => fieldOf(field, '', isOwn ? words.sample : null));
}

const fieldsOf = (record: string, { records }: FormulaWords): Fields | undefined =>
  records.find(({ name }) => name === record)?.fields;

/** The type of `it.lines` or of the name that a loop gives to each element. */
function typeAt(before: string, path: string, words: FormulaWords): Typed | null {
  const [root = '', ...fields] = path.split('.');
  const own = words.records.at(-1)?.name ?? '';
  let found: Typed | null = root === 'it' ? { type: own, choices: null } : elementAt(before, root, words);
  for (const field of fields) {
    const next = found && fieldsOf(found.type.replace('?', ''), words)?.find(({ name }) => name === field);
    found = next ? { type: next.type, choices: next.choices } : null;
  }
  return found;
}

function elementAt(before: string, name: string, words: FormulaWords): Typed | null {
  const loops = [...before.matchAll(/([A-Za-z_]\w*(?:\.\w+)*)\.(?:map|filter|all|exists|exists_one)\(\s*(\w+)\s*,/g)];
  const loop = loops.findLast(([, , given]) => given === name);
  const list = loop && typeAt(before.slice(0, loop.index), loop[1] ?? '', words)?.type;
  const element = list && /^list<(.+)>\??$/.exec(list)?.[1];
  return element ? { type: element, choices: null } : null;
}

const ownFields = ({ records, sample }: FormulaWords) =>
  (records.at(-1)?.fields ?? []).map((field) => fieldOf(field, 'it.', sample));

function fieldOf({ name, type, title }: Fields[number], lead: string, sample: FormulaWords['sample']): Suggestion {
  const value = sample?.[name];
  const shown =
    value === undefined || value === null ? '' : `, here ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  return { label: `${lead}${name}`, text: `${lead}${name}`, back: 0, detail: `${title}: ${type}${shown}` };
}

function functionsOf({ functions }: FormulaWords, after: 'text' | 'list' | null): readonly Suggestion[] {
  const fits = functions.filter((one) => (after === null ? one.after === null : one.after?.includes(after)));
  return fits.map(({ name, takes, says }) => ({
    label: `${name}(${takes})`,
    text: `${name}()`,
    back: takes === '' ? 0 : 1,
    detail: says,
  }));
}

const choicesOf = (typed: Typed | null): readonly Suggestion[] =>
  (typed?.choices ?? []).map((choice) => ({ label: choice, text: choice, back: 0, detail: 'one of its choices' }));
