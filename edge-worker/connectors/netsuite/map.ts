// Our entities as this vendor's records. Paths are field ids under `values.` and lines under `sublists.` (PROTOCOL.md).

import {
  day,
  dayOrNull,
  exact,
  exactOrNull,
  flag,
  inverseFlag,
  moneyBeside,
  orNull,
  text,
  textOrNull,
  textUpTo,
} from '../codecs.ts';
import { at, type EntityMap, type ExtraRow } from '../connector.ts';
import { listMaps } from './list-maps.ts';
import { scheduleLines } from './schedule.ts';
import {
  amount,
  amountOrNull,
  billingMode,
  billingType,
  coversInvoice,
  currencyCode,
  invoiceLines,
  invoiceStatus,
  listName,
  pricingModel,
  projectStatus,
  rateCardLines,
  soldLines,
  taskStatus,
  taxAmount,
  timeApproval,
} from './values.ts';

/** UNVERIFIED: the flag that says a time entry is on an invoice. The record itself only shows `posted`. */
export const timeBilledAt = 'values.billed';

/** UNVERIFIED: the kind of a time entry that records work done, in contrast to planned work. */
const actualTime = 'A';

const longTextMax = 4000;

const customer: EntityMap<'customer'> = {
  recordType: 'customer',
  canCreate: true,
  canWrite: true,
  required: [],
  awaits: ['parent'],
  fields: {
    name: at('values.companyname', text),
    parent: at('values.parent', textOrNull),
    accountNumber: at('values.accountnumber', textOrNull),
    email: at('values.email', textOrNull),
    phone: at('values.phone', textOrNull),
    website: at('values.url', textOrNull),
    currency: at('values.currency', currencyCode),
    legalEntity: at('values.subsidiary', listName),
    street: at('values.addr1', textOrNull),
    city: at('values.city', textOrNull),
    region: at('values.state', textOrNull),
    postalCode: at('values.zip', textOrNull),
    country: at('values.country', textOrNull),
    taxNumber: at('values.vatregnumber', textOrNull),
    terms: at('values.terms', listName, 'in'),
    isActive: at('values.isinactive', inverseFlag),
  },
};

const project: EntityMap<'project'> = {
  recordType: 'job',
  canCreate: true,
  canWrite: true,
  required: ['customer'],
  fields: {
    name: at('values.companyname', text),
    customer: at('values.parent', textOrNull),
    status: at('values.entitystatus', projectStatus),
    startOn: at('values.startdate', dayOrNull),
    endOn: at('values.projectedenddate', dayOrNull),
    currency: at('values.currency', currencyCode),
    budget: at('values.estimatedrevenue', amountOrNull),
    pricingModel: at('values.jobbillingtype', billingType),
    legalEntity: at('values.subsidiary', listName),
    practice: at('values.custentity_tieout_practice', textOrNull),
    deliveryRegion: at('values.custentity_tieout_region', textOrNull),
    isOpenForTime: at('values.allowtime', flag),
    description: at('values.comments', textUpTo(longTextMax)),
    percentComplete: at('values.custentity_tieout_percent', exactOrNull),
  },
};

/** The lines make the total: an order has none of its own to be set. Ours is kept beside it, for people to compare. */
const contract: EntityMap<'contract'> = {
  recordType: 'salesorder',
  canCreate: true,
  canWrite: true,
  required: ['customer', 'project'],
  fields: {
    name: at('values.memo', text),
    customer: at('values.entity', textOrNull),
    project: at('values.job', textOrNull),
    billingMode: at('values.custbody_tieout_billing_mode', billingMode),
    ledgerBiller: at('values.custbody_tieout_billing_mode', orNull(billingMode), 'in'),
    pricingModel: at('values.custbody_tieout_pricing_model', pricingModel),
    purchaseOrder: at('values.otherrefnum', textOrNull),
    currentPurchaseOrderLimit: at('values.custbody_tieout_po_limit', amountOrNull),
    terms: at('values.terms', listName),
    taxProfile: at('values.custbody_tieout_tax_profile', textOrNull),
    currency: at('values.currency', currencyCode),
    currentTotal: at('values.custbody_tieout_total', amountOrNull),
    signedOn: at('values.trandate', dayOrNull),
    startOn: at('values.startdate', dayOrNull),
    currentEndOn: at('values.enddate', dayOrNull),
    legalEntity: at('values.subsidiary', listName),
    currentRateCard: at('sublists.item', rateCardLines),
    billingSchedule: at('sublists.schedule', scheduleLines),
    revenueRule: at('values.custbody_tieout_rev_rule', textOrNull),
    revenueStartOn: at('values.custbody_tieout_rev_start', dayOrNull),
    revenueEndOn: at('values.custbody_tieout_rev_end', dayOrNull),
    recognised: at('values.custbody_tieout_recognised', amountOrNull, 'in'),
    deferred: at('values.custbody_tieout_deferred', amountOrNull, 'in'),
  },
};

const resource: EntityMap<'resource'> = {
  recordType: 'employee',
  canCreate: false,
  canWrite: false,
  required: [],
  fields: {
    name: at('name', text, 'in'),
    email: at('values.email', textOrNull, 'in'),
    legalEntity: at('values.subsidiary', listName, 'in'),
    isActive: at('values.isinactive', inverseFlag, 'in'),
    joinedOn: at('values.hiredate', dayOrNull, 'in'),
    leftOn: at('values.releasedate', dayOrNull, 'in'),
    costRate: at('values.laborcost', exactOrNull, 'in'),
    costCurrency: at('costcurrency', orNull(currencyCode), 'in'),
  },
};

/** What finance searches and reports by. Text columns of our package; a formula reads our record, never theirs. */
const timeExtra: readonly ExtraRow[] = [
  // Without the lock a billing run would replace the contract's rate by one of the account's own price levels.
  { at: 'values.overriderate', codec: flag, constant: true },
  { at: 'values.timetype', codec: text, constant: actualTime },
  { at: 'values.custcol_tieout_amount', codec: text, formula: 'it.rate == null ? "0" : text(mul(it.hours, it.rate))' },
  {
    at: 'values.custcol_tieout_rate_label',
    codec: text,
    formula: 'it.rate == null ? "no rate" : text(it.rate) + " " + it.currency + " per hour"',
  },
  { at: 'values.custcol_tieout_label', codec: text, formula: 'it.workedOn + ", " + text(it.hours) + " hours"' },
  { at: 'values.custcol_tieout_billing', codec: text, formula: 'it.isBillable ? "billable" : "not billable"' },
  { at: 'values.custcol_tieout_tax', codec: text, formula: 'it.isTaxable ? "taxable" : "not taxable"' },
  { at: 'values.custcol_tieout_stage', codec: text, formula: 'it.approval == "approved" ? "final" : "provisional"' },
  {
    at: 'values.custcol_tieout_work',
    codec: text,
    formula: '(it.role == null ? "no role" : it.role) + " / " + (it.task == null ? "no task" : it.task)',
  },
];

const time: EntityMap<'time'> = {
  recordType: 'timebill',
  canCreate: true,
  canWrite: true,
  withdrawal: 'unapproved',
  required: ['project', 'resource'],
  fields: {
    // The field is called customer, and holds the project.
    project: at('values.customer', textOrNull),
    resource: at('values.employee', textOrNull),
    workedOn: at('values.trandate', day),
    hours: at('values.hours', exact),
    role: at('values.custcol_tieout_role', textOrNull),
    rate: at('values.rate', exactOrNull),
    currency: at('values.custcol_tieout_currency', currencyCode),
    isBillable: at('values.isbillable', flag),
    isTaxable: at('values.custcol_tieout_taxable', flag),
    note: at('values.memo', textUpTo(longTextMax)),
    task: at('values.custcol_tieout_task', textOrNull),
    location: at('values.custcol_tieout_location', textOrNull),
    approval: at('values.approvalstatus', timeApproval),
    isInvoiced: at(timeBilledAt, flag, 'in'),
  },
  extra: timeExtra,
};

/** A line of the person's report of that month. What the report itself says is said once, by the line that makes it. */
const expense: EntityMap<'expense'> = {
  recordType: 'expensereport:expense',
  canCreate: true,
  canWrite: true,
  required: ['project', 'resource'],
  fields: {
    resource: at('values.entity', textOrNull),
    report: at('values.memo', textOrNull, 'out'),
    project: at('line.customer', textOrNull),
    spentOn: at('line.expensedate', day),
    category: at('line.category', textOrNull),
    // In the currency it was spent in: what it comes to in the company's own is the ledger's to say.
    amount: at('line.foreignamount', moneyBeside('line.currency')),
    currency: at('line.currency', currencyCode),
    isBillable: at('line.isbillable', flag),
    isReimbursable: at('line.isnonreimbursable', inverseFlag),
    note: at('line.memo', textUpTo(longTextMax)),
  },
  extra: [
    { at: 'values.trandate', codec: text, formula: 'it.spentOn' },
    // Approved where it was entered; what accounting has to say comes after.
    { at: 'values.complete', codec: flag, constant: true },
    { at: 'values.supervisorapproval', codec: flag, constant: true },
  ],
};

/** UNVERIFIED: that a task without planned work is what the account shows as a milestone. */
const noWork = '0';

const milestone: EntityMap<'milestone'> = {
  recordType: 'projecttask',
  canCreate: true,
  canWrite: true,
  required: ['project'],
  fields: {
    name: at('values.title', text),
    project: at('values.project', textOrNull),
    dueOn: at('values.finishbydate', dayOrNull),
    amount: at('values.custevent_tieout_amount', orNull(moneyBeside('values.custevent_tieout_currency'))),
    currency: at('values.custevent_tieout_currency', currencyCode),
    percentComplete: at('values.custevent_tieout_percent', exactOrNull),
    isComplete: at('values.status', taskStatus),
    completedOn: at('values.custevent_tieout_completed', dayOrNull),
    note: at('values.message', textUpTo(longTextMax)),
  },
  extra: [{ at: 'values.estimatedwork', codec: text, constant: noWork }],
};

/** What one payment settles of one invoice. */
const payment: EntityMap<'payment'> = {
  recordType: 'customerpayment:apply',
  canCreate: false,
  canWrite: false,
  required: [],
  fields: {
    number: at('values.tranid', textOrNull, 'in'),
    customer: at('values.customer', textOrNull, 'in'),
    receivedOn: at('values.trandate', day, 'in'),
    currency: at('values.currency', currencyCode, 'in'),
    checkNumber: at('values.checknumber', textOrNull, 'in'),
    memo: at('values.memo', textOrNull, 'in'),
    invoice: at('line.doc', textOrNull, 'in'),
    project: at('line.job', textOrNull, 'in'),
    amount: at('line.amount', amount, 'in'),
    isFull: at('line', coversInvoice, 'in'),
  },
};

const invoice: EntityMap<'invoice'> = {
  recordType: 'invoice',
  canCreate: true,
  canWrite: true,
  // Its own are made here; those of others come in as they were issued.
  when: 'it.issuedBy != null && it.issuedBy != "erp"',
  required: ['customer', 'project'],
  fields: {
    number: at('values.tranid', text),
    customer: at('values.entity', textOrNull),
    project: at('values.job', textOrNull),
    ledgerNumber: at('values.tranid', textOrNull, 'in'),
    status: at('values.status', invoiceStatus, 'in'),
    issuedOn: at('values.trandate', day),
    dueOn: at('values.duedate', dayOrNull),
    periodStartOn: at('values.startdate', dayOrNull),
    periodEndOn: at('values.enddate', dayOrNull),
    purchaseOrder: at('values.otherrefnum', textOrNull),
    terms: at('values.terms', listName, 'in'),
    memo: at('values.memo', textOrNull),
    legalEntity: at('values.subsidiary', listName, 'in'),
    currency: at('values.currency', currencyCode),
    subtotal: at('values.subtotal', amount, 'in'),
    tax: at('values.taxtotal', taxAmount, 'in'),
    total: at('values.total', amount, 'in'),
    paid: at('values.amountpaid', amount, 'in'),
    balance: at('values.amountremaining', amount, 'in'),
    lines: at('sublists.item', soldLines, 'out'),
  },
  reads: { lines: at('sublists', invoiceLines, 'in') },
};

export const maps = { customer, project, contract, resource, time, expense, milestone, invoice, payment, ...listMaps };
