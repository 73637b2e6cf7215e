// Gives a lane at work a moment to be told more: what comes together is read, planned and written together.
import type { LaneCore } from './core.ts';
import { eventsMax, waitingCount } from './inbox.ts';

/**
 * Runs of a busy lane begin this far apart. A lane at rest begins at once, and so does a run that would be full or that
 * follows a longer one.
 */
const apartMs = 200;

/** Resolves when the next run may begin. What was told is on disk already, so nothing is lost by a stop in between. */
export async function gather(core: LaneCore): Promise<void> {
  const waiting = waitingCount(core);
  if (waiting === 0) return;
  const restMs = core.gatheredMs + apartMs - core.ports.nowMs();
  if (restMs > 0 && waiting < eventsMax) await core.ports.sleep(restMs);
  core.gatheredMs = core.ports.nowMs();
}
