// What the hub asks of a system whose own admin connects it from inside: who asks, and whether the account lets us in.
import type { z } from 'zod';
import type { Delivery } from './receiver.ts';
import type { Environment } from './session.ts';

/** What somebody says; nothing in it is believed before the account's own record says the same. */
export interface PairingRequest {
  /** Whose message it came in; null when it came without one. */
  readonly account: string | null;
  readonly username: string;
  /** The account's own record of the request, in its own terms. */
  readonly recordType: string;
  readonly recordId: string;
}

/** What the account's pages are shown of it. */
export interface PairingShown {
  readonly state: 'pairing' | 'connected' | 'refused';
  readonly installation: string | null;
  /** Codes of the steps that are still open. */
  readonly missing: readonly string[];
}

/** An account that let us in, and what its record asks for. */
export interface Opened {
  readonly outcome: 'open';
  readonly account: string;
  readonly environment: Environment;
  /** A name for people, from the account itself. */
  readonly name: string;
  /** What a connection to it is set up with. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** A code of the installation that it is to join; null where it founds one. */
  readonly code: string | null;
  readonly jurisdiction: '' | 'eu';
  show(shown: PairingShown): Promise<void>;
}

export type PairingOutcome =
  | Opened
  /** It did not let us in, or not to everything: codes of the steps that somebody has to take there. */
  | { readonly outcome: 'shut'; readonly missing: readonly string[] }
  /** Its record asks for nothing, or no longer. */
  | { readonly outcome: 'idle' };

export interface PairingTools {
  /** What the operator holds of our own app there, for all customers. */
  readonly app: unknown;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly nowMs: () => number;
}

/** For systems where one app of ours signs in to every customer's account. */
export interface Pairing {
  /** What the operator holds of it; stands in for the secrets of a connection that has none of its own. */
  readonly app: z.ZodType;
  requestsIn(delivery: Delivery): Promise<readonly PairingRequest[]>;
  /** Throws `Fault` when nothing can be said of it now. Trying again does no harm. */
  attempt(request: PairingRequest, tools: PairingTools): Promise<PairingOutcome>;
}

/** A connection without secrets of its own signs in with our app. */
export function usesOurApp(connector: { readonly pairing?: Pairing }, secrets: object): boolean {
  return connector.pairing !== undefined && Object.keys(secrets).length === 0;
}
