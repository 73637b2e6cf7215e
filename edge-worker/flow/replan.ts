// Plans every entity of a kind again, a turn at a time: after a match was accepted or a flow opened. Its place
// is kept in the lane.
import type { LaneCore } from './core.ts';
import { planSafely } from './guard.ts';
import { recordsMax } from './turns.ts';

/** One portion of the oldest replan. Returns whether there was one. */
export async function replanSome(core: LaneCore): Promise<boolean> {
  const open = core.store.sql
    .exec("SELECT name, value FROM lane_state WHERE name LIKE 'replan %' LIMIT 1")
    .toArray() as { name: string; value: string }[];
  const job = open[0];
  if (!job) return false;
  const kind = job.name.slice('replan '.length);
  const rows = core.store.sql
    .exec('SELECT id FROM entities WHERE id > ? AND kind = ? ORDER BY id LIMIT ?', job.value, kind, recordsMax)
    .toArray() as { id: string }[];
  const ids = rows.map((row) => row.id);
  planSafely(core, ids);
  // Planning the same portion twice changes nothing.
  const last = ids.at(-1);
  if (last && ids.length === recordsMax) core.store.setValue(job.name, last);
  else core.store.dropValue(job.name);
  await core.ports.sleep(0);
  return true;
}
