// A Salesforce org with a deal and three people, served to a browser: the stage of all tests that click our components.
import type { Browser } from 'playwright-core';
import { openBrowser, type Visit } from '../../support/browser.ts';
import { OrgVisitor, type ServedOrg, serveOrg } from './org-in-browser.ts';

type Values = Readonly<Record<string, unknown>>;
const hub = 'integration';
export const ns = 'tieout__';

export class Stage {
  readonly browser: Browser;
  readonly served: ServedOrg;
  deal = '';
  #visitors: OrgVisitor[] = [];

  private constructor(browser: Browser, served: ServedOrg) {
    this.browser = browser;
    this.served = served;
  }

  static async build(): Promise<Stage> {
    const [browser, served] = await Promise.all([openBrowser(), serveOrg()]);
    const stage = new Stage(browser, served);
    // Compiled once for all tests, and kept for the next run.
    const first = await stage.open();
    await first.page.goto(`${served.url}/lightning/assets/page.js`, { timeout: 180_000 });
    await first.close();
    stage.#visitors = [];
    return stage;
  }

  /** An empty org again, with Anna who has the permission set of a user, Ada that of an admin, and Otto without any. */
  set(): void {
    const { org } = this.served;
    org.reset();
    const [ada, otto] = ['ada.admin', 'otto'].map((user) => org.act('setUser', { user }));
    org.act('setUser', { user: 'anna.sales' });
    const admin = org.rows('PermissionSet').find((row) => row['Name'] === `${ns}Tieout_Admin`)?.id;
    org.create('PermissionSetAssignment', { AssigneeId: ada, PermissionSetId: admin });
    for (const row of org.rows('PermissionSetAssignment')) {
      if (row['AssigneeId'] === otto) org.remove('PermissionSetAssignment', row.id);
    }
    const account = org.create('Account', { Name: 'Harbour & Pine', CurrencyIsoCode: 'EUR' }, hub);
    const values = { Name: 'ERP rollout', StageName: 'Negotiation/Review', CloseDate: '2026-11-30', Amount: 48_000 };
    this.deal = org.create('Opportunity', { ...values, AccountId: account, CurrencyIsoCode: 'EUR' }, hub);
  }

  async open(user = 'anna.sales', visit: Visit = {}): Promise<OrgVisitor> {
    const visitor = await OrgVisitor.open(this.browser, this.served, `${user}@acme.example`, visit);
    this.#visitors.push(visitor);
    return visitor;
  }

  async openDeal(visit: Visit = {}): Promise<OrgVisitor> {
    const visitor = await this.open('anna.sales', visit);
    await visitor.record('Opportunity', this.deal);
    return visitor;
  }

  userId(user: string): string | undefined {
    return this.served.org.rows('User').find((row) => String(row['Username']).startsWith(user))?.id;
  }

  connect(more: Values = {}): string {
    const values = { State__c: 'connected', Installation__c: 'ins_1', ...more };
    return this.served.org.create('Connection__c', values, hub);
  }

  /** What the hub says of the deal towards one system. */
  tell(system: string, state: string, more: Values = {}): string {
    const key = { Sync_Ref__c: `${this.deal}:${system}`, Record_Id__c: this.deal, Target_System__c: system };
    return this.served.org.create('Sync_Status__c', { ...key, Status__c: state, ...more }, hub);
  }

  tellAnew(id: string, values: Values): void {
    this.asHub('Sync_Status__c', id, values);
  }

  asHub(type: string, id: string, values: Values): void {
    this.served.org.update(type, id, values, hub);
  }

  /** What people have asked the hub for, as opposed to what flows noted. */
  asked(): readonly Values[] {
    return this.served.org.rows('Outbox__c').filter((row) => row[`${ns}Kind__c`] !== 'CHANGED');
  }

  /** Closes the pages; answers what went wrong in them. */
  async clear(): Promise<readonly string[]> {
    const problems = this.#visitors.flatMap((visitor) => visitor.problems);
    for (const visitor of this.#visitors) await visitor.close();
    this.#visitors = [];
    return problems;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.served.close();
  }
}
