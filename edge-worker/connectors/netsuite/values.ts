// Codecs for values that only this vendor writes so: names behind list ids, statuses, rate cards, invoice lines.

import { compareDecimal, multiplyDecimal, roundDecimal } from '../../../shared/decimal.ts';
import type { Canonical } from '../../../shared/entities/_registry.ts';
import { type Money, moneyOf } from '../../../shared/money.ts';
import {
  type Codec,
  choice,
  codec,
  exact,
  exactOrNull,
  flag,
  moneyBeside,
  orNull,
  refuse,
  textOrNull,
} from '../codecs.ts';
import { isValues, type Values, valuesAt } from './records.ts';
import { customPriceLevel } from './schedule.ts';

type RateLine = Canonical<'contract'>['rateCard'][number];
type InvoiceLine = Canonical<'invoice'>['lines'][number];

const currencyAt = 'values.currency';
const money = moneyBeside(currencyAt);

/** The session puts ISO codes where the account has ids; an id that no table names is refused here. */
export const currencyCode: Codec<string> = codec(
  'currency-code',
  (wire) => (typeof wire === 'string' && /^[A-Z]{3}$/.test(wire) ? wire : refuse('currency-code', wire)),
  (value) => value,
);

/** A value of a list, by the name that the settings give it. A bare number is an id that no table names. */
export const listName: Codec<string | null> = orNull(
  codec(
    'list-name',
    (wire) => (typeof wire === 'string' && !/^-?\d+$/.test(wire) ? wire : refuse('list-name', wire)),
    (value) => value,
  ),
);

export const amount: Codec<Money> = money;
export const amountOrNull: Codec<Money | null> = orNull(money);

/** Accounts without taxes have no such field. */
export const taxAmount: Codec<Money> = codec(
  'tax-amount',
  (wire, record) =>
    wire === null || wire === undefined || wire === ''
      ? moneyOf(0n, currencyCode.decode(valuesAt(record, 'values')['currency'], record))
      : money.decode(wire, record),
  (value) => money.encode(value),
);

export const projectStatus = choice('project-status', {
  planned: 'planned',
  active: 'active',
  'on-hold': 'on-hold',
  closed: 'closed',
});

export const billingMode = choice('billing-mode', { erp: 'erp', psa: 'psa', platform: 'platform' });

export const pricingModel = choice('pricing-model', {
  'time-and-materials': 'time-and-materials',
  'fixed-fee': 'fixed-fee',
  milestone: 'milestone',
});

/** UNVERIFIED: which number is which billing type. 1 is none and 5 is charge-based, which we have no word for. */
export const billingType = choice('billing-type', { 'time-and-materials': '2', 'fixed-fee': '3', milestone: '4' });

export const timeApproval = choice('time-approval', { open: '1', submitted: '2', approved: '3', rejected: '4' });

/** A task is complete or it is not; what it is before that is the account's own. */
export const taskStatus: Codec<boolean> = codec(
  'task-status',
  (wire) => wire === 'COMPLETE',
  (value) => (value ? 'COMPLETE' : 'PROGRESS'),
);

/** A period takes postings until it is closed, or locked for everybody or for receivables. */
export const isOpenPeriod: Codec<boolean> = codec(
  'open-period',
  (_wire, record) => {
    const values = valuesAt(record, 'values');
    return ['closed', 'alllocked', 'arlocked'].every((field) => values[field] !== true);
  },
  (value) => !value,
);

/** Quarters and years are made of months, and adjustments are nobody's day. */
export const isPostingPeriod: Codec<boolean> = codec(
  'posting-period',
  (_wire, record) => {
    const values = valuesAt(record, 'values');
    return ['isyear', 'isquarter', 'isadjust'].every((field) => values[field] !== true);
  },
  (value) => !value,
);

/** Whether an application settles its invoice by itself: what is applied is what the invoice comes to. */
export const coversInvoice: Codec<boolean> = codec(
  'covers-invoice',
  (wire) => {
    if (!isValues(wire)) return refuse('covers-invoice', wire);
    const total = exactOrNull.decode(wire['total'], wire);
    return total !== null && compareDecimal(exact.decode(wire['amount'], wire), total) === 0;
  },
  (value) => value,
);

/** UNVERIFIED: how an invoice's status is spelt. Labels, short forms and the query tables' letters are understood. */
const invoiceStatuses: Readonly<Record<string, Canonical<'invoice'>['status']>> = {
  open: 'open',
  a: 'open',
  paidinfull: 'paid',
  paid: 'paid',
  b: 'paid',
  pendingapproval: 'draft',
  rejected: 'draft',
  d: 'draft',
  e: 'draft',
  voided: 'void',
  void: 'void',
  v: 'void',
};

export const invoiceStatus: Codec<Canonical<'invoice'>['status']> = codec(
  'invoice-status',
  (wire) => {
    const letters = typeof wire === 'string' ? wire.toLowerCase().replace(/[^a-z]/g, '') : '';
    return invoiceStatuses[letters] ?? refuse('invoice-status', wire);
  },
  (value) => value,
);

/** A sales order has one line for each line of the rate card. The session adds which service is sold, by role. */
export const rateCardLines: Codec<RateLine[]> = codec<RateLine[]>(
  'rate-card-lines',
  (wire) => linesOf('rate-card-lines', wire).map(readRateLine),
  (rateCard) =>
    rateCard.map((line, index) => ({
      line: String(index + 1),
      custcol_tieout_role: line.role,
      description: line.description,
      quantity: line.hours,
      price: customPriceLevel,
      rate: line.rate,
    })),
);

function readRateLine(line: Values): RateLine {
  const role = textOrNull.decode(line['custcol_tieout_role'], line);
  return {
    // A line that somebody typed into the order has no role; the service it sells says which line it is.
    role: role ?? `service ${String(line['item'] ?? '')}`,
    rate: exact.decode(line['rate'], line),
    hours: exact.decode(line['quantity'], line),
    description: textOrNull.decode(line['description'], line),
  };
}

/** UNVERIFIED: the number by which a billed expense names its line of the report. */
const expenseLineAt = 'line';
/** The project task that a line bills, in a column of our package. */
const milestoneAt = 'custcol_tieout_milestone';

/**
 * Time, expenses and other lines lie in three sublists. A line's key names its sublist, so that keys of two never meet.
 */
export const invoiceLines: Codec<InvoiceLine[]> = codec<InvoiceLine[]>(
  'invoice-lines',
  (wire, record) => {
    if (!isValues(wire)) return refuse('invoice-lines', wire);
    const listOf = (name: string) => linesOf('invoice-lines', wire[name] ?? []);
    const ticked = (name: string) => listOf(name).filter((line) => flag.decode(line['apply'], line));
    const nothing = { time: null, expense: null, milestone: null };
    return [
      ...listOf('item').map((line) => {
        const milestone = textOrNull.decode(line[milestoneAt], line);
        return readInvoiceLine(line, `item-${keyOf(line, 'line')}`, { ...nothing, milestone }, record);
      }),
      ...ticked('time').map((line) => {
        const time = keyOf(line, 'doc');
        return readInvoiceLine(line, `time-${time}`, { ...nothing, time }, record);
      }),
      ...ticked('expcost').map((line) => {
        const expense = `${keyOf(line, 'doc')}:${keyOf(line, expenseLineAt)}`;
        return readInvoiceLine(line, `expense-${expense}`, { ...nothing, expense }, record);
      }),
    ];
  },
  (lines) => lines,
);

/** What somebody else has issued bills nothing that could be ticked here: each of its lines is sold by itself. */
export const soldLines: Codec<InvoiceLine[]> = codec<InvoiceLine[]>(
  'sold-lines',
  (wire) => refuse('sold-lines', wire),
  (lines) => lines.map((line, index) => ({ line: String(index + 1), ...soldLine(line) })),
);

/**
 * UNVERIFIED: that an amount stands beside a quantity and a rate. Where they would make another one, because the issuer
 * counts in minutes, the line is sold as one piece.
 */
function soldLine({ quantity, rate, amount: worth, description, milestone }: InvoiceLine) {
  const total = amount.encode(worth) as string;
  const isProduct =
    rate !== null &&
    compareDecimal(roundDecimal(multiplyDecimal(quantity, rate), worth.exponent, 'half-up'), total) === 0;
  return {
    // Which service it sells is the settings' to say, as for work of no role in particular.
    custcol_tieout_role: null,
    [milestoneAt]: milestone,
    description,
    price: customPriceLevel,
    ...(isProduct ? { quantity, rate } : { quantity: '1', rate: total }),
    amount: total,
  };
}

type Billed = Pick<InvoiceLine, 'time' | 'expense' | 'milestone'>;

/** Where a line says no quantity it is one. */
function readInvoiceLine(line: Values, key: string, billed: Billed, record: Values): InvoiceLine {
  return {
    amount: money.decode(line['amount'], record),
    description: textOrNull.decode(line['description'] ?? line['memo'], line),
    expense: billed.expense,
    line: key,
    milestone: billed.milestone,
    quantity: exactOrNull.decode(line['quantity'], line) ?? '1',
    rate: exactOrNull.decode(line['rate'], line),
    time: billed.time,
  };
}

function keyOf(line: Values, field: string): string {
  return textOrNull.decode(line[field], line) ?? refuse('invoice-lines', line[field]);
}

function linesOf(name: string, wire: unknown): readonly Values[] {
  return Array.isArray(wire) && wire.every(isValues) ? wire : refuse(name, wire);
}
