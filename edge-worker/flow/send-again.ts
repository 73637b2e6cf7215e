// After D1 was put back to an earlier time: what the archive has kept of flushed rows is sent again, text by text. Rows
// carry the run that made them, so what D1 still has, or has newer, stays as it is, in whatever order they come.
import { ArchiveUnavailable } from '../store/archive.ts';
import { RecordUnavailable, sendRows } from '../store/flush.ts';
import { flushedMs, flushedPrefix, readFlushed } from '../store/flushed.ts';
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';
import { StewardError } from './steward.ts';

const stateName = 'sending again';
/** Texts per turn of the loop. */
const textsMax = 20;
/** Clocks of the lane and of whoever names the moment may differ by so much. */
const skewMs = 600_000;
const retryMs = 5_000;

interface Sending {
  readonly sinceMs: number;
  readonly by: string;
  /** The last text that is done with. */
  readonly after: string;
  readonly texts: number;
  readonly rows: number;
  readonly refused: number;
}

export function sendingAgain({ store }: LaneCore): Sending | null {
  const text = store.value(stateName);
  return text === null ? null : (JSON.parse(text) as Sending);
}

/** A later request begins anew. What lies in the lane, taken by D1 before it was put back, is flushed once more. */
export function startSendingAgain(core: LaneCore, sinceMs: number, by: string): Readonly<Record<string, string>> {
  const keptSinceMs = core.ports.nowMs() - core.ports.retention.flushedMs;
  if (sinceMs < keptSinceMs) {
    const since = new Date(keptSinceMs).toISOString();
    const next = `Put D1 back to a moment from ${since} on, or ask from then on: rows before stay as D1 has them.`;
    throw new StewardError('not-kept-so-long', `Flushed rows are kept since ${since}.`, next);
  }
  const sending: Sending = { sinceMs: sinceMs - skewMs, by, after: '', texts: 0, rows: 0, refused: 0 };
  core.store.setValue(stateName, JSON.stringify(sending));
  core.store.flushLog.untake();
  return { since: new Date(sinceMs).toISOString() };
}

export async function sendAgain(core: LaneCore): Promise<void> {
  const { store, ports } = core;
  try {
    const begun = sendingAgain(core);
    if (begun === null) return;
    const keys = await ports.archive.list(flushedPrefix);
    const left = keys.filter((key) => flushedMs(key) >= begun.sinceMs && key > begun.after);
    for (const key of left.slice(0, textsMax)) {
      const rows = readFlushed((await ports.archive.get(key)) ?? '');
      const refused = await sendRows(ports.database, rows);
      for (const { table, problem } of refused) ports.log('row-refused-again', { table, problem });
      const now = sendingAgain(core);
      // Another request came meanwhile: it begins where it wants to.
      if (now === null || now.by !== begun.by || now.sinceMs !== begun.sinceMs) return;
      const many = [...rows.values()].reduce((sum, list) => sum + list.length, 0);
      const moved = { texts: now.texts + 1, rows: now.rows + many, refused: now.refused + refused.length };
      store.setValue(stateName, JSON.stringify({ ...now, ...moved, after: key }));
    }
    if (left.length <= textsMax) end(core);
  } catch (error) {
    if (!(error instanceof ArchiveUnavailable || error instanceof RecordUnavailable)) throw error;
    core.archiveAgainMs = ports.nowMs() + retryMs;
    ports.log('archive-unavailable', { message: error.message });
  }
}

function end(core: LaneCore): void {
  const done = sendingAgain(core);
  if (done === null) return;
  core.store.transaction((tx) => {
    const { texts, rows, refused } = done;
    const counts = { texts: String(texts), rows: String(rows), refused: String(refused) };
    const since = new Date(done.sinceMs).toISOString();
    tellAudit(core, tx, done.by, 'record-sent-again', core.store.installation, { since, ...counts });
    core.store.dropValue(stateName);
  });
}
