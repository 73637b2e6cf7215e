// What sales promised. A won deal makes its account a customer and gives rise to a project; its contract is read from
// the same record.
import { z } from 'zod';
import { money } from '../money.ts';
import { defineEntity, owned, reference } from './entity.ts';

const optionalText = z.string().nullable();

export const deal = defineEntity({
  name: 'deal',
  prefix: 'dea',
  title: 'Deal',
  version: 1,
  schema: z.object({
    name: owned('crm', 'Name', z.string().min(1)),
    customer: reference('crm', 'Customer', 'customer'),
    stage: owned('crm', 'Stage', z.string()),
    isWon: owned('crm', 'Won', z.boolean()),
    isClosed: owned('crm', 'Closed', z.boolean()),
    amount: owned('crm', 'Amount', money.nullable()),
    currency: owned('crm', 'Currency', z.string().length(3)),
    closeOn: owned('crm', 'Close date', z.iso.date().nullable()),
    startOn: owned('crm', 'Start', z.iso.date().nullable()),
    endOn: owned('crm', 'End', z.iso.date().nullable()),
    pricingModel: owned('crm', 'Pricing model', z.enum(['time-and-materials', 'fixed-fee', 'milestone'])),
    legalEntity: owned('crm', 'Legal entity', optionalText),
    deliveryRegion: owned('crm', 'Delivery region', optionalText),
    practice: owned('crm', 'Practice', optionalText),
    description: owned('crm', 'Description', optionalText),
  }),
  upcast: {},
  bornIn: ['crm'],
  defaults: { isWon: false, isClosed: false, pricingModel: 'time-and-materials', currency: 'USD', stage: '' },
  matchKeys: [['name', 'customer']],
  derives: [
    {
      to: 'project',
      when: (deal) => deal.isWon,
      initial: (deal, idOf) => ({
        name: deal.name,
        customer: deal.customer,
        contract: idOf('contract'),
        status: 'active',
        startOn: deal.startOn,
        endOn: deal.endOn,
        currency: deal.currency,
        budget: deal.amount,
        pricingModel: deal.pricingModel,
        legalEntity: deal.legalEntity,
        deliveryRegion: deal.deliveryRegion,
        practice: deal.practice,
        isOpenForTime: true,
        description: deal.description,
      }),
    },
  ],
  promotes: [{ reference: 'customer', when: (deal) => deal.isWon, set: () => ({ lifecycle: 'customer' }) }],
  example: {
    name: 'Harbour & Pine ERP rollout',
    customer: 'cus_01J00000000000000000000000',
    stage: 'Closed Won',
    isWon: true,
    isClosed: true,
    amount: { amountMinor: '4800000', currency: 'EUR', exponent: 2 },
    currency: 'EUR',
    closeOn: '2026-10-28',
    startOn: '2026-11-02',
    endOn: '2027-02-26',
    pricingModel: 'time-and-materials',
    legalEntity: 'Northwind Consulting GmbH',
    deliveryRegion: 'DACH',
    practice: 'ERP',
    description: null,
  },
});
