// The tie-out: figures of a project beside each other, what does not agree among them, and whose turn it is.
import { describe, expect, it } from 'vitest';
import { ask } from '../../edge-worker/flow/questions.ts';
import { findingsIn, sourcesOf, type TieOutPage } from '../../edge-worker/flow/tie-out.ts';
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
    return { put, read };
  }

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
