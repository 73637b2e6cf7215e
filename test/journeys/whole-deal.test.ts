// Story: nothing of a won deal is made before it says all that is needed; what is missing is asked for at once, each by
// whose turn it is.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Firm, type LegalEntity, startFirm } from '../support/firm.ts';
import { crmPage, holdsOnDeal, sole } from '../support/pages.ts';
import { jobOf, type Sale, sell, until, win, workspaceOf } from '../support/people.ts';

const legalEntity: LegalEntity = 'Northwind Consulting GmbH';
const role = 'Senior Consultant';
const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));

let firm: Firm;
const deals = new Map<string, string>();

const sales: Readonly<Record<string, Partial<Sale> & { readonly account: string }>> = {
  'Quay reporting': { account: 'Quayside Logistics', taxProfile: null },
  'Quay forecast': { account: 'Quayside Logistics', terms: null, purchaseOrder: 'PO-72' },
};

beforeAll(async () => {
  firm = await startFirm({ state });
  for (const [name, sale] of Object.entries(sales)) {
    const standard = { name, legalEntity, country: 'DE', purchaseOrder: 'PO-1201', rates: [[role, 185, 300]] } as const;
    const { opportunity } = sell(firm, { ...standard, ...sale });
    deals.set(name, opportunity);
    win(firm, opportunity);
  }
  for (const deal of deals.values()) await until('its hold', async () => (await holdsOnDeal(firm, deal))[0]);
  await firm.installation.settled();
});

afterAll(async () => {
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

const dealOf = (name: string) => deals.get(name) ?? '';
const orderOf = (name: string) => firm.erp.rows('salesorder').filter((row) => row['memo'] === name);

describe('A won deal that lacks something', () => {
  const everything = {
    tieout__Tax_Profile__c: 'standard',
    tieout__Payment_Terms__c: 'NET30',
    tieout__Legal_Entity__c: legalEntity,
    tieout__Delivery_Region__c: 'DACH',
  };
  const made = (name: string) => [workspaceOf(firm, name), jobOf(firm, name), ...orderOf(name)];

  it.each([
    ['Quay reporting', 'missing-tax-profile', 'tieout__Tax_Profile__c'],
    ['Quay forecast', 'missing-terms', 'tieout__Payment_Terms__c'],
  ] as const)('is held for finance, and nothing of it made, until that is entered: %s', async (name, code, field) => {
    const hold = sole(await holdsOnDeal(firm, dealOf(name)));
    expect(hold).toMatchObject({ control: code, code, owner: 'finance' });
    expect(hold.words.text).toContain(name);
    expect(crmPage(firm, dealOf(name), 'netsuite')).toMatchObject({
      tieout__Status__c: 'held',
      tieout__Reason__c: code,
    });
    expect(crmPage(firm, dealOf(name), 'kantata')).toMatchObject({
      tieout__Status__c: 'waiting',
      tieout__Reason__c: 'waits-for-sale',
    });
    expect(made(name)).toEqual([null, null]);
    firm.crm.update('Opportunity', dealOf(name), { [field]: everything[field] });
    await until('the order in the ERP', () => orderOf(name).length > 0);
    await firm.installation.settled();
    expect([workspaceOf(firm, name), jobOf(firm, name)]).not.toContain(null);
    expect(orderOf(name)).toHaveLength(1);
    expect(await holdsOnDeal(firm, dealOf(name))).toEqual([]);
  });

  it('is asked for all of it at once, each by whose turn it is; let on once, it is held again', async () => {
    const name = 'Quay archive';
    const sale = { account: 'Quayside Archives', parent: 'Quayside Logistics', name, legalEntity, country: 'DE' };
    const { opportunity } = sell(firm, { ...sale, purchaseOrder: 'PO-73', rates: [[role, 185, 20]] });
    const nothing = Object.fromEntries(Object.keys(everything).map((field) => [field, null]));
    firm.crm.update('Opportunity', opportunity, nothing);
    win(firm, opportunity);
    const holds = await until('its holds', async () => {
      const open = await holdsOnDeal(firm, opportunity);
      return open.length > 0 ? open : null;
    });
    await firm.installation.settled();
    expect(holds.map(({ code, owner }) => `${code}: ${owner}`).sort()).toEqual([
      'missing-delivery-region: delivery',
      'missing-legal-entity: finance',
      'missing-tax-profile: finance',
      'missing-terms: finance',
    ]);
    expect(made(name)).toEqual([null, null]);
    // The customer rests on nothing of the sale, and lies under the company it belongs to.
    const named = (company: string) => sole(firm.erp.rows('customer').filter((row) => row['companyname'] === company));
    expect(named('Quayside Archives')['parent']).toBe(named('Quayside Logistics').id);

    const { tieout__Tax_Profile__c: _tax, tieout__Payment_Terms__c: _terms, ...others } = everything;
    firm.crm.update('Opportunity', opportunity, others);
    const lastTwo = () =>
      until('the last two', async () => {
        const open = await holdsOnDeal(firm, opportunity);
        return `${open.map(({ code }) => code).sort()}` === 'missing-tax-profile,missing-terms' ? open : null;
      });
    const last = await lastTwo();
    expect(made(name)).toEqual([null, null]);
    for (const { id } of last) await firm.installation.answer(id, 'approve', 'A charity, not taxed, pays when it can');
    await until('the order in the ERP', () => orderOf(name).length > 0);
    await firm.installation.settled();
    expect(firm.erp.rows('job').find((row) => row['companyname'] === name)).toMatchObject({
      custentity_tieout_region: 'DACH',
      subsidiary: '3',
    });
    expect(firm.psa.rows('workspaces').filter((row) => row['title'] === name)).toHaveLength(1);
    const written = sole(orderOf(name));
    expect(written['otherrefnum']).toBe('PO-73');

    firm.crm.update('Opportunity', opportunity, { tieout__Purchase_Order__c: 'PO-74' });
    const again = await lastTwo();
    expect(sole(orderOf(name))).toEqual(written);
    for (const { id } of again) await firm.installation.answer(id, 'approve', 'The same charity');
    await until('the new number', () => orderOf(name)[0]?.['otherrefnum'] === 'PO-74');
    expect(orderOf(name)).toHaveLength(1);
  });
});
