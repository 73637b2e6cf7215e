// One sheet per tally: what the script says must be in each system, held against what is there.
import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import { issuerOf } from './bills.ts';
import { dealNames, minor } from './books.ts';
import { Comparison, type Known } from './compare.ts';
import type { Fact } from './events.ts';
import { fieldIn } from './fields.ts';
import { amountOf, postedOn } from './hours.ts';
import { agreedMinor, goesOnAs, heldContracts, isProvisioned, isSold, type System } from './month.ts';
import {
  expensesInLedger,
  expensesInPsa,
  type KnownAmount,
  type KnownTime,
  keyOfEntry,
  keyOfExpense,
  keyOfMilestone,
  milestonesInLedger,
  timeInLedger,
  timeInPsa,
} from './work.ts';

export class Sheet extends Comparison {
  customers(): void {
    const served = new Set(this.month.deals.filter((deal) => isSold(this.month, deal)).map((deal) => deal.customer));
    const expected = this.month.customers
      .filter((one) => served.has(one.key))
      .map((one) => ({ key: one.name, minor: 0 }));
    const named = (rows: readonly Row[], field: string) => rows.map((row) => ({ key: String(row[field]), minor: 0 }));
    this.compare('erp', 'customer', expected, named(this.rows('erp', 'customer'), 'companyname'));
    this.compare('psa', 'customer', expected, named(this.rows('psa', 'workspace_groups'), 'name'));
  }

  projects(): void {
    const names = dealNames(this.month);
    const customerOf = (rows: readonly Row[], field: string) =>
      new Map(rows.map((row) => [row.id, String(row[field])]));
    const deals = this.month.deals.filter((deal) => isProvisioned(this.month, deal));
    const expected = deals.map((deal) => ({
      key: `${deal.key} of ${this.customer(goesOnAs(this.customer(deal.customer))).name}`,
      minor: agreedMinor(deal),
    }));
    const groups = customerOf(this.rows('psa', 'workspace_groups'), 'name');
    const workspaces = this.rows('psa', 'workspaces').map((row) => ({
      key: [
        names.get(String(row['title'])) ?? row['title'],
        groups.get(String(row['primary_workspace_group_id'])),
      ].join(' of '),
      minor: Number(row['price_in_cents']),
    }));
    this.compare('psa', 'project', expected, workspaces);
    const customers = customerOf(this.rows('erp', 'customer'), 'companyname');
    // The ledger's project bears no price of its own that the script could be held against.
    const jobs = this.rows('erp', 'job').map((row) => ({
      key: `${names.get(String(row['companyname'])) ?? row['companyname']} of ${customers.get(String(row['parent']))}`,
      minor: 0,
    }));
    this.compare(
      'erp',
      'project',
      expected.map(({ key }) => ({ key, minor: 0 })),
      jobs,
    );
  }

  contracts(): void {
    const deals = this.month.deals.filter((deal) => isProvisioned(this.month, deal) && !(deal.key in heldContracts));
    const expected = deals.map((deal) => ({ key: deal.name, minor: agreedMinor(deal) }));
    const found = this.rows('erp', 'salesorder').map((row) => {
      const deal = this.month.deals.find((one) => one.name === row['memo']);
      return { key: String(row['memo']), minor: deal ? minor(row['total'], this.exponent(deal.key)) : 0 };
    });
    this.compare('erp', 'contract', expected, found);
  }

  time(): void {
    const { entries } = this.month;
    const known = (entry: (typeof entries)[number]): Known => ({
      key: keyOfEntry(this.month, entry),
      minor: amountOf(entry),
    });
    const all = timeInLedger(this.month, this.books.erp);
    const inLedger = all
      .filter(({ isTakenBack }) => !isTakenBack)
      .map((time) => this.#priced(time, this.exponent(time.deal)));
    this.compare(
      'erp',
      'time',
      entries.filter((entry) => postedOn(entry) !== null).map(known),
      inLedger,
      new Set(entries.map((entry) => known(entry).key)),
    );
    this.compare(
      'erp',
      'time taken back',
      entries.filter(({ fate }) => fate && fate.againOn === undefined).map((entry) => ({ ...known(entry), minor: 0 })),
      all.filter(({ isTakenBack }) => isTakenBack).map(({ key }) => ({ key, minor: 0 })),
    );
    this.#billers();
    // What people logged belongs to the PSA: the hub adds nothing there and takes nothing away.
    this.compare(
      'psa',
      'time',
      entries.filter(({ fate }) => fate?.how !== 'deleted').map(known),
      timeInPsa(this.month, this.books.psa).map((time) => this.#priced(time, 0)),
    );
  }

  expenses(): void {
    const { expenses } = this.month;
    const known = expenses.map((one) => ({ key: keyOfExpense(this.month, one), minor: one.amountMinor }));
    const approved = known.filter((_, index) => expenses[index]?.approvedOn !== null);
    const inLedger = expensesInLedger(this.month, this.books.erp).map((one) => this.#worth(one));
    this.compare('erp', 'expense', approved, inLedger, new Set(known.map(({ key }) => key)));
    const inPsa = expensesInPsa(this.month, this.books.psa).map(({ key, amount }) => ({ key, minor: Number(amount) }));
    this.compare('psa', 'expense', known, inPsa);
  }

  /** One that is not reached is there as a plan, which the ledger does not bill. */
  milestones(): void {
    const { milestones } = this.month;
    const named = (key: string, isReached: boolean) => `${key}${isReached ? ', reached' : ''}`;
    const expected = milestones.map((one) => ({
      key: named(keyOfMilestone(one), one.reachedOn !== null),
      minor: one.amountMinor,
    }));
    const found = milestonesInLedger(this.month, this.books.erp).map((one) => ({
      ...this.#worth(one),
      key: named(one.key, one.isReached),
    }));
    this.compare('erp', 'milestone', expected, found);
  }

  #worth({ key, deal, amount }: KnownAmount): Known {
    return { key, minor: minor(amount, this.exponent(deal)) };
  }

  /** What the PSA bills is in the ledger for its cost alone: nobody there can bill it too. */
  #billers(): void {
    const entries = new Map(this.month.entries.map((entry) => [keyOfEntry(this.month, entry), entry]));
    for (const { key, isBillable, isTakenBack } of timeInLedger(this.month, this.books.erp)) {
      const entry = entries.get(key);
      const isLedgers = entry && issuerOf(entry.deal, entry.day) === 'erp' && !isTakenBack;
      if (entry) this.same('erp', `billable there: ${key}`, isLedgers === true, isBillable);
    }
  }

  #priced({ key, minutes, rate }: KnownTime, exponent: number): Known {
    return { key, minor: amountOf({ minutes, rateMinor: minor(rate, exponent) }) };
  }

  /** A field that was edited shows its owner's value wherever it is kept. */
  fact({ subject, key, field, value, systems }: Fact): void {
    for (const system of systems) {
      const [type, at] = fieldIn(system, subject, field);
      const row = this.#record(system, subject, key, value, type);
      const what = `${field} of ${subject} ${key}`;
      if (!row) this.find('differs', system, `${what}: no such record`, 1);
      else if (field === 'limitMinor') this.cents(system, what, Number(value), minor(row[at], this.exponent(key)));
      else this.same(system, what, value, field === 'terms' && system === 'erp' ? this.#terms(row[at]) : row[at]);
    }
  }

  #terms(id: unknown): string {
    const row = this.rows('erp', 'term').find((one) => one.id === id);
    return `NET${String(row?.['daysuntilnetdue'])}`;
  }

  #record(system: System, subject: string, key: string, value: string | number, type: string): Row | undefined {
    const deal = this.month.deals.find((one) => one.key === key);
    const names = [String(value), deal?.name ?? this.customer(key).name];
    return this.rows(system, type).find((row) =>
      subject === 'customer' && system === 'crm'
        ? row['Name'] === this.customer(key).name
        : ['companyname', 'memo', 'title', 'name', 'Name'].some((field) => names.includes(String(row[field]))),
    );
  }
}
