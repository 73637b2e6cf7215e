// Questions that only the lane can answer, answered from its own tables.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { IndicatorName } from '../../shared/indicators.ts';
import { alertsOf, alertVersionsOf } from './alert-settings.ts';
import { recordsBehind } from './behind.ts';
import { besideOf, entitiesUnder } from './beside.ts';
import { type LikelyPlace, likelyOf } from './candidates.ts';
import { disconnectionOf } from './disconnect.ts';
import { type MatchPlace, matches } from './first-day.ts';
import { forecastOf } from './forecast.ts';
import { hookKeyOf } from './hook-keys.ts';
import { indicatorsOf } from './indicators.ts';
import { type JobPlace, jobOf, jobsOf } from './job-book.ts';
import { keyOf } from './keys.ts';
import type { Lane } from './lane.ts';
import { groundOf, newestOf } from './mapping-sides.ts';
import { sessionOf } from './people.ts';
import { progressOf } from './progress.ts';
import { draftsOf, versionsOf } from './proposals.ts';
import { selfApprovalOf } from './self-approval.ts';
import { StatusView } from './status.ts';
import { type AtStakeAsked, atStake, targetsInForce } from './stocks.ts';
import { subscriptionsOf } from './subscribe.ts';
import { isUpToDate } from './take-back.ts';
import { dayOf } from './tallies.ts';
import { type TieOutAsked, tieOutOf } from './tie-out.ts';
import { utilisationOf } from './utilisation.ts';

export type Question =
  | { readonly about: 'progress' }
  | { readonly about: 'test-call'; readonly subscription: string }
  | { readonly about: 'subscriptions' }
  | { readonly about: 'alerts' }
  | { readonly about: 'alert-versions'; readonly before: number; readonly limit: number }
  | { readonly about: 'test-alert'; readonly destination: string }
  | { readonly about: 'health' }
  | { readonly about: 'hook-key'; readonly connection: string }
  | { readonly about: 'disconnection'; readonly connection: string }
  | { readonly about: 'job'; readonly job: string }
  | { readonly about: 'jobs'; readonly limit: number; readonly after: JobPlace }
  | { readonly about: 'indicators'; readonly days: number }
  | {
      readonly about: 'indicator-records';
      readonly indicator: IndicatorName;
      readonly days: number;
      readonly limit: number;
    }
  | { readonly about: 'at-stake'; readonly asked: AtStakeAsked }
  | { readonly about: 'utilisation'; readonly month?: string | undefined }
  | { readonly about: 'forecast' }
  | { readonly about: 'targets' }
  | { readonly about: 'drafts' }
  | { readonly about: 'ground' }
  | { readonly about: 'formula-sample'; readonly kind: EntityName }
  | { readonly about: 'versions' }
  | { readonly about: 'draft'; readonly draft: string }
  | { readonly about: 'key'; readonly key: string }
  | { readonly about: 'session'; readonly session: string }
  | {
      readonly about: 'matches';
      readonly connection: string;
      readonly kind: EntityName;
      readonly limit: number;
      readonly after?: MatchPlace;
    }
  | {
      readonly about: 'likely';
      readonly connection: string;
      readonly kind: EntityName;
      readonly limit: number;
      readonly after: LikelyPlace | null;
    }
  | { readonly about: 'tie-out'; readonly asked: TieOutAsked }
  | { readonly about: 'record-id'; readonly recordId: string }
  | { readonly about: 'beside'; readonly entity: string }
  | { readonly about: 'status'; readonly connection: string; readonly recordType: string; readonly recordId: string };

/** Answers from the lane's own tables; for people's pages the record in D1 is read instead. */
export function ask(
  lane: Lane,
  question: Exclude<Question, { about: 'test-call' | 'test-alert' | 'health' }>,
  gauges: Readonly<Record<string, unknown>>,
): unknown {
  switch (question.about) {
    case 'progress':
      return { ...progressOf(lane.core), ...gauges };
    case 'hook-key': {
      const key = hookKeyOf(lane.core, question.connection);
      return key && { ...key, isSure: isUpToDate(lane.core) };
    }
    case 'disconnection':
      return disconnectionOf(lane.core, question.connection);
    case 'indicators':
      return indicatorsOf(lane.core, question.days);
    case 'indicator-records':
      return recordsBehind(lane.core, question.indicator, question.days, question.limit);
    case 'utilisation': {
      const today = dayOf(lane.core.ports.nowMs());
      return utilisationOf(lane.core.store.sql, question.month ?? today.slice(0, 7), today);
    }
    case 'job':
      return jobOf(lane.core, question.job);
    case 'jobs':
      return jobsOf(lane.core, question.limit, question.after);
    case 'at-stake':
      return atStake(lane.core.store.sql, question.asked);
    case 'forecast':
      return forecastOf(lane.core);
    case 'targets':
      return targetsInForce(lane.core);
    case 'drafts':
      return { drafts: draftsOf(lane.core), selfApproval: selfApprovalOf(lane.core) };
    case 'ground':
      return groundOf(lane.core.wiring);
    case 'formula-sample':
      return newestOf(lane.core, question.kind);
    case 'versions':
      return versionsOf(lane.core);
    case 'draft':
      return {
        draft: draftsOf(lane.core).find(({ id }) => id === question.draft) ?? null,
        selfApproval: selfApprovalOf(lane.core),
      };
    case 'key':
      return keyOf(lane.core, question.key);
    case 'session':
      return sessionOf(lane.core, question.session);
    case 'subscriptions':
      return subscriptionsOf(lane.core);
    case 'alerts':
      return alertsOf(lane.core);
    case 'alert-versions':
      return alertVersionsOf(lane.core, question.before, question.limit);
    case 'matches':
      return matches(lane.core, question.connection, question.kind, question.limit, question.after);
    case 'likely':
      return likelyOf(lane.core, question.connection, question.kind, question.limit, question.after);
    case 'tie-out':
      return tieOutOf(lane.core, question.asked);
    case 'record-id':
      return entitiesUnder(lane.core, question.recordId);
    case 'beside':
      return besideOf(lane.core, question.entity);
    case 'status':
      return statusOf(lane, question.connection, question.recordType, question.recordId);
  }
}

function statusOf(lane: Lane, connection: string, recordType: string, recordId: string): unknown {
  const { store, wiring, ports } = lane.core;
  const rows = store.sql
    .exec(
      `SELECT entity, kind FROM links WHERE connection = ?1 AND record_type = ?2 AND record_id = ?3
       UNION ALL SELECT former, kind FROM left_records
       WHERE connection = ?1 AND record_type = ?2 AND record_id = ?3 AND former IS NOT NULL`,
      connection,
      recordType,
      recordId,
    )
    .toArray() as { entity: string; kind: string }[];
  const view = new StatusView(
    store.sql,
    wiring,
    rows.map((row) => row.entity),
  );
  const first = rows[0];
  return { entities: rows, statuses: first ? view.statusesFor(first.entity, connection, ports.nowMs()) : [] };
}
