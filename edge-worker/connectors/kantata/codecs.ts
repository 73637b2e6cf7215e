// How Kantata writes what the general codecs do not cover: ids, statuses, main-unit prices, invoice numbers and lines.
import type { Canonical } from '../../../shared/entities/_registry.ts';
import { decimalFromMoney, type Money } from '../../../shared/money.ts';
import {
  type Codec,
  choice,
  codec,
  day,
  dayOrNull,
  exactAsNumber,
  exactOrNull,
  minutesAsHours,
  moneyBeside,
  orNull,
  readPath,
  refuse,
  text,
} from '../codecs.ts';

type Project = Canonical<'project'>;
type Invoice = Canonical<'invoice'>;

/** The largest number their 32-bit integer fields take. */
const integerMax = 2_147_483_647;

/** Ids are text in answers and numbers in requests. */
export const recordId: Codec<string | null> = orNull(
  codec<string>(
    'kantata-id',
    (wire, record) => text.decode(wire, record),
    (value) => (/^\d{1,15}$/.test(value) ? Number(value) : refuse('kantata-id', value)),
  ),
);

/**
 * UNVERIFIED but for 501. Their list of project statuses (help article 115005042433) can be cut down per account. The
 * first key of a line is the one we write.
 */
const statusKeys: Readonly<Record<Project['status'], readonly [number, ...number[]]>> = {
  planned: [110],
  active: [305],
  'on-hold': [502],
  closed: [400, 501],
};
/** Statuses beyond the table are read by their colour, whose meaning is documented. */
const statusByColor: Readonly<Record<string, Project['status']>> = {
  gray: 'planned',
  grey: 'planned',
  'light-green': 'planned',
  green: 'active',
  yellow: 'active',
  red: 'on-hold',
  blue: 'closed',
};
const statusByKey = new Map(
  (Object.entries(statusKeys) as [Project['status'], readonly number[]][]).flatMap(([status, keys]) =>
    keys.map((key) => [key, status] as const),
  ),
);

export const projectStatus: Codec<Project['status']> = codec(
  'kantata-project-status',
  (wire, record) => {
    const byKey = statusByKey.get(Number(wire));
    if (byKey !== undefined) return byKey;
    const color = String(readPath(record, 'status.color')).toLowerCase().replace(/[ _]/g, '-');
    return statusByColor[color] ?? refuse('kantata-project-status', wire);
  },
  (value) => statusKeys[value][0],
);

/** Prices are written in main units (dollars). The cents of their answers are main units before this reads them. */
export const priceOrNull: Codec<Money | null> = orNull(
  codec<Money>(
    'kantata-price',
    (wire, record) => moneyBeside('currency').decode(wire, record),
    (value) => exactAsNumber.encode(decimalFromMoney(value)),
  ),
);

/** Invoice numbers are whole numbers there; the letters of ours stay behind. */
export const invoiceNumber: Codec<string> = codec(
  'kantata-invoice-number',
  (wire, record) => text.decode(wire, record),
  (value) => {
    const digits = value.replace(/\D/g, '');
    const number = Number(digits);
    return digits !== '' && number <= integerMax ? number : refuse('kantata-invoice-number', value);
  },
);

/** `draft` is a flag of theirs; the client makes it a status before this reads it. */
export const invoiceStatus: Codec<Invoice['status']> = choice('kantata-invoice-status', {
  draft: 'draft',
  open: 'new',
  paid: 'accepted payment',
  void: 'cancelled',
});

/** What its issuer says of an invoice; that it is paid is the ledger's to say. */
export const standing: Codec<Invoice['standing']> = codec(
  'kantata-standing',
  (wire) => {
    if (wire === 'draft') return 'draft';
    return wire === 'cancelled' ? 'void' : 'issued';
  },
  (value) => value,
);

const lineAmount = moneyBeside('currency');

/** The lines of an invoice as its row and what lies beside it say them (`invoice-lines.ts`). */
export const issuedLines = codec<Invoice['lines']>(
  'kantata-issued-lines',
  (wire, record) => {
    if (!Array.isArray(wire)) return refuse('kantata-issued-lines', wire);
    return wire.map((line) => ({ ...line, amount: lineAmount.decode(line.amount, record) }));
  },
  (lines) => lines,
);

/** Working weeks as they follow each other (`working-weeks.ts`), whose minutes are hours of ours. */
export const workingWeeks = codec<NonNullable<Canonical<'resource'>['workingWeeks']>>(
  'kantata-working-weeks',
  (wire) => {
    if (!Array.isArray(wire)) return refuse('kantata-working-weeks', wire);
    return wire.map(({ from, until, minutes }) => ({
      from: dayOrNull.decode(from, {}),
      until: dayOrNull.decode(until, {}),
      hours: minutes.map((one: unknown) => minutesAsHours.decode(one, {})),
    }));
  },
  (weeks) => weeks,
);

/** Days off as they are told (`days-off.ts`). */
export const daysOff = codec<NonNullable<Canonical<'resource'>['daysOff']>>(
  'kantata-days-off',
  (wire) => {
    if (!Array.isArray(wire)) return refuse('kantata-days-off', wire);
    return wire.map(({ on, hours }) => ({ on: day.decode(on, {}), hours: exactOrNull.decode(hours, {}) }));
  },
  (days) => days,
);

/** Whole sub-units of the currency, as they take and show amounts. */
export const cents: Codec<Money> = codec<Money>(
  'kantata-cents',
  (wire) => refuse('kantata-cents', wire),
  (value) => {
    const minor = Number(value.amountMinor);
    return Number.isSafeInteger(minor) ? minor : refuse('kantata-cents', value.amountMinor);
  },
);

/** What an invoice bills, by kind. Their invoice computes its own lines from it. */
export const billedSources = codec<Invoice['lines']>(
  'kantata-billed-sources',
  (wire) => refuse('kantata-billed-sources', wire),
  (lines) => {
    const idsOf = (kind: 'time' | 'expense' | 'milestone') =>
      lines.flatMap((line) => (line[kind] == null ? [] : [recordId.encode(line[kind])]));
    const lists = {
      time_entry_ids: idsOf('time'),
      expense_ids: idsOf('expense'),
      billing_milestone_ids: idsOf('milestone'),
    };
    // A kind that we name none of stays as it is there.
    return Object.fromEntries(Object.entries(lists).filter(([, ids]) => ids.length > 0));
  },
);
