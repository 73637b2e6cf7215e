// What people have granted our app in their browser: codes, and the refresh tokens that renew their sessions. A spent
// token that is shown again ends the whole grant.
import { createHash } from 'node:crypto';
import type { AddressList } from './addresses.ts';
import { days } from './times.ts';

const codeLifeMs = 15 * 60_000;
const idleMs = days(30);
/** For one user and app; the oldest gives way. */
const grantsMax = 5;

export interface Grant {
  readonly userId: string;
  /** The sessions it has opened. They end with it. */
  readonly sessions: Set<string>;
  readonly spent: Set<string>;
  refreshToken: string;
  usedMs: number;
}

export interface Code {
  readonly userId: string;
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly canRefresh: boolean;
  readonly madeMs: number;
}

export class Grants {
  /** Each renewal brings a new refresh token and spends the one it was made with. */
  isRotating = true;
  /** From where codes and refresh tokens are taken; null = from everywhere. */
  allowed: AddressList | null = null;
  readonly #orgId: string;
  readonly #endSession: (token: string) => void;
  readonly #codes = new Map<string, Code>();
  readonly #grants: Grant[] = [];
  #count = 0;

  constructor(orgId: string, endSession: (token: string) => void) {
    this.#orgId = orgId;
    this.#endSession = endSession;
  }

  addCode(code: Code): string {
    const name = `aPrx${this.#secret()}==`;
    this.#codes.set(name, code);
    return name;
  }

  /** A code works once, and not for long. */
  takeCode(name: string, nowMs: number): Code | null {
    const code = this.#codes.get(name);
    this.#codes.delete(name);
    return code && nowMs - code.madeMs < codeLifeMs ? code : null;
  }

  open(userId: string, nowMs: number): Grant {
    const grant = { userId, sessions: new Set<string>(), spent: new Set<string>() };
    const opened = { ...grant, refreshToken: this.#refreshToken(), usedMs: nowMs };
    this.#grants.push(opened);
    const [oldest, ...others] = this.#grants.filter((one) => one.userId === userId);
    if (oldest && others.length >= grantsMax) this.end(oldest);
    return opened;
  }

  /** The grant that a refresh token renews; null when there is none any more. A spent token ends it. */
  renewedBy(refreshToken: string, nowMs: number): Grant | null {
    const grant = this.#grants.find((one) => one.refreshToken === refreshToken || one.spent.has(refreshToken));
    if (!grant) return null;
    if (grant.spent.has(refreshToken) || nowMs - grant.usedMs >= idleMs) {
      this.end(grant);
      return null;
    }
    grant.usedMs = nowMs;
    return grant;
  }

  rotate(grant: Grant): string {
    grant.spent.add(grant.refreshToken);
    grant.refreshToken = this.#refreshToken();
    return grant.refreshToken;
  }

  withRefreshToken(refreshToken: string): Grant | undefined {
    return this.#grants.find((one) => one.refreshToken === refreshToken);
  }

  end(grant: Grant): void {
    this.#grants.splice(this.#grants.indexOf(grant), 1);
    for (const token of grant.sessions) this.#endSession(token);
  }

  #refreshToken(): string {
    return `5Aep861${this.#secret()}`;
  }

  #secret(): string {
    this.#count++;
    return createHash('sha256').update(`${this.#orgId}:grant:${this.#count}`).digest('base64url').replaceAll('-', '.');
  }
}
