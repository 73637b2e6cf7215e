// Story: a deal is won in the CRM and becomes customer, project and contract in PSA and ERP, also when the hub is
// killed in the middle, and without waiting for a PSA that hangs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Firm, startFirm } from '../support/firm.ts';
import { type HubProcess, spawnHub } from '../support/hub-process.ts';
import { holdsOnDeal, sole } from '../support/pages.ts';
import { type Sale, sell, until, win, workspaceOf } from '../support/people.ts';
import { freePort } from '../support/serve.ts';

let hub: HubProcess;
let firm: Firm;
const port = await freePort();
const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));

beforeAll(async () => {
  hub = await spawnHub({ port, state });
  firm = await startFirm({ hub, state });
});

afterAll(async () => {
  await hub?.kill();
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

type NewSale = Pick<Sale, 'account' | 'name'> & Partial<Sale>;

function sellNew(sale: NewSale): string {
  const legalEntity = 'Northwind Consulting GmbH';
  const rates = [['Senior Consultant', 185, 160]] as const;
  return sell(firm, { legalEntity, country: 'DE', purchaseOrder: 'PO-88', rates, ...sale }).opportunity;
}

/** A deal that is won at once. */
function winNew(sale: NewSale): string {
  const opportunity = sellNew(sale);
  win(firm, opportunity);
  return opportunity;
}

const named = (type: string, field: string, name: string) => firm.erp.rows(type).filter((row) => row[field] === name);

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
    // What stands on another record there is never read by itself: nothing is said of when it was seen.
    const sinces = shown.map((row) => row['tieout__Last_Synced__c']).filter((since) => since !== null);
    expect(sinces.filter((since) => Date.parse(String(since)) < Date.UTC(2026, 0))).toEqual([]);
  });

  it('hands on what an admin’s mapping reads from a field that the connector’s own map does not know', async () => {
    const row = { at: 'NextStep', codec: 'text?', direction: 'in' };
    await firm.operator.call('POST', `/installations/${firm.installation.id}/mappings`, {
      maps: { crm: { deal: { fields: { description: row } } } },
      lookups: {},
      ownership: {},
    });
    const name = 'Mill portal';
    const opportunity = sellNew({ account: 'Mill & Ivy', name });
    firm.crm.update('Opportunity', opportunity, { NextStep: 'Kick-off in Hamburg on 4 November' });
    win(firm, opportunity);
    await until('the workspace', () => workspaceOf(firm, name));
    const workspace = firm.psa.rows('workspaces').find((one) => one['title'] === name);
    expect(workspace).toMatchObject({ description: 'Kick-off in Hamburg on 4 November' });
  });

  it('is finished by the next hub when the hub is killed with kill -9 half-way, each record once', async () => {
    const account = 'Orchard Foods';
    const name = 'Orchard migration';
    firm.erp.arm({ how: 'slow', route: '^POST /app/site/hosting/restlet', times: null, delayMs: 1_000 });
    winNew({ account, name });
    await until('the PSA to be done and the ERP to be half-way', async () => {
      const { commands, inFlight } = await firm.installation.progress();
      return workspaceOf(firm, name) && inFlight > 0 && commands.every(({ connection }) => connection === 'erp');
    });
    await hub.kill();
    expect(named('salesorder', 'memo', name)).toEqual([]);
    firm.erp.disarm();
    hub = await spawnHub({ port, state });
    await until('the contract in the ERP', () => named('salesorder', 'memo', name).length > 0);
    await firm.installation.settled();
    expect(named('customer', 'companyname', account)).toHaveLength(1);
    expect(named('job', 'companyname', name)).toHaveLength(1);
    expect(named('salesorder', 'memo', name)).toHaveLength(1);
    expect(firm.psa.rows('workspaces').filter((row) => row['title'] === name)).toHaveLength(1);
    expect(await firm.installation.exceptions()).toEqual([]);
  });

  it('reaches the ERP while the PSA hangs, and what is wrong with the next one is still found', async () => {
    firm.psa.arm({ how: 'slow', times: null, delayMs: 600_000 });
    await firm.installation.ask('psa');
    winNew({ account: 'Lakeside Hospital', name: 'Lakeside data platform' });
    await until('the contract in the ERP', () => named('salesorder', 'memo', 'Lakeside data platform').length > 0);
    const next = winNew({ account: 'Quayside Logistics', name: 'Quay reporting', taxProfile: null });
    const hold = await until('the hold', async () => (await holdsOnDeal(firm, next))[0]);
    expect(hold).toMatchObject({ control: 'missing-tax-profile', connection: 'erp' });
    expect(sole(await holdsOnDeal(firm, next)).owner).toBe('finance');
    expect([workspaceOf(firm, 'Lakeside data platform'), workspaceOf(firm, 'Quay reporting')]).toEqual([null, null]);
  });
});
