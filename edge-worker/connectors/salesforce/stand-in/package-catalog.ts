// What our package adds to the org (PROTOCOL.md): its own record types, and fields on accounts and opportunities.
import { area, date, decimal, link, moment, money, pick, text, type, url, whole } from './catalog-words.ts';
import type { FieldShape, TypeShape } from './shape.ts';

const key = { isExternalId: true, isUnique: true, isIndexed: true };
const terms = ['DUE', 'NET7', 'NET10', 'NET14', 'NET15', 'NET30', 'NET45', 'NET60', 'NET90'];

export const ownAccountFields = (ns: string): readonly FieldShape[] => [
  text(`${ns}Tieout_Id__c`, 'Tieout Id', 64, key),
  text(`${ns}Tax_Number__c`, 'Tax Number', 40),
  pick(`${ns}Payment_Terms__c`, 'Payment Terms', terms, { isRestricted: false }),
  text(`${ns}Legal_Entity__c`, 'Legal Entity', 120),
];

export const ownOpportunityFields = (ns: string): readonly FieldShape[] => [
  text(`${ns}Tieout_Id__c`, 'Tieout Id', 64, key),
  pick(`${ns}Billing_Mode__c`, 'Billing Mode', ['erp', 'psa', 'platform']),
  text(`${ns}Purchase_Order__c`, 'Purchase Order', 80),
  money(`${ns}Purchase_Order_Limit__c`, 'Purchase Order Limit'),
  pick(`${ns}Payment_Terms__c`, 'Payment Terms', terms, { isRestricted: false }),
  text(`${ns}Tax_Profile__c`, 'Tax Profile', 80),
  date(`${ns}Start_Date__c`, 'Start Date'),
  date(`${ns}End_Date__c`, 'End Date'),
  text(`${ns}Legal_Entity__c`, 'Legal Entity', 120),
  text(`${ns}Practice__c`, 'Practice', 80),
  pick(`${ns}Pricing_Model__c`, 'Pricing Model', ['time-and-materials', 'fixed-fee', 'milestone']),
];

const frozen = { isImmutable: true };

const outbox = (ns: string): TypeShape =>
  type(`${ns}Outbox__c`, 'Tieout Outbox', { prefix: 'a00', plural: 'Tieout Outbox' }, [
    text('Name', 'Sequence', 80, { isCalculated: true, autoNumber: '' }),
    text(`${ns}Kind__c`, 'Kind', 40, { ...frozen, isRequired: true }),
    text(`${ns}Object_Name__c`, 'Object', 80, frozen),
    text(`${ns}Record_Id__c`, 'Record Id', 18, { ...frozen, isIndexed: true }),
    text(`${ns}Actor_Id__c`, 'Actor', 18, frozen),
  ]);

const syncStatus = (ns: string): TypeShape =>
  type(`${ns}Sync_Status__c`, 'Sync Status', { prefix: 'a01', plural: 'Sync Statuses' }, [
    text('Name', 'Sync Number', 80, { isCalculated: true, autoNumber: 'SYNC-' }),
    text(`${ns}Sync_Ref__c`, 'Sync Ref', 120, { ...key, isCaseSensitive: true, isRequired: true }),
    text(`${ns}Record_Id__c`, 'Record Id', 18, { isExternalId: true, isIndexed: true }),
    text(`${ns}Target_System__c`, 'Target System', 40),
    text(`${ns}Status__c`, 'Status', 40),
    text(`${ns}Reason__c`, 'Reason', 80),
    area(`${ns}Params__c`, 'Params', 32_768),
    text(`${ns}External_Ref__c`, 'External Reference', 120),
    url(`${ns}Link__c`, 'Link'),
    moment(`${ns}Last_Synced__c`, 'Last Synced'),
    moment(`${ns}Next_Attempt__c`, 'Next Attempt'),
    text(`${ns}Owner__c`, 'Owner', 80),
    area(`${ns}Amounts__c`, 'Amounts', 32_768),
  ]);

const invoice = (ns: string): TypeShape =>
  type(`${ns}Invoice__c`, 'Invoice', { prefix: 'a02' }, [
    text('Name', 'Invoice Number', 80),
    text(`${ns}Tieout_Id__c`, 'Tieout Id', 64, key),
    link(`${ns}Account__c`, 'Account', 'Account', { children: `${ns}Invoices__r`, onParentDelete: 'clear' }),
    link(`${ns}Opportunity__c`, 'Opportunity', 'Opportunity', {
      children: `${ns}Invoices__r`,
      onParentDelete: 'clear',
    }),
    pick(`${ns}Status__c`, 'Status', ['draft', 'open', 'paid', 'void']),
    date(`${ns}Issued_On__c`, 'Issued On'),
    date(`${ns}Due_On__c`, 'Due On'),
    date(`${ns}Period_Start__c`, 'Period Start'),
    date(`${ns}Period_End__c`, 'Period End'),
    text(`${ns}Purchase_Order__c`, 'Purchase Order', 80),
    text(`${ns}Terms__c`, 'Terms', 80),
    text(`${ns}Memo__c`, 'Memo', 255),
    text(`${ns}Legal_Entity__c`, 'Legal Entity', 120),
    money(`${ns}Subtotal__c`, 'Subtotal'),
    money(`${ns}Tax__c`, 'Tax'),
    money(`${ns}Total__c`, 'Total'),
    money(`${ns}Paid__c`, 'Paid'),
    money(`${ns}Balance__c`, 'Balance'),
    whole(`${ns}Line_Count__c`, 'Line Count'),
    decimal(`${ns}Hours__c`, 'Hours', 18, 2),
    text(`${ns}Project_Ref__c`, 'Project Reference', 120),
    whole(`${ns}Days_Overdue__c`, 'Days Overdue'),
    url(`${ns}Link__c`, 'Link'),
  ]);

const statusChanged = (ns: string): TypeShape =>
  type(`${ns}Sync_Status_Changed__e`, 'Sync Status Changed', { prefix: 'e02', hasNoOwner: true, isEvent: true }, [
    text(`${ns}Record_Id__c`, 'Record Id', 18),
  ]);

export const packageTypes = (ns: string): readonly TypeShape[] => [
  outbox(ns),
  syncStatus(ns),
  invoice(ns),
  statusChanged(ns),
];
