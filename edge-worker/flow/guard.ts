// One bad record holds nobody else up: work on many that fails is done by halves, until the guilty one stands alone
// under a hold and the others are done.

import { holds } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { closeHold, raiseHold } from './holds.ts';
import { kindOf } from './identity.ts';
import { plan } from './plan.ts';

export const problemOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown');

/**
 * Does the work in one transaction; when that fails, by halves, each half a transaction of its own. `blame` hears of
 * each one that fails by itself. What `blame` throws is not one record's doing and stops the whole.
 */
export function inParts<One, Result>(
  core: LaneCore,
  all: readonly One[],
  work: (tx: LaneTransaction, part: readonly One[]) => Result,
  blame: (one: One, error: unknown) => void,
): Result[] {
  if (all.length === 0) return [];
  try {
    return [core.store.transaction((tx) => work(tx, all))];
  } catch (error) {
    if (all.length === 1) {
      blame(all[0] as One, error);
      return [];
    }
    const middle = Math.ceil(all.length / 2);
    return [all.slice(0, middle), all.slice(middle)].flatMap((half) => inParts(core, half, work, blame));
  }
}

/** Plans in the transaction given. Who could not be planned before, and can be now, is held no longer. */
export function planIn(core: LaneCore, tx: LaneTransaction, entities: Iterable<string>): void {
  const planned = [...entities];
  if (planned.length === 0) return;
  plan(core.planContext(tx), planned);
  const where = "WHERE part = 'plan' AND entity IN (SELECT value FROM json_each(?))";
  for (const row of readRows(tx.sql, holds, where, JSON.stringify(planned))) closeHold(tx, row, 'planned', null);
}

/** Plans in transactions of its own: an entity that cannot be planned becomes the operator's work, the others go on. */
export function planSafely(core: LaneCore, entities: Iterable<string>): void {
  inParts(
    core,
    [...entities],
    (tx, part) => planIn(core, tx, part),
    (entity, error) => holdUnplanned(core, entity, error),
  );
}

export function holdUnplanned(core: LaneCore, entity: string, error: unknown): void {
  const problem = problemOf(error);
  core.ports.log('plan-failed', { entity, message: problem });
  core.store.transaction((tx) =>
    raiseHold(tx, core.ports.makeId, {
      ...{ entity, connection: 'hub', recordType: '', part: 'plan' },
      kind: kindOf(entity) ?? 'customer',
      control: 'plan-failed',
      owner: 'operator',
      code: 'plan-failed',
      params: { problem },
      hash: '',
      dueMinutes: 60,
    }),
  );
}
