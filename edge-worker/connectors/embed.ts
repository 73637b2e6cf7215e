// What the hub asks of a system that shows our pages inside its own: which pages may frame ours, and who looks at them.
import type { HostRole } from '../../shared/host-roles.ts';
import type { Environment } from './session.ts';

/** A person as their host proved them. */
export interface Person {
  /** Their id there. */
  readonly user: string;
  readonly name: string;
  readonly roles: readonly HostRole[];
  /** Names the proof itself; each is taken once. */
  readonly proof: string;
}

export type ProofRefusal = 'malformed' | 'forged' | 'too-old' | 'wrong-account';
export type Proof =
  | {
      readonly ok: true;
      readonly person: Person;
      /** The page of the console that the host's page asks for. */
      readonly open?: string | null;
    }
  | { readonly ok: false; readonly refusal: ProofRefusal };

/** What a token must agree with. */
export interface TokenExpected<Settings> {
  readonly installation: string;
  readonly account: string;
  readonly environment: Environment;
  /** The hub's own address. */
  readonly audience: string;
  /** Keys that may have signed; two while one rotates. */
  readonly keys: readonly string[];
  readonly settings: Settings;
  readonly nowMs: number;
}

/** What a page says of the record that proves its user; only that page knows the nonce. */
export interface RecordClaim {
  readonly recordId: string;
  readonly nonce: string;
}

/** What our page takes over of its host's look: values for the first tokens of `edge-worker/console/look.css`. */
export type Look = Readonly<
  Record<'font' | 'accent' | 'accent-strong' | 'surface' | 'text' | 'text-quiet' | 'line' | 'radius', string>
>;

interface Framed<Settings> {
  readonly look: Look;
  /** Origins whose pages may frame ours. Empty while the settings do not tell: then nobody may. */
  frameOrigins(settings: Settings): readonly string[];
}

export type Embed<Settings> =
  /** The host page posts a text that its package signed. */
  | (Framed<Settings> & {
      readonly proof: 'token';
      /** Whose account a token says it comes from. Proves nothing. */
      accountOf(token: string): { readonly account: string; readonly environment: Environment } | null;
      verify(token: string, expected: TokenExpected<Settings>): Promise<Proof>;
    })
  /** The host page makes a record that only its user can have made; the session's `proveUser` reads it. */
  | (Framed<Settings> & { readonly proof: 'record' });
