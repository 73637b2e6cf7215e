// A downstream system: a real HTTP server that proves what it is told with the public library, and can misbehave.
import { Webhook } from 'standardwebhooks';
import { ConnectionCut } from '../../edge-worker/connectors/stand-in.ts';
import { type Served, serve } from './serve.ts';

export interface Heard {
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What this server answered; `cut` and `hang` = nothing. */
  readonly answer: Answer;
}

export type Answer = number | 'cut' | 'hang';

export class Subscriber {
  /** Keys it accepts. One is enough for a call to be genuine. */
  readonly keys: string[] = [];
  /** Everything that came, in order, repeats too. */
  readonly heard: Heard[] = [];
  /** Calls that no key of ours has signed. */
  forged = 0;
  answer: (event: Heard) => Answer = () => 204;
  #served: Served | null = null;
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hooks/tieout`;
  }

  async start(): Promise<this> {
    this.#served = await serve((request) => this.#take(request), this.#port);
    return this;
  }

  async stop(): Promise<void> {
    await this.#served?.close();
    this.#served = null;
  }

  /** What it has taken, each event once, in the order of first arrival. */
  get taken(): readonly Heard[] {
    const known = new Set<string>();
    return this.heard.filter(
      (one) => typeof one.answer === 'number' && one.answer < 300 && !known.has(one.id) && known.add(one.id),
    );
  }

  async #take(request: Request): Promise<Response> {
    const body = await request.text();
    const headers = Object.fromEntries(request.headers);
    if (!this.keys.some((key) => isGenuine(key, body, headers))) {
      this.forged++;
      return new Response(null, { status: 401 });
    }
    const { id, type, sequence, data } = JSON.parse(body) as Heard;
    const event = { id, type, sequence, data, headers, body, answer: 0 };
    const answer = this.answer(event);
    this.heard.push({ ...event, answer });
    if (answer === 'cut') throw new ConnectionCut('the line is dead');
    if (answer === 'hang') return new Promise(() => undefined);
    return new Response(null, { status: answer });
  }
}

function isGenuine(key: string, body: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(key).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
