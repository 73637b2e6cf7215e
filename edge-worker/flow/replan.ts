// Plans every entity of a kind again, a few hundred at a time: after a match was accepted or a flow opened. Its place
// is kept in the lane.
import type { LaneCore } from './core.ts';
import { planSafely } from './guard.ts';

const entitiesMax = 500;

/** One portion of the oldest replan. Returns whether there was one. */
export function replanSome(core: LaneCore): boolean {
  const open = core.store.sql
    .exec("SELECT name, value FROM lane_state WHERE name LIKE 'replan %' LIMIT 1")
    .toArray() as { name: string; value: string }[];
  const job = open[0];
  if (!job) return false;
  const kind = job.name.slice('replan '.length);
  const rows = core.store.sql
    .exec('SELECT id FROM entities WHERE id > ? AND kind = ? ORDER BY id LIMIT ?', job.value, kind, entitiesMax)
    .toArray() as { id: string }[];
  const ids = rows.map((row) => row.id);
  planSafely(core, ids);
  // Planning the same portion twice changes nothing.
  const last = ids.at(-1);
  if (last && ids.length === entitiesMax) core.store.setValue(job.name, last);
  else core.store.dropValue(job.name);
  return true;
}
