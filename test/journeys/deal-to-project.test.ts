// Story: a deal is won in the CRM and becomes customer, project and contract in PSA and ERP, also when the hub is
// killed in the middle.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Firm, startFirm } from '../support/firm.ts';
import { sell, until, win } from '../support/people.ts';

let firm: Firm;
const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));

beforeAll(async () => {
  firm = await startFirm({ state });
}, 120_000);

afterAll(async () => {
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

describe('A won deal', () => {
  it('becomes one customer, one project and one contract in PSA and ERP', async () => {
    const { opportunity } = sell(firm, {
      account: 'Harbour & Pine Architects',
      name: 'Harbour & Pine ERP rollout',
      legalEntity: 'Northwind Consulting GmbH',
      country: 'DE',
      purchaseOrder: 'PO-7731',
      rates: [
        ['Senior Consultant', 185, 160],
        ['Consultant', 142.5, 130],
      ],
    });
    await firm.installation.settled();
    expect(firm.erp.rows('customer')).toHaveLength(0);

    win(firm, opportunity);
    await until('the contract in the ERP', () => firm.erp.rows('salesorder').length > 0);
    await firm.installation.settled();

    expect(firm.erp.rows('customer').map((row) => row['companyname'])).toEqual(['Harbour & Pine Architects']);
    expect(firm.erp.rows('job').map((row) => row['companyname'])).toEqual(['Harbour & Pine ERP rollout']);
    expect(firm.erp.rows('salesorder').map((row) => row['otherrefnum'])).toEqual(['PO-7731']);
    expect(firm.psa.rows('workspaces').map((row) => row['title'])).toEqual(['Harbour & Pine ERP rollout']);
    expect(firm.psa.rows('workspace_groups').filter((row) => row['name'] === 'Harbour & Pine Architects')).toHaveLength(
      1,
    );
    const shown = firm.crm.rows('tieout__Sync_Status__c').filter((row) => row['tieout__Record_Id__c'] === opportunity);
    expect(shown.map((row) => [row['tieout__Target_System__c'], row['tieout__Status__c']]).sort()).toEqual([
      ['kantata', 'in-step'],
      ['netsuite', 'in-step'],
    ]);
  }, 90_000);
});
