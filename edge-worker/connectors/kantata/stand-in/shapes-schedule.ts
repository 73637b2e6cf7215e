// The collections that say when people can work: working weeks, and whose they are; holidays, and time off.
import { type Row, text } from './rows.ts';
import { among, byName, byText, containing, createdOrder, one, references, type Shape, shape } from './shape.ts';

export const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const minutes = Object.fromEntries(weekdays.map((day) => [`${day}_minutes`, 'integer'] as const));
const startOrder = { start_date: byText('start_date') };

/** An empty end is open. */
const isOpenOn = (row: Row, day: string) => text(row, 'end_date') === '' || text(row, 'end_date') >= day;

export const scheduleShapes: readonly Shape[] = [
  shape('workweeks', 'workweek', 53_001, {
    event: { name: 'workweek', subject: 'Workweek', hasDeleted: true },
    kinds: { start_date: 'date', ...minutes },
    associations: {
      workweek_memberships: {
        ...{ field: 'workweek_membership_ids', key: 'workweek_memberships', isSingle: false },
        idsOf: (row, books) =>
          books
            .table('workweek_memberships')
            .by('workweek_id', row.id)
            .map(({ id }) => id),
      },
    },
    orders: { ...createdOrder, ...startOrder },
    defaultOrder: 'start_date:asc',
    filters: {
      effective_date: (value) => (row) => isOpenOn(row, value),
      // Only default weeks of the account are listed; those of people are seen beside their memberships.
      default: () => (row) => row['default'] === true,
    },
    defaults: { default: 'true' },
  }),
  shape('workweek_memberships', 'workweek_membership', 64_001, {
    event: { name: 'workweek_membership', subject: 'WorkweekMembership', hasDeleted: true },
    kinds: { user_id: 'number-id', start_date: 'date', ...minutes },
    updatable: ['start_date', ...Object.keys(minutes)],
    required: ['user_id'],
    associations: { workweek: one('workweek_id', 'workweeks') },
    orders: startOrder,
    defaultOrder: 'start_date:asc',
    filters: {
      effective_date: (value) => (row) => text(row, 'start_date') <= value && isOpenOn(row, value),
      user_ids: among('user_id'),
    },
  }),
  shape('time_off_entries', 'time_off_entry', 88_001, {
    subject: 'TimeOffEntry',
    event: { name: 'time_off_entry', subject: 'TimeOffEntry', hasDeleted: true },
    kinds: { user_id: 'id', hours: 'decimal', requested_date: 'date' },
    updatable: ['hours'],
    required: ['user_id', 'hours', 'requested_date'],
    associations: { external_references: references('TimeOffEntry'), user: one('user_id', 'users') },
    // It has no `order` and shows no stamps.
    concealed: ['created_at', 'updated_at'],
    filters: {
      start_date: (value) => (row) => text(row, 'requested_date') > value,
      end_date: (value) => (row) => text(row, 'requested_date') < value,
      user_id: among('user_id'),
      user_ids: among('user_id'),
    },
  }),
  shape('holidays', 'holiday', 91_001, {
    kinds: { name: 'text', start_date: 'date', end_date: 'date', paid: 'flag', holiday_calendar_ids: 'ids' },
    required: ['name', 'start_date'],
    concealed: ['created_at', 'updated_at'],
    ranges: [],
    orders: startOrder,
    defaultOrder: 'start_date:asc',
    filters: { matching: containing('name') },
  }),
  shape('holiday_calendars', 'holiday_calendar', 92_001, {
    kinds: { name: 'text' },
    required: ['name'],
    concealed: ['created_at', 'updated_at'],
    ranges: [],
    orders: { name: byName('name') },
    defaultOrder: 'name:asc',
  }),
  shape('holiday_calendar_associations', 'holiday_calendar_association', 93_001, {
    kinds: { holiday_id: 'id', holiday_calendar_id: 'id' },
    required: ['holiday_id', 'holiday_calendar_id'],
    concealed: ['created_at', 'updated_at'],
    ranges: [],
    associations: {
      holiday: one('holiday_id', 'holidays'),
      holiday_calendar: one('holiday_calendar_id', 'holiday_calendars'),
    },
  }),
  shape('holiday_calendar_memberships', 'holiday_calendar_membership', 94_001, {
    kinds: { user_id: 'number-id', holiday_calendar_id: 'id', start_date: 'date' },
    updatable: ['holiday_calendar_id', 'start_date'],
    required: ['user_id', 'holiday_calendar_id', 'start_date'],
    associations: { holiday_calendar: one('holiday_calendar_id', 'holiday_calendars') },
    orders: startOrder,
    defaultOrder: 'start_date:desc',
    filters: { by_user_id: among('user_id'), by_holiday_calendar_id: among('holiday_calendar_id') },
  }),
];
