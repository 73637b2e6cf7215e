// Hours that somebody worked. Logged and approved in the PSA; posted to the ERP only once approved.
import { z } from 'zod';
import { decimal, wholeMinutesOf } from '../decimal.ts';
import { type Money, priceOf, priceOfMinutes } from '../money.ts';
import { defineEntity, owned, reference } from './entity.ts';

const optionalText = z.string().nullable();

/** Hours at their rate; null for what is not charged, or where what stands for the currency is none. */
function chargeOf(record: {
  readonly isBillable: boolean;
  readonly rate: string | null;
  readonly hours: string;
  readonly currency: string;
}): Money | null {
  const { isBillable, rate, hours, currency } = record;
  if (!isBillable || rate == null || hours == null || !/^[A-Z]{3}$/.test(currency)) return null;
  return priceOf(rate, hours, currency, 'half-up');
}

/** 95 minutes are no decimal of an hour: a system that counts minutes rounds their price from the minutes. */
function chargeByMinutes(record: Parameters<typeof chargeOf>[0]): Money | null {
  const charge = chargeOf(record);
  const minutes = charge && wholeMinutesOf(record.hours);
  return minutes && record.rate !== null ? priceOfMinutes(record.rate, minutes, record.currency) : charge;
}

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
  deletion: { means: 'withdraw', owner: 'delivery' },
  defaults: { isBillable: true, isTaxable: false, approval: 'open', isInvoiced: false, currency: 'USD' },
  matchKeys: [['project', 'resource', 'workedOn', 'hours', 'role', 'note']],
  isReady: (record) => record.approval === 'submitted' || record.approval === 'approved',
  worth: chargeOf,
  worthElsewhere: chargeByMinutes,
  counts: (record) => {
    if (record.approval !== 'approved') return {};
    const delivered = chargeOf(record);
    return { delivered, unbilled: record.isInvoiced ? null : delivered };
  },
  costs: ({ approval, hours, resource }) => (approval === 'approved' ? { hours, by: resource } : null),
  charges: ({ approval, isBillable, hours, resource, workedOn }) =>
    approval === 'approved' && isBillable ? { hours, by: resource, on: workedOn } : null,
  dayOf: 'workedOn',
  // The ledger needs the hours for what they cost, whoever bills them.
  billing: { dayOf: ({ workedOn }) => workedOn, unlessBilledBy: { erp: { isBillable: false }, billing: 'nothing' } },
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
