// Every way an outside system can fail us, when to try again, who acts, and what they do next. A closed table:
// connectors may not invent others.

/** Who has the next move. `hub` = nobody: the hub goes on by itself. */
export const owners = ['hub', 'finance', 'delivery', 'sales', 'integration', 'operator'] as const;
export type Owner = (typeof owners)[number];

interface FaultRule {
  /**
   * backoff: later, growing · after: when the system said · reread: read anew and decide anew · look: find out what
   * happened first · on-fix: after a person acted.
   */
  readonly retry: 'backoff' | 'after' | 'reread' | 'look' | 'on-fix';
  readonly owner: Owner;
  /** A catalogue code; the words are made where they are shown. */
  readonly next: string;
}

export const faults = {
  unreachable: { retry: 'backoff', owner: 'hub', next: 'wait-retry' },
  throttled: { retry: 'after', owner: 'hub', next: 'wait-retry' },
  unauthorised: { retry: 'on-fix', owner: 'integration', next: 'reconnect' },
  rejected: { retry: 'on-fix', owner: 'finance', next: 'correct-fields' },
  conflict: { retry: 'reread', owner: 'hub', next: 'wait-retry' },
  locked: { retry: 'backoff', owner: 'hub', next: 'wait-unlock' },
  'schema-changed': { retry: 'on-fix', owner: 'integration', next: 'review-mapping' },
  orphaned: { retry: 'on-fix', owner: 'integration', next: 'link-reference' },
  unreadable: { retry: 'on-fix', owner: 'operator', next: 'inspect-answer' },
  uncertain: { retry: 'look', owner: 'hub', next: 'wait-look' },
} as const satisfies Record<string, FaultRule>;

export type FaultCode = keyof typeof faults;

export interface FaultDetails {
  /** How long the system asked us to wait; null when it did not say. */
  readonly retryAfterMs?: number | null;
  /** Their field paths that were refused. */
  readonly fields?: readonly string[];
  /** The vendor's own code, e.g. `UNABLE_TO_LOCK_ROW`. */
  readonly vendorCode?: string | null;
  readonly cause?: unknown;
}

/** The only thing a connector throws. The message is for people and never holds payloads, headers or secrets. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  readonly retryAfterMs: number | null;
  readonly fields: readonly string[];
  readonly vendorCode: string | null;

  constructor(code: FaultCode, message: string, details: FaultDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.fields = details.fields ?? [];
    this.vendorCode = details.vendorCode ?? null;
  }
}
