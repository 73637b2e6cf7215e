// How Example's records line up with ours. Every row runs both ways, so that the hub alone says who owns a field.
import type { Canonical } from '../../../shared/entities/_registry.ts';
import {
  choice,
  codec,
  day,
  dayOrNull,
  exact,
  exactOrNull,
  flag,
  moneyBeside,
  orNull,
  refuse,
  text,
  textOrNull,
} from '../codecs.ts';
import { at, type Connector, type WireRecord } from '../connector.ts';

const amount = moneyBeside('currency');
const amountOrNull = orNull(amount);
const pricingModel = choice('example-model', {
  'time-and-materials': 'hourly',
  'fixed-fee': 'fixed',
  milestone: 'milestones',
});

function rowsOf(name: string, wire: unknown): readonly WireRecord[] {
  return wire === null || wire === undefined ? [] : Array.isArray(wire) ? wire : refuse(name, wire);
}

const rates = codec<Canonical<'contract'>['rateCard']>(
  'example-rates',
  (wire, record) =>
    rowsOf('example-rates', wire).map((row) => ({
      role: text.decode(row['job'], record),
      rate: exact.decode(row['price'], record),
      hours: exact.decode(row['quantity'], record),
      description: textOrNull.decode(row['text'], record),
    })),
  (lines) => lines.map((line) => ({ job: line.role, price: line.rate, quantity: line.hours, text: line.description })),
);

const lines = codec<Canonical<'invoice'>['lines']>(
  'example-lines',
  (wire, record) =>
    rowsOf('example-lines', wire).map((row) => ({
      line: text.decode(row['line'], record),
      time: textOrNull.decode(row['hours_id'], record),
      description: textOrNull.decode(row['text'], record),
      quantity: exact.decode(row['quantity'], record),
      rate: exactOrNull.decode(row['price'], record),
      amount: amount.decode(row['amount'], record),
    })),
  (list) =>
    list.map((one) => ({
      line: one.line,
      hours_id: one.time,
      text: one.description,
      quantity: one.quantity,
      price: one.rate,
      amount: amount.encode(one.amount),
    })),
);

export const maps = {
  customer: {
    recordType: 'client',
    canCreate: true,
    canWrite: true,
    required: [],
    fields: {
      name: at('display_name', text),
      accountNumber: at('number', textOrNull),
      lifecycle: at('stage', choice('example-stage', { prospect: 'lead', customer: 'client' })),
      currency: at('currency', text),
      legalEntity: at('entity', textOrNull),
      phone: at('phone', textOrNull),
      website: at('web', textOrNull),
      email: at('mail', textOrNull),
      street: at('address.street', textOrNull),
      city: at('address.city', textOrNull),
      region: at('address.state', textOrNull),
      postalCode: at('address.zip', textOrNull),
      country: at('address.country', textOrNull),
      taxNumber: at('vat', textOrNull),
      terms: at('terms', textOrNull),
      isActive: at('active', flag),
    },
  },
  deal: {
    recordType: 'opportunity',
    canCreate: true,
    canWrite: true,
    required: ['customer'],
    fields: {
      name: at('title', text),
      customer: at('client_id', textOrNull),
      stage: at('phase', text),
      isWon: at('won', flag),
      isClosed: at('closed', flag),
      amount: at('amount', amountOrNull),
      currency: at('currency', text),
      closeOn: at('close_date', dayOrNull),
      startOn: at('starts', dayOrNull),
      endOn: at('ends', dayOrNull),
      pricingModel: at('model', pricingModel),
      legalEntity: at('entity', textOrNull),
      practice: at('practice', textOrNull),
      description: at('notes', textOrNull),
    },
  },
  project: {
    recordType: 'engagement',
    canCreate: true,
    canWrite: true,
    required: ['customer'],
    fields: {
      name: at('title', text),
      customer: at('client_id', textOrNull),
      contract: at('agreement_id', textOrNull),
      status: at(
        'state',
        choice('example-state', { planned: 'planned', active: 'running', 'on-hold': 'paused', closed: 'done' }),
      ),
      startOn: at('starts', dayOrNull),
      endOn: at('ends', dayOrNull),
      currency: at('currency', text),
      budget: at('budget', amountOrNull),
      pricingModel: at('model', pricingModel),
      legalEntity: at('entity', textOrNull),
      practice: at('practice', textOrNull),
      isOpenForTime: at('time_open', flag),
      description: at('notes', textOrNull),
    },
  },
  contract: {
    recordType: 'agreement',
    canCreate: true,
    canWrite: true,
    required: ['customer'],
    fields: {
      name: at('title', text),
      customer: at('client_id', textOrNull),
      project: at('engagement_id', textOrNull),
      isSigned: at('signed', flag),
      billingMode: at('biller', choice('example-biller', { erp: 'ledger', psa: 'delivery', platform: 'platform' })),
      pricingModel: at('model', pricingModel),
      purchaseOrder: at('po', textOrNull),
      purchaseOrderLimit: at('po_limit', amountOrNull),
      terms: at('terms', textOrNull),
      taxProfile: at('tax', textOrNull),
      currency: at('currency', text),
      total: at('total', amountOrNull),
      signedOn: at('signed_date', dayOrNull),
      startOn: at('starts', dayOrNull),
      endOn: at('ends', dayOrNull),
      legalEntity: at('entity', textOrNull),
      rateCard: at('rates', rates),
    },
  },
  resource: {
    recordType: 'person',
    // People are matched by e-mail; hiring is nobody's business here.
    canCreate: false,
    canWrite: true,
    required: [],
    fields: {
      name: at('full_name', text),
      email: at('mail', textOrNull),
      role: at('job', textOrNull),
      legalEntity: at('entity', textOrNull),
      isActive: at('active', flag),
    },
  },
  time: {
    recordType: 'hours',
    canCreate: true,
    canWrite: true,
    required: ['project', 'resource'],
    fields: {
      project: at('engagement_id', textOrNull),
      resource: at('person_id', textOrNull),
      workedOn: at('date', day),
      hours: at('quantity', exact),
      role: at('job', textOrNull),
      rate: at('price', exactOrNull),
      currency: at('currency', text),
      isBillable: at('billable', flag),
      isTaxable: at('taxable', flag),
      note: at('text', textOrNull),
      task: at('activity', textOrNull),
      location: at('place', textOrNull),
      approval: at(
        'approval',
        choice('example-approval', {
          open: 'open',
          submitted: 'submitted',
          approved: 'approved',
          rejected: 'rejected',
        }),
      ),
      isInvoiced: at('billed', flag),
    },
  },
  invoice: {
    recordType: 'bill',
    canCreate: true,
    canWrite: true,
    required: ['customer'],
    fields: {
      number: at('no', text),
      customer: at('client_id', textOrNull),
      project: at('engagement_id', textOrNull),
      status: at('state', choice('example-bill-state', { draft: 'draft', open: 'open', paid: 'paid', void: 'void' })),
      issuedOn: at('date', day),
      dueOn: at('due', dayOrNull),
      periodStartOn: at('period_from', dayOrNull),
      periodEndOn: at('period_to', dayOrNull),
      purchaseOrder: at('po', textOrNull),
      terms: at('terms', textOrNull),
      memo: at('memo', textOrNull),
      legalEntity: at('entity', textOrNull),
      currency: at('currency', text),
      subtotal: at('net', amount),
      tax: at('tax', amount),
      total: at('gross', amount),
      paid: at('paid', amount),
      balance: at('open', amount),
      lines: at('lines', lines),
    },
  },
} satisfies Connector['maps'];
