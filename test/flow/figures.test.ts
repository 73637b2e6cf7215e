// Figures of projects: whatever changes in whatever order, the sums on the page are those of everything that counts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookFigures, figuresInWords } from '../../edge-worker/flow/figures.ts';
import { entityRows, holds } from '../../edge-worker/store/lane-schema.ts';
import { LaneStore } from '../../edge-worker/store/lane-store.ts';
import { writeRows } from '../../edge-worker/store/rows.ts';
import { entities } from '../../shared/entities/_registry.ts';
import { moneyOf } from '../../shared/money.ts';
import { sumLines } from '../bench/lines.ts';
import { migratedLane } from '../support/migrated.ts';

type Kind = 'time' | 'expense' | 'invoice' | 'contract';
type Record_ = Readonly<Record<string, unknown>>;

const projects = ['prj_A', 'prj_B'];
const row = (id: string, kind: string, record: Record_) => ({
  ...{ id, kind, canonical: JSON.stringify(record) },
  ...{ version: 1, provenance: '[]', eventMs: 0 },
});

class Ledger {
  readonly store = new LaneStore(
    migratedLane().storage,
    () => 0,
    () => undefined,
  );
  readonly now = new Map<string, { readonly kind: Kind; readonly record: Record_ }>();

  /** Without `isBooked` as a lane of before figures were kept would have written it. */
  save(id: string, kind: Kind, record: Record_, isBooked = true): void {
    const before = this.now.get(id)?.record ?? null;
    this.now.set(id, { kind, record });
    this.store.transaction((tx) => {
      writeRows(tx.sql, entityRows, [row(id, kind, record)], 'replace');
      if (isBooked) bookFigures(tx, [{ id, kind, isNew: before === null, before, record }]);
    });
  }

  words(project: string) {
    return figuresInWords(this.store.sql, [project]).get(project) ?? {};
  }
}

const currencies = fc.constantFrom('EUR', 'JPY');
const amount = fc.tuple(fc.integer({ min: -50_000, max: 90_000_000 }), currencies).map(([n, c]) => moneyOf(n, c));
const change = fc.record({
  id: fc.constantFrom('01', '02', '03'),
  project: fc.constantFrom(...projects, null),
  approval: fc.constantFrom('open', 'submitted', 'approved', 'rejected'),
  hours: fc.constantFrom('7.5', '1.33', '0.01', '8'),
  rate: fc.constantFrom('185', '142.5', '99.9999', null),
  currency: currencies,
  isBillable: fc.boolean(),
  isInvoiced: fc.boolean(),
  status: fc.constantFrom('draft', 'open', 'paid', 'void'),
  isSigned: fc.boolean(),
  money: amount,
  kind: fc.constantFrom<Kind[]>('time', 'expense', 'invoice', 'contract'),
});
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

const prefixes: Readonly<Record<Kind, string>> = { time: 'tim', expense: 'exp', invoice: 'inv', contract: 'con' };

function recordOf(made: Change): Record_ {
  const { money, id: _id, kind, ...fields } = made;
  const own = { amount: money, subtotal: money, paid: money, balance: money, total: money, currentTotal: money };
  return { ...entities[kind].example, ...fields, ...own };
}

/** Added up from scratch, in another way than the hub's. */
function expected(ledger: Ledger, project: string): Readonly<Record<string, string>> {
  const sums = new Map<string, bigint>();
  const add = (figure: string, { currency, amountMinor }: { currency: string; amountMinor: string }) =>
    sums.set(`${figure} ${currency}`, (sums.get(`${figure} ${currency}`) ?? 0n) + BigInt(amountMinor));
  for (const { kind, record } of ledger.now.values()) {
    if (record['project'] !== project) continue;
    const at = record as unknown as Change & Record<'amount' | 'subtotal' | 'total', ReturnType<typeof moneyOf>>;
    if (kind === 'contract' && at.isSigned) add('sold', at.total);
    if (kind === 'invoice' && ['open', 'paid'].includes(at.status))
      for (const figure of ['billed', 'paid', 'outstanding']) add(figure, at.subtotal);
    if ((kind !== 'time' && kind !== 'expense') || at.approval !== 'approved' || !at.isBillable) continue;
    const worth = kind === 'expense' ? at.amount : at.rate === null ? null : priced(at.hours, at.rate, at.currency);
    if (worth === null) continue;
    add('delivered', worth);
    if (!at.isInvoiced) add('unbilled', worth);
  }
  const figures = new Map<string, string[]>();
  for (const [key, minor] of sums) {
    const [figure = '', currency = ''] = key.split(' ');
    figures.set(figure, [...(figures.get(figure) ?? []), `${minor} ${currency}`].sort());
  }
  return Object.fromEntries([...figures].map(([figure, list]) => [figure, list.join(' + ')]));
}

/** Hours of two places at a rate of four, half up, in minor units. */
function priced(hours: string, rate: string, currency: string) {
  const scaled = BigInt(Math.round(Number(hours) * 100)) * BigInt(Math.round(Number(rate) * 10_000));
  const per = currency === 'JPY' ? 1_000_000n : 10_000n;
  return moneyOf((scaled + per / 2n) / per, currency);
}

/** Words as whole minor units, so that both sides can be compared; a sum of nought is the same as none. */
function plain(words: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(words).map(([figure, text]) => {
    const parts = text.split(' + ').map((part) => part.replace(/[,.]/g, '').replace(/^(-?)0+(?=\d)/, '$1'));
    return [
      figure,
      parts
        .filter((part) => !/^-?0 /.test(part))
        .sort()
        .join(' + '),
    ] as const;
  });
  return Object.fromEntries(entries.filter(([, text]) => text !== ''));
}

describe('The figures of a project', () => {
  it('are those of everything that counts, after every change, also for projects from before they were kept', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.nat({ max: 10 }), (changes, booked) => {
        const ledger = new Ledger();
        for (const [index, made] of changes.entries()) {
          ledger.save(`${prefixes[made.kind]}_${made.id}`, made.kind, recordOf(made), index >= booked);
        }
        // One more change makes a project count, whatever happened to it before.
        for (const project of projects) {
          const last = { ...recordOf({ ...lastChange, project }), approval: 'approved' };
          ledger.save(`tim_last_${project}`, 'time', last);
          expect(plain(ledger.words(project))).toEqual(plain(expected(ledger, project)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('say what is held, once, though it is held towards two systems', () => {
    const held = 'tim_01J00000000000000000000001';
    const ledger = new Ledger();
    ledger.save(held, 'time', { ...entities.time.example, project: 'prj_A', approval: 'submitted' });
    const slot = { entity: held, recordType: '', part: '', kind: 'time', control: 'x', owner: 'delivery' };
    const rest = { code: 'x', params: '{}', hash: '', around: null, madeMs: 0, dueMs: 0 };
    const rows = ['erp', 'psa'].map((connection) => ({ id: connection, connection, ...slot, ...rest }));
    ledger.store.transaction((tx) => writeRows(tx.sql, holds, rows, 'replace'));
    expect(ledger.words('prj_A')).toEqual({ held: '1,387.50 EUR' });
  });
});

describe('What hours are worth', () => {
  it.each([
    ['1.33', '185', 'EUR', '24605'],
    ['1.33', '142.5075', 'EUR', '18953'],
    ['0.01', '99.9999', 'EUR', '100'],
    ['0.01', '50', 'EUR', '50'],
    ['0.005', '1', 'EUR', '1'],
    ['0.0049', '1', 'EUR', '0'],
    ['1.33', '18500.5', 'JPY', '24606'],
    ['0.5', '1', 'JPY', '1'],
    ['0.49', '1', 'JPY', '0'],
    ['1.33', '142.5075', 'KWD', '189535'],
    ['0.0005', '1', 'KWD', '1'],
    ['-1.33', '185', 'EUR', '-24605'],
    ['-0.005', '1', 'EUR', '-1'],
    ['24', '9007199254740993.0001', 'EUR', '21617278211378383200'],
  ])('%s h at %s %s is %s of its smallest units, rounded once and half up', (hours, rate, currency, amountMinor) => {
    const worth = entities.time.worth?.({ ...entities.time.example, hours, rate, currency });
    expect(worth?.amountMinor).toBe(amountMinor);
    expect(JSON.parse(JSON.stringify(worth))).toEqual(worth);
  });

  it('adds up to the last of them, over twenty thousand lines in currencies of 0, 2 and 3 places', () => {
    const { corrected, expected: sums, kept } = sumLines({ lines: 20_000, seed: 7 });
    expect(kept).toEqual(sums);
    expect([Object.keys(sums).length, corrected > 1_000]).toEqual([12, true]);
  });

  it('is rounded line by line, so that a month of them is what its invoice says and not a rounded sum', () => {
    const ledger = new Ledger();
    const hours = { ...entities.time.example, project: 'prj_A', approval: 'approved', hours: '1.33', rate: '142.5075' };
    for (let day = 0; day < 30; day++) ledger.save(`tim_${day}`, 'time', hours);
    // Thirty times 189.53; the exact 5,686.04925 would be rounded to 5,686.05.
    expect(ledger.words('prj_A')).toMatchObject({ delivered: '5,685.90 EUR' });
  });
});

const lastChange: Change = {
  ...{ id: '01', project: null, approval: 'approved', hours: '8', rate: '185', currency: 'EUR' },
  ...{ isBillable: true, isInvoiced: false, status: 'open', isSigned: true, money: moneyOf(1, 'EUR'), kind: 'time' },
};
