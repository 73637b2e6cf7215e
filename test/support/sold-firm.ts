// A running firm whose deals are won and provisioned: what stories about time and holds begin with.
import { type Firm, type LegalEntity, startFirm } from './firm.ts';
import { hire, jobOf, type Sale, sell, until, win, workspaceOf } from './people.ts';

export const legalEntity: LegalEntity = 'Northwind Consulting GmbH';
export const role = 'Senior Consultant';

/** Deals by their name, and what is not usual about each: 300 hours at 185 under a purchase order. */
export type Sales = Readonly<Record<string, Partial<Sale> & { readonly account: string }>>;

export interface SoldFirm {
  readonly firm: Firm;
  /** A user in the PSA whom the ERP employs. */
  readonly ines: string;
  /** Workspaces and opportunities by the name of their deal. */
  readonly workspaces: ReadonlyMap<string, string>;
  readonly deals: ReadonlyMap<string, string>;
}

export async function startSoldFirm(state: string, sales: Sales): Promise<SoldFirm> {
  const firm = await startFirm({ state });
  const ines = hire(firm, 'Ines Carvalho', 'ines.carvalho@northwind.example', role, legalEntity).user;
  const [workspaces, deals] = [new Map<string, string>(), new Map<string, string>()];
  for (const [name, sale] of Object.entries(sales)) {
    const standard = { name, legalEntity, country: 'DE', purchaseOrder: 'PO-1201', rates: [[role, 185, 300]] } as const;
    const { opportunity } = sell(firm, { ...standard, ...sale });
    deals.set(name, opportunity);
    win(firm, opportunity);
  }
  for (const name of Object.keys(sales)) {
    workspaces.set(name, await until(`the workspace of ${name}`, () => workspaceOf(firm, name)));
    await until(`the job of ${name}`, () => jobOf(firm, name));
  }
  await firm.installation.settled();
  return { firm, ines, workspaces, deals };
}
