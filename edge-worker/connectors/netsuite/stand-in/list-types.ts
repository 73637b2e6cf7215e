// Set-up lists: subsidiaries, currencies, terms, services, billing schedules.
import { choice, date, flag, number, type RecordType, recordType, reference, sublist, text } from './fields.ts';

const subsidiary = () =>
  recordType(
    'subsidiary',
    [
      text('name', { isMandatory: true }),
      reference('currency', 'currency', { isMandatory: true }),
      text('legalName'),
      text('country', { maxLength: 2 }),
      reference('parent', 'subsidiary'),
      flag('isElimination'),
      text('fullName', { isReadOnly: true }),
      flag('isInactive', { label: 'Inactive' }),
    ],
    { permission: 'LIST_SUBSIDIARY' },
  );

const billingSchedule = () =>
  recordType(
    'billingSchedule',
    [
      text('name', { isMandatory: true }),
      choice('frequency', {
        DAILY: 'Daily',
        WEEKLY: 'Weekly',
        MONTHLY: 'Monthly',
        QUARTERLY: 'Quarterly',
        NEVER: 'Never',
      }),
      choice('scheduleType', {
        1: 'Standard',
        2: 'Charge-Based',
        3: 'Fixed Bid, Interval',
        4: 'Fixed Bid, Milestone',
        5: 'Time and Materials',
      }),
      reference('job', 'job', { label: 'Project' }),
      flag('inArrears'),
      text('initialAmount'),
      reference('initialTerms', 'term'),
      number('numberRemaining'),
    ],
    {
      permission: 'LIST_BILLINGSCHEDULE',
      indexed: ['job'],
      sublists: [
        sublist('milestone', [
          number('milestoneAmount'),
          date('milestoneDate'),
          date('milestoneActualCompletionDate'),
          flag('milestoneCompleted'),
          reference('projectTask', 'projecttask'),
          reference('milestoneTerms', 'term'),
          text('comments'),
        ]),
        sublist('recurrence', [
          text('amount'),
          number('count'),
          date('recurrenceDate'),
          text('recurrencePattern'),
          text('units'),
        ]),
      ],
    },
  );

const accountingPeriod = () =>
  recordType(
    'accountingPeriod',
    [
      text('periodName', { isMandatory: true }),
      date('startDate', { isMandatory: true }),
      date('endDate', { isMandatory: true }),
      reference('parent', 'accountingperiod'),
      flag('isYear'),
      flag('isQuarter'),
      flag('isAdjust'),
      flag('isPosting'),
      flag('closed'),
      flag('allLocked'),
      flag('arLocked'),
      flag('isInactive', { label: 'Inactive' }),
    ],
    { permission: 'ADMI_ACCTPERIODS', nameKeys: ['periodname'], indexed: ['periodname'] },
  );

const lists = () => [
  recordType('currency', [
    text('name', { isMandatory: true }),
    text('symbol', { isMandatory: true, maxLength: 3 }),
    number('currencyPrecision'),
    flag('isInactive', { label: 'Inactive' }),
  ]),
  recordType('term', [text('name', { isMandatory: true }), number('daysUntilNetDue'), flag('isInactive')]),
  recordType(
    'serviceSaleItem',
    [
      text('itemId', { label: 'Item Name/Number', isMandatory: true }),
      text('displayName'),
      number('rate', { label: 'Base Price' }),
      flag('isInactive', { label: 'Inactive' }),
    ],
    { id: 'serviceitem', table: 'item', permission: 'LIST_ITEM', nameKeys: ['itemid'] },
  ),
];

export const listTypes = (): readonly RecordType[] => [subsidiary(), accountingPeriod(), billingSchedule(), ...lists()];
