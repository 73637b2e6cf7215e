// The functions and operators of the formula language. All arithmetic is exact, and rounded only by name.
import { Environment } from '@marcbachmann/cel-js';
import { addDays, daysBetween } from '../../shared/dates.ts';
import {
  addDecimal,
  compareDecimal,
  type Decimal,
  divideDecimal,
  integerFromDecimal,
  multiplyDecimal,
  negateDecimal,
  parseDecimal,
  type Rounding,
  roundDecimal,
  roundings,
  subtractDecimal,
} from '../../shared/decimal.ts';
import {
  addMoney,
  compareMoney,
  decimalFromMoney,
  exponentOf,
  formatMoney,
  type Money,
  negateMoney,
  subtractMoney,
  sumMoney,
} from '../../shared/money.ts';
import { FormulaError } from './formula-error.ts';
import { DecimalValue, MoneyValue } from './formula-values.ts';

/** A whole number is a decimal too, wherever one is asked for. */
type Numeric = DecimalValue | bigint;

const numerics = ['Decimal', 'int'] as const;
const scalars = ['string', 'bool', 'int', 'Decimal', 'Money'] as const;
/** Functions that work synchronously say so: the library would otherwise allow for promises at every step. */
const sync = { async: false };

/** A formula is a line in a table, not a program. */
const limits = { maxAstNodes: 500, maxDepth: 40, maxListElements: 100, maxMapEntries: 1, maxCallArguments: 4 };

/** The language without a record to read; one environment per kind is cloned from it. */
export function makeLanguage(): Environment {
  const language = new Environment({ limits })
    .registerType('Decimal', { ctor: DecimalValue, fields: {} })
    .registerType('Money', { ctor: MoneyValue, fields: {} });
  registerArithmetic(language);
  registerMoney(language);
  registerTexts(language);
  registerEmptiness(language);
  registerComparisons(language);
  return language;
}

function registerArithmetic(language: Environment): void {
  const both = (name: string, of: (a: Decimal, b: Decimal) => Decimal) => {
    for (const left of numerics) {
      for (const right of numerics) {
        const apply = (a: Numeric, b: Numeric) => new DecimalValue(of(decimalOf(a), decimalOf(b)));
        language.registerFunction(`${name}(${left}, ${right}): Decimal`, apply, sync);
      }
    }
  };
  both('add', addDecimal);
  both('sub', subtractDecimal);
  both('mul', multiplyDecimal);
  for (const left of numerics) {
    for (const right of numerics) {
      const divide = (a: Numeric, b: Numeric, scale: bigint, rounding: string) =>
        new DecimalValue(divideDecimal(decimalOf(a), decimalOf(b), Number(scale), roundingOf(rounding)));
      language.registerFunction(`div(${left}, ${right}, int, string): Decimal`, divide, sync);
    }
  }
  const round = (a: DecimalValue, scale: bigint, rounding: string) =>
    new DecimalValue(roundDecimal(a.decimal, Number(scale), roundingOf(rounding)));
  language
    .registerFunction('neg(Decimal): Decimal', (a: DecimalValue) => new DecimalValue(negateDecimal(a.decimal)), sync)
    .registerFunction('round(Decimal, int, string): Decimal', round, sync)
    .registerFunction('sum(list<Decimal>): Decimal', sumDecimals, sync)
    .registerFunction('sum(list<int>): int', (list: readonly bigint[]) => list.reduce((a, b) => a + b, 0n), sync)
    .registerFunction('decimal(string): Decimal', (text: string) => new DecimalValue(parseDecimal(text)), sync)
    .registerFunction('decimal(int): Decimal', (whole: bigint) => new DecimalValue(whole.toString()), sync);
}

function registerMoney(language: Environment): void {
  const add = (a: MoneyValue, b: MoneyValue) => new MoneyValue(addMoney(a.money, b.money));
  const subtract = (a: MoneyValue, b: MoneyValue) => new MoneyValue(subtractMoney(a.money, b.money));
  const share = (a: MoneyValue, b: MoneyValue, scale: bigint, rounding: string) => {
    // Two currencies have no ratio; comparing refuses them.
    compareMoney(a.money, b.money);
    const [part, whole] = [decimalFromMoney(a.money), decimalFromMoney(b.money)];
    return new DecimalValue(divideDecimal(part, whole, Number(scale), roundingOf(rounding)));
  };
  language
    .registerFunction('add(Money, Money): Money', add, sync)
    .registerFunction('sub(Money, Money): Money', subtract, sync)
    .registerFunction('div(Money, Money, int, string): Decimal', share, sync)
    .registerFunction('neg(Money): Money', (a: MoneyValue) => new MoneyValue(negateMoney(a.money)), sync)
    .registerFunction('sum(list<Money>): Money', sumAmounts, sync)
    .registerFunction('sum(list<Money>, string): Money', sumAmounts, sync)
    .registerFunction('amount(Money): Decimal', (a: MoneyValue) => new DecimalValue(decimalFromMoney(a.money)), sync)
    .registerFunction('currency(Money): string', (a: MoneyValue) => a.money.currency, sync)
    .registerFunction(
      'money(string, string): Money',
      (text: string, code: string) => moneyIn(parseDecimal(text), code),
      sync,
    );
  for (const numeric of numerics) {
    const multiply = (a: MoneyValue, b: Numeric, rounding?: string) =>
      withAmount(a.money, multiplyDecimal(decimalFromMoney(a.money), decimalOf(b)), rounding);
    const divide = (a: MoneyValue, b: Numeric, scale: bigint, rounding: string) =>
      withAmount(a.money, divideDecimal(decimalFromMoney(a.money), decimalOf(b), Number(scale), roundingOf(rounding)));
    const price = (amount: Numeric, code: string, rounding?: string) => moneyIn(decimalOf(amount), code, rounding);
    language
      .registerFunction(`mul(Money, ${numeric}): Money`, multiply, sync)
      .registerFunction(`mul(Money, ${numeric}, string): Money`, multiply, sync)
      .registerFunction(`div(Money, ${numeric}, int, string): Money`, divide, sync)
      .registerFunction(`money(${numeric}, string): Money`, price, sync)
      .registerFunction(`money(${numeric}, string, string): Money`, price, sync);
  }
}

function registerTexts(language: Environment): void {
  language
    .registerFunction('text(string): string', (value: string) => value, sync)
    .registerFunction('text(bool): string', String, sync)
    .registerFunction('text(int): string', String, sync)
    .registerFunction('text(Decimal): string', (value: DecimalValue) => value.decimal, sync)
    .registerFunction('text(Money): string', ({ money }: MoneyValue) => `${formatMoney(money)} ${money.currency}`, sync)
    .registerFunction('upper(string): string', (value: string) => value.toUpperCase(), sync)
    .registerFunction('lower(string): string', (value: string) => value.toLowerCase(), sync)
    .registerFunction('trim(string): string', (value: string) => value.trim(), sync)
    .registerFunction('daysBetween(string, string): int', (a: string, b: string) => BigInt(daysBetween(a, b)), sync)
    .registerFunction('addDays(string, int): string', (day: string, n: bigint) => addDays(day, Number(n)), sync);
}

/** What the library hands to a function that looks at its arguments before they are worked out. */
interface Step<Result> {
  readonly check: (node: unknown, context: unknown) => { readonly unwrappedType: unknown };
  readonly run: (node: unknown, context: unknown) => unknown;
  readonly getType: (name: string) => Result;
}

interface Conditional {
  readonly args: readonly [unknown, unknown];
}

function registerEmptiness(language: Environment): void {
  for (const type of scalars) {
    language
      .registerFunction(`default(${type}, ${type}): ${type}`, (value: unknown) => value, sync)
      .registerFunction(`default(null, ${type}): ${type}`, (_empty: null, instead: unknown) => instead, sync)
      .registerOperator(`${type} == null`, (a: unknown, b: unknown) => a === b);
  }
  // Lazy, so that what is asked about may be used in the value; a ternary cannot have an empty branch.
  language.registerFunction('when(ast, ast): dyn', ({ args }: Conditional) => ({
    args,
    ...sync,
    typeCheck<Type>(checker: Step<Type>, call: Conditional, context: unknown): Type {
      checker.check(call.args[0], context);
      return checker.getType(`dyn<${checker.check(call.args[1], context).unwrappedType}>`);
    },
    evaluate(evaluator: Step<unknown>, call: Conditional, context: unknown): unknown {
      return evaluator.run(call.args[0], context) === true ? evaluator.run(call.args[1], context) : null;
    },
  }));
}

function registerComparisons(language: Environment): void {
  const orders: readonly (readonly [string, (sign: number) => boolean])[] = [
    ['<', (sign) => sign < 0],
    ['<=', (sign) => sign <= 0],
    ['>', (sign) => sign > 0],
    ['>=', (sign) => sign >= 0],
  ];
  const pairs = [
    ['Decimal', 'Decimal'],
    ['Decimal', 'int'],
    ['int', 'Decimal'],
  ] as const;
  for (const [operator, holds] of orders) {
    for (const [left, right] of pairs) {
      const compare = (a: Numeric, b: Numeric) => holds(compareDecimal(decimalOf(a), decimalOf(b)));
      language.registerOperator(`${left} ${operator} ${right}`, compare);
    }
    const compare = (a: MoneyValue, b: MoneyValue) => holds(compareMoney(a.money, b.money));
    language.registerOperator(`Money ${operator} Money`, compare);
  }
  const isEqual = (a: Numeric, b: Numeric) => compareDecimal(decimalOf(a), decimalOf(b)) === 0;
  language
    .registerOperator('Decimal == Decimal', isEqual)
    .registerOperator('Decimal == int', isEqual)
    .registerOperator('Money == Money', (a: MoneyValue, b: MoneyValue) => isSameAmount(a.money, b.money));
}

/** Whether they are equal has an answer across currencies too: no. Which is larger has none. */
function isSameAmount(a: Money, b: Money): boolean {
  return a.currency === b.currency && compareDecimal(decimalFromMoney(a), decimalFromMoney(b)) === 0;
}

function decimalOf(value: Numeric): Decimal {
  return typeof value === 'bigint' ? value.toString() : value.decimal;
}

function sumDecimals(list: readonly DecimalValue[]): DecimalValue {
  return new DecimalValue(list.reduce((total, value) => addDecimal(total, value.decimal), '0'));
}

function sumAmounts(list: readonly MoneyValue[], code?: string): MoneyValue {
  const first = list[0];
  if (code !== undefined)
    return new MoneyValue(
      sumMoney(
        list.map((value) => value.money),
        code,
      ),
    );
  if (first !== undefined)
    return list.slice(1).reduce((total, value) => new MoneyValue(addMoney(total.money, value.money)), first);
  const next = 'Name the currency of an empty sum as the second argument, as in sum(…, it.currency).';
  throw new FormulaError('empty-value', 'the sum of no amounts has no currency', { next });
}

function moneyIn(amount: Decimal, currency: string, rounding?: string): MoneyValue {
  return withAmount({ amountMinor: '0', currency, exponent: exponentOf(currency) }, amount, rounding);
}

function withAmount(like: Money, amount: Decimal, rounding?: string): MoneyValue {
  try {
    const named = rounding === undefined ? undefined : roundingOf(rounding);
    return new MoneyValue({ ...like, amountMinor: integerFromDecimal(amount, like.exponent, named).toString() });
  } catch (error) {
    if (rounding !== undefined || !(error instanceof RangeError)) throw error;
    const message = `${amount.slice(0, 40)} has more than the ${like.exponent} decimal places of ${like.currency}`;
    throw new FormulaError('inexact', message, { cause: error });
  }
}

export function isRounding(name: string): name is Rounding {
  return roundings.some((rounding) => rounding === name);
}

function roundingOf(name: string): Rounding {
  if (isRounding(name)) return name;
  throw new FormulaError('unknown-name', `there is no rounding "${name.slice(0, 40)}"`, {
    next: `Use one of ${roundings.join(', ')}.`,
  });
}
