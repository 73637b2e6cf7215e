// exception.opened: something waits for a person.
import { z } from 'zod';
import { defineEvent, exceptionExample, exceptionFrom, exceptionShape, opened } from './event.ts';

export const exceptionOpened = defineEvent({
  name: 'exception.opened',
  version: 1,
  title: 'Exception opened',
  description: 'Something waits for a person: a held change, a connection that was stopped, a subscriber that is down.',
  about: null,
  codes: ['held'],
  payload: z.object({ exception: exceptionShape }),
  make: (moment) => {
    const own = opened(moment).filter(({ entity }) => entity === moment.subject);
    return own.map((one) => ({ key: one.id, payload: { exception: exceptionFrom(one) } }));
  },
  example: { exception: exceptionExample },
});
