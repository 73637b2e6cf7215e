// Our own apps at vendors, whose users sign in with them: what the operator holds of each.
import { z } from 'zod';
import type { Env } from './env.ts';

const apps = z.record(z.string(), z.record(z.string(), z.unknown()));

/** Null where the operator holds none: that system is connected with credentials of the customer's own only. */
export function appOf({ APPS }: Pick<Env, 'APPS'>, system: string): Readonly<Record<string, unknown>> | null {
  return apps.parse(JSON.parse(APPS ?? '{}'))[system] ?? null;
}
