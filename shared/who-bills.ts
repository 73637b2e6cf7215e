// Who bills: the three arrangements, the seat each one gives the biller, and which of them a day falls under.
import { compareDays } from './dates.ts';
import type { Role } from './entities/entity.ts';

export const billingModes = ['erp', 'psa', 'platform'] as const;
export type BillingMode = (typeof billingModes)[number];

/** The role whose system makes the invoices. */
export const billers: Readonly<Record<BillingMode, Role>> = { erp: 'erp', psa: 'psa', platform: 'billing' };

/** Who bills from a day on; the first one has billed from the start. */
export interface Arrangement {
  readonly mode: BillingMode;
  readonly fromOn: string | null;
}

/** What a contract says of who bills. */
export interface Arranged {
  readonly billingMode?: BillingMode | null;
  /** From which day on, where it is another than before. */
  readonly billingFrom?: string | null;
  /** As the ledger has it: finance has let it pass. */
  readonly ledgerBiller?: BillingMode | null;
  readonly billers?: readonly Arrangement[] | null;
}

/**
 * The arrangements once sales and the ledger agree: one that is new comes after the others, from its day on. A day that
 * is corrected later changes nothing, because what falls under it may be billed already.
 */
export function arrangedBy(contract: Arranged): readonly Arrangement[] {
  const { billingMode: mode, ledgerBiller, billingFrom: fromOn } = contract;
  const before = contract.billers ?? [];
  const last = before.at(-1);
  if (mode == null || mode !== ledgerBiller || mode === last?.mode) return before;
  if (last === undefined) return [{ mode, fromOn: null }];
  return fromOn == null ? before : [...before, { mode, fromOn }];
}

/**
 * The role that bills what falls on a day under this contract; without a day it is the latest. Unless something else is
 * agreed it is the ledger's.
 */
export function billerUnder(contract: Arranged | null, day: string | null): Role {
  const agreed = contract?.billers ?? [];
  const isIn = ({ fromOn }: Arrangement) => fromOn === null || day === null || compareDays(fromOn, day) <= 0;
  return billers[agreed.findLast(isIn)?.mode ?? agreed[0]?.mode ?? contract?.billingMode ?? 'erp'];
}
