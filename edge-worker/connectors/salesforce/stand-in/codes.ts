// Codes with which Salesforce refuses calls and single records for reasons that no request brings about by itself.
// A switch names one of them. UNVERIFIED: most texts; the codes stand in the vendor's published enumerations.

interface RefusedCall {
  readonly status: number;
  readonly message: string;
  /** Where it is not the name it has here. */
  readonly code?: string;
}

/** By the `detail` of the switch `break`. */
export const refusedCalls: Readonly<Record<string, RefusedCall>> = {
  UNKNOWN_EXCEPTION: { status: 500, message: 'An unexpected error occurred. Please contact support: 1234567-8 (90)' },
  FUNCTIONALITY_TEMPORARILY_UNAVAILABLE: { status: 503, message: 'This functionality is temporarily unavailable.' },
  ORG_IN_MAINTENANCE: { status: 503, message: 'The organization is in maintenance.' },
  INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE: { status: 503, message: 'The organization is read-only.' },
  QUERY_TIMEOUT: { status: 400, message: 'Your query request was running for too long.' },
  REQUEST_RUNNING_TOO_LONG: { status: 400, message: 'Your request was running for too long, and has been stopped.' },
  OPERATION_TOO_LARGE: { status: 400, message: "exceeded 100000 distinct who/what's" },
  API_DISABLED_FOR_ORG: { status: 403, message: 'API is not enabled for this Organization or Partner' },
  API_CURRENTLY_DISABLED: { status: 403, message: 'API is currently disabled for this User' },
  /** A session that no new token heals: the code is that of an expired one, the words are not. */
  NOT_ATTACHED: { status: 401, code: 'INVALID_SESSION_ID', message: 'Connected app is not attached to Agent' },
};

/** By the `detail` of the switch `reject`. */
export const refusedRecords: Readonly<Record<string, string>> = {
  DUPLICATES_DETECTED: 'Use one of these records?',
  INSUFFICIENT_ACCESS_OR_READONLY: 'insufficient access rights on object id',
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: 'insufficient access rights on cross-reference id',
  FIELD_FILTER_VALIDATION_EXCEPTION: 'Value does not exist or does not match filter criteria.',
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: 'Trigger: execution of BeforeUpdate',
  CANNOT_EXECUTE_FLOW_TRIGGER: "We can't save this record because a flow failed.",
  ENTITY_IS_DELETED: 'entity is deleted',
  RECORD_LOCKED: 'The record is locked.',
  STORAGE_LIMIT_EXCEEDED: 'storage limit exceeded',
};
