// Time entries and the weekly sheets they lie in.
import { choice, date, flag, hours, number, type RecordType, recordType, reference, text } from './fields.ts';

const timeApproval = { 1: 'Open', 2: 'Pending Approval', 3: 'Approved', 4: 'Rejected' };
const customerOrJob = 'customer job';

const timeBill = () =>
  recordType(
    'timeBill',
    [
      reference('employee', 'employee', { isMandatory: true }),
      date('tranDate', { label: 'Date', isMandatory: true }),
      hours('hours', { label: 'Duration', isMandatory: true }),
      reference('customer', customerOrJob, { label: 'Customer:Project' }),
      reference('caseTaskEvent', 'projecttask', { label: 'Case/Task/Event' }),
      reference('item', 'serviceitem', { label: 'Service Item' }),
      flag('isBillable', { label: 'Billable' }),
      flag('isProductive'),
      flag('isUtilized'),
      flag('isExempt'),
      reference('billingClass', ''),
      reference('department', ''),
      reference('class', ''),
      reference('location', ''),
      reference('subsidiary', 'subsidiary', { isReadOnly: true }),
      text('memo', { maxLength: 4000 }),
      reference('price', '', { label: 'Price Level' }),
      number('rate'),
      flag('overrideRate'),
      choice('timeType', { A: 'Actual Time', P: 'Planned Time', B: 'Allocated Time' }),
      choice('approvalStatus', timeApproval),
      flag('supervisorApproval'),
      reference('nextApprover', 'employee', { isReadOnly: true }),
      text('rejectionNote', { maxLength: 4000 }),
      flag('posted', { isReadOnly: true }),
      // FACTS.md#unverified: the name of the flag that says that an invoice has the entry.
      flag('billed', { isReadOnly: true }),
      reference('timesheet', 'timesheet', { isReadOnly: true }),
      flag('timeModified', { isReadOnly: true }),
    ],
    {
      cost: 'transaction',
      permission: 'TRAN_TIMEBILL',
      createdName: 'createdDate',
      nameKeys: [],
      indexed: ['customer', 'employee'],
    },
  );

const timeSheet = () =>
  recordType(
    'timeSheet',
    [
      reference('employee', 'employee', { isMandatory: true }),
      date('startDate', { isMandatory: true }),
      date('endDate', { isReadOnly: true }),
      number('totalHours', { isReadOnly: true }),
      number('submittedHours', { isReadOnly: true }),
      number('rejectedHours', { isReadOnly: true }),
      choice('approvalStatus', timeApproval),
      choice('lockStatus', { unlocked: 'Unlocked', locked: 'Locked', partially: 'Partially Locked' }),
    ],
    {
      cost: 'transaction',
      permission: 'TRAN_TIMEBILL',
      createdName: 'createdDate',
      nameKeys: [],
      indexed: ['employee'],
    },
  );

export const timeTypes = (): readonly RecordType[] => [timeBill(), timeSheet()];
