// Calls that scripts make to the outside, over the way that tests can disturb.
import type { StandInOptions, Switchboard } from '../../../stand-in.ts';
import { scriptError } from './script-error.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface HttpAnswer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** On this machine nobody has a certificate: what scripts call by https is reached without it. */
const onThisMachine = /^https:(\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?\/)/;

export const reachable = (url: string) => url.replace(onThisMachine, 'http:$1');

export class Network {
  readonly #send: StandInOptions['send'];
  readonly #board: Switchboard;

  constructor(send: StandInOptions['send'], board: Switchboard) {
    this.#send = send;
    this.#board = board;
  }

  async call(request: HttpRequest): Promise<HttpAnswer> {
    if (!/^https:\/\//.test(request.url)) {
      throw scriptError('SSS_INVALID_URL', 'The URL must be a fully qualified HTTPS URL.');
    }
    const route = `${request.method} ${new URL(request.url).pathname}`;
    if (this.#board.take('lose-notices', route)) return { code: 202, headers: {}, body: '' };
    if (this.#board.take('duplicate-notices', route)) await this.#once(request);
    return this.#once(request);
  }

  async #once({ method, url, headers, body }: HttpRequest): Promise<HttpAnswer> {
    try {
      const response = await this.#send(new Request(reachable(url), { method, headers: { ...headers }, body }));
      return {
        code: response.status,
        headers: Object.fromEntries(response.headers),
        body: await response.text(),
      };
    } catch (cause) {
      const error = scriptError(
        'SSS_REQUEST_TIME_EXCEEDED',
        `The host of ${new URL(url).host} did not answer in time.`,
      );
      error.cause = cause;
      throw error;
    }
  }
}
