// An alert as subscribers are told of it: in words, with whose turn it is.
import { z } from 'zod';
import type { Made, Moment } from './events/event.ts';

export const alertShape = z
  .object({
    cause: z.string().meta({ title: 'Cause', description: 'The same for raised and recovered.' }),
    about: z.enum(['exceptions', 'target']).meta({ title: 'What it is about' }),
    owner: z.string().meta({ title: 'Whose turn it is' }),
    title: z.string().meta({ title: 'Title' }),
    text: z.string().meta({ title: 'What happened', description: 'Of exceptions: of one of them.' }),
    next: z.string().meta({ title: 'What to do' }),
    records: z.int().meta({ title: 'Records', description: 'How many there were when it was raised.' }),
    since: z.iso.datetime().meta({ title: 'Since', description: 'When the first of them began to wait.' }),
  })
  .meta({ title: 'Alert' });
type ShownAlert = z.infer<typeof alertShape>;

export const alertExample: ShownAlert = {
  cause: 'missing-purchase-order.missing-purchase-order.erp',
  about: 'exceptions',
  owner: 'finance',
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
    .map(({ params: { n = '0', raisedAt = '', ...rest } }) => ({
      key: `${rest['cause']} ${raisedAt}`,
      payload: { alert: alertShape.parse({ ...rest, records: Number(n) }) },
    }));
}
