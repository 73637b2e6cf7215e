// On which terms a project is billed: who bills, purchase order, rate card, terms. Read from the won deal; obeyed by
// every control.
import { z } from 'zod';
import { decimal } from '../decimal.ts';
import { money } from '../money.ts';
import { defineEntity, owned, reference } from './entity.ts';

const optionalText = z.string().nullable();

/** One line of the rate card: what an hour of a role costs. */
export const rateLine = z.object({
  role: z.string(),
  rate: decimal,
  hours: decimal,
  description: z.string().nullable(),
});

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
    billingMode: owned('crm', 'Who bills', z.enum(['erp', 'psa', 'platform'])),
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
    rateCard: owned('crm', 'Rate card', z.array(rateLine)),
  }),
  upcast: {},
  bornIn: ['crm'],
  defaults: { isSigned: false, billingMode: 'erp', pricingModel: 'time-and-materials', currency: 'USD', rateCard: [] },
  matchKeys: [
    ['purchaseOrder', 'customer'],
    ['name', 'customer'],
  ],
  computes: (record, idOf) => ({ project: record.isSigned ? idOf('project') : null }),
  isReady: (record) => record.isSigned,
  example: {
    name: 'Harbour & Pine ERP rollout',
    customer: 'cus_01J00000000000000000000000',
    project: 'prj_01J00000000000000000000000',
    isSigned: true,
    billingMode: 'erp',
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
    rateCard: [
      { role: 'Senior Consultant', rate: '185', hours: '160', description: null },
      { role: 'Consultant', rate: '142.5', hours: '130', description: null },
    ],
  },
});
