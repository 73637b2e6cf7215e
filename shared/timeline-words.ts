// What a record's timeline says of each step: who was told what, and what became of it. Part of the catalogue of words.
import type { Words } from './words.ts';

const nothing = 'Nothing to do.';

export const timelineWords: Readonly<Record<string, Words>> = {
  'entity-new': {
    title: 'Known to Tieout',
    text: 'The record was read for the first time, with these fields: {fields}.',
    next: nothing,
  },
  'entity-changed': {
    title: 'Changed',
    text: 'Version {version}: these fields have changed: {fields}.',
    next: nothing,
  },
  'alert-raised': {
    title: 'Alert raised',
    text: '{title}: {text}',
    next: 'Open the exceptions, or the indicator on the overview: they say whose turn it is.',
  },
  'alert-recovered': {
    title: 'Alert over',
    text: 'What the alert was raised for is over: {title}.',
    next: nothing,
  },
  'link-born': {
    title: 'Linked as new',
    text: 'The record {recordId} in {system} is where this one comes from.',
    next: nothing,
  },
  'link-matched': {
    title: 'Matched',
    text: 'The record {recordId} in {system} agrees on a business key, so the two were linked.',
    next: 'Nothing to do; if they are not the same, an integration admin unlinks them.',
  },
  'difference-found': {
    title: 'Different from the start',
    text: 'When the two records were matched, {field} differed in {system}. It is left alone until our value changes.',
    next: 'Nothing to do; an integration admin may apply our value to existing records.',
  },
  'link-adopted': {
    title: 'Found again',
    text: 'The record {recordId} in {system} bears our own mark, so it was linked without asking.',
    next: nothing,
  },
  'put-back': {
    title: 'Put back',
    text: 'An application of a mapping was undone: in {system}, {fields} hold what they held before.',
    next: 'Nothing to do: they stay so until our value changes or a mapping is applied again.',
  },
  'as-recorded': {
    title: 'Replayed as recorded',
    text: 'In {system}, {fields} hold what the mapping of the time makes of them, not the one in force.',
    next: 'Nothing to do: they stay so until our value changes or a mapping is applied again.',
  },
  'answer-undone': {
    title: 'Answer taken back',
    text: 'An answer to many exceptions at once was taken back; this one was among them.',
    next: 'What holds the record, if anything does, waits under its exceptions again.',
  },
  'undo-stays': {
    title: 'Is out already',
    text: 'What the answer let out is in {system} already, or is on its way there: it was not taken back.',
    next: 'Correct the record where its values belong: that travels. Or take it back in {system} by hand.',
  },
  'undo-left': {
    title: 'Decided by something else',
    text: 'The record or its answer is another one by now, or nothing holds it any more: it was left as it is.',
    next: 'Nothing to do; open the record to see what it waits for, if it does.',
  },
  'command-due': {
    title: 'On its way',
    text: 'A change is about to be sent to {system}.',
    next: 'Nothing to do: Tieout sends it as soon as {system} takes it.',
  },
  'command-waiting': {
    title: 'Waits for another record',
    text: 'A change waits until a record that it refers to is in {system}.',
    next: 'Nothing to do: it goes on by itself; after a day somebody is asked.',
  },
  'command-held': {
    title: 'Held',
    text: 'A change is not sent to {system} until somebody has decided.',
    next: 'The owner of the exception says what is to be done with it.',
  },
  'command-created': {
    title: 'Created',
    text: '{system} has made the record {recordId}.',
    next: nothing,
  },
  'command-updated': {
    title: 'Updated',
    text: '{system} has saved the change in its record {recordId}.',
    next: nothing,
  },
  'command-found': {
    title: 'Had taken effect',
    text: 'A save that was cut off had taken effect: the record {recordId} is in {system}.',
    next: nothing,
  },
  'command-uncertain': {
    title: 'Cut off',
    text: 'The connection to {system} broke while a change was being saved, so its outcome is not known yet.',
    next: 'Nothing to do: Tieout looks in {system} before it sends anything again.',
  },
  'uncertain-not-there': {
    title: 'Had not taken effect',
    text: 'A save that was cut off had not taken effect: the record is not in {system}.',
    next: 'Nothing to do: Tieout sends it again.',
  },
  'command-superseded': {
    title: 'Overtaken',
    text: 'A change to {system} was not sent, because a newer one takes its place or {system} holds it already.',
    next: nothing,
  },
  'command-dropped': {
    title: 'Given up',
    text: 'A change to {system} was not sent: it was rejected, or the record is no longer to be there.',
    next: 'Nothing to do, unless it was meant: change the record again, and it is decided anew.',
  },
  held: {
    title: 'Somebody was asked',
    text: 'The control {control} stopped a change, and {owner} was asked to decide.',
    next: 'The owner of the exception says what is to be done with it.',
  },
  'hold-closed': {
    title: 'Decided',
    text: 'What the control {control} had stopped is settled.',
    next: nothing,
  },
  'value-altered': {
    title: 'Kept differently',
    text: '{system} has kept another value of {field} than it was sent. It is not sent again.',
    next: 'If it matters, find the rule in {system} that alters {field}; otherwise nothing to do.',
  },
};
