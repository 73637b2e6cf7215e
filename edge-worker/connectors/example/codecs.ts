// Values that Example spells in its own way: lists of lines, statuses, amounts beside their currency.
import type { Canonical } from '../../../shared/entities/_registry.ts';
import {
  choice,
  codec,
  dayOrNull,
  exact,
  exactOrNull,
  moneyBeside,
  orNull,
  refuse,
  text,
  textOrNull,
} from '../codecs.ts';
import type { WireRecord } from '../connector.ts';

export const amount = moneyBeside('currency');
export const amountOrNull = orNull(amount);
export const pricingModel = choice('example-model', {
  'time-and-materials': 'hourly',
  'fixed-fee': 'fixed',
  milestone: 'milestones',
});

/** What has been submitted, approved and rejected is called so everywhere; what has not, differs. */
export function approvalOf<const Unsaid extends string>(name: string, unsaid: Unsaid) {
  const said = { submitted: 'submitted', approved: 'approved', rejected: 'rejected' } as const;
  return choice(name, { ...said, [unsaid]: unsaid } as Record<Unsaid | keyof typeof said, string>);
}

function rowsOf(name: string, wire: unknown): readonly WireRecord[] {
  return wire === null || wire === undefined ? [] : Array.isArray(wire) ? wire : refuse(name, wire);
}

export const rates = codec<Canonical<'contract'>['rateCard']>(
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

export const schedule = codec<Canonical<'contract'>['billingSchedule']>(
  'example-schedule',
  (wire, record) =>
    rowsOf('example-schedule', wire).map((row) => ({
      name: text.decode(row['title'], record),
      dueOn: dayOrNull.decode(row['due'], record),
      amount: amount.decode(row['amount'], record),
    })),
  (list) => list.map((one) => ({ title: one.name, due: one.dueOn, amount: amount.encode(one.amount) })),
);

/** One week for always: the hours from Monday to Sunday. */
export const workingWeek = codec<Canonical<'resource'>['workingWeeks']>(
  'example-week',
  (wire, record) => {
    if (wire === null || wire === undefined) return null;
    if (!Array.isArray(wire) || wire.length !== 7) return refuse('example-week', wire);
    return [{ from: null, until: null, hours: wire.map((hours) => exact.decode(hours, record)) }];
  },
  (weeks) => weeks?.at(-1)?.hours ?? null,
);

export const lines = codec<Canonical<'invoice'>['lines']>(
  'example-lines',
  (wire, record) =>
    rowsOf('example-lines', wire).map((row) => ({
      line: text.decode(row['line'], record),
      time: textOrNull.decode(row['hours_id'], record),
      expense: textOrNull.decode(row['cost_id'], record),
      milestone: textOrNull.decode(row['milestone_id'], record),
      description: textOrNull.decode(row['text'], record),
      quantity: exact.decode(row['quantity'], record),
      rate: exactOrNull.decode(row['price'], record),
      amount: amount.decode(row['amount'], record),
    })),
  (list) =>
    list.map((one) => ({
      line: one.line,
      hours_id: one.time,
      cost_id: one.expense,
      milestone_id: one.milestone,
      text: one.description,
      quantity: one.quantity,
      price: one.rate,
      amount: amount.encode(one.amount),
    })),
);
