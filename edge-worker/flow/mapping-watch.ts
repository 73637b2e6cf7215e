// A version that was just published is watched for a while: when it holds more than it may, the version before comes
// back by itself, and the integration admin hears of it.

import { mappingVersions } from '../store/lane-schema.ts';
import { readRows } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';
import { raiseHold } from './holds.ts';
import { mappingContent } from './mapping.ts';
import { publishIn } from './steward.ts';

/** How many records a version may hold, and for how long it is watched. */
export interface ErrorBudget {
  readonly errorsMax: number;
  readonly minutes: number;
}

interface Watch extends ErrorBudget {
  readonly version: number;
  readonly before: number;
  readonly sinceMs: number;
}

const watchKey = 'mapping watch';
/** Holds that a wrong row of a mapping raises: values it cannot carry, and what a system refuses of what it wrote. */
const raisedByMappings = JSON.stringify(['unreadable-value', 'refused']);

export function beginWatch(core: LaneCore, version: number, before: number, budget: ErrorBudget): void {
  const watch: Watch = { ...budget, version, before, sinceMs: core.ports.nowMs() };
  core.store.setValue(watchKey, JSON.stringify(watch));
}

/** Called at every wake-up; costs a look at one value while nothing is watched. */
export function watchMapping(core: LaneCore): void {
  const text = core.store.value(watchKey);
  if (text === null) return;
  const watch = JSON.parse(text) as Watch;
  const isOver = core.ports.nowMs() > watch.sinceMs + watch.minutes * 60_000;
  if (isOver || core.wiring.mappingVersion !== watch.version) return core.store.dropValue(watchKey);
  const query = `SELECT count(*) AS n FROM holds WHERE made_ms >= ? AND control IN (SELECT value FROM json_each(?))`;
  const [{ n } = { n: 0 }] = core.store.sql.exec(query, watch.sinceMs, raisedByMappings).toArray() as { n: number }[];
  if (n > watch.errorsMax) putBack(core, watch, n);
}

function putBack(core: LaneCore, { version, before, errorsMax }: Watch, errors: number): void {
  const row = readRows(core.store.sql, mappingVersions, 'WHERE version = ?', before)[0];
  const content = mappingContent.parse(row ? JSON.parse(row.content) : {});
  core.store.transaction((tx) => {
    const published = String(publishIn(core, tx, content, 'hub', null));
    const params = { from: String(version), to: String(before), version: published, errors: String(errors) };
    tellAudit(core, tx, 'hub', 'mapping-rolled-back', published, { ...params, errorsMax: String(errorsMax) });
    raiseHold(tx, core.ports.makeId, {
      ...{ entity: 'mapping', connection: '', recordType: 'mapping', part: published, kind: 'customer' },
      ...{ control: 'mapping-rolled-back', code: 'mapping-rolled-back', owner: 'integration', params },
      ...{ hash: published, dueMinutes: 480 },
    });
    core.store.dropValue(watchKey);
  });
  core.rewire();
}
