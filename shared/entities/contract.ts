// On which terms a project is billed: who bills, purchase order, rate card, schedule, terms. Read from the won deal,
// amended by approved change orders; obeyed by every control.
import { z } from 'zod';
import { compareDays } from '../dates.ts';
import { decimal } from '../decimal.ts';
import { addMoney, type Money, money } from '../money.ts';
import { arrangedBy, billingModes } from '../who-bills.ts';
import { defineEntity, owned, reference } from './entity.ts';

const optionalText = z.string().nullable();

/** One line of the rate card: what an hour of a role costs. */
export const rateLine = z.object({
  role: z.string(),
  rate: decimal,
  hours: decimal,
  description: z.string().nullable(),
});

/** What an approved change order has changed; kept beside what was signed, so that both can be told apart. */
export const amendment = z.object({
  changeOrder: z.string().nullable().meta({ refersTo: 'change-order' }),
  amount: money.nullable(),
  purchaseOrderRaise: money.nullable(),
  endOn: z.iso.date().nullable(),
  rateCard: z.array(rateLine),
});
export type Amendment = Readonly<z.infer<typeof amendment>>;

export const arrangement = z.object({ mode: z.enum(billingModes), fromOn: z.iso.date().nullable() });

/** One instalment of a fixed price, due by itself. */
export const scheduleLine = z.object({
  name: z.string(),
  dueOn: z.iso.date().nullable(),
  amount: money,
});

/** A sum signed and raised; what is in another currency cannot be added and is a control's matter. */
function raised(signed: Money | null, raises: readonly (Money | null)[]): Money | null {
  return raises.reduce<Money | null>((sum, raise) => {
    if (sum === null || raise === null) return sum;
    return sum.currency === raise.currency && sum.exponent === raise.exponent ? addMoney(sum, raise) : sum;
  }, signed);
}

function lastDay(signed: string | null, others: readonly (string | null)[]): string | null {
  return others.reduce((end, day) => (day !== null && (end === null || compareDays(day, end) > 0) ? day : end), signed);
}

export const contract = defineEntity({
  name: 'contract',
  prefix: 'con',
  title: 'Contract',
  version: 1,
  schema: z.object({
    name: owned('crm', 'Name', z.string().min(1)),
    customer: reference('crm', 'Customer', 'customer'),
    project: reference('crm', 'Project', 'project'),
    isSigned: owned('crm', 'Signed', z.boolean()),
    billingMode: owned('crm', 'Who bills', z.enum(billingModes)),
    billingFrom: owned('crm', 'Who bills from', z.iso.date().nullable()),
    ledgerBiller: owned('erp', 'Who bills in the ledger', z.enum(billingModes).nullable()),
    /** Who bills from when: the hub's own, of what sales asked for and the ledger has taken. */
    billers: owned('crm', 'Billers', z.array(arrangement)),
    pricingModel: owned('crm', 'Pricing model', z.enum(['time-and-materials', 'fixed-fee', 'milestone'])),
    purchaseOrder: owned('crm', 'Purchase order', optionalText),
    purchaseOrderLimit: owned('crm', 'Purchase order limit', money.nullable()),
    terms: owned('crm', 'Payment terms', optionalText),
    taxProfile: owned('crm', 'Tax profile', optionalText),
    currency: owned('crm', 'Currency', z.string().length(3)),
    total: owned('crm', 'Total', money.nullable()),
    signedOn: owned('crm', 'Signed on', z.iso.date().nullable()),
    startOn: owned('crm', 'Start', z.iso.date().nullable()),
    endOn: owned('crm', 'End', z.iso.date().nullable()),
    legalEntity: owned('crm', 'Legal entity', optionalText),
    deliveryRegion: owned('crm', 'Delivery region', optionalText),
    rateCard: owned('crm', 'Rate card', z.array(rateLine)),
    billingSchedule: owned('crm', 'Billing schedule', z.array(scheduleLine)),
    revenueRule: owned('crm', 'Revenue recognition rule', optionalText),
    revenueStartOn: owned('crm', 'Revenue from', z.iso.date().nullable()),
    revenueEndOn: owned('crm', 'Revenue to', z.iso.date().nullable()),
    recognised: owned('erp', 'Revenue recognised', money.nullable()),
    deferred: owned('erp', 'Revenue deferred', money.nullable()),
    amendments: owned('crm', 'Amendments', z.array(amendment)),
    /** Change orders that are on their way to being approved: nothing of them counts yet. */
    proposed: owned('crm', 'Change orders not approved', z.array(amendment)),
    /** As signed and amended. The hub's own: systems are given these, the signed ones stay what the deal says. */
    currentTotal: owned('crm', 'Total as amended', money.nullable()),
    currentPurchaseOrderLimit: owned('crm', 'Purchase order limit as amended', money.nullable()),
    currentEndOn: owned('crm', 'End as amended', z.iso.date().nullable()),
    currentRateCard: owned('crm', 'Rate card as amended', z.array(rateLine)),
  }),
  upcast: {},
  bornIn: ['crm'],
  defaults: {
    isSigned: false,
    billingMode: 'erp',
    billers: [],
    pricingModel: 'time-and-materials',
    currency: 'USD',
    rateCard: [],
    billingSchedule: [],
    amendments: [],
    proposed: [],
    currentRateCard: [],
  },
  mayBeUntold: ['billers'],
  matchKeys: [
    ['purchaseOrder', 'customer'],
    ['name', 'customer'],
  ],
  likeness: {
    name: 'name',
    customer: 'reference',
    purchaseOrder: 'identifier',
    total: 'amount',
    startOn: 'day',
    endOn: 'day',
    legalEntity: 'division',
    currency: 'division',
  },
  computes: (record, idOf) => {
    const amendments = record.amendments ?? [];
    return {
      project: record.isSigned ? idOf('project') : null,
      billers: [...arrangedBy(record)],
      currentTotal: raised(
        record.total,
        amendments.map(({ amount }) => amount),
      ),
      currentPurchaseOrderLimit: raised(
        record.purchaseOrderLimit,
        amendments.map(({ purchaseOrderRaise }) => purchaseOrderRaise),
      ),
      currentEndOn: lastDay(
        record.endOn,
        amendments.map(({ endOn }) => endOn),
      ),
      currentRateCard: [...(record.rateCard ?? []), ...amendments.flatMap(({ rateCard }) => rateCard)],
    };
  },
  promotes: [
    {
      reference: 'project',
      // What was signed is handed on once; what was agreed later counts for the project as well.
      when: (record) => (record.amendments ?? []).length > 0,
      set: ({ currentTotal }) => ({ budget: currentTotal }),
    },
  ],
  isReady: (record) => record.isSigned,
  counts: ({ isSigned, currentTotal, total }) => (isSigned ? { sold: currentTotal ?? total } : {}),
  example: {
    name: 'Harbour & Pine ERP rollout',
    customer: 'cus_01J00000000000000000000000',
    project: 'prj_01J00000000000000000000000',
    isSigned: true,
    billingMode: 'erp',
    billingFrom: null,
    ledgerBiller: 'erp',
    billers: [{ mode: 'erp', fromOn: null }],
    pricingModel: 'time-and-materials',
    purchaseOrder: 'PO-7731',
    purchaseOrderLimit: { amountMinor: '5000000', currency: 'EUR', exponent: 2 },
    terms: 'NET30',
    taxProfile: 'DE-standard',
    currency: 'EUR',
    total: { amountMinor: '4800000', currency: 'EUR', exponent: 2 },
    signedOn: '2026-10-28',
    startOn: '2026-11-02',
    endOn: '2027-02-26',
    legalEntity: 'Northwind Consulting GmbH',
    deliveryRegion: 'DACH',
    rateCard: [
      { role: 'Senior Consultant', rate: '185', hours: '160', description: null },
      { role: 'Consultant', rate: '142.5', hours: '130', description: null },
    ],
    billingSchedule: [
      {
        name: 'Design signed off',
        dueOn: '2026-11-20',
        amount: { amountMinor: '1200000', currency: 'EUR', exponent: 2 },
      },
    ],
    revenueRule: 'Percent complete',
    revenueStartOn: '2026-11-02',
    revenueEndOn: '2027-02-26',
    recognised: { amountMinor: '960000', currency: 'EUR', exponent: 2 },
    deferred: { amountMinor: '240000', currency: 'EUR', exponent: 2 },
    amendments: [],
    proposed: [],
    currentTotal: { amountMinor: '4800000', currency: 'EUR', exponent: 2 },
    currentPurchaseOrderLimit: { amountMinor: '5000000', currency: 'EUR', exponent: 2 },
    currentEndOn: '2027-02-26',
    currentRateCard: [
      { role: 'Senior Consultant', rate: '185', hours: '160', description: null },
      { role: 'Consultant', rate: '142.5', hours: '130', description: null },
    ],
  },
});
