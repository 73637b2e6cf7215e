// Formulas of mapping rows: what they can say, what is refused when saved, and what fails on a record.
import { describe, expect, it } from 'vitest';
import { CodecError } from '../edge-worker/connectors/codecs.ts';
import { checkFormula, compileFormula, FormulaError } from '../edge-worker/flow/formula.ts';
import { functions, loops, methods } from '../edge-worker/flow/formula-review.ts';
import { formulaWords } from '../edge-worker/flow/formula-words.ts';
import { type EntityName, entities, entityNames } from '../shared/entities/_registry.ts';
import { confidentialIn } from '../shared/entities/entity.ts';
import { type Money, moneyOf } from '../shared/money.ts';

type Fields = Readonly<Record<string, unknown>>;

function result(text: string, kind: EntityName = 'time', changes: Fields = {}): unknown {
  return compileFormula(text, kind)({ ...entities[kind].example, ...changes });
}

function failure(work: () => unknown): FormulaError {
  try {
    work();
  } catch (error) {
    if (error instanceof FormulaError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

const euros = (amountMinor: string): Money => ({ amountMinor, currency: 'EUR', exponent: 2 });
const line = (changes: Fields) => ({ ...entities.invoice.example.lines[0], ...changes });

describe('a formula', () => {
  it.each<[string, EntityName, unknown]>([
    ['mul(it.hours, it.rate)', 'time', '1387.5'],
    ['add(it.hours, decimal("0.1"))', 'time', '7.6'],
    ['sub(it.hours, 8)', 'time', '-0.5'],
    ['neg(it.hours)', 'time', '-7.5'],
    ['div(it.hours, 3, 2, "half-up")', 'time', '2.5'],
    ['div(1, 3, 4, "half-even")', 'time', '0.3333'],
    ['round(it.hours, 0, "half-even")', 'time', '8'],
    ['it.hours > 7 && it.hours <= decimal("7.5")', 'time', true],
    ['it.hours == decimal("7.50")', 'time', true],
    ['it.hours in [decimal("7.5"), decimal("8")]', 'time', true],
    ['it.workedOn + ": " + text(it.hours) + " h"', 'time', '2026-11-03: 7.5 h'],
    ['upper(trim("  " + it.task)) + lower(it.currency)', 'time', 'DESIGNeur'],
    ['daysBetween(it.workedOn, "2026-12-03")', 'time', 30],
    ['addDays(it.workedOn, -3)', 'time', '2026-10-31'],
    ['size(it.note) + 1', 'time', 27],
    ['text(it.isBillable) + text(3)', 'time', 'true3'],
    ['money(mul(it.hours, it.rate), it.currency)', 'time', euros('138750')],
    ['money("12.50", "EUR")', 'time', euros('1250')],
    ['money(decimal("1.005"), "EUR", "half-up")', 'time', euros('101')],
    ['add(it.total, money("0.01", "EUR"))', 'invoice', euros('165114')],
    ['sub(it.total, it.tax) == it.subtotal', 'invoice', true],
    ['sub(it.total, it.subtotal)', 'invoice', euros('26363')],
    ['mul(it.subtotal, decimal("0.5"))', 'invoice', euros('69375')],
    ['mul(it.subtotal, decimal("0.333"), "down")', 'invoice', euros('46203')],
    ['div(it.subtotal, 7, 2, "half-up")', 'invoice', euros('19821')],
    ['div(it.subtotal, 7, 0, "half-up")', 'invoice', euros('19800')],
    ['div(it.tax, it.subtotal, 4, "half-even")', 'invoice', '0.19'],
    ['neg(it.total)', 'invoice', euros('-165113')],
    ['it.balance >= it.total && it.paid < it.total', 'invoice', true],
    ['amount(it.total)', 'invoice', '1651.13'],
    ['currency(it.total)', 'invoice', 'EUR'],
    ['text(it.total)', 'invoice', '1651.13 EUR'],
    ['sum(it.lines.map(line, line.amount))', 'invoice', euros('138750')],
    ['sum(it.lines.map(line, default(line.rate, decimal("0"))))', 'invoice', '185'],
    ['it.lines.filter(line, line.quantity > 8).map(line, line.line)', 'invoice', []],
    ['it.lines.all(line, line.time != null) && !it.lines.exists(line, line.quantity > 8)', 'invoice', true],
    ['it.lines[0].amount', 'invoice', euros('138750')],
    [
      'it.rateCard.map(row, row.role + " " + text(row.rate)).join(", ")',
      'contract',
      'Senior Consultant 185, Consultant 142.5',
    ],
  ])('%s', (text, kind, expected) => {
    expect(result(text, kind)).toEqual(expected);
  });

  it('fills in for an empty field, or leaves the target field empty', () => {
    expect(result('default(it.rate, decimal("100"))', 'time', { rate: null })).toBe('100');
    expect(result('default(it.role, "no role")', 'time', { role: null })).toBe('no role');
    expect(result('when(it.rate != null, mul(it.hours, it.rate))', 'time', { rate: null })).toBeNull();
    expect(result('it.rate == null ? "0" : text(mul(it.hours, it.rate))', 'time', { rate: null })).toBe('0');
    expect(result('null == it.rate', 'time', { rate: null })).toBe(true);
    expect(result('it.rate == it.hours', 'time', { rate: null })).toBe(false);
    expect(result('it.memo', 'invoice', { memo: undefined })).toBeNull();
  });

  it('adds an empty list of amounts up to nothing of the named currency', () => {
    expect(result('sum(it.lines.map(line, line.amount), it.currency)', 'invoice', { lines: [] })).toEqual(euros('0'));
  });

  it('gives every canonical field back as it was, but for those that are confidential', () => {
    for (const kind of entityNames) {
      const hidden = confidentialIn(entities[kind]);
      for (const [field, value] of Object.entries(entities[kind].example)) {
        if (hidden.has(field)) expect(() => result(`it.${field}`, kind)).toThrow('there is no field');
        else expect(result(`it.${field}`, kind)).toEqual(value);
      }
    }
  });

  it('is compiled once for its text and kind', () => {
    expect(compileFormula('it.name', 'project')).toBe(compileFormula('it.name', 'project'));
    expect(compileFormula('it.name', 'project')).not.toBe(compileFormula('it.name', 'deal'));
  });
});

describe('a formula that cannot be right is refused when it is saved', () => {
  it.each<[string, EntityName, string]>([
    ['it.', 'time', 'syntax'],
    ['', 'time', 'syntax'],
    ['it.hours +', 'time', 'syntax'],
    ['that.hours', 'time', 'unknown-name'],
    ['it.hour', 'time', 'unknown-name'],
    ['it.lines.map(line, line.price)', 'invoice', 'unknown-name'],
    ['it.total.amountMinor', 'invoice', 'unknown-name'],
    ['half(it.hours)', 'time', 'unknown-name'],
    ['has(it.hour)', 'time', 'unknown-name'],
    ['it.note.matches("(a+)+b")', 'time', 'unknown-name'],
    ['div(it.hours, 3, 2, "half-op")', 'time', 'unknown-name'],
    ['it.hours * it.rate', 'time', 'wrong-type'],
    ['it.note + 1', 'time', 'wrong-type'],
    ['mul(it.note, it.hours)', 'time', 'wrong-type'],
    ['it.role == 5', 'time', 'wrong-type'],
    ['it.role in [1, 2]', 'time', 'wrong-type'],
    ['it.rate ? 1 : 2', 'time', 'wrong-type'],
    ['it.role == null ? it.role : 5', 'time', 'wrong-type'],
    ['default(it.rate, "none")', 'time', 'wrong-type'],
    ['it.rate.size()', 'time', 'wrong-type'],
    ['it.note.contains(it.hours)', 'time', 'wrong-type'],
    ['it.approval == "aproved"', 'time', 'wrong-type'],
    ['it.approval in ["open", "aproved"]', 'time', 'wrong-type'],
    ['it.total == it.lines[0].quantity', 'invoice', 'wrong-type'],
    ['mul(it.total, 1.5)', 'invoice', 'wrong-type'],
    ['it.hours > 7.5', 'time', 'wrong-type'],
    ['1.5', 'time', 'wrong-type'],
    ['1e3', 'time', 'wrong-type'],
    ['double("1.5")', 'time', 'unknown-name'],
    ['it["ra" + "te"]', 'time', 'not-allowed'],
    ['{"rate": it.rate}', 'time', 'not-allowed'],
    ['b"bytes"', 'time', 'not-allowed'],
    ['string', 'time', 'not-allowed'],
    ['decimal("1,5")', 'time', 'out-of-range'],
    ['addDays("2026-02-30", 1)', 'time', 'out-of-range'],
    ['div(1, 0, 2, "half-up")', 'time', 'out-of-range'],
    ['money("12.505", "EUR")', 'time', 'inexact'],
    ['sum(it.lines.map(line, line.rate))', 'invoice', 'empty-value'],
    ['add(money("1", "EUR"), money("1", "USD"))', 'time', 'mixed-currencies'],
    ['neg(money("1", "EUR")) < sum(it.lines.map(line, line.amount), "USD")', 'invoice', 'mixed-currencies'],
    ['it.lines.all(a, it.lines.all(b, it.lines.all(c, true)))', 'invoice', 'too-long'],
    [`"${'x'.repeat(2000)}"`, 'time', 'too-long'],
    [`1${' + 1'.repeat(400)}`, 'time', 'too-long'],
  ])('%s', (text, kind, code) => {
    const refusal = failure(() => compileFormula(text, kind));
    expect(refusal.code).toBe(code);
    expect(refusal.next).toMatch(/\.$/);
    const { message: problem, next, at } = refusal;
    expect(checkFormula(text, kind)).toEqual({ ok: false, code, problem, next, ...(at ? { at } : {}) });
  });

  it('shows the place', () => {
    expect(checkFormula('text(it.hour)', 'time')).toMatchObject({ ok: false, at: { start: 8, end: 12 } });
    expect(checkFormula('it.hours > 7.5', 'time')).toMatchObject({ ok: false, at: { start: 11, end: 14 } });
  });
});

describe('checking while somebody types', () => {
  it.each<[string, EntityName, string]>([
    ['it.hours', 'time', 'Decimal'],
    ['it.rate', 'time', 'Decimal?'],
    ['it.workedOn', 'time', 'string'],
    ['it.isBillable', 'time', 'bool'],
    ['it.total', 'invoice', 'Money'],
    ['it.budget', 'project', 'Money?'],
    ['size(it.lines)', 'invoice', 'int'],
    ['it.lines.map(line, line.rate)', 'invoice', 'list<Decimal?>'],
    ['when(it.isBillable, it.hours)', 'time', 'Decimal?'],
    ['default(it.rate, it.hours)', 'time', 'Decimal'],
  ])('%s of a %s is %s', (text, kind, type) => {
    expect(checkFormula(text, kind)).toEqual({ ok: true, type });
  });
});

describe('a formula that fails on one record', () => {
  it.each<[string, EntityName, Fields, string]>([
    ['mul(it.hours, it.rate)', 'time', { rate: null }, 'empty-value'],
    ['it.note + "!"', 'time', { note: null }, 'empty-value'],
    ['text(it.rate)', 'time', { rate: null }, 'empty-value'],
    ['it.hours', 'time', { hours: undefined }, 'empty-value'],
    ['it.hours', 'time', { hours: 7.5 }, 'wrong-type'],
    ['it.total', 'invoice', { total: { amountMinor: 5 } }, 'wrong-type'],
    ['add(it.total, it.tax)', 'invoice', { tax: moneyOf(1, 'USD') }, 'mixed-currencies'],
    ['it.total > it.tax', 'invoice', { tax: moneyOf(1, 'USD') }, 'mixed-currencies'],
    ['div(it.tax, it.total, 2, "down")', 'invoice', { tax: moneyOf(1, 'USD') }, 'mixed-currencies'],
    [
      'sum(it.lines.map(line, line.amount))',
      'invoice',
      { lines: [line({}), line({ amount: moneyOf(1, 'USD') })] },
      'mixed-currencies',
    ],
    ['sum(it.lines.map(line, line.amount), "USD")', 'invoice', {}, 'mixed-currencies'],
    ['sum(it.lines.map(line, line.amount))', 'invoice', { lines: [] }, 'empty-value'],
    ['it.lines[0].line', 'invoice', { lines: [] }, 'out-of-range'],
    ['mul(it.total, decimal("0.333"))', 'invoice', {}, 'inexact'],
    ['div(it.hours, it.rate, 2, "half-up")', 'time', { rate: '0' }, 'out-of-range'],
    ['div(it.hours, it.rate, 2, it.note)', 'time', {}, 'unknown-name'],
    ['addDays(it.note, 1)', 'time', {}, 'out-of-range'],
    ['9007199254740993 + size(it.currency)', 'time', {}, 'out-of-range'],
  ])('%s', (text, kind, changes, code) => {
    const fault = failure(() => result(text, kind, changes));
    expect(fault.code).toBe(code);
    // Translate turns codec errors, and nothing else, into a hold of this one record.
    expect(fault).toBeInstanceOf(CodecError);
    expect(fault.message).not.toMatch(/[.]$|dyn<|undefined/);
  });

  it('leaves a bug a bug: what is no fault of formula or record is not dressed up as one', () => {
    const broken = new Proxy(
      {},
      {
        get: () => {
          throw new TypeError('broken storage');
        },
      },
    );
    expect(() => compileFormula('it.hours', 'time')(broken)).toThrow(TypeError);
  });
});

describe('the words of the language', () => {
  it.each(
    formulaWords.map(({ name, after, example }) => [after === null ? name : `….${name}`, name, example] as const),
  )('%s stands in its example, which can be saved', (_shown, name, example) => {
    expect(example).toContain(`${name}(`);
    expect(checkFormula(example, 'time')).toMatchObject({ ok: true });
  });

  it('every function that a formula may call is told, and no other', () => {
    const told = (isAfter: boolean) =>
      new Set(formulaWords.filter(({ after }) => (after !== null) === isAfter).map(({ name }) => name));
    expect(told(false)).toEqual(functions);
    expect(told(true)).toEqual(new Set([...Object.keys(methods), ...loops]));
  });
});
