// What the session asks of an account, in the words of PROTOCOL.md. Two ways answer it: our SuiteApp's RESTlet, and the
// vendor's own interfaces where the SuiteApp is not installed.
import type { z } from 'zod';

/** What a cut means: calls that may be repeated without harm are `unreachable`, the others `uncertain`. */
export type IfCut = 'unreachable' | 'uncertain';

export interface Answer<Body> {
  readonly body: Body;
  /** The vendor's support asks for it. */
  readonly requestId: string | null;
}

export interface Named {
  readonly type: string;
  readonly id: string;
}

/** One record to save: that of the id, else that of the external id, else a new one. */
export interface ToApply {
  readonly type: string;
  readonly id: string | null;
  /** Null where an id is given and ours is not to be changed. */
  readonly externalid: string | null;
  readonly values: Readonly<Record<string, unknown>>;
  readonly sublists?: Readonly<Record<string, unknown>>;
  /** Single lines to change or add; all others are left. */
  readonly lines?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /** The revision that our package's capture knows our saves by. */
  readonly stamp: string;
  readonly statuses?: readonly unknown[];
}

export interface ToFind {
  readonly type: string;
  readonly field: string;
  readonly value: string;
}

export type Question =
  | { readonly verb: 'read'; readonly records: readonly Named[] }
  | { readonly verb: 'apply'; readonly records: readonly ToApply[] }
  | { readonly verb: 'find'; readonly keys: readonly ToFind[] }
  | {
      readonly verb: 'changes';
      readonly type: string;
      readonly since: string | null;
      readonly afterId: string | null;
      readonly limit: number;
    }
  | { readonly verb: 'drain'; readonly after: string | null; readonly limit: number }
  | { readonly verb: 'describe'; readonly type: string }
  | { readonly verb: 'ping' }
  | { readonly verb: 'status'; readonly statuses: readonly unknown[] };

export interface Access {
  call<Shape extends z.ZodType>(question: Question, shape: Shape, ifCut: IfCut): Promise<Answer<z.infer<Shape>>>;
}
