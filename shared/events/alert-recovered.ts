// alert.recovered: what an alert was raised for is over.
import { z } from 'zod';
import { alertExample, alertFrom, alertShape } from '../alert.ts';
import { defineEvent } from './event.ts';

export const alertRecovered = defineEvent({
  name: 'alert.recovered',
  version: 1,
  title: 'Alert recovered',
  description: 'Nothing waits for the cause any more, or nothing is late any more. Told once for each alert.',
  about: null,
  codes: ['alert-recovered'],
  payload: z.object({ alert: alertShape }),
  make: (moment) => alertFrom(moment, 'alert-recovered'),
  example: { alert: alertExample },
});
