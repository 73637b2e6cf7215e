// One sheet per tally: invoices and payments, in every system that shows them.
import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import { firstInvoice, firstOfPsa, type Invoice, paidOf } from './bills.ts';
import { dealNames, minor } from './books.ts';
import { Comparison, type Known } from './compare.ts';

/** The PSA knows numbers only: the ledger's are told by what they were there. */
function psaNumber(row: Row): string {
  const number = Number(row['user_invoice_number']);
  return number < firstOfPsa ? `INV${number}` : String(number);
}

export class MoneySheet extends Comparison {
  invoices(): void {
    const { invoices } = this.month;
    const october = this.rows('erp', 'invoice').filter(
      (row) => Number(String(row['tranid']).replace('INV', '')) < firstInvoice,
    );
    const expected = invoices.map((one) => ({ key: one.number, minor: one.isVoid ? 0 : one.amountMinor }));
    const ledger = this.rows('erp', 'invoice').filter((row) => !october.includes(row));
    this.compare(
      'erp',
      'invoice',
      expected,
      ledger.map((row) => this.#invoice(String(row['tranid']), row['subtotal'])),
    );
    const mirrored = this.rows('crm', 'tieout__Invoice__c');
    this.compare(
      'crm',
      'invoice',
      expected,
      mirrored.map((row) => this.#invoice(String(row['Name']), row['tieout__Subtotal__c'])),
    );
    for (const one of invoices) {
      const row = mirrored.find((each) => each['Name'] === one.number);
      if (row) this.#mirror(one, row);
    }
    const inPsa = this.rows('psa', 'invoices').map((row) => {
      const isVoid = row['status'] === 'cancelled';
      return {
        key: `${psaNumber(row)}${isVoid ? ' void' : ''}`,
        minor: isVoid ? 0 : Number(row['total_in_cents']),
      };
    });
    this.compare(
      'psa',
      'invoice',
      expected.map((one, index) => ({ ...one, key: `${one.key}${invoices[index]?.isVoid ? ' void' : ''}` })),
      inPsa,
    );
  }

  /** What was paid in the ledger is recorded in the PSA, payment by payment. */
  payments(): void {
    const deals = dealNames(this.month);
    const projects = new Map(this.rows('psa', 'workspaces').map((row) => [row.id, deals.get(String(row['title']))]));
    const expected = this.month.invoices.flatMap((one) => one.paysMinor.map((minor) => ({ key: one.deal, minor })));
    const found = this.rows('psa', 'external_payments').map((row) => ({
      key: projects.get(String(row['workspace_id'])) ?? `workspace ${String(row['workspace_id'])}`,
      minor: Number(row['amount_in_cents']),
    }));
    this.compare('psa', 'payment', expected, found);
  }

  #invoice(key: string, amount: unknown): Known {
    const invoice = this.month.invoices.find((one) => one.number === key);
    return { key, minor: invoice ? minor(amount, this.exponent(invoice.deal)) : 0 };
  }

  /** Status and money of an invoice as the CRM shows it. */
  #mirror(invoice: Invoice, row: Row): void {
    const exponent = this.exponent(invoice.deal);
    const total = invoice.isVoid ? 0 : invoice.amountMinor;
    const paid = paidOf(invoice);
    const money = { Total: total, Paid: paid, Balance: total - paid };
    for (const [field, wanted] of Object.entries(money)) {
      this.cents(
        'crm',
        `${field.toLowerCase()} of ${invoice.number}`,
        wanted,
        minor(row[`tieout__${field}__c`], exponent),
      );
    }
    const status = invoice.isVoid ? 'void' : paid === total ? 'paid' : 'open';
    this.same('crm', `status of ${invoice.number}`, status, row['tieout__Status__c']);
  }
}
