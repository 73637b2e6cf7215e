// Exact decimals for rates, quantities and exchange rates: plain text, no exponent, no trailing zeros. Arithmetic is on integers.
import { z } from 'zod';

export const decimal = z.string().regex(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
export type Decimal = z.infer<typeof decimal>;
