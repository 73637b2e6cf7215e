// The first day's likely matches: nobody guesses, a person says, and each record is linked at most once.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Likely } from '../../edge-worker/flow/candidates.ts';
import { compare, likelyFrom } from '../../edge-worker/flow/likeness.ts';
import type { MatchAnswer } from '../../edge-worker/flow/match-answers.ts';
import { ask } from '../../edge-worker/flow/questions.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import { doorOf } from '../support/door.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

const seal = async (plain: string) => plain;
const kind = 'customer';

/** A CRM that is open already, and a ledger on its first day. */
async function firstDay(sold: readonly string[], kept: readonly string[]) {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'] },
    erp: { system: erp, roles: ['erp'], flow: 'matching' },
  });
  sold.forEach((name, at) => {
    crm.put('client', `c${at}`, client(name));
  });
  kept.forEach((name, at) => {
    erp.put('client', `e${at}`, client(name, '7'));
  });
  await rig.notice('crm', 'client', ...sold.map((_, at) => `c${at}`));
  await rig.notice('erp', 'client', ...kept.map((_, at) => `e${at}`));
  const likely = () =>
    ask(rig.lane, { about: 'likely', connection: 'erp', kind, limit: 100, after: null }, {}) as Likely;
  const say = async (said: MatchAnswer) => {
    const result = await change(rig.lane, { verb: 'match', connection: 'erp', kind, said, by: 'ada' }, seal);
    await rig.pass(1_000);
    return result;
  };
  const accept = async () => {
    await change(rig.lane, { verb: 'accept-matches', connection: 'erp', kind, cutoverOn: null, by: 'ada' }, seal);
    await rig.pass(1_000);
    await rig.pass(1_000);
  };
  const pairs = () =>
    rig
      .rows(
        `SELECT e.canonical ->> 'name' AS name, l.record_id AS record FROM links l JOIN entities e ON e.id = l.entity
         WHERE l.connection = 'erp' AND l.record_id IS NOT NULL ORDER BY l.record_id`,
      )
      .map(({ name, record }) => [name, record]);
  return { crm, erp, rig, likely, say, accept, pairs };
}

const alike = ['Harbour & Pine Architects', 'Harbour and Pine Architects Ltd.'] as const;

describe('Two records', () => {
  const one = {
    ...{ name: 'Harbour & Pine Architects GmbH', taxNumber: 'DE 811 907 980', country: 'DE', legalEntity: null },
    ...{ website: 'https://www.harbourpine.example/de', email: 'accounts@harbourpine.example' },
  };
  it.each([
    ['the same name but for its form', { name: 'HARBOUR AND PINE ARCHITECTS' }, ['same name'], true],
    ['a name with a slip', { name: 'Harbor & Pine Architect', country: 'DE' }, ['alike name'], true],
    [
      'the same tax number under another name',
      { name: 'HPA', taxNumber: 'de811907980', country: 'DE' },
      ['other name', 'same taxNumber'],
      true,
    ],
    [
      'a likely name in another country',
      { name: 'Harbour & Pine', country: 'AU' },
      ['alike name', 'other country'],
      false,
    ],
    [
      'one domain alone',
      { name: 'Kaistrasse Holding', website: 'harbourpine.example' },
      ['other name', 'same website'],
      false,
    ],
    ['a mail box that anybody may have', { name: 'Pine', email: 'harbourpine@gmail.com' }, ['other name'], false],
    ['nothing', { name: 'Orchard Foods', country: 'DE' }, ['other name'], false],
  ] as const)('with %s are compared, with reasons', (_what, other, reasons, isLikely) => {
    const found = compare('customer', one, other);
    expect(found.reasons).toEqual(reasons);
    expect(found.score >= likelyFrom).toBe(isLikely);
  });

  it('of contracts go by customer, order, amount and days', () => {
    const total = { amountMinor: '4800000', currency: 'EUR', exponent: 2 };
    const signed = { name: 'ERP rollout', customer: 'cus_1', purchaseOrder: 'PO-7731', total, startOn: '2026-11-02' };
    const there = { ...signed, name: 'Rollout 2026', purchaseOrder: 'PO 7731', startOn: '2026-11-09' };
    expect(compare('contract', signed, there)).toMatchObject({
      score: 100,
      reasons: expect.arrayContaining(['same customer', 'same purchaseOrder', 'same total', 'alike startOn']),
    });
    const less = { ...there, customer: 'cus_2', total: { ...total, amountMinor: '900000' } };
    expect(compare('contract', signed, less).score).toBeLessThan(likelyFrom);
  });
});

describe('A record that is like one, without agreeing on anything', () => {
  it('is proposed with its reasons before anything is accepted, and nothing is written', async () => {
    const { erp, likely } = await firstDay([alike[0], 'Orchard Foods'], [alike[1], 'Mill & Ivy']);
    const { candidates, undecided, unlike } = likely();
    expect(candidates).toMatchObject([
      { recordId: 'e0', record: alike[1], name: alike[0], reasons: expect.arrayContaining(['same name']) },
    ]);
    expect([undecided, unlike]).toEqual([1, 1]);
    expect(erp.count('write')).toBe(0);
  });

  it('is told page by page, each pair once, the likeliest first', async () => {
    const towns = ['Lakeside', 'Orchard', 'Quayside', 'Millbrook', 'Riverside'];
    const { rig } = await firstDay(
      towns.map((town) => `${town} Hospital Holding`),
      towns.map((town) => `${town} Hospital Holding Ltd`),
    );
    const door = doorOf(rig.d1, rig.lane);
    type Page = { readonly rows: readonly { recordId: string; entity: string; score: number }[]; next: string | null };
    const rows: Page['rows'][number][] = [];
    let pages = 0;
    for (let next: string | null = ''; next !== null; pages++) {
      const page: Page = (
        await door.get<Page>(`/connections/erp/candidates?kind=customer&limit=2${next && `&after=${next}`}`)
      ).body;
      rows.push(...page.rows);
      next = page.next;
    }
    const whole = (await door.get<Page>('/connections/erp/candidates?kind=customer')).body;
    expect(whole.rows.length).toBeGreaterThanOrEqual(5);
    expect([pages, rows]).toEqual([Math.ceil(whole.rows.length / 2), whole.rows]);
    expect(new Set(rows.map(({ recordId, entity }) => `${recordId} ${entity}`)).size).toBe(rows.length);
    expect(rows.map(({ score }) => score)).toEqual(rows.map(({ score }) => score).sort((a, b) => b - a));
  });

  it('waits for the integration admin once the kind is accepted, and the rest goes on', async () => {
    const { rig, accept, pairs, likely } = await firstDay([alike[0], 'Orchard Foods'], [alike[1]]);
    await accept();
    expect(pairs()).toEqual([['Orchard Foods', expect.stringMatching(/^n/)]]);
    expect(rig.rows('SELECT control, owner, params FROM holds')).toEqual([
      { control: 'duplicate', owner: 'integration', params: expect.stringContaining('client e0') },
    ]);
    expect(likely().candidates).toHaveLength(1);
  });

  it('is linked when a person says that it is this one, and keeps what it holds', async () => {
    const { erp, rig, accept, say, likely, pairs } = await firstDay([alike[0]], [alike[1]]);
    await accept();
    const { entity } = likely().candidates[0] ?? { entity: '' };
    await say({ is: 'this', recordType: 'client', recordId: 'e0', entity });
    expect(pairs()).toEqual([[alike[0], 'e0']]);
    expect(erp.rows.get('client|e0')?.wire).toMatchObject({ name: alike[1], phone: '7' });
    expect([erp.count('write'), rig.held()]).toEqual([0, []]);
  });

  it('may be decided on before the acceptance, which then links it', async () => {
    const { erp, accept, say, likely, pairs } = await firstDay([alike[0]], [alike[1]]);
    const { entity } = likely().candidates[0] ?? { entity: '' };
    await say({ is: 'this', recordType: 'client', recordId: 'e0', entity });
    expect(pairs()).toEqual([]);
    expect(likely()).toMatchObject({ candidates: [], agreeing: 1 });
    await accept();
    expect(pairs()).toEqual([[alike[0], 'e0']]);
    expect(erp.count('write')).toBe(0);
  });

  it('is left alone when a person says that it is new, and the other gets a record of its own', async () => {
    const { rig, accept, say, pairs, likely } = await firstDay([alike[0]], [alike[1]]);
    await accept();
    await say({ is: 'new', recordType: 'client', recordId: 'e0' });
    await rig.pass(1_000);
    expect(pairs()).toEqual([[alike[0], expect.stringMatching(/^n/)]]);
    expect([rig.held(), likely().candidates]).toEqual([[], []]);
  });

  it('is no longer asked about when the other has got a record another way', async () => {
    const { rig, erp, accept, likely } = await firstDay([alike[0]], [alike[1]]);
    await accept();
    erp.put('client', 'e9', client(alike[0]));
    await rig.notice('erp', 'client', 'e9');
    await rig.pass(1_000);
    expect(rig.rows("SELECT state FROM candidates WHERE state = 'open'")).toEqual([]);
    expect(rig.held()).toEqual([]);
    expect(likely().candidates).toEqual([]);
  });

  it('cannot be given to somebody who has a record there, or to nobody', async () => {
    const { say, likely } = await firstDay([alike[0]], [alike[1], 'Harbour Pine Architects']);
    const [best] = likely().candidates;
    const entity = best?.entity ?? '';
    await say({ is: 'this', recordType: 'client', recordId: 'e0', entity });
    const again = await say({ is: 'this', recordType: 'client', recordId: 'e1', entity });
    expect(again).toMatchObject({ ok: false, code: 'already-matched' });
    expect(await say({ is: 'new', recordType: 'client', recordId: 'e7' })).toMatchObject({ code: 'unknown-record' });
  });
});

describe('Whatever is sure enough', () => {
  it('is accepted at once, but not where two are as likely', async () => {
    const sold = ['Lakeside Hospital', 'Orchard Foods', 'Mill and Ivy'];
    const kept = ['Lakeside Hospital Ltd', 'Orchard Foods GmbH', 'ORCHARD FOODS AG', 'Milk and Ivory'];
    const { say, likely, accept, pairs } = await firstDay(sold, kept);
    expect(await say({ is: 'likely', from: 58 })).toMatchObject({ ok: true, value: { accepted: 1 } });
    expect(likely()).toMatchObject({ agreeing: 1 });
    await accept();
    expect(pairs()).toContainEqual(['Lakeside Hospital', 'e0']);
    expect(pairs().map(([name]) => name)).not.toContain('Orchard Foods');
  });
});

describe('Whatever people say, in whatever order', () => {
  const words = fc.constantFrom(
    'Harbour Pine',
    'Harbor Pine',
    'Harbour Pines Ltd',
    'Pine Harbour',
    'Orchard',
    'Orchards',
  );
  const names = fc.array(words, { minLength: 1, maxLength: 5 });
  const step = fc.record({
    does: fc.constantFrom('this', 'new', 'likely', 'accept'),
    at: fc.nat(9),
    from: fc.nat(100),
  });

  it('no entity has two records there, no record two entities, and nothing is linked by likeness alone', async () => {
    await fc.assert(
      fc.asyncProperty(names, names, fc.array(step, { maxLength: 5 }), async (sold, kept, steps) => {
        const { rig, say, accept, likely } = await firstDay(sold, kept);
        const chosen = new Set<string>();
        for (const { does, at, from } of steps) {
          const offered = likely().candidates;
          const one = offered[at % Math.max(1, offered.length)];
          const pair = one ? { recordType: one.recordType, recordId: one.recordId, entity: one.entity } : null;
          if (does === 'accept') await accept();
          else if (does === 'likely') {
            await say({ is: 'likely', from });
            for (const sure of offered) if (sure.score >= from) chosen.add(`${sure.recordId} ${sure.entity}`);
          } else if (pair && does === 'new') await say({ is: 'new', ...pair });
          else if (pair && (await say({ is: 'this', ...pair })).ok) chosen.add(`${pair.recordId} ${pair.entity}`);
        }
        const linked = rig.rows("SELECT * FROM links WHERE connection = 'erp' AND record_id IS NOT NULL");
        expect(new Set(linked.map((row) => row['entity'])).size).toBe(linked.length);
        expect(new Set(linked.map((row) => row['record_id'])).size).toBe(linked.length);
        const named = new Map(rig.rows('SELECT * FROM entities').map((row) => [row['id'], nameOf(row['canonical'])]));
        for (const row of linked.filter(({ record_id }) => String(record_id).startsWith('e'))) {
          const record = kept[Number(String(row['record_id']).slice(1))];
          const isExact = named.get(row['entity'])?.toLowerCase() === record?.toLowerCase();
          expect(isExact || chosen.has(`${row['record_id']} ${row['entity']}`)).toBe(true);
        }
      }),
      { numRuns: 12 },
    );
  }, 30_000);
});

const nameOf = (canonical: unknown) => String((JSON.parse(String(canonical)) as { name: string }).name);
