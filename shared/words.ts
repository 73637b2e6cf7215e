// The one catalogue from codes to words: what happened and what to do next. Codes are stored, words are not.
import { checkWords } from './check-words.ts';
import { controlWords } from './control-words.ts';
import { mappingWords } from './mapping-words.ts';
import { putBackWords } from './put-back-words.ts';
import { subscriberWords } from './subscriber-words.ts';
import { timelineWords } from './timeline-words.ts';
import { withdrawalWords } from './withdrawal-words.ts';

export interface Words {
  readonly title: string;
  /** What happened. `{param}` is filled in from the parameters stored with the code. */
  readonly text: string;
  /** What to do, and who does it. */
  readonly next: string;
}

/** Stands where a parameter was not given: a gap that can be seen, rather than a sentence that reads as if complete. */
const gap = '—';

export const words: Readonly<Record<string, Words>> = {
  ...mappingWords,
  ...timelineWords,
  ...controlWords,
  ...checkWords,
  ...putBackWords,
  ...subscriberWords,
  ...withdrawalWords,
  'wait-retry': {
    title: 'Trying again soon',
    text: '{system} could not be reached, was busy, or the record had just been changed by somebody else.',
    next: 'Nothing to do: Tieout tries again by itself.',
  },
  reconnect: {
    title: 'Sign-in refused',
    text: '{system} no longer accepts the credentials of this connection. It said: {message}',
    next: 'An integration admin reconnects {system} on the Connections page; waiting work then goes on by itself.',
  },
  'correct-fields': {
    title: 'Fields to correct',
    text: '{system} did not accept these fields: {fields}. It said: {message}',
    next: 'Correct the fields in the system that owns them, or change the mapping, then choose Retry.',
  },
  'wait-unlock': {
    title: 'Record in use',
    text: 'Somebody or something else is editing the record in {system}, so it cannot be saved just now.',
    next: 'Nothing to do: Tieout tries again when the record is free.',
  },
  'review-mapping': {
    title: 'Mapping to review',
    text: 'These fields are no longer in {system} as the mapping knows them: {fields}.',
    next: 'An integration admin opens the mapping, corrects the marked rows and publishes it.',
  },
  'link-reference': {
    title: 'Link is broken',
    text: 'This record points to a record in {system} that is not there any more: {reference}.',
    next: 'An integration admin links {reference} to the right record, or restores it in {system}, then chooses Retry.',
  },
  'inspect-answer': {
    title: 'Answer not understood',
    text: '{system} answered in a form that Tieout does not know. Nothing was changed because of it.',
    next: 'Tieout support looks at the answer; you can choose Retry at any time.',
  },
  'wait-look': {
    title: 'Checking what happened',
    text: 'The connection to {system} broke while the record was being saved, so it may or may not have been saved.',
    next: 'Nothing to do: Tieout looks in {system} before it sends anything again.',
  },
  disconnected: {
    title: 'Taken away',
    text: '{system} is not connected any more. What it holds of this record stays as it is.',
    next: 'Nothing to do: once its account is connected again, the record goes on where it stands.',
  },
  'awaiting-match': {
    title: 'Match to confirm',
    text: '{system} already has records that may be this one ({candidates} found), so none was created.',
    next: 'An integration admin picks the matching record, or says that there is none, on the Connections page.',
  },
  'awaiting-acceptance': {
    title: 'First load to accept',
    text: 'Nothing of the kind {kind} is created in {system} until the matches of its first load are accepted.',
    next: 'An integration admin reviews and accepts the first load of {kind} on the Connections page.',
  },
  'two-found': {
    title: 'Two records for one',
    text: '{system} holds more than one record for this. None is changed until it is clear which counts.',
    next: 'An integration admin picks the right record and merges or deletes the others in {system}.',
  },
  'no-route': {
    title: 'Nowhere to send it',
    text: 'Several systems are connected as {role}, and the routing sends this record to none of them.',
    next: 'An integration admin extends the routing of the connections, then retries.',
  },
  'moved-route': {
    title: 'Routed to another system',
    text: 'The routing now names {connection}, but the record lies in {from} already. A second could be billed twice.',
    next: 'An integration admin corrects the routing, or retries to create it in {connection} all the same.',
  },
  'billed-twice': {
    title: 'Billed twice',
    text: 'Invoice {number} bills time that another invoice has billed already; entries: {lines}.',
    next: 'Finance corrects one of the two invoices in the ledger, then retries.',
  },
  'write-loop': {
    title: 'Changed back and forth',
    text: 'The same values were written to {system} three times in ten minutes; something there keeps undoing them.',
    next: 'Find the workflow or integration in {system} that changes the record, stop it, then choose Retry.',
  },
  refused: {
    title: 'Refused',
    text: '{system} refused the record. It said: {message}',
    next: 'Correct the record as the message asks, then choose Retry.',
  },
  'uncertain-too-long': {
    title: 'Outcome could not be found out',
    text: 'A save in {system} was cut off, and looking there has not shown in good time whether it took effect.',
    next: 'Look in {system} whether the record is there: link it if it is, choose Retry if it is not.',
  },
  'waited-too-long': {
    title: 'Waited too long',
    text: 'This record waits for {waits}, which has still not arrived in {system}.',
    next: 'See what holds {waits}; this record goes on by itself when that one is there.',
  },
  'record-hidden': {
    title: 'Record cannot be seen',
    text: 'The record {recordId} cannot be read in {system}: it may be archived, filtered or out of our sight.',
    next: 'An admin of {system} gives the integration user access to it, then chooses Sync now.',
  },
  'record-unreadable': {
    title: 'Record cannot be read',
    text: '{system} refuses to hand out the record {recordId}, again and again. It said: {problem}',
    next: 'An admin of {system} looks at the record there, then chooses Retry.',
  },
  'record-failed': {
    title: 'Record could not be taken over',
    text: 'Tieout stumbled over the record {recordId} of {system}: {problem}. All other records went on.',
    next: 'Tieout support mends the cause and chooses Retry; a change to the record in {system} is tried as well.',
  },
  'plan-failed': {
    title: 'Could not be worked out',
    text: 'Tieout stumbled over what to send for this record: {problem}. All other records went on.',
    next: 'Tieout support mends the cause and chooses Retry.',
  },
  'settle-failed': {
    title: 'Outcome could not be written down',
    text: 'Sending to {system} or writing down what came of it failed within Tieout, several times: {problem}.',
    next: 'Tieout support mends the cause and chooses Retry: Tieout then looks in {system} before it sends anything.',
  },
  'status-refused': {
    title: 'Status cannot be shown',
    text: '{system} does not take the status for its record {recordId}. It said: {problem}',
    next: 'An admin of {system} looks at the record or at our permissions there, then chooses Retry.',
  },
  'feed-failed': {
    title: 'Changes cannot be fetched',
    text: '{system} refuses to tell what has changed in {feed}. It said: {problem}',
    next: 'An admin of {system} corrects our permissions there. Tieout goes on asking and closes this once it is told.',
  },
  'job-failed': {
    title: 'A long job has stopped',
    text: 'A page of it failed five times in a row. What was done before stays done. It said: {problem}',
    next: 'Mend what it names, then choose Retry: it goes on where it stopped. Reject ends it there.',
  },
  connection: {
    title: 'Connection is stopped',
    text: 'Nothing is read from {system} or sent to it until it accepts our credentials again.',
    next: 'An integration admin reconnects {system} on the Connections page; waiting work then goes on by itself.',
  },
  'connection-paused': {
    title: 'Connection is paused',
    text: '{by} has paused {system}. Nothing is read from it or sent to it, and what comes waits. Reason: {reason}',
    next: 'An integration admin lets it run again; what waited then goes on by itself.',
  },
  'unreadable-value': {
    title: 'Value not understood',
    text: '{field} could not be carried over from or to {at}: {problem}.',
    next: 'Correct the value in the system that owns it, or change the mapping row, then choose Retry.',
  },
  'unmatched-value': {
    title: 'Value not in the lookup table',
    text: '{field} has a value at {at} for which the lookup table has no row: {problem}.',
    next: 'An integration admin adds the value to the lookup table and publishes the mapping.',
  },
  'schema-changed': {
    title: 'Fields have changed',
    text: 'The fields of {system} have changed: {fields}. Records whose mapping uses them are held, all others go on.',
    next: 'An integration admin publishes a mapping that fits, or says that this one does; what waits then goes on.',
  },
  'not-the-owner': {
    title: 'Changed outside its own system',
    text: '{field} was changed in {system}, but it belongs to another system, so the change was not taken over.',
    next: 'Make the change where the field belongs, or ask an integration admin to move the ownership of the field.',
  },
  'before-cutover': {
    title: 'From before the cut-over',
    text: 'The record is dated {day}, before the cut-over on {cutover}: it is matched, never created.',
    next: 'Nothing to do if it was entered by hand at the time; otherwise enter it now, or move the cut-over.',
  },
  'flush-failed': {
    title: 'Reports lag behind',
    text: 'Rows for {table} could not be stored in the reporting database. Work goes on and nothing is lost.',
    next: 'Tieout support clears the cause; the rows are then stored by themselves.',
  },
  'poison-row': {
    title: 'One entry could not be stored',
    text: 'The reporting database refused one row for {table}: {problem}. All others were stored.',
    next: 'Tieout support corrects the row and stores it again; the record itself is not affected.',
  },
  'account-mismatch': {
    title: 'Another account answered',
    text: 'The credentials for {system} are those of {found}, but this connection is for {expected}. It is stopped.',
    next: 'An integration admin reconnects {system} with credentials of {expected}.',
  },
  'sandbox-copy': {
    title: 'Copy of another account',
    text: '{system} looks like a copy of {account} that still holds its settings. Nothing is sent from it or to it.',
    next: 'An integration admin connects the copy as an installation of its own, or removes the settings from it.',
  },
};

/** The words for a stored code. Never throws: a page must be shown even for a code newer than this catalogue. */
export function wordsFor(
  code: string,
  params: Readonly<Record<string, string>> | null = null,
  catalogue: Readonly<Record<string, Words>> = words,
): Words {
  const entry = Object.hasOwn(catalogue, code) ? catalogue[code] : undefined;
  if (entry === undefined) return { title: code, text: '', next: '' };
  return { title: fill(entry.title, params), text: fill(entry.text, params), next: fill(entry.next, params) };
}

/** One pass, so that a parameter which itself looks like `{param}` is shown as it is. */
function fill(template: string, params: Readonly<Record<string, string>> | null): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params !== null && Object.hasOwn(params, name) ? params[name] : undefined;
    return value === undefined || value === '' ? gap : value;
  });
}
