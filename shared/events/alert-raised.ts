// alert.raised: something has begun to go wrong that people should hear of at once, and once.
import { z } from 'zod';
import { alertExample, alertFrom, alertShape } from '../alert.ts';
import { defineEvent } from './event.ts';

export const alertRaised = defineEvent({
  name: 'alert.raised',
  version: 1,
  title: 'Alert raised',
  description:
    'Records have begun to wait for a cause, or a target is missed. Told once until it is over, however many records ' +
    'join; within a minute.',
  about: null,
  codes: ['alert-raised'],
  payload: z.object({ alert: alertShape }),
  make: (moment) => alertFrom(moment, 'alert-raised'),
  example: { alert: alertExample },
});
