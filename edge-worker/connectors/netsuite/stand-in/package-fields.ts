// The custom fields that our package adds to the vendor's records, beside the revision stamps.
import { amount, type Field, flag, text } from './fields.ts';

const labelled = (id: string) => ({ label: `Tieout ${id.replace(/^cust[a-z]+_tieout_/, '').replaceAll('_', ' ')}` });
const texts = (...ids: readonly string[]) => ids.map((id) => text(id, labelled(id)));

export const jobFields = (): Field[] => texts('custentity_tieout_practice');

export const salesOrderFields = (): Field[] => [
  ...texts('custbody_tieout_billing_mode', 'custbody_tieout_pricing_model', 'custbody_tieout_tax_profile'),
  amount('custbody_tieout_po_limit', labelled('custbody_tieout_po_limit')),
  amount('custbody_tieout_total', labelled('custbody_tieout_total')),
];

export const soldLineFields = (): Field[] => texts('custcol_tieout_role');

export const timeFields = (): Field[] => [
  ...texts(
    'custcol_tieout_role',
    'custcol_tieout_task',
    'custcol_tieout_location',
    'custcol_tieout_currency',
    'custcol_tieout_amount',
    'custcol_tieout_rate_label',
    'custcol_tieout_label',
    'custcol_tieout_billing',
    'custcol_tieout_tax',
    'custcol_tieout_stage',
    'custcol_tieout_work',
  ),
  flag('custcol_tieout_taxable', labelled('custcol_tieout_taxable')),
];
