// What the API asks of a lane: changes that people make.
import type { Action } from '../../shared/actions.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { answeredRequests } from '../store/lane-schema.ts';
import { readRows, writeRows } from '../store/rows.ts';
import { type AlertChange, changeAlerts } from './alert-settings.ts';
import { answer } from './answer.ts';
import { tellAudit } from './audit.ts';
import { syncNow } from './beside.ts';
import { type NewJob, startAnswers } from './cause-job.ts';
import { pauseConnection, resumeConnection, setRouting } from './connection-care.ts';
import { disconnect } from './disconnect.ts';
import { refuseEnding } from './ending.ts';
import { assignHold, type Owners, snoozeHold } from './hold-care.ts';
import { changeHookKey, type HookKeyChange, keyVersionOf } from './hook-keys.ts';
import { changeJob, type JobChange } from './job-requests.ts';
import { makeKey, type NewKey, revokeKey } from './keys.ts';
import type { Lane } from './lane.ts';
import type { MappingContent } from './mapping.ts';
import { mappingContent } from './mapping.ts';
import { answerMatch, type MatchAnswer } from './match-answers.ts';
import { endSession, type NewSession, openSession } from './people.ts';
import { type ProposalStep, propose } from './proposals.ts';
import { refuseBehind } from './ready.ts';
import { type Credentials, reconnect } from './reconnect.ts';
import { startSendingAgain } from './send-again.ts';
import {
  acceptMatches,
  askNow,
  connect,
  type Founding,
  found,
  type NewConnection,
  publish,
  StewardError,
  setFlow,
  tried,
} from './steward.ts';
import { changeSubscription, type SubscriptionChange } from './subscribe.ts';
import { tallyTouch } from './tally.ts';
import type { Flow, Routing } from './wiring.ts';

export type Change =
  | { readonly verb: 'found'; readonly founding: Founding }
  | {
      readonly verb: 'connect';
      readonly connection: Omit<NewConnection, 'sealedSecrets'>;
      readonly secrets: Readonly<Record<string, unknown>>;
      readonly by: string;
    }
  | {
      readonly verb: 'accept-matches';
      readonly connection: string;
      readonly kind: EntityName;
      readonly cutoverOn: string | null;
      readonly by: string;
    }
  | {
      readonly verb: 'match';
      readonly connection: string;
      readonly kind: EntityName;
      readonly said: MatchAnswer;
      readonly by: string;
    }
  | {
      readonly verb: 'set-flow';
      readonly connection: string;
      readonly kind: EntityName;
      readonly flow: Flow;
      readonly by: string;
    }
  | { readonly verb: 'publish'; readonly content: MappingContent; readonly by: string }
  | { readonly verb: 'propose'; readonly step: ProposalStep; readonly by: string }
  | {
      readonly verb: 'answer';
      readonly hold: string;
      readonly answer: Action;
      readonly by: string;
      readonly reason: string;
      readonly owners?: Owners;
    }
  | { readonly verb: 'assign'; readonly hold: string; readonly assignee: string | null; readonly by: string }
  | {
      readonly verb: 'snooze';
      readonly hold: string;
      readonly untilMs: number | null;
      readonly reason: string;
      readonly by: string;
    }
  | { readonly verb: 'start-job'; readonly job: NewJob; readonly by: string }
  | { readonly verb: 'job'; readonly change: JobChange; readonly by: string }
  | { readonly verb: 'ask-feeds'; readonly connection: string; readonly feeds: readonly string[] | null }
  | { readonly verb: 'sync-now'; readonly entity: string }
  | { readonly verb: 'send-again'; readonly sinceMs: number; readonly by: string }
  | { readonly verb: 'resume'; readonly connection: string; readonly by: string }
  | { readonly verb: 'pause'; readonly connection: string; readonly reason: string; readonly by: string }
  | { readonly verb: 'route'; readonly connection: string; readonly routing: Routing | null; readonly by: string }
  | { readonly verb: 'hook-key'; readonly change: HookKeyChange; readonly by: string }
  | { readonly verb: 'disconnect'; readonly connection: string; readonly reason: string; readonly by: string }
  | { readonly verb: 'reconnect'; readonly credentials: Credentials; readonly by: string }
  | { readonly verb: 'subscription'; readonly change: SubscriptionChange; readonly by: string }
  | { readonly verb: 'alerts'; readonly change: AlertChange; readonly by: string }
  | { readonly verb: 'make-key'; readonly key: NewKey; readonly by: string }
  | { readonly verb: 'note-join-code'; readonly by: string }
  | { readonly verb: 'revoke-key'; readonly key: string; readonly by: string }
  | { readonly verb: 'open-session'; readonly session: NewSession; readonly by: string }
  | { readonly verb: 'end-session'; readonly session: string; readonly by: string };

export type ChangeResult =
  | { readonly ok: true; readonly value: Value; readonly isRecorded: boolean }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly next: string };

/** The key of a request that may be sent again, and the hash of what it asks. */
export interface Once {
  readonly key: string;
  readonly hash: string;
}

/** How long the answer to a request is kept under its key. */
const answerKeptMs = 86_400_000;

export async function change(
  lane: Lane,
  request: Change,
  seal: (plain: string) => Promise<string>,
  once: Once | null = null,
): Promise<ChangeResult> {
  const answer = await tried(async () => {
    await refuseBehind(lane);
    refuseEnding(lane.core, request.verb);
    const secrets = secretsOf(request);
    const sealed = secrets ? await seal(JSON.stringify(secrets)) : '';
    const value = once ? applyOnce(lane, request, sealed, once) : apply(lane, request, sealed);
    lane.wake();
    return value;
  });
  return answer.ok ? { ...answer, isRecorded: false } : answer;
}

function secretsOf(request: Change): Readonly<Record<string, unknown>> | null {
  if (request.verb === 'connect') return request.secrets;
  if (request.verb === 'subscription') return 'key' in request.change ? { key: request.change.key } : null;
  if (request.verb === 'alerts')
    return 'secrets' in request.change ? request.change.secrets && { ...request.change.secrets } : null;
  return request.verb === 'reconnect' ? request.credentials.secrets : null;
}

/** The change and the memory of it are on disk together. What was refused is not remembered: it changed nothing. */
function applyOnce(lane: Lane, request: Change, sealed: string, { key, hash }: Once): Value {
  const { store, ports } = lane.core;
  return store.storage.transactionSync(() => {
    store.sql.exec('DELETE FROM answered_requests WHERE at_ms < ?', ports.nowMs() - answerKeptMs);
    const known = readRows(store.sql, answeredRequests, 'WHERE key = ?', key)[0];
    if (known && known.hash !== hash) {
      const message = 'This Idempotency-Key belongs to another request.';
      throw new StewardError('idempotency-key-reused', message, 'Use a new Idempotency-Key for a different request.');
    }
    if (known) return JSON.parse(known.value) as Value;
    const value = apply(lane, request, sealed);
    const row = { key, hash, value: JSON.stringify(value), atMs: ports.nowMs() };
    writeRows(store.sql, answeredRequests, [row], 'fail');
    return value;
  });
}

type Value = Readonly<Record<string, string | number>>;

function apply(lane: Lane, request: Change, sealed: string): Value {
  const value =
    request.verb === 'alerts'
      ? changeAlerts(lane.core, request.change, request.by, sealed)
      : carryOut(lane, request, sealed);
  tallyTouch(lane.core.store.sql, lane.core.ports.nowMs(), request.verb);
  return value;
}

function carryOut({ core }: Lane, request: Exclude<Change, { verb: 'alerts' }>, sealed: string): Value {
  if (request.verb === 'send-again') return startSendingAgain(core, request.sinceMs, request.by);
  switch (request.verb) {
    case 'found':
      found(core, request.founding);
      return { installation: request.founding.installation };
    case 'connect':
      connect(core, { ...request.connection, sealedSecrets: sealed }, request.by);
      return { connection: request.connection.id, keyVersion: keyVersionOf(core, request.connection.id) };
    case 'accept-matches':
      return acceptMatches(core, request.connection, request.kind, request.cutoverOn, request.by);
    case 'match':
      return answerMatch(core, request.connection, request.kind, request.said, request.by);
    case 'set-flow':
      setFlow(core, request.connection, request.kind, request.flow, request.by);
      return {};
    case 'publish':
      return { version: publish(core, mappingContent.parse(request.content), request.by) };
    case 'propose':
      return propose(core, request.step, request.by);
    case 'answer':
      answer(core, request.hold, request.answer, request.by, request.reason, request.owners);
      return {};
    case 'assign':
      assignHold(core, request.hold, request.assignee, request.by);
      return {};
    case 'snooze':
      snoozeHold(core, request.hold, request.untilMs, request.reason, request.by);
      return {};
    case 'start-job':
      return startAnswers(core, request.job, request.by);
    case 'job':
      return changeJob(core, request.change, request.by);
    case 'ask-feeds':
      askNow(core, request.connection, request.feeds);
      return {};
    case 'sync-now':
      return syncNow(core, request.entity);
    case 'resume':
    case 'pause':
    case 'route':
    case 'hook-key':
      return careFor(core, request);
    case 'disconnect':
      return disconnect(core, request.connection, request.reason, request.by);
    case 'reconnect':
      reconnect(core, request.credentials, sealed, request.by);
      return { keyVersion: keyVersionOf(core, request.credentials.connection) };
    case 'subscription':
      return changeSubscription(core, request.change, request.by, sealed);
    case 'make-key':
      makeKey(core, request.key, request.by);
      return { key: request.key.id };
    case 'note-join-code':
      core.store.transaction((tx) => tellAudit(core, tx, request.by, 'join-code-made', core.store.installation, {}));
      return {};
    case 'revoke-key':
      revokeKey(core, request.key, request.by);
      return {};
    case 'open-session':
      return openSession(core, request.session, request.by);
    case 'end-session':
      endSession(core, request.session, request.by);
      return {};
  }
}

type Care = Extract<Change, { verb: 'resume' | 'pause' | 'route' | 'hook-key' }>;

/** What people do to a connection that stays. */
function careFor(core: Lane['core'], request: Care): Value {
  switch (request.verb) {
    case 'resume':
      resumeConnection(core, request.connection, request.by);
      return {};
    case 'pause':
      pauseConnection(core, request.connection, request.reason, request.by);
      return {};
    case 'route':
      setRouting(core, request.connection, request.routing, request.by);
      return {};
    case 'hook-key':
      return changeHookKey(core, request.change, request.by);
  }
}
