// What the hub asks of a system that pushes: whose delivery it is, whether it is genuine, what its sender must hear.
import type { Environment, Notice } from './session.ts';

/** A webhook as it came. Signatures are computed over these bytes, never over re-serialised JSON. */
export interface Delivery {
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export type Refusal =
  | 'unproven'
  | 'forged'
  | 'too-old'
  | 'malformed'
  | 'too-large'
  | 'unsupported-version'
  | 'wrong-account';
export type Received =
  | {
      readonly ok: true;
      /** Unique per connection; the same delivery sent twice carries the same id. */
      readonly deliveryId: string;
      /** Empty for a bare doorbell: the hub then asks the feeds named in `rings`. */
      readonly notices: readonly Notice[];
      readonly rings?: readonly string[];
    }
  | { readonly ok: false; readonly refusal: Refusal };

export interface Expected {
  readonly installation: string;
  readonly account: string;
  readonly environment: Environment;
  /** Keys that may have signed: issued by us (derived) or by the vendor (sealed). Two during rotation. */
  readonly keys: readonly string[];
  readonly nowMs: number;
}

/** For systems that push. */
export interface Receiver {
  /** `doorbell`: nothing in it is trusted; it only asks for a read of a feed. */
  readonly proof: 'signature' | 'basic-auth' | 'secret-in-url' | 'doorbell';
  /**
   * Who made the key: `issued` = derived by the hub, `vendor` = one of the connection's secrets, named in `secret`;
   * `none` for doorbells.
   */
  readonly keys: 'issued' | 'vendor' | 'none';
  readonly secret?: string;
  readonly bodyBytesMax: number;
  /** For the one packaged address that all customers share: whose delivery this is. Null = cannot be told. */
  accountOf?(
    delivery: Delivery,
  ): Promise<{ readonly account: string; readonly environment: Environment | null } | null>;
  receive(delivery: Delivery, expected: Expected): Promise<Received>;
  /**
   * What the sender must hear so that it neither repeats nor gives up. `recorded`: on disk, or nothing worth keeping.
   */
  answer(outcome: 'recorded' | 'retry-later' | 'refused' | 'ended', refusal: Refusal | null): Reply;
}
