// Set-up lists (subsidiaries, currencies, terms, services, billing schedules) and our own custom records.
import {
  choice,
  date,
  flag,
  instant,
  longText,
  number,
  type RecordType,
  recordType,
  reference,
  sublist,
  text,
} from './fields.ts';

const subsidiary = () =>
  recordType(
    'subsidiary',
    [
      text('name', { isMandatory: true }),
      reference('currency', 'currency', { isMandatory: true }),
      text('country', { maxLength: 2 }),
      reference('parent', 'subsidiary'),
      flag('isElimination'),
      text('fullName', { isReadOnly: true }),
      flag('isInactive', { label: 'Inactive' }),
    ],
    { permission: 'LIST_SUBSIDIARY', isWatched: true },
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
      isWatched: true,
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

const custom = {
  cost: 'custom',
  permission: 'LIST_CUSTRECORDENTRY',
  createdName: 'created',
  modifiedName: 'lastModified',
} as const;

// PROTOCOL.md: both records are ours.
const outbox = () =>
  recordType(
    'customrecord_tieout_outbox',
    [
      text('custrecord_tieout_ob_rectype'),
      text('custrecord_tieout_ob_recid'),
      text('custrecord_tieout_ob_event'),
      flag('custrecord_tieout_ob_sent'),
      number('custrecord_tieout_ob_tries'),
    ],
    custom,
  );

const status = () =>
  recordType(
    'customrecord_tieout_status',
    [
      text('custrecord_tieout_st_rectype'),
      text('custrecord_tieout_st_recid'),
      text('custrecord_tieout_st_system'),
      text('custrecord_tieout_st_state'),
      text('custrecord_tieout_st_reason'),
      longText('custrecord_tieout_st_params'),
      longText('custrecord_tieout_st_link'),
      instant('custrecord_tieout_st_last'),
      instant('custrecord_tieout_st_next'),
      text('custrecord_tieout_st_owner'),
      longText('custrecord_tieout_st_amounts'),
    ],
    { ...custom, indexed: ['custrecord_tieout_st_recid'] },
  );

export const listTypes = (): readonly RecordType[] => [subsidiary(), billingSchedule(), ...lists(), outbox(), status()];
