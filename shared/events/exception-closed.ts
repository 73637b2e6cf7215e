// exception.closed: what waited for a person is settled.
import { z } from 'zod';
import { closed, defineEvent } from './event.ts';

export const exceptionClosed = defineEvent({
  name: 'exception.closed',
  version: 1,
  title: 'Exception closed',
  description: 'An exception was answered by a person, or has been solved elsewhere and closed by itself.',
  about: null,
  codes: ['hold-closed'],
  payload: z.object({
    exception: z.string().meta({ title: 'Id' }),
    entity: z.string().meta({ title: 'What it lay on' }),
    connection: z.string().nullable().meta({ title: 'Connection' }),
    control: z.string().meta({ title: 'What raised it' }),
    closedBy: z
      .string()
      .meta({ title: 'Who or what closed it', description: '`replaced`: another one took its place.' }),
  }),
  make: (moment) =>
    closed(moment).map(({ exception = '', control = '', connection = '', by = '' }) => ({
      key: exception,
      payload: { exception, entity: moment.subject, connection: connection || null, control, closedBy: by },
    })),
  example: {
    exception: 'exc_01J00000000000000000000000',
    entity: 'con_01J00000000000000000000000',
    connection: 'erp',
    control: 'missing-tax-profile',
    closedBy: 'Mara Lindqvist',
  },
});
