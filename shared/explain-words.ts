// Words for where a value comes from. Part of the catalogue of words.
import type { Words } from './words.ts';

export const explainWords: Readonly<Record<string, Words>> = {
  'from-record': {
    title: 'Told by {system}',
    text: 'The record {recordId} in {system} said so when Tieout read it.',
    next: 'If it is wrong, correct it in the system that owns the field.',
  },
  'from-entity': {
    title: 'Handed on by the {giver}',
    text: 'It was taken over from the {giver} that belongs to this record.',
    next: 'If it is wrong, correct it in the system that owns the field.',
  },
  'from-hub': {
    title: 'Worked out by Tieout',
    text: 'Tieout worked it out from the other fields of the record.',
    next: 'If it is wrong, correct the fields that it is made of.',
  },
  'from-nobody': {
    title: 'Not told by anybody',
    text: 'No system has said anything of it: it is as it was when the record became known.',
    next: 'If it should be something else, enter it in the system that owns the field.',
  },
};
