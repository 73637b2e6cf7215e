// What the Worker is given: bindings and secrets, as wrangler.toml declares them.
import type { SweepPage } from '../flow/sweep.ts';
import type { SubscriberPointer } from './call-subscribers.ts';
import type { JobPointer } from './long-job.ts';
import type { LaneObject } from './objects.ts';
import type { OverflowObject } from './overflow.ts';

export interface Env {
  readonly DIRECTORY: D1Database;
  /** The record of this shard. `storeFor` in record-database.ts is the only place that names it. */
  readonly RECORD: D1Database;
  /** Where history goes that is older than D1 keeps. */
  readonly ARCHIVE: R2Bucket;
  readonly LANE: DurableObjectNamespace<LaneObject>;
  readonly OVERFLOW: DurableObjectNamespace<OverflowObject>;
  readonly SWEEP: Queue<SweepPage>;
  readonly EVENTS: Queue<SubscriberPointer>;
  /** Workflows that drive long jobs. */
  readonly JOBS: Workflow<JobPointer>;
  /** The console's files. */
  readonly ASSETS: Fetcher;
  /** 32 random bytes, base64: receiver keys and hook addresses are derived from it. */
  readonly HUB_KEY: string;
  /**
   * `{"current":"k1","keys":{"k1":"<base64>"}}`: seals tokens and secrets; older keys stay readable while they are
   * listed.
   */
  readonly SEAL_KEYS: string;
  /** Bearer key of the operator's API. */
  readonly OPERATOR_KEY: string;
  /**
   * `{"<system>":{…}}`: our own app at a vendor, as its connector's `pairing.app` says. Without it that system is
   * connected with credentials of the customer's own.
   */
  readonly APPS?: string;
  /** `yes` on a developer's own machine only: anybody may sign in as anybody, and subscribers there may be called. */
  readonly DEVELOPMENT?: string;
  /**
   * `{"<system>":{"id":"…","secret":"…"}}`: our registrations with vendors whose administrators let us in by consent.
   * Without it nobody can begin that way.
   */
  readonly CONSENT_CLIENTS?: string;
  /**
   * `{"<channel>":{…}}`: our own account with whoever carries alerts, as the channel says, e.g. `mail`. Without it
   * nothing can be told that way.
   */
  readonly CHANNELS?: string;
  /** Where the hub is reached, for hook addresses. */
  readonly PUBLIC_URL: string;
  readonly SHARD: string;
  /** Deliveries a lane lets wait before it sends new ones to its overflow. */
  readonly INBOX_MAX: string;
  /** How long a long job may stand still before another workflow is sent to drive it; two minutes by default. */
  readonly JOB_STALL_MS?: string;
  /** How long after its first proof a deletion is proved again before anything follows; two minutes by default. */
  readonly DELETION_GRACE_MS?: string;
  /** For how many days D1 keeps all history before it goes to the archive; 14 by default. */
  readonly HISTORY_DAYS?: string;
  /** How long after an erasure what was under way may still come; two minutes by default. */
  readonly ERASURE_LATE_MS?: string;
}
