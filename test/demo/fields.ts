// Where the script's fields stand in each system, and amounts as the systems write them.
import { exponentOf, type Field, type Subject, type System } from './month.ts';

/** Where a field of the script stands in each system: record type and field. */
const fields: Readonly<Record<string, readonly [type: string, field: string]>> = {
  'crm customer phone': ['Account', 'Phone'],
  'crm customer name': ['Account', 'Name'],
  'crm customer terms': ['Account', 'tieout__Payment_Terms__c'],
  'crm contract purchaseOrder': ['Opportunity', 'tieout__Purchase_Order__c'],
  'crm contract limitMinor': ['Opportunity', 'tieout__Purchase_Order_Limit__c'],
  'crm contract taxProfile': ['Opportunity', 'tieout__Tax_Profile__c'],
  'psa customer phone': ['workspace_groups', 'phone_number'],
  'psa customer name': ['workspace_groups', 'name'],
  'psa project name': ['workspaces', 'title'],
  'psa project endOn': ['workspaces', 'due_date'],
  'erp customer phone': ['customer', 'phone'],
  'erp customer name': ['customer', 'companyname'],
  'erp customer terms': ['customer', 'terms'],
  'erp project name': ['job', 'companyname'],
  'erp project endOn': ['job', 'projectedenddate'],
  'erp contract purchaseOrder': ['salesorder', 'otherrefnum'],
  'erp contract limitMinor': ['salesorder', 'custbody_tieout_po_limit'],
  'erp contract taxProfile': ['salesorder', 'custbody_tieout_tax_profile'],
};

export function fieldIn(system: System, subject: Subject, field: Field): readonly [type: string, field: string] {
  const found = fields[`${system} ${subject} ${field}`];
  if (!found) throw new Error(`${system} has no ${subject} ${field}`);
  return found;
}

/** Minor units as a decimal text. */
export function amountText(amountMinor: number, currency: string): string {
  const exponent = exponentOf(currency);
  const digits = String(amountMinor).padStart(exponent + 1, '0');
  return exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}
