// Words for what happens to mappings.
import type { Words } from './words.ts';

export const mappingWords: Readonly<Record<string, Words>> = {
  'mapping-rolled-back': {
    title: 'Mapping was put back',
    text: 'Version {from} held {errors} records, more than it may. Version {to} is in force again, as {version}.',
    next: 'Look at what was held, correct the draft and have it approved anew; then choose Retry, which closes this.',
  },
};
