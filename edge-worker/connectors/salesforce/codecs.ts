// Values spelt in our package's own way: choices an open deal may leave empty, and the rate card of a deal's lines.
import { z } from 'zod';
import type { Canonical } from '../../../shared/entities/_registry.ts';
import {
  type Codec,
  choice,
  codec,
  day,
  exact,
  exactAsNumber,
  exactOrNull,
  refuse,
  text,
  textOrNull,
} from '../codecs.ts';
import { amountBeside } from '../kits/salesforce-rest-values.ts';

type RateCard = Canonical<'contract'>['rateCard'];
type Schedule = Canonical<'contract'>['billingSchedule'];

/** Nobody need say how a deal is billed before it is won; a won deal that does not say so is held. */
function saidWhenWon<const Ours extends string>(name: string, values: readonly Ours[], unsaid: Ours): Codec<Ours> {
  const table = Object.fromEntries(values.map((value) => [value, value])) as Record<Ours, unknown>;
  const inner = choice<Ours>(name, table);
  return codec<Ours>(
    name,
    (wire, record) => {
      const isUnsaid = wire === undefined || wire === null || wire === '';
      return isUnsaid && record['IsWon'] !== true ? unsaid : inner.decode(wire, record);
    },
    (value) => inner.encode(value),
  );
}

export const pricingModel = saidWhenWon(
  'pricing-model-when-won',
  ['time-and-materials', 'fixed-fee', 'milestone'],
  'time-and-materials',
);
export const billingMode = saidWhenWon('billing-mode-when-won', ['erp', 'psa', 'platform'], 'erp');

export const invoiceStatus = choice<Canonical<'invoice'>['status']>('invoice-status', {
  draft: 'draft',
  open: 'open',
  paid: 'paid',
  void: 'void',
});

/** The package's memo field holds this much, and more of it would be refused. */
const memoLengthMax = 255;

export const memoText: Codec<string> = codec<string>(
  'memo-text',
  (wire, record) => text.decode(wire, record),
  (value) => (value.length > memoLengthMax ? `${value.slice(0, memoLengthMax - 1)}…` : value),
);

export const changeOrderStatus = choice<Canonical<'change-order'>['status']>('change-order-status', {
  draft: 'draft',
  submitted: 'submitted',
  approved: 'approved',
  rejected: 'rejected',
});

const lineItem = z.object({
  Product2: z.object({ Name: z.unknown().optional() }).nullish(),
  UnitPrice: z.unknown().optional(),
  Quantity: z.unknown().optional(),
  TotalPrice: z.unknown().optional(),
  ServiceDate: z.unknown().optional(),
  Description: z.unknown().optional(),
});
type LineItem = z.infer<typeof lineItem>;

/** A line with a date is an instalment that falls due on it; one without is a line of the rate card. */
const isInstalment = ({ ServiceDate }: LineItem) => (ServiceDate ?? null) !== null;

function linesIn(name: string, wire: unknown): readonly LineItem[] {
  const lines = z.array(lineItem).safeParse(wire ?? []);
  return lines.success ? lines.data : refuse(name, wire);
}

/** The product names the role, its price is the rate per hour. */
export const rateCard: Codec<RateCard> = codec<RateCard>(
  'rate-card-lines',
  (wire, record) =>
    linesIn('rate-card-lines', wire)
      .filter((line) => !isInstalment(line))
      .map((line) => ({
        role: text.decode(line.Product2?.Name, record),
        rate: exact.decode(line.UnitPrice, record),
        hours: exact.decode(line.Quantity, record),
        description: textOrNull.decode(line.Description, record),
      })),
  (lines) =>
    lines.map((line) => ({
      Product2: { Name: line.role },
      UnitPrice: exactAsNumber.encode(line.rate),
      Quantity: exactAsNumber.encode(line.hours),
      Description: line.description,
    })),
);

const lineAmount = amountBeside('CurrencyIsoCode');

export const billingSchedule: Codec<Schedule> = codec<Schedule>(
  'schedule-lines',
  (wire, record) =>
    linesIn('schedule-lines', wire)
      .filter(isInstalment)
      .map((line) => ({
        name: textOrNull.decode(line.Description, record) ?? text.decode(line.Product2?.Name, record),
        dueOn: day.decode(line.ServiceDate, record),
        amount: lineAmount.decode(line.TotalPrice, record),
      })),
  (lines) =>
    lines.map((line) => ({
      Description: line.name,
      ServiceDate: line.dueOn,
      TotalPrice: lineAmount.encode(line.amount),
      Quantity: 1,
    })),
);

/** One role, its rate and its hours lie beside each other in three fields. */
export const oneRate: Codec<RateCard> = codec<RateCard>(
  'one-rate',
  (wire, record) => {
    const role = textOrNull.decode(wire, record);
    if (role === null) return [];
    const rate = exact.decode(record['tieout__Rate__c'], record);
    const hours = exactOrNull.decode(record['tieout__Hours__c'], record) ?? '0';
    return [{ role, rate, hours, description: null }];
  },
  (lines) => lines[0]?.role ?? null,
);
