// The doors by which scripts are reached: RESTlets, Suitelets, portlets. Each as the platform opens it.
import { administrator } from '../permissions.ts';
import { type Answer, type Call as HttpCall, restletError } from '../wire.ts';
import type { Doing } from './frame.ts';
import { Form } from './n/form.ts';
import type { Platform } from './platform.ts';
import type { Deployment } from './project.ts';

const entryOf: Readonly<Record<string, string>> = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'delete' };
const invalidScript = 'That Suitelet is invalid, disabled, or no longer exists.';
const json = { 'Content-Type': 'application/json; charset=UTF-8' };

/** What a Suitelet answered: a form that the pages draw, or its own text. */
export interface SuiteletAnswer {
  readonly form: Form | null;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly redirectedTo: string | null;
}

export class NotFound extends Error {}
export class NotAllowed extends Error {}

export class Doors {
  readonly #platform: Platform;
  /** Secret fields of the forms that were drawn: what is typed there a script never sees. */
  readonly #secretFields = new Map<string, readonly string[]>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  restlet(call: HttpCall, doing: Doing): Answer {
    const deployment = this.#deployment(call.query, 'restlet');
    if (!deployment) return restletError(400, 'SSS_INVALID_SCRIPTLET_ID', invalidScript);
    if (!mayOpen(deployment, doing.role)) {
      return restletError(403, 'INSUFFICIENT_PERMISSION', 'You do not have permission to run this script.');
    }
    try {
      return this.#restletAnswer(call, deployment, doing);
    } catch (problem) {
      const { name, message } = problem as Error;
      return restletError(400, /^[A-Z_]+$/.test(name) ? name : 'UNEXPECTED_ERROR', message);
    }
  }

  #restletAnswer(call: HttpCall, deployment: Deployment, doing: Doing): Answer {
    const entry = entryOf[call.method] ?? '';
    if (!this.#platform.has(deployment, entry)) {
      return restletError(405, 'SSS_INVALID_METHOD', 'The script has no such entry point.');
    }
    const hasBody = call.method === 'POST' || call.method === 'PUT';
    if (hasBody && !/^application\/json/i.test(call.headers.get('content-type') ?? '')) {
      return restletError(415, 'SSS_INVALID_CONTENT_TYPE', 'Unsupported content type. Provide application/json.');
    }
    let given: unknown;
    try {
      given = hasBody ? JSON.parse(call.body) : parametersOf(call.query);
    } catch {
      // UNVERIFIED: the code for a body that is no JSON.
      return restletError(400, 'INVALID_REQUEST', 'The request could not be understood by the server.');
    }
    const answered = this.#platform.run(deployment, { entry, context: () => [given], doing });
    const body = typeof answered === 'string' ? answered : JSON.stringify(answered ?? '');
    return { status: 200, headers: json, body };
  }

  /** Throws `NotFound` or `NotAllowed`; what the script itself throws is the page's affair. */
  async suitelet(query: URLSearchParams, method: string, form: URLSearchParams, doing: Doing): Promise<SuiteletAnswer> {
    const deployment = this.#opened(query, doing);
    const given = this.#withoutSecrets(deployment, { ...parametersOf(query), ...Object.fromEntries(form) });
    const answer = new SuiteletResponse();
    const context = () => {
      answer.clear();
      return [{ request: { method, parameters: given, headers: {}, body: '' }, response: answer }];
    };
    this.#platform.redirectedTo = null;
    await this.#platform.runWaiting(deployment, {
      entry: 'onRequest',
      context,
      doing: { ...doing, context: 'SUITELET' },
    });
    return this.#told(deployment, answer);
  }

  /** The same for a Suitelet that waits for nothing, at once. */
  suiteletAtOnce(query: URLSearchParams, method: string, form: URLSearchParams, doing: Doing): SuiteletAnswer {
    const deployment = this.#opened(query, doing);
    const given = this.#withoutSecrets(deployment, { ...parametersOf(query), ...Object.fromEntries(form) });
    const answer = new SuiteletResponse();
    const context = () => [{ request: { method, parameters: given, headers: {}, body: '' }, response: answer }];
    this.#platform.redirectedTo = null;
    this.#platform.run(deployment, { entry: 'onRequest', context, doing: { ...doing, context: 'SUITELET' } });
    return this.#told(deployment, answer);
  }

  async portlet(deployment: Deployment, doing: Doing): Promise<{ readonly title: string; readonly html: string }> {
    const drawn = { title: deployment.title, html: '' };
    const context = () => [{ portlet: drawn, column: 1, entity: '' }];
    await this.#platform.runWaiting(deployment, { entry: 'render', context, doing: { ...doing, context: 'PORTLET' } });
    return drawn;
  }

  #opened(query: URLSearchParams, doing: Doing): Deployment {
    const deployment = this.#deployment(query, 'suitelet');
    if (!deployment) throw new NotFound(invalidScript);
    if (!mayOpen(deployment, doing.role)) throw new NotAllowed('You do not have permission to open this page.');
    return deployment;
  }

  #told(deployment: Deployment, { form, text, headers }: SuiteletResponse): SuiteletAnswer {
    for (const field of form?.fields ?? []) {
      if (field.secretFor !== null) this.#secretFields.set(`${deployment.id}/${field.id}`, field.secretFor);
    }
    return { form, text, headers, redirectedTo: this.#platform.redirectedTo };
  }

  #withoutSecrets(deployment: Deployment, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const kept = Object.entries(given).map(([name, value]) => {
      const scripts = this.#secretFields.get(`${deployment.id}/${name}`);
      return [name, scripts === undefined || value === '' ? value : this.#platform.secrets.keep(value, scripts)];
    });
    return Object.fromEntries(kept);
  }

  #deployment(query: URLSearchParams, type: string): Deployment | null {
    const found = this.#platform.find(query.get('script') ?? '', query.get('deploy') ?? '');
    return found?.scriptType === type ? found : null;
  }
}

class SuiteletResponse {
  form: Form | null = null;
  text = '';
  headers: Record<string, string> = {};

  clear(): void {
    this.form = null;
    this.text = '';
    this.headers = {};
  }

  setHeader({ name, value }: { name: string; value: string }): void {
    this.headers[name] = value;
  }

  write(output: string | { output: string }): void {
    this.text += typeof output === 'string' ? output : output.output;
  }

  writePage(page: Form | { pageObject: Form }): void {
    this.form = page instanceof Form ? page : page.pageObject;
  }
}

export function mayOpen(deployment: Deployment, role: string): boolean {
  return deployment.allRoles || deployment.roles.includes(role) || role === administrator;
}

const own = new Set(['script', 'deploy']);

const parametersOf = (query: URLSearchParams) => Object.fromEntries([...query].filter(([name]) => !own.has(name)));
