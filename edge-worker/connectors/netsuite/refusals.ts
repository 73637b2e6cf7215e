// What the vendor's words mean: a failed call -> Fault; a refused record -> code, fields and their own message.
import { Fault, type FaultCode } from '../../faults.ts';
import type { WriteResult } from '../connector.ts';
import { isValues } from './records.ts';

type Refused = Extract<WriteResult, { readonly outcome: 'refused' }>;

/** A failed answer. What a failure half-way means depends on the call: `unreachable` where repeating is harmless. */
export interface FailedCall {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly ifCut: 'unreachable' | 'uncertain';
}

const messageCharactersMax = 300;
const limitCodes = ['SSS_REQUEST_LIMIT_EXCEEDED', 'CONCURRENCY_LIMIT_EXCEEDED'];
/** The script started and was stopped: some of its records may be saved. UNVERIFIED for the time limits. */
const stoppedCodes = [
  'UNEXPECTED_ERROR',
  'SSS_USAGE_LIMIT_EXCEEDED',
  'SSS_TIME_LIMIT_EXCEEDED',
  'SSS_REQUEST_TIME_EXCEEDED',
];
const loginCode = /^INVALID_LOGIN/;

interface Problem {
  readonly code: string | null;
  readonly message: string;
  /** What of the request it is about, in the vendor's spelling; null where it does not say. */
  readonly path: string | null;
}

export function isLoginRefused(status: number, text: string): boolean {
  return status === 401 || (status >= 400 && status < 500 && loginCode.test(problemIn(text).code ?? ''));
}

export function faultOf(call: FailedCall): Fault {
  const { code, message } = problemIn(call.text);
  const told = (fault: FaultCode, retryAfterMs: number | null = null) =>
    new Fault(fault, `NetSuite answered ${call.status}: ${message}`, { vendorCode: code, retryAfterMs });
  if (isLoginRefused(call.status, call.text)) return told('unauthorised');
  if (call.status === 429 || limitCodes.includes(code ?? '')) return told('throttled', retryAfterMs(call.headers));
  // No role, no deployment or no such script: the package is missing or the role may not run it.
  if (call.status === 403 || call.status === 404) return told('unauthorised');
  // Refused at the door, before any work; behind a page of some proxy nobody knows.
  if (call.status === 503 && !isPage(call)) return told('unreachable', retryAfterMs(call.headers));
  if (call.status >= 500 || isPage(call) || stoppedCodes.includes(code ?? '')) return told(call.ifCut);
  return told('unreadable');
}

/** A web page where JSON was expected: a proxy, a maintenance notice, a login form. */
export function isPage(answer: { readonly headers: Headers; readonly text: string }): boolean {
  return (answer.headers.get('content-type') ?? '').includes('text/html') || answer.text.trimStart().startsWith('<');
}

/** Their codes for one record. Everything else is a business rule. */
const codesOfRecord: Readonly<Record<string, FaultCode>> = {
  RCRD_HAS_BEEN_CHANGED: 'conflict',
  INVALID_CONTENT: 'schema-changed',
  INVALID_PARAMETER: 'schema-changed',
  NONEXISTENT_ID: 'orphaned',
  NOT_FOUND: 'orphaned',
  // Answered, so nothing follows later; the same external id makes trying again harmless.
  UNEXPECTED_ERROR: 'unreachable',
};
const lockedText = /\blocked\b/i;
/** USER_ERROR has one code for everything; these texts name the field where the answer does not. */
const fieldText = /for the following field: ([\w.[\]]+?)\.?(?:\s|$)/i;

export function refusalOf(refusal: {
  readonly code: string;
  readonly message: string;
  readonly field: string | null;
}): Refused {
  const field = refusal.field ?? fieldText.exec(refusal.message)?.[1] ?? null;
  const known = codesOfRecord[refusal.code];
  return {
    outcome: 'refused',
    code: known ?? (lockedText.test(refusal.message) ? 'locked' : 'rejected'),
    message: refusal.message.slice(0, messageCharactersMax),
    fields: field === null ? [] : [/[.[]/.test(field) ? `sublists.${field}` : `values.${field}`],
    vendorCode: refusal.code,
  };
}

/** `{error:{code,message}}` is a RESTlet's, `{o:errorDetails:[…]}` that of the doors before it. */
export function problemIn(text: string): Problem {
  const body = parsed(text);
  const error = isValues(body) ? body['error'] : undefined;
  if (isValues(error)) return problemOf(error['code'], error['message'], null);
  const details = isValues(body) ? body['o:errorDetails'] : undefined;
  const first: unknown = Array.isArray(details) ? details[0] : undefined;
  if (isValues(first)) return problemOf(first['o:errorCode'], first['detail'], first['o:errorPath']);
  return { code: null, message: 'no reason was given', path: null };
}

function problemOf(code: unknown, message: unknown, path: unknown): Problem {
  return {
    code: typeof code === 'string' ? code : null,
    message: typeof message === 'string' ? message.slice(0, messageCharactersMax) : 'no reason was given',
    path: typeof path === 'string' ? path : null,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function retryAfterMs(headers: Headers): number | null {
  const seconds = headers.get('retry-after');
  return seconds !== null && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : null;
}
