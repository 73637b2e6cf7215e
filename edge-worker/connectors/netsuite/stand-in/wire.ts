// Calls and answers of the vendor's HTTP doors, and the bodies in which each door says that something went wrong.
import { Refusal } from './refusal.ts';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** REST and RESTlet doors phrase the same trouble differently; the token endpoint in a third way. */
export type Door = 'rest' | 'restlet' | 'oauth' | 'page';

export const restletPath = '/app/site/hosting/restlet.nl';

export function doorOf(path: string): Door {
  if (path === restletPath) return 'restlet';
  if (path === '/services/rest/auth/oauth2/v1/token') return 'oauth';
  return path.startsWith('/services/rest/') ? 'rest' : 'page';
}

const titles: Readonly<Record<number, readonly [title: string, section: string]>> = {
  400: ['Bad Request', '10.4.1'],
  401: ['Unauthorized', '10.4.2'],
  403: ['Forbidden', '10.4.4'],
  404: ['Not Found', '10.4.5'],
  405: ['Method Not Allowed', '10.4.6'],
  415: ['Unsupported Media Type', '10.4.16'],
  429: ['Too Many Requests', '10.4'],
  500: ['Internal Server Error', '10.5.1'],
  503: ['Service Unavailable', '10.5.4'],
};

export interface ErrorDetail {
  readonly detail: string;
  readonly code: string;
  readonly more?: Readonly<Record<string, string>>;
  readonly title?: string;
}

const json = { 'Content-Type': 'application/json; charset=UTF-8' };

export function restError(status: number, error: ErrorDetail): Answer {
  const [title, section] = titles[status] ?? ['Error', '10.4'];
  const body = {
    type: `https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec${section}`,
    title: error.title ?? title,
    status,
    'o:errorDetails': [{ detail: error.detail, ...error.more, 'o:errorCode': error.code }],
  };
  const headers = { 'Content-Type': 'application/vnd.oracle.resource+json; type=error' };
  return { status, headers, body: JSON.stringify(body) };
}

/** The vendor writes this body with a space before each colon of the outer keys. */
export const restletError = (status: number, code: string, message: string): Answer => ({
  status,
  headers: json,
  body: `{"error" : {"code" : ${JSON.stringify(code)},"message" : ${JSON.stringify(message)}}}`,
});

export function refused(door: Door, refusal: Refusal): Answer {
  if (door === 'restlet') return restletError(400, refusal.code, refusal.message);
  const detail =
    refusal.code === 'USER_ERROR' ? `Error while accessing a resource. ${refusal.message}` : refusal.message;
  const more: Record<string, string> = refusal.path === null ? {} : { 'o:errorPath': refusal.path };
  return restError(refusal.status, { detail, code: refusal.code, more });
}

const invalidLogin =
  'Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at ' +
  'Setup > Users/Roles > User Management > View Login Audit Trail.';

export function unauthorised(door: Door, account: string): Answer {
  const challenge = `Bearer realm="${account}", error="invalid_token", error_description="Invalid login attempt."`;
  const answer =
    door === 'restlet'
      ? restletError(401, 'INVALID_LOGIN_ATTEMPT', 'Invalid login attempt.')
      : restError(401, { detail: invalidLogin, code: 'INVALID_LOGIN' });
  return { ...answer, headers: { ...answer.headers, 'WWW-Authenticate': challenge } };
}

export function throttled(door: Door): Answer {
  if (door === 'restlet') {
    return restletError(400, 'SSS_REQUEST_LIMIT_EXCEEDED', 'Request Limit Exceeded.');
  }
  const detail = 'Concurrent request limit exceeded. Request blocked.';
  return restError(429, { detail, code: 'CONCURRENCY_LIMIT_EXCEEDED' });
}

export function broken(door: Door, status: number, errorId: string): Answer {
  const detail = `An unexpected error occurred. Error ID: ${errorId}`;
  if (door === 'restlet') return restletError(status, 'UNEXPECTED_ERROR', detail);
  return restError(status, { detail, code: 'UNEXPECTED_ERROR' });
}

export const htmlPage: Answer = {
  status: 502,
  headers: { 'Content-Type': 'text/html; charset=UTF-8' },
  body: '<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>',
};

export const ok = (content: unknown, type: string, status = 200): Answer => ({
  status,
  headers: { 'Content-Type': type },
  body: JSON.stringify(content),
});

export const plainJson = (content: unknown): Answer => ok(content, 'application/json; charset=UTF-8');

export const resourceJson = (content: unknown, type: 'singular' | 'collection'): Answer =>
  ok(content, `application/vnd.oracle.resource+json; type=${type}`);

export const oauthError = (status: number, error: string, account: string): Answer => ({
  ...ok({ error }, json['Content-Type'], status),
  headers: {
    ...json,
    ...(status === 401 ? { 'WWW-Authenticate': `Basic realm="${account}"` } : {}),
  },
});

/** Runs a door's work and turns what it refuses into that door's body. */
export function guarded(door: Door, work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return refused(door, error);
    throw error;
  }
}

/** For the call book: the route with its ids taken out. */
export function patternOf(method: string, path: string): string {
  const parts = path.split('/');
  const shown = parts.map((part, index) => {
    if (parts[index - 1] === 'clients') return '{clientId}';
    if (parts[index - 1] === 'certificates' || /^-?\d+$/.test(part)) return '{id}';
    return /^eid(:|%3A)/i.test(part) ? 'eid:{externalId}' : part;
  });
  return `${method} ${shown.join('/')}`;
}
