// The collections that say what it costs: rate cards, milestones, invoices, payments, periods, and the change feed.
import type { Books } from './books.ts';
import { type Row, text } from './rows.ts';
import {
  among,
  back,
  between,
  byName,
  byText,
  containing,
  createdOrder,
  csv,
  many,
  one,
  onlyWhen,
  pointing,
  references,
  type Shape,
  shape,
  stampOrders,
  whether,
} from './shape.ts';

const invoices = shape('invoices', 'invoice', 555_001, {
  subject: 'Invoice',
  event: { name: 'invoice', subject: 'Invoice', hasDeleted: true },
  kinds: {
    time_entry_ids: 'ids',
    expense_ids: 'ids',
    billing_milestone_ids: 'ids',
    workspace_id: 'id',
    workspace_ids: 'ids',
    payment_schedule: 'integer',
    invoice_date: 'date',
    user_invoice_number: 'integer',
    user_invoice_title: 'text',
    draft: 'flag',
    message: 'text',
    purchase_order: 'text',
    project_code: 'text',
    suppress_emails: 'flag',
    tax_rate: 'decimal',
    recipient_id: 'id',
  },
  updatable: [
    'time_entry_ids',
    'expense_ids',
    'billing_milestone_ids',
    'payment_schedule',
    'invoice_date',
    'user_invoice_number',
    'user_invoice_title',
    'draft',
    'message',
    'purchase_order',
    'project_code',
    'tax_rate',
  ],
  required: ['payment_schedule'],
  associations: {
    additional_items: many('additional_item_ids', 'additional_items'),
    billing_milestones: many('billing_milestone_ids', 'billing_milestones'),
    expenses: many('expense_ids', 'expenses'),
    external_references: references('Invoice'),
    fixed_fee_items: many('fixed_fee_item_ids', 'fixed_fee_items'),
    recipient: one('recipient_id', 'users'),
    time_entries: many('time_entry_ids', 'time_entries'),
    user: one('user_id', 'users'),
    workspaces: many('workspace_ids', 'workspaces'),
  },
  concealed: ['total_in_cents'],
  orders: { ...stampOrders, id: (row) => Number(row.id), invoice_date: byText('invoice_date') },
  filters: {
    paid: onlyWhen((row) => row['status'] === 'accepted payment'),
    pending: onlyWhen((row) => row['status'] === 'new' && row['draft'] !== true),
    without_drafts: onlyWhen((row) => row['draft'] !== true),
    user_invoice_number: among('user_invoice_number'),
    within_dates: between('created_at'),
    workspace_id: among('workspace_ids'),
  },
});

const billingMilestones = shape('billing_milestones', 'billing_milestone', 77_001, {
  subject: 'BillingMilestone',
  event: { name: 'billing_milestone', subject: 'BillingMilestone', hasDeleted: true },
  kinds: {
    title: 'text',
    date_to_invoice: 'date',
    amount_in_cents: 'integer',
    workspace_id: 'id',
    story_id: 'id',
    billing_type: 'text',
  },
  updatable: ['title', 'date_to_invoice', 'amount_in_cents', 'billing_type', 'story_id'],
  required: ['title', 'amount_in_cents', 'workspace_id'],
  bulkMax: 100,
  associations: {
    external_references: references('BillingMilestone'),
    invoices: many('invoice_ids', 'invoices'),
    story: one('story_id', 'stories'),
    workspace: one('workspace_id', 'workspaces'),
  },
  // Neither `updated_after` nor an order by updated_at exists here; both are silently without effect.
  orders: createdOrder,
  ranges: [],
  filters: {
    date_between: between('date_to_invoice'),
    story_ids: among('story_id'),
    workspace_ids: among('workspace_id'),
  },
});

/** Published on or before the day, and the latest such one of its set. */
const effectiveOn = (value: string, books: Books) => {
  const effective = new Set<string>();
  for (const set of books.table('rate_card_sets').all()) {
    const version = books.effectiveVersion(set.id, value.slice(0, 10));
    if (version) effective.add(version.id);
  }
  return effective;
};

const rateCardSets = shape('rate_card_sets', 'rate_card_set', 1_201, {
  kinds: { title: 'text', workspace_group_ids: 'ids' },
  required: ['title'],
  associations: {
    rate_card_set_versions: back('rate_card_set_version_ids', 'rate_card_set_versions', 'rate_card_set_id'),
    rate_cards: back('rate_card_ids', 'rate_cards', 'rate_card_set_id'),
    workspace_groups: many('workspace_group_ids', 'workspace_groups'),
  },
  orders: { ...createdOrder, title: byName('title') },
  defaultOrder: 'created_at:asc',
  filters: {
    matching: containing('title'),
    has_currency: (value, books) => (row) =>
      books
        .table('rate_cards')
        .by('rate_card_set_id', row.id)
        .some((card) => card['currency'] === value),
  },
});

const rateCards = shape('rate_cards', 'rate_card', 1_401, {
  subject: 'RateCard',
  kinds: { rate_card_set_id: 'id', rate_card_set_version_id: 'id', currency: 'text' },
  updatable: ['currency'],
  required: ['rate_card_set_id', 'currency'],
  associations: {
    effective_rate_card_version: {
      field: 'effective_rate_card_version_id',
      key: 'rate_card_versions',
      isSingle: true,
      idsOf: (row, books) => {
        const version = books.effectiveCardVersion(row.id, books.today());
        return version ? [version.id] : [];
      },
    },
    external_references: references('RateCard'),
    rate_card_set: one('rate_card_set_id', 'rate_card_sets'),
    rate_card_versions: back('rate_card_version_ids', 'rate_card_versions', 'rate_card_id'),
  },
  orders: createdOrder,
  filters: { currencies: among('currency') },
  finders: { rate_card_set_id: pointing('rate_cards', 'rate_card_set_id') },
});

const rateCardVersions = shape('rate_card_versions', 'rate_card_version', 1_501, {
  kinds: { default_rate: 'integer' },
  verbs: ['show', 'update'],
  associations: {
    rate_card: one('rate_card_id', 'rate_cards'),
    rate_card_roles: back('rate_card_role_ids', 'rate_card_roles', 'rate_card_version_id'),
    rate_card_set_version: one('rate_card_set_version_id', 'rate_card_set_versions'),
  },
  orders: createdOrder,
  filters: {
    effective_on_date: (value, books) => {
      const effective = effectiveOn(value, books);
      return (row) => effective.has(text(row, 'rate_card_set_version_id'));
    },
    rate_card_set_id: (value, books) => (row) =>
      books.table('rate_cards').get(text(row, 'rate_card_id'))?.['rate_card_set_id'] === value,
  },
  finders: {
    rate_card_id: pointing('rate_card_versions', 'rate_card_id'),
    rate_card_set_version_id: pointing('rate_card_versions', 'rate_card_set_version_id'),
  },
});

const externalPayments = shape('external_payments', 'external_payment', 66_001, {
  kinds: { amount_in_cents: 'integer', message: 'text', invoice_id: 'id', workspace_id: 'id' },
  required: ['workspace_id'],
  verbs: ['create', 'show', 'delete'],
  associations: {
    invoice: one('invoice_id', 'invoices'),
    user: one('user_id', 'users'),
    workspace: one('workspace_id', 'workspaces'),
  },
  orders: { ...stampOrders, id: (row) => Number(row.id) },
  filters: { user_id: among('user_id') },
  finders: {
    invoice_id: pointing('external_payments', 'invoice_id'),
    workspace_id: pointing('external_payments', 'workspace_id'),
  },
});

const changedBy = (value: string) => {
  const wanted = csv(value);
  return (row: Row) => wanted.has(String(row['user_id']));
};

export const billingShapes: readonly Shape[] = [
  invoices,
  billingMilestones,
  rateCardSets,
  rateCards,
  rateCardVersions,
  externalPayments,
  shape('additional_items', 'additional_item', 88_001, { verbs: [] }),
  shape('fixed_fee_items', 'fixed_fee_item', 99_001, { verbs: [] }),
  shape('rate_card_set_versions', 'rate_card_set_version', 1_301, {
    kinds: { rate_card_set_id: 'id', effective_date: 'date' },
    updatable: ['effective_date'],
    required: ['rate_card_set_id'],
    associations: {
      rate_card_set: one('rate_card_set_id', 'rate_card_sets'),
      rate_card_versions: back('rate_card_version_ids', 'rate_card_versions', 'rate_card_set_version_id'),
    },
    orders: createdOrder,
    defaultOrder: 'created_at:asc',
    filters: {
      effective_on_date: (value, books) => {
        const effective = effectiveOn(value, books);
        return (row) => effective.has(row.id);
      },
    },
    finders: { rate_card_set_id: pointing('rate_card_set_versions', 'rate_card_set_id') },
  }),
  shape('rate_card_roles', 'rate_card_role', 1_601, {
    kinds: { rate_card_version_id: 'id', role_id: 'id', rate: 'integer' },
    updatable: ['rate'],
    required: ['rate_card_version_id', 'role_id', 'rate'],
    associations: {
      rate_card_version: one('rate_card_version_id', 'rate_card_versions'),
      role: one('role_id', 'roles'),
    },
    orders: createdOrder,
    defaultOrder: 'created_at:asc',
    filters: { with_role_ids: among('role_id') },
    finders: { rate_card_version_id: pointing('rate_card_roles', 'rate_card_version_id') },
  }),
  shape('financial_periods', 'financial_period', 201, {
    kinds: {
      start_date: 'date',
      end_date: 'date',
      status: 'text',
      period_type: 'text',
      timesheets_approved: 'flag',
      expense_reports_approved: 'flag',
    },
    verbs: ['show'],
    orders: { ...stampOrders, start_date: byText('start_date') },
    defaultOrder: 'start_date:asc',
    filters: { timesheets_approved: whether('timesheets_approved') },
  }),
  shape('subscribed_events', 'subscribed_event', 9_001, {
    verbs: [],
    optional: ['previous_payload', 'current_payload', 'payload_changes'],
    concealed: ['updated_at'],
    associations: { subject: { field: 'subject_ref', key: '', isSingle: true, idsOf: () => [] } },
    orders: createdOrder,
    ranges: ['created'],
    filters: {
      event_types: among('event_type'),
      subject_type: (value) => (row) => row['subject_type'] === value,
      subject_id: among('subject_id'),
      user_ids: changedBy,
    },
  }),
];
