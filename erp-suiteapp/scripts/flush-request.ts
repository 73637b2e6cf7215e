// Asks for a flush ahead of its schedule, so that a person's save is carried over within seconds rather than minutes.
import * as cache from 'N/cache';
import * as log from 'N/log';
import * as task from 'N/task';
import { nowMs } from './clock.ts';

const scriptId = 'customscript_tieout_mr_flush';
const deploymentId = 'customdeploy_tieout_mr_flush_od';
const askAgainMs = 60_000;
/** The vendor's least time to live; the moment itself is what counts. */
const keptSeconds = 300;

/** At most once a minute for the whole account. Never throws: the schedule covers whatever was not asked for. */
export function requestFlush(): void {
  try {
    const moments = cache.getCache({ name: 'tieout-flush', scope: cache.Scope.PROTECTED });
    const lastMs = Number(moments.get({ key: 'asked' }) ?? 0);
    if (nowMs() - lastMs < askAgainMs) return;
    moments.put({ key: 'asked', value: String(nowMs()), ttl: keptSeconds });
    task.create({ taskType: task.TaskType.MAP_REDUCE, scriptId, deploymentId }).submit();
  } catch (problem) {
    // One is running already, or the role may not start scripts: both are fine, so no error in the customer's log.
    log.debug({ title: 'Tieout: flush not asked for', details: String(problem) });
  }
}
