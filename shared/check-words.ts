// Words for what a check of a deal may find besides the reasons that would hold it.
import type { Words } from './words.ts';

export const checkWords: Readonly<Record<string, Words>> = {
  'no-target': {
    title: 'No other system yet',
    text: 'No PSA or ERP is connected that would take this deal over.',
    next: 'An integration admin connects one on the Connections page.',
  },
  'check-failed': {
    title: 'Check not possible',
    text: 'Tieout could not find out whether this deal would pass.',
    next: 'Choose "Check this deal" again; if it stays so, Tieout support looks into it.',
  },
};
