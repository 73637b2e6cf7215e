// The tally of the demo must be able to fail: a loss, a double and a cent are planted in copies of the books.
import { describe, expect, it } from 'vitest';
import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import type { Books } from './books.ts';
import { expectedHeld } from './held.ts';
import { amountOf, postedOn } from './hours.ts';
import { idealBooks, withRows } from './ideal.ts';
import { makeMonth } from './month.ts';
import { Story } from './story.ts';
import { tally } from './tally.ts';
import { keyOfEntry } from './work.ts';

const month = makeMonth();
const books = idealBooks(month);

const first = (rows: readonly Row[]): Row => rows[0] as Row;
const without = (system: 'crm' | 'psa' | 'erp', type: string) => withRows(books, system, type, (rows) => rows.slice(1));
const doubled = (system: 'crm' | 'psa' | 'erp', type: string) =>
  withRows(books, system, type, (rows) => [...rows, { ...first(rows), id: 'a second one' }]);

function changed(system: 'crm' | 'psa' | 'erp', type: string, values: Readonly<Record<string, unknown>>): Books {
  return withRows(books, system, type, (rows) => [{ ...first(rows), ...values }, ...rows.slice(1)]);
}

describe('The tally', () => {
  it('finds nothing where the books are as the month was', () => {
    expect(tally(month, books)).toMatchObject({
      ok: true,
      lost: 0,
      duplicated: 0,
      leaked: 0,
      cents_off: 0,
      differing: 0,
      findings: [],
    });
    expect(tally(month, books).settled).toBeGreaterThan(1_000);
  });

  it.each([
    ['erp', 'timebill'],
    ['erp', 'job'],
    ['erp', 'customer'],
    ['erp', 'salesorder'],
    ['psa', 'workspaces'],
    ['erp', 'expensereport'],
    ['erp', 'projecttask'],
    ['psa', 'invoices'],
    ['psa', 'external_payments'],
    ['crm', 'tieout__Invoice__c'],
  ] as const)('calls one %s %s that is missing a loss', (system, type) => {
    const result = tally(month, without(system, type));
    expect(result.ok).toBe(false);
    expect(result.lost).toBeGreaterThanOrEqual(1);
  });

  it.each([
    ['erp', 'timebill'],
    ['erp', 'job'],
    ['erp', 'customer'],
    ['erp', 'salesorder'],
    ['psa', 'workspaces'],
    ['erp', 'expensereport'],
    ['erp', 'projecttask'],
    ['psa', 'invoices'],
    ['psa', 'external_payments'],
    ['crm', 'tieout__Invoice__c'],
  ] as const)('calls one %s %s too many a double', (system, type) => {
    expect(tally(month, doubled(system, type))).toMatchObject({ ok: false, duplicated: 1, lost: 0 });
  });

  it('sees one cent on an invoice in the CRM', () => {
    const amount = Number(first(books.crm['tieout__Invoice__c'] ?? [])['tieout__Subtotal__c']);
    const off = changed('crm', 'tieout__Invoice__c', { tieout__Subtotal__c: (Math.round(amount * 100) + 1) / 100 });
    expect(tally(month, off)).toMatchObject({ ok: false, cents_off: 1, lost: 0, duplicated: 0 });
  });

  it('sees one cent on an invoice in the PSA', () => {
    const amount = Number(first(books.psa['invoices'] ?? [])['total_in_cents']);
    expect(tally(month, changed('psa', 'invoices', { total_in_cents: amount - 1 }))).toMatchObject({
      ok: false,
      cents_off: 1,
    });
  });

  it('sees one cent on an invoice that the PSA issued, there and as the ledger has it', () => {
    const own = month.invoices.find((one) => one.issuer === 'psa')?.number;
    const there = withRows(books, 'psa', 'invoices', (rows) =>
      rows.map((row) => (row.id === own ? { ...row, total_in_cents: Number(row['total_in_cents']) + 1 } : row)),
    );
    expect(tally(month, there)).toMatchObject({ ok: false, cents_off: 1 });
    const posted = withRows(books, 'erp', 'invoice', (rows) =>
      rows.map((row) => (row.id === own ? { ...row, subtotal: String(Number(row['subtotal']) - 0.01) } : row)),
    );
    expect(tally(month, posted)).toMatchObject({ ok: false, cents_off: 1, lost: 0 });
  });

  it('sees hours that the ledger could bill although the PSA bills them', () => {
    const hours = month.entries.find(({ deal }) => deal === 'lakeside-wards')?.key;
    const open = withRows(books, 'erp', 'timebill', (rows) =>
      rows.map((row) => (row.id === `bill ${hours}` ? { ...row, isbillable: true } : row)),
    );
    expect(tally(month, open)).toMatchObject({ ok: false, differing: 1 });
  });

  it('sees hours that still count in the ledger although their approval was revoked', () => {
    const hours = month.entries.find(({ fate }) => fate?.how === 'revoked' && fate.againOn === undefined)?.key;
    const standing = withRows(books, 'erp', 'timebill', (rows) =>
      rows.map((row) => (row.id === `bill ${hours}` ? { ...row, approvalstatus: '3' } : row)),
    );
    expect(tally(month, standing)).toMatchObject({ ok: false, leaked: 1, lost: 1 });
  });

  it('sees a project that stayed with a customer who is another one since a merge', () => {
    const left = withRows(books, 'erp', 'job', (rows) =>
      rows.map((row) => (row.id === 'orchard-loyalty' ? { ...row, parent: 'orchard-ltd' } : row)),
    );
    expect(tally(month, left)).toMatchObject({ ok: false, lost: 1 });
  });

  it('sees a rate that was cut on its way into the ledger', () => {
    const { rate } = first(books.erp['timebill'] ?? []);
    const result = tally(month, changed('erp', 'timebill', { rate: String(Number(rate) - 0.01) }));
    expect(result.ok).toBe(false);
    expect(result.cents_off).toBeGreaterThanOrEqual(1);
  });

  it('takes an amount that cannot be read for a wrong one', () => {
    const result = tally(month, changed('erp', 'salesorder', { total: '51720.00000001' }));
    expect(result.ok).toBe(false);
    expect(result.cents_off).toBeGreaterThan(0);
  });

  it('sees what a control should have kept out of the ledger', () => {
    const held = month.entries.find((entry) => entry.trouble?.control === 'unapproved-time');
    const source = held && books.psa['time_entries']?.find((row) => row.id === held.key);
    if (!held || !source) throw new Error('the month has no unapproved time');
    const hours = String(held.minutes / 60);
    const posted = { ...first(books.erp['timebill'] ?? []), id: 'slipped through', customer: held.deal, hours };
    const leaked = withRows(books, 'erp', 'timebill', (rows) => [
      ...rows,
      {
        ...posted,
        employee: held.person,
        trandate: source['date_performed'],
        memo: held.note,
        custcol_tieout_role: held.role,
      },
    ]);
    expect(tally(month, leaked)).toMatchObject({ ok: false, leaked: 1, duplicated: 0 });
  });

  it('sees a field that does not show what its owner says', () => {
    const off = withRows(books, 'erp', 'customer', (rows) =>
      rows.map((row) => (row.id === 'bluff' ? { ...row, phone: '+1 901 555 9999' } : row)),
    );
    expect(tally(month, off)).toMatchObject({ ok: false, differing: 1 });
  });
});

describe("The month's story", () => {
  const story = new Story(month);
  const told = month.days.map((day) => story.of(day));

  it('says in plain words what happens each day, by the names that people know', () => {
    expect(told.every((lines) => lines.length > 0)).toBe(true);
    expect(told.flat()).toEqual(
      expect.arrayContaining([
        'Redwood meter-to-cash and Sakura line planning are won.',
        'Orchard Foods Ltd turns out to be Orchard Foods: merged in the CRM.',
        'The approval of one time entry of Harbour & Pine ERP rollout is taken back.',
        'Calder broker portal is to be billed by the PSA from today on.',
        'Haruto Tanaka hands in expenses: Travel JPY 4,620.',
      ]),
    );
  });

  it('has no key of the script and nothing undefined in it', () => {
    const keys = [...month.deals, ...month.customers, ...month.people, ...month.entries].map(({ key }) => key);
    for (const line of told.flat()) {
      expect(line).not.toMatch(/undefined|NaN|null/);
      expect(keys.filter((key) => key.includes('-') && line.includes(key))).toEqual([]);
    }
  });
});

describe("The month's script", () => {
  it('is the same for the same seed, and another for another', () => {
    expect(makeMonth(7)).toEqual(makeMonth(7));
    expect(makeMonth(7).entries).not.toEqual(makeMonth(8).entries);
  });

  it('is a believable month of about 600 time entries', () => {
    expect(month.entries.length).toBeGreaterThan(580);
    expect(month.entries.length).toBeLessThan(680);
    expect(month.entries.filter((entry) => postedOn(entry) === null).length).toBeGreaterThan(15);
  });

  it('has exact amounts: whole minor units, half a unit rounded up', () => {
    expect(amountOf({ minutes: 435, rateMinor: 14_250 })).toBe(103_313);
    expect(month.invoices.every((one) => Number.isSafeInteger(one.amountMinor))).toBe(true);
  });

  it('enters the same thing twice only where it means to', () => {
    const keys = month.entries.map((entry) => keyOfEntry(month, entry));
    expect(keys.length - new Set(keys).size).toBe(3);
  });

  it('knows what is still held at its end', () => {
    expect(expectedHeld(month)).toMatchObject({ 'rate-mismatch': 2, 'exhausted-purchase-order': 3 });
  });
});
