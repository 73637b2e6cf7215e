// One sheet per tally: what the script says must be in each system, held against what is there.
import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import { type Books, dealNames, type KnownTime, keyOfEntry, minor, timeInLedger, timeInPsa } from './books.ts';
import type { Fact } from './events.ts';
import { fieldIn } from './fields.ts';
import {
  amountOf,
  currencyOf,
  exponentOf,
  firstInvoice,
  heldContracts,
  type Invoice,
  isProvisioned,
  isSold,
  type Month,
  postedOn,
  type System,
  soldMinor,
} from './month.ts';
import type { Finding } from './tally.ts';

/** A record that must be there, or was found: by what it is known, and what it amounts to. */
interface Known {
  readonly key: string;
  readonly minor: number;
}

export class Sheet {
  readonly #month: Month;
  readonly #books: Books;
  readonly findings: Finding[] = [];
  settled = 0;

  constructor(month: Month, books: Books) {
    this.#month = month;
    this.#books = books;
  }

  customers(): void {
    const served = new Set(this.#month.deals.filter((deal) => isSold(this.#month, deal)).map((deal) => deal.customer));
    const expected = this.#month.customers
      .filter((one) => served.has(one.key))
      .map((one) => ({ key: one.name, minor: 0 }));
    const named = (rows: readonly Row[], field: string) => rows.map((row) => ({ key: String(row[field]), minor: 0 }));
    this.#compare('erp', 'customer', expected, named(this.#rows('erp', 'customer'), 'companyname'));
    this.#compare('psa', 'customer', expected, named(this.#rows('psa', 'workspace_groups'), 'name'));
  }

  projects(): void {
    const names = dealNames(this.#month);
    const customerOf = (rows: readonly Row[], field: string) =>
      new Map(rows.map((row) => [row.id, String(row[field])]));
    const deals = this.#month.deals.filter((deal) => isProvisioned(this.#month, deal));
    const expected = deals.map((deal) => ({
      key: `${deal.key} of ${this.#customer(deal.customer).name}`,
      minor: soldMinor(deal),
    }));
    const groups = customerOf(this.#rows('psa', 'workspace_groups'), 'name');
    const workspaces = this.#rows('psa', 'workspaces').map((row) => ({
      key: [
        names.get(String(row['title'])) ?? row['title'],
        groups.get(String(row['primary_workspace_group_id'])),
      ].join(' of '),
      minor: Number(row['price_in_cents']),
    }));
    this.#compare('psa', 'project', expected, workspaces);
    const customers = customerOf(this.#rows('erp', 'customer'), 'companyname');
    // The ledger's project bears no price of its own that the script could be held against.
    const jobs = this.#rows('erp', 'job').map((row) => ({
      key: `${names.get(String(row['companyname'])) ?? row['companyname']} of ${customers.get(String(row['parent']))}`,
      minor: 0,
    }));
    this.#compare(
      'erp',
      'project',
      expected.map(({ key }) => ({ key, minor: 0 })),
      jobs,
    );
  }

  contracts(): void {
    const deals = this.#month.deals.filter((deal) => isProvisioned(this.#month, deal) && !(deal.key in heldContracts));
    const expected = deals.map((deal) => ({ key: deal.name, minor: soldMinor(deal) }));
    const found = this.#rows('erp', 'salesorder').map((row) => {
      const deal = this.#month.deals.find((one) => one.name === row['memo']);
      return { key: String(row['memo']), minor: deal ? minor(row['total'], this.#exponent(deal.key)) : 0 };
    });
    this.#compare('erp', 'contract', expected, found);
  }

  time(): void {
    const { entries } = this.#month;
    const known = (entry: (typeof entries)[number]): Known => ({
      key: keyOfEntry(this.#month, entry),
      minor: amountOf(entry),
    });
    const inLedger = timeInLedger(this.#month, this.#books.erp).map((time) =>
      this.#priced(time, this.#exponent(time.deal)),
    );
    this.#compare(
      'erp',
      'time',
      entries.filter((entry) => postedOn(entry) !== null).map(known),
      inLedger,
      new Set(entries.map((entry) => known(entry).key)),
    );
    // What people logged belongs to the PSA: the hub adds nothing there and takes nothing away.
    this.#compare(
      'psa',
      'time',
      entries.map(known),
      timeInPsa(this.#month, this.#books.psa).map((time) => this.#priced(time, 0)),
    );
  }

  #priced({ key, minutes, rate }: KnownTime, exponent: number): Known {
    return { key, minor: amountOf({ minutes, rateMinor: minor(rate, exponent) }) };
  }

  invoices(): void {
    const { invoices } = this.#month;
    const october = this.#rows('erp', 'invoice').filter(
      (row) => Number(String(row['tranid']).replace('INV', '')) < firstInvoice,
    );
    const expected = invoices.map((one) => ({ key: one.number, minor: one.isVoid ? 0 : one.amountMinor }));
    const ledger = this.#rows('erp', 'invoice').filter((row) => !october.includes(row));
    this.#compare(
      'erp',
      'invoice',
      expected,
      ledger.map((row) => this.#invoice(String(row['tranid']), row['subtotal'])),
    );
    const mirrored = this.#rows('crm', 'tieout__Invoice__c');
    this.#compare(
      'crm',
      'invoice',
      expected,
      mirrored.map((row) => this.#invoice(String(row['Name']), row['tieout__Subtotal__c'])),
    );
    for (const one of invoices) {
      const row = mirrored.find((each) => each['Name'] === one.number);
      if (row) this.#mirror(one, row);
    }
    const inPsa = this.#rows('psa', 'invoices').map((row) => {
      const isVoid = row['status'] === 'cancelled';
      return {
        key: `INV${row['user_invoice_number']}${isVoid ? ' void' : ''}`,
        minor: isVoid ? 0 : Number(row['total_in_cents']),
      };
    });
    this.#compare(
      'psa',
      'invoice',
      expected.map((one, index) => ({ ...one, key: `${one.key}${invoices[index]?.isVoid ? ' void' : ''}` })),
      inPsa,
    );
  }

  #invoice(key: string, amount: unknown): Known {
    const invoice = this.#month.invoices.find((one) => one.number === key);
    return { key, minor: invoice ? minor(amount, this.#exponent(invoice.deal)) : 0 };
  }

  /** Status and money of an invoice as the CRM shows it. */
  #mirror(invoice: Invoice, row: Row): void {
    const exponent = this.#exponent(invoice.deal);
    const total = invoice.isVoid ? 0 : invoice.amountMinor;
    const money = { Total: total, Paid: invoice.paidMinor, Balance: total - invoice.paidMinor };
    for (const [field, wanted] of Object.entries(money)) {
      this.#cents(
        'crm',
        `${field.toLowerCase()} of ${invoice.number}`,
        wanted,
        minor(row[`tieout__${field}__c`], exponent),
      );
    }
    const status = invoice.isVoid ? 'void' : invoice.paidMinor === total ? 'paid' : 'open';
    this.#same('crm', `status of ${invoice.number}`, status, row['tieout__Status__c']);
  }

  /** A field that was edited shows its owner's value wherever it is kept. */
  fact({ subject, key, field, value, systems }: Fact): void {
    for (const system of systems) {
      const [type, at] = fieldIn(system, subject, field);
      const row = this.#record(system, subject, key, value, type);
      const what = `${field} of ${subject} ${key}`;
      if (!row) this.#find('differs', system, `${what}: no such record`, 1);
      else if (field === 'limitMinor') this.#cents(system, what, Number(value), minor(row[at], this.#exponent(key)));
      else this.#same(system, what, value, field === 'terms' && system === 'erp' ? this.#terms(row[at]) : row[at]);
    }
  }

  #terms(id: unknown): string {
    const row = this.#rows('erp', 'term').find((one) => one.id === id);
    return `NET${String(row?.['daysuntilnetdue'])}`;
  }

  #record(system: System, subject: string, key: string, value: string | number, type: string): Row | undefined {
    const deal = this.#month.deals.find((one) => one.key === key);
    const names = [String(value), deal?.name ?? this.#customer(key).name];
    return this.#rows(system, type).find((row) =>
      subject === 'customer' && system === 'crm'
        ? row['Name'] === this.#customer(key).name
        : ['companyname', 'memo', 'title', 'name', 'Name'].some((field) => names.includes(String(row[field]))),
    );
  }

  /** Counts what is missing, what is there too often, and how far the amounts of the rest are off. */
  #compare(
    system: System,
    kind: string,
    expected: readonly Known[],
    found: readonly Known[],
    known: ReadonlySet<string> = new Set(),
  ): void {
    const [wanted, there] = [grouped(expected), grouped(found)];
    for (const key of new Set([...wanted.keys(), ...there.keys()])) {
      const [right, seen] = [wanted.get(key) ?? [], there.get(key) ?? []];
      const both = Math.min(right.length, seen.length);
      this.settled += both;
      if (right.length > seen.length) this.#find('lost', system, `${kind} ${key}`, right.length - seen.length);
      if (seen.length > right.length) {
        const isHeldBack = right.length === 0 && known.has(key);
        this.#find(isHeldBack ? 'leaked' : 'duplicated', system, `${kind} ${key}`, seen.length - right.length);
      }
      for (let index = 0; index < both; index++)
        this.#cents(system, `${kind} ${key}`, right[index] as number, seen[index] as number);
    }
  }

  #cents(system: System, what: string, wanted: number, found: number): void {
    if (wanted === found) return;
    // What is no amount at all is as wrong as the whole amount.
    const off = Number.isNaN(found) ? Math.max(1, Math.abs(wanted)) : Math.abs(wanted - found);
    this.#find('cents', system, `${what}: ${found} instead of ${wanted}`, off);
  }

  #same(system: System, what: string, wanted: string | number, found: unknown): void {
    if (String(found) !== String(wanted))
      this.#find('differs', system, `${what}: ${String(found)} instead of ${wanted}`, 1);
  }

  #find(problem: Finding['problem'], system: System, what: string, count: number): void {
    this.findings.push({ problem, system, what, count });
  }

  #rows(system: System, type: string): readonly Row[] {
    return this.#books[system][type] ?? [];
  }

  #customer(key: string) {
    return this.#month.customers.find((one) => one.key === key) as Month['customers'][number];
  }

  #exponent(deal: string): number {
    const found = this.#month.deals.find((one) => one.key === deal);
    return found ? exponentOf(currencyOf(this.#customer(found.customer))) : 2;
  }
}

function grouped(list: readonly Known[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const one of list)
    groups.set(
      one.key,
      [...(groups.get(one.key) ?? []), one.minor].sort((a, b) => a - b),
    );
  return groups;
}
