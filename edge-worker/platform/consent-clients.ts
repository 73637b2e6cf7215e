// Our registrations with vendors whose administrators let us in by consent: what the operator holds of each.
import { z } from 'zod';
import type { Env } from './env.ts';

const registrations = z.record(
  z.string(),
  z.object({ id: z.string(), secret: z.string(), settings: z.record(z.string(), z.unknown()).default({}) }),
);

/** Null where the operator holds none: nobody can begin that way. */
export function consentClientOf({ CONSENT_CLIENTS }: Pick<Env, 'CONSENT_CLIENTS'>, system: string) {
  return registrations.parse(JSON.parse(CONSENT_CLIENTS ?? '{}'))[system] ?? null;
}
