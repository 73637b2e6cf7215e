// Rows that D1 has taken -> the archive, where they are kept for as long as D1 can be put back to an earlier time. Many
// entries of the flush log make one text. What is kept twice is harmless: rows carry their run.
import { ArchiveUnavailable } from '../store/archive.ts';
import { flushedKey, flushedMs, flushedPrefix, flushedText } from '../store/flushed.ts';
import type { LaneCore } from './core.ts';

/** A text is put once so many entries wait, or after so long. */
const entriesMax = 100;
const keepEveryMs = 60_000;
const retryMs = 60_000;

export function keepDueMs({ store, archiveAgainMs }: LaneCore): number {
  const { count, sinceMs } = store.flushLog.taken;
  if (count === 0) return Number.POSITIVE_INFINITY;
  return Math.max(count >= entriesMax ? 0 : sinceMs + keepEveryMs, archiveAgainMs);
}

export async function keepFlushed(core: LaneCore): Promise<void> {
  const { store, ports } = core;
  const { flushLog, storage } = store;
  const next = () => flushLog.takenEntries(entriesMax);
  try {
    for (let entries = next(); entries.length > 0; entries = next()) {
      await ports.archive.put(flushedKey(ports.nowMs(), entries[0]?.run ?? 0), flushedText(entries));
      storage.transactionSync(() => flushLog.forget(entries.map(({ seq }) => seq)));
    }
  } catch (error) {
    if (!(error instanceof ArchiveUnavailable)) throw error;
    core.archiveAgainMs = ports.nowMs() + retryMs;
    ports.log('archive-unavailable', { message: error.message });
  }
}

/** D1 cannot be put back that far any more. */
export async function expireFlushed({ ports }: LaneCore): Promise<void> {
  const beforeMs = ports.nowMs() - ports.retention.flushedMs;
  const keys = await ports.archive.list(flushedPrefix);
  await ports.archive.delete(keys.filter((key) => flushedMs(key) < beforeMs));
}
