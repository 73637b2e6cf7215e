// An alert as subscribers are told of it: in words, with whose turn it is.
import { z } from 'zod';
import type { Made, Moment } from './events/event.ts';

export const severities = ['warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** Holds behind which more than their own record stands still. */
const critical: ReadonlySet<string> = new Set([
  ...['reconnect', 'account-mismatch', 'sandbox-copy', 'renewal-failed', 'feed-failed', 'schema-changed'],
  ...['delete-guard', 'flush-failed', 'job-failed', 'subscriber-stuck', 'destination-off'],
]);

export const severityOf = (code: string): Severity => (critical.has(code) ? 'critical' : 'warning');

export const alertShape = z
  .object({
    cause: z.string().meta({ title: 'Cause', description: 'The same for raised and recovered.' }),
    about: z.enum(['exceptions', 'target']).meta({ title: 'What it is about' }),
    owner: z.string().meta({ title: 'Whose turn it is' }),
    severity: z.enum(severities).meta({
      title: 'Severity',
      description: '`critical`: a whole system, or many records at once, stand still. `warning`: records wait.',
    }),
    title: z.string().meta({ title: 'Title' }),
    text: z.string().meta({ title: 'What happened', description: 'Of exceptions: of one of them.' }),
    next: z.string().meta({ title: 'What to do' }),
    records: z.int().meta({ title: 'Records', description: 'How many there were when it was raised.' }),
    since: z.iso.datetime().meta({ title: 'Since', description: 'When the first of them began to wait.' }),
  })
  .meta({ title: 'Alert' });
export type ShownAlert = z.infer<typeof alertShape>;

export const alertExample: ShownAlert = {
  cause: 'missing-purchase-order.missing-purchase-order.erp',
  about: 'exceptions',
  owner: 'finance',
  severity: 'warning',
  title: 'No purchase order',
  text: 'The contract asks for a purchase order and has none.',
  next: 'Sales enter it on the opportunity; everything that waits for it goes on by itself.',
  records: 1,
  since: '2026-11-22T08:00:00.000Z',
};

/** As it was told on the timeline; each time a cause begins anew it is another alert. */
export function alertFrom({ told }: Moment, code: string): Made<{ alert: ShownAlert }>[] {
  return told
    .filter((one) => one.code === code)
    .map(({ params }) => ({
      key: `${params['cause']} ${params['raisedAt'] ?? ''}`,
      payload: { alert: shownAlert(params) },
    }));
}

/** What was told of before alerts had a severity was a warning. */
export function shownAlert({ n = '0', raisedAt: _raisedAt, ...rest }: Moment['told'][number]['params']): ShownAlert {
  return alertShape.parse({ severity: 'warning', ...rest, records: Number(n) });
}
