// A company of the firm's own that sells, employs and keeps books. Read only, for controls to look at.
import { z } from 'zod';
import { defineEntity, owned } from './entity.ts';

export const legalEntity = defineEntity({
  name: 'legal-entity',
  prefix: 'leg',
  title: 'Legal entity',
  version: 1,
  schema: z.object({
    name: owned('erp', 'Name', z.string().min(1)),
    currency: owned('erp', 'Currency', z.string().length(3).nullable()),
    country: owned('erp', 'Country', z.string().nullable()),
    isActive: owned('erp', 'Active', z.boolean()),
  }),
  upcast: {},
  bornIn: ['erp'],
  isList: true,
  deletion: { means: 'keep', owner: 'integration' },
  defaults: { isActive: true },
  matchKeys: [['name']],
  example: { name: 'Northwind Consulting GmbH', currency: 'EUR', country: 'DE', isActive: true },
});
