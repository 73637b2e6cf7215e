// Exact decimals for rates and quantities: plain text, no exponent, no trailing zeros. Arithmetic lies beside it.
import { z } from 'zod';

export * from './exact-decimal.ts';

export const decimal = z.string().regex(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
