// The collections that say when people can work: working weeks, and whose they are.
import { type Row, text } from './rows.ts';
import { among, byText, createdOrder, one, type Shape, shape } from './shape.ts';

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
];
