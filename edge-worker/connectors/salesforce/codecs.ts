// Values spelt in our package's own way: choices an open deal may leave empty, and the rate card of a deal's lines.
import { z } from 'zod';
import type { Canonical } from '../../../shared/entities/_registry.ts';
import { type Codec, choice, codec, exact, exactAsNumber, refuse, text, textOrNull } from '../codecs.ts';

type RateCard = Canonical<'contract'>['rateCard'];

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

const lineItem = z.object({
  Product2: z.object({ Name: z.unknown() }).nullish(),
  UnitPrice: z.unknown(),
  Quantity: z.unknown(),
  Description: z.unknown(),
});

/** One line of the rate card per product line: the product names the role, its price the rate per hour. */
export const rateCard: Codec<RateCard> = codec<RateCard>(
  'rate-card-lines',
  (wire, record) => {
    const lines = z.array(lineItem).safeParse(wire ?? []);
    if (!lines.success) return refuse('rate-card-lines', wire);
    return lines.data.map((line) => ({
      role: text.decode(line.Product2?.Name, record),
      rate: exact.decode(line.UnitPrice, record),
      hours: exact.decode(line.Quantity, record),
      description: textOrNull.decode(line.Description, record),
    }));
  },
  (lines) =>
    lines.map((line) => ({
      Product2: { Name: line.role },
      UnitPrice: exactAsNumber.encode(line.rate),
      Quantity: exactAsNumber.encode(line.hours),
      Description: line.description,
    })),
);
