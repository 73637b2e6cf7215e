// The verb by which the hub empties the outbox: what it confirms is marked, what still waits is told.
import type { EnvelopeNotice } from '../../shared/wire/envelope.ts';
import { idIn, type Json, limitIn } from './asked.ts';
import type { Budget } from './budget.ts';
import { markSent, waitingRows } from './outbox.ts';

const markUnits = 2;
const rowsMax = 2000;

/** What units do not reach is marked by the next call, which confirms it again. */
export function drain(request: Json, budget: Budget): readonly EnvelopeNotice[] {
  const after = idIn(request, 'after');
  const limit = limitIn(request);
  if (after !== null) {
    for (const { id } of waitingRows(0, rowsMax)) {
      if (Number(id) > after || !budget.affords(markUnits + 20)) break;
      markSent([id]);
    }
  }
  return waitingRows(after ?? 0, limit);
}
