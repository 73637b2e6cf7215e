// Who bills: the three arrangements, the seat each one gives the biller, and which of them a source falls under.
import type { Role } from './entities/entity.ts';

export const billingModes = ['erp', 'psa', 'platform'] as const;
export type BillingMode = (typeof billingModes)[number];

/** The role whose system makes the invoices. */
export const billers: Readonly<Record<BillingMode, Role>> = { erp: 'erp', psa: 'psa', platform: 'billing' };

/** What a contract says of who bills. */
export interface Arranged {
  readonly billingMode?: BillingMode | null;
}

/** The role that bills what falls on a day under this contract. Unless something else is agreed it is the ledger's. */
export function billerUnder(contract: Arranged | null): Role {
  return billers[contract?.billingMode ?? 'erp'];
}
