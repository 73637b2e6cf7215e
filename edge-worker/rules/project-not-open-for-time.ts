// Hours and expenses belong on a project that takes them: one that is closed, or not open yet, is a question for
// whoever runs it.
import { entities } from '../../shared/entities/_registry.ts';
import { defineRule, type Surroundings } from './rule.ts';

const { project } = entities.time.example;
const on = (record: Readonly<Record<string, unknown>>): Surroundings => ({
  [project ?? '']: { kind: 'project', record },
});

export const projectNotOpenForTime = defineRule({
  name: 'project-not-open-for-time',
  title: 'Project is not open for time',
  kinds: ['time', 'expense'],
  towards: ['erp', 'billing'],
  owner: 'delivery',
  dueMinutes: 960,
  actions: ['retry', 'approve', 'reject'],
  check: ({ kind, record, isCreate, lookup }) => {
    const found = lookup('project', record.project);
    // What is there already may still be corrected.
    if (!found || !isCreate) return null;
    const isClosed = found.status === 'closed' || (kind === 'time' && found.isOpenForTime === false);
    if (!isClosed) return null;
    return { code: 'project-not-open-for-time', params: { project: found.name ?? '', status: found.status ?? '' } };
  },
  examples: [
    { title: 'Hours on an open project pass', record: {}, around: on({}), holds: null },
    {
      title: 'Hours on a project that takes none are held',
      record: {},
      around: on({ isOpenForTime: false }),
      holds: 'project-not-open-for-time',
    },
    {
      title: 'An expense may come in after the last hours',
      kind: 'expense',
      record: {},
      around: on({ isOpenForTime: false }),
      holds: null,
    },
    {
      title: 'Nothing is spent on a closed project',
      kind: 'expense',
      record: {},
      around: on({ status: 'closed' }),
      holds: 'project-not-open-for-time',
    },
    {
      title: 'Hours that the ledger has may be corrected after the project was closed',
      record: {},
      isCreate: false,
      around: on({ status: 'closed' }),
      holds: null,
    },
  ],
});
