// What people read about subscribers: who does not answer, what was put aside. Part of the catalogue of words.
import type { Words } from './words.ts';

export const subscriberWords: Readonly<Record<string, Words>> = {
  'subscriber-off': {
    title: 'Subscriber does not answer',
    text: 'Events for {name} at {url} are not taken ({problem}). They are kept in order and nothing is lost.',
    next: 'Whoever runs {name} mends it. Tieout tries again each hour and at once on Retry; Reject pauses it.',
  },
  'subscriber-gone': {
    title: 'Subscriber wants no more',
    text: '{name} at {url} answered that it is gone (410). Events are kept for it, and it is not called any more.',
    next: 'Choose Retry once it is back, change its address, or remove the subscription.',
  },
  'subscriber-stuck': {
    title: 'Subscriber could not be called',
    text: 'Tieout failed to call {name} at {url}, several times, by a fault of its own. Events are kept in order.',
    next: 'Tieout support mends the cause and chooses Retry.',
  },
  'destination-off': {
    title: 'Alerts are not taken',
    text: 'Alerts for {name} ({place}) are not taken ({failure}). They are kept and nothing is lost.',
    next: 'An integration admin mends it; Tieout tries again each hour, and at once on Retry. Reject turns it off.',
  },
  'event-refused': {
    title: 'Event refused by its subscriber',
    text: '{name} takes other events, but answered {status} to {type} ({event}). It was put aside; the others went on.',
    next: 'Whoever runs {name} mends the cause, then Retry tells it once more; Reject lets it go.',
  },
  'events-expired': {
    title: 'Events were not taken in time',
    text: '{count} events for {name} at {url} were 30 days old and are not kept any longer. Later ones still are.',
    next: 'Whoever runs {name} reads what it missed over the API; then choose Retry or Reject, both close this.',
  },
  'event-failed': {
    title: 'Event could not be made',
    text: 'Tieout stumbled over the event {type} of this record: {problem}. Subscribers were not told of it.',
    next: 'Tieout support mends the cause and chooses Retry: subscribers are told then.',
  },
};
