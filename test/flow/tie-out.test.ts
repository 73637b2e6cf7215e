// The tie-out: figures of a project beside each other, what does not agree among them, and whose turn it is.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minutesAsHours } from '../../edge-worker/connectors/codecs.ts';
import { ask } from '../../edge-worker/flow/questions.ts';
import { findingsIn, sourcesOf, type TieOutPage } from '../../edge-worker/flow/tie-out.ts';
import { decimalFromInteger } from '../../shared/decimal.ts';
import { time } from '../../shared/entities/time.ts';
import { moneyOf } from '../../shared/money.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

const eur = (minor: number) => moneyOf(minor, 'EUR');

describe('What the figures of a project say of each other', () => {
  it.each([
    ['all that was approved is billed and paid', { sold: 100, delivered: 60, billed: 60, paid: 60 }, []],
    ['some is not billed yet', { delivered: 60, unbilled: 20, billed: 40 }, ['to-bill finance 20']],
    ['more was delivered than sold', { sold: 50, delivered: 60, billed: 60 }, ['more-than-sold sales 10']],
    ['what was told to be billed is on no invoice', { delivered: 60, billed: 40 }, ['on-no-invoice finance 20']],
    ['an instalment is billed ahead', { sold: 100, billed: 30 }, ['billed-ahead finance 30']],
    ['the customer still owes', { delivered: 60, billed: 60, outstanding: 71 }, ['to-be-paid finance 71']],
    ['nothing was sold to begin with', { delivered: 60, billed: 60 }, []],
  ] as const)('where %s', (_what, figures, expected) => {
    const money = Object.fromEntries(Object.entries(figures).map(([name, minor]) => [name, eur(minor)]));
    const told = findingsIn(money).map(({ code, owner, amount }) => `${code} ${owner} ${amount.amountMinor}`);
    expect(told).toEqual(expected);
  });

  it.each([
    ['the PSA billed by minutes', { delivered: 19142, billed: 19143 }, 1, ['rounding null 1']],
    ['the ledger billed by hours with decimals', { delivered: 19142, billed: 19142 }, 1, []],
    [
      'more is ahead than rounding explains',
      { delivered: 19142, billed: 19145 },
      1,
      ['billed-ahead finance 2', 'rounding null 1'],
    ],
    ['what is missing is no rounding', { delivered: 19142, billed: 19141 }, 1, ['on-no-invoice finance 1']],
    ['rounding went the other way', { delivered: 19142, billed: 19140 }, -2, ['rounding null 2']],
    ['lines of both kinds cancel each other', { delivered: 200, billed: 201 }, 0, ['billed-ahead finance 1']],
  ] as const)('tell a rounding from a mistake where %s', (_what, figures, rounded, expected) => {
    const money = Object.fromEntries(Object.entries(figures).map(([name, minor]) => [name, eur(minor)]));
    const told = findingsIn(money, BigInt(rounded)).map((one) => `${one.code} ${one.owner} ${one.amount.amountMinor}`);
    expect(told).toEqual(expected);
  });

  it('agree but for a rounding, whatever was worked in minutes at whatever rate', () => {
    const worked = fc.record({
      minutes: fc.integer({ min: 1, max: 1_440 }),
      rate: fc.integer({ min: 1, max: 50_000 }),
    });
    fc.assert(
      fc.property(fc.array(worked, { minLength: 1, maxLength: 40 }), (lines) => {
        let [delivered, billed, explained] = [0n, 0n, 0n];
        for (const { minutes, rate } of lines) {
          const hours = String(minutesAsHours.decode(minutes, {}));
          const record = { ...time.example, hours, rate: decimalFromInteger(BigInt(rate), 2) } as const;
          const [here, there] = [time.worth?.(record), time.worthElsewhere?.(record)].map((one) =>
            BigInt(one?.amountMinor ?? 0),
          );
          if (here === undefined || there === undefined) return expect.fail('no worth');
          // What a system that keeps minutes and cents makes of them, in whole numbers.
          const byMinutes = (BigInt(minutes) * BigInt(rate) * 2n + 60n) / 120n;
          expect(there).toBe(byMinutes);
          expect(there - here >= -1n && there - here <= 1n).toBe(true);
          [delivered, billed, explained] = [delivered + here, billed + byMinutes, explained + there - here];
        }
        const found = findingsIn({ delivered: moneyOf(delivered, 'EUR'), billed: moneyOf(billed, 'EUR') }, explained);
        expect(found.filter(({ owner }) => owner !== null)).toEqual([]);
      }),
    );
    // Hours of another making are nobody's minutes.
    const typed = { ...time.example, hours: '7.333', rate: '120.90' } as const;
    expect(time.worthElsewhere?.(typed)).toEqual(time.worth?.(typed));
    const known = { ...time.example, hours: String(minutesAsHours.decode(95, {})), rate: '120.90' } as const;
    expect([time.worth?.(known)?.amountMinor, time.worthElsewhere?.(known)?.amountMinor]).toEqual(['19142', '19143']);
  });

  it('come from the systems where what counts for them is born', () => {
    expect(sourcesOf()).toMatchObject({ sold: ['crm'], delivered: ['psa'], billed: expect.arrayContaining(['erp']) });
  });
});

describe('The tie-out of a lane', () => {
  async function projects(count: number) {
    const [psa, erp] = [new RigSystem(), new RigSystem()];
    const rig = new LaneRig({ psa: { system: psa, roles: ['crm', 'psa'] }, erp: { system: erp, roles: ['erp'] } });
    psa.put('client', 'c', client('Acme'));
    const names = Array.from({ length: count }, (_, at) => `p${at}`);
    for (const name of names) psa.put('job', name, { name: `Job ${name}` });
    await rig.notice('psa', 'client', 'c');
    await rig.notice('psa', 'job', ...names);
    const set = rig.rows("SELECT id, canonical ->> 'name' AS name FROM entities WHERE kind = 'project'");
    const put = (name: string, figure: string, currency: string, minor: string) => {
      const id = set.find((row) => row['name'] === `Job ${name}`)?.['id'];
      rig.storage.sql.exec('INSERT INTO project_figures VALUES (?, ?, ?, ?)', String(id), figure, currency, minor);
    };
    const read = (more: {
      after?: string | null;
      limit?: number;
      text?: string | null;
      isOpen?: boolean;
      owner?: string;
    }) =>
      ask(
        rig.lane,
        { about: 'tie-out', asked: { after: null, limit: 10, text: null, isOpen: false, owner: null, ...more } },
        {},
      ) as TieOutPage;
    /** A time entry of 95 minutes at 120.90, billed. */
    const bill = (name: string, at: number) => {
      const project = String(set.find((row) => row['name'] === `Job ${name}`)?.['id']);
      const id = `tim_01J${String(at).padStart(23, '0')}`;
      const record = { ...time.example, project, hours: '1.583333', rate: '120.90' };
      const { sql } = rig.storage;
      sql.exec("INSERT INTO entities VALUES (?, 'time', 1, ?, '{}', 0)", id, JSON.stringify(record));
      sql.exec('INSERT INTO billed_lines (source, invoice, line, run) VALUES (?, ?, ?, 1)', id, 'inv_1', String(at));
    };
    return { put, read, bill };
  }

  it('explains a cent of each line that was priced by minutes, and asks nobody about it', async () => {
    const { put, read, bill } = await projects(2);
    for (const [name, billed] of [
      ['p0', '38286'],
      ['p1', '38287'],
    ] as const) {
      put(name, 'delivered', 'EUR', '38284');
      put(name, 'billed', 'EUR', billed);
    }
    for (let at = 0; at < 4; at++) bill(at < 2 ? 'p0' : 'p1', at);
    const found = read({}).rows.map(({ name, findings }) => [
      name,
      ...findings.map(({ code, amount }) => `${code} ${amount.amountMinor}`),
    ]);
    expect(found).toEqual([
      ['Job p0', 'rounding 2'],
      ['Job p1', 'billed-ahead 1', 'rounding 2'],
    ]);
    expect(read({ isOpen: true }).rows.map(({ name }) => name)).toEqual(['Job p1']);
  });

  it('tells one row for each currency, narrowed by a name or to what is to be done', async () => {
    const { put, read } = await projects(3);
    put('p0', 'delivered', 'EUR', '6000');
    put('p0', 'unbilled', 'EUR', '6000');
    put('p0', 'billed', 'USD', '500');
    put('p1', 'delivered', 'EUR', '100');
    put('p1', 'billed', 'EUR', '100');
    const { rows } = read({});
    expect(rows.map(({ name, currency, findings }) => [name, currency, findings.map(({ code }) => code)])).toEqual([
      ['Job p0', 'EUR', ['to-bill']],
      ['Job p0', 'USD', ['billed-ahead']],
      ['Job p1', 'EUR', []],
    ]);
    expect(read({ isOpen: true }).rows.map(({ name }) => name)).toEqual(['Job p0', 'Job p0']);
    expect(read({ owner: 'finance' }).rows.map(({ currency }) => currency)).toEqual(['EUR', 'USD']);
    expect(read({ owner: 'sales' }).rows).toEqual([]);
    expect(read({ text: 'B P1' }).rows.map(({ name }) => name)).toEqual(['Job p1']);
    expect(read({ text: '100%' }).rows).toEqual([]);
  });

  it('comes in pages, each project once, also where few of them do not agree', async () => {
    const { put, read } = await projects(7);
    for (let at = 0; at < 7; at++) put(`p${at}`, at % 3 === 0 ? 'unbilled' : 'sold', 'EUR', '100');
    const seen: string[] = [];
    let page = read({ limit: 2, isOpen: true });
    for (let turns = 0; turns < 5; turns++) {
      seen.push(...page.rows.map(({ name }) => name));
      if (page.next === null) break;
      page = read({ limit: 2, isOpen: true, after: page.next });
    }
    expect(seen.sort()).toEqual(['Job p0', 'Job p3', 'Job p6']);
  });
});
