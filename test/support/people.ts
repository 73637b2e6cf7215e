// What people at the firm do in their own systems: sell, win, staff, log and approve time, bill and collect. All
// through the stand-ins' own pages.
import type { Firm, LegalEntity } from './firm.ts';
import { legalEntities } from './firm.ts';

type Systems = Pick<Firm, 'crm' | 'psa' | 'erp'>;

export interface Sale {
  readonly account: string;
  readonly name: string;
  readonly legalEntity: LegalEntity;
  readonly country: string;
  readonly purchaseOrder: string | null;
  readonly purchaseOrderLimit?: number;
  /** Role, rate per hour, hours sold. */
  readonly rates: readonly (readonly [string, number, number])[];
  readonly terms?: string | null;
  readonly taxProfile?: string | null;
  readonly region?: string | null;
  /** Who bills; the ledger where nothing is said. */
  readonly billingMode?: 'erp' | 'psa' | 'platform';
  /** A company that the account belongs to. */
  readonly parent?: string;
}

export const salesperson = 'Anna Reyes';

/** An opportunity with its lines, not won yet. Returns its id and the account's. */
export function sell({ crm }: Systems, sale: Sale): { opportunity: string; account: string } {
  const { currency, region } = legalEntities[sale.legalEntity];
  const account = accountOf({ crm }, sale);
  const opportunity = crm.create(
    'Opportunity',
    {
      Name: sale.name,
      AccountId: account,
      StageName: 'Negotiation/Review',
      CloseDate: '2026-11-02',
      Amount: sale.rates.reduce((sum, [, rate, hours]) => sum + rate * hours, 0),
      CurrencyIsoCode: currency,
      tieout__Billing_Mode__c: sale.billingMode ?? 'erp',
      tieout__Pricing_Model__c: 'time-and-materials',
      tieout__Purchase_Order__c: sale.purchaseOrder,
      tieout__Purchase_Order_Limit__c: sale.purchaseOrderLimit ?? null,
      tieout__Payment_Terms__c: sale.terms === undefined ? 'NET30' : sale.terms,
      tieout__Tax_Profile__c: sale.taxProfile === undefined ? 'standard' : sale.taxProfile,
      tieout__Start_Date__c: '2026-11-02',
      tieout__End_Date__c: '2027-01-29',
      tieout__Legal_Entity__c: sale.legalEntity,
      tieout__Delivery_Region__c: sale.region === undefined ? region : sale.region,
      tieout__Practice__c: 'ERP',
    },
    salesperson,
  );
  for (const [role, rate, hours] of sale.rates) {
    crm.create(
      'OpportunityLineItem',
      {
        OpportunityId: opportunity,
        Product2Id: productOf({ crm }, role),
        UnitPrice: rate,
        Quantity: hours,
        CurrencyIsoCode: currency,
      },
      salesperson,
    );
  }
  return { opportunity, account };
}

function accountOf({ crm }: Pick<Systems, 'crm'>, sale: Sale): string {
  const named = (name: string | undefined) => crm.rows('Account').find((row) => row['Name'] === name)?.id;
  const known = named(sale.account);
  if (known) return known;
  const { currency } = legalEntities[sale.legalEntity];
  return crm.create(
    'Account',
    {
      Name: sale.account,
      CurrencyIsoCode: currency,
      BillingCountry: sale.country,
      tieout__Legal_Entity__c: sale.legalEntity,
      ParentId: named(sale.parent) ?? null,
    },
    salesperson,
  );
}

function productOf({ crm }: Pick<Systems, 'crm'>, role: string): string {
  return (
    crm.rows('Product2').find((row) => row['Name'] === role)?.id ?? crm.create('Product2', { Name: role }, salesperson)
  );
}

export function win({ crm }: Pick<Systems, 'crm'>, opportunity: string): void {
  crm.act('win', { id: opportunity, by: salesperson });
}

/** A consultant, hired in the ERP and planned in the PSA. Returns the PSA user. */
export function hire(
  { psa, erp }: Systems,
  name: string,
  email: string,
  role: string,
  legalEntity: LegalEntity,
): { user: string; employee: string } {
  const [firstname, ...rest] = name.split(' ');
  const employee = erp.create('employee', {
    firstname,
    lastname: rest.join(' '),
    email,
    subsidiary: legalEntities[legalEntity].subsidiary,
    laborcost: '85.5',
  });
  const roleId = psa.rows('roles').find((row) => row['name'] === role)?.id ?? psa.create('roles', { name: role });
  const user = psa.create('users', { full_name: name, email_address: email, role_id: Number(roleId) });
  return { user, employee };
}

export interface Hours {
  readonly workspace: string;
  readonly user: string;
  readonly date: string;
  readonly minutes: number;
  readonly role: string;
  readonly rateMinor: number;
  readonly notes: string;
}

export function logTime({ psa }: Pick<Systems, 'psa'>, hours: Hours): string {
  const role = psa.rows('roles').find((row) => row['name'] === hours.role);
  return String(
    psa.act('log-time', {
      workspace_id: Number(hours.workspace),
      user_id: Number(hours.user),
      date: hours.date,
      minutes: hours.minutes,
      ...(role && { role_id: Number(role.id) }),
      billable: true,
      notes: hours.notes,
      rate_in_cents: hours.rateMinor,
    }),
  );
}

export function approveTime({ psa }: Pick<Systems, 'psa'>, entries: readonly string[]): void {
  psa.act('approve', { ids: entries.map(Number) });
}

/** The PSA's project of a deal, by name. */
export function workspaceOf({ psa }: Pick<Systems, 'psa'>, name: string): string | null {
  return psa.rows('workspaces').find((row) => row['title'] === name)?.id ?? null;
}

export function jobOf({ erp }: Pick<Systems, 'erp'>, name: string): string | null {
  return erp.rows('job').find((row) => row['companyname'] === name)?.id ?? null;
}

/** Waits until `look` finds something; fails after `withinMs`, naming what it waited for. */
export async function until<Found>(
  what: string,
  look: () => Found | null | undefined | false | Promise<Found | null | undefined | false>,
  withinMs = 60_000,
): Promise<Found> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadlineMs) throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
