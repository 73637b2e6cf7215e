// What people read after a lane was put back: what of that time lies nowhere else. Part of the catalogue of words.
import type { Words } from './words.ts';

export const putBackWords: Readonly<Record<string, Words>> = {
  'keys-lost': {
    title: 'API keys have ended',
    text: 'Keys made since {since} were lost when this installation was put back, and are taken no more: {names}.',
    next: 'An integration admin makes them anew for whoever used them. Reject closes this.',
  },
  'subscribers-lost': {
    title: 'Subscribers to enter anew',
    text: 'Added since {since}, or given another address or key, and lost when this was put back: {names}.',
    next:
      'An integration admin adds each anew that is not listed, gives the others their address and a new key, and ' +
      'has events replayed since then. Reject closes this.',
  },
  'drafts-lost': {
    title: 'Drafts to write anew',
    text: 'What was written at drafts of the mappings since {since} was lost when this was put back: {names}.',
    next: 'Whoever wrote it writes it anew on the Mappings page. Reject closes this.',
  },
  'settings-lost': {
    title: 'Settings to look at',
    text: 'Set since {since} and lost when this installation was put back: {names}.',
    next: 'An integration admin looks at each and sets it anew; the audit says what was set. Reject closes this.',
  },
  'tellings-lost': {
    title: 'To be told once more',
    text: 'What {names} told since {since} was lost when this was put back, and cannot be read there.',
    next: 'Whoever runs the interface has it tell every record changed since then once more. Reject closes this.',
  },
  'sums-lost': {
    title: 'Days are missing in the indicators',
    text:
      'This installation was put back: durations, rates and daily sums count nothing of what happened since {since} ' +
      'until then. What stands open, and the tie-out, are whole.',
    next: 'Whoever reports figures of these days says so. Nothing can be done anew; Reject closes this.',
  },
};
