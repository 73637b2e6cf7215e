// Who bills a contract decides what everybody else is told of its hours, expenses and milestones.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { answer } from '../../edge-worker/flow/answer.ts';
import { billedFirm, billOver, invoicedBy, type Wire } from '../support/billed-firm.ts';

async function delivered(biller: 'ledger' | 'delivery' | 'platform', hasPlatform = false) {
  const firm = await billedFirm(biller, hasPlatform);
  await firm.deliver('hours', 'h');
  await firm.deliver('cost', 'c');
  await firm.deliver('milestone', 'm');
  expect(firm.rig.held()).toEqual([]);
  return firm;
}

it('What the ledger bills reaches it as billable', async () => {
  const { all, erp } = await delivered('ledger');
  expect(all(erp, 'hours').map(({ wire }) => wire['billable'])).toEqual([true]);
  expect(all(erp, 'cost').map(({ wire }) => wire['billable'])).toEqual([true]);
  expect(all(erp, 'milestone').map(({ wire }) => [wire['amount'], wire['done']])).toEqual([['1200.00', true]]);
});

it('What delivery bill reaches the ledger for its cost alone, and nobody there can bill it', async () => {
  const { all, erp } = await delivered('delivery');
  expect(all(erp, 'hours').map(({ wire }) => [wire['billable'], wire['quantity']])).toEqual([[false, '4']]);
  expect(all(erp, 'cost').map(({ wire }) => [wire['billable'], wire['amount']])).toEqual([[false, '218.40']]);
  expect(all(erp, 'milestone').map(({ wire }) => [wire['amount'], wire['done']])).toEqual([[null, true]]);
});

it('What the billing platform bills goes there as a charge, and to the ledger for its cost', async () => {
  const { all, erp, platform } = await delivered('platform', true);
  expect(all(platform, 'hours').map(({ wire }) => wire['billable'])).toEqual([true]);
  expect(all(platform, 'cost').map(({ wire }) => wire['amount'])).toEqual(['218.40']);
  expect(all(platform, 'milestone').map(({ wire }) => wire['amount'])).toEqual(['1200.00']);
  expect(all(erp, 'hours').map(({ wire }) => wire['billable'])).toEqual([false]);
});

it('A billing platform hears nothing of what others bill', async () => {
  const { all, platform } = await delivered('ledger', true);
  expect(['hours', 'cost', 'milestone'].flatMap((type) => all(platform, type))).toEqual([]);
});

it('The controls look at the charge whoever bills: more than was sold is held', async () => {
  const { rig, deliver } = await billedFirm('delivery');
  await deliver('hours', 'h', { quantity: '501' });
  expect(rig.held()).toEqual(['exhausted-purchase-order']);
});

it('An invoice that delivery issued becomes the ledger’s, once, with its lines', async () => {
  const { rig, invoice, inLedger, post, claims } = await invoicedBy('psa', 'delivery');
  await invoice('1', ['h']);
  await post();
  await invoice('1', ['h']);
  expect(rig.held()).toEqual([]);
  expect(inLedger().map(({ wire }) => [wire['no'], wire['net'], (wire['lines'] as Wire[])[0]?.['amount']])).toEqual([
    ['D-1', '400.00', '400.00'],
  ]);
  expect(claims()).toBe(1);
  // What it comes to with tax is the ledger's to say, and delivery are told nothing of their own.
  expect(rig.rows("SELECT canonical ->> '$.total.amountMinor' AS total FROM entities WHERE kind = 'invoice'")).toEqual([
    { total: '47600' },
  ]);
});

it('What is still unbilled leaves out what delivery have billed', async () => {
  const { rig, invoice } = await invoicedBy('psa', 'delivery');
  const unbilled = () => rig.rows("SELECT minor FROM project_figures WHERE figure = 'unbilled'");
  expect(unbilled()).toEqual([{ minor: '80000' }]);
  await invoice('1', ['h']);
  expect(unbilled()).toEqual([{ minor: '40000' }]);
  await invoice('1', ['h'], { standing: 'cancelled' });
  expect(unbilled()).toEqual([{ minor: '80000' }]);
});

it('Its payments come back from the ledger', async () => {
  const { rig, psa, all, erp, invoice, inLedger, post } = await invoicedBy('psa', 'delivery');
  await invoice('1', ['h']);
  await post({ state: 'paid', paid: '476.00', open: '0.00' });
  const paid = { bill_id: inLedger()[0]?.recordId, date: '2026-11-21', amount: '476.00', currency: 'EUR', full: true };
  erp.put('receipt', 'r', { no: 'P-1', ...paid });
  await rig.notice('erp', 'receipt', 'r');
  expect(all(psa, 'receipt').map(({ wire }) => [wire['amount'], wire['bill_id']])).toEqual([['476.00', '1']]);
});

it('A draft of delivery is nobody’s invoice yet', async () => {
  const { invoice, inLedger } = await invoicedBy('psa', 'delivery');
  await invoice('1', ['h'], { standing: 'draft' });
  expect(inLedger()).toEqual([]);
  await invoice('1', ['h']);
  expect(inLedger()).toHaveLength(1);
});

it('An invoice of the billing platform becomes the ledger’s, once: over its charges, paid back to it', async () => {
  const { rig, platform, erp, all, invoice, inLedger, post, claims } = await invoicedBy('platform', 'platform');
  const charges = all(platform, 'hours').map(({ recordId }) => recordId);
  await invoice('1', charges, { net: '800.00', gross: '800.00', open: '800.00' });
  await post({ tax: '152.00', gross: '952.00', open: '952.00' });
  await invoice('1', charges, { net: '800.00', gross: '800.00', open: '800.00' });
  const posted = inLedger();
  const inBooks = all(erp, 'hours').map(({ recordId }) => recordId);
  expect([posted.map(({ wire }) => [wire['no'], wire['net']]), claims(), rig.held()]).toEqual([
    [['D-1', '800.00']],
    2,
    [],
  ]);
  const lines = (posted[0]?.wire['lines'] ?? []) as Wire[];
  expect(lines.map((line) => line['hours_id'])).toEqual(inBooks);
  const paid = { bill_id: posted[0]?.recordId, date: '2026-11-21', amount: '952.00', currency: 'EUR', full: true };
  erp.put('receipt', 'r', { no: 'P-1', ...paid });
  await rig.notice('erp', 'receipt', 'r');
  expect(all(platform, 'receipt').map(({ wire }) => [wire['amount'], wire['bill_id']])).toEqual([['952.00', '1']]);
  await invoice('2', charges.slice(0, 1));
  expect([inLedger().length, new Set(rig.held())]).toEqual([1, new Set(['billed-twice'])]);
});

it('A second invoice over the same hours is held, and goes on once the first is out of the books', async () => {
  const { rig, invoice, inLedger, post, claims } = await invoicedBy('psa', 'delivery');
  await invoice('1', ['h']);
  await post();
  await invoice('2', ['h', 'g']);
  expect([inLedger().length, new Set(rig.held())]).toEqual([1, new Set(['billed-twice'])]);
  await invoice('1', ['h'], { standing: 'cancelled' });
  // It still stands in the books, so it still bills: finance take it out.
  expect(rig.rows("SELECT owner FROM holds WHERE control = 'withdraw-by-hand'")).toEqual([{ owner: 'finance' }]);
  expect(inLedger()).toHaveLength(1);
  await post({ state: 'void', net: '0.00', gross: '0.00', open: '0.00' });
  expect([rig.held(), inLedger().length, claims()]).toEqual([[], 2, 2]);
});

it('An invoice by somebody who does not bill the contract is held for finance, whoever it is', async () => {
  const { rig, invoice, inLedger } = await invoicedBy('psa', 'ledger');
  await invoice('1', ['h']);
  expect(inLedger()).toEqual([]);
  expect(rig.rows('SELECT DISTINCT control, owner FROM holds')).toEqual([
    { control: 'wrong-biller', owner: 'finance' },
  ]);
});

/** From the fourth of November on delivery are to bill what the ledger has billed so far. */
async function switched() {
  const firm = await invoicedBy('psa', 'ledger');
  const ask = () => firm.sell({ biller: 'delivery', biller_from: '2026-11-04' });
  const agree = async () => {
    answer(
      firm.rig.lane.core,
      String(firm.rig.rows('SELECT id FROM holds')[0]?.['id']),
      'approve',
      'finance',
      'Agreed',
    );
    await firm.rig.pass(1_000);
  };
  const billable = () =>
    Object.fromEntries(firm.all(firm.erp, 'hours').map(({ wire }) => [String(wire['date']), wire['billable']]));
  return { ...firm, ask, agree, billable };
}

it('Another biller is finance’s to let pass; until then the one before bills everything', async () => {
  const { rig, ask, agree, billable } = await switched();
  await ask();
  expect(rig.rows('SELECT control, code, owner FROM holds')).toEqual([
    { control: 'biller-changed', code: 'biller-changed', owner: 'finance' },
  ]);
  expect(billable()).toEqual({ '2026-11-03': true, '2026-11-04': true });
  await agree();
  expect([rig.held(), billable()]).toEqual([[], { '2026-11-03': true, '2026-11-04': false }]);
});

it('What was delivered before the day stays with the biller before, whenever it is told', async () => {
  const { deliver, ask, agree, billable } = await switched();
  await ask();
  await agree();
  await deliver('hours', 'late', { date: '2026-11-02' });
  await deliver('hours', 'new', { date: '2026-11-05' });
  expect(billable()).toMatchObject({
    '2026-11-02': true,
    '2026-11-03': true,
    '2026-11-04': false,
    '2026-11-05': false,
  });
});

it('What the ledger has billed already stays billed there, and delivery cannot bill it again', async () => {
  const { rig, erp, all, idOf, ask, agree, billable, invoice } = await switched();
  const posted = all(erp, 'hours').find(({ wire }) => wire['date'] === '2026-11-04');
  const of = { client_id: idOf(erp, 'client'), engagement_id: posted?.wire['engagement_id'] };
  erp.put('bill', 'e', { ...billOver([posted?.recordId ?? '']), ...of, no: 'INV-1', ledger_no: 'INV-1' });
  await rig.notice('erp', 'bill', 'e');
  await ask();
  await agree();
  expect(billable()).toMatchObject({ '2026-11-04': true });
  await invoice('1', ['g']);
  expect(new Set(rig.held())).toEqual(new Set(['billed-twice']));
});

it('A switch without a day changes nothing, even if finance let it pass', async () => {
  const { rig, sell, agree, billable } = await switched();
  await sell({ biller: 'delivery' });
  expect(rig.rows('SELECT code FROM holds')).toEqual([{ code: 'biller-change-undated' }]);
  await agree();
  expect(billable()).toEqual({ '2026-11-03': true, '2026-11-04': true });
});

it('A source is billed at most once, in whatever order switches, invoices and approvals come', async () => {
  const step = fc.oneof(
    fc.constant({ does: 'switch' as const }),
    fc.constant({ does: 'agree' as const }),
    fc.record({
      does: fc.constant('delivery' as const),
      id: fc.constantFrom('1', '2'),
      hours: fc.subarray(['h', 'g'], { minLength: 1 }),
    }),
    fc.record({
      does: fc.constant('ledger' as const),
      id: fc.constantFrom('e', 'f'),
      day: fc.constantFrom('2026-11-03', '2026-11-04'),
    }),
    fc.record({ does: fc.constant('void' as const), id: fc.constantFrom('e', 'f') }),
    fc.record({
      does: fc.constant('approval' as const),
      id: fc.constantFrom('h', 'g'),
      to: fc.constantFrom('open', 'approved'),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
      const { rig, erp, all, idOf, ask, agree, invoice, deliver } = await switched();
      const inBooks = new Map<string, Wire>();
      for (const one of steps) {
        if (one.does === 'switch') await ask();
        else if (one.does === 'agree' && rig.held()[0] === 'biller-changed') await agree();
        else if (one.does === 'delivery') await invoice(one.id, one.hours);
        else if (one.does === 'approval')
          await deliver('hours', one.id, { approval: one.to, date: one.id === 'h' ? '2026-11-03' : '2026-11-04' });
        else if (one.does === 'ledger' || one.does === 'void') {
          const before = inBooks.get(one.id);
          const entry = one.does === 'ledger' ? all(erp, 'hours').find(({ wire }) => wire['date'] === one.day) : null;
          // The ledger bills what is billable there, as ledgers do.
          if (one.does === 'ledger' && (entry?.wire['billable'] !== true || before)) continue;
          if (one.does === 'void' && !before) continue;
          const made = before
            ? { ...before, state: 'void' }
            : {
                ...billOver([entry?.recordId ?? '']),
                ...{ no: one.id, ledger_no: one.id, client_id: idOf(erp, 'client') },
              };
          if (!before) Object.assign(made, { engagement_id: entry?.wire['engagement_id'] });
          inBooks.set(one.id, made);
          erp.put('bill', one.id, made);
          await rig.notice('erp', 'bill', one.id);
        }
        // Of the invoices that nobody holds, no two bill the same hours.
        const billed = rig
          .rows(
            `SELECT line.value ->> '$.time' AS source FROM entities AS e, json_each(e.canonical, '$.lines') AS line
             WHERE e.kind = 'invoice' AND e.canonical ->> '$.status' <> 'void'
             AND e.id NOT IN (SELECT entity FROM holds)`,
          )
          .map(({ source }) => source);
        expect(billed).toEqual([...new Set(billed)]);
      }
    }),
    { numRuns: 12 },
  );
}, 60_000);
