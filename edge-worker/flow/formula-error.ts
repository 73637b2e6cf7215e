// What can be wrong with a formula, in words for the person who wrote it: what, where, and what to do.
import { EvaluationError, ParseError } from '@marcbachmann/cel-js';
import { CurrencyMismatch } from '../../shared/money.ts';
import { CodecError } from '../connectors/codecs.ts';

/** What to do, by what is wrong. A closed table: formulas fail in these ways and no other. */
const nextSteps = {
  syntax: 'Correct the formula at the marked place.',
  'too-long': 'Shorten the formula, or carry part of it in a mapping row of its own.',
  'unknown-name': 'Use `it` and a field of the record, or one of the functions of the formula language.',
  'wrong-type': 'Use add, sub, mul and div for amounts and decimals, and text(…) to join them to text.',
  'not-allowed': 'Say it with the functions of the formula language.',
  'mixed-currencies': 'Keep to amounts of one currency, for example with filter: Tieout never makes an exchange rate.',
  'empty-value':
    "Say what stands in for it, as in default(it.rate, decimal('0')), or leave it out, as in when(it.rate != null, …).",
  inexact: "Name a rounding as the last argument, as in mul(it.total, decimal('0.5'), 'half-up').",
  'out-of-range': 'Correct the value in the record that holds it, or the formula.',
} as const;

export type FormulaCode = keyof typeof nextSteps;

/** Where in the formula's text, in characters. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface FormulaErrorDetails {
  readonly next?: string;
  readonly at?: Span | null;
  readonly cause?: unknown;
}

/** A codec error too, so that a formula that fails on one record becomes a hold of that record and of nothing else. */
export class FormulaError extends CodecError {
  override readonly name: string = 'FormulaError';
  readonly code: FormulaCode;
  readonly next: string;
  readonly at: Span | null;

  constructor(code: FormulaCode, message: string, details: FormulaErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.next = details.next ?? nextSteps[code];
    this.at = details.at ?? null;
  }
}

/** The library's codes that say more than that types do not fit. */
const checkCodes: Readonly<Record<string, FormulaCode>> = {
  unknown_variable: 'unknown-name',
  no_such_key: 'unknown-name',
  limit_exceeded: 'too-long',
};

/** Where the general advice would not help. */
const checkSteps: Readonly<Record<string, string>> = {
  no_such_key: 'Use a field that the record has.',
  incompatible_ternary_branches: 'Give both cases the same type; to leave a field empty, write when(condition, value).',
};

/** What a value that is empty looks like to operators and functions whose types were checked beforehand. */
const emptyCodes: ReadonlySet<string> = new Set([
  ...['no_matching_overload', 'no_such_overload', 'invalid_condition_type', 'invalid_logical_operand'],
]);

/** A fault found by reading or checking a formula. */
export function refusedBy(error: unknown, text: string): FormulaError {
  if (error instanceof FormulaError) return error;
  const { code, summary, span } = partsOf(error);
  const known = checkCodes[code] ?? (error instanceof ParseError ? 'syntax' : 'wrong-type');
  const next = checkSteps[code];
  const details = { at: span, cause: error, ...(next === undefined ? {} : { next }) };
  return new FormulaError(known, `${quote(text, span)}${plainWords(summary)}`, details);
}

/** A fault met while working out a formula for one record. Null for what is no fault of the formula or the record. */
export function failedBy(error: unknown, text: string): FormulaError | null {
  if (error instanceof FormulaError) return error;
  if (error instanceof CurrencyMismatch) return new FormulaError('mixed-currencies', error.message, { cause: error });
  if (error instanceof RangeError) return new FormulaError('out-of-range', error.message, { cause: error });
  if (!(error instanceof EvaluationError)) return null;
  const { code, summary, span } = partsOf(error);
  if (emptyCodes.has(code)) {
    return new FormulaError('empty-value', `${quote(text, span)}a value is empty`, { at: span, cause: error });
  }
  return new FormulaError('out-of-range', `${quote(text, span)}${plainWords(summary)}`, { at: span, cause: error });
}

function partsOf(error: unknown): { readonly code: string; readonly summary: string; readonly span: Span | null } {
  const found = error as Partial<Pick<ParseError, 'code' | 'summary' | 'range' | 'message'>> | null;
  return {
    code: found?.code ?? '',
    summary: found?.summary ?? found?.message ?? 'it cannot be understood',
    span: found?.range ? { start: found.range.start, end: found.range.end } : null,
  };
}

const quotedCharactersMax = 60;

function quote(text: string, span: Span | null): string {
  const part = span === null ? '' : text.slice(span.start, span.end);
  if (part === '') return '';
  return part.length > quotedCharactersMax ? `"${part.slice(0, quotedCharactersMax)}…": ` : `"${part}": `;
}

const signs: Readonly<Record<string, string>> = {
  EOF: 'the end',
  LPAREN: '(',
  RPAREN: ')',
  LBRACKET: '[',
  RBRACKET: ']',
  LBRACE: '{',
  RBRACE: '}',
  COLON: ':',
  COMMA: ',',
  DOT: '.',
  IDENTIFIER: 'a name',
};

/** Their token and type names as people write them: `dyn<Decimal>` is a decimal that may be empty. */
function plainWords(summary: string): string {
  return summary
    .replace(/\b[A-Z]{3,}\b/g, (name) => signs[name] ?? name.toLowerCase())
    .replace(/dyn<([\w.]+)>/g, '$1?')
    .replace(/^No such key: index .*$/, 'the list has no such element')
    .replace(/^No such key: (.+)$/, 'there is no field $1')
    .replace(/^(found )?no (such|matching) overload(:| for) /i, 'this does not go together: ')
    .replace(/^[A-Z]/, (letter) => letter.toLowerCase());
}
