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

/** One line of the checklist: what is done, or missing, as a code with what its words name. */
export interface SetupStep {
  readonly code: string;
  readonly isDone: boolean;
  readonly params: Readonly<Record<string, string>>;
}

/** A certificate that we may not store ourselves: an administrator does, and tells its id. */
export interface ByHand {
  /** Empty once it was shown. */
  readonly certificate: string;
  /** What we must know again when the id comes; kept sealed in the page until then. */
  readonly kept: Readonly<Record<string, unknown>>;
}

export interface Consented {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly steps: readonly SetupStep[];
  /** Null while it cannot be connected: the steps say what is to be mended. */
  readonly secrets: Readonly<Record<string, unknown>> | null;
  readonly byHand: ByHand | null;
}

export interface Outside {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly nowMs: number;
}

export interface Consent {
  readonly roles: readonly Role[];
  /** The host's page; null when this is no account of such an environment. */
  pageFor(asked: ConsentAsked, state: string, challenge: string): URL | null;
  /** Throws `Fault` when the consent was not given, or not for this account. Called once for each consent. */
  complete(
    asked: ConsentAsked,
    came: Outside & {
      /** What the host added to our address. */
      readonly query: URLSearchParams;
      readonly verifier: string;
    },
  ): Promise<Consented>;
  /** The administrator has stored the certificate and says under which id. */
  completeByHand(asked: ConsentAsked, outside: Outside, kept: ByHand['kept'], id: string): Promise<Consented>;
}
