// Tables of values as CSV: what a spreadsheet saved is read whatever its marks and language, and told line by line
// before it is taken; what is written is read the same way again.
import { parse, unparse } from 'papaparse';

export interface Pair {
  readonly theirs: string;
  readonly ours: string;
}

export interface Line extends Pair {
  /** As a spreadsheet counts, from 1. */
  readonly row: number;
  /** Why it cannot be taken. */
  readonly problem: string | null;
}

const heads = { theirs: ['theirs', 'their value'], ours: ['ours', 'means ours', 'our value'] };
/** More than any table of values; a wrong file is told before it is drawn. */
const linesMax = 20_000;

export type Read = { readonly lines: readonly Line[] } | { readonly problem: string };

export function readCsv(bytes: Uint8Array): Read {
  const { data: rows, errors } = parse<string[]>(textOf(bytes), { skipEmptyLines: 'greedy' });
  if (rows.length === 0) return { problem: 'There is nothing in this file.' };
  if (rows.length > linesMax) return { problem: `A table has at most ${linesMax.toLocaleString()} lines.` };
  const quotes = errors.find(({ type }) => type === 'Quotes');
  if (quotes) return { problem: `A quote in line ${(quotes.row ?? 0) + 1} is not closed.` };
  const [head = []] = rows;
  const [their, our] = [columnOf(head, heads.theirs), columnOf(head, heads.ours)];
  const isHead = their >= 0 && our >= 0;
  const lines = rows.map((cells, at) => lineOf(cells, at + 1, isHead ? [their, our] : null)).slice(isHead ? 1 : 0);
  return lines.length === 0 ? { problem: 'There are no values below the heads.' } : { lines: withTwins(lines) };
}

const columnOf = (head: readonly string[], names: readonly string[]) =>
  head.findIndex((cell) => names.includes(cell.trim().toLowerCase()));

function lineOf(cells: readonly string[], row: number, columns: readonly [number, number] | null): Line {
  const [their, our] = columns ?? [0, 1];
  const [theirs, ours] = [plainOf(cells[their]), plainOf(cells[our])];
  const line = { row, theirs, ours };
  if (columns === null && cells.length > 2)
    return { ...line, problem: `It has ${cells.length} values; their value and ours are needed.` };
  if (theirs === '') return { ...line, problem: 'Their value is missing.' };
  return { ...line, problem: ours === '' ? 'Our value is missing.' : null };
}

/** What was kept from being a formula is what it was. */
const plainOf = (cell = '') => cell.trim().replace(/^'(?=[=+\-@\t\r])/, '');

/** Of two lines for one value nobody knows which is meant, unless they say the same. */
function withTwins(lines: readonly Line[]): readonly Line[] {
  const first = new Map<string, Line>();
  return lines.flatMap((line) => {
    const before = line.problem === null ? first.get(line.theirs) : undefined;
    if (line.problem === null && !before) first.set(line.theirs, line);
    if (!before) return [line];
    if (before.ours === line.ours) return [];
    return [{ ...line, problem: `Line ${before.row} says that it means “${before.ours}”.` }];
  });
}

/** Spreadsheets save in UTF-8, in UTF-16, or in the code page of western Windows. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Where commas stand in numbers, spreadsheets part cells by semicolons. The mark says that it is UTF-8. */
export function writeCsv(pairs: readonly Pair[], locale?: string): string {
  const delimiter = (1.5).toLocaleString(locale).includes(',') ? ';' : ',';
  const rows = pairs.map(({ theirs, ours }) => [theirs, ours]);
  const text = unparse({ fields: ['Theirs', 'Ours'], data: rows }, { delimiter, quotes: true, escapeFormulae: true });
  return `\uFEFF${text}\r\n`;
}

export interface Difference {
  readonly added: readonly Pair[];
  readonly changed: readonly (Pair & { readonly before: string })[];
  readonly same: number;
  /** In the table and not in the file. */
  readonly missing: readonly Pair[];
}

export function differenceOf(before: readonly Pair[], lines: readonly Pair[]): Difference {
  const known = new Map(before.map(({ theirs, ours }) => [theirs, ours] as const));
  const told = new Set(lines.map(({ theirs }) => theirs));
  const changed = lines.flatMap(({ theirs, ours }) => {
    const was = known.get(theirs);
    return was === undefined || was === ours ? [] : [{ theirs, ours, before: was }];
  });
  const added = lines.filter(({ theirs }) => !known.has(theirs));
  const missing = before.filter(({ theirs }) => !told.has(theirs));
  return { added, changed, same: lines.length - added.length - changed.length, missing };
}
