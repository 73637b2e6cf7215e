// Which field of ours stands where. Names carry the package's prefix; dialect.ts takes it off where an org has none.
import { day, dayOrNull, exactAsNumber, flag, orNull, text, textOrNull } from '../codecs.ts';
import { at, type EntityMap } from '../connector.ts';
import { amountBeside, recordIdOrNull } from '../kits/salesforce-rest-values.ts';
import {
  billingMode,
  billingSchedule,
  changeOrderStatus,
  invoiceStatus,
  memoText,
  oneRate,
  pricingModel,
  rateCard,
} from './codecs.ts';

const currencyAt = 'CurrencyIsoCode';
const amount = amountBeside(currencyAt);
const amountOrNull = orNull(amount);

/** The field that holds our id wherever the hub creates records. */
export const ourIdField = 'tieout__Tieout_Id__c';

/** Accounts are born here; what the ERP owns, e.g. terms, flows out. A customer let in elsewhere is made here. */
const customer: EntityMap<'customer'> = {
  recordType: 'Account',
  canCreate: true,
  canWrite: true,
  required: [],
  fields: {
    name: at('Name', text),
    accountNumber: at('AccountNumber', textOrNull),
    parent: at('ParentId', recordIdOrNull),
    currency: at(currencyAt, text),
    legalEntity: at('tieout__Legal_Entity__c', textOrNull),
    phone: at('Phone', textOrNull),
    website: at('Website', textOrNull),
    street: at('BillingStreet', textOrNull),
    city: at('BillingCity', textOrNull),
    region: at('BillingState', textOrNull),
    postalCode: at('BillingPostalCode', textOrNull),
    country: at('BillingCountry', textOrNull),
    taxNumber: at('tieout__Tax_Number__c', textOrNull),
    terms: at('tieout__Payment_Terms__c', textOrNull),
  },
};

const deal: EntityMap<'deal'> = {
  recordType: 'Opportunity',
  canCreate: false,
  canWrite: false,
  required: [],
  fields: {
    name: at('Name', text, 'in'),
    customer: at('AccountId', recordIdOrNull, 'in'),
    stage: at('StageName', text, 'in'),
    isWon: at('IsWon', flag, 'in'),
    isClosed: at('IsClosed', flag, 'in'),
    amount: at('Amount', amountOrNull, 'in'),
    currency: at(currencyAt, text, 'in'),
    closeOn: at('CloseDate', dayOrNull, 'in'),
    startOn: at('tieout__Start_Date__c', dayOrNull, 'in'),
    endOn: at('tieout__End_Date__c', dayOrNull, 'in'),
    pricingModel: at('tieout__Pricing_Model__c', pricingModel, 'in'),
    legalEntity: at('tieout__Legal_Entity__c', textOrNull, 'in'),
    deliveryRegion: at('tieout__Delivery_Region__c', textOrNull, 'in'),
    practice: at('tieout__Practice__c', textOrNull, 'in'),
    description: at('Description', textOrNull, 'in'),
  },
};

/** The won deal is the contract: one record, read twice. Only what the ledger has recognised is written to it. */
const contract: EntityMap<'contract'> = {
  recordType: 'Opportunity',
  canCreate: false,
  canWrite: true,
  required: [],
  fields: {
    name: at('Name', text, 'in'),
    customer: at('AccountId', recordIdOrNull, 'in'),
    isSigned: at('IsWon', flag, 'in'),
    billingMode: at('tieout__Billing_Mode__c', billingMode, 'in'),
    billingFrom: at('tieout__Billing_From__c', dayOrNull, 'in'),
    pricingModel: at('tieout__Pricing_Model__c', pricingModel, 'in'),
    purchaseOrder: at('tieout__Purchase_Order__c', textOrNull, 'in'),
    purchaseOrderLimit: at('tieout__Purchase_Order_Limit__c', amountOrNull, 'in'),
    terms: at('tieout__Payment_Terms__c', textOrNull, 'in'),
    taxProfile: at('tieout__Tax_Profile__c', textOrNull, 'in'),
    currency: at(currencyAt, text, 'in'),
    total: at('Amount', amountOrNull, 'in'),
    signedOn: at('CloseDate', dayOrNull, 'in'),
    startOn: at('tieout__Start_Date__c', dayOrNull, 'in'),
    endOn: at('tieout__End_Date__c', dayOrNull, 'in'),
    legalEntity: at('tieout__Legal_Entity__c', textOrNull, 'in'),
    deliveryRegion: at('tieout__Delivery_Region__c', textOrNull, 'in'),
    rateCard: at('OpportunityLineItems', rateCard, 'in'),
    billingSchedule: at('OpportunityLineItems', billingSchedule, 'in'),
    revenueRule: at('tieout__Revenue_Rule__c', textOrNull, 'in'),
    revenueStartOn: at('tieout__Revenue_Start__c', dayOrNull, 'in'),
    revenueEndOn: at('tieout__Revenue_End__c', dayOrNull, 'in'),
    recognised: at('tieout__Recognised__c', amountOrNull, 'out'),
    deferred: at('tieout__Deferred__c', amountOrNull, 'out'),
  },
};

/** A type of our package: orgs book what is agreed later in many ways, and none of them is the platform's own. */
const changeOrder: EntityMap<'change-order'> = {
  recordType: 'tieout__Change_Order__c',
  canCreate: false,
  canWrite: false,
  required: [],
  fields: {
    name: at('Name', text, 'in'),
    contract: at('tieout__Opportunity__c', recordIdOrNull, 'in'),
    status: at('tieout__Status__c', changeOrderStatus, 'in'),
    amount: at('tieout__Amount__c', amountOrNull, 'in'),
    currency: at(currencyAt, text, 'in'),
    purchaseOrderRaise: at('tieout__Purchase_Order_Raise__c', amountOrNull, 'in'),
    approvedOn: at('tieout__Approved_On__c', dayOrNull, 'in'),
    endOn: at('tieout__New_End__c', dayOrNull, 'in'),
    rateCard: at('tieout__Role__c', oneRate, 'in'),
    reason: at('tieout__Reason__c', textOrNull, 'in'),
  },
};

/** A mirror of the ledger's invoices, for the account's and the deal's pages. */
const invoice: EntityMap<'invoice'> = {
  recordType: 'tieout__Invoice__c',
  canCreate: true,
  canWrite: true,
  withdrawal: 'deleted',
  required: ['customer'],
  fields: {
    number: at('Name', text, 'out'),
    customer: at('tieout__Account__c', recordIdOrNull, 'out'),
    status: at('tieout__Status__c', invoiceStatus, 'out'),
    issuedOn: at('tieout__Issued_On__c', day, 'out'),
    dueOn: at('tieout__Due_On__c', dayOrNull, 'out'),
    periodStartOn: at('tieout__Period_Start__c', dayOrNull, 'out'),
    periodEndOn: at('tieout__Period_End__c', dayOrNull, 'out'),
    purchaseOrder: at('tieout__Purchase_Order__c', textOrNull, 'out'),
    legalEntity: at('tieout__Legal_Entity__c', textOrNull, 'out'),
    currency: at(currencyAt, text, 'out'),
    subtotal: at('tieout__Subtotal__c', amount, 'out'),
    tax: at('tieout__Tax__c', amount, 'out'),
    total: at('tieout__Total__c', amount, 'out'),
    paid: at('tieout__Paid__c', amount, 'out'),
    balance: at('tieout__Balance__c', amount, 'out'),
  },
  extra: [
    { at: 'tieout__Line_Count__c', codec: exactAsNumber, formula: 'string(size(it.lines))' },
    {
      at: 'tieout__Hours__c',
      codec: exactAsNumber,
      formula: 'text(sum(it.lines.filter(line, line.time != null).map(line, line.quantity)))',
    },
    { at: 'tieout__Project_Ref__c', codec: text, formula: 'it.project == null ? "" : it.project' },
    // A ledger without named terms still has dates; people read the terms either way.
    {
      at: 'tieout__Terms__c',
      codec: text,
      formula:
        'it.terms != null ? it.terms : (it.dueOn == null ? "" : "NET" + string(daysBetween(it.issuedOn, it.dueOn)))',
    },
    {
      at: 'tieout__Memo__c',
      codec: memoText,
      formula:
        '(it.memo == null ? "" : it.memo + " ") + (it.periodStartOn == null || it.periodEndOn == null ? "" : ' +
        '"(" + it.periodStartOn + " to " + it.periodEndOn + ")")',
    },
  ],
};

export const maps = { customer, deal, contract, 'change-order': changeOrder, invoice };
