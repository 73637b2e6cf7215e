// The few words a record page may show about one record towards one system. A closed list, the same in every host.

interface StatusLook {
  readonly title: string;
  readonly tone: 'success' | 'info' | 'warning' | 'error' | 'neutral';
  /** Each host draws it from its own icon set; a host that lacks one shows the title alone. */
  readonly icon: string;
}

export const statusStates = {
  'in-step': { title: 'In step', tone: 'success', icon: 'success' },
  'on-its-way': { title: 'On its way', tone: 'info', icon: 'sync' },
  waiting: { title: 'Waiting', tone: 'info', icon: 'clock' },
  held: { title: 'Held', tone: 'warning', icon: 'pause' },
  failed: { title: 'Failed', tone: 'error', icon: 'error' },
  uncertain: { title: 'Being checked', tone: 'warning', icon: 'question' },
  'not-connected': { title: 'Not connected', tone: 'neutral', icon: 'unlinked' },
  ignored: { title: 'Not carried over', tone: 'neutral', icon: 'ban' },
  'would-pass': { title: 'Would pass', tone: 'success', icon: 'check' },
  'would-be-held': { title: 'Would be held', tone: 'warning', icon: 'warning' },
} as const satisfies Record<string, StatusLook>;

export type StatusState = keyof typeof statusStates;

/** One of several reasons, each with whose turn it would be and the system it is about. */
export interface ShownReason {
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
  readonly owner: string;
  readonly system: string;
}

/** Stands in the place of a system where a status answers a person's question about the record itself. */
export const checkSystem = 'tieout';

/** What stands in one status row. Instants are milliseconds; each host writes them in its own form. */
export interface ShownStatus {
  readonly state: StatusState;
  /** A code of the catalogue in words.ts; null when the state says it all. */
  readonly reason: string | null;
  /** What the reason's words name, e.g. the role of a rate mismatch. */
  readonly params: Readonly<Record<string, string>> | null;
  /** The system this status is about. */
  readonly system: string;
  /** The record's id there; null while there is none. */
  readonly counterpart: string | null;
  /** Where a person sees it there. */
  readonly link: string | null;
  readonly lastMs: number | null;
  readonly nextMs: number | null;
  /** Whose turn it is; null when nobody needs to act. */
  readonly owner: string | null;
  /** Every reason there is, where the status answers a check; the first of them stands in `reason` too. */
  readonly reasons?: readonly ShownReason[];
  /** Figures as people read them, e.g. `billed` and `outstanding`. */
  readonly amounts: Readonly<Record<string, string>> | null;
}
