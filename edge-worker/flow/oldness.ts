// Is this lane as far as D1 knows it to be? Asked once by each object before it does anything else: a lane that was put
// back to an earlier time believes itself to be whole. What comes in is written down meanwhile.
import { RecordUnavailable } from '../store/flush.ts';
import { laneHeads } from '../store/record-schema.ts';
import { ScopedRecord, select, sql } from '../store/scoped-record.ts';
import type { LaneCore } from './core.ts';
import { beginTakingBack, takeBack, takingBack } from './take-back.ts';

/** D1 away delays reports, and an object that starts meanwhile by this much, never more. */
const patienceMs = 15_000;
const retryMs = 2_000;
/** While work goes on unasked it is asked this often. */
const laterMs = 30_000;

/** Asks, and takes back what the lane has lost. D1 away ends it; `againMs` says when it is tried again. */
export async function catchUp(core: LaneCore): Promise<void> {
  const { store, ports, age } = core;
  try {
    if (!age.isKnown && takingBack(core) === null) {
      const [head] = await new ScopedRecord(ports.database, store.installation).all(select(laneHeads, sql``));
      if (head && head.run > store.run) beginTakingBack(core, head.run);
    }
    await takeBack(core);
    age.isKnown = true;
    age.isAssumed = false;
  } catch (error) {
    if (!(error instanceof RecordUnavailable)) throw error;
    ports.log('record-unavailable', { message: error.message });
    // What is known to be lost is waited for, however long it takes.
    const isPatient = takingBack(core) !== null || ports.nowMs() - age.sinceMs < patienceMs;
    age.isAssumed = !isPatient;
    age.againMs = ports.nowMs() + (isPatient ? retryMs : laterMs);
  }
}
