// The bad days: which armed switch bends a request, and what Salesforce answers on such a day.
import type { FaultSwitch, Misbehaviour, Switchboard } from '../../stand-in.ts';
import { refusedCalls, refusedRecords } from './codes.ts';
import { oauthError } from './oauth.ts';
import type { Org } from './org.ts';
import { type Answer, Refused, sessionInvalid } from './refusals.ts';
import type { Stored } from './table.ts';
import type { Spoiler } from './visit.ts';

export interface Incoming {
  /** "METHOD /path", what a switch's route is held against. */
  readonly route: string;
  readonly isToken: boolean;
  readonly isWrite: boolean;
}

/** A route-less switch of this kind is kept for what it is meant for: API limits do not count logins. */
function takeFor(board: Switchboard, how: Misbehaviour, incoming: Incoming, isMeant: boolean): FaultSwitch | null {
  const armed = board.isArmed(how);
  return armed && (isMeant || armed.route !== undefined) ? board.take(how, incoming.route) : null;
}

const limitExceeded = (message: string): Answer => ({
  status: 403,
  json: [{ message, errorCode: 'REQUEST_LIMIT_EXCEEDED' }],
});

export const tooManyAtOnce = (): Answer =>
  limitExceeded('ConcurrentRequests (Concurrent API Requests) Limit exceeded.');

/** UNVERIFIED: what a token endpoint says when it is overloaded; a plain 503 is listed for maintenance. */
const tokenUnavailable = (): Answer => oauthError('temporarily_unavailable', 'service is temporarily unavailable', 503);

function throttled(incoming: Incoming, fault: FaultSwitch): Answer {
  if (incoming.isToken) return tokenUnavailable();
  return fault.detail === 'daily' ? limitExceeded('TotalRequests Limit exceeded.') : tooManyAtOnce();
}

function broken(incoming: Incoming, { detail = '' }: FaultSwitch): Answer {
  if (incoming.isToken) return tokenUnavailable();
  const named = refusedCalls[detail];
  if (named) return new Refused(named.code ?? detail, named.message, null, named.status).toAnswer();
  const message = 'The server is temporarily unavailable. Please try again later.';
  return { status: 503, json: [{ message, errorCode: 'SERVER_UNAVAILABLE' }] };
}

const htmlPage: Answer = {
  status: 502,
  text: '<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>',
  headers: { 'Content-Type': 'text/html; charset=UTF-8' },
};

/** Refusals that stay until cleared: the credentials are no longer good, nor is any token they gave. */
function revoked(org: Org, board: Switchboard, incoming: Incoming): Answer | null {
  const armed = board.isArmed('revoke');
  if (!armed || (armed.route !== undefined && !new RegExp(armed.route).test(incoming.route))) return null;
  org.sessions.clear();
  if (!incoming.isToken) return sessionInvalid();
  return oauthError('invalid_grant', armed.detail ?? "user hasn't approved this consumer");
}

/** The answer that takes the place of the real one; null when the request may go on. */
export function answerInstead(org: Org, board: Switchboard, incoming: Incoming): Answer | null {
  const throttle = takeFor(board, 'throttle', incoming, !incoming.isToken);
  if (throttle) return throttled(incoming, throttle);
  const breaking = board.take('break', incoming.route);
  if (breaking) return broken(incoming, breaking);
  if (board.take('html', incoming.route)) return htmlPage;
  return revoked(org, board, incoming);
}

/** Ends the session that a request came with. */
export function expireSession(org: Org, board: Switchboard, incoming: Incoming, token: string): boolean {
  if (!board.take('expire-token', incoming.route)) return false;
  org.sessions.delete(token);
  return true;
}

/** Cuts are about effects: without a route they wait for the next write. */
export const takeCut = (board: Switchboard, how: 'late-commit' | 'commit-then-cut', incoming: Incoming) =>
  takeFor(board, how, incoming, incoming.isWrite);

function ruleSpoiler(fault: FaultSwitch): Spoiler {
  const text = refusedRecords[fault.detail ?? ''];
  if (fault.detail && text) return () => new Refused(fault.detail ?? '', text);
  return (_, __, body) => {
    const written = Object.keys(body).find((name) => name !== 'attributes' && name.toLowerCase() !== 'id');
    const field = fault.detail ?? written;
    const message = `A validation rule refuses the value of ${field ?? 'this record'}.`;
    return new Refused('FIELD_CUSTOM_VALIDATION_EXCEPTION', message, field ? [field] : []);
  };
}

/** A row held by another transaction for a moment, or, with the detail "approval", by an approval process for long. */
function lockSpoiler(fault: FaultSwitch): Spoiler {
  return (_, id) => {
    if (fault.detail === 'approval') {
      const message = 'This record is locked. If you need to edit it, contact your admin.';
      return new Refused('ENTITY_IS_LOCKED', message);
    }
    const which = id ? `: ${id}` : '';
    return new Refused('UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to this record or 1 records${which}`);
  };
}

export function takeSpoiler(board: Switchboard, incoming: Incoming): Spoiler | null {
  if (!incoming.isWrite) return null;
  const rule = board.take('reject', incoming.route);
  if (rule) return ruleSpoiler(rule);
  const lock = board.take('lock', incoming.route);
  return lock ? lockSpoiler(lock) : null;
}

/** With "late search" a row shows up in queries and feeds some time after it was made. */
export function searchability(org: Org, board: Switchboard, incoming: Incoming): (row: Stored) => boolean {
  const fault = takeFor(board, 'late-search', incoming, /\/(query(All)?|updated)\b/.test(incoming.route));
  if (!fault) return () => true;
  const latestMs = org.nowMs() - (fault.delayMs ?? 0);
  return (row) => row.bornMs <= latestMs;
}
