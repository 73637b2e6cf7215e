// Story: the CRM's people merge two accounts that are customers everywhere. From then on there is one; each system that
// holds a record of both asks its admin exactly once which goes on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Firm, startFirm } from '../support/firm.ts';
import { crmPage, sole } from '../support/pages.ts';
import { jobOf, sell, until, win, workspaceOf } from '../support/people.ts';

const legalEntity = 'Northwind Consulting GmbH';
const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));
let firm: Firm;
const accounts = { winner: '', loser: '' };

beforeAll(async () => {
  firm = await startFirm({ state });
  const sales = [
    ['winner', 'Orchard Foods', 'Orchard migration'],
    ['loser', 'Orchard Foods Ltd', 'Orchard loyalty'],
  ] as const;
  for (const [which, account, name] of sales) {
    const sale = sell(firm, {
      ...{ account, name, legalEntity, country: 'DE', purchaseOrder: `PO-${which}` },
      rates: [['Senior Consultant', 185, 100]],
    });
    accounts[which] = sale.account;
    win(firm, sale.opportunity);
  }
  for (const [, , name] of sales) {
    await until(`the workspace of ${name}`, () => workspaceOf(firm, name), 60_000);
    await until(`the job of ${name}`, () => jobOf(firm, name), 60_000);
  }
  await firm.installation.settled();
});

afterAll(async () => {
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

const customerOf = (name: string) => firm.erp.rows('customer').find((row) => row['companyname'] === name)?.id;
const parentOf = (job: string) => firm.erp.rows('job').find((row) => row['companyname'] === job)?.['parent'];
const asked = async () => (await firm.installation.exceptions()).filter(({ control }) => control === 'two-records');

it('The loser is the winner from then on: its project is, in the ledger too, and its history says so', async () => {
  const [winner, loser] = [customerOf('Orchard Foods'), customerOf('Orchard Foods Ltd')];
  expect([parentOf('Orchard migration'), parentOf('Orchard loyalty')]).toEqual([winner, loser]);
  const { entities } = await firm.installation.status('crm', 'Account', accounts.loser);
  const former = entities[0]?.entity ?? '';
  firm.crm.act('merge', accounts);
  await until('the project to move', () => parentOf('Orchard loyalty') === winner, 60_000);
  await firm.installation.settled();
  expect(parentOf('Orchard migration')).toBe(winner);
  const { mergedInto, links, timeline } = await firm.installation.entity(former);
  const [own] = (await firm.installation.status('crm', 'Account', accounts.winner)).entities;
  expect(mergedInto).toBe(own?.entity);
  expect(links.every(({ endedAt }) => endedAt !== null)).toBe(true);
  const told = timeline.flatMap(({ entries }) => entries.map(({ words }) => words.title));
  expect(told).toContain('Merged into another');
});

it('Each system with a record of both asks its admin once, who may say that the other one goes on', async () => {
  const holds = await asked();
  expect(holds.map(({ connection, owner }) => [connection, owner]).sort()).toEqual([
    ['erp', 'integration'],
    ['psa', 'integration'],
  ]);
  const inErp = sole(holds.filter(({ connection }) => connection === 'erp'));
  const other = customerOf('Orchard Foods Ltd');
  expect(inErp.words.text).toContain(`holds one of each: ${customerOf('Orchard Foods')} and ${other}`);
  expect(inErp.actions.map(({ action }) => action)).toEqual(['this-one', 'other-one', 'retry']);
  expect(crmPage(firm, accounts.winner, 'netsuite')).toMatchObject({
    tieout__Status__c: 'held',
    tieout__Reason__c: 'two-records',
  });
  // The page of the record that is left names the one that stands for it.
  const left = () =>
    firm.erp.rows('customrecord_tieout_status').filter((row) => row['custrecord_tieout_st_recid'] === other);
  await until('what the page that is left says', () =>
    left().some((row) => row['custrecord_tieout_st_reason'] === 'left-by-merge'),
  );
  expect(left()[0]?.['custrecord_tieout_st_params']).toContain(`Orchard Foods (${customerOf('Orchard Foods')})`);
  for (const hold of holds) await firm.installation.answer(hold.id, 'this-one', '', 'admin');
  await firm.installation.settled();
  expect(await asked()).toEqual([]);
  expect(crmPage(firm, accounts.winner, 'netsuite')).toMatchObject({ tieout__Status__c: 'in-step' });
});

it('What is edited at the winner reaches the one record that goes on, and no other', async () => {
  firm.crm.update('Account', accounts.winner, { Phone: '+49 40 555 0100' });
  const phones = () => firm.erp.rows('customer').map((row) => [row['companyname'], row['phone'] ?? null]);
  await until('the phone in the ledger', () => phones().some(([, phone]) => phone === '+49 40 555 0100'));
  await firm.installation.settled();
  expect(phones().filter(([, phone]) => phone === '+49 40 555 0100')).toEqual([['Orchard Foods', '+49 40 555 0100']]);
});
