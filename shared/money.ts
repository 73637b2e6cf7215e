// Money is an integer count of minor units, a currency and its exponent. Floating point never touches an amount.
import { z } from 'zod';

export * from './exact-money.ts';

export const money = z.object({
  /** An integer in minor units, as text so that no JSON reader can round it. */
  amountMinor: z.string().regex(/^-?(0|[1-9]\d*)$/),
  currency: z.string().regex(/^[A-Z]{3}$/),
  /** Decimal places of the currency: 0 for JPY, 2 for EUR, 3 for BHD. */
  exponent: z.int().min(0).max(4),
});
