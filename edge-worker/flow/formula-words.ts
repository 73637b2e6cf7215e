// What whoever writes a formula may use: the fields of its record with their types, and every function in words.
import { roundings } from '../../shared/decimal.ts';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { titleOf } from '../../shared/entities/entity.ts';
import { recordTypesOf } from './formula-values.ts';

export interface FormulaField {
  readonly name: string;
  /** As formulas know it; `?` = may be empty. */
  readonly type: string;
  readonly title: string;
  /** The only values it can have, where they are listed. */
  readonly choices: readonly string[] | null;
}

/** A record that a formula reads: its own comes last, before it the elements of its lists. */
export interface FormulaRecord {
  readonly name: string;
  readonly fields: readonly FormulaField[];
}

export function formulaRecords(kind: EntityName): readonly FormulaRecord[] {
  const shape = entities[kind].schema.shape as Readonly<Record<string, Parameters<typeof titleOf>[0]>>;
  return recordTypesOf(kind).map(({ name, fields }) => ({
    name,
    fields: [...fields].map(([field, { type, choices }]) => {
      const own = name === kind ? shape[field] : undefined;
      return { name: field, type: type.replace(/dyn<(.+)>/, '$1?'), title: (own && titleOf(own)) || field, choices };
    }),
  }));
}

export interface FormulaWord {
  readonly name: string;
  /** What it follows after a point; null for a function that stands by itself. */
  readonly after: 'text' | 'list' | 'text or list' | null;
  readonly takes: string;
  readonly says: string;
  /** Over a time entry, so that it can be tried. */
  readonly example: string;
}

const word = (name: string, takes: string, says: string, example: string): FormulaWord => ({
  ...{ name, after: null, takes, says, example },
});
const after = (kind: NonNullable<FormulaWord['after']>, ...said: Parameters<typeof word>): FormulaWord => ({
  ...word(...said),
  after: kind,
});

const rounding = `rounding: ${roundings.join(', ')}`;

/** Every function of the language: the test of formulas holds this against what it takes. */
export const formulaWords: readonly FormulaWord[] = [
  word('default', 'value, instead', 'The value, or another where it is empty.', "default(it.note, 'None')"),
  word(
    'when',
    'condition, value',
    'The value where the condition holds, else empty.',
    'when(it.isBillable, it.workedOn)',
  ),
  word('add', 'a, b', 'The sum of two numbers or two amounts of one currency.', "add(it.hours, decimal('0.5'))"),
  word('sub', 'a, b', 'The second taken from the first.', "sub(it.hours, decimal('0.5'))"),
  word('mul', 'a, b, rounding?', `The product; an amount times a number needs a ${rounding}.`, 'mul(it.hours, 2)'),
  word(
    'div',
    'a, b, places, rounding',
    `The quotient, with places and a ${rounding}.`,
    "div(it.hours, 8, 4, 'half-up')",
  ),
  word('neg', 'a', 'With the other sign.', 'neg(it.hours)'),
  word('round', 'number, places, rounding', `Rounded to so many places; ${rounding}.`, "round(it.hours, 1, 'half-up')"),
  word('sum', 'list, currency?', 'The sum of a list of numbers, or of amounts.', "sum([it.hours, decimal('1')])"),
  word('decimal', 'text or whole number', 'An exact number.', "decimal('1.25')"),
  word('money', 'number, currency, rounding?', 'An amount of a currency.', "money('99.50', 'EUR')"),
  word('amount', 'money', 'The number of an amount.', "amount(money('99.50', 'EUR'))"),
  word('currency', 'money', 'The currency of an amount.', "currency(money('99.50', 'EUR'))"),
  word('text', 'value', 'The value as text.', 'text(it.hours)'),
  word('string', 'whole number or yes/no', 'The value as text.', 'string(3)'),
  word('int', 'text', 'A whole number.', "int('3')"),
  word('bool', 'text', 'Yes or no, of true and false.', "bool('true')"),
  word('upper', 'text', 'In capitals.', "upper('eu')"),
  word('lower', 'text', 'In small letters.', "lower('EU')"),
  word('trim', 'text', 'Without blanks at both ends.', "trim(' EU ')"),
  word('size', 'text or list', 'How many characters or elements.', "size('EU')"),
  word('daysBetween', 'day, day', 'Days from the first to the second.', "daysBetween('2026-01-01', it.workedOn)"),
  word('addDays', 'day, days', 'The day so many days later.', 'addDays(it.workedOn, 30)'),
  after('text', 'contains', 'text', 'Whether it has the other in it.', "'EMEA north'.contains('north')"),
  after('text', 'startsWith', 'text', 'Whether it begins so.', "'EMEA north'.startsWith('EMEA')"),
  after('text', 'endsWith', 'text', 'Whether it ends so.', "'EMEA north'.endsWith('north')"),
  after('text', 'indexOf', 'text, from?', 'Where the other begins, from 0; -1 where it is not.', "'EMEA'.indexOf('M')"),
  after('text', 'lastIndexOf', 'text, from?', 'Where the other begins last.', "'EMEA'.lastIndexOf('E')"),
  after('text', 'substring', 'from, to?', 'A part, from 0.', "'EMEA north'.substring(0, 4)"),
  after('text', 'split', 'text, parts?', 'Its parts as a list.', "'a/b'.split('/')"),
  after('text', 'trim', '', 'Without blanks at both ends.', "' EU '.trim()"),
  after('text', 'lowerAscii', '', 'a to z in small letters.', "'EU'.lowerAscii()"),
  after('text', 'upperAscii', '', 'a to z in capitals.', "'eu'.upperAscii()"),
  after('text or list', 'size', '', 'How many characters or elements.', "'EU'.size()"),
  after('list', 'join', 'text', 'Its texts with another between them.', "['a', 'b'].join('/')"),
  after('list', 'map', 'name, value', 'A value of each element.', "['a', 'b'].map(one, upper(one))"),
  after('list', 'filter', 'name, condition', 'Those for which it holds.', "['a', 'b'].filter(one, one != 'a')"),
  after('list', 'all', 'name, condition', 'Whether it holds for all.', "['a', 'b'].all(one, one != 'c')"),
  after('list', 'exists', 'name, condition', 'Whether it holds for one or more.', "['a', 'b'].exists(one, one == 'a')"),
  after('list', 'exists_one', 'name, condition', 'Whether it holds for one only.', "['a'].exists_one(one, one == 'a')"),
];
