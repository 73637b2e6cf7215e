// How this vendor says no: the bodies of FACTS.md#errors, each in one place.

/** A finished HTTP answer, before headers. */
export interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: string | null;
  readonly location?: string;
}

export interface ErrorRow {
  readonly type: 'oauth' | 'system' | 'validation';
  readonly message: string;
  readonly field?: string;
  readonly index?: number;
}

const jsonType = 'application/json; charset=utf-8';

export function json(status: number, body: unknown): Answer {
  return { status, contentType: jsonType, body: JSON.stringify(body) };
}

export function refused(status: number, ...errors: readonly ErrorRow[]): Answer {
  return json(status, { errors });
}

export const noContent: Answer = { status: 204, contentType: null, body: null };

const page = (title: string): string =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body><center><h1>${title}</h1></center></body>\r\n</html>\r\n`;

// Only the 401, 422 and malformed texts were read in a source; the others are FACTS.md#unverified.
export const unauthorised = refused(401, { type: 'oauth', message: 'Invalid OAuth 2 Request' });
export const forbidden = refused(403, { type: 'system', message: 'You are not authorized to perform this action' });
export const notFound = refused(404, { type: 'system', message: 'Not Found' });
export const malformed = json(400, {
  status: 400,
  error: 'malformed JSON detected, please lint your request params',
});
export const unavailable = refused(503, { type: 'system', message: 'Service is unavailable' });
// Bare on purpose: no Retry-After, no RateLimit headers, and not even JSON.
export const throttled: Answer = { status: 429, contentType: 'text/plain', body: 'Retry later\n' };
export const timedOut: Answer = {
  status: 504,
  contentType: 'text/html',
  body: page('504 Gateway Time-out'),
};
export const badGateway: Answer = {
  status: 502,
  contentType: 'text/html',
  body: page('502 Bad Gateway'),
};

/** Thrown inside a request to end it with one of this vendor's errors; nothing may have been saved yet. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly errors: readonly ErrorRow[];

  constructor(status: number, errors: readonly ErrorRow[]) {
    super(errors.map((error) => error.message).join('; '));
    this.status = status;
    this.errors = errors;
  }

  /** 422 on one field; the message is completed the way Rails does it. */
  static of(field: string, complaint: string): Refusal {
    const words = field.replace(/_ids?$/, '').replaceAll('_', ' ');
    const message = `${words.charAt(0).toUpperCase()}${words.slice(1)} ${complaint}`;
    return new Refusal(422, [{ type: 'validation', message, field }]);
  }

  /** 422 with the vendor's own whole sentence. */
  static saying(field: string, message: string): Refusal {
    return new Refusal(422, [{ type: 'validation', message, field }]);
  }

  /** A query the endpoint cannot work with. */
  static query(message: string): Refusal {
    return new Refusal(400, [{ type: 'system', message }]);
  }

  static missing(): Refusal {
    return new Refusal(404, [{ type: 'system', message: 'Not Found' }]);
  }

  /** In a bulk create the error also says which of the sent records it means. */
  at(index: number): Refusal {
    return new Refusal(
      this.status,
      this.errors.map((error) => ({ ...error, index })),
    );
  }

  answer(): Answer {
    return refused(this.status, ...this.errors);
  }
}
