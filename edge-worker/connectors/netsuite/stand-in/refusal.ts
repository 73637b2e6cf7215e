// The vendor's own words when it says no. Texts with a source are in FACTS.md#errors; the others are marked there.

/** A request that the books refuse. Both doors, REST and RESTlet, wrap it in their own body. */
export class Refusal extends Error {
  readonly code: string;
  /** Path in the REST body, e.g. `subsidiary` or `expense.items[2]`. */
  readonly path: string | null;
  readonly status: number;

  constructor(code: string, message: string, path: string | null = null, status = 400) {
    super(message);
    this.code = code;
    this.path = path;
    this.status = status;
  }
}

const userError = (message: string, path: string | null = null) => new Refusal('USER_ERROR', message, path);

export const refusals = {
  viewOnly: (field: string) => userError(`You do not have permissions to set a value for element ${field}.`, field),
  missing: (labels: readonly string[], path: string) =>
    userError(`Please enter value(s) for: ${labels.join(', ')}.`, path),
  invalidValue: (value: string, field: string, path = field) =>
    userError(`You have entered an Invalid Field Value ${value} for the following field: ${field}.`, path),
  duplicateEntity: () => userError('This entity already exists.'),
  duplicateRecord: () => userError('This record already exists.', 'externalId'),
  locked: () => userError('This record has been locked by a user defined workflow.'),
  closedPeriod: () => userError('The transaction date is not within an open accounting period.', 'tranDate'),
  billedTime: () => userError('This time entry cannot be changed because it has been billed or posted.'),
  lockedWeek: () => userError('The timesheet for this week is locked.', 'tranDate'),
  dependents: () => userError('This record cannot be deleted because it has dependent records.'),
  overpaid: () => userError('The amount applied exceeds the amount due.', 'apply'),
  noPermission: () =>
    new Refusal(
      'INSUFFICIENT_PERMISSION',
      'Your current role does not have permission to perform this action.',
      null,
      403,
    ),
  unknownType: (name: string) => new Refusal('NOT_FOUND', `Record type '${name}' does not exist`, null, 404),
  unknownRecord: () =>
    new Refusal('NONEXISTENT_ID', 'The record instance does not exist. Provide a valid record instance ID.', null, 404),
  unknownField: (name: string) =>
    new Refusal('INVALID_CONTENT', `Unknown property '${name}' in the request body.`, name),
  wrongKind: (name: string, wanted: string) =>
    new Refusal('INVALID_CONTENT', `Invalid value for the property '${name}'. Provide a valid ${wanted}.`, name),
  tooLong: (name: string, maxLength: number) =>
    userError(`The field ${name} contained more than the maximum number ( ${maxLength} ) of characters allowed.`, name),
  badBody: () => new Refusal('INVALID_CONTENT', 'Invalid content in the request body.'),
  badParameter: (message: string) => new Refusal('INVALID_PARAMETER', message),
};
