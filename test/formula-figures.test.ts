// What holds for every formula: figures stay exact, types are kept, nothing that is typed can break the checker.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectors } from '../edge-worker/connectors/_registry.ts';
import { checkFormula, compileFormula, FormulaError } from '../edge-worker/flow/formula.ts';
import { entities, entityNames } from '../shared/entities/_registry.ts';
import { addMoney, type Money } from '../shared/money.ts';

type Fields = Readonly<Record<string, unknown>>;

const euros = (amountMinor: string): Money => ({ amountMinor, currency: 'EUR', exponent: 2 });
const line = (changes: Fields) => ({ ...entities.invoice.example.lines[0], ...changes });

describe('checking while somebody types', () => {
  it('never fails, whatever is typed', () => {
    const words = [
      'it',
      '.',
      'rate',
      'lines',
      'hours',
      '(',
      ')',
      ',',
      '"',
      '1',
      '1.5',
      '==',
      'null',
      'map',
      '?',
      ':',
      '[',
      ']',
      '+',
      ' ',
    ];
    const typed = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(typed, fc.constantFrom(...entityNames), (text, kind) => {
        const checked = checkFormula(text, kind);
        if (!checked.ok) expect(checked.problem + checked.next).not.toMatch(/dyn<|undefined|overload/);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('figures in formulas', () => {
  const minor = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });

  it('are exact however large: a sum of lines is the sum of their minor units', () => {
    const total = compileFormula('sum(it.lines.map(line, line.amount), "EUR")', 'invoice');
    fc.assert(
      fc.property(fc.array(minor, { maxLength: 20 }), (amounts) => {
        const lines = amounts.map((amount) => line({ amount: euros(amount.toString()) }));
        expect(total({ ...entities.invoice.example, lines })).toEqual(
          euros(amounts.reduce((a, b) => a + b, 0n).toString()),
        );
      }),
    );
  });

  it('add up as in the ledger', () => {
    const sum = compileFormula('add(it.total, it.tax)', 'invoice');
    fc.assert(
      fc.property(minor, minor, (a, b) => {
        const [total, tax] = [euros(a.toString()), euros(b.toString())];
        expect(sum({ ...entities.invoice.example, total, tax })).toEqual(addMoney(total, tax));
      }),
    );
  });
});

/** Formulas that are mostly well typed, and records with every mixture of empty fields. */
const { formula } = fc.letrec<{ number: string; words: string; flag: string; formula: string }>((tie) => ({
  number: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('it.hours', 'it.rate', '2', 'decimal("0.1")', 'size(it.note)', 'it.role'),
    fc
      .tuple(fc.constantFrom('add', 'sub', 'mul', 'default'), tie('number'), tie('number'))
      .map(([name, a, b]) => `${name}(${a}, ${b})`),
    fc.tuple(tie('number'), tie('number')).map(([a, b]) => `div(${a}, ${b}, 3, "half-up")`),
    fc.tuple(tie('flag'), tie('number'), tie('number')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc.tuple(tie('flag'), tie('number')).map(([a, b]) => `when(${a}, ${b})`),
    fc.tuple(tie('number'), tie('number')).map(([a, b]) => `sum([${a}, ${b}].filter(n, n != ${a}))`),
  ),
  words: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('it.note', 'it.role', '"x"', 'it.workedOn', 'null'),
    tie('number').map((a) => `text(${a})`),
    fc.tuple(tie('words'), tie('words')).map(([a, b]) => `${a} + ${b}`),
    fc.tuple(tie('flag'), tie('words'), tie('words')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc.tuple(tie('words'), tie('words')).map(([a, b]) => `default(${a}, ${b})`),
  ),
  flag: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('it.isBillable', 'true', 'it.rate == null', 'it.role'),
    fc.tuple(tie('number'), fc.constantFrom('<', '==', '!=', '>='), tie('number')).map((parts) => parts.join(' ')),
    fc.tuple(tie('words'), fc.constantFrom('==', '!='), tie('words')).map((parts) => parts.join(' ')),
    fc.tuple(tie('flag'), fc.constantFrom('&&', '||'), tie('flag')).map((parts) => `(${parts.join(' ')})`),
    fc.tuple(tie('words'), tie('words')).map(([a, b]) => `${a}.contains(${b})`),
    fc.tuple(tie('number'), tie('number')).map(([a, b]) => `${a} in [${b}]`),
  ),
  formula: fc.oneof(tie('number'), tie('words'), tie('flag')),
}));

describe('a formula that passed the check', () => {
  const record = fc.record({
    rate: fc.constantFrom(null, '185', '-0.5', '0'),
    role: fc.constantFrom(null, 'Consultant'),
    note: fc.constantFrom(null, '', 'workshop'),
  });

  const isOfType = (value: unknown, type: string): boolean => {
    if (type.endsWith('?')) return value === null || isOfType(value, type.slice(0, -1));
    if (type === 'int') return Number.isSafeInteger(value);
    if (type === 'Decimal') return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);
    return type === 'null' ? value === null : typeof value === (type === 'bool' ? 'boolean' : type);
  };

  it('gives a value of the type it promised, or fails with a reason, and never gives a float', () => {
    let passed = 0;
    fc.assert(
      fc.property(formula, record, (text, changes) => {
        const checked = checkFormula(text, 'time');
        if (!checked.ok) return;
        passed++;
        try {
          const value = compileFormula(text, 'time')({ ...entities.time.example, ...changes });
          expect(isOfType(value, checked.type)).toBe(true);
        } catch (error) {
          if (!(error instanceof FormulaError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
    expect(passed).toBeGreaterThan(500);
  });
});

describe('the formulas of every connector', () => {
  const formulas = Object.values(connectors).flatMap((connector) =>
    entityNames.flatMap((kind) =>
      (connector.maps[kind]?.extra ?? []).flatMap(({ at, formula: text, codec }) =>
        text === undefined
          ? []
          : [
              {
                name: `${connector.name} ${kind} ${at}`,
                kind,
                text,
                encode: codec.encode as (value: unknown) => unknown,
              },
            ],
      ),
    ),
  );

  it.each(formulas)('$name can be worked out for any record of its kind', ({ kind, text, encode }) => {
    const worked = compileFormula(text, kind);
    const example: Fields = entities[kind].example;
    encode(worked(example));
    for (const [field, schema] of Object.entries(entities[kind].schema.shape)) {
      if (schema.safeParse(null).success) encode(worked({ ...example, [field]: null }));
    }
  });
});
