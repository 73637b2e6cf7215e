// A person who works on projects. Employed in the ERP, planned in the PSA; matched by e-mail, never created by the hub.
import { z } from 'zod';
import { decimal } from '../decimal.ts';
import { confidential, defineEntity, owned } from './entity.ts';

/** Hours that can be worked from Monday to Sunday; of both days, null is without end. No two hold on the same day. */
const workingWeek = z.object({
  from: z.iso.date().nullable(),
  until: z.iso.date().nullable(),
  hours: z.array(decimal).length(7),
});

/** Hours on which a working week is not worked; null is the whole day. A day that is there twice is off for both. */
const dayOff = z.object({ on: z.iso.date(), hours: decimal.nullable() });

export const resource = defineEntity({
  name: 'resource',
  prefix: 'res',
  title: 'Resource',
  version: 1,
  schema: z.object({
    name: owned('erp', 'Name', z.string().min(1)),
    email: owned('erp', 'E-mail', z.string().nullable()),
    role: owned('psa', 'Role', z.string().nullable()),
    legalEntity: owned('erp', 'Legal entity', z.string().nullable()),
    isActive: owned('erp', 'Active', z.boolean()),
    joinedOn: confidential(owned('erp', 'First day', z.iso.date().nullable())),
    leftOn: confidential(owned('erp', 'Last day', z.iso.date().nullable())),
    costRate: confidential(owned('erp', 'Cost of an hour', decimal.nullable())),
    costCurrency: confidential(owned('erp', 'Currency of the cost', z.string().length(3).nullable())),
    workingWeeks: confidential(owned('psa', 'Working weeks', z.array(workingWeek).nullable())),
    daysOff: confidential(owned('psa', 'Days off', z.array(dayOff).nullable())),
  }),
  upcast: {},
  bornIn: ['erp'],
  deletion: { means: 'keep', owner: 'integration' },
  defaults: { isActive: true },
  matchKeys: [['email']],
  likeness: { name: 'name', legalEntity: 'division' },
  example: {
    name: 'Ines Carvalho',
    email: 'ines.carvalho@northwind.example',
    role: 'Senior Consultant',
    legalEntity: 'Northwind Consulting GmbH',
    isActive: true,
    joinedOn: '2024-03-01',
    leftOn: null,
    costRate: '85.5',
    costCurrency: 'EUR',
    workingWeeks: [{ from: null, until: null, hours: ['8', '8', '8', '8', '6.5', '0', '0'] }],
    daysOff: [{ on: '2026-11-18', hours: null }],
  },
});
