// Story: people who work in the ERP see there what became of their work. Hours are approved on the ERP's own page; the
// CRM shows it, and so does the project's page in the ERP; and whatever people save there, and how often, it settles.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser, openPage, Visitor } from '../support/browser.ts';
import { type Firm, ledgerTables, startFirm } from '../support/firm.ts';
import { goThroughFramed } from '../support/framed-console.ts';
import { crmPage, sole } from '../support/pages.ts';
import { jobOf, sell, until, win } from '../support/people.ts';

const name = 'Lakeside data platform';
const role = 'Senior Consultant';
const clerk = 'customrole_sales_clerk';
const outbox = 'customrecord_tieout_outbox';
const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));
let firm: Firm;
let opportunity = '';
let account = '';
let job = '';
let entry = '';

beforeAll(async () => {
  const sold = { [role]: '2', '*': '1' };
  firm = await startFirm({ state, isWithoutPsa: true, settings: { erp: { serviceItems: sold } } });
  const sale = { account: 'Lakeside Hospital', name, legalEntity: 'Northwind Consulting GmbH', country: 'DE' } as const;
  ({ opportunity, account } = sell(firm, { ...sale, purchaseOrder: 'PO-1201', rates: [[role, 185, 300]] }));
  win(firm, opportunity);
  job = await until('the project in the ERP', () => jobOf(firm, name));
  await firm.installation.settled();
});

afterAll(async () => {
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

/** What a person in the ERP does on a page: looks at it, or sends its form off. */
async function page(path: string, form: Readonly<Record<string, string>> | null = null, as = clerk): Promise<string> {
  const headers = { cookie: `role=${as}` };
  const body = form && new URLSearchParams(form);
  const response = await fetch(firm.urls.erp + path, {
    method: body ? 'POST' : 'GET',
    headers,
    body,
    redirect: 'manual',
  });
  if (response.status >= 400) throw new Error(`${path}: ${await response.text()}`);
  return response.text();
}
const projectPage = () => page(`/app/accounting/project/project.nl?id=${job}`);
const timePage = (form: Readonly<Record<string, string>> | null = null) =>
  page(`/app/accounting/transactions/timebill.nl${entry === '' ? '' : `?id=${entry}`}`, form);
const figure = (text: string, named: string) => new RegExp(`<dt>${named}</dt><dd>([^<]*)</dd>`).exec(text)?.[1];

describe('Hours approved in the ERP', () => {
  it('are known to the hub once they are approved, and the deal in the CRM says what was delivered', async () => {
    const person = { firstName: 'Ines', lastName: 'Carvalho', email: 'ines.carvalho@northwind.example' };
    const employee = firm.erp.create('employee', { ...person, subsidiary: '3' });
    const work = { employee, customer: job, trandate: '2026-11-03', hours: '7.5', item: '2', rate: '185' };
    await timePage({
      ...work,
      overriderate: 'T',
      isbillable: 'T',
      approvalstatus: '2',
      memo: 'Workshop',
      wanted: 'save',
    });
    entry = sole(firm.erp.rows('timebill')).id;
    expect(await timePage()).toContain('value="approve"');
    await timePage({ wanted: 'approve' });
    const shown = await until('the delivered hours in the CRM', () => {
      const amounts = crmPage(firm, opportunity, 'netsuite')?.['tieout__Amounts__c'];
      return typeof amounts === 'string' && amounts.includes('delivered') ? JSON.parse(amounts) : null;
    });
    expect(shown).toMatchObject({ delivered: '1,387.50 EUR', unbilled: '1,387.50 EUR' });
  });

  it('stand on the page of their project in the ERP, beside the state of the deal and a link to it', async () => {
    const text = await until('the figures in the ERP', async () => {
      const shown = await projectPage();
      return figure(shown, 'Unbilled') ? shown : null;
    });
    expect(figure(text, 'Unbilled')).toBe('1,387.50 EUR');
    expect(text).toMatch(/<th scope="row">Salesforce<\/th><td data-head="State"><span class="state success">/);
    expect(text).toContain(`/lightning/r/Opportunity/${opportunity}/view`);
  });

  it('are billed there, and both pages say so', async () => {
    firm.erp.act('bill', { job, date: '2026-11-30' });
    await until(
      'the invoice on the project page',
      async () => figure(await projectPage(), 'Billed') === '1,387.50 EUR',
    );
    await until('the invoice in the CRM', () =>
      String(crmPage(firm, opportunity, 'netsuite')?.['tieout__Amounts__c']).includes('"billed":"1,387.50 EUR"'),
    );
  });
});

describe.skipIf(!hasBrowser)('An admin of the ERP', () => {
  it('opens the settings there, is known in the hub’s own page, and goes through all of its pages', async () => {
    // On this machine the account's pages are where its stand-in is.
    const { settings: given, secrets } = firm.erp.connection;
    const settings = { ...given, ...ledgerTables(firm.erp), appUrl: firm.urls.erp };
    const connection = `/installations/${firm.installation.id}/connections/erp`;
    await firm.operator.call('PUT', `${connection}/credentials`, { secrets, settings });
    const browser = await openBrowser();
    try {
      const visitor = new Visitor(await openPage(browser, {}), firm.urls.erp);
      const page = 'script=customscript_tieout_sl_settings&deploy=customdeploy_tieout_sl_settings';
      await visitor.goTo(`/app/site/hosting/scriptlet.nl?${page}`);
      const frame = visitor.page.frameLocator('iframe');
      await frame.getByText('Priya Raman').waitFor();
      await frame.getByText('Integration admin').waitFor();
      await goThroughFramed(visitor, 'erp-settings');
      expect(visitor.problems).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

describe('Whatever people save there', () => {
  const customerOf = () => sole(firm.erp.rows('customer'));
  const written = async (): Promise<number> => {
    const { entities } = await firm.installation.status('erp', 'customer', customerOf().id);
    const histories = await Promise.all(entities.map(({ entity }) => firm.installation.entity(entity)));
    return histories.flatMap(({ receipts }) => receipts).length;
  };

  it('is read anew at once when somebody presses Sync now', async () => {
    const before = firm.erp.rows(outbox).length;
    const sync = '/app/site/hosting/scriptlet.nl?script=customscript_tieout_sl_sync&deploy=customdeploy_tieout_sl_sync';
    expect(JSON.parse(await page(sync, { type: 'job', id: job }))).toEqual({ said: 'sent' });
    expect(firm.erp.rows(outbox)).toHaveLength(before + 1);
    await firm.installation.settled();
  });

  it('settles after a storm of edits on both sides: each field as its owner left it, then silence', async () => {
    const { id } = customerOf();
    const before = firm.erp.rows(outbox).length;
    for (let round = 1; round <= 20; round++) {
      firm.crm.update('Account', account, { Phone: `+49 40 ${round}` }, 'anna@northwind.example');
      firm.erp.update('customer', id, { phone: `+1 ${round}`, terms: String((round % 3) + 1) });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await until('the owner’s value in both', async () => {
      await firm.installation.settled();
      return customerOf()['phone'] === '+49 40 20';
    });
    const once = await written();
    expect(customerOf()['terms']).toBe('3');
    expect(firm.erp.rows(outbox)).toHaveLength(before + 20);
    await firm.installation.ask('erp');
    await firm.installation.ask('crm');
    await firm.installation.settled();
    expect(await written()).toBe(once);
    expect(customerOf()['phone']).toBe('+49 40 20');
    expect(await firm.installation.exceptions()).toEqual([]);
  });

  it('may be five thousand rows at once: told and read in batches, and nobody’s work waits for them', async () => {
    const rows = Array.from({ length: 5000 }, (_, at) => ({ companyName: `Imported ${at}`, subsidiary: '3' }));
    const ids = firm.erp.act('seed', { type: 'customer', rows }) as string[];
    const told = () => (firm.erp.act('script-runs', {}) as Run[]).filter(({ entry: each }) => each === 'map').length;
    const [callsBefore, toldBefore] = [restletCalls(), told()];
    for (const id of ids) {
      firm.erp.act('save', { type: 'customer', id, values: { phone: '+49 1' }, context: 'CSVIMPORT' });
    }
    await until('all rows to be told', () => firm.erp.rows(outbox).every((row) => row['custrecord_tieout_ob_sent']));
    firm.crm.update('Account', account, { Phone: '+49 40 99' }, 'anna@northwind.example');
    await until('an edit made meanwhile', () => hospital()['phone'] === '+49 40 99', 60_000);
    await firm.installation.settled();
    console.log(`5000 rows: ${told() - toldBefore} batches to the hub, ${restletCalls() - callsBefore} calls by it`);
    expect(told() - toldBefore).toBeLessThanOrEqual(60);
    expect(restletCalls() - callsBefore).toBeLessThanOrEqual(150);
    expect(await firm.installation.exceptions()).toEqual([]);
  });

  const hospital = () => sole(firm.erp.rows('customer').filter((row) => row['companyname'] === 'Lakeside Hospital'));
  const restletCalls = () =>
    firm.erp.calls().reduce((sum, { route, count }) => sum + (route.includes('restlet') ? count : 0), 0);
});

interface Run {
  readonly entry: string;
}
