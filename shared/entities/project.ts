// The work that was sold. Arises from a won deal; from then on the PSA's record rules.
import { z } from 'zod';
import { decimal } from '../decimal.ts';
import { money } from '../money.ts';
import { defineEntity, owned, reference } from './entity.ts';

const optionalText = z.string().nullable();

export const project = defineEntity({
  name: 'project',
  prefix: 'prj',
  title: 'Project',
  version: 1,
  schema: z.object({
    name: owned('psa', 'Name', z.string().min(1)),
    customer: reference('crm', 'Customer', 'customer'),
    contract: reference('crm', 'Contract', 'contract'),
    status: owned('psa', 'Status', z.enum(['planned', 'active', 'on-hold', 'closed'])),
    startOn: owned('psa', 'Start', z.iso.date().nullable()),
    endOn: owned('psa', 'End', z.iso.date().nullable()),
    currency: owned('crm', 'Currency', z.string().length(3)),
    budget: owned('crm', 'Budget', money.nullable()),
    pricingModel: owned('crm', 'Pricing model', z.enum(['time-and-materials', 'fixed-fee', 'milestone'])),
    legalEntity: owned('crm', 'Legal entity', optionalText),
    deliveryRegion: owned('crm', 'Delivery region', optionalText),
    practice: owned('crm', 'Practice', optionalText),
    isOpenForTime: owned('psa', 'Open for time', z.boolean()),
    percentComplete: owned('psa', 'Percent complete', decimal.nullable()),
    description: owned('psa', 'Description', optionalText),
  }),
  upcast: {},
  bornIn: ['psa'],
  defaults: { status: 'active', isOpenForTime: true, pricingModel: 'time-and-materials', currency: 'USD' },
  matchKeys: [['name', 'customer']],
  likeness: {
    name: 'name',
    customer: 'reference',
    startOn: 'day',
    endOn: 'day',
    budget: 'amount',
    legalEntity: 'division',
    currency: 'division',
  },
  example: {
    name: 'Harbour & Pine ERP rollout',
    customer: 'cus_01J00000000000000000000000',
    contract: 'con_01J00000000000000000000000',
    status: 'active',
    startOn: '2026-11-02',
    endOn: '2027-02-26',
    currency: 'EUR',
    budget: { amountMinor: '4800000', currency: 'EUR', exponent: 2 },
    pricingModel: 'time-and-materials',
    legalEntity: 'Northwind Consulting GmbH',
    deliveryRegion: 'DACH',
    practice: 'ERP',
    isOpenForTime: true,
    percentComplete: '20',
    description: null,
  },
});
