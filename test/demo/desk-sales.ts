// What sales do in the CRM: enter customers, sell, and agree on who bills.
import { legalEntities } from '../support/firm.ts';
import { salesperson } from '../support/people.ts';
import type { Customer, Deal } from './cast.ts';
import type { Systems } from './desk.ts';
import { amountText } from './fields.ts';
import { currencyOf, dateOf, type Month, soldMinor } from './month.ts';

export class SalesDesk {
  readonly #systems: Systems;
  readonly #month: Month;
  readonly #accounts = new Map<string, string>();
  readonly #opportunities = new Map<string, string>();

  constructor(systems: Systems, month: Month) {
    this.#systems = systems;
    this.#month = month;
  }

  opportunity(deal: string): string {
    return this.#opportunities.get(deal) ?? '';
  }

  /** The account of a customer in the CRM; entered when it is needed first. */
  accountOf(key: string): string {
    const known = this.#accounts.get(key);
    if (known) return known;
    const customer = this.#customer(key);
    const id = this.#systems.crm.create(
      'Account',
      {
        Name: customer.name,
        Phone: customer.phone,
        BillingCity: customer.city,
        BillingCountry: customer.country,
        CurrencyIsoCode: currencyOf(customer),
        tieout__Legal_Entity__c: customer.company,
        tieout__Tax_Number__c: customer.taxNumber || null,
      },
      salesperson,
    );
    this.#accounts.set(key, id);
    return id;
  }

  sell(key: string, closeOn: string): void {
    const { crm } = this.#systems;
    const deal = this.#deal(key);
    const customer = this.#customer(deal.customer);
    const currency = currencyOf(customer);
    const main = (amountMinor: number) => Number(amountText(amountMinor, currency));
    const id = crm.create(
      'Opportunity',
      {
        Name: deal.name,
        AccountId: this.accountOf(customer.key),
        StageName: 'Negotiation/Review',
        CloseDate: closeOn,
        Amount: main(soldMinor(deal)),
        CurrencyIsoCode: currency,
        tieout__Billing_Mode__c: deal.psaBills?.fromOn === null ? 'psa' : 'erp',
        tieout__Pricing_Model__c: 'time-and-materials',
        tieout__Purchase_Order__c: deal.purchaseOrder,
        tieout__Purchase_Order_Limit__c: deal.limitMinor === undefined ? null : main(deal.limitMinor),
        tieout__Payment_Terms__c: deal.terms,
        tieout__Tax_Profile__c: deal.taxProfile,
        tieout__Start_Date__c: closeOn,
        tieout__End_Date__c: '2027-01-29',
        tieout__Legal_Entity__c: customer.company,
        tieout__Delivery_Region__c: legalEntities[customer.company].region,
        tieout__Practice__c: deal.practice,
      },
      salesperson,
    );
    this.#opportunities.set(key, id);
    const line = (product: string, values: Readonly<Record<string, unknown>>) => {
      const Product2Id =
        crm.rows('Product2').find((row) => row['Name'] === product)?.id ??
        crm.create('Product2', { Name: product }, salesperson);
      crm.create('OpportunityLineItem', { OpportunityId: id, Product2Id, ...values }, salesperson);
    };
    for (const [role, rate, hours] of deal.rates) line(role, { UnitPrice: main(rate), Quantity: hours });
    for (const [name, amountMinor, dueOn] of deal.instalments ?? []) {
      const due = { ServiceDate: dateOf(dueOn), Description: name };
      line('Fixed price', { UnitPrice: main(amountMinor), Quantity: 1, ...due });
    }
  }

  merge(winner: string, loser: string): void {
    this.#systems.crm.act('merge', { winner: this.accountOf(winner), loser: this.accountOf(loser) });
  }

  switchBiller(deal: string, fromDay: number): void {
    const change = { tieout__Billing_Mode__c: 'psa', tieout__Billing_From__c: dateOf(fromDay) };
    this.#systems.crm.update('Opportunity', this.opportunity(deal), change, salesperson);
  }

  #customer(key: string): Customer {
    return this.#month.customers.find((one) => one.key === key) as Customer;
  }

  #deal(key: string): Deal {
    return this.#month.deals.find((one) => one.key === key) as Deal;
  }
}
