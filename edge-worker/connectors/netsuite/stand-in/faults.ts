// The misbehaviours of one request: which ones apply to it, and what the vendor then answers or does.
import { ConnectionCut, type FaultSwitch, type Misbehaviour, type Switchboard } from '../../stand-in.ts';
import type { Books } from './books.ts';
import { type Refusal, refusals } from './refusal.ts';
import { recordBase } from './rest-codec.ts';
import type { Tokens } from './tokens.ts';
import { type Answer, broken, type Call, type Door, htmlPage, throttled } from './wire.ts';

const writeMethods = new Set(['POST', 'PATCH', 'PUT', 'DELETE']);
const writeVerb = /"verb"\s*:\s*"(apply|status)"/;
const defaultDelayMs = 1000;

/** Whether the request means to change records. */
function isWrite(door: Door, call: Call): boolean {
  if (door === 'restlet') return writeVerb.test(call.body);
  return door === 'rest' && writeMethods.has(call.method) && call.path.startsWith(recordBase);
}

const labelOf = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

export class Faults {
  readonly #board: Switchboard;
  readonly #books: Books;
  readonly #tokens: Tokens;
  #errors = 0;

  constructor(board: Switchboard, books: Books, tokens: Tokens) {
    this.#board = board;
    this.#books = books;
    this.#tokens = tokens;
  }

  isRevoked(): boolean {
    return this.#board.isArmed('revoke') !== null;
  }

  cutBefore(route: string): void {
    if (this.#board.take('cut-before', route)) throw new ConnectionCut('cut before the request took effect');
  }

  slowMs(route: string): number {
    const fault = this.#board.take('slow', route);
    return fault ? (fault.delayMs ?? defaultDelayMs) : 0;
  }

  /** What is answered instead of doing anything. */
  answerFor(door: Door, route: string, call: Call): Answer | null {
    if (this.#board.take('throttle', route)) return throttled(door);
    if (this.#board.take('break', route)) return broken(door, 503, `standin${++this.#errors}`);
    if (this.#board.take('html', route)) return htmlPage;
    const authorization = call.headers.get('authorization');
    const bearsToken = authorization?.toLowerCase().startsWith('bearer ') === true;
    if (bearsToken && this.#board.take('expire-token', route)) this.#tokens.expire(authorization);
    return null;
  }

  /** Lets the request take effect under the switches that change how it does. */
  around(door: Door, route: string, call: Call, run: () => Answer): Answer {
    const takesEffect = isWrite(door, call);
    const late = this.#takeEffect('late-commit', route, takesEffect);
    if (late) {
      this.#board.later(late.delayMs ?? defaultDelayMs, run);
      throw new ConnectionCut('cut; the request takes effect later');
    }
    this.#books.forced = this.#refusalFor(route, takesEffect);
    this.#books.hideNewForMs = takesEffect ? (this.#board.take('late-search', route)?.delayMs ?? 0) : 0;
    this.#books.blindForMs = takesEffect ? 0 : this.#blindMs(route);
    try {
      const answer = run();
      if (this.#takeEffect('commit-then-cut', route, takesEffect)) {
        throw new ConnectionCut('cut after the request took effect');
      }
      return answer;
    } finally {
      this.#books.forced = null;
      this.#books.hideNewForMs = 0;
      this.#books.blindForMs = 0;
    }
  }

  #refusalFor(route: string, takesEffect: boolean): Refusal | null {
    if (!takesEffect) return null;
    const reject = this.#board.take('reject', route);
    if (reject) {
      const name = reject.detail ?? 'subsidiary';
      return refusals.missing([labelOf(name)], name);
    }
    return this.#board.take('lock', route) ? refusals.locked() : null;
  }

  /** A switch without a route waits for a request that has an effect; one with a route takes any that matches. */
  #takeEffect(how: Misbehaviour, route: string, takesEffect: boolean): FaultSwitch | null {
    const armed = this.#board.isArmed(how);
    if (!armed || (!takesEffect && armed.route === undefined)) return null;
    return this.#board.take(how, route);
  }

  /** A late-search switch that names the search's own route blinds that search to young records. */
  #blindMs(route: string): number {
    const armed = this.#board.isArmed('late-search');
    if (armed?.route === undefined) return 0;
    return this.#board.take('late-search', route)?.delayMs ?? 0;
  }
}
