// Words for what is missing before an installation works, and for why a host's page was not let in.
import type { Words } from './words.ts';

export const setupWords: Readonly<Record<string, Words>> = {
  'no-connection': {
    title: 'Not connected',
    text: 'No system is connected as the {role}.',
    next: 'An integration admin connects one.',
  },
  'unknown-connection': {
    title: 'No such connection',
    text: 'This installation has no connection of that name.',
    next: 'Load the page anew: the connection may have been taken away.',
  },
  reconnect: {
    title: 'Stopped',
    text: '{system} no longer accepts the credentials of this connection.',
    next: 'An integration admin gives it new credentials; waiting work then goes on by itself.',
  },
  'not-fetched': {
    title: 'Work is not fetched',
    text: '{system} has not fetched its work for four hours. It waits here, always as it is newest; nothing is lost.',
    next: 'Whoever runs the interface of {system} starts it again; this closes by itself when it comes.',
  },
  'first-load': {
    title: 'First load to accept',
    text: 'Nothing is created in {system} yet of these kinds: {kinds}.',
    next: 'An integration admin loads them, looks at the matches and accepts them.',
  },
  malformed: {
    title: 'Not understood',
    text: 'What the page sent to prove who you are could not be read.',
    next: 'Load the page anew. If it stays so, update the Tieout package.',
  },
  forged: {
    title: 'Not proven',
    text: 'What the page sent does not prove who you are.',
    next: 'Load the page anew. If it stays so, an integration admin connects Tieout again.',
  },
  'too-old': {
    title: 'Too old',
    text: 'The proof of who you are was good for a short time and is over.',
    next: 'Load the page anew.',
  },
  'proof-used': {
    title: 'Used already',
    text: 'The proof of who you are was taken before; each counts once.',
    next: 'Load the page anew.',
  },
  'wrong-account': {
    title: 'Another account',
    text: 'The page belongs to another account than this installation, as in a copy of it.',
    next: 'An integration admin connects this account as an installation of its own.',
  },
  'not-connected': {
    title: 'Not connected',
    text: 'Tieout is not connected to this account, or the connection is stopped.',
    next: 'An integration admin connects it.',
  },
  unreachable: {
    title: 'Not reachable',
    text: 'Tieout could not ask your system who you are.',
    next: 'Try again in a minute.',
  },
};
