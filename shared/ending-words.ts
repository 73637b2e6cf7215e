// Words for what ends when a connection is taken away: said before it is done, and read again afterwards.
import { type Words, wordsFor } from './words.ts';

const texts: Readonly<Record<string, Words>> = {
  stops: {
    title: 'It stops at once',
    text: 'Nothing is read from {system} or written there any more, and its credentials are forgotten.',
    next: 'In {system} an administrator removes the access that Tieout was given there.',
  },
  ending: {
    title: 'It is being taken away',
    text: 'What is under way in {system} comes to its end, and what had not begun is given up.',
    next: 'Nothing to do: it goes on by itself.',
  },
  ended: { title: 'It was taken away', text: 'Nothing is read from {system} or written there.', next: '' },
  commands: {
    title: 'Given up',
    text: '{n} changes that have not been sent to {system} are given up.',
    next: 'Let them go out first, if they are to be there.',
  },
  unknown: {
    title: 'Never known',
    text: 'Of {n} changes it is not known whether {system} took them.',
    next: 'Wait until that is found out, or look for them in {system}.',
  },
  holds: {
    title: 'Exceptions closed',
    text: '{n} exceptions about {system} are closed without an answer.',
    next: 'Answer them first, if they are to be answered.',
  },
  links: {
    title: 'Records stay',
    text: '{n} records of {system} stay there as they are. Which of ours they are stays known.',
    next: 'Connect the account again here, and nothing is created twice.',
  },
  pages: {
    title: 'Pages stand still',
    text: '{n} record pages in {system} go on showing what they show now.',
    next: 'Remove our package there once nobody looks at it.',
  },
  people: {
    title: 'People signed out',
    text: '{n} people who came here from pages of {system} are signed out.',
    next: 'They come from another system that is connected.',
  },
  'account-claimed': {
    title: 'The account',
    text: 'The account can be connected elsewhere once all of this is done.',
    next: '',
  },
  'account-free': { title: 'The account', text: 'The account is free to be connected here or elsewhere.', next: '' },
};

/** What hangs on a connection: before it is taken away, what will end with it; afterwards, what is left. */
export interface Disconnected {
  readonly system: string;
  readonly state: string;
  /** False until the account may be connected elsewhere. */
  readonly isAccountFree: boolean;
  /** Work that has not begun: it ends unwritten. */
  readonly commands: number;
  /** Calls of which nobody knows whether they took effect: looked for should the connection ever be back. */
  readonly unknown: number;
  readonly holds: number;
  readonly links: number;
  /** Record pages in that system that are told nothing any more. */
  readonly pages: number;
  /** People whom pages of that system have proved, and who are signed out. */
  readonly people: number;
}

/** What there is none of is not spoken of. */
export function disconnectionWords(found: Disconnected): Words[] {
  const { system, state, isAccountFree } = found;
  const counted = (['commands', 'unknown', 'holds', 'links', 'pages', 'people'] as const).filter(
    (name) => found[name] > 0,
  );
  const said = (code: string, n = 0) => wordsFor(code, { system, n: n.toLocaleString('en') }, texts);
  return [
    said(state === 'ending' || state === 'ended' ? state : 'stops'),
    ...counted.map((name) => said(name, found[name])),
    said(isAccountFree ? 'account-free' : 'account-claimed'),
  ];
}
