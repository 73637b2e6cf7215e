// The tables: which field of ours stands where in Kantata, written how, in which direction.
import {
  choice,
  day,
  dayOrNull,
  exactOrNull,
  flag,
  inverseFlag,
  minutesAsHours,
  moneyBeside,
  orNull,
  text,
  textOrNull,
} from '../codecs.ts';
import { at, type ConnectorSpec } from '../connector.ts';
import {
  billedSources,
  cents,
  daysOff,
  invoiceNumber,
  invoiceStatus,
  issuedLines,
  priceOrNull,
  projectStatus,
  recordId,
  standing,
  workingWeeks,
} from './codecs.ts';

type Maps = ConnectorSpec<string, never, never>['maps'];

const approval = choice('kantata-approval', {
  open: 'open',
  submitted: 'submitted',
  approved: 'approved',
  rejected: 'rejected',
});
const billingMode = choice('kantata-billing-mode', { erp: 'erp', psa: 'psa', platform: 'platform' });

export const maps = {
  customer: {
    recordType: 'workspace_groups',
    canCreate: true,
    canWrite: true,
    required: [],
    fields: {
      name: at('name', text),
      email: at('email', textOrNull),
      phone: at('phone_number', textOrNull),
      website: at('website', textOrNull),
      // They keep one address text: five fields go in, none can be told apart again.
      street: at('address_parts.street', textOrNull, 'out'),
      city: at('address_parts.city', textOrNull, 'out'),
      region: at('address_parts.region', textOrNull, 'out'),
      postalCode: at('address_parts.postal_code', textOrNull, 'out'),
      country: at('address_parts.country', textOrNull, 'out'),
    },
    extra: [{ at: 'company', codec: flag, constant: true }],
  },

  project: {
    recordType: 'workspaces',
    canCreate: true,
    canWrite: true,
    required: ['customer'],
    fields: {
      name: at('title', text),
      customer: at('primary_workspace_group_id', recordId),
      status: at('status_key', projectStatus),
      startOn: at('start_date', dayOrNull),
      endOn: at('due_date', dayOrNull),
      currency: at('currency', text),
      budget: at('price', priceOrNull),
      description: at('description', textOrNull),
      isOpenForTime: at('archived', inverseFlag, 'in'),
      percentComplete: at('percentage_complete', exactOrNull, 'in'),
    },
    extra: [
      { at: 'creator_role', codec: text, constant: 'maven' },
      { at: 'require_time_approvals', codec: flag, constant: true },
    ],
  },

  contract: {
    recordType: 'workspaces',
    livesOn: 'project',
    canCreate: false,
    canWrite: true,
    required: [],
    fields: {
      purchaseOrder: at('custom_fields.purchaseOrder', textOrNull, 'out'),
      billingMode: at('custom_fields.billingMode', billingMode, 'out'),
      deliveryRegion: at('custom_fields.deliveryRegion', textOrNull, 'out'),
      recognised: at('custom_fields.recognised', orNull(moneyBeside('currency')), 'out'),
      deferred: at('custom_fields.deferred', orNull(moneyBeside('currency')), 'out'),
    },
  },

  resource: {
    recordType: 'users',
    canCreate: false,
    canWrite: false,
    required: [],
    fields: {
      name: at('full_name', text, 'in'),
      email: at('email_address', textOrNull, 'in'),
      role: at('role_name', textOrNull, 'in'),
      isActive: at('disabled', inverseFlag, 'in'),
      workingWeeks: at('working_weeks', orNull(workingWeeks), 'in'),
      daysOff: at('days_off', orNull(daysOff), 'in'),
    },
  },

  time: {
    recordType: 'time_entries',
    canCreate: false,
    canWrite: false,
    required: [],
    fields: {
      project: at('workspace_id', recordId, 'in'),
      resource: at('user_id', recordId, 'in'),
      workedOn: at('date_performed', day, 'in'),
      hours: at('time_in_minutes', minutesAsHours, 'in'),
      role: at('role_name', textOrNull, 'in'),
      rate: at('rate', exactOrNull, 'in'),
      currency: at('currency', text, 'in'),
      isBillable: at('billable', flag, 'in'),
      isTaxable: at('taxable', flag, 'in'),
      note: at('notes', textOrNull, 'in'),
      task: at('story_title', textOrNull, 'in'),
      location: at('location', textOrNull, 'in'),
      approval: at('approval', approval, 'in'),
    },
  },

  expense: {
    recordType: 'expenses',
    canCreate: false,
    canWrite: false,
    required: [],
    fields: {
      project: at('workspace_id', recordId, 'in'),
      resource: at('user_id', recordId, 'in'),
      spentOn: at('date', day, 'in'),
      category: at('category', textOrNull, 'in'),
      amount: at('amount', moneyBeside('currency'), 'in'),
      currency: at('currency', text, 'in'),
      // Written as `billable`, read as `is_billable`.
      isBillable: at('is_billable', flag, 'in'),
      isReimbursable: at('reimbursable', flag, 'in'),
      isTaxable: at('taxable', flag, 'in'),
      note: at('notes', textOrNull, 'in'),
      report: at('report', textOrNull, 'in'),
      approval: at('approval', approval, 'in'),
    },
  },

  milestone: {
    recordType: 'billing_milestones',
    canCreate: false,
    canWrite: false,
    required: [],
    fields: {
      name: at('title', text, 'in'),
      project: at('workspace_id', recordId, 'in'),
      dueOn: at('date_to_invoice', dayOrNull, 'in'),
      amount: at('amount', orNull(moneyBeside('currency')), 'in'),
      currency: at('currency', text, 'in'),
      percentComplete: at('percentage_complete', exactOrNull, 'in'),
      isComplete: at('is_complete', flag, 'in'),
    },
  },

  invoice: {
    recordType: 'invoices',
    canCreate: true,
    canWrite: true,
    // They refuse an invoice without lines, and the only lines we can name there are sources of theirs.
    when: 'it.lines.exists(line, line.time != null || line.expense != null || line.milestone != null)',
    required: ['project'],
    fields: {
      number: at('user_invoice_number', invoiceNumber, 'out'),
      project: at('workspace_id', recordId),
      status: at('status', invoiceStatus, 'out'),
      issuedOn: at('invoice_date', day),
      dueOn: at('due_date', dayOrNull, 'out'),
      purchaseOrder: at('purchase_order', textOrNull),
      memo: at('message', textOrNull),
      lines: at('billed', billedSources, 'out'),
      customer: at('issued.customer', textOrNull, 'in'),
      standing: at('status', standing, 'in'),
      currency: at('currency', text, 'in'),
      subtotal: at('issued.net', moneyBeside('currency'), 'in'),
    },
    reads: {
      number: at('issued.number', text, 'in'),
      dueOn: at('due_date', dayOrNull, 'in'),
      lines: at('issued.lines', issuedLines, 'in'),
    },
    extra: [{ at: 'suppress_emails', codec: flag, constant: true }],
  },

  payment: {
    recordType: 'external_payments',
    canCreate: true,
    canWrite: true,
    required: ['project'],
    // A payment cannot be changed afterwards, so it waits for its invoice while that is on its way.
    awaits: ['invoice'],
    fields: {
      number: at('message', textOrNull, 'out'),
      project: at('workspace_id', recordId, 'out'),
      invoice: at('invoice_id', recordId, 'out'),
      amount: at('amount_in_cents', cents, 'out'),
      isFull: at('is_full', flag, 'out'),
    },
  },
} satisfies Maps;
