// How Salesforce says no, and the one shape in which every route hands its answer to the HTTP edge.

/** What a route answers, before it is written out. `json` is a value, so that a composite can carry it as one part. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal of one record or one request. `fields` is null where Salesforce leaves the key out. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  readonly fields: readonly string[] | null;
  readonly status: number;

  constructor(code: string, message: string, fields: readonly string[] | null = [], status = 400) {
    super(message);
    this.code = code;
    this.fields = fields;
    this.status = status;
  }

  /** Top-level error bodies are arrays and say `errorCode`. */
  toAnswer(): Answer {
    const body = { message: this.message, errorCode: this.code };
    return { status: this.status, json: [this.fields ? { ...body, fields: this.fields } : body] };
  }

  /** Inside a collection the same refusal says `statusCode`. */
  toResult(): { readonly statusCode: string; readonly message: string; readonly fields: readonly string[] } {
    return { statusCode: this.code, message: this.message, fields: this.fields ?? [] };
  }
}

export const notFound = (): Refused => new Refused('NOT_FOUND', 'The requested resource does not exist', null, 404);

export const noSuchRecord = (key: string): Refused =>
  new Refused('NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${key}`, null, 404);

export const isDeleted = (): Refused => new Refused('ENTITY_IS_DELETED', 'entity is deleted', [], 404);

/** Text that the deserialiser cannot take fails the whole request, even inside a collection. */
export const unreadable = (message: string): Refused => new Refused('JSON_PARSER_ERROR', message, null);

export const sessionInvalid = (): Answer => ({
  status: 401,
  json: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
  headers: { 'WWW-Authenticate': 'Token' },
});
