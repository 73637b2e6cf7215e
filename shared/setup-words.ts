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
  paused: {
    title: 'Paused',
    text: 'Somebody has paused {system}: nothing is read from it or sent to it, and what comes meanwhile waits.',
    next: 'An integration admin lets it run again.',
  },
  'renewal-failed': {
    title: 'Credentials not renewed',
    text: 'The credentials for {system} end in time, and new ones could not be made: {problem}',
    next: 'An integration admin connects {system} again; until then the old ones serve.',
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
  'consent-given': { title: 'Consent', text: 'Given in {system}, which proves the account.', next: '' },
  'package-found': { title: 'Package', text: 'Tieout’s package answers there.', next: '' },
  'package-missing': {
    title: 'Package',
    text: 'Tieout’s package does not answer in this account.',
    next: 'Install or update it there.',
  },
  'role-cannot-open': {
    title: 'Role',
    text: 'The role in which the consent was given may not use Tieout’s package.',
    next: 'Consent in the integration’s role, which the package brings.',
  },
  'role-not-ours': {
    title: 'Role',
    text: 'The consent was given in the role {role}, with which Tieout would be allowed more than it needs.',
    next: 'Consent in the integration’s role, which the package brings.',
  },
  'role-suffices': { title: 'Role', text: 'It may do all that is needed.', next: '' },
  'role-lacks': {
    title: 'Role',
    text: 'These permissions are missing: {permissions}.',
    next: 'Give them to the integration’s role; what needs them is held until then.',
  },
  'certificate-stored': { title: 'Certificate', text: 'Tieout’s own key is known there.', next: '' },
  'certificate-by-hand': {
    title: 'Certificate',
    text: 'The role may not store certificates.',
    next:
      'Store the certificate below in {system} for the integration’s user and role, and enter its id here; or give ' +
      'the role the permission to manage its own certificates, and connect again.',
  },
  'login-works': { title: 'Login', text: 'Tieout logs in by itself.', next: '' },
  'login-refused': {
    title: 'Login',
    text: 'The certificate is not accepted.',
    next:
      'See that it is stored for our integration, for the integration’s user and role, and that the id is right; a ' +
      'new one may take some minutes.',
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
