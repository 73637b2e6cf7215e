// What this API's error codes mean for the hub, as one table; for whole calls and for single records of a collection.
import { z } from 'zod';
import { Fault, type FaultCode } from '../../faults.ts';

/** The rolling daily allowance is used up: probing sooner only costs more calls. */
const dailyLimitRetryMs = 15 * 60_000;
/** Too many long calls at once: these end within seconds. */
const concurrentLimitRetryMs = 5_000;
/** The words of the day's limit; every other limit passes within seconds. */
const dailyLimitWords = /TotalRequests/i;
const storageRetryMs = 60 * 60_000;
const messageLengthMax = 300;

const callErrors = z.array(
  z.object({ errorCode: z.string(), message: z.string(), fields: z.array(z.string()).nullish() }),
);
export type CallError = z.infer<typeof callErrors>[number];

export const recordErrors = z.array(
  z.object({ statusCode: z.string(), message: z.string(), fields: z.array(z.string()).nullish() }),
);
export type RecordError = z.infer<typeof recordErrors>[number];

const codesByFault = {
  throttled: 'REQUEST_LIMIT_EXCEEDED STORAGE_LIMIT_EXCEEDED LIMIT_EXCEEDED',
  locked: 'UNABLE_TO_LOCK_ROW ENTITY_IS_LOCKED RECORD_LOCKED',
  unreachable:
    'SERVER_UNAVAILABLE UNKNOWN_EXCEPTION FUNCTIONALITY_TEMPORARILY_UNAVAILABLE ORG_IN_MAINTENANCE ' +
    'INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE QUERY_TIMEOUT EXCEEDED_ID_LIMIT INVALID_QUERY_LOCATOR ' +
    'REQUEST_RUNNING_TOO_LONG OPERATION_TOO_LARGE',
  unauthorised:
    'INVALID_SESSION_ID INSUFFICIENT_ACCESS INSUFFICIENT_ACCESS_OR_READONLY ' +
    'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY API_DISABLED_FOR_ORG API_CURRENTLY_DISABLED INVALID_CLIENT',
  'schema-changed':
    'INVALID_FIELD INVALID_TYPE INVALID_FIELD_FOR_INSERT_UPDATE MALFORMED_ID MALFORMED_QUERY JSON_PARSER_ERROR ' +
    'NOT_FOUND INVALID_QUERY_FILTER_OPERATOR',
  orphaned: 'INVALID_CROSS_REFERENCE_KEY',
  // Read again: the record is gone, and what follows from that is decided anew.
  conflict: 'ENTITY_IS_DELETED',
  rejected:
    'DUPLICATES_DETECTED DUPLICATE_EXTERNAL_ID DUPLICATE_VALUE FIELD_CUSTOM_VALIDATION_EXCEPTION ' +
    'REQUIRED_FIELD_MISSING INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST STRING_TOO_LONG NUMBER_OUTSIDE_VALID_RANGE ' +
    'FIELD_INTEGRITY_EXCEPTION FIELD_FILTER_VALIDATION_EXCEPTION CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY ' +
    'CANNOT_EXECUTE_FLOW_TRIGGER',
} as const satisfies Partial<Record<FaultCode, string>>;

const faultByCode: ReadonlyMap<string, FaultCode> = new Map(
  (Object.entries(codesByFault) as [FaultCode, string][]).flatMap(([fault, codes]) =>
    codes.split(' ').map((code) => [code, fault] as const),
  ),
);

/** Refused only because of a neighbour in the same call. */
const collateralCodes: ReadonlySet<string> = new Set(['PROCESSING_HALTED', 'ALL_OR_NONE_OPERATION_ROLLED_BACK']);

/** A 401 with one of these words stays a 401 however new the token is. */
const hopelessSession = /Connected app is not attached to Agent|not valid for use with the REST API/i;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export function isExpiredSession({ status, text }: Answer): boolean {
  return status === 401 && !hopelessSession.test(text);
}

/** The Fault of an answer that is no success. A gateway that lost a write's answer leaves it uncertain. */
export function faultOf(answer: Answer, isWrite: boolean): Fault {
  const error = firstError(answer.text);
  if (error === null) return faultWithoutCode(answer.status, isWrite);
  const code = faultByCode.get(error.errorCode) ?? faultByStatus(answer.status);
  return new Fault(code, wordsOf(error.errorCode, error.message), {
    vendorCode: error.errorCode,
    fields: error.fields ?? [],
    retryAfterMs: waitOf(error),
  });
}

function firstError(text: string): CallError | null {
  try {
    return callErrors.parse(JSON.parse(text))[0] ?? null;
  } catch {
    return null;
  }
}

function faultWithoutCode(status: number, isWrite: boolean): Fault {
  const words = `The answer was ${status} without an error code`;
  if (status === 401) return new Fault('unauthorised', words);
  if (status === 429) return new Fault('throttled', words, { retryAfterMs: concurrentLimitRetryMs });
  if (status === 503) return new Fault('unreachable', words);
  if (status >= 500) return new Fault(isWrite ? 'uncertain' : 'unreachable', words);
  return new Fault('unreadable', words);
}

function faultByStatus(status: number): FaultCode {
  if (status === 401 || status === 403) return 'unauthorised';
  return status >= 500 ? 'unreachable' : 'unreadable';
}

function waitOf({ errorCode, message }: CallError): number | null {
  if (errorCode === 'REQUEST_LIMIT_EXCEEDED') {
    return dailyLimitWords.test(message) ? dailyLimitRetryMs : concurrentLimitRetryMs;
  }
  return errorCode === 'STORAGE_LIMIT_EXCEEDED' || errorCode === 'LIMIT_EXCEEDED' ? storageRetryMs : null;
}

export interface RecordRefusal {
  readonly code: FaultCode;
  readonly message: string;
  readonly fields: readonly string[];
  readonly vendorCode: string;
}

/** What one failed record of a collection means; null when it fell with a neighbour and was not tried. */
export function refusalOf(errors: readonly RecordError[], externalIdField: string | null): RecordRefusal | null {
  const error = errors.find((candidate) => !collateralCodes.has(candidate.statusCode));
  if (error === undefined) return null;
  const named = error.statusCode === 'DUPLICATE_VALUE' ? duplicateField(error.message) : null;
  const isLostRace = named !== null && named === externalIdField;
  return {
    code: isLostRace ? 'conflict' : (faultByCode.get(error.statusCode) ?? 'rejected'),
    message: wordsOf(error.statusCode, error.message),
    fields: named === null ? (error.fields ?? []) : [named],
    vendorCode: error.statusCode,
  };
}

/** "duplicate value found: X__c duplicates value on record with id: a02…" names the field in words only. */
function duplicateField(message: string): string | null {
  return /duplicate value found:\s*(\w+)/i.exec(message)?.[1] ?? null;
}

function wordsOf(code: string, message: string): string {
  return `${code}: ${message}`.slice(0, messageLengthMax);
}
