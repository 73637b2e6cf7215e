// Record types with a date and money on them: expenses, orders, invoices, credits, payments.
import {
  amount,
  choice,
  date,
  type Field,
  flag,
  number,
  type RecordType,
  recordType,
  reference,
  sublist,
  text,
} from './fields.ts';

const customerOrJob = 'customer job';

const transaction = {
  sequence: 'transaction',
  cost: 'transaction',
  table: 'transaction',
  createdName: 'createdDate',
  nameKeys: ['tranid'],
} as const;

const head = (entityTargets: string): Field[] => [
  reference('entity', entityTargets, { label: 'Customer', isMandatory: true }),
  text('tranId', { label: 'Transaction Number', maxLength: 45 }),
  date('tranDate', { label: 'Date', isMandatory: true }),
  text('memo', { maxLength: 999 }),
  reference('subsidiary', 'subsidiary', { label: 'Subsidiary', isMandatory: true }),
  reference('currency', 'currency'),
  number('exchangeRate'),
  reference('department', ''),
  reference('class', ''),
  reference('location', ''),
];

const totals = (): Field[] => [
  amount('subtotal', { isReadOnly: true }),
  amount('taxTotal'),
  amount('total', { isReadOnly: true }),
];

const soldLine = (): Field[] => [
  reference('item', 'serviceitem', { isMandatory: true }),
  number('quantity'),
  number('rate'),
  amount('amount'),
  text('description', { maxLength: 999 }),
  reference('job', 'job', { label: 'Project' }),
  reference('price', ''),
];

const expenseReport = () =>
  recordType(
    'expenseReport',
    [
      ...head('employee'),
      choice('approvalStatus', { 1: 'Pending Approval', 2: 'Approved', 3: 'Rejected', 11: 'In Progress' }),
      text('status', { isReadOnly: true }),
      flag('supervisorApproval'),
      flag('accountingApproval'),
      flag('complete'),
      amount('advance'),
      reference('account', ''),
      amount('amount', { isReadOnly: true }),
      amount('total', { isReadOnly: true }),
    ],
    {
      ...transaction,
      permission: 'TRAN_EXPREPT',
      transactionCode: 'ExpRept',
      sublists: [
        sublist('expense', [
          date('expenseDate'),
          reference('category', ''),
          amount('amount'),
          amount('foreignAmount'),
          reference('currency', 'currency'),
          number('exchangeRate'),
          number('quantity'),
          number('rate'),
          reference('customer', customerOrJob, { label: 'Customer:Project' }),
          reference('projectTask', 'projecttask'),
          flag('isBillable'),
          flag('isNonReimbursable'),
          flag('corporateCreditCard'),
          text('memo', { maxLength: 4000 }),
          text('refNumber'),
          flag('receipt'),
          reference('department', ''),
          reference('class', ''),
          reference('location', ''),
        ]),
      ],
    },
  );

const salesOrderStatus = {
  A: 'Pending Approval',
  B: 'Pending Fulfillment',
  C: 'Cancelled',
  D: 'Partially Fulfilled',
  E: 'Pending Billing/Partially Fulfilled',
  F: 'Pending Billing',
  G: 'Billed',
  H: 'Closed',
};

const salesOrder = () =>
  recordType(
    'salesOrder',
    [
      ...head(customerOrJob),
      reference('job', 'job', { label: 'Project' }),
      date('startDate'),
      date('endDate'),
      text('otherRefNum', { label: 'PO #', maxLength: 45 }),
      reference('terms', 'term'),
      choice('status', salesOrderStatus, { isReadOnly: true }),
      choice('orderStatus', salesOrderStatus),
      ...totals(),
      reference('createdFrom', '', { isReadOnly: true }),
      reference('opportunity', ''),
    ],
    {
      ...transaction,
      permission: 'TRAN_SALESORD',
      transactionCode: 'SalesOrd',
      sublists: [sublist('item', [...soldLine(), reference('billingSchedule', 'billingschedule'), flag('isClosed')])],
    },
  );

const invoice = () =>
  recordType(
    'invoice',
    [
      ...head(customerOrJob),
      reference('job', 'job', { label: 'Project' }),
      date('dueDate'),
      date('startDate'),
      date('endDate'),
      reference('terms', 'term'),
      text('otherRefNum', { label: 'PO #', maxLength: 45 }),
      choice('status', { open: 'Open', paid: 'Paid In Full', void: 'Voided' }, { isReadOnly: true }),
      choice('approvalStatus', { 1: 'Pending Approval', 2: 'Approved', 3: 'Rejected', 11: 'In Progress' }),
      ...totals(),
      amount('amountPaid', { isReadOnly: true }),
      amount('amountRemaining', { isReadOnly: true }),
      reference('createdFrom', 'salesorder', { isReadOnly: true }),
      reference('postingPeriod', ''),
    ],
    {
      ...transaction,
      permission: 'TRAN_CUSTINVC',
      transactionCode: 'CustInvc',
      indexed: ['job'],
      sublists: [
        sublist('item', [...soldLine(), reference('orderDoc', 'salesorder'), text('orderLine'), text('chargeType')]),
        sublist('time', [
          flag('apply'),
          reference('doc', 'timebill'),
          date('billedDate'),
          reference('employee', 'employee'),
          reference('item', 'serviceitem'),
          reference('job', 'job', { label: 'Project' }),
          text('quantity'),
          number('rate'),
          amount('amount'),
          text('memo', { maxLength: 4000 }),
        ]),
        sublist('expCost', [
          flag('apply'),
          reference('doc', 'expensereport'),
          amount('amount'),
          amount('originalAmount'),
          reference('job', 'job', { label: 'Project' }),
          text('memo', { maxLength: 4000 }),
        ]),
      ],
    },
  );

const applied = () => [
  flag('apply'),
  reference('doc', 'invoice'),
  amount('amount'),
  amount('due'),
  amount('total'),
  text('refNum'),
  text('type'),
  reference('job', 'job', { label: 'Project' }),
];

const creditMemo = () =>
  recordType(
    'creditMemo',
    [
      ...head(customerOrJob),
      reference('job', 'job', { label: 'Project' }),
      text('otherRefNum', { label: 'PO #', maxLength: 45 }),
      choice('status', { open: 'Open', applied: 'Fully Applied' }, { isReadOnly: true }),
      ...totals(),
      amount('applied', { isReadOnly: true }),
      amount('unapplied', { isReadOnly: true }),
      reference('createdFrom', 'invoice', { isReadOnly: true }),
    ],
    {
      ...transaction,
      permission: 'TRAN_CUSTCRED',
      transactionCode: 'CustCred',
      sublists: [sublist('item', soldLine()), sublist('apply', applied())],
    },
  );

const customerPayment = () =>
  recordType(
    'customerPayment',
    [
      ...head(customerOrJob).map((each) =>
        each.key === 'entity' ? { ...each, name: 'customer', id: 'customer' } : each,
      ),
      amount('payment', { label: 'Payment Amount', isMandatory: true }),
      reference('account', ''),
      flag('undepFunds'),
      reference('arAcct', ''),
      reference('paymentMethod', ''),
      text('checkNumber'),
      choice('status', { A: 'Not Deposited', R: 'Rejected', B: 'Pending', C: 'Deposited' }, { isReadOnly: true }),
      amount('applied', { isReadOnly: true }),
      amount('unapplied', { isReadOnly: true }),
    ],
    {
      ...transaction,
      permission: 'TRAN_CUSTPYMT',
      transactionCode: 'CustPymt',
      sublists: [sublist('apply', applied())],
    },
  );

export const transactionTypes = (): readonly RecordType[] => [
  expenseReport(),
  salesOrder(),
  invoice(),
  creditMemo(),
  customerPayment(),
];
