// The indicators: what each says, what it is counted in, and what counts as good unless an installation says otherwise.

interface IndicatorMeaning {
  readonly title: string;
  /** How it is made, for whoever has to trust it. */
  readonly text: string;
  readonly unit: 'records' | 'ms' | 'share' | 'per-thousand' | 'money';
  readonly better: 'less' | 'more';
  /** In the same unit; of records those that are late. Null where there is no target until somebody sets one. */
  readonly target: number | null;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const indicators = {
  'deals-without-project': {
    title: 'Won deals without a project',
    text: 'Deals that are won and whose project does not stand in the PSA yet. Late are those beyond their target.',
    ...{ unit: 'records', better: 'less', target: 0 },
  },
  'quote-to-project': {
    title: 'Quote-to-project time',
    text: 'From when a deal was read as won until its project stood in the PSA; half of them took less.',
    ...{ unit: 'ms', better: 'less', target: hour },
  },
  'approved-not-posted': {
    title: 'Approved work not posted',
    text: 'Approved time and expenses, completed milestones, not in the ERP yet. Late are those beyond their target.',
    ...{ unit: 'records', better: 'less', target: 0 },
  },
  'approved-to-posted': {
    title: 'Approved-to-posted time',
    text: 'From when work was read as approved until it stood in the ERP; half of it took less.',
    ...{ unit: 'ms', better: 'less', target: 4 * hour },
  },
  'unbilled-work': {
    title: 'Unbilled work in progress',
    text: 'Approved billable time and expenses, completed milestones, that no invoice has billed, at their own price.',
    ...{ unit: 'money', better: 'less', target: null },
  },
  'invoice-cycle': {
    title: 'Invoice cycle time',
    text: 'From when work was read as approved until an invoice that bills it was read; half of it took less.',
    ...{ unit: 'ms', better: 'less', target: 35 * day },
  },
  'exception-rate': {
    title: 'Exception rate',
    text: 'Exceptions raised for each record that was new or changed. Another complaint about one counts anew.',
    ...{ unit: 'share', better: 'less', target: 0.02 },
  },
  'sync-lag': {
    title: 'Synchronisation lag',
    text: 'From when a change was told of, or let go, until the other system had it; half of them took less.',
    ...{ unit: 'ms', better: 'less', target: 5 * minute },
  },
  'money-at-risk': {
    title: 'Money at risk',
    text: 'What waits for people, at its price; a deal, its project and its contract are one sale and count once.',
    ...{ unit: 'money', better: 'less', target: null },
  },
  'recovery-time': {
    title: 'Recovery time',
    text: 'From when an exception was raised until it was closed, by a person or by itself; half of them took less.',
    ...{ unit: 'ms', better: 'less', target: 8 * hour },
  },
  'manual-touches': {
    title: 'Manual touches per 1,000 records',
    text: 'Answers, assignments, snoozes and requests to sync; an answer to a whole cause is one.',
    ...{ unit: 'per-thousand', better: 'less', target: 20 },
  },
  'manual-minutes': {
    title: 'Manual minutes per 1,000 records',
    text: 'How long people spent on exceptions.',
    ...{ unit: 'per-thousand', better: 'less', target: null },
  },
  'project-margin': {
    title: 'Margin per project',
    text:
      'What was billed and is still to be billed, less approved hours at what an hour of the person costs now and ' +
      'approved expenses. Half of the projects keep a larger share of it.',
    ...{ unit: 'share', better: 'more', target: null },
  },
  utilisation: {
    title: 'Utilisation',
    text:
      'Approved billable hours out of the hours of people’s working weeks, from the first of the month to today. ' +
      'Holidays and time off are deducted where they are told; whoever joined or left counts from the first day to ' +
      'the last. Without a working week a person’s hours are left out.',
    ...{ unit: 'share', better: 'more', target: null },
  },
  agreement: {
    title: 'Agreement of the ledgers',
    text: 'Linked records of which a system shows what it should, with nothing under way and nothing held.',
    ...{ unit: 'share', better: 'more', target: 0.99 },
  },
} as const satisfies Readonly<Record<string, IndicatorMeaning>>;

export type IndicatorName = keyof typeof indicators;
/** Shown to those alone who are shown what people cost: of a project with one person it tells as much. */
export const confidentialIndicators: ReadonlySet<IndicatorName> = new Set<IndicatorName>(['project-margin']);
export const indicatorNames = Object.keys(indicators) as IndicatorName[];

/** Why there is no figure. */
export const notKnown = {
  'no-cost': 'Of somebody who worked on it no connected system tells what an hour costs.',
  'mixed-currencies': 'What was earned and what it cost is in several currencies, and Tieout makes no exchange rate.',
  confidential: 'What work costs is shown to finance, approvers and integration admins.',
  'no-capacity': 'No connected system tells Tieout how many hours a person can work.',
  'no-working-days': 'There was no hour to work in these days.',
  'has-left': 'Works here no longer, and no last day is entered: enter it on the person’s record in the ERP.',
  nobody: 'No person stands for whoever worked these hours yet.',
  'not-timed': 'Tieout sees what people decide, not how long they think about it.',
  'none-yet': 'Nothing of the kind has happened in these days.',
} as const;
export type NotKnown = keyof typeof notKnown;
