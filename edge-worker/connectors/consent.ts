// What the hub asks of a host whose administrator lets us in on a page of the host: where that page is, and how what it
// sends back becomes credentials of our own.
import type { Role } from '../../shared/entities/entity.ts';
import type { Environment } from './session.ts';

/** Our own registration with the vendor, the same for all customers. */
export interface ConsentClient {
  readonly id: string;
  readonly secret: string;
  /** Laid over the settings that follow from the account, e.g. other addresses. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface ConsentAsked {
  readonly account: string;
  readonly environment: Environment;
  readonly client: ConsentClient;
  /** Where the host sends the administrator back to. */
  readonly redirectUri: string;
}

export interface Consented {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
}

export interface Consent {
  readonly roles: readonly Role[];
  /** The host's page; null when this is no account of such an environment. */
  pageFor(asked: ConsentAsked, state: string, challenge: string): URL | null;
  /** Throws `Fault` when the consent was not given, or not for this account. Called once for each consent. */
  complete(
    asked: ConsentAsked,
    came: {
      /** What the host added to our address. */
      readonly query: URLSearchParams;
      readonly verifier: string;
      readonly fetch: (request: Request) => Promise<Response>;
      readonly nowMs: number;
      readonly randomBytes: (count: number) => Uint8Array<ArrayBuffer>;
    },
  ): Promise<Consented>;
}
