// One execution of one script: for whom and where it runs, what it may spend, and how it waits for an answer.

import type { User } from '../users.ts';
import type { Meter } from './meter.ts';
import type { HttpAnswer, HttpRequest } from './network.ts';
import type { Deployment } from './project.ts';
import { scriptError } from './script-error.ts';

export interface Doing {
  readonly user: User;
  /** The role's script id. */
  readonly role: string;
  readonly context: string;
}

/** What a step gave: kept while the run waits, so that it can be gone through again. */
type Outcome = { readonly what: string } & ({ readonly value: unknown } | { readonly problem: unknown });

/** Scripts wait in the midst of their code. JavaScript cannot, so the run is left and gone through again from the start
 * with everything it did so far answered from this book, never done twice. */
export class Book {
  readonly outcomes: Outcome[] = [];
  /** The request the run waits for. */
  waitsFor: HttpRequest | null = null;

  answer(answer: HttpAnswer): void {
    this.outcomes.push({ what: 'request', value: answer });
    this.waitsFor = null;
  }

  fail(problem: Error): void {
    this.outcomes.push({ what: 'request', problem });
    this.waitsFor = null;
  }
}

class Suspended extends Error {
  override readonly name = 'Suspended';
}

export class Frame {
  readonly deployment: Deployment;
  readonly doing: Doing;
  readonly meter: Meter;
  /** Null in runs that cannot wait: those of a save. */
  readonly #book: Book | null;
  #at = 0;

  constructor(deployment: Deployment, doing: Doing, meter: Meter, book: Book | null) {
    this.deployment = deployment;
    this.doing = doing;
    this.meter = meter;
    this.#book = book;
  }

  /** Anything that has an effect, or that could give another answer the next time. */
  step<Result>(what: string, work: () => Result): Result {
    const book = this.#book;
    if (book === null) return work();
    // Whatever a script does after it was left, such as logging the failure, did not happen.
    if (book.waitsFor !== null) throw new Suspended();
    const known = book.outcomes[this.#at];
    if (known) return this.#again(known, what) as Result;
    this.#at++;
    try {
      const value = work();
      book.outcomes.push({ what, value });
      return value;
    } catch (problem) {
      book.outcomes.push({ what, problem });
      throw problem;
    }
  }

  request(request: HttpRequest): HttpAnswer {
    const book = this.#book;
    if (book === null) {
      throw scriptError('UNEXPECTED_ERROR', 'This platform makes no outbound call in the midst of a save.');
    }
    if (book.waitsFor !== null) throw new Suspended();
    const known = book.outcomes[this.#at];
    if (known) return this.#again(known, 'request') as HttpAnswer;
    book.waitsFor = request;
    throw new Suspended();
  }

  #again(known: Outcome, what: string): unknown {
    this.#at++;
    if (known.what !== what) throw new Error(`a run took another way the second time: ${what} after ${known.what}`);
    if ('problem' in known) throw known.problem;
    return known.value;
  }
}
