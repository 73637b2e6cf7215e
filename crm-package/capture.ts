// Which records write outbox rows, and on which changes. A row is two flows: after a save, before a deletion.

export interface CaptureRow {
  readonly object: string;
  readonly title: string;
  /** Null where the row is about the record itself; else the record it is a part of, e.g. the deal of a line. */
  readonly partOf: { readonly object: string; readonly field: string; readonly canMove: boolean } | null;
  /** A save counts when one of these has changed. Other changes are found when the hub polls, some minutes later. */
  readonly fields: readonly string[];
  /** An unused row is shipped switched off: an admin may activate it where the firm keeps contracts or orders. */
  readonly isUsed: boolean;
}

const address = ['BillingStreet', 'BillingCity', 'BillingState', 'BillingPostalCode', 'BillingCountry'];

export const capture: readonly CaptureRow[] = [
  {
    object: 'Account',
    title: 'Account',
    partOf: null,
    fields: [
      'Name',
      'ParentId',
      'AccountNumber',
      'Phone',
      'Website',
      ...address,
      'Legal_Entity__c',
      'Payment_Terms__c',
      'Tax_Number__c',
    ],
    isUsed: true,
  },
  {
    object: 'Change_Order__c',
    title: 'Change Order',
    partOf: null,
    fields: [
      'Name',
      'Opportunity__c',
      'Status__c',
      'Amount__c',
      'Purchase_Order_Raise__c',
      'Approved_On__c',
      'New_End__c',
      'Role__c',
      'Rate__c',
      'Hours__c',
      'Reason__c',
    ],
    isUsed: true,
  },
  {
    object: 'Contact',
    title: 'Contact',
    partOf: { object: 'Account', field: 'AccountId', canMove: true },
    fields: ['AccountId', 'FirstName', 'LastName', 'Email', 'Phone'],
    isUsed: true,
  },
  {
    object: 'Contract',
    title: 'Contract',
    partOf: null,
    fields: ['AccountId', 'Status', 'StartDate', 'ContractTerm'],
    isUsed: false,
  },
  {
    object: 'Opportunity',
    title: 'Opportunity',
    partOf: null,
    fields: [
      'Name',
      'AccountId',
      'StageName',
      'Amount',
      'CloseDate',
      'Billing_From__c',
      'Billing_Mode__c',
      'Delivery_Region__c',
      'End_Date__c',
      'Legal_Entity__c',
      'Payment_Terms__c',
      'Practice__c',
      'Pricing_Model__c',
      'Purchase_Order__c',
      'Purchase_Order_Limit__c',
      'Revenue_End__c',
      'Revenue_Rule__c',
      'Revenue_Start__c',
      'Start_Date__c',
      'Tax_Profile__c',
    ],
    isUsed: true,
  },
  {
    object: 'OpportunityLineItem',
    title: 'Opportunity Product',
    partOf: { object: 'Opportunity', field: 'OpportunityId', canMove: false },
    fields: ['Product2Id', 'Quantity', 'UnitPrice', 'ServiceDate', 'Description'],
    isUsed: true,
  },
  {
    object: 'Order',
    title: 'Order',
    partOf: null,
    fields: ['AccountId', 'Status', 'EffectiveDate', 'EndDate', 'PoNumber'],
    isUsed: false,
  },
];
