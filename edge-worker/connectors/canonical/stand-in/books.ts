// The books of the on-premise ERP: records under its own numbers, a mark for each change that is still to be told, and
// its own rules.
import type { Row } from '../../stand-in.ts';

export interface Work {
  readonly work: string;
  readonly type: string;
  readonly id: string | null;
  readonly key: string;
  /** Absent where `withdraw` is. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly withdraw?: true;
}

export type Receipt =
  | {
      readonly work: string;
      readonly key: string;
      readonly outcome: 'withdrawn';
      readonly id: string;
      readonly values: Readonly<Record<string, unknown>>;
    }
  | { readonly work: string; readonly key: string; readonly outcome: 'billed'; readonly message: string }
  | {
      readonly work: string;
      readonly key: string;
      readonly outcome: 'applied';
      readonly id: string;
      readonly created: boolean;
      readonly values: Readonly<Record<string, unknown>>;
    }
  | {
      readonly work: string;
      readonly key: string;
      readonly outcome: 'refused';
      readonly code: string;
      readonly message: string;
      readonly fields: readonly string[];
    };

interface Kept {
  values: Readonly<Record<string, unknown>> | null;
  key: string | null;
  isWithdrawn: boolean;
}

/** Where a field names another record, and of which type. */
const references: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  deal: { customer: 'customer' },
  project: { customer: 'customer', contract: 'contract' },
  contract: { customer: 'customer', project: 'project' },
  'change-order': { contract: 'contract', customer: 'customer' },
  time: { project: 'project', resource: 'resource' },
  expense: { project: 'project', resource: 'resource' },
  milestone: { project: 'project' },
  invoice: { customer: 'customer', project: 'project' },
  payment: { invoice: 'invoice', customer: 'customer', project: 'project' },
};

interface Amount {
  readonly amountMinor: string;
  readonly currency: string;
  readonly exponent: number;
}

export class Books {
  readonly types = ['customer', 'resource', 'period', 'legal-entity', ...Object.keys(references)] as const;
  readonly #tables = new Map<string, Map<string, Kept>>(this.types.map((type) => [type, new Map<string, Kept>()]));
  readonly #marks = new Set<string>();
  readonly #statuses = new Map<string, Row>();
  #serial = 1000;

  get untold(): readonly string[] {
    return [...this.#marks];
  }

  forget(marks: readonly string[]): void {
    for (const mark of marks) this.#marks.delete(mark);
  }

  /** A record as it is told: whole, or deleted. */
  told(mark: string): Readonly<Record<string, unknown>> {
    const [type = '', id = ''] = mark.split(' ');
    const kept = this.#table(type).get(id);
    if (!kept?.values) return { type, id, deleted: true };
    return { type, id, key: kept.key, withdrawn: kept.isWithdrawn, values: kept.values };
  }

  save(type: string, id: string | null, values: Readonly<Record<string, unknown>>, key: string | null = null): string {
    const table = this.#table(type);
    const number = id ?? `${type.slice(0, 3).toUpperCase()}-${++this.#serial}`;
    const before = table.get(number);
    const isWithdrawn = key === null && before?.isWithdrawn === true;
    table.set(number, { values: { ...before?.values, ...values }, key: key ?? before?.key ?? null, isWithdrawn });
    this.#marks.add(`${type} ${number}`);
    return number;
  }

  remove(type: string, id: string): void {
    const kept = this.#table(type).get(id);
    if (!kept) return;
    kept.values = null;
    this.#marks.add(`${type} ${id}`);
  }

  rows(type: string): readonly Row[] {
    if (type === 'status') return [...this.#statuses.values()];
    return [...(this.#tables.get(type) ?? [])].flatMap(([id, { values, key, isWithdrawn }]) =>
      values ? [{ ...values, id, key, ...(isWithdrawn && { isWithdrawn }) }] : [],
    );
  }

  show(type: string, id: string, status: Readonly<Record<string, unknown>>): void {
    this.#statuses.set(`${type} ${id} ${String(status['system'])}`, {
      ...status,
      type,
      record: id,
      id: `${type} ${id}`,
    });
  }

  /** The same key twice leaves one record. */
  carryOut({ work, type, id, key, values = {}, withdraw }: Work): Receipt {
    const base = { work, key } as const;
    if (withdraw) return this.#withdraw(base, type, id ?? '');
    const table = this.#table(type);
    const known = id ?? [...table].find(([, kept]) => kept.key === key && kept.values !== null)?.[0] ?? null;
    if (id !== null && !table.get(id)?.values)
      return { ...base, outcome: 'refused', code: 'orphaned', message: `There is no ${type} ${id}`, fields: [] };
    const wrong = this.#unknownReference(type, values);
    if (wrong)
      return { ...base, outcome: 'refused', code: 'orphaned', message: `${wrong} is unknown`, fields: [wrong] };
    const number = this.save(type, known, values, key);
    return {
      ...base,
      outcome: 'applied',
      id: number,
      created: known === null,
      values: table.get(number)?.values ?? {},
    };
  }

  /** What is on an invoice stays; the rest is kept and counts no more. */
  #withdraw(base: Pick<Work, 'work' | 'key'>, type: string, id: string): Receipt {
    const kept = this.#table(type).get(id);
    if (!kept?.values)
      return { ...base, outcome: 'refused', code: 'orphaned', message: `There is no ${type} ${id}`, fields: [] };
    if (kept.values['isInvoiced'] === true) return { ...base, outcome: 'billed', message: 'It is on an invoice' };
    kept.isWithdrawn = true;
    this.#marks.add(`${type} ${id}`);
    return { ...base, outcome: 'withdrawn', id, values: kept.values };
  }

  #unknownReference(type: string, values: Readonly<Record<string, unknown>>): string | undefined {
    return Object.entries(references[type] ?? {}).find(([field, to]) => {
      const named = values[field];
      return typeof named === 'string' && !this.#table(to).get(named)?.values;
    })?.[0];
  }

  act(verb: string, { project, date, invoice }: Readonly<Record<string, unknown>>): unknown {
    if (verb === 'bill') return this.#bill(String(project), String(date));
    if (verb !== 'pay') throw new Error(`there is no ${verb} here`);
    const owed = this.#table('invoice').get(String(invoice))?.values;
    if (!owed) throw new Error(`there is no invoice ${String(invoice)}`);
    const total = owed['total'] as Amount;
    return this.save('invoice', String(invoice), {
      status: 'paid',
      paid: total,
      balance: { ...total, amountMinor: '0' },
    });
  }

  /** Bills all approved hours of a project that were not billed yet; in whole cents, without tax. */
  #bill(project: string, date: string): string {
    const billed = this.#table('project').get(project)?.values;
    if (!billed) throw new Error(`there is no project ${project}`);
    const { customer = null, currency } = billed as Record<string, string | null>;
    const money = (minor: bigint): Amount => ({ amountMinor: String(minor), currency: currency ?? 'EUR', exponent: 2 });
    const hours = this.rows('time').filter(
      (row) => row['project'] === project && !row['isInvoiced'] && !row['isWithdrawn'],
    );
    const lines = hours.map((row, index) => {
      const amount = minorOf(String(row['hours'])) * minorOf(String(row['rate']));
      const none = { expense: null, milestone: null };
      const work = { description: row['note'], quantity: row['hours'], rate: row['rate'] };
      return { line: String(index + 1), time: row.id, ...none, ...work, amount: money(amount / 100n) };
    });
    const total = money(lines.reduce((sum, { amount }) => sum + BigInt(amount.amountMinor), 0n));
    for (const row of hours) this.save('time', row.id, { isInvoiced: true });
    const dates = { issuedOn: date, dueOn: null, periodStartOn: null, periodEndOn: null };
    const texts = { purchaseOrder: null, terms: null, memo: null, legalEntity: null };
    const sums = { currency, subtotal: total, tax: money(0n), total, paid: money(0n), balance: total };
    const number = `R-${++this.#serial}`;
    return this.save('invoice', null, {
      ...{ number, customer, project, status: 'open', lines },
      ...dates,
      ...texts,
      ...sums,
    });
  }

  #table(type: string): Map<string, Kept> {
    const table = this.#tables.get(type);
    if (!table) throw new Error(`there is no ${type} here`);
    return table;
  }
}

/** A decimal of at most two places in hundredths. */
function minorOf(text: string): bigint {
  const [whole = '0', part = ''] = text.split('.');
  return BigInt(whole) * 100n + BigInt(part.padEnd(2, '0').slice(0, 2));
}
