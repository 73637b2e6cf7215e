// The party that buys. Born as an account in the CRM; becomes a customer of the other systems with its first won deal.
import { z } from 'zod';
import { defineEntity, owned, reference } from './entity.ts';

const optionalText = z.string().nullable();

export const customer = defineEntity({
  name: 'customer',
  prefix: 'cus',
  title: 'Customer',
  version: 1,
  schema: z.object({
    name: owned('crm', 'Name', z.string().min(1)),
    parent: reference('crm', 'Parent company', 'customer'),
    accountNumber: owned('crm', 'Account number', optionalText),
    lifecycle: owned('crm', 'Lifecycle', z.enum(['prospect', 'customer'])),
    currency: owned('crm', 'Currency', z.string().length(3)),
    legalEntity: owned('crm', 'Legal entity', optionalText),
    phone: owned('crm', 'Phone', optionalText),
    website: owned('crm', 'Website', optionalText),
    email: owned('crm', 'Billing e-mail', optionalText),
    street: owned('crm', 'Street', optionalText),
    city: owned('crm', 'City', optionalText),
    region: owned('crm', 'State or region', optionalText),
    postalCode: owned('crm', 'Postal code', optionalText),
    country: owned('crm', 'Country', optionalText),
    taxNumber: owned('crm', 'Tax number', optionalText),
    terms: owned('erp', 'Payment terms', optionalText),
    isActive: owned('crm', 'Active', z.boolean()),
  }),
  upcast: {},
  bornIn: ['crm'],
  deletion: { means: 'ask', owner: 'sales' },
  defaults: { lifecycle: 'prospect', isActive: true, currency: 'USD' },
  matchKeys: [['taxNumber'], ['accountNumber'], ['name', 'country'], ['name']],
  isReady: (record) => record.lifecycle === 'customer',
  // A subsidiary cannot be entered under a company that is not there.
  promotes: [
    {
      reference: 'parent',
      when: (customer) => customer.lifecycle === 'customer',
      set: () => ({ lifecycle: 'customer' }),
    },
  ],
  example: {
    name: 'Harbour & Pine Architects',
    parent: null,
    accountNumber: 'A-1042',
    lifecycle: 'customer',
    currency: 'EUR',
    legalEntity: 'Northwind Consulting GmbH',
    phone: '+49 40 555 0100',
    website: 'https://harbourpine.example',
    email: 'accounts@harbourpine.example',
    street: 'Kaistraße 4',
    city: 'Hamburg',
    region: null,
    postalCode: '20457',
    country: 'DE',
    taxNumber: 'DE811907980',
    terms: 'NET30',
    isActive: true,
  },
});
