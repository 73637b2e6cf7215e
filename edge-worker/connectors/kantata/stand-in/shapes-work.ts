// The collections that say what was done: time, expenses and the submissions that approve them, tasks.
import type { Books } from './books.ts';
import { ids, type Row, text } from './rows.ts';
import {
  among,
  back,
  between,
  byName,
  byNumber,
  byText,
  createdOrder,
  fromArchived,
  one,
  onlyWhen,
  pointing,
  references,
  type Shape,
  shape,
  stampOrders,
  whateverSent,
  when,
  whether,
  workspaceOf,
} from './shape.ts';

const isApproved = (rule: string) => (row: Row, books: Books) =>
  row['approved'] === true || workspaceOf(row, books)?.[rule] === false;

const lineFilters = (rule: string) => ({
  approved: whateverSent(isApproved(rule)),
  invoiced: whateverSent((row) => row['is_invoiced'] === true),
  uninvoiced: whateverSent((row) => row['is_invoiced'] !== true),
  created_by: among('user_id'),
  in_active_invoice_id: among('invoice_id'),
  from_archived_workspaces: fromArchived,
  workspace_ids: among('workspace_id'),
});

const activeLines = (submissions: string, field: string) => (value: string, books: Books) => {
  const submission = books.table(submissions).get(value);
  if (!submission || !isActive(submission)) return [];
  return books.rowsOf(field === 'time_entry_ids' ? 'time_entries' : 'expenses', ids(submission, field));
};

const isActive = (row: Row) => row['status'] === 'new' || row['status'] === 'approved';

const timeEntries = shape('time_entries', 'time_entry', 196_500_001, {
  subject: 'TimeEntry',
  event: { name: 'time_entry', subject: 'TimeEntry', hasDeleted: true },
  kinds: {
    workspace_id: 'id',
    date_performed: 'date',
    time_in_minutes: 'integer',
    billable: 'flag',
    taxable: 'flag',
    notes: 'text',
    rate_in_cents: 'integer',
    cost_rate_in_cents: 'integer',
    role_id: 'id',
    story_id: 'id',
    user_id: 'id',
    location: 'text',
  },
  required: ['workspace_id', 'date_performed', 'time_in_minutes'],
  bulkMax: 100,
  associations: {
    active_submission: one('active_submission_id', 'timesheet_submissions'),
    external_references: references('TimeEntry'),
    invoice: one('invoice_id', 'invoices'),
    recent_submission: one('recent_submission_id', 'timesheet_submissions'),
    role: one('role_id', 'roles'),
    story: one('story_id', 'stories'),
    user: one('user_id', 'users'),
    workspace: one('workspace_id', 'workspaces'),
  },
  optional: ['location_id', 'user_can_edit'],
  orders: { ...stampOrders, date_performed: byText('date_performed') },
  defaultOrder: 'date_performed:desc',
  filters: {
    ...lineFilters('require_time_approvals'),
    billable: whether('billable'),
    date_performed_between: between('date_performed'),
    in_active_submission: when((row) => text(row, 'active_submission_id') !== ''),
    with_user_ids: among('user_id'),
  },
  finders: {
    workspace_id: pointing('time_entries', 'workspace_id'),
    with_timesheet_id: activeLines('timesheet_submissions', 'time_entry_ids'),
    with_recent_timesheet_ids: pointing('time_entries', 'recent_submission_id'),
  },
  defaults: { from_archived_workspaces: 'false' },
  showDefaults: ['from_archived_workspaces'],
});

const expenses = shape('expenses', 'expense', 7_300_001, {
  subject: 'Expense',
  event: { name: 'expense', subject: 'Expense', hasDeleted: true },
  kinds: {
    workspace_id: 'id',
    date: 'date',
    category: 'text',
    amount_in_cents: 'integer',
    notes: 'text',
    user_id: 'id',
    receipt_id: 'id',
    billable: 'flag',
    taxable: 'flag',
    story_id: 'id',
    expense_category_id: 'id',
    reimbursable: 'flag',
    vendor_id: 'id',
    foreign_exchange_amount: 'decimal',
    role_id: 'id',
  },
  required: ['workspace_id', 'date', 'category', 'amount_in_cents'],
  bulkMax: 100,
  associations: {
    active_submission: one('active_submission_id', 'expense_report_submissions'),
    expense_category: one('expense_category_id', 'expense_categories'),
    external_references: references('Expense'),
    receipt: one('receipt_id', 'attachments'),
    recent_submission: one('recent_submission_id', 'expense_report_submissions'),
    role: one('role_id', 'roles'),
    story: one('story_id', 'stories'),
    user: one('user_id', 'users'),
    vendor: one('vendor_id', 'vendors'),
    workspace: one('workspace_id', 'workspaces'),
  },
  optional: ['user_can_edit'],
  concealed: ['invoice_id', 'approved'],
  orders: {
    ...createdOrder,
    date: byText('date'),
    amount: byNumber('amount_in_cents'),
    category: byName('category'),
    notes: byName('notes'),
  },
  defaultOrder: 'date:desc',
  filters: {
    ...lineFilters('require_expense_approvals'),
    date_expensed_between: between('date'),
    reimbursable: whether('reimbursable'),
    submitted: onlyWhen((row) => text(row, 'active_submission_id') !== ''),
    unsubmitted: onlyWhen((row) => text(row, 'active_submission_id') === ''),
    mine: onlyWhen((row, books) => text(row, 'user_id') === books.tokenUserId),
  },
  finders: {
    workspace_id: pointing('expenses', 'workspace_id'),
    with_expense_report_id: activeLines('expense_report_submissions', 'expense_ids'),
    with_recent_expense_report_ids: pointing('expenses', 'recent_submission_id'),
  },
  defaults: { from_archived_workspaces: 'false' },
  showDefaults: ['from_archived_workspaces'],
});

const submissionKinds = {
  title: 'text',
  comment: 'text',
  workspace_id: 'id',
  user_id: 'id',
  line_item_ids: 'ids',
} as const;

const submissionFilters = {
  active: onlyWhen(isActive),
  not_cancelled: onlyWhen((row) => row['status'] !== 'cancelled'),
  statuses: among('status'),
  user_ids: among('user_id'),
  workspace_ids: among('workspace_id'),
  workspace_id: among('workspace_id'),
};

const timesheetSubmissions = shape('timesheet_submissions', 'timesheet_submission', 881_001, {
  subject: 'Submission',
  event: { name: 'timesheet', subject: 'TimesheetSubmission', hasDeleted: false },
  kinds: submissionKinds,
  required: ['title', 'workspace_id', 'line_item_ids'],
  verbs: ['create', 'show'],
  associations: {
    external_references: references('Submission'),
    // Lines hang on their newest submission only: after a resubmission the old one lists none.
    time_entries: back('time_entry_ids', 'time_entries', 'recent_submission_id'),
    user: one('user_id', 'users'),
    workspace: one('workspace_id', 'workspaces'),
  },
  // Neither created_at nor updated_at is an order here: `order=updated_at:asc` falls back to the default.
  orders: { date: byText('start_date') },
  defaultOrder: 'date:desc',
  filters: {
    ...submissionFilters,
    start_date: among('start_date'),
    end_date: among('end_date'),
    start_date_after: (value) => (row) => text(row, 'start_date') >= value.slice(0, 10),
  },
});

const expenseReportSubmissions = shape('expense_report_submissions', 'expense_report_submission', 441_001, {
  subject: 'Submission',
  event: { name: 'expense_report', subject: 'ExpenseReportSubmission', hasDeleted: false },
  kinds: submissionKinds,
  required: ['title', 'workspace_id', 'line_item_ids'],
  verbs: ['create', 'show'],
  associations: {
    expenses: back('expense_ids', 'expenses', 'recent_submission_id'),
    external_references: references('Submission'),
    resolutions: back('resolution_ids', 'resolutions', 'target_id'),
    user: one('user_id', 'users'),
    workspace: one('workspace_id', 'workspaces'),
  },
  orders: {
    ...createdOrder,
    date: byText('start_date'),
    amount: byNumber('line_item_total_in_cents'),
    status: byText('status'),
    title: byName('title'),
  },
  filters: {
    ...submissionFilters,
    // Without it only the token's own reports are listed.
    all_on_account: (value, books) => (value === 'true' ? null : (row) => text(row, 'user_id') === books.tokenUserId),
  },
  defaults: { all_on_account: 'false' },
});

export const workShapes: readonly Shape[] = [
  timeEntries,
  expenses,
  timesheetSubmissions,
  expenseReportSubmissions,
  shape('resolutions', 'resolution', 61_001, { verbs: [] }),
  shape('expense_categories', 'expense_category', 3_101, {
    kinds: { name: 'text' },
    required: ['name'],
    orders: { ...stampOrders, name: byName('name') },
    defaultOrder: 'name:asc',
  }),
  shape('vendors', 'vendor', 4_201, { subject: 'Vendor', kinds: { name: 'text' }, required: ['name'] }),
];
