// A system that comes by itself: its records are kept and its feed rung, its work handed over with an attempt on disk,
// its reports taken.
import type { Visit, VisitAnswer, Work } from '../connectors/mailbox.ts';
import { attempts } from '../store/lane-schema.ts';
import { writeRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { leaseMs } from './counter.ts';
import { closeHold, holdAt, raiseHold } from './holds.ts';
import type { Slot } from './nouns.ts';
import type { Connection } from './wiring.ts';

/** Work that was put back because it lay too long is laid out again within this. */
const refreshMs = 1_000;
/** Work that nobody fetches for this long is somebody's concern. */
const unfetchedMs = 4 * 3_600_000;

const dueQuery = "SELECT 1 FROM commands WHERE connection = ? AND state = 'due' LIMIT 1";

const slotOf = (connection: string): Slot => ({ entity: connection, connection, recordType: '', part: 'fetch' });

type Asked = Exclude<Visit, { readonly verb: 'records' }>;

export async function visit(core: LaneCore, connection: Connection, asked: Asked): Promise<VisitAnswer> {
  const mailbox = core.mailbox(connection.id);
  switch (asked.verb) {
    case 'work':
      return { verb: 'work', work: await fetchWork(core, connection, asked), leaseMs };
    case 'receipts':
      return { verb: 'receipts', unknown: mailbox.report(asked.reports) };
    case 'statuses':
      return { verb: 'statuses', ...mailbox.statuses(asked.after, asked.limit) };
  }
}

async function fetchWork(
  core: LaneCore,
  { id, state }: Connection,
  { limit, waitMs }: Extract<Asked, { verb: 'work' }>,
): Promise<readonly Work[]> {
  if (state !== 'active') return [];
  const counter = core.counter(id);
  if (heldUnfetched(core, id)) core.store.transaction((tx) => closeHold(tx, slotOf(id), 'fetched', null));
  const take = () => counter.take(limit, (stamps) => begin(core, id, stamps));
  const arrival = counter.arrival();
  const work = take();
  if (work.length > 0) return work;
  // What has just been put back is chosen anew by the relay; what is not there may come while we wait.
  const isComing = core.store.sql.exec(dueQuery, id).toArray().length > 0;
  if (!isComing && waitMs === 0) return [];
  await Promise.race([arrival, core.ports.sleep(isComing ? Math.max(waitMs, refreshMs) : waitMs)]);
  return take();
}

/** On disk before the work is handed over: after a restart its outcome is unknown, and it is looked for. */
function begin(core: LaneCore, connection: string, stamps: readonly string[]): void {
  const id = core.attemptsToCome.get(stamps[0] ?? '');
  if (id === undefined) throw new Error('work was offered without an attempt');
  const row = { id, connection, commands: JSON.stringify(stamps), startedMs: core.ports.nowMs() };
  core.store.storage.transactionSync(() => writeRows(core.store.sql, attempts, [row], 'replace'));
}

/** At every wake-up: leases end, and a system that has stopped coming becomes known. */
export function tendCounters(core: LaneCore): void {
  const nowMs = core.ports.nowMs();
  for (const { id, connector, settings } of core.wiring.connections.values()) {
    if (!connector.visits) continue;
    const counter = core.counter(id);
    // Asked first: what is put back now is laid out again in a moment.
    const waitsSinceMs = counter.waitsSinceMs;
    counter.expire();
    if (waitsSinceMs === null) {
      core.unfetchedSinceMs.delete(id);
      continue;
    }
    const sinceMs = Math.min(core.unfetchedSinceMs.get(id) ?? waitsSinceMs, waitsSinceMs);
    core.unfetchedSinceMs.set(id, sinceMs);
    if (nowMs - sinceMs < unfetchedMs || heldUnfetched(core, id)) continue;
    core.store.transaction((tx) =>
      raiseHold(tx, core.ports.makeId, {
        ...slotOf(id),
        kind: 'customer',
        control: 'not-fetched',
        owner: 'integration',
        code: 'not-fetched',
        params: { connection: id, system: String(settings['name'] ?? connector.title) },
        hash: '',
        dueMinutes: 240,
      }),
    );
  }
}

function heldUnfetched(core: LaneCore, id: string): boolean {
  return holdAt(core.store, slotOf(id)) !== null;
}
