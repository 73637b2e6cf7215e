// Hours that somebody worked. Logged and approved in the PSA; posted to the ERP only once approved.
import { z } from 'zod';
import { decimal } from '../decimal.ts';
import { defineEntity, owned, reference } from './entity.ts';

const optionalText = z.string().nullable();

export const time = defineEntity({
  name: 'time',
  prefix: 'tim',
  title: 'Time entry',
  version: 1,
  schema: z.object({
    project: reference('psa', 'Project', 'project'),
    resource: reference('psa', 'Resource', 'resource'),
    workedOn: owned('psa', 'Date', z.iso.date()),
    hours: owned('psa', 'Hours', decimal),
    role: owned('psa', 'Role', optionalText),
    rate: owned('psa', 'Rate', decimal.nullable()),
    currency: owned('psa', 'Currency', z.string().length(3)),
    isBillable: owned('psa', 'Billable', z.boolean()),
    isTaxable: owned('psa', 'Taxable', z.boolean()),
    note: owned('psa', 'Note', optionalText),
    task: owned('psa', 'Task', optionalText),
    location: owned('psa', 'Location', optionalText),
    approval: owned('psa', 'Approval', z.enum(['open', 'submitted', 'approved', 'rejected'])),
    isInvoiced: owned('erp', 'Invoiced', z.boolean()),
  }),
  upcast: {},
  bornIn: ['psa'],
  defaults: { isBillable: true, isTaxable: false, approval: 'open', isInvoiced: false, currency: 'USD' },
  matchKeys: [['project', 'resource', 'workedOn', 'hours', 'role', 'note']],
  isReady: (record) => record.approval === 'submitted' || record.approval === 'approved',
  dayOf: 'workedOn',
  example: {
    project: 'prj_01J00000000000000000000000',
    resource: 'res_01J00000000000000000000000',
    workedOn: '2026-11-03',
    hours: '7.5',
    role: 'Senior Consultant',
    rate: '185',
    currency: 'EUR',
    isBillable: true,
    isTaxable: true,
    note: 'Chart of accounts workshop',
    task: 'Design',
    location: null,
    approval: 'approved',
    isInvoiced: false,
  },
});
