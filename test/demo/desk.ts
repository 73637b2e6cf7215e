// The month's steps as clicks in the systems' own pages. Remembers which record of a system is which thing of the
// script.
import type { Firm } from '../support/firm.ts';
import { legalEntities } from '../support/firm.ts';
import { approveTime, jobOf, logTime, salesperson, workspaceOf } from '../support/people.ts';
import type { Invoice } from './bills.ts';
import { dealNames } from './books.ts';
import { type Customer, type Deal, hourCosts, type Person } from './cast.ts';
import { SalesDesk } from './desk-sales.ts';
import { SpendingDesk } from './desk-spending.ts';
import { amountText, fieldIn } from './fields.ts';
import type { Entry } from './hours.ts';
import { currencyOf, dateOf, type Month, type Step, type Subject, type System } from './month.ts';

export type Systems = Pick<Firm, System>;

export class Desk {
  readonly systems: Systems;
  readonly sales: SalesDesk;
  readonly spending: SpendingDesk;
  readonly #month: Month;
  readonly #users = new Map<string, string>();
  readonly #entries = new Map<string, string>();
  readonly #workspaces = new Map<string, string>();
  readonly #jobs = new Map<string, string>();

  constructor(systems: Systems, month: Month) {
    this.systems = systems;
    this.#month = month;
    this.sales = new SalesDesk(systems, month);
    this.spending = new SpendingDesk(systems, {
      workspace: (deal) => this.workspace(deal),
      opportunity: (deal) => this.sales.opportunity(deal),
      user: (person) => this.#users.get(person) ?? '',
      currency: (deal) => currencyOf(this.customer(this.deal(deal).customer)),
    });
  }

  customer(key: string): Customer {
    return this.#month.customers.find((one) => one.key === key) as Customer;
  }

  deal(key: string): Deal {
    return this.#month.deals.find((one) => one.key === key) as Deal;
  }

  person(key: string): Person {
    return this.#month.people.find((one) => one.key === key) as Person;
  }

  entry(key: string): Entry {
    return this.#month.entries.find((one) => one.key === key) as Entry;
  }

  invoice(number: string): Invoice {
    return this.#month.invoices.find((one) => one.number === number) as Invoice;
  }

  /** The PSA's record of an entry. */
  timeEntry(key: string): string {
    return this.#entries.get(key) ?? '';
  }

  /** Somebody who can be staffed, and their user. The PSA knows contractors too. */
  plan(person: Person): string {
    const { psa } = this.systems;
    const role =
      psa.rows('roles').find((row) => row['name'] === person.role)?.id ?? psa.create('roles', { name: person.role });
    const user = { full_name: person.name, email_address: person.email, role_id: Number(role) };
    const id = psa.create('users', user);
    this.#users.set(person.key, id);
    return id;
  }

  /** A person as the ledger keeps employees. */
  employeeOf(person: Person): Readonly<Record<string, unknown>> {
    const [firstname, ...rest] = person.name.split(' ');
    const [hiredate = null, releasedate = null] = person.engaged?.map(dateOf) ?? [];
    return {
      firstname,
      lastname: rest.join(' '),
      email: person.email,
      subsidiary: legalEntities[person.company].subsidiary,
      laborcost: hourCosts[person.company][person.role] ?? null,
      ...{ hiredate, releasedate },
    };
  }

  employee(key: string): string | null {
    const { email } = this.person(key);
    return this.systems.erp.rows('employee').find((row) => row['email'] === email)?.id ?? null;
  }

  workspace(deal: string): string | null {
    return this.#found(this.#workspaces, deal, (name) => workspaceOf(this.systems, name));
  }

  job(deal: string): string | null {
    return this.#found(this.#jobs, deal, (name) => jobOf(this.systems, name));
  }

  #found(known: Map<string, string>, deal: string, look: (name: string) => string | null): string | null {
    const there = known.get(deal);
    if (there) return there;
    const names = [...dealNames(this.#month)].filter(([, key]) => key === deal);
    const id = names.map(([name]) => look(name)).find((one) => one !== null) ?? null;
    if (id) known.set(deal, id);
    return id;
  }

  log(keys: readonly string[]): void {
    for (const key of keys) {
      const entry = this.entry(key);
      const id = logTime(this.systems, {
        workspace: this.workspace(entry.deal) ?? '',
        user: this.#users.get(entry.person) ?? '',
        date: dateOf(entry.day),
        minutes: entry.minutes,
        role: entry.role,
        rateMinor: entry.typedRateMinor ?? entry.rateMinor,
        notes: entry.note,
      });
      this.#entries.set(key, id);
    }
  }

  approve(keys: readonly string[]): void {
    approveTime(
      this.systems,
      keys.map((key) => this.timeEntry(key)),
    );
  }

  /** Every step that needs no waiting. */
  do(step: Step, date: string): void {
    const { crm, psa, erp } = this.systems;
    switch (step.does) {
      case 'sell':
        return this.sales.sell(step.deal, date);
      case 'win':
      case 'lose':
        return void crm.act(step.does, { id: this.sales.opportunity(step.deal), by: salesperson });
      case 'log':
        return this.log(step.entries);
      case 'submit':
        return void psa.act('submit-time', { ids: step.entries.map((key) => Number(this.timeEntry(key))) });
      case 'approve':
        return this.approve(step.entries);
      case 'correct':
        for (const key of step.entries)
          psa.update('time_entries', this.timeEntry(key), { rate_in_cents: this.entry(key).rateMinor });
        return;
      case 'revoke':
        return void psa.act('reject', { ids: step.entries.map((key) => Number(this.timeEntry(key))) });
      case 'delete':
        for (const key of step.entries) psa.remove('time_entries', this.timeEntry(key));
        return;
      case 'relax':
        return psa.update('workspaces', this.workspace(step.deal) ?? '', { require_time_approvals: false });
      case 'merge':
        return this.sales.merge(step.winner, step.loser);
      case 'spend':
        return this.spending.spend(step.expenses);
      case 'sign-off':
        return this.spending.signOff(step.expenses);
      case 'plan':
      case 'reach':
        return this.spending[step.does](step.milestone);
      case 'propose':
      case 'agree':
        return this.spending[step.does](step.changeOrder);
      case 'hire':
        return void erp.create('employee', this.employeeOf(this.person(step.person)));
      case 'edit':
        return this.edit(step);
      case 'switch-biller':
        return this.sales.switchBiller(step.deal, step.fromOn);
      case 'bill':
        return this.bill(this.invoice(step.invoice), date);
      case 'void':
        return void erp.act('void', { invoice: this.ledgerInvoice(step.invoice) });
      case 'pay': {
        const currency = currencyOf(this.customer(this.deal(this.invoice(step.invoice).deal).customer));
        return void erp.act('pay', {
          invoice: this.ledgerInvoice(step.invoice),
          amount: amountText(step.amountMinor, currency),
          date,
        });
      }
      case 'misbehave':
        return this.systems[step.system].arm(step.fault);
      case 'answer':
      case 'await-work':
      case 'await-taken-back':
        throw new Error(`${step.does} is not done at the desk`);
    }
  }

  /** By whoever bills the contract: the ledger takes what it may bill, the PSA's is put together by hand. */
  bill({ deal, number, issuer, sources }: Invoice, date: string): void {
    const { psa, erp } = this.systems;
    if (issuer === 'erp') return void erp.act('bill', { job: this.job(deal), date, number });
    const of = { workspace_id: this.workspace(deal), payment_schedule: 30, invoice_date: date };
    const hours = sources.map((key) => this.timeEntry(key)).filter((id) => id !== '');
    const costs = sources.map((key) => this.spending.record(key)).filter((id) => id !== '');
    const billed = { time_entry_ids: hours.map(Number), expense_ids: costs.map(Number) };
    psa.create('invoices', { ...of, ...billed, user_invoice_number: Number(number) });
  }

  ledgerInvoice(number: string): string | null {
    return this.systems.erp.rows('invoice').find((row) => row['tranid'] === number)?.id ?? null;
  }

  /** Whether CRM and PSA know an invoice of the ledger. */
  isMirrored(number: string): boolean {
    const { crm, psa } = this.systems;
    const isInCrm = crm.rows('tieout__Invoice__c').some((row) => row['Name'] === number);
    return isInCrm && psa.rows('invoices').some((row) => `INV${row['user_invoice_number']}` === number);
  }

  /** The record a thing of the script is in one system. */
  recordOf(system: System, subject: Subject, key: string): string | null {
    if (subject === 'contract') {
      if (system === 'crm') return this.sales.opportunity(key) || null;
      return this.systems.erp.rows('salesorder').find((row) => row['memo'] === this.deal(key).name)?.id ?? null;
    }
    if (subject === 'project') return system === 'psa' ? this.workspace(key) : this.job(key);
    if (system === 'crm') return this.sales.accountOf(key);
    const { name } = this.customer(key);
    const [type, field] = fieldIn(system, 'customer', 'name');
    return this.systems[system].rows(type).find((row) => row[field] === name)?.id ?? null;
  }

  edit(step: Extract<Step, { does: 'edit' }>): void {
    const [type, field] = fieldIn(step.system, step.subject, step.field);
    const id = this.recordOf(step.system, step.subject, step.key);
    if (!id) throw new Error(`${step.system} has no ${step.subject} ${step.key}`);
    this.systems[step.system].update(type, id, { [field]: this.#valueIn(step) });
  }

  #valueIn({ system, field, value, key }: Extract<Step, { does: 'edit' }>): unknown {
    if (field === 'limitMinor')
      return Number(amountText(Number(value), currencyOf(this.customer(this.deal(key).customer))));
    if (field === 'terms' && system === 'erp') {
      const days = String(value).replace('NET', '');
      return this.systems.erp.rows('term').find((row) => String(row['daysuntilnetdue']) === days)?.id ?? null;
    }
    return value;
  }
}
