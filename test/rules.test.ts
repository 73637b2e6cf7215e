// The controls: each keeps its own examples, none can break a run, and what one holds nothing but its owner lets pass.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faults } from '../edge-worker/faults.ts';
import { type Case, govern } from '../edge-worker/flow/govern.ts';
import { rules } from '../edge-worker/rules/_registry.ts';
import type { Rule, RuleExample, RuleView } from '../edge-worker/rules/rule.ts';
import { hashOf } from '../shared/canonical-json.ts';
import { type Canonical, type EntityName, entities, entityNames } from '../shared/entities/_registry.ts';
import { roles } from '../shared/entities/entity.ts';
import { type Money, moneyOf } from '../shared/money.ts';
import { setupWords } from '../shared/setup-words.ts';
import { words, wordsFor } from '../shared/words.ts';

type Fields = Readonly<Record<string, unknown>>;

function caseOf(rule: Rule, example: RuleExample): Case {
  const kind = example.kind ?? (rule.kinds[0] as EntityName);
  const around = new Map(
    Object.entries(example.around ?? {}).map(([id, { kind: other, record }]) => [
      id,
      { ...entities[other].example, ...record },
    ]),
  );
  return {
    entity: `${entities[kind].prefix}_01J00000000000000000000000`,
    kind,
    connection: 'target',
    record: { ...entities[kind].example, ...example.record },
    targetRoles: [example.towards ?? (rule.towards.includes('erp') ? 'erp' : 'psa')],
    isCreate: example.isCreate ?? true,
    held: () => example.held ?? null,
    unresolved: example.unresolved ?? [],
    awaited: [],
    twins: example.twins ?? [],
    billedElsewhere: example.billedElsewhere ?? [],
    answers: new Map(),
    lookup: (id) => (id === null ? null : (around.get(id) ?? null)),
    consumed: (contract) => example.consumed?.[contract] ?? null,
    every: (list) => (example.every?.[list] ?? []).map((row) => ({ ...entities[list].example, ...row })),
  };
}

function viewOf(change: Case): RuleView {
  return {
    ...change,
    record: change.record as Canonical<EntityName>,
    towards: change.targetRoles[0] ?? 'erp',
    lookup: <K extends EntityName>(_: K, id: string | null) => change.lookup(id) as Canonical<K> | null,
    every: <K extends EntityName>(list: K) => change.every(list) as readonly Canonical<K>[],
  };
}

describe.each(rules.map((rule) => [rule.title, rule] as const))('%s', (_, rule) => {
  it.each(rule.examples.map((example) => [example.title, example] as const))('%s', (__, example) => {
    const change = caseOf(rule, example);
    expect(rule.kinds).toContain(change.kind);
    expect(rule.towards).toContain(change.targetRoles[0]);
    expect(rule.check(viewOf(change))?.code ?? null).toBe(example.holds);
  });

  it('holds in govern as it does alone, for its owner and with words that leave no gap', () => {
    for (const example of rule.examples.filter(({ holds }) => holds !== null)) {
      const others = rules.filter((other) => other !== rule).map(({ name }) => [name, 'approved'] as const);
      const verdict = govern({ ...caseOf(rule, example), answers: new Map(others) });
      const { name: control, owner, dueMinutes } = rule;
      expect(verdict).toMatchObject({ verdict: 'hold', control, owner, dueMinutes, code: example.holds });
      // A role that nobody entered is a gap that people should see.
      if (verdict.verdict !== 'hold' || verdict.params['role'] === '') continue;
      const said = wordsFor(verdict.code, { system: 'Ledger', ...verdict.params });
      expect(`${said.title} ${said.text} ${said.next}`).not.toContain('—');
    }
  });

  it('is told apart by its name, and its owner can do something about it', () => {
    expect(rules.filter(({ name }) => name === rule.name)).toHaveLength(1);
    expect(rule.title.length).toBeLessThanOrEqual(45);
    expect(rule.dueMinutes).toBeGreaterThan(0);
    expect(rule.actions).toContain('retry');
    expect(rule.owner).not.toBe('hub');
  });
});

describe('a purchase order', () => {
  const order = rules.find(({ name }) => name === 'exhausted-purchase-order') as Rule;
  const [example] = order.examples as readonly [RuleExample, ...RuleExample[]];

  it.each<[Fields, Money | null]>([
    [{}, moneyOf(138_750n, 'EUR')],
    [{ hours: '0.333333' }, moneyOf(6_167n, 'EUR')],
    [{ hours: '-1' }, moneyOf(-18_500n, 'EUR')],
    [{ rate: null }, null],
    [{ isBillable: false }, null],
    [{ currency: 'USD' }, null],
  ])('is charged rate times hours of what is billed: %o', (changes, amount) => {
    const change = caseOf(order, example);
    const taken = order.consumes?.(viewOf({ ...change, record: { ...change.record, ...changes } }));
    expect(taken?.amount ?? null).toEqual(amount);
  });

  it('is charged by what is granted, and an entry that was approved above the limit counts too', () => {
    const change = caseOf(order, {
      ...example,
      consumed: { con_01J00000000000000000000000: moneyOf(5_000_000n, 'EUR') },
    });
    expect(govern(change)).toMatchObject({ verdict: 'hold', control: order.name });
    expect(govern({ ...change, answers: new Map([[order.name, 'approved']]) })).toEqual({
      verdict: 'grant',
      consumes: { contract: 'con_01J00000000000000000000000', amountMinor: '138750', currency: 'EUR' },
    });
  });

  it('never lets the sum of what passes unasked rise above its limit', () => {
    const limit = 5_000_000n;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 60 }), (quarters) => {
        let used = 0n;
        for (const quarter of quarters) {
          const consumed = { con_01J00000000000000000000000: moneyOf(used, 'EUR') };
          const verdict = govern(caseOf(order, { ...example, consumed, record: { hours: String(quarter / 4) } }));
          if (verdict.verdict === 'grant') used += BigInt(verdict.consumes?.amountMinor ?? '0');
        }
        expect(used <= limit).toBe(true);
      }),
    );
  });
});

/** Any content: fields as in the example, emptied, absent, or with a value of the right type that is unusual. */
function contentOf(kind: EntityName): fc.Arbitrary<Fields> {
  const unusual: Readonly<Record<string, readonly unknown[]>> = {
    approval: ['open', 'submitted', 'rejected'],
    rate: ['185', '190', '-1', '0.0000001'],
    hours: ['7.5', '-7.5', '1000000'],
    currency: ['EUR', 'USD', 'euro', ''],
    currentTotal: [moneyOf(100n, 'EUR'), moneyOf(100n, 'USD')],
    currentRateCard: [[], [{ role: 'Consultant', rate: '190', hours: '1', description: null }]],
    role: ['Consultant', 'senior consultant', ''],
    billingMode: ['psa', 'platform'],
    pricingModel: ['fixed-fee', 'milestone'],
    purchaseOrderLimit: [moneyOf(100n, 'EUR'), { amountMinor: '9', currency: 'EUR', exponent: 3 }],
    rateCard: [[], [{ role: 'Consultant', rate: '190', hours: '1', description: null }]],
    isBillable: [false],
  };
  const fields = Object.entries(entities[kind].example).map(([field, value]) => {
    const others = (unusual[field] ?? []).map((one) => ({ weight: 1, arbitrary: fc.constant(one) }));
    const empty = { weight: 1, arbitrary: fc.constantFrom(null, undefined) };
    return [field, fc.oneof({ weight: 6, arbitrary: fc.constant(value) }, empty, ...others)] as const;
  });
  return fc.record(Object.fromEntries(fields));
}

const cases: fc.Arbitrary<Case> = fc.constantFrom(...entityNames).chain((kind) =>
  fc
    .record({
      record: contentOf(kind),
      around: fc.record(Object.fromEntries(entityNames.map((other) => [other, fc.option(contentOf(other))]))),
      targetRoles: fc.subarray([...roles], { minLength: 1 }),
      isCreate: fc.boolean(),
      before: fc.option(contentOf(kind)),
      unresolved: fc.subarray(Object.keys(entities[kind].example), { maxLength: 2 }),
      twins: fc.subarray(['con_1|customer|7', 'con_1|tim_01J00000000000000000000009']),
      billedElsewhere: fc.subarray(['tim_01J00000000000000000000009']),
      lists: fc.record(
        Object.fromEntries(
          entityNames
            .filter((other) => entities[other].isList)
            .map((other) => [other, fc.array(contentOf(other), { maxLength: 3 })]),
        ),
      ),
      used: fc.option(fc.constantFrom(moneyOf(0n, 'EUR'), moneyOf(4_999_999n, 'EUR'), moneyOf(1n, 'USD'))),
    })
    .map(({ around, used, lists, before, ...rest }) => ({
      ...rest,
      held: () => before,
      entity: `${entities[kind].prefix}_01J00000000000000000000000`,
      kind,
      connection: 'target',
      awaited: [],
      answers: new Map(),
      lookup: (id: string | null) => {
        const found = entityNames.find((other) => id?.startsWith(`${entities[other].prefix}_`));
        return found ? (around[found] ?? null) : null;
      },
      consumed: () => used,
      every: (list: EntityName) => (lists[list] ?? []) as readonly Fields[],
    })),
);

describe('governing', () => {
  it('comes to the same verdict for the same content, and no content breaks it', () => {
    fc.assert(
      fc.property(cases, (change) => {
        expect(govern(change)).toEqual(govern(change));
      }),
    );
  });

  it('holds with a code that has words, for somebody', () => {
    fc.assert(
      fc.property(cases, (change) => {
        const verdict = govern(change);
        if (verdict.verdict !== 'hold') return;
        expect(words).toHaveProperty(verdict.code);
        expect(verdict.owner).not.toBe('hub');
      }),
    );
  });

  it('lets an approval pass exactly the control it was given for, and exactly that content', () => {
    fc.assert(
      fc.property(cases, contentOf('time'), (change, other) => {
        // Answers are kept by content: what a person said of one content is no answer for another.
        const given = new Map<string, string>();
        const judge = (record: Fields) => {
          const of = [...given]
            .filter(([, hash]) => hash === hashOf(record))
            .map(([name]) => [name, 'approved'] as const);
          return govern({ ...change, record, answers: new Map(of) });
        };
        const first = judge(change.record);
        if (first.verdict !== 'hold') return;
        given.set(first.control, hashOf(change.record));
        const second = judge(change.record);
        if (second.verdict === 'hold') expect(second.control).not.toBe(first.control);
        const changed = { ...change.record, note: `${other['note']} again` };
        expect(judge(changed)).toMatchObject({ verdict: 'hold', control: first.control });
      }),
    );
  });

  it('never grants what one control holds because of what was said about the others', () => {
    fc.assert(
      fc.property(cases, (change) => {
        const verdict = govern(change);
        if (verdict.verdict !== 'hold') return;
        const others = rules
          .filter(({ name }) => name !== verdict.control)
          .map(({ name }) => [name, 'approved'] as const);
        expect(govern({ ...change, answers: new Map(others) })).toMatchObject({
          verdict: 'hold',
          control: verdict.control,
        });
      }),
    );
  });

  it('drops what was rejected, and waits only for what nothing else stops', () => {
    fc.assert(
      fc.property(cases, (change) => {
        const verdict = govern(change);
        const waiting = govern({ ...change, awaited: ['prj_01J00000000000000000000000'] });
        if (verdict.verdict === 'hold') {
          expect(waiting).toEqual(verdict);
          const answers = new Map([[verdict.control, 'rejected' as const]]);
          expect(govern({ ...change, answers })).toEqual({ verdict: 'reject', control: verdict.control });
        } else expect(waiting.verdict).toBe('wait');
      }),
    );
  });
});

describe('every code that is raised', () => {
  const folder = 'edge-worker';
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/stand-in|\.test\.ts$|migrations/.test(path))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
  const patterns: readonly RegExp[] = [
    // What is said with a message of its own needs no words.
    /\b(?:code|control): '([a-z][a-z-]+)'(?!, message)/g,
    /\btell\([\w.]+, (?:[^'`\n]*\? )?'([a-z-]+)'/g,
    /\? 'entity-new' : '([a-z-]+)'/g,
    /\.hold\(\w+, '([a-z-]+)', '\w+'/g,
    /\.hold\(\w+, '[a-z-]+', '\w+', '([a-z-]+)'/g,
    /log\('(record-hidden)'/g,
  ];
  const raised = new Set(
    sources.flatMap((text) => patterns.flatMap((one) => [...text.matchAll(one)].map(([, code]) => code))),
  );
  const made = {
    link: ['born', 'matched', 'adopted'],
    command: ['due', 'waiting', 'held', 'created', 'updated', 'found', 'uncertain', 'superseded', 'dropped'],
  };
  for (const [step, ways] of Object.entries(made)) for (const way of ways) raised.add(`${step}-${way}`);

  it('is found', () => {
    expect([...raised]).toEqual(
      expect.arrayContaining(['rate-mismatch', 'entity-new', 'entity-changed', 'two-found', 'held']),
    );
  });

  it.each([...raised].filter((code) => code !== undefined && !Object.hasOwn(faults, code)))('%s has words', (code) => {
    expect({ ...words, ...setupWords }).toHaveProperty(code ?? '');
  });
});
