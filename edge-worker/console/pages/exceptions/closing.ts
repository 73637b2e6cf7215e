// How an exception came to be closed, in words: by somebody, or by itself because of what has happened.
import { nameOf } from '../../parts/people.ts';

/** What is kept in the place of a person's name. */
const byItself: Readonly<Record<string, string>> = {
  answered: 'the other side answers again',
  disconnected: 'its system was taken away',
  fetched: 'what waited there was fetched',
  granted: 'nothing speaks against it any more',
  merged: 'the record was merged into another',
  'merged-there': 'its system has merged the two records',
  planned: 'the record could be decided on again',
  'put-back': 'the installation was put back to before it was raised',
  'read-again': 'the record was read again',
  replaced: 'the record has changed, and what is asked since stands in its place',
  restored: 'the record is there again',
  shown: 'the page takes its status again',
};

export function closingText(closedBy: string): string {
  const why = byItself[closedBy];
  return why === undefined ? `by ${nameOf(closedBy)}` : `because ${why}`;
}
