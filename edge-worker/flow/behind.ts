// The records behind an indicator: those that stand open, the oldest first, or those that took the longest.
import type { IndicatorName } from '../../shared/indicators.ts';
import type { LaneCore } from './core.ts';
import { longestOf } from './indicators.ts';
import { behindMargins } from './margins.ts';
import { type PassageName, postings } from './passages.ts';
import { apart, type Behind, heldMoney, openPassages, unbilledWork } from './stocks.ts';

export function recordsBehind(core: LaneCore, name: IndicatorName, days: number, limit: number): readonly Behind[] {
  const { sql } = core.store;
  switch (name) {
    case 'deals-without-project':
      return openNow(core, ['deal-to-project'], limit);
    case 'approved-not-posted':
      return openNow(core, postings, limit);
    case 'unbilled-work':
      return unbilledWork(sql)
        .slice(0, limit)
        .map(({ project, amount }) => ({ ...plain(project), amounts: [amount] }));
    case 'money-at-risk':
    case 'exception-rate':
      return heldMoney(sql)
        .slice(0, limit)
        .map(({ entity, owner, control, madeMs, dueMs, amount }) => ({
          ...{ entity, owner, why: control, sinceMs: madeMs, isLate: dueMs < core.ports.nowMs() },
          ...{ tookMs: null, amounts: amount ? [amount] : [] },
        }));
    case 'project-margin':
      return behindMargins(sql).slice(0, limit);
    // Its people are told by themselves, and not to everybody.
    case 'utilisation':
      return [];
    case 'agreement':
      return apart(sql, limit);
    default:
      return longestOf(core, name, days)
        .slice(0, limit)
        .map(([tookMs, entity]) => ({ ...plain(entity), tookMs }));
  }
}

function openNow(core: LaneCore, names: readonly PassageName[], limit: number): Behind[] {
  return openPassages(core, names)
    .slice(0, limit)
    .map(({ entity, sinceMs, isLate, passage }) => ({ ...plain(entity), sinceMs, isLate, why: passage }));
}

function plain(entity: string): Behind {
  return { entity, sinceMs: null, tookMs: null, isLate: false, amounts: [], owner: null, why: null };
}
